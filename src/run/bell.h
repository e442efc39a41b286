/* SPDX-License-Identifier: MIT */
/* bell.h: wakes one sleeping thread, of this process or of another that maps the same word; no ring is lost.
 *
 * Read the word first, then look whether there is something to do, then wait for a word that differs from
 * the one read: a ring in between makes the wait return at once. */
#ifndef RUN_BELL_H
#define RUN_BELL_H

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

typedef _Atomic uint32_t bell_word;	/* a futex is exactly this, in shared memory too */

void bell_ring(bell_word *);
/* Sleeps until the word differs from `seen`, or that long; may also return early. */
void bell_wait(bell_word *, uint32_t seen, int64_t wait_ns);

/* Real time on a clock nobody sets, for pacing and check-ins; never stamped on messages. */
static inline int64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t real_ms(void)
{
	return real_ns() / 1000000;
}

#endif
