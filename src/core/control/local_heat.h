/* SPDX-License-Identifier: MIT */
/* local_heat.h: what the house needs and what its tanks hold, as the picture of local control says it. */
#ifndef CORE_CONTROL_LOCAL_HEAT_H
#define CORE_CONTROL_LOCAL_HEAT_H

#include "core/control/local.h"
#include "core/heat/heat.h"

/* A house at a setpoint in some weather. ret_c: of the water that comes back at the emitters' full flow. */
struct local_demand { double load_w, rswt_c, ret_c; };
struct local_hour { double out_c, wind_ms; bool peak; };
struct local_layers { int n; double kg; double c[PLANT_MAX_LAYERS]; };	/* kg: of all of them; top first */

struct local_demand local_demand(const struct plant *, const struct local_params *, double set_c, double out_c,
	double wind_ms);
/* Heat the emitters can use at that demand, Wh. */
double local_usable_wh(const struct local_demand *, const struct local_layers *);
/* The same with lukewarm water, while the source may not run and nobody is cold. */
double local_usable_lukewarm_wh(const struct local_demand *, const struct local_layers *, double buf_bot_c,
	double lukewarm_k);
/* What must be stored now to get through the first two peaks of the hours from now on, Wh. */
double local_required_wh(const struct plant *, const struct local_params *, double set_c, const struct local_hour *,
	int n);
/* The most of it that the store can hold. */
double local_required_cap_wh(const struct local_demand *, const struct local_params *, double kg);

#endif
