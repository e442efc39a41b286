/* SPDX-License-Identifier: MIT */
/* What was believed of weather, prices and the model is believed again: the events FORECAST, as planner_keep.c wrote them. */
#include <stdio.h>

#include "core/control/forecast_pack.h"
#include "whole/replay_parts.h"

bool replay_forecasts_open(struct replay_forecasts *f, const struct record *r, const struct replay_options *o,
	int64_t from_s, struct err *e)
{
	static const int codes[] = { LOG_FORECAST, LOG_BOOT };

	*f = (struct replay_forecasts){ .prices_ms = INT64_MAX,
		.prices_too = o->as_is->settings.tariff.kind == o->changed->settings.tariff.kind };
	return record_events(r, (from_s - REPLAY_LOOK_S) * 1000, o->to_s * 1000, codes, 2, &f->told, e);
}

void replay_forecasts_close(struct replay_forecasts *f)
{
	record_events_free(&f->told);
}

static void take(struct replay_forecasts *f, const struct record_event *v)
{
	int64_t made_ms = v->value < 0 ? INT64_MAX : v->at_ms - v->value;
	bool whole = v->text[0] != '\0' && v->text[1] != '\0';

	if (v->code == LOG_BOOT) {
		f->weather.n = 0;
		f->prices_ms = INT64_MAX;	/* a memory of them is left */
	} else if (v->text[0] == 'p') {
		f->prices_ms = made_ms;
		f->priced = true;
		if (whole)
			(void)price_unpack(v->text + 1, v->at_ms / 1000, &f->prices);
	} else if (v->text[0] == 'f') {
		f->fitted = sscanf(v->text, "f%lf,%lf,%d", &f->fit.load, &f->fit.cop, &f->fit.days) == 3;
	} else {
		f->weather_ms = made_ms;
		if (v->text[0] == '\0')
			f->weather.n = 0;
		else if (whole)
			(void)forecast_unpack(v->text + 1, v->at_ms / 1000, &f->weather);
	}
}

static void believe(const struct replay_forecasts *f, struct replay_stage *stage)
{
	struct mono told = f->prices_ms == INT64_MAX ? MONO_NEVER : (struct mono){ f->prices_ms - stage->start.ms };

	planner_believe(&stage->planner, &f->weather, (struct mono){ f->weather_ms - stage->start.ms });
	if (f->fitted && f->fit_too)
		planner_believe_fit(&stage->planner, &f->fit);
	if (f->priced && f->prices_too)
		planner_believe_prices(&stage->planner, &f->prices, told);
}

void replay_forecasts_second(struct replay_forecasts *f, struct replay_stage *stage, struct wall clock)
{
	int before = f->next;

	for (; f->next < f->told.n && f->told.at[f->next].at_ms / 1000 <= clock.ms / 1000; f->next++)
		take(f, &f->told.at[f->next]);
	if (f->next != before)
		believe(f, stage);
}
