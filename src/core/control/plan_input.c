/* SPDX-License-Identifier: MIT */
#include "core/control/plan_input.h"

#include <math.h>

#include "core/heat/heat.h"

enum { QUARTERS_AN_HOUR = 4, LEAST_S = 600 };

static const double SINKS_K_PER_S = 1.0 / (12 * 3600), WIND_MS = 4, WH_PER_KWH = 1000, GRID_TW_K = 1, GRID_TH_K = 0.5;

/* --- the house ------------------------------------------------------------------------------------------ */

void plan_mass_follow(struct plan_mass *m, const struct plant_envelope *e, double air_c, double out_c, double dt_s)
{
	double ua = e->air_mass_w_per_k + e->mass_out_w_per_k;
	double load_w = fmax(0, heat_loss_w_per_k(e, WIND_MS) * (air_c - out_c) - e->internal_w);
	double towards_c = (e->air_mass_w_per_k * air_c + e->mass_out_w_per_k * out_c + e->emit_to_mass * load_w) / ua;

	if (!m->known)
		*m = (struct plan_mass){ true, towards_c };
	m->c = towards_c + (m->c - towards_c) * exp(-dt_s * ua / e->mass_j_per_k);
}

double plan_th_c(const struct plant_envelope *e, double air_c, const struct plan_mass *m)
{
	return (e->air_j_per_k * air_c + e->mass_j_per_k * m->c) / (e->air_j_per_k + e->mass_j_per_k);
}

void plan_problem_of(struct plan_problem *p, const struct plant *plant, double set_c, double max_water_c, bool boost)
{
	*p = (struct plan_problem){ .boost = boost };
	plan_house_of(&p->house, plant);
	p->house.envelope.set_c = set_c;
	plan_params_default(&p->params, plant, max_water_c);
	p->params.tw_step_k = GRID_TW_K;
	p->params.th_step_k = GRID_TH_K;
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static int64_t quarter_start_s(int64_t now_s)
{
	return now_s - now_s % PLAN_STEP_S;
}

/* Little is left of this quarter hour: it is planned together with the next. */
static bool joined(int64_t now_s)
{
	return PLAN_STEP_S - now_s % PLAN_STEP_S < LEAST_S;
}

int plan_row_of(int64_t now_s, int quarter)
{
	return joined(now_s) && quarter > 0 ? quarter - 1 : quarter;
}

bool plan_usd_per_kwh(const struct plan_outlook *o, int64_t now_s, int64_t unix_s, double *usd_per_kwh)
{
	double tariff = tariff_usd_per_kwh(o->tariff, o->zone, unix_s), usd;
	bool known;

	*usd_per_kwh = tariff;
	if (o->prices == NULL)
		return true;
	known = price_known(o->prices, unix_s, &usd);
	if (known || price_usual(o->prices, now_s, unix_s, &usd))
		*usd_per_kwh = o->distribution ? usd + tariff : usd;
	return known;
}

static struct plan_row row_at(const struct plan_outlook *o, int64_t now_s, int64_t at_s, struct plan_basis *basis)
{
	struct forecast_hour w = { o->out_c - SINKS_K_PER_S * (double)(at_s - quarter_start_s(now_s)), WIND_MS, 0 };
	struct plan_row row = { .dt_s = PLAN_STEP_S };

	basis->persistence = o->weather == NULL || !forecast_weather_at(o->weather, at_s, &w);
	row.out_c = w.out_c;
	row.wind_ms = w.wind_ms;
	row.sun_w_m2 = w.sun_w_m2;
	if (!plan_usd_per_kwh(o, now_s, at_s, &row.usd_per_kwh) && at_s % (QUARTERS_AN_HOUR * PLAN_STEP_S) == 0)
		basis->guessed++;
	return row;
}

int plan_rows(struct plan_row rows[PLAN_QUARTERS], int64_t now_s, const struct plan_outlook *o, struct plan_basis *basis)
{
	int64_t start_s = quarter_start_s(now_s);
	int n = joined(now_s) ? PLAN_QUARTERS - 1 : PLAN_QUARTERS, skipped = PLAN_QUARTERS - n;

	*basis = (struct plan_basis){ .guessed = 0 };
	for (int k = 0; k < n; k++)
		rows[k] = row_at(o, now_s, start_s + (k + skipped) * (int64_t)PLAN_STEP_S, basis);
	rows[0].dt_s = (double)(start_s + (1 + skipped) * (int64_t)PLAN_STEP_S - now_s);
	return n;
}

/* --- the plan as a message ---------------------------------------------------------------------------------- */

static int8_t half_c(double c)
{
	return (int8_t)fmax(INT8_MIN, fmin(INT8_MAX, round(2 * c)));
}

void plan_tell(struct msg_plan *m, const struct plan *p, const struct plan_solver *s, const struct plan_basis *basis,
	int64_t now_s)
{
	double wh = 0;

	*m = (struct msg_plan){ .start_s = quarter_start_s(now_s),
		.guessed_hours = (uint8_t)basis->guessed,
		.cost_usd = (float)(p->cost_usd - plan_value_usd(s, p->n, p->state[p->n])),
		.heat_usd_per_kwh = (float)plan_heat_usd_per_kwh(s, 0, p->state[0]) };
	for (int k = 0; k < p->n; k++)
		wh += p->elec_w[k] * s->problem.rows[k].dt_s / 3600;
	m->energy_kwh = (float)(wh / WH_PER_KWH);
	for (int q = 0; q < PLAN_QUARTERS; q++) {
		int k = plan_row_of(now_s, q);

		if (p->action[k].on)
			m->on[q / 8] |= (uint8_t)(1u << q % 8);
		if (p->action[k].boost)
			m->boost[q / 8] |= (uint8_t)(1u << q % 8);
		if (q % QUARTERS_AN_HOUR == 0) {
			m->tw_half_c[q / QUARTERS_AN_HOUR] = half_c(p->state[k].tw_c);
			m->out_half_c[q / QUARTERS_AN_HOUR] = half_c(s->problem.rows[k].out_c);
		}
	}
}

static double between(const int8_t half[PLAN_HOURS], int quarter)
{
	int h = quarter / QUARTERS_AN_HOUR, next = h + 1 < PLAN_HOURS ? h + 1 : h;

	return (half[h] + (half[next] - half[h]) * (quarter % QUARTERS_AN_HOUR) / (double)QUARTERS_AN_HOUR) / 2;
}

bool plan_read(const struct msg_plan *m, int64_t now_s, struct plan_now *now)
{
	int64_t q = (now_s - m->start_s) / PLAN_STEP_S;

	if (now_s < m->start_s || q >= PLAN_QUARTERS)
		return false;
	*now = (struct plan_now){ m->on[q / 8] >> q % 8 & 1, m->boost[q / 8] >> q % 8 & 1, between(m->tw_half_c, (int)q),
		between(m->out_half_c, (int)q), (double)(m->start_s + PLAN_QUARTERS * (int64_t)PLAN_STEP_S - now_s) };
	return true;
}
