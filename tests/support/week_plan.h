/* SPDX-License-Identifier: MIT */
/* week_plan.h: the optimiser as planner of the reference week: solved anew every 30 min on quarter-hour steps, with the
 * weather and prices that will be, or with those as a forecaster would tell them. */
#ifndef TESTS_WEEK_PLAN_H
#define TESTS_WEEK_PLAN_H

#include "core/control/plan.h"
#include "core/sim/rng.h"
#include "week.h"

enum { WEEK_PLAN_HOURS = 48, WEEK_PLAN_ROWS = WEEK_PLAN_HOURS * 4 };

struct week_optimiser {
	bool noisy;
	struct rng rng;
	struct plan_params params;
	struct plan_row rows[WEEK_PLAN_ROWS];
	struct plan_solver solver;
	struct plan plan;
	double *values;			/* NULL until the first plan */
	int64_t made_s;
};

/* coarse: a grid of 1 K x 0.5 K, a fifth of the time. False: no memory. */
bool week_optimiser_open(struct week_optimiser *, const struct plant *, const struct local_params *, uint64_t seed,
	bool noisy, bool coarse);
void week_optimiser_close(struct week_optimiser *);
/* A week_planner; ctx is the optimiser. */
enum local_wish week_optimiser_wish(void *ctx, const struct week_now *);

#endif
