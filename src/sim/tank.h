/* SPDX-License-Identifier: MIT */
/* tank.h: a water tank in equal layers, index 0 on top; warm water comes to lie above cold. */
#ifndef SIM_TANK_H
#define SIM_TANK_H

#include "spaceheat/plant.h"

enum { TANK_MAX_STREAMS = 3 };

struct tank {
	int layers;
	double layer_kg, ua_w_per_k, mix_w_per_k;
	double c[PLANT_MAX_LAYERS];
};

struct stream { double kg_s, c; };

/* What moves a tank for one step. "Down" enters the top and leaves the bottom, "up" the reverse. */
struct tank_flows {
	struct stream down[TANK_MAX_STREAMS], up[TANK_MAX_STREAMS];
	int n_down, n_up;
	double heat_w[PLANT_MAX_LAYERS];
};

void tank_init(struct tank *, const struct plant_tank *);
/* Advances by dt_s; returns the heat lost to its surroundings in that step, W. */
double tank_step(struct tank *, const struct tank_flows *, double around_c, double dt_s);
/* Averages layers that are warmer than the one above. */
void tank_unmix(struct tank *);
double tank_energy_j(const struct tank *);	/* above 0 C */

#endif
