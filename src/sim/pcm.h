/* SPDX-License-Identifier: MIT */
/* pcm.h: a phase-change store: layers of melting salt along a pipe, index 0 on top. The water has no
 * hold-up: it leaves in the step in which it came. */
#ifndef SIM_PCM_H
#define SIM_PCM_H

#include <stdbool.h>

#include "spaceheat/plant.h"

struct pcm {
	const struct plant_store *store;
	double layer_kg;
	double kj_per_kg[PLANT_MAX_LAYERS];	/* 0 at the curve's first point */
};

void pcm_init(struct pcm *, const struct plant_store *);	/* the store must outlive it */
double pcm_c(const struct pcm *, int layer);
double pcm_energy_j(const struct pcm *);
/* Advances by dt_s with water flowing down or up at kg_s (0: none), coming at in_c. Returns what it leaves
 * with (in_c without flow); *loss_w is the heat lost to the surroundings. */
double pcm_step(struct pcm *, double kg_s, bool down, double in_c, double around_c, double dt_s,
	double *loss_w);

#endif
