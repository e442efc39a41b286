/* SPDX-License-Identifier: MIT */
/* poll.h: when to look next, and which time a reading carries for all records.
 *
 * Polls fall on multiples of their period on the wall clock, so that readings of all channels share
 * times; the waiting itself is measured on the clock nobody can set, and never longer than one period. */
#ifndef ACTOR_POLL_H
#define ACTOR_POLL_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/when.h"

enum {
	POLL_EARLY_MS = 500,	/* woken so little before the multiple, it is that multiple's poll */
	POLL_LATE_MS = 1000,	/* more than this off, a reading carries the moment instead */
};

struct poll {
	int64_t period_ms;
	struct mono next;	/* starts as the epoch: the first poll is at once */
	struct wall scheduled;	/* of the round under way */
};

/* Begins a round: the multiple it belongs to. */
void poll_begin(struct poll *, struct wall clock);
/* The time that a reading taken at `clock` in this round carries. */
struct wall poll_tick(const struct poll *, struct wall clock);
/* Ends the round: sets next. */
void poll_end(struct poll *, struct mono now, struct wall clock);

#endif
