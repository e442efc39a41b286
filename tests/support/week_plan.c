/* SPDX-License-Identifier: MIT */
#include "week_plan.h"

#include <stdlib.h>

#include "sim/forecaster.h"

enum { REPLAN_S = 1800, STEP_S = 900 };

bool week_optimiser_open(struct week_optimiser *o, const struct plant *plant, const struct local_params *q,
	uint64_t seed, bool noisy, bool coarse)
{
	struct plan_problem p = { .n_rows = WEEK_PLAN_ROWS };

	*o = (struct week_optimiser){ .noisy = noisy, .rng = rng_start(seed, "forecast") };
	plan_house_of(&p.house, plant);
	plan_params_default(&o->params, plant, plant->has_heat_pump ? q->max_ewt_c : q->tank_max_c);
	if (coarse) {
		o->params.tw_step_k = 1;
		o->params.th_step_k = 0.5;
	}
	p.params = o->params;
	o->values = malloc(plan_table_bytes(&p));
	return o->values != NULL;
}

void week_optimiser_close(struct week_optimiser *o)
{
	free(o->values);
	o->values = NULL;
}

static struct plan_row told(struct week_optimiser *o, const struct week_now *n, int64_t hour, int ahead, struct forecast_errors *e)
{
	int64_t h = hour < n->n_hours ? hour : n->n_hours - 1;
	struct weather_row w = n->weather[h];
	double usd = n->usd_per_kwh[h];

	if (o->noisy)
		forecast_err_hour(e, ahead, &w, &usd);
	return (struct plan_row){ w.out_c, w.wind_ms, w.sun_w_m2, usd, STEP_S };
}

static void forecast(struct week_optimiser *o, const struct week_now *n)
{
	struct forecast_errors e = { .temp = 0 };
	struct plan_row row = { 0 };
	int64_t before = -1;

	if (o->noisy)
		e = forecast_errs(&o->rng);
	for (int i = 0; i < WEEK_PLAN_ROWS; i++) {
		int64_t hour = (n->t_s + i * (int64_t)STEP_S) / 3600;

		if (hour != before)
			row = told(o, n, hour, (int)(hour - n->t_s / 3600), &e);
		before = hour;
		o->rows[i] = row;
	}
}

static double mean_c(const double c[], int n)
{
	double sum = 0;

	for (int i = 0; i < n; i++)
		sum += c[i] / n;
	return sum;
}

static struct plan_state measured(const struct week_now *n)
{
	const struct plant *p = n->plant;
	double c[PLANT_MAX_LAYERS], kg = p->buffer.litres, store_kg = p->store.kind == STORE_NONE ? 0 : p->store.tank.litres;
	double air = p->house.air_j_per_k, mass = p->house.mass_j_per_k;
	struct plan_state s = { .tw_c = mean_c(n->state->buffer.c, p->buffer.layers), .on = n->source_on };

	for (int i = 0; store_kg > 0 && i < p->store.tank.layers; i++)
		c[i] = plant_store_c(n->state, i);
	if (store_kg > 0)
		s.tw_c = (kg * s.tw_c + store_kg * mean_c(c, p->store.tank.layers)) / (kg + store_kg);
	s.th_c = (air * n->state->air_c + mass * n->state->mass_c) / (air + mass);
	return s;
}

static void plan_anew(struct week_optimiser *o, const struct week_now *n)
{
	struct plan_problem p = { .params = o->params, .rows = o->rows, .n_rows = WEEK_PLAN_ROWS };

	plan_house_of(&p.house, n->plant);
	forecast(o, n);
	plan_solve(&o->solver, &p, o->values);
	plan_roll_out(&o->solver, measured(n), &o->plan);
	o->made_s = n->t_s;
}

enum local_wish week_optimiser_wish(void *ctx, const struct week_now *n)
{
	struct week_optimiser *o = ctx;

	if (n->t_s % REPLAN_S == 0)
		plan_anew(o, n);
	return o->plan.action[(n->t_s - o->made_s) / STEP_S].on ? WISH_ON : WISH_OFF;
}
