/* SPDX-License-Identifier: MIT */
#include "core/control/local_heat.h"

#include <math.h>

static const double J_PER_WH = 3600, GAP_LWT_C = 60, STORE_SHARE = 0.95;
enum { BLOCKS = 2 };

struct local_demand local_demand(const struct plant *p, const struct local_params *q, double set_c, double out_c,
	double wind_ms)
{
	double load_w = heat_load_w(&p->house, set_c, out_c, wind_ms);
	double rswt_c = fmin(q->max_ewt_c, heat_required_supply_c(&p->emitters, load_w, set_c));
	double w_per_k = heat_kg_s(p->emitters.flow_lpm) * HEAT_CP_J_PER_KG_K;

	return (struct local_demand){ load_w, rswt_c, rswt_c - load_w / w_per_k };
}

static double above_wh(const struct local_layers *l, double from_c, double ret_c)
{
	double k = 0;

	for (int i = 0; i < l->n; i++)
		if (l->c[i] >= from_c)
			k += fmax(0, l->c[i] - ret_c);
	return l->n > 0 ? k * l->kg / l->n * HEAT_CP_J_PER_KG_K / J_PER_WH : 0;
}

double local_usable_wh(const struct local_demand *d, const struct local_layers *l)
{
	return above_wh(l, d->rswt_c, d->ret_c);
}

double local_usable_lukewarm_wh(const struct local_demand *d, const struct local_layers *l, double buf_bot_c,
	double lukewarm_k)
{
	return above_wh(l, fmin(d->rswt_c, buf_bot_c + lukewarm_k), fmin(d->ret_c, buf_bot_c));
}

/* The hour after the second peak; *first: where the first begins. Both 0: no peak in sight. */
static int end_of_peaks(const struct local_hour *h, int n, int *first)
{
	int blocks = 0, end = 0;

	*first = 0;
	for (int i = 0; i < n; i++) {
		bool begins = h[i].peak && (i == 0 || !h[i - 1].peak);

		if (begins && ++blocks > BLOCKS)
			break;
		if (begins && blocks == 1)
			*first = i;
		if (h[i].peak)
			end = i + 1;
	}
	return end;
}

double local_required_wh(const struct plant *p, const struct local_params *q, double set_c, const struct local_hour *h,
	int n)
{
	double need_wh = 0;
	int first, end = end_of_peaks(h, n, &first);

	for (int i = end - 1; i >= first; i--) {
		double load_w = heat_load_w(&p->house, set_c, h[i].out_c, h[i].wind_ms);
		double gap_w = q->gap_factor * heat_source_w(p, h[i].out_c, GAP_LWT_C) - load_w;

		need_wh = h[i].peak ? need_wh + load_w : fmax(0, need_wh - fmax(0, gap_w));
	}
	return need_wh;
}

double local_required_cap_wh(const struct local_demand *d, const struct local_params *q, double kg)
{
	return fmax(0, STORE_SHARE * kg * HEAT_CP_J_PER_KG_K * (q->max_ewt_c - d->ret_c) / J_PER_WH);
}
