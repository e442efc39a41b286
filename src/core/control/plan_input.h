/* SPDX-License-Identifier: MIT */
/* plan_input.h: what the optimiser is given: the mass it cannot measure, steps that follow the clock, and the weather to
 * be expected where nobody forecasts it. Pure. */
#ifndef CORE_CONTROL_PLAN_INPUT_H
#define CORE_CONTROL_PLAN_INPUT_H

#include "core/control/forecast.h"
#include "core/control/plan.h"
#include "core/control/tariff.h"
#include "spaceheat/msg.h"

enum { PLAN_STEP_S = 900 };

/* The temperature of walls and floors, estimated from air and outdoors: one pole with the house's own time
 * constant, warmed by its share of what the house needs. */
struct plan_mass { bool known; double c; };

void plan_mass_follow(struct plan_mass *, const struct plant_envelope *, double air_c, double out_c, double dt_s);
/* th: air and mass by their heat capacities. */
double plan_th_c(const struct plant_envelope *, double air_c, const struct plan_mass *);

/* What a house's optimiser is: its parameters, on the grid it is solved on in the service: 1 K x 0.5 K. */
void plan_problem_of(struct plan_problem *, const struct plant *, double set_c, double max_water_c, bool boost);

/* What rows are made of. weather NULL, or it does not reach now: that of now, 1 K colder in 12 h. */
struct plan_outlook {
	double out_c;				/* now */
	const struct forecast_weather *weather;
	const struct price_table *prices;	/* NULL: the tariff is all */
	bool distribution;			/* what the tariff says comes on top of the prices */
	const struct tariff *tariff;
	const struct zone *zone;
};
/* What was made of it. guessed: hours whose price nobody said: the mean of the same hour in the last 7 days stands in, or the
 * tariff alone. */
struct plan_basis { bool persistence; int guessed; };

/* What a kWh costs at that time. False: by the last 7 days, or by the tariff alone. */
bool plan_usd_per_kwh(const struct plan_outlook *, int64_t now_s, int64_t unix_s, double *usd_per_kwh);
/* Rows for the 48 h from now_s on, made of the quarter hours of the clock: the first is what is left of the present one,
 * or that and the next when little is left. Returns how many. */
int plan_rows(struct plan_row rows[PLAN_QUARTERS], int64_t now_s, const struct plan_outlook *, struct plan_basis *);
/* Which row holds that quarter hour, counted from that of now_s. */
int plan_row_of(int64_t now_s, int quarter);
/* The rolled-out plan as a message; `solver` solved the rows that begin at now_s and stand on that basis. */
void plan_tell(struct msg_plan *, const struct plan *, const struct plan_solver *, const struct plan_basis *, int64_t now_s);

/* What a plan says of an instant. False: it does not reach that far, or has not begun. */
struct plan_now { bool on, boost; double tw_c, out_c, covers_s; };
bool plan_read(const struct msg_plan *, int64_t now_s, struct plan_now *);

#endif
