/* SPDX-License-Identifier: MIT */
/* heat_pump.h: the machine inside a simulated heat pump: it waits, starts, ramps, frosts over and defrosts,
 * runs down and trips. One transition a step at most, then the output of the state it is in. */
#ifndef SIM_HEAT_PUMP_H
#define SIM_HEAT_PUMP_H

#include <stdbool.h>

#include "spaceheat/plant.h"

enum heat_pump_state { HP_OFF, HP_STARTING, HP_RUNNING, HP_DEFROST, HP_RUN_DOWN, HP_LOCKOUT, HP_N_STATES };

struct heat_pump {
	enum heat_pump_state state;
	double state_s;		/* in this state, at the start of the next step */
	double run_s;		/* how far the ramp is */
	double frost_s;		/* time at which ice grew since the last defrost */
	double heat_w, elec_w;	/* of the last step; heat < 0 while it defrosts */
	double ewt_c, lwt_c;
	double run_heat_w, run_elec_w;	/* of the last step in HP_RUNNING */
	int starts, trips, defrosts;
};

/* Off for so long that it may start at once. */
void heat_pump_init(struct heat_pump *, const struct plant_heat_pump *);
void heat_pump_step(struct heat_pump *, const struct plant_heat_pump *, bool call, double ewt_c,
	double out_c, double dt_s);
bool heat_pump_moves_water(const struct heat_pump *);	/* does its primary pump run? */
const char *heat_pump_state_name(enum heat_pump_state);

#endif
