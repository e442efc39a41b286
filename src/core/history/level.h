/* SPDX-License-Identifier: MIT */
/* level.h: readings of one sensor as a slowly moving level and the noise around it.
 *
 * A thermometer's code flickers between the two or three steps around the true value. Differences between
 * neighbours pay for that flicker twice; the distance from the level, given where between two steps the
 * level lies, costs little more than the noise itself. */
#ifndef CORE_HISTORY_LEVEL_H
#define CORE_HISTORY_LEVEL_H

#include "core/history/coder.h"

enum { LEVEL_PHASES = 4, LEVEL_SPREADS = 12, LEVEL_GUESSES = 4 };

/* What all series of a kind in a block have taught. */
struct level_model {
	struct chance off[LEVEL_SPREADS][LEVEL_PHASES], below[LEVEL_SPREADS][LEVEL_PHASES];
	struct magnitude further[LEVEL_SPREADS];
};

/* One guess at what comes next, in 1/1024 above the last reading; error: its recent mean miss. */
struct level_guess { int64_t next, slope, error; };

struct level {
	int64_t last;
	int32_t seen;
	struct level_guess guess[LEVEL_GUESSES];
};

/* Begins a series with its first reading, which the caller has coded; errors go on from series to series. */
void level_start(struct level *, int64_t first);
/* Codes the next reading; see coder.h. Exact for any two numbers. */
int64_t level_next(struct level *, struct coder *, struct level_model *, int64_t v);

#endif
