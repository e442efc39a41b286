/* SPDX-License-Identifier: MIT */
/* What is believed of weather, prices and the model, for the record: events FORECAST, and no line, for they are not for people.
 * text: "w" (weather) or "p" (prices), each at most once a half hour, and what forecast_pack.h makes of it; the letter alone:
 * as before; value: how old it is, ms; -1: nobody told it. Once a day "f" and the fit: factors of load and COP, and days. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "actor/planner_parts.h"
#include "core/control/forecast_pack.h"

enum { HOUR_S = FORECAST_HOUR_S, WEATHER_NEWER_S = HOUR_S, PRICES_NEWER_S = 6 * HOUR_S, NEVER_TOLD = -1 };

static void keep(const struct planner *p, struct mono made, struct msg *m, struct outbox *out)
{
	m->type = MSG_EVENT;
	m->to = TO_HISTORY;
	m->log.level = LEVEL_DEBUG;
	m->log.code = LOG_FORECAST;
	m->log.node = NO_NODE;
	m->log.value = made.ms == MONO_NEVER.ms ? NEVER_TOLD : (int32_t)fmin((double)mono_since(p->now, made), INT32_MAX);
	say(out, m);
}

/* Made anew: a file may stay as it is for days. */
static bool is_newer(struct mono made, struct mono kept, int newer_s)
{
	return made.ms != kept.ms && (made.ms == MONO_NEVER.ms || kept.ms == MONO_NEVER.ms ||
		mono_since(made, kept) >= newer_s * 1000);
}

/* --- weather --------------------------------------------------------------------------------------------------- */

static bool same_weather(const struct forecast_weather *a, const struct forecast_weather *b)
{
	if (a->n != b->n || (a->n > 0 && a->start_s != b->start_s))
		return false;
	return memcmp(a->hour, b->hour, sizeof(a->hour[0]) * (size_t)a->n) == 0;
}

static void keep_weather(struct planner *p, int64_t now_s, struct outbox *out)
{
	static const struct forecast_weather none = { .n = 0 };
	struct planner_outlook *o = &p->outlook;
	struct msg m = { .log.text = "w" };
	struct mono made;
	const struct forecast_weather *w = planner_weather(p, now_s, &made);
	bool same;

	if (w == NULL) {
		w = &none;
		made = p->now;
	}
	same = same_weather(w, &o->kept);
	if ((same && (w->n == 0 || !is_newer(made, o->kept_at, WEATHER_NEWER_S))) || o->kept_slot == now_s / PLANNER_EVERY_S)
		return;
	o->kept_slot = now_s / PLANNER_EVERY_S;
	o->kept = *w;
	o->kept_at = made;
	if (w->n == 0)
		m.log.text[0] = '\0';
	else if (!same)
		forecast_pack(w, now_s, m.log.text + 1, sizeof(m.log.text) - 1);
	keep(p, made, &m, out);
}

/* --- prices ---------------------------------------------------------------------------------------------------- */

/* Of the hours that are looked at. */
static bool same_prices(const struct price_table *a, const struct price_table *b, int64_t now_s)
{
	for (int i = 0; i < FORECAST_LOOK_HOURS; i++) {
		double x = 0, y = 0;
		bool known = price_known(a, now_s + i * (int64_t)HOUR_S, &x);

		if (known != price_known(b, now_s + i * (int64_t)HOUR_S, &y) || x != y)
			return false;
		if (!known)
			return true;
	}
	return true;
}

static void keep_prices(struct planner *p, int64_t now_s, struct outbox *out)
{
	struct planner_outlook *o = &p->outlook;
	struct msg m = { .log.text = "p" };
	bool same = same_prices(&o->prices, &o->kept_prices, now_s);

	if ((same && !is_newer(o->prices_at, o->kept_prices_at, PRICES_NEWER_S)) || o->kept_prices_slot == now_s / PLANNER_EVERY_S)
		return;
	o->kept_prices_slot = now_s / PLANNER_EVERY_S;
	o->kept_prices = o->prices;
	o->kept_prices_at = o->prices_at;
	if (!same)
		price_pack(&o->prices, now_s, m.log.text + 1, sizeof(m.log.text) - 1);
	keep(p, o->prices_at, &m, out);
}

void planner_keep_fit(struct planner *p, struct outbox *out)
{
	struct msg m = { .log.text = "" };

	p->fit_kept = true;
	snprintf(m.log.text, sizeof(m.log.text), "f%.17g,%.17g,%d", p->fit.load, p->fit.cop, p->fit.days);
	keep(p, p->now, &m, out);
}

void planner_keep(struct planner *p, int64_t now_s, struct outbox *out)
{
	if (!p->fit_kept && p->fit.days > 0)
		planner_keep_fit(p, out);
	keep_weather(p, now_s, out);
	if (planner_priced_by_hour(p->settings->tariff.kind))
		keep_prices(p, now_s, out);
}

/* --- and back -------------------------------------------------------------------------------------------------- */

void planner_believe(struct planner *p, const struct forecast_weather *w, struct mono told)
{
	p->outlook.told = *w;
	p->outlook.told_at = told;
	p->outlook.news = true;
}

void planner_believe_fit(struct planner *p, const struct fit *f)
{
	p->fit = *f;
	p->fit_told = true;
}

void planner_believe_prices(struct planner *p, const struct price_table *prices, struct mono told)
{
	p->outlook.prices = *prices;
	p->outlook.prices_at = told;
	p->outlook.news = true;
}
