/* SPDX-License-Identifier: MIT */
#include "core/history/figures.h"

#include <math.h>

#include "core/heat/heat.h"

enum { SUPPLY, RETURN, FLOW, N_HELD };
enum { MS_PER_H = 3600 * 1000, EDGE_MS = 15 * 60 * 1000, LEAST_WH = 500, MINUTE_S = 60 };

/* For a COP nearly all of the day must be known, and what comes out must be one. */
static const double KNOWN_SHARE = 0.95, COP_LEAST = 0.5, COP_MOST = 10, LITRES_PER_GALLON = 3.785411784;

enum { ENERGY, COST, PRICED, HEAT, HEAT_SECONDS, COP };

const char *figures_name(int i)
{
	static const char *const names[N_FIGURES_MOST] = { [ENERGY] = "energy.wh", [COST] = "cost.thousandths",
		[PRICED] = "cost.priced_wh", [HEAT] = "heat.wh", [HEAT_SECONDS] = "heat.seconds",
		[COP] = "cop.estimated.thousandths" };

	return i >= 0 && i < N_FIGURES_MOST ? names[i] : NULL;
}

void figures_begin(struct figures *f)
{
	*f = (struct figures){ .end_ms = INT64_MIN };
}

/* --- readings ------------------------------------------------------------------------------ */

struct readings { const struct block_reading *r; int32_t n; const struct store_series *is; };

static struct readings readings_of(const struct block *b, int32_t series, const struct store_series *all)
{
	for (int32_t i = 0; i < b->n_series; i++)
		if (b->series[i].id == series)
			return (struct readings){ &b->readings[b->series[i].first], b->series[i].count, &all[series] };
	return (struct readings){ NULL, 0, NULL };
}

/* Degrees C, kilograms of water a second, or the number itself. */
static double value_of(const struct store_series *is, int64_t code)
{
	double v = (double)code_map_apply(is->map, code);

	switch (is->name) {
	case TELEMETRY_WATER_TEMP_C:
		return v / 1000;
	case TELEMETRY_WATER_TEMP_F:
		return (v / 1000 - 32) / 1.8;
	case TELEMETRY_GPM_TIMES_10:
		return heat_kg_s(v / 10 * LITRES_PER_GALLON);
	case TELEMETRY_GPM_TIMES_100:
		return heat_kg_s(v / 100 * LITRES_PER_GALLON);
	case TELEMETRY_POWER_W:
	case TELEMETRY_RELAY_STATE:
	case TELEMETRY_CURRENT_UA:
	case N_TELEMETRY_NAMES:
		break;
	}
	return v;
}

/* --- heat delivered ------------------------------------------------------------------------ */

/* What is held at from_ms counts up to to_ms, as far as all three are known. */
static void deliver(struct figures *f, int64_t from_ms, int64_t to_ms)
{
	for (int i = 0; i < N_HELD; i++) {
		if (!f->held[i].known)
			return;
		to_ms = f->held[i].until_ms < to_ms ? f->held[i].until_ms : to_ms;
	}
	if (to_ms <= from_ms)
		return;
	f->heat_ms += to_ms - from_ms;
	f->heat_j += f->held[FLOW].v * HEAT_CP_J_PER_KG_K * (f->held[SUPPLY].v - f->held[RETURN].v) *
		(double)(to_ms - from_ms) / 1000;
}

/* The three series together, in the order of time; a late reading counts from now on. */
static void feed_heat(struct figures *f, const struct readings in[N_HELD], int64_t start_ms)
{
	int32_t at[N_HELD] = { 0 };
	int64_t now_ms = start_ms;

	for (;;) {
		int next = -1;

		for (int i = 0; i < N_HELD; i++)
			if (at[i] < in[i].n && (next < 0 || in[i].r[at[i]].at_ms < in[next].r[at[next]].at_ms))
				next = i;
		if (next < 0)
			break;
		if (in[next].r[at[next]].at_ms > now_ms) {
			deliver(f, now_ms, in[next].r[at[next]].at_ms);
			now_ms = in[next].r[at[next]].at_ms;
		}
		f->held[next] = (struct figures_held){ value_of(in[next].is, in[next].r[at[next]].code),
			in[next].r[at[next]].at_ms + FIGURES_HOLD_MS, true };
		at[next]++;
	}
	deliver(f, now_ms, start_ms + FIGURES_ROW_MS);
}

/* --- cost ---------------------------------------------------------------------------------- */

/* Of a quarter hour; where the price changes in it, the mean of its minutes. */
static bool quarter_price(const struct figures_price *p, int64_t at_s, double *per_kwh)
{
	const int n = FIGURES_QUARTER_S / MINUTE_S;
	double last, sum = 0, v;

	if (!p->at(p->self, at_s, per_kwh) || !p->at(p->self, at_s + FIGURES_QUARTER_S - 1, &last))
		return false;
	if (!(fabs(last - *per_kwh) > 0))
		return true;
	for (int i = 0; i < n; i++) {
		if (!p->at(p->self, at_s + (int64_t)i * MINUTE_S, &v))
			return false;
		sum += v / n;
	}
	*per_kwh = sum;
	return true;
}

static int64_t *quarter_of(struct figures *f, int64_t at_s)
{
	return &f->quarter_w_ms[at_s / FIGURES_QUARTER_S % FIGURES_QUARTERS];
}

