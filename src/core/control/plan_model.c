/* SPDX-License-Identifier: MIT */
#include "core/control/plan_model.h"

#include <math.h>

#include "core/heat/heat.h"

static const double J_PER_KWH = 3.6e6, LIFT_USD_PER_KWH = 1.0, TERMINAL_LWT_C = 50;

void plan_params_default(struct plan_params *p, const struct plant *plant, double max_water_c)
{
	*p = (struct plan_params){
		.tw_min_c = 25, .tw_max_c = max_water_c + 1, .tw_step_k = 0.5,
		.th_below_k = 3, .th_above_k = 2, .th_step_k = 0.25,
		.supply_over_k = 4, .lwt_over_k = 5,
		.start_loss_s = 400, .defrost_factor = 0.94, .tau_s = 3600,
		.band_k = 0.5, .hot_k = 1.5, .cold_usd_per_k2h = 0.3, .hot_usd_per_k2h = 0.5,
		.start_usd = 0.10, .boost_k = 1, .terminal_factor = 1,
		.pump_w = 140, .standby_w = 60,
	};
	if (plant->has_heat_pump)
		return;
	p->tw_max_c = max_water_c - 5;
	p->start_loss_s = 0;
	p->defrost_factor = 1;
	p->start_usd = 0;
	p->pump_w = plant->circulators.dist_w;
	p->standby_w = 0;
}

/* Mean heat capacity of the material over the temperatures the store is used at. */
static double phase_change_j_per_k(const struct plant_store *s)
{
	const double *low = s->curve[0], *high = s->curve[s->n_curve - 1];

	return s->kg * 1000 * (high[0] - low[0]) / (high[1] - low[1]);
}

void plan_house_of(struct plan_house *h, const struct plant *p)
{
	*h = (struct plan_house){
		.envelope = p->house, .emitters = p->emitters, .heat_pump = p->heat_pump,
		.has_heat_pump = p->has_heat_pump, .element_w = p->has_element ? p->element.w : 0,
		.water_j_per_k = p->buffer.litres * HEAT_CP_J_PER_KG_K,
		.water_ua_w_per_k = p->buffer.ua_w_per_k, .cellar_c = p->cellar_c,
		.house_j_per_k = p->house.air_j_per_k + p->house.mass_j_per_k,
	};
	if (p->store.kind == STORE_NONE)
		return;
	h->water_ua_w_per_k += p->store.tank.ua_w_per_k;
	h->water_j_per_k += p->store.kind == STORE_WATER ? p->store.tank.litres * HEAT_CP_J_PER_KG_K
							 : phase_change_j_per_k(&p->store);
}

struct plan_weather plan_weather_of(const struct plan_house *h, const struct plan_row *row)
{
	const struct plant_envelope *e = &h->envelope;

	return (struct plan_weather){
		.ua_w_per_k = heat_loss_w_per_k(e, row->wind_ms),
		.gains_w = e->internal_w + e->solar_m2 * row->sun_w_m2,
		.out_c = row->out_c,
	};
}

struct plan_source plan_source_of(const struct plan_house *h, const struct plan_params *p, const struct plan_row *row,
	double tw_c)
{
	struct plan_source s = { h->element_w, 1 };
	double lwt_c = tw_c + p->lwt_over_k;

	if (!h->has_heat_pump)
		return s;
	s.cop = heat_pump_cop(&h->heat_pump, row->out_c, lwt_c);
	s.heat_w = fmin(heat_pump_capacity_w(&h->heat_pump, row->out_c, lwt_c), h->heat_pump.elec_max_w * s.cop);
	if (row->out_c < h->heat_pump.frost_below_c)
		s.heat_w *= p->defrost_factor;
	return s;
}

static double squared_beyond(double k)
{
	return k > 0 ? k * k : 0;
}

double plan_most_emitted_w(const struct plan_house *h, const struct plan_params *p, double tw_c, double th_c)
{
	return heat_emitter_w(&h->emitters, tw_c + p->supply_over_k, th_c, heat_kg_s(h->emitters.flow_lpm));
}

