/* SPDX-License-Identifier: MIT */
/* house_heat.h: the machine that heats the house: it makes the picture of what was measured, chooses top mode and
 * state, and says what every output and zone pump should be. next = step(state, inputs, house): no clock, no relay.
 *
 * A transition that would break a rest or a run of the source does not happen: the machine stays, says `held`, and
 * decides again at the next step. At most one transition a step. */
#ifndef CORE_CONTROL_HOUSE_HEAT_H
#define CORE_CONTROL_HOUSE_HEAT_H

#include "core/control/local_heat.h"
#include "core/control/local_top.h"
#include "core/control/recipe.h"

enum {
	HOUSE_HEAT_ZONES = 8, HOUSE_HEAT_HOURS = 48,
	HOUSE_HEAT_GAINS = 24,		/* samples a minute apart: more than NoProgressS */
};

/* What a house is and may do; made from houses.json and the configuration. */
struct house_heat_house {
	enum local_kind kind;
	struct local_params params;
	struct plant plant;
	bool backup_allowed;		/* it has one, and may use it */
	bool wall_heats;		/* heat pump and zones can be handed back to wall thermostats */
};

/* Layers of a tank as measured: a missing one between good ones is interpolated, a missing end takes its neighbour. */
struct house_heat_tank { int n; double c[PLANT_MAX_LAYERS]; bool good[PLANT_MAX_LAYERS]; };
struct house_heat_zone { bool good, critical, wall; double c, set_c; };

struct house_heat_inputs {
	struct mono now;
	struct house_heat_tank buffer, store;	/* an element house has its tank as buffer */
	struct house_heat_zone zone[HOUSE_HEAT_ZONES];
	int n_zones;
	bool out_good;
	double out_c;
	double cold_mean_c;		/* of the month: what blind control believes without a thermometer */
	struct local_hour hour[HOUSE_HEAT_HOURS];	/* from now on; `peak` from the tariff */
	int n_hours;			/* 0: the clock is not trusted */
	bool has_forecast;		/* else only `peak` of the hours counts */
	double ewt_c;
	bool source_on;			/* as the guard says it is */
	bool source_locked;		/* it cannot run */
	bool source_forbidden;		/* a dispatch under a contract keeps it off */
	bool may_start, may_stop;	/* false: the guard would hold that for another reason than the times we know */
	bool defrost, onpeak, freeze, standby, clock_ok, boost;
	bool surplus;			/* of the street: off-peak, and the store may be filled */
	enum local_wish plan;
};

/* One transition, or a wish that is held: what `explain` shows. */
struct house_heat_trace {
	bool moved, held;
	enum top_mode top;
	enum local_state from, to;
	enum local_cause cause;
	uint32_t predicates;
	struct local_picture picture;
};

struct house_heat_sample { struct mono at; double c; };

struct house_heat {
	bool started;
	enum top_mode top;
	enum local_state state;
	struct mono state_since, top_since, source_since, blind_since, seeing_since, latched_at;
	bool source_on, source_ran, source_locked, source_forbidden;	/* ran: it was seen on, so its rest is known */
	bool backup_hot;		/* the buffer is as hot as the backup heater may make it, or was until: */
	struct mono backup_hot_at, top_at;
	double top_c, top_rise_k;	/* the buffer's top at top_at; what it rises in BACKUP_AHEAD_S */
	bool zone_cold, latched, was_ready, blind;
	struct house_heat_sample gain[HOUSE_HEAT_GAINS];
	int n_gains;
	bool cold_crit;
	struct mono cold_crit_since;
	bool calls[HOUSE_HEAT_ZONES];
	bool out_known;
	double out_c;
	struct mono out_at;
	struct recipe recipe;
	struct local_picture picture;	/* of the last step */
	uint32_t predicates;
};

struct house_heat_result {
	unsigned int outputs;		/* what should be on now, bits of enum local_output */
	bool pump[HOUSE_HEAT_ZONES];
	bool handback;			/* blind: wall thermostats take over what is wired so */
	bool estimated;			/* a tank temperature of the picture is not measured */
	struct house_heat_trace trace;
};

/* State, cause, picture anew: the decision, at every tick and at once on a change of mode, plan or instruction. */
struct house_heat_result house_heat_step(struct house_heat *, const struct house_heat_house *,
	const struct house_heat_inputs *);
/* The machine is put where another one went: into that state, for that cause, at that time. For a machine that follows a
 * record; what it asks for follows with the next step. */
void house_heat_follow(struct house_heat *, enum local_state, enum local_cause, struct mono at);
/* Fills in missing layers. False: none is good. */
bool house_heat_layers(const struct house_heat_tank *, double kg, struct local_layers *, bool *estimated);
/* Between decisions: the next output of the recipe, at least every RECIPE_STEP_MS. */
unsigned int house_heat_outputs(struct house_heat *, const struct house_heat_house *, struct mono now);

#endif
