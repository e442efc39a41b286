/* SPDX-License-Identifier: MIT */
/* plant.h: the physics of a simulated house: air, mass, emitters, buffer, store, heat pump, elements, boiler,
 * pumps, and its energy account.
 *
 * Forward Euler: every rate is taken from the state at the start of the step, then all states advance
 * together. Nothing here is random and nothing reads a clock. */
#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/heat_pump.h"
#include "sim/pcm.h"
#include "sim/tank.h"
#include "sim/weather.h"
#include "spaceheat/plant.h"

enum plant_relay { PLANT_HP, PLANT_CHARGE, PLANT_STOREPUMP, PLANT_DISTPUMP, PLANT_ELEMENT, PLANT_BACKUP,
	N_PLANT_RELAYS };

/* element_dry: it draws its power, and none of it reaches the water. */
struct plant_inputs { bool on[N_PLANT_RELAYS], element_dry; };

/* Joules since the start. heat_pump: into the water, less what defrosting took. elec: what a meter of all the
 * house's heating has counted in the steps. */
struct plant_account { double heat_pump, element, backup, internal, sun, envelope, tank, emitted, elec, start; };

struct plant_state {
	const struct plant *plant;
	double air_c, mass_c;
	double supply_c, return_c, lwt_c, ewt_c;	/* of the pipes; where water stands it cools */
	struct tank buffer, store;	/* store: of kind STORE_WATER */
	struct pcm pcm;			/* of kind STORE_PCM */
	double pcm_out_c;		/* water of the last charging step; NAN before the first */
	struct heat_pump heat_pump;
	bool element_limit_open, backup_limit_open;
	double power_w;			/* drawn in the last step */
	struct plant_account account;
	double lowest_c, highest_c;
	int64_t steps;
	int64_t conflicts;		/* steps with charge and store pump on at once */
};

/* The state of a house that has stood at its set temperature with that outdoors. The plant must outlive it. */
void plant_init(struct plant_state *, const struct plant *, double out_c);
/* Says that the state was set by hand and the energy account begins here. */
void plant_begin_account(struct plant_state *);
/* Advances by Plant.DtS. */
void plant_step(struct plant_state *, const struct plant_inputs *, const struct weather_row *);
/* Temperature of a layer of the store, whatever it is made of. */
double plant_store_c(const struct plant_state *, int layer);
/* True electric power at this instant, if the relays are so. */
double plant_power_w(const struct plant_state *, const struct plant_inputs *);
double plant_flow_lpm(const struct plant_state *, const struct plant_inputs *);
/* What the account misses, as a share of what went in; 0 before the first step. */
double plant_residual(const struct plant_state *);
const char *plant_relay_name(enum plant_relay);		/* as in Plant.Nodes */

#endif
