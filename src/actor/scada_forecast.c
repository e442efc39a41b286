/* SPDX-License-Identifier: MIT */
/* What the AtomicTNode foretells passes the gate here and goes on to the planner, which tells what it makes of it. It
 * commands nothing, so it needs no contract: only its sender, its signature and its age count. */
#include <math.h>

#include "actor/scada_parts.h"
#include "core/control/forecast.h"

static const double FITS_K = 5;	/* as for a plan */

static void pass_on(const struct msg *in, struct outbox *out)
{
	struct msg m = *in;

	m.to = TO_PLANNER;
	say(out, &m);
}

void scada_weather(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_weather *w = &in->weather;

	if (w->part == 0)
		s->weather_open = scada_fresh(s, &s->weather_order, w->send_ms, "weather.forecast.100", out);
	if (!s->weather_open)
		return;
	s->weather_open = w->part + 1 < w->parts;
	pass_on(in, out);
}

void scada_prices(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_prices *p = &in->prices;

	if (p->part == 0)
		s->prices_open = scada_fresh(s, &s->prices_order, p->send_ms, "price.forecast.100", out);
	if (!s->prices_open)
		return;
	s->prices_open = p->part + 1 < p->parts;
	pass_on(in, out);
}

void scada_outlook(struct scada *s, const struct msg *in, struct outbox *out)
{
	(void)out;
	s->heat.outlook = in->outlook;
}

/* Does it fit what is measured? A forecast that is far too warm, by mistake or on purpose, must not leave the house cold. */
static bool fits(const struct msg_outlook *o, int64_t first, int64_t second_of_hour, const struct house_heat_inputs *in)
{
	double now_c = o->out_cc[first] / 100.0, next_c = o->out_cc[first + 1 < PLAN_HOURS ? first + 1 : first] / 100.0;

	now_c += (next_c - now_c) * (double)second_of_hour / FORECAST_HOUR_S;
	return in->out_good && fabs(in->out_c - now_c) <= FITS_K;
}

/* Into the hours local control looks ahead to; without a forecast, with an old one, or with one that does not fit what is
 * measured outdoors, it believes its own rule. */
void scada_foresee(const struct scada *s, struct house_heat_inputs *in)
{
	const struct msg_outlook *o = &s->heat.outlook;
	int64_t first = (s->clock.ms / 1000 - o->start_s) / FORECAST_HOUR_S;

	in->has_forecast = o->weather && in->n_hours > 0 && first >= 0 && first < PLAN_HOURS &&
		mono_since(s->now, o->weather_made) <= FORECAST_WEATHER_S * 1000LL &&
		fits(o, first, s->clock.ms / 1000 % FORECAST_HOUR_S, in);
	for (int i = 0; in->has_forecast && i < in->n_hours; i++) {
		int64_t h = first + i;

		while (h >= PLAN_HOURS)		/* as the day before */
			h -= FORECAST_DAY;
		in->hour[i].out_c = o->out_cc[h] / 100.0;
		in->hour[i].wind_ms = o->wind_dms[h] / 10.0;
	}
}
