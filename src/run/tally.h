/* SPDX-License-Identifier: MIT */
/* tally.h: what is under way: messages posted and not yet worked off, ticks and wants not yet answered.
 *
 * Two numbers that only grow, and `finished` never passes `started`. So when `finished`, read first, equals
 * `started`, read second, nothing was under way at any moment between the two readings; and while `started`
 * stays at that mark nothing has begun since. Simulated time moves only on that proof: what one plain counter
 * shows as zero may have been one, and zero again, between two looks.
 *
 * Rule for all who count: start before the thing exists, finish after all it caused has been started. */
#ifndef RUN_TALLY_H
#define RUN_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct tally { _Atomic uint64_t started, finished; };

static inline void tally_start(struct tally *t, uint64_t n)
{
	atomic_fetch_add(&t->started, n);
}

/* True: with this, nothing is under way any more. */
static inline bool tally_finish(struct tally *t, uint64_t n)
{
	uint64_t finished = atomic_fetch_add(&t->finished, n) + n;

	return finished == atomic_load(&t->started);
}

/* Is nothing under way? *mark is for tally_same. */
static inline bool tally_idle(struct tally *t, uint64_t *mark)
{
	uint64_t finished = atomic_load(&t->finished);

	*mark = atomic_load(&t->started);
	return finished == *mark;
}

/* Has nothing begun since that mark was taken? */
static inline bool tally_same(struct tally *t, uint64_t mark)
{
	return atomic_load(&t->started) == mark;
}

#endif
