/* SPDX-License-Identifier: MIT */
/* beats.h: is the AtomicTNode there and listening? A beat counts only when it echoes a number that this
 * start of the program has sent, and each number once (SF-30, SF-31, SF-36). */
#ifndef CORE_CONTROL_BEATS_H
#define CORE_CONTROL_BEATS_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/when.h"

enum {
	BEATS_REMEMBERED = 8,
	BEAT_LATE_MS = 120000,		/* warning */
	BEAT_LOST_MS = 180000,		/* the house takes over */
	BEAT_RETURN_MS = 45000,		/* after a loss: two good beats at least this far apart */
};

struct beats {
	uint64_t sent[BEATS_REMEMBERED];	/* 0 = empty or already echoed */
	unsigned int next;
	uint64_t heard;			/* the other side's last number: our next EchoBeat */
	struct mono last_good;
	struct mono first_back;		/* the first good beat after a loss */
	bool ever, lost, coming_back;
};

/* A contract starts: what was heard before does not count for it. */
void beats_restart(struct beats *, struct mono now);
/* We send this number. */
void beats_send(struct beats *, uint64_t beat);
/* The other side's newest number, whatever it came in: our next EchoBeat. */
void beats_note(struct beats *, uint64_t beat);
/* A beat of the right contract came. False: its echo is unknown or used. */
bool beats_hear(struct beats *, uint64_t beat, uint64_t echo, struct mono now);
/* What counts as a beat without number or echo came (a standing contract). */
void beats_hear_plain(struct beats *, struct mono now);
/* Call often: notices a loss. */
void beats_tick(struct beats *, struct mono now);
/* Since the last good beat, or since the contract's start when there was none. */
int64_t beats_age_ms(const struct beats *, struct mono now);
/* One good beat since the start, or two 45 s apart after a loss. */
bool beats_ok(const struct beats *);

#endif
