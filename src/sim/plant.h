/* SPDX-License-Identifier: MIT */
/* plant.h: the physics of a simulated house: air, mass, emitters, tank, element, pumps, and its energy
 * account.
 *
 * Forward Euler: every rate is taken from the state at the start of the step, then all states advance
 * together. Nothing here is random and nothing reads a clock. Built: Kind ElementTank, with an optional
 * backup. */
#ifndef SIM_PLANT_H
#define SIM_PLANT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/tank.h"
#include "sim/weather.h"
#include "spaceheat/err.h"
#include "spaceheat/plant.h"

enum plant_relay { PLANT_HP, PLANT_CHARGE, PLANT_STOREPUMP, PLANT_DISTPUMP, PLANT_ELEMENT, PLANT_BACKUP,
	N_PLANT_RELAYS };

/* element_dry: it draws its power, and none of it reaches the water. */
struct plant_inputs { bool on[N_PLANT_RELAYS], element_dry; };

/* Joules since the start. */
struct plant_account { double element, backup, internal, sun, envelope, tank, emitted, start; };

struct plant_state {
	const struct plant *plant;
	double air_c, mass_c, supply_c, return_c;
	struct tank buffer;
	bool element_limit_open, backup_limit_open;
	struct plant_account account;
	double lowest_c, highest_c;
	int64_t steps;
};

/* The state of a house that has stood at its set temperature with that outdoors. ERR_CONFIG: a kind not
 * built. */
bool plant_init(struct plant_state *, const struct plant *, double out_c, struct err *);
/* Advances by Plant.DtS. */
void plant_step(struct plant_state *, const struct plant_inputs *, const struct weather_row *);
/* True electric power at this instant, if the relays are so. */
double plant_power_w(const struct plant_state *, const struct plant_inputs *);
double plant_flow_lpm(const struct plant_state *, const struct plant_inputs *);
/* What the account misses, as a share of what went in; 0 before the first step. */
double plant_residual(const struct plant_state *);
const char *plant_relay_name(enum plant_relay);		/* as in Plant.Nodes */

#endif
