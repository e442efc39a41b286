/* SPDX-License-Identifier: MIT */
#include "core/heat/heat.h"

#include <math.h>

double heat_load_w(const struct plant_envelope *h, double room_c, double out_c, double wind_ms)
{
	double through_mass =
		h->mass_out_w_per_k * h->air_mass_w_per_k / (h->mass_out_w_per_k + h->air_mass_w_per_k);
	double w_per_k = h->air_out_w_per_k + h->wind_w_per_k_per_ms * wind_ms + through_mass;

	return fmax(0, w_per_k * (room_c - out_c) - h->internal_w);
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
