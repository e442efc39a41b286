/* SPDX-License-Identifier: MIT */
/* still.h: does a thermometer stand still that cannot? (SF-80, quality `stuck`)
 *
 * A sensor that goes on saying its last word is the worst kind: in range, never late, and wrong. Two signs give it away,
 * on devices whose last digit moves by itself (struct driver, `restless`):
 *   in a tank, the same code for an hour while the layer above or below moved by 10 K in that time;
 *   in a room or outdoors, the same code for four hours.
 * A sixteenth of a degree is less than the noise of the device, and no room keeps to it for four hours. */
#ifndef CORE_CONTROL_STILL_H
#define CORE_CONTROL_STILL_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/when.h"

enum {
	STILL_TANK_MS = 3600000,
	STILL_MOVED_MC = 10000,
	STILL_ALONE_MS = 4 * 3600000,
};

enum still_watch { STILL_NOT_WATCHED, STILL_IN_TANK, STILL_ALONE };

/* All zero: nothing was read yet. */
struct still {
	bool known, seen;		/* seen: a neighbour was read since */
	int64_t code;
	struct mono since;		/* the code's first reading */
	int64_t low_mc, high_mc;	/* of its neighbours since then */
};

/* A reading of its own. */
void still_take(struct still *, int64_t code, struct mono now);
/* A reading of a layer beside it. */
void still_beside(struct still *, int64_t mc);
bool still_stuck(const struct still *, enum still_watch, struct mono now);

#endif
