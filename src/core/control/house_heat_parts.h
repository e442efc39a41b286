/* SPDX-License-Identifier: MIT */
/* house_heat_parts.h: shared by the files of the machine that heats the house, and by nobody else. */
#ifndef CORE_CONTROL_HOUSE_HEAT_PARTS_H
#define CORE_CONTROL_HOUSE_HEAT_PARTS_H

#include "core/control/house_heat.h"

/* The outdoor temperature, or the best there is: the last good one for 6 h, else the month's cold mean. */
double house_heat_outdoor_c(const struct house_heat *, const struct house_heat_inputs *);
/* The setpoint the whole house is reckoned at. */
double house_heat_setpoint_c(const struct house_heat_house *, const struct house_heat_inputs *);
/* Kelvin below the setpoint of the coldest critical zone; negative when all are warmer; -INFINITY: none is measured. */
double house_heat_coldest_k(const struct house_heat_inputs *);
/* Everything the tables look at, into picture and predicates. */
void house_heat_look(struct house_heat *, const struct house_heat_house *, const struct house_heat_inputs *,
	bool *estimated);

static inline bool house_heat_is(const struct house_heat *h, enum local_predicate p)
{
	return h->predicates >> p & 1;
}

static inline int64_t house_heat_since_s(struct mono now, struct mono then)
{
	return mono_since(now, then) / 1000;
}

#endif
