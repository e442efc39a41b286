/* SPDX-License-Identifier: MIT */
/* planner.h: the actor that plans the next 48 h: once a half hour of the clock, and when the house is not where the plan
 * has it. It solves a few rows at a message, so that stop and news never wait. It also gathers what is foretold of weather
 * and prices (files, the AtomicTNode, its own memory) and tells the scada what it makes of it. */
#ifndef ACTOR_PLANNER_H
#define ACTOR_PLANNER_H

#include "core/control/fit.h"
#include "core/control/plan.h"
#include "core/control/plan_input.h"
#include "spaceheat/actor.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"
#include "spaceheat/zone.h"

enum {
	PLANNER_EVERY_S = 1800, PLANNER_ROWS = 8,
	PLANNER_LEAST_MS = 300000,	/* between plans for events */
	PLANNER_LATE_MS = 120000,	/* a result that starts from an older state is thrown away */
};

/* What is foretold. */
struct planner_outlook {
	struct forecast_weather coming, told, filed;	/* coming: parts of a message; told: by the AtomicTNode; filed: by a file */
	struct mono told_at, filed_at;
	struct price_table prices;
	struct mono prices_at;		/* MONO_NEVER: nobody told any since the start */
	enum tariff_kind kind;		/* that the prices are of */
	enum weather_source from;	/* what is used now */
	bool looked, news, unkept;	/* news: it is to be looked again; unkept: prices are not in the memory yet */
	int64_t slot, kept_hour;
	bool wrong[N_FORECAST_FILES];	/* said once, until it is right again */
	struct forecast_weather kept;	/* as the record has it */
	struct price_table kept_prices;
	struct mono kept_at, kept_prices_at;
	int64_t kept_slot, kept_prices_slot;
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

	struct forecast_port port;	/* without functions: no files, no memory */
	struct planner_outlook outlook;
	struct fit fit;			/* of the model to the house */
	struct fit_day fit_day;
	bool fit_kept, fit_told;	/* the record has it; it was told, and is not made here */
	int64_t fit_on_day;		/* the local day it adds up; 0: none yet */
	struct plan_basis basis;	/* of the work in hand */
	struct mono weather_made, prices_made;

	bool planned;
	struct msg_plan told;
	uint32_t thrown_away;
};

/* zone: civil time of the place; NULL = UTC. False: no memory. A house without model is never planned for. Borrows all. */
bool planner_init(struct planner *, const struct house *, const struct settings *, const struct zone *);
/* Where files and memory are; recalls what was kept. Before the first step. */
void planner_open(struct planner *, const struct forecast_port *);
void planner_free(struct planner *);
void planner_step(void *self, const struct msg *in, struct outbox *out);
/* As if the AtomicTNode had foretold that at that time; n 0: nothing. For a day that is decided again. */
void planner_believe(struct planner *, const struct forecast_weather *, struct mono told);
void planner_believe_fit(struct planner *, const struct fit *);
void planner_believe_prices(struct planner *, const struct price_table *, struct mono told);

#endif
