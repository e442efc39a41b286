/* SPDX-License-Identifier: MIT */
#include "sim/tank.h"

#include "core/heat/heat.h"

void tank_init(struct tank *t, const struct plant_tank *p)
{
	t->layers = p->layers;
	t->layer_kg = p->litres / p->layers;
	t->ua_w_per_k = p->ua_w_per_k;
	t->mix_w_per_k = p->mix_w_per_k;
	for (int i = 0; i < t->layers; i++)
		t->c[i] = p->start_c;
}

double tank_energy_j(const struct tank *t)
{
	double sum = 0;

	for (int i = 0; i < t->layers; i++)
		sum += t->c[i];
	return sum * t->layer_kg * HEAT_CP_J_PER_KG_K;
}

static double stream_sum(const struct stream *s, int n, double *heat)
{
	double kg_s = 0;

	*heat = 0;
	for (int i = 0; i < n; i++) {
		kg_s += s[i].kg_s;
		*heat += s[i].kg_s * s[i].c;
	}
	return kg_s;
}

/* Heat flows between neighbouring layers; net flow downwards carries the upper layer's temperature. */
static void exchange_layers(const struct tank *t, double net_kg_s, double gain_w[])
{
	for (int i = 0; i + 1 < t->layers; i++) {
		double carried_c = net_kg_s > 0 ? t->c[i] : t->c[i + 1];
		double w =
			HEAT_CP_J_PER_KG_K * net_kg_s * carried_c + t->mix_w_per_k * (t->c[i] - t->c[i + 1]);

		gain_w[i] -= w;
		gain_w[i + 1] += w;
	}
}

double tank_step(struct tank *t, const struct tank_flows *f, double around_c, double dt_s)
{
	double gain_w[PLANT_MAX_LAYERS] = { 0 };
	double down_heat, up_heat, loss_w = 0;
	double down = stream_sum(f->down, f->n_down, &down_heat);
	double up = stream_sum(f->up, f->n_up, &up_heat);
	int last = t->layers - 1;

	gain_w[0] += HEAT_CP_J_PER_KG_K * (down_heat - up * t->c[0]);
	gain_w[last] += HEAT_CP_J_PER_KG_K * (up_heat - down * t->c[last]);
	exchange_layers(t, down - up, gain_w);
	for (int i = 0; i <= last; i++) {
		double w = t->ua_w_per_k / t->layers * (t->c[i] - around_c);

		loss_w += w;
		gain_w[i] += f->heat_w[i] - w;
	}
	for (int i = 0; i <= last; i++)
		t->c[i] += gain_w[i] * dt_s / (t->layer_kg * HEAT_CP_J_PER_KG_K);
	tank_unmix(t);
	return loss_w;
}

/* Pool adjacent violators: push each layer from the top; a block colder than the one below merges with it. */
void tank_unmix(struct tank *t)
{
	struct { double sum; int n; } block[PLANT_MAX_LAYERS];
	int n_blocks = 0, layer = 0;

	for (int i = 0; i < t->layers; i++) {
		block[n_blocks].sum = t->c[i];
		block[n_blocks++].n = 1;
		while (n_blocks > 1 && block[n_blocks - 2].sum / block[n_blocks - 2].n <
			block[n_blocks - 1].sum / block[n_blocks - 1].n) {
			block[n_blocks - 2].sum += block[n_blocks - 1].sum;
			block[n_blocks - 2].n += block[n_blocks - 1].n;
			n_blocks--;
		}
	}
	for (int b = 0; b < n_blocks; b++)
		for (int i = 0; i < block[b].n; i++)
			t->c[layer++] = block[b].sum / block[b].n;
}
