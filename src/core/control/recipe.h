/* SPDX-License-Identifier: MIT */
/* recipe.h: moves the outputs of the source towards what a state wants, one at a time: valve before pump before source
 * on the way up, the reverse on the way down, so that no pump works against a closed valve and no source without water.
 * Down comes before up: valve and store pump are never on together. */
#ifndef CORE_CONTROL_RECIPE_H
#define CORE_CONTROL_RECIPE_H

#include <stdbool.h>

#include "spaceheat/when.h"

enum { RECIPE_STEP_MS = 5000 };

struct recipe { unsigned int on; struct mono moved; bool moved_once; };	/* on: bits of enum local_output */

/* Makes at most one change; returns the outputs that should be on now. */
unsigned int recipe_step(struct recipe *, unsigned int wanted, struct mono now);

#endif
