/* SPDX-License-Identifier: MIT */
#include "core/heat/heat.h"

#include <math.h>

static double clamp(double x, double low, double high)
{
	return fmin(fmax(x, low), high);
}

double heat_loss_w_per_k(const struct plant_envelope *h, double wind_ms)
{
	double through_mass =
		h->mass_out_w_per_k * h->air_mass_w_per_k / (h->mass_out_w_per_k + h->air_mass_w_per_k);

	return h->air_out_w_per_k + h->wind_w_per_k_per_ms * wind_ms + through_mass;
}

double heat_load_w(const struct plant_envelope *h, double room_c, double out_c, double wind_ms)
{
	return fmax(0, heat_loss_w_per_k(h, wind_ms) * (room_c - out_c) - h->internal_w);
}

double heat_emitter_w(const struct plant_emitters *e, double supply_c, double room_c, double flow_kg_s)
{
	double x = supply_c - room_c;

	if (x <= 0 || flow_kg_s <= 0)
		return 0;
	return fmin(e->a1_w_per_k * x + e->a2_w_per_k2 * x * x, flow_kg_s * HEAT_CP_J_PER_KG_K * x);
}

double heat_required_supply_c(const struct plant_emitters *e, double load_w, double room_c)
{
	double a1 = e->a1_w_per_k, a2 = e->a2_w_per_k2;

	return room_c + (-a1 + sqrt(a1 * a1 + 4 * a2 * load_w)) / (2 * a2);
}

double heat_kg_s(double litres_per_minute)
{
	return litres_per_minute / 60;
}

double heat_pump_capacity_w(const struct plant_heat_pump *hp, double out_c, double lwt_c)
{
	double w = hp->cap0_w + hp->cap_to_w_per_k * out_c + hp->cap_lwt_w_per_k * (lwt_c - 50);

	return clamp(w, hp->cap_min_w, hp->cap_max_w);
}

/* A share eta of what Carnot allows between a condenser 5 K above the water and an evaporator 7 K below the
 * air. */
double heat_pump_cop(const struct plant_heat_pump *hp, double out_c, double lwt_c)
{
	double condenser_k = lwt_c + 278.15, evaporator_k = out_c - 7 + 273.15;
	double eta = hp->eta_a + hp->eta_b * out_c + hp->eta_c * lwt_c;

	if (condenser_k - evaporator_k < 5)
		return hp->cop_max;
	return clamp(eta * condenser_k / (condenser_k - evaporator_k), 1, hp->cop_max);
}

struct heat_point heat_pump_point(
	const struct plant_heat_pump *hp, double out_c, double ewt_c, double flow_kg_s, double ramp)
{
	double w_per_k = flow_kg_s * HEAT_CP_J_PER_KG_K;
	double cap = ramp * heat_pump_capacity_w(hp, out_c, ewt_c + 5);
	double want = w_per_k * (hp->lwt_set_c - ewt_c);
	struct heat_point p = { .heat_w = fmin(cap, fmax(hp->min_fraction * cap, want)) };

	p.lwt_c = ewt_c + p.heat_w / w_per_k;
	p.elec_w = p.heat_w / heat_pump_cop(hp, out_c, p.lwt_c) * (1 + 0.15 * (1 - ramp));
	if (p.elec_w > hp->elec_max_w) {
		p.heat_w *= hp->elec_max_w / p.elec_w;
		p.elec_w = hp->elec_max_w;
		p.lwt_c = ewt_c + p.heat_w / w_per_k;
	}
	return p;
}

double heat_source_w(const struct plant *p, double out_c, double lwt_c)
{
	if (p->has_heat_pump)
		return heat_pump_capacity_w(&p->heat_pump, out_c, lwt_c);
	return p->has_element ? p->element.w : 0;
}

/* The segment of the curve whose column `by` holds x; the outer ones reach beyond their ends. */
static int segment_of(const struct plant_store *s, int by, double x)
{
	int i = 0;

	while (i < s->n_curve - 2 && x > s->curve[i + 1][by])
		i++;
	return i;
}

/* Reads column `to` of the curve where column `by` is x. */
static double read_curve(const struct plant_store *s, int by, int to, double x)
{
	const double(*p)[2] = &s->curve[segment_of(s, by, x)];

	return p[0][to] + (x - p[0][by]) * (p[1][to] - p[0][to]) / (p[1][by] - p[0][by]);
}

double heat_pcm_c(const struct plant_store *s, double kj_per_kg)
{
	return read_curve(s, 0, 1, kj_per_kg);
}

double heat_pcm_kj_per_kg(const struct plant_store *s, double c)
{
	return read_curve(s, 1, 0, c);
}

double heat_water_kg(const struct plant *p)
{
	return p->buffer.litres + (p->store.kind == STORE_WATER ? p->store.tank.litres : 0);
}

double heat_tanks_w_per_k(const struct plant *p)
{
	return p->buffer.ua_w_per_k + (p->store.kind != STORE_NONE ? p->store.tank.ua_w_per_k : 0);
}

double heat_tank_layer_j(const struct plant_tank *t, double c, double cold_c)
{
	return t->litres / t->layers * HEAT_CP_J_PER_KG_K * (c - cold_c);
}

double heat_store_layer_j(const struct plant_store *s, double c, double cold_c)
{
	if (s->kind == STORE_PCM)
		return s->kg / s->tank.layers * 1000 *
			(heat_pcm_kj_per_kg(s, c) - heat_pcm_kj_per_kg(s, cold_c));
	return heat_tank_layer_j(&s->tank, c, cold_c);
}
