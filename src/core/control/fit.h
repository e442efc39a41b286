/* SPDX-License-Identifier: MIT */
/* fit.h: how a house differs from its model: one factor on what it loses, one on the COP of its heat pump, each moved once
 * a day by the day's account of energy. Pure.
 *
 * While the source rests, what leaves the water is what the house was given: that against the model is the load. While it
 * runs, what goes into water and house against the metered electricity is the COP. The minutes after a start or a stop are
 * left out: heat comes late, and after the end. */
#ifndef CORE_CONTROL_FIT_H
#define CORE_CONTROL_FIT_H

#include "core/control/plan_model.h"

enum { FIT_SETTLE_S = 720, FIT_LONGEST_S = 180 };

/* What is seen at an instant. */
struct fit_look {
	int64_t ms;			/* on a clock nobody sets */
	double tw_c, th_c, out_c, wind_ms, sun_w_m2;
	bool on, power_known;
	double power_w;			/* of all heating */
};

/* J and s of one day. */
struct fit_sums { double s, ua_j, gains_j, house_j, water_j, elec_cop_j; };
struct fit_day {
	struct fit_sums off, on;
	struct fit_look last;
	bool has_last;
	int64_t since_ms;		/* the source is as it is */
};

struct fit { double load, cop; int days; };	/* days: that moved it */

struct fit fit_none(void);
/* Adds what happened since the last look, unless that was too long ago to know. pumps_w: of the power, not the source's. */
void fit_look(struct fit_day *, const struct plan_house *, const struct plan_params *, double pumps_w,
	const struct fit_look *);
/* The day is over: moves the factors a quarter of the way, within 0.7..1.3, by what was seen enough of; begins the next day. */
void fit_close_day(struct fit *, struct fit_day *, bool has_heat_pump);
/* The house as the fit has it. */
void fit_apply(struct plan_house *, const struct fit *);

#endif
