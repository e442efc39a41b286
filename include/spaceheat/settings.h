/* SPDX-License-Identifier: MIT */
/* settings.h: how the service should behave: spaceheat.cfg after it was read, checked and defaulted.
 *
 * Filled by core/settings from the settings table (path, type, unit, default, rails, reload class, one
 * sentence); constant from then on. Whoever holds a struct settings may trust every range. Node names are
 * resolved to indexes of the house by settings_resolve(). */
#ifndef SPACEHEAT_SETTINGS_H
#define SPACEHEAT_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/house.h"
#include "spaceheat/names.h"

enum {
	PATH_SIZE = 256,
	WORD_SIZE = 64,
	SETTINGS_MAX_ZONES = 8,
	SETTINGS_MAX_STORE = 32,	/* at least PLANT_MAX_LAYERS */
	SETTINGS_MAX_SCHEDULE = 32,
	SETTINGS_MAX_PEAKS = 16,
	SETTINGS_MAX_HOLIDAYS = 64,
	DATE_SIZE = 16,
};

struct settings_relay {
	char node_name[ALIAS_SIZE];
	int node;		/* resolved */
	int channel;		/* its RelayState channel, resolved */
	enum relay_kind kind;
	enum fail_state fail_state;
	int expected_w[2];
	char label[WORD_SIZE];
	bool active_low;
	enum line_bias bias;
	int line;
};

struct settings_zone {
	char name[WORD_SIZE];
	char sensor_name[ALIAS_SIZE], pump_name[ALIAS_SIZE];
	int sensor, pump;	/* nodes, resolved */
	bool critical, wall;	/* wall: its own thermostat controls it */
	int line;
};

struct settings_schedule {
	uint8_t days;		/* bit 0 = Monday */
	int minute_of_day;
	double setpoint_c;
	int line;
};

struct settings_peak {		/* [from, to) on those days, local time */
	uint8_t days;		/* bit 0 = Monday */
	int from_min, to_min;
	double price_per_kwh;
	int line;
};

enum tariff_kind { TARIFF_FLAT, TARIFF_TOU, TARIFF_FILE, TARIFF_MARKET };
struct settings_tariff {
	enum tariff_kind kind;
	char file[PATH_SIZE];	/* unix_s,usd_per_kwh */
	char holidays[SETTINGS_MAX_HOLIDAYS][DATE_SIZE];	/* "2027-01-01" */
	int n_holidays;
	double price_per_kwh;	/* outside the peaks */
	struct settings_peak peaks[SETTINGS_MAX_PEAKS];		/* none: mon-fri 07-12 and 16-20 */
	int n_peaks;
	bool follows_dst;
};

enum weather_source { WEATHER_SENSOR, WEATHER_FILE, WEATHER_ATN };
struct settings_weather {
	enum weather_source source;
	char file[PATH_SIZE];	/* unix_s,out_c,wind_ms,ghi_wm2 */
};

enum season { SEASON_AUTO, SEASON_SHOULDER, SEASON_STANDBY };

/* What a real house is; of a simulated one its Plant says so. 0 of what has no default: not given. */
enum model_kind { MODEL_NONE, MODEL_ELEMENT_TANK, MODEL_HP_BUFFER, MODEL_HP_STORE_BUFFER };
struct settings_house_model {
	enum model_kind kind;
	double air_kj_per_k, mass_kj_per_k, air_mass_w_per_k, air_out_w_per_k,
		mass_out_w_per_k, wind_w_per_k_per_ms, solar_m2, internal_w,
		emit_to_mass, emitter_a1_w_per_k, emitter_a2_w_per_k2, emitter_flow_lpm,
		buffer_litres, buffer_ua_w_per_k, store_litres, store_ua_w_per_k,
		cellar_c, pump_w, element_w, hp_cap0_w,
		hp_cap_to_w_per_k, hp_cap_lwt_w_per_k, hp_cap_min_w, hp_cap_max_w,
		hp_eta_a, hp_eta_b, hp_eta_c, hp_cop_max,
		hp_elec_max_w, hp_lwt_set_c, hp_frost_below_c;
};

struct settings_uplink {
	bool enable, tls, allow_insecure_broker;
	char host[PATH_SIZE], client_id[WORD_SIZE * 2], username[WORD_SIZE], password_file[PATH_SIZE];
	char ca_file[PATH_SIZE], cert_file[PATH_SIZE], key_file[PATH_SIZE];
	int port, keepalive_s, reconnect_max_s, backlog_per_s;
};

