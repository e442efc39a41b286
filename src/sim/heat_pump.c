/* SPDX-License-Identifier: MIT */
#include "sim/heat_pump.h"

#include <math.h>
#include <stddef.h>

#include "core/heat/heat.h"

static const double COLD_AND_DRY_C = -5, DRY_FROST = 0.6, RUN_DOWN_SHARE = 0.4;

struct instant {
	struct heat_pump *m;
	const struct plant_heat_pump *p;
	bool call;
	double ewt_c, out_c, dt_s;
};

static bool may_start(const struct instant *i)
{
	return i->call && i->m->state_s >= i->p->min_off_s;
}

static bool no_call(const struct instant *i)
{
	return !i->call;
}

static bool delay_over(const struct instant *i)
{
	return i->m->state_s >= i->p->start_delay_s;
}

static bool too_hot(const struct instant *i)
{
	return i->m->lwt_c >= i->p->trip_c;
}

static bool iced(const struct instant *i)
{
	return i->m->frost_s >= i->p->defrost_every_s;
}

static bool defrosted(const struct instant *i)
{
	return i->m->state_s >= i->p->defrost_s;
}

static bool run_down(const struct instant *i)
{
	return i->m->state_s >= i->p->run_down_s;
}

static bool trip_over(const struct instant *i)
{
	return i->m->state_s >= i->p->trip_off_s;
}

static void stand_by(struct instant *i)
{
	i->m->heat_w = 0;
	i->m->elec_w = i->p->standby_w;
}

static void start(struct instant *i)
{
	i->m->heat_w = 0;
	i->m->elec_w = i->p->start_w;
}

static void grow_frost(struct instant *i)
{
	if (i->out_c < i->p->frost_below_c)
		i->m->frost_s += i->out_c < COLD_AND_DRY_C ? DRY_FROST * i->dt_s : i->dt_s;
}

static void work(struct instant *i)
{
	const struct plant_heat_pump *p = i->p;
	double ramp = fmin(1, p->ramp_min + (1 - p->ramp_min) * i->m->run_s / p->ramp_s);
	struct heat_point point = heat_pump_point(p, i->out_c, i->ewt_c, heat_kg_s(p->flow_lpm), ramp);

	i->m->heat_w = i->m->run_heat_w = point.heat_w;
	i->m->elec_w = i->m->run_elec_w = point.elec_w;
	i->m->run_s += i->dt_s;
	grow_frost(i);
}

static void defrost(struct instant *i)
{
	i->m->heat_w = -i->p->defrost_heat_w;
	i->m->elec_w = i->p->defrost_elec_w;
}

static void fade(struct instant *i)
{
	i->m->heat_w = RUN_DOWN_SHARE * i->m->run_heat_w;
	i->m->elec_w = RUN_DOWN_SHARE * i->m->run_elec_w;
}

static void begin_run(struct instant *i)
{
	i->m->run_s = 0;
	i->m->starts++;
}

static void begin_defrost(struct instant *i)
{
	i->m->defrosts++;
}

static void resume_run(struct instant *i)
{
	i->m->frost_s = 0;
	i->m->run_s = i->p->ramp_s / 2;
}

static void count_trip(struct instant *i)
{
	i->m->trips++;
}

struct way {
	bool (*when)(const struct instant *);
	enum heat_pump_state next;
	void (*act)(struct instant *);	/* NULL: nothing */
};

enum { MAX_WAYS = 3 };

/* Ways are tried in their order; the first that is open is taken. */
static const struct {
	const char *name;
	bool moves_water;
	void (*output)(struct instant *);
	struct way ways[MAX_WAYS];
} machine[HP_N_STATES] = {
	[HP_OFF] = { "Off", false, stand_by, { { may_start, HP_STARTING, NULL } } },
	[HP_STARTING] = { "Starting", true, start,
		{ { no_call, HP_OFF, NULL }, { delay_over, HP_RUNNING, begin_run } } },
	[HP_RUNNING] = { "Running", true, work,
		{ { no_call, HP_RUN_DOWN, NULL }, { too_hot, HP_LOCKOUT, count_trip },
			{ iced, HP_DEFROST, begin_defrost } } },
	[HP_DEFROST] = { "Defrost", true, defrost, { { defrosted, HP_RUNNING, resume_run } } },
	[HP_RUN_DOWN] = { "RunDown", true, fade, { { run_down, HP_OFF, NULL } } },
	[HP_LOCKOUT] = { "Lockout", false, stand_by, { { trip_over, HP_OFF, NULL } } },
};

const char *heat_pump_state_name(enum heat_pump_state s)
{
	return (unsigned)s < HP_N_STATES ? machine[s].name : "?";
}

bool heat_pump_moves_water(const struct heat_pump *m)
{
	return machine[m->state].moves_water;
}

void heat_pump_init(struct heat_pump *m, const struct plant_heat_pump *p)
{
	*m = (struct heat_pump){ .state = HP_OFF, .state_s = p->min_off_s, .elec_w = p->standby_w };
}

static void move(struct instant *i)
{
	const struct way *way = machine[i->m->state].ways;

	for (int n = 0; n < MAX_WAYS && way[n].when != NULL; n++) {
		if (!way[n].when(i))
			continue;
		if (way[n].act != NULL)
			way[n].act(i);
		i->m->state = way[n].next;
		i->m->state_s = 0;
		return;
	}
}

void heat_pump_step(struct heat_pump *m, const struct plant_heat_pump *p, bool call, double ewt_c,
	double out_c, double dt_s)
{
	struct instant i = { m, p, call, ewt_c, out_c, dt_s };

	move(&i);
	machine[m->state].output(&i);
	m->state_s += dt_s;
	m->ewt_c = ewt_c;
	m->lwt_c = ewt_c;
	if (heat_pump_moves_water(m))
		m->lwt_c += m->heat_w / (heat_kg_s(p->flow_lpm) * HEAT_CP_J_PER_KG_K);
}
