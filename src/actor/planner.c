/* SPDX-License-Identifier: MIT */
#include "actor/planner_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The limits beyond which local control stops following a plan, too. */
static const double OFF_TW_K = 6, OFF_OUT_K = 5, OFF_SET_K = 0.05, MOST_WATER_C = 95;
static const struct zone utc = { .n = 0 };

bool planner_init(struct planner *p, const struct house *house, const struct settings *settings, const struct zone *zone)
{
	struct plan_problem most;

	*p = (struct planner){ .house = house, .settings = settings, .zone = zone != NULL ? zone : &utc };
	p->fit = fit_none();
	p->outlook.prices_at = p->outlook.kept_prices_at = MONO_NEVER;
	p->outlook.kind = settings->tariff.kind;
	if (!house->has_model)
		return true;
	plan_problem_of(&most, &house->plant, house->plant.house.set_c, MOST_WATER_C, true);
	most.n_rows = PLAN_QUARTERS;
	p->values_size = plan_table_bytes(&most);
	p->values = malloc(p->values_size);
	return p->values != NULL;
}

void planner_free(struct planner *p)
{
	free(p->values);
	p->values = NULL;
}

/* --- when --------------------------------------------------------------------------------------------------- */

static bool off_the_plan(const struct planner *p)
{
	struct plan_now expected;

	if (!plan_read(&p->told, p->clock.ms / 1000, &expected))
		return true;
	return fabs(p->heat.tw_c - expected.tw_c) > OFF_TW_K || fabs(p->heat.out_c - expected.out_c) > OFF_OUT_K ||
		fabs(p->heat.set_c - p->from_set_c) > OFF_SET_K;
}

static bool is_due(const struct planner *p)
{
	if (!p->planned)
		return true;
	if (p->clock.ms / 1000 / PLANNER_EVERY_S != p->slot)
		return true;
	return mono_since(p->now, p->from_at) >= PLANNER_LEAST_MS && off_the_plan(p);
}

/* --- the work ----------------------------------------------------------------------------------------------- */

static void go_on(struct outbox *out)
{
	say(out, &(struct msg){ .type = MSG_PLAN_WORK, .to = TO_PLANNER });
}

static void begin(struct planner *p, struct outbox *out)
{
	const struct msg_heat *h = &p->heat;
	const struct plant_envelope *e = &p->house->plant.house;
	struct tariff tariff = tariff_of_settings(&p->settings->tariff);
	struct plan_problem problem;
	struct plan_outlook outlook;
	struct zone zone;

	p->from_s = p->clock.ms / 1000;
	p->slot = p->from_s / PLANNER_EVERY_S;
	zone = tariff_zone(&p->settings->tariff, p->zone, p->from_s);
	plan_problem_of(&problem, &p->house->plant, h->set_c, h->max_water_c, h->boost);
	fit_apply(&problem.house, &p->fit);
	outlook = planner_outlook(p, &tariff, &zone);
	problem.rows = p->rows;
	problem.n_rows = plan_rows(p->rows, p->from_s, &outlook, &p->basis);
	if (plan_table_bytes(&problem) == 0 || plan_table_bytes(&problem) > p->values_size)
		return;
	p->from = (struct plan_state){ h->tw_c, plan_th_c(e, h->air_c, &p->mass), h->on };
	p->from_at = p->now;
	p->from_set_c = h->set_c;
	plan_begin(&p->solver, &problem, p->values);
	p->working = true;
	go_on(out);
}

static void say_plan(const struct planner *p, struct outbox *out)
{
	static const char *const from[] = { [WEATHER_SENSOR] = "as now", [WEATHER_FILE] = "of the file",
		[WEATHER_ATN] = "of the AtomicTNode" };

	note(out, LEVEL_INFO, LOG_PLAN, NO_NODE, "48 h: %.1f kWh, %.2f %s; now %s; a kWh in the store is worth %.1f cents "
		"(tw=%.1f th=%.2f out=%.1f, weather %s, guessed prices=%d h)", (double)p->told.energy_kwh, (double)p->told.cost_usd,
		p->settings->display.currency, p->plan.action[0].on ? "on" : "off", 100 * (double)p->told.heat_usd_per_kwh,
		p->from.tw_c, p->from.th_c, p->heat.out_c, from[p->told.weather_from], p->told.guessed_hours);
}

static void finish(struct planner *p, struct outbox *out)
{
	struct msg m = { .type = MSG_PLAN, .to = TO_SCADA };

	p->working = false;
	if (mono_since(p->now, p->from_at) > PLANNER_LATE_MS) {
		p->thrown_away++;
		p->planned = false;	/* from the next news on, anew */
		note(out, LEVEL_WARNING, LOG_PLAN, NO_NODE, "a plan took longer than %d s and is not used - "
			"is this machine very busy? (thrown away=%u)", PLANNER_LATE_MS / 1000, p->thrown_away);
		return;
	}
	plan_roll_out(&p->solver, p->from, &p->plan);
	plan_tell(&p->told, &p->plan, &p->solver, &p->basis, p->from_s);
	p->told.made = p->from_at;
	p->told.weather_from = (uint8_t)(p->basis.persistence ? WEATHER_SENSOR : p->outlook.from);
	p->told.weather_made = p->weather_made;
	p->told.prices_made = p->prices_made;
	p->told.load_factor = (float)p->fit.load;
	p->told.cop_factor = (float)p->fit.cop;
	p->told.fit_days = (uint16_t)(p->fit.days < UINT16_MAX ? p->fit.days : UINT16_MAX);
	p->planned = true;
	m.plan = p->told;
	say(out, &m);
	say_plan(p, out);
}

static void take_heat(struct planner *p, const struct msg_heat *h, struct outbox *out)
{
	double dt_s = p->has_heat ? (double)mono_since(p->now, p->heard) / 1000 : 0;

	if (p->trusted)
		planner_look_out(p, out);
	if (p->values == NULL || !h->good)
		return;
	p->heat = *h;
	p->has_heat = true;
	p->heard = p->now;
	plan_mass_follow(&p->mass, &p->house->plant.house, h->air_c, h->out_c, dt_s);
	planner_fit(p, h, out);
	if (p->working && mono_since(p->now, p->from_at) > 2 * PLANNER_LATE_MS)
		p->working = false;	/* a slice got lost in a full mailbox */
	if (p->trusted && !p->working && is_due(p))
		begin(p, out);
}

void planner_step(void *self, const struct msg *in, struct outbox *out)
{
	struct planner *p = self;

	p->now = in->now;
	p->clock = in->clock;
	p->trusted = in->clock_trusted;
	out->wake_at = MONO_NEVER;
	if (in->type == MSG_HEAT) {
		take_heat(p, &in->heat, out);
	} else if (in->type == MSG_WEATHER) {
		planner_take_weather(p, &in->weather);
	} else if (in->type == MSG_PRICES) {
		planner_take_prices(p, &in->prices);
	} else if (in->type == MSG_RELOADED) {
		p->outlook.news = true;
		p->planned = false;
	} else if (in->type == MSG_PLAN_WORK && p->working) {
		if (plan_work(&p->solver, PLANNER_ROWS))
			finish(p, out);
		else
			go_on(out);
	}
}
