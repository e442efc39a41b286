/* SPDX-License-Identifier: MIT */
/* plant.h: what a simulated house is made of: the `Plant` section of houses.json, as numbers.
 *
 * SI units; fields carry their unit. Ranges are checked by the houses.json reader, so whoever holds
 * a struct plant may trust it. */
#ifndef SPACEHEAT_PLANT_H
#define SPACEHEAT_PLANT_H

#include <stdbool.h>
#include <stdint.h>

enum plant_kind { PLANT_ELEMENT_TANK, PLANT_HP_BUFFER, PLANT_HP_STORE_BUFFER };
enum store_kind { STORE_NONE, STORE_WATER, STORE_PCM };
enum backup_kind { BACKUP_NONE, BACKUP_ELEMENT, BACKUP_BOILER };
enum series_kind { SERIES_SEEDED, SERIES_CSV };
enum { PLANT_MAX_LAYERS = 30, PLANT_MAX_CURVE = 16, PLANT_MAX_NODES = 64 };

struct plant_envelope {		/* Plant.House */
	double set_c, start_c;	/* start_c: NAN = set_c */
	double air_j_per_k, mass_j_per_k;
	double air_mass_w_per_k, air_out_w_per_k, mass_out_w_per_k, wind_w_per_k_per_ms;
	double solar_m2, solar_to_mass, internal_w, emit_to_mass;
};

struct plant_emitters { double a1_w_per_k, a2_w_per_k2, flow_lpm; };
struct plant_circulators { double dist_w, primary_w, store_w; };
struct plant_tank { double litres; int layers; double ua_w_per_k, mix_w_per_k, start_c; };

struct plant_store {
	enum store_kind kind;
	struct plant_tank tank;	/* Water; for Pcm its layers and ua count too */
	double kg, hx_w_per_k, start_kj_per_kg, flow_lpm;
	int n_curve;
	double curve[PLANT_MAX_CURVE][2];	/* kJ/kg, degrees C; both rising */
};

struct plant_heat_pump {
	double cap0_w, cap_to_w_per_k, cap_lwt_w_per_k, cap_min_w, cap_max_w;
	double eta_a, eta_b, eta_c, cop_max, elec_max_w, min_fraction, lwt_set_c, trip_c, trip_off_s;
	double flow_lpm, standby_w, start_w, start_delay_s, ramp_s, ramp_min, run_down_s, min_off_s;
	double frost_below_c, defrost_every_s, defrost_s, defrost_heat_w, defrost_elec_w;
};

struct plant_heater { double w; int layer; double limit_c; };

struct plant_weather {
	enum series_kind kind;
	char path[256];
	double latitude;
	int start_day_of_year, start_day_of_week;	/* -1: not given */
};

struct plant_prices { enum series_kind kind; char path[256]; };

/* One line of Plant.Nodes: a state ("buf[0]", "air", "power") or a relay input ("element") and its node. */
struct plant_node { char state[16]; int node; };

struct plant {
	enum plant_kind kind;
	double dt_s, cellar_c;
	uint64_t seed;
	struct plant_envelope house;
	struct plant_emitters emitters;
	struct plant_circulators circulators;
	struct plant_tank buffer;
	struct plant_store store;
	bool has_heat_pump, has_element;
	struct plant_heat_pump heat_pump;
	struct plant_heater element, backup;
	enum backup_kind backup_kind;
	struct plant_weather weather;
	struct plant_prices prices;
	struct plant_node nodes[PLANT_MAX_NODES];
	int n_nodes;
};

#endif