struct settings_contract {
	char atn_key[2 * WORD_SIZE + 16];	/* one key or two; "" = none */
	char standing[UUID_TEXT];
	bool allow_unsigned_contract;
	char house_key_file[PATH_SIZE];
};

struct settings_roles {		/* node names and, resolved, nodes; NO_NODE when not given */
	char store_name[SETTINGS_MAX_STORE][ALIAS_SIZE];
	int store[SETTINGS_MAX_STORE], n_store;
	char buffer_name[SETTINGS_MAX_STORE][ALIAS_SIZE];	/* none: the emitters draw on the store */
	int buffer[SETTINGS_MAX_STORE], n_buffer;
	char supply_name[ALIAS_SIZE], return_name[ALIAS_SIZE], flow_name[ALIAS_SIZE];
	char outdoor_name[ALIAS_SIZE], meter_name[ALIAS_SIZE];
	char lwt_name[ALIAS_SIZE], ewt_name[ALIAS_SIZE];	/* water that leaves and enters the heat pump */
	int supply, return_pipe, flow, outdoor, meter, lwt, ewt;
};

struct settings_guard {
	int hp_min_off_s, hp_min_on_s, hp_max_starts_per_hour, relay_min_interval_s;
	double store_ceiling_c, store_trip_c, supply_ceiling_c, freeze_pipe_c, freeze_zone_c, sla_floor_c;
	int pump_exercise_days, start_delay_max_s, store_litres;
	char gpio_chip[28], i2c_bus[28];	/* as long as a frame to the guard can carry */
};

struct settings_comfort {
	double setpoint_c, band_k, min_c, max_c;
	struct settings_schedule schedule[SETTINGS_MAX_SCHEDULE];
	int n_schedule;
};

struct settings_sensors {
	char w1_root[PATH_SIZE], i2c_bus[PATH_SIZE];
	int poll_s, flow_debounce_ms;
	enum line_bias flow_bias;
	double reject_jump_k_per_min, plausible_c[2];
	double ntc_beta_k, ntc_r25_ohm, ntc_pull_up_ohm, ntc_supply_v;
};

enum meter_parity { PARITY_NONE, PARITY_EVEN, PARITY_ODD };
enum meter_kind { REGISTER_HOLDING, REGISTER_INPUT };
enum meter_type { TYPE_U16, TYPE_S16, TYPE_U32, TYPE_S32, TYPE_F32, TYPE_U64, TYPE_S64 };

struct settings_meter {
	char port[PATH_SIZE], username[WORD_SIZE], password_file[PATH_SIZE];
	int baud, unit_id, poll_ms;
	enum meter_parity parity;
	double report_change;
	int power_address, current_address, energy_address;	/* -1: the make's own, or none */
	enum meter_kind kind;
	enum meter_type type, energy_type;
	bool low_word_first;
	double power_scale, current_scale, energy_scale;	/* W, A and Wh of one count */
};
struct settings_history { int commit_s, exact_days, max_mb; bool share; };
struct settings_log { enum log_level level; bool readings; };
struct settings_display { bool fahrenheit; char timezone[WORD_SIZE], currency[8]; };
struct settings_control_socket { char path[PATH_SIZE], group[WORD_SIZE], operator_group[WORD_SIZE]; };
struct settings_sim { int64_t seed; double speed; char start[WORD_SIZE]; int64_t exit_after_s; };

struct settings {
	char house[ALIAS_SIZE], houses_file[PATH_SIZE], state_dir[PATH_SIZE];
	bool simulated;
	struct settings_display display;
	struct settings_uplink uplink;
	struct settings_contract contract;
	int dispatch_hold_s;
	struct settings_roles roles;
	struct settings_zone zones[SETTINGS_MAX_ZONES];
	struct settings_relay relays[HOUSE_MAX_RELAYS];
	int n_zones, n_relays;
	struct settings_guard guard;
	struct settings_comfort comfort;
	enum season season;
	struct settings_tariff tariff;
	struct settings_weather weather;
	struct settings_house_model house_model;
	struct settings_sensors sensors;
	struct settings_meter meter;
	struct settings_history history;
	int status_period_s;
	struct settings_log log;
	struct settings_sim sim;
	struct settings_control_socket control_socket;
	unsigned int taken;	/* how often a reload changed it where it stands: what was derived from it is derived anew */
};

/* The sum of expected_w[1] over all relays: what the house may draw at most, W. */
int settings_nameplate_w(const struct settings *);
/* The index in relays[] of that node, or -1. */
int settings_relay_of(const struct settings *, int node);
/* The thermometer on top of what the emitters draw on: the buffer, else the store; NO_NODE without either. */
int settings_tank_top(const struct settings *);

#endif
