/* SPDX-License-Identifier: MIT */
/* The slow fit of the house's model, kept in the state directory over restarts. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "actor/planner_parts.h"
#include "core/civil.h"

static const char file_name[] = "fit.csv", header[] = "load_factor,cop_factor,days";
static const double LOW = 0.7, HIGH = 1.3;

void planner_recall_fit(struct planner *p)
{
	struct fit f = { 0 };
	char text[160];
	int end = 0;

	p->fit = fit_none();
	if (p->port.recall == NULL || !p->port.recall(p->port.self, file_name, text, sizeof(text)) ||
		strncmp(text, header, strlen(header)) != 0)
		return;
	if (sscanf(text + strlen(header), " %lf,%lf,%d%n", &f.load, &f.cop, &f.days, &end) == 3 && end > 0 && f.load >= LOW &&
		f.load <= HIGH && f.cop >= LOW && f.cop <= HIGH && f.days >= 0)
		p->fit = f;
}

static void close_day(struct planner *p, struct outbox *out)
{
	int before = p->fit.days;
	char text[160];
	struct err e;
	int n;

	fit_close_day(&p->fit, &p->fit_day, p->house->plant.has_heat_pump);
	planner_keep_fit(p, out);
	if (p->fit.days == before)
		return;
	note(out, LEVEL_INFO, LOG_PLAN, NO_NODE, "by the last day's energy the house loses %.2f of what its model says, at a COP "
		"of %.2f of it (days=%d)", p->fit.load, p->fit.cop, p->fit.days);
	n = snprintf(text, sizeof(text), "%s\n%.6f,%.6f,%d\n", header, p->fit.load, p->fit.cop, p->fit.days);
	if (p->port.keep != NULL && !p->port.keep(p->port.self, file_name, text, (size_t)n, &e))
		note(out, LEVEL_WARNING, LOG_STORE, NO_NODE, "the fit is not kept: %.120s - after a restart it begins anew", e.text);
}

void planner_fit(struct planner *p, const struct msg_heat *h, struct outbox *out)
{
	const struct plant *plant = &p->house->plant;
	struct forecast_hour w = planner_weather_now(p);
	int64_t day = civil_at(p->zone, p->clock.ms / 1000).day;
	struct fit_look look = { .ms = p->now.ms, .tw_c = h->tw_c, .th_c = plan_th_c(&plant->house, h->air_c, &p->mass),
		.out_c = h->out_c, .wind_ms = w.wind_ms, .sun_w_m2 = w.sun_w_m2, .on = h->on, .power_known = h->power_known,
		.power_w = h->power_w };
	struct plan_problem model;

	if (p->fit_told)
		return;
	if (p->trusted && p->fit_on_day != day) {
		if (p->fit_on_day != 0)
			close_day(p, out);
		p->fit_on_day = day;
	}
	plan_problem_of(&model, plant, h->set_c, h->max_water_c, false);
	fit_look(&p->fit_day, &model.house, &model.params, plant->circulators.dist_w + plant->circulators.primary_w +
		plant->circulators.store_w, &look);
}
