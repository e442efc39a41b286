/* SPDX-License-Identifier: MIT */
/* planner.h: the actor that plans the next 48 h: once a half hour of the clock, and when the house is not where the plan
 * has it. It solves a few rows at a message, so that stop and news never wait; nothing is allocated after its start. */
#ifndef ACTOR_PLANNER_H
#define ACTOR_PLANNER_H

#include "core/control/plan.h"
#include "core/control/plan_input.h"
#include "spaceheat/actor.h"
#include "spaceheat/settings.h"
#include "spaceheat/zone.h"

enum {
	PLANNER_EVERY_S = 1800, PLANNER_ROWS = 8,
	PLANNER_LEAST_MS = 300000,	/* between plans for events */
	PLANNER_LATE_MS = 120000,	/* a result that starts from an older state is thrown away */
};

struct planner {
	const struct house *house;
	const struct settings *settings;
	const struct zone *zone;
	struct mono now;
	struct wall clock;
	bool trusted;
	struct msg_heat heat;		/* the newest */
	struct mono heard;		/* when */
	bool has_heat;
	struct plan_mass mass;

	double *values;			/* NULL: this house is not planned for */
	size_t values_size;
	struct plan_row rows[PLAN_QUARTERS];
	struct plan_solver solver;
	struct plan plan;
	bool working;
	struct plan_state from;		/* of the work in hand */
	struct mono from_at;
	int64_t from_s, slot;		/* slot: the half hour last planned in */
	double from_set_c;

	bool planned;
	struct msg_plan told;
	uint32_t thrown_away;
};

/* zone: civil time of the place; NULL = UTC. False: no memory. A house without model is never planned for. Borrows all. */
bool planner_init(struct planner *, const struct house *, const struct settings *, const struct zone *);
void planner_free(struct planner *);
void planner_step(void *self, const struct msg *in, struct outbox *out);

#endif
