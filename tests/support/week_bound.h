/* SPDX-License-Identifier: MIT */
/* week_bound.h: what the reference week costs at least: with all weather and prices known, the room held at its setpoint,
 * power continuous between 0 and capacity, no start, no loss at a start, and leaving water no hotter than the hour needs,
 * but at least WEEK_BOUND_LWT_C (10 K below the heat pump's own limit where that is less). */
#ifndef TESTS_WEEK_BOUND_H
#define TESTS_WEEK_BOUND_H

#include "week.h"

enum { WEEK_BOUND_LWT_C = 55 };

/* USD of the seven days that count. Exact for that model: a linear program solved by its cost-to-go, which is convex and
 * piecewise linear in the heat stored. */
double week_bound_usd(const struct plant *, const struct local_params *, uint64_t seed);

#endif