struct plan_emission plan_emission_of(const struct plan_house *h, const struct plan_params *p,
	const struct plan_row *row, const struct plan_weather *w, double tw_c, double th_c, bool boost)
{
	double set_c = h->envelope.set_c, target_c = set_c + (boost ? p->boost_k : 0);
	double lost_w = w->ua_w_per_k * (th_c - w->out_c);
	double need_w = lost_w - w->gains_w + h->house_j_per_k * (target_c - th_c) / p->tau_s;
	double most_w = plan_most_emitted_w(h, p, tw_c, th_c);
	struct plan_emission e = { .heat_w = need_w < 0 ? 0 : need_w < most_w ? need_w : most_w };
	double penalty;

	e.th_c = th_c + row->dt_s * (e.heat_w + w->gains_w - lost_w) / h->house_j_per_k;
	penalty = p->cold_usd_per_k2h * squared_beyond(set_c - p->band_k - e.th_c)
		+ p->hot_usd_per_k2h * squared_beyond(e.th_c - set_c - p->hot_k);
	e.penalty_usd = penalty * row->dt_s / 3600;
	return e;
}

double plan_water_after(const struct plan_house *h, const struct plan_params *p, const struct plan_row *row,
	const struct plan_source *s, double emitted_w, struct plan_state from, bool on, double *elec_w)
{
	double lost_w = h->water_ua_w_per_k * (from.tw_c - h->cellar_c), heat_w = 0;

	*elec_w = p->standby_w;
	if (on) {
		double room_w = h->water_j_per_k * (p->tw_max_c - from.tw_c) / row->dt_s + emitted_w + lost_w;

		heat_w = fmin(s->heat_w, fmax(0, room_w));
		if (!from.on)
			heat_w *= fmax(0, 1 - p->start_loss_s / row->dt_s);
		*elec_w = heat_w / s->cop + p->pump_w;
	}
	return from.tw_c + row->dt_s * (heat_w - emitted_w - lost_w) / h->water_j_per_k;
}

double plan_lift_usd(double missing_j)
{
	return missing_j / J_PER_KWH * LIFT_USD_PER_KWH;
}

double plan_lift(const struct plan_house *h, const struct plan_params *p, double *tw_c, double *th_c)
{
	double th_min_c = h->envelope.set_c - p->th_below_k, missing_j = 0;

	if (*tw_c < p->tw_min_c) {
		missing_j += h->water_j_per_k * (p->tw_min_c - *tw_c);
		*tw_c = p->tw_min_c;
	}
	if (*th_c < th_min_c) {
		missing_j += h->house_j_per_k * (th_min_c - *th_c);
		*th_c = th_min_c;
	}
	return plan_lift_usd(missing_j);
}

struct plan_outcome plan_model_step(const struct plan_house *h, const struct plan_params *p, const struct plan_row *row,
	struct plan_state from, struct plan_action a)
{
	struct plan_weather w = plan_weather_of(h, row);
	struct plan_source s = plan_source_of(h, p, row, from.tw_c);
	struct plan_emission e = plan_emission_of(h, p, row, &w, from.tw_c, from.th_c, a.boost);
	struct plan_outcome o = { .next = { .th_c = e.th_c, .on = a.on } };

	o.next.tw_c = plan_water_after(h, p, row, &s, e.heat_w, from, a.on, &o.elec_w);
	o.cost_usd = row->usd_per_kwh * o.elec_w * row->dt_s / J_PER_KWH + e.penalty_usd;
	if (a.on && !from.on)
		o.cost_usd += p->start_usd;
	o.cost_usd += plan_lift(h, p, &o.next.tw_c, &o.next.th_c);
	return o;
}

double plan_terminal_usd_per_j(const struct plan_house *h, const struct plan_params *p, double lower_median_usd_per_kwh,
	double mean_out_c)
{
	double cop = h->has_heat_pump ? heat_pump_cop(&h->heat_pump, mean_out_c, TERMINAL_LWT_C) : 1;

	return p->terminal_factor * lower_median_usd_per_kwh / cop / J_PER_KWH;
}
