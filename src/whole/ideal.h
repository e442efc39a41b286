/* SPDX-License-Identifier: MIT */
/* ideal.h: the same house beside the real one, heated by somebody who sees everything and pays nothing: what comfort was
 * possible with what is broken. */
#ifndef WHOLE_IDEAL_H
#define WHOLE_IDEAL_H

#include "sim/plant.h"
#include "sim/world.h"
#include "spaceheat/when.h"

struct ideal { struct plant_state plant; struct mono now; double set_c, hottest_c; };

/* The plant must outlive it. ceiling_c: the guard's, of tank and supply. */
void ideal_open(struct ideal *, const struct plant *, double out_c, double set_c, double ceiling_c);
/* Up to `now`, in whole steps of the plant; without power nothing runs. */
void ideal_advance(struct ideal *, struct world *, const struct world_summary *weather, struct mono now, bool power);

#endif
