/* SPDX-License-Identifier: MIT */
/* What the optimiser has planned, quarter hour by quarter hour. */
#include "core/control/plan_input.h"
#include "core/wire/members.h"
#include "core/wire/report_parts.h"

enum { PER_CENT = 100 };

/* index = enum weather_source; the one of the thermometer alone is what it was */
static const char *const weathers[] = { "persistence", "file", "atn" };

static void write_steps(struct writer *w, const struct msg_plan *p)
{
	member_open(w, "steps", '[');
	for (int q = 0; q < PLAN_QUARTERS; q++) {
		int64_t at_s = p->start_s + q * (int64_t)PLAN_STEP_S;
		struct plan_now now;

		plan_read(p, at_s, &now);
		member_open(w, NULL, '{');
		member_int(w, "t_ms", at_s * 1000);
		member_bool(w, "on", now.on);
		member_bool(w, "boost", now.boost);
		member_double(w, "tw_c", now.tw_c);
		member_double(w, "out_c", now.out_c);
		member_close(w, '}');
	}
	member_close(w, ']');
}

void report_plan_basis(struct writer *w, const struct msg_plan *p)
{
	member_text(w, "weather", weathers[p->weather_from]);
	member_int(w, "guessed_price_hours", p->guessed_hours);
	member_open(w, "fit", '{');
	member_milli(w, "load_factor", (int64_t)((double)p->load_factor * 1000 + 0.5));
	member_milli(w, "cop_factor", (int64_t)((double)p->cop_factor * 1000 + 0.5));
	member_int(w, "days", p->fit_days);
	member_close(w, '}');
}

void report_plan(struct writer *w, const struct report_facts *f)
{
	const struct house_view *v = f->view;

	report_begin(w, f);
	member_bool(w, "has_model", v->has_model);
	member_text(w, "heats_by", v->heats_by);
	if (!v->has_plan) {
		member_null(w, "plan");
	} else {
		member_open(w, "plan", '{');
		member_int(w, "age_s", v->plan_age_ms / 1000);
		report_plan_basis(w, &v->plan);
		member_milli(w, "energy_kwh", (int64_t)((double)v->plan.energy_kwh * 1000));
		member_milli(w, "cost", (int64_t)((double)v->plan.cost_usd * 1000));
		member_text(w, "currency", f->settings->display.currency);
		member_milli(w, "heat_cents_per_kwh", (int64_t)((double)v->plan.heat_usd_per_kwh * PER_CENT * 1000));
		write_steps(w, &v->plan);
		member_close(w, '}');
	}
	member_close(w, '}');
}