/* The cost of the part that has a price, which is *priced_w_ms. */
static double cost_of(const struct figures *f, const struct figures_price *p, int64_t from_s, int64_t to_s,
	int64_t *priced_w_ms)
{
	double cost = 0, per_kwh;

	*priced_w_ms = 0;
	for (int64_t s = from_s; s < to_s; s += FIGURES_QUARTER_S) {
		int64_t w_ms = f->quarter_w_ms[s / FIGURES_QUARTER_S % FIGURES_QUARTERS];

		if (w_ms == 0 || !quarter_price(p, s, &per_kwh))
			continue;
		*priced_w_ms += w_ms;
		cost += (double)w_ms / MS_PER_H / 1000 * per_kwh;
	}
	return cost;
}

/* --- the tanks ----------------------------------------------------------------------------- */

/* The mean of its layers, each by its readings of the row. */
static bool tank_heat(const struct figures_tank *t, const struct block *b, const struct store_series *series,
	const struct plant *p, bool store, double *j, double *lost_w)
{
	const struct plant_tank *tank = store ? &p->store.tank : &p->buffer;
	bool pcm = store && p->store.kind == STORE_PCM;
	double mean_c = 0;

	for (int32_t i = 0; i < t->n; i++) {
		struct readings in = readings_of(b, t->layer[i], series);
		double sum = 0;

		for (int32_t k = 0; k < in.n; k++)
			sum += value_of(in.is, in.r[k].code);
		if (in.n == 0)
			return false;
		mean_c += sum / in.n / t->n;
		*j += pcm ? heat_pcm_kj_per_kg(&p->store, sum / in.n) * 1000 * p->store.kg / t->n :
			    tank->litres * HEAT_CP_J_PER_KG_K * (sum / in.n) / t->n;
	}
	if (t->n > 0)
		*lost_w += tank->ua_w_per_k * (mean_c - p->cellar_c);
	return true;
}

static void feed_tanks(struct figures *f, const struct figures_house *h, int64_t row_ms, const struct block *b,
	const struct store_series *series)
{
	double j = 0, lost_w = 0;

	for (int i = 0; i < 2; i++)
		if (!tank_heat(&h->tank[i], b, series, h->plant, i == 1, &j, &lost_w))
			return;
	if (f->tank_rows++ == 0) {
		f->first_ms = row_ms;
		f->first_j = j;
	}
	f->last_ms = row_ms + FIGURES_ROW_MS;
	f->last_j = j;
	f->lost_j += lost_w * FIGURES_ROW_MS / 1000;
}

static bool is_on(const struct readings *in)
{
	for (int32_t i = 0; i < in->n; i++)
		if (in->r[i].code != 0)
			return true;
	return false;
}

/* --- all of it ----------------------------------------------------------------------------- */

void figures_feed(struct figures *f, const struct figures_house *h, int64_t row_s, const struct block *b,
	const struct store_series *series, int64_t w_ms)
{
	const struct readings in[N_HELD] = { [SUPPLY] = readings_of(b, h->supply, series),
		[RETURN] = readings_of(b, h->back, series), [FLOW] = readings_of(b, h->flow, series) };

	if (f->end_ms != row_s * 1000)
		for (int i = 0; i < N_HELD; i++)
			f->held[i].known = false;
	f->end_ms = row_s * 1000 + FIGURES_ROW_MS;
	feed_heat(f, in, row_s * 1000);
	f->meter_rows += readings_of(b, h->meter, series).n > 0;
	f->w_ms += w_ms;
	*quarter_of(f, row_s) += w_ms;
	for (int32_t i = 0; i < h->n_backups; i++) {
		struct readings r = readings_of(b, h->backup[i], series);

		f->backup = f->backup || is_on(&r);
	}
	if (h->plant != NULL)
		feed_tanks(f, h, row_s * 1000, b, series);
}

static bool nearly(int64_t part, int64_t all)
{
	return (double)part >= KNOWN_SHARE * (double)all;
}

static bool cop_of(const struct figures *f, const struct figures_house *h, int64_t from_s, int64_t to_s, double *cop)
{
	int64_t day_ms = (to_s - from_s) * 1000, rows = day_ms / FIGURES_ROW_MS;

	if (h->plant == NULL || f->backup || f->tank_rows == 0 || f->w_ms / MS_PER_H < LEAST_WH)
		return false;
	if (!nearly(f->heat_ms, day_ms) || !nearly(f->meter_rows, rows) || !nearly(f->tank_rows, rows) ||
		f->first_ms > from_s * 1000 + EDGE_MS || f->last_ms < to_s * 1000 - EDGE_MS)
		return false;
	*cop = (f->heat_j + f->last_j - f->first_j + f->lost_j) / ((double)f->w_ms / 1000);
	return *cop >= COP_LEAST && *cop <= COP_MOST;
}

static void add(struct figure out[], int *n, int which, bool known, double value)
{
	if (known)
		out[(*n)++] = (struct figure){ figures_name(which), llround(value) };
}

int figures_result(const struct figures *f, const struct figures_house *h, const struct figures_price *price,
	int64_t from_s, int64_t to_s, struct figure out[N_FIGURES_MOST])
{
	int64_t priced_w_ms;
	double cop = 0, cost = cost_of(f, price, from_s, to_s, &priced_w_ms);
	bool has_cop = cop_of(f, h, from_s, to_s, &cop);
	int n = 0;

	add(out, &n, ENERGY, f->meter_rows > 0, (double)f->w_ms / MS_PER_H);
	add(out, &n, COST, priced_w_ms > 0, cost * 1000);
	add(out, &n, PRICED, f->meter_rows > 0, (double)priced_w_ms / MS_PER_H);
	add(out, &n, HEAT, f->heat_ms > 0, f->heat_j / 3600);
	add(out, &n, HEAT_SECONDS, f->heat_ms > 0, (double)f->heat_ms / 1000);
	add(out, &n, COP, has_cop, cop * 1000);
	return n;
}
