/* SPDX-License-Identifier: MIT */
/* grid.h: the values a sensor can have at all: the steps of its code, as its map makes values of them.
 *
 * The mean of many readings lies anywhere, the least and the most are steps. Counted in steps from the mean both are small
 * numbers, whatever the unit is. Pure; safe for any map and value. */
#ifndef CORE_HISTORY_GRID_H
#define CORE_HISTORY_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/house.h"

enum { GRID_PHASES = 5 };

/* Are its steps further apart than the unit, and is it small enough to reckon with? The functions below want that. */
bool grid_fits(struct code_map);
/* Is the value small enough? */
bool grid_holds(int64_t value);
int64_t grid_value(struct code_map, int64_t step);
/* The last step whose value is not above that one. */
int64_t grid_floor(struct code_map, int64_t value);
/* Where between its step and the next the value is: quarters 0 to 3, or 4: on the step. */
int grid_phase(struct code_map, int64_t step, int64_t value);

#endif
