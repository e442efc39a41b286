/* SPDX-License-Identifier: MIT */
#include "core/control/plan_bid.h"

#include <math.h>
#include <stdlib.h>

enum { MAX_POINTS = 1 << PLAN_BID_FREE_STEPS };

struct point { double wh, usd; };

/* What one sequence of the slot draws, and costs without the market's price but with all that comes after. */
static struct point follow(const struct plan_solver *s, struct plan_state at, int steps, int each, unsigned int sequence,
	double fixed_usd_per_kwh)
{
	const struct plan_problem *p = &s->problem;
	struct point point = { 0, 0 };

	for (int k = 0; k < steps; k++) {
		struct plan_row row = p->rows[k];
		struct plan_action a = { .on = sequence >> (k / each) & 1 };
		struct plan_outcome o;

		row.usd_per_kwh = fixed_usd_per_kwh;
		o = plan_model_step(&p->house, &p->params, &row, at, a);
		point.wh += o.elec_w * row.dt_s / 3600;
		point.usd += o.cost_usd;
		at = o.next;
	}
	point.wh = floor(point.wh + 0.5);
	point.usd += plan_value_usd(s, steps, at);
	return point;
}

static int by_energy_then_cost(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	if (x->wh != y->wh)
		return x->wh < y->wh ? -1 : 1;
	return (x->usd > y->usd) - (x->usd < y->usd);
}

/* y lies on or above the line from x to z. */
static bool above(struct point x, struct point y, struct point z)
{
	return (y.usd - x.usd) * (z.wh - x.wh) >= (z.usd - x.usd) * (y.wh - x.wh);
}

/* Sorted points to their lower convex hull, in place. */
static int hull(struct point *p, int n)
{
	int kept = 0;

	for (int k = 0; k < n; k++) {
		if (kept > 0 && p[kept - 1].wh == p[k].wh)
			continue;
		while (kept > 1 && above(p[kept - 2], p[kept - 1], p[k]))
			kept--;
		p[kept++] = p[k];
	}
	return kept;
}

static double rounded(double x, double per_unit)
{
	return floor(x * per_unit + 0.5) / per_unit;
}

/* One more edge: equal prices, and prices beyond the first pair's, are merged into the pair before. */
static void add(struct plan_bid *bid, double usd_per_mwh, double w)
{
	struct plan_bid_pair *last = &bid->pair[bid->n - 1];

	if (usd_per_mwh >= last->usd_per_mwh)
		last->w = w;
	else if (bid->n < PLAN_BID_MAX_PAIRS)
		bid->pair[bid->n++] = (struct plan_bid_pair){ usd_per_mwh, w };
}

static double slot_hours(const struct plan_solver *s, int steps)
{
	double hours = 0;

	for (int k = 0; k < steps; k++)
		hours += s->problem.rows[k].dt_s / 3600;
	return hours;
}

bool plan_bid(const struct plan_solver *s, struct plan_state from, int steps, double fixed_usd_per_kwh,
	double price_max_usd_per_mwh, struct plan_bid *bid)
{
	int each = steps > PLAN_BID_FREE_STEPS ? 2 : 1, free_steps = (steps + each - 1) / each, n;
	struct point points[MAX_POINTS];
	double hours;

	bid->n = 0;
	if (steps < 1 || steps > PLAN_BID_MAX_STEPS || steps > s->problem.n_rows || s->next >= 0)
		return false;
	hours = slot_hours(s, steps);
	for (unsigned int q = 0; q < 1U << free_steps; q++)
		points[q] = follow(s, from, steps, each, q, fixed_usd_per_kwh);
	qsort(points, (size_t)1 << free_steps, sizeof(points[0]), by_energy_then_cost);
	n = hull(points, 1 << free_steps);
	bid->pair[bid->n++] = (struct plan_bid_pair){ price_max_usd_per_mwh, rounded(points[0].wh / hours, 1) };
	for (int k = 1; k < n; k++)
		add(bid, rounded((points[k - 1].usd - points[k].usd) / (points[k].wh - points[k - 1].wh) * 1e6, 1000),
			rounded(points[k].wh / hours, 1));
	return true;
}

double plan_bid_quantity_w(const struct plan_bid *bid, double usd_per_mwh)
{
	double w = 0;

	for (int k = 0; k < bid->n && bid->pair[k].usd_per_mwh >= usd_per_mwh; k++)
		w = bid->pair[k].w;
	return w;
}
