/* SPDX-License-Identifier: MIT */
#include "sim/pcm.h"

#include <math.h>

#include "core/heat/heat.h"

void pcm_init(struct pcm *s, const struct plant_store *p)
{
	s->store = p;
	s->layer_kg = p->kg / p->tank.layers;
	for (int i = 0; i < p->tank.layers; i++)
		s->kj_per_kg[i] = p->start_kj_per_kg;
}

double pcm_c(const struct pcm *s, int layer)
{
	return heat_pcm_c(s->store, s->kj_per_kg[layer]);
}

double pcm_energy_j(const struct pcm *s)
{
	double sum = 0;

	for (int i = 0; i < s->store->tank.layers; i++)
		sum += s->kj_per_kg[i];
	return sum * s->layer_kg * 1000;
}

double pcm_step(struct pcm *s, double kg_s, bool down, double in_c, double around_c, double dt_s,
	double *loss_w)
{
	int n = s->store->tank.layers;
	double w_per_k = kg_s * HEAT_CP_J_PER_KG_K, water_c = in_c;
	double eff = kg_s > 0 ? 1 - exp(-(s->store->hx_w_per_k / n) / w_per_k) : 0;

	*loss_w = 0;
	for (int k = 0; k < n; k++) {
		int i = down ? k : n - 1 - k;
		double c = pcm_c(s, i), given_w = w_per_k * eff * (water_c - c);
		double lost_w = s->store->tank.ua_w_per_k / n * (c - around_c);

		water_c -= eff * (water_c - c);
		*loss_w += lost_w;
		s->kj_per_kg[i] += (given_w - lost_w) * dt_s / (s->layer_kg * 1000);
	}
	return water_c;
}
