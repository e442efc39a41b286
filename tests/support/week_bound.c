/* SPDX-License-Identifier: MIT */
#include "week_bound.h"

#include <math.h>
#include <string.h>

#include "core/control/plan_model.h"
#include "core/heat/heat.h"

enum { STEP_S = 900, STEPS = (WEEK_DAYS - 1) * 24 * 4, FIRST_HOUR = 24, MOST_PIECES = STEPS + 8 };

static const double LESS_K = 10, J_PER_KWH = 3.6e6, W_PER_KW = 1000, STEP_H = STEP_S / 3600.0;

/* One straight piece of the cost-to-go: what a kWh more in store saves, and over how many kWh. Steepest first. */
struct piece { double worth, kwh; };

/* The cost-to-go over 0..store_kwh; at_full: with a full store. */
struct togo { struct piece list[MOST_PIECES]; int n; double at_full; };

struct bound {
	const struct plant *plant;
	struct plan_params params;
	double least_lwt_c, store_kwh, loss_w;
	struct weather_row rows[WEEK_HOURS];
	double usd_per_kwh[WEEK_HOURS];
};

/* What a step needs, what the source can give in it, and what that costs. */
struct step { double need_kwh, most_kwh, usd_per_kwh, element_usd_per_kwh, standby_usd; };

static struct weather_row weather_of(const struct bound *b, int hour, double share)
{
	const struct weather_row *r = &b->rows[hour];

	return (struct weather_row){ r->out_c + share * (r[1].out_c - r->out_c),
		r->wind_ms + share * (r[1].wind_ms - r->wind_ms), r->sun_w_m2 };
}

static struct step step_of(const struct bound *b, int k)
{
	const struct plant *p = b->plant;
	const struct plant_envelope *h = &p->house;
	int hour = FIRST_HOUR + k / 4;
	struct weather_row w = weather_of(b, hour, k % 4 / 4.0);
	double gains_w = h->internal_w + h->solar_m2 * w.sun_w_m2;
	double need_w = fmax(0, heat_loss_w_per_k(h, w.wind_ms) * (h->set_c - w.out_c) - gains_w);
	double lwt_c = fmax(b->least_lwt_c, heat_required_supply_c(&p->emitters, need_w, h->set_c));
	double cop = p->has_heat_pump ? heat_pump_cop(&p->heat_pump, w.out_c, lwt_c) : 1;
	double most_w = heat_source_w(p, w.out_c, lwt_c), usd = b->usd_per_kwh[hour];

	if (p->has_heat_pump)
		most_w = fmin(most_w, p->heat_pump.elec_max_w * cop);
	return (struct step){ .need_kwh = (need_w + b->loss_w) / W_PER_KW * STEP_H, .most_kwh = most_w / W_PER_KW * STEP_H,
		.usd_per_kwh = usd * (1 / cop + b->params.pump_w / most_w), .element_usd_per_kwh = usd,
		.standby_usd = usd * b->params.standby_w / W_PER_KW * STEP_H };
}

static void insert(struct togo *v, struct piece new)
{
	int i = v->n;

	for (; i > 0 && v->list[i - 1].worth < new.worth; i--)
		v->list[i] = v->list[i - 1];
	v->list[i] = new;
	v->n++;
}

/* Takes kwh off the cheap end. Returns what they were worth. */
static double cut(struct togo *v, double kwh)
{
	double worth = 0;

	while (v->n > 0 && kwh > 0) {
		struct piece *last = &v->list[v->n - 1];
		double part = fmin(kwh, last->kwh);

		worth += part * last->worth;
		last->kwh -= part;
		kwh -= part;
		v->n -= last->kwh <= 0;
	}
	return worth;
}

/* Keeps that much from the cheap end on. */
static void keep(struct togo *v, double kwh)
{
	int first = v->n;

	while (first > 0 && kwh > 0) {
		struct piece *p = &v->list[--first];

		p->kwh = fmin(p->kwh, kwh);
		kwh -= p->kwh;
	}
	v->n -= first;
	memmove(v->list, v->list + first, (size_t)v->n * sizeof(v->list[0]));
}

/* A step earlier: heat may be bought, from the source at its price and without end from an element, and the need is taken. */
static void step_back(struct togo *v, const struct bound *b, const struct step *s)
{
	insert(v, (struct piece){ s->usd_per_kwh, s->most_kwh });
	insert(v, (struct piece){ s->element_usd_per_kwh, b->store_kwh + s->need_kwh });
	v->at_full += cut(v, s->need_kwh) + s->standby_usd;
	keep(v, b->store_kwh);
}

/* Heat between the water that comes back when the least leaving water goes out, and the hottest allowed. */
static double store_kwh(const struct bound *b)
{
	const struct plant *p = b->plant;
	struct plan_house house;
	double flow = heat_kg_s(p->emitters.flow_lpm), set_c = p->house.set_c;
	double emitted_w = heat_emitter_w(&p->emitters, b->least_lwt_c, set_c, flow);
	double back_c = b->least_lwt_c - emitted_w / (flow * HEAT_CP_J_PER_KG_K);

	plan_house_of(&house, p);
	return fmax(0, house.water_j_per_k * (b->params.tw_max_c - back_c)) / J_PER_KWH;
}

double week_bound_usd(const struct plant *p, const struct local_params *q, uint64_t seed)
{
	struct bound b = { .plant = p };
	struct togo v = { .n = 0 };

	plan_params_default(&b.params, p, p->has_heat_pump ? q->max_ewt_c : q->tank_max_c);
	b.least_lwt_c = p->has_heat_pump ? fmin(WEEK_BOUND_LWT_C, p->heat_pump.lwt_set_c - LESS_K) : WEEK_BOUND_LWT_C;
	b.store_kwh = store_kwh(&b);
	b.loss_w = heat_tanks_w_per_k(p) * (b.least_lwt_c - p->cellar_c);
	week_series(p, seed, WEEK_HOURS, b.rows, b.usd_per_kwh);
	insert(&v, (struct piece){ 0, b.store_kwh });	/* nothing is worth anything afterwards */
	for (int k = STEPS - 1; k >= 0; k--) {
		struct step s = step_of(&b, k);

		step_back(&v, &b, &s);
	}
	return v.at_full + cut(&v, b.store_kwh);	/* it begins empty */
}
