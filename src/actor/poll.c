/* SPDX-License-Identifier: MIT */
#include "actor/poll.h"

static int64_t at_most(int64_t value, int64_t limit)
{
	return value < limit ? value : limit;
}

void poll_begin(struct poll *p, struct wall clock)
{
	int64_t ms = clock.ms + at_most(POLL_EARLY_MS, p->period_ms / 2);

	p->scheduled.ms = ms - ms % p->period_ms;
}

struct wall poll_tick(const struct poll *p, struct wall clock)
{
	int64_t off_ms = clock.ms - p->scheduled.ms;

	return off_ms >= -POLL_LATE_MS && off_ms <= POLL_LATE_MS ? p->scheduled : clock;
}

/* A round that took longer than a period is followed by the next at once; a wall clock that was set back in
 * between does not make the wait longer. */
void poll_end(struct poll *p, struct mono now, struct wall clock)
{
	int64_t wait_ms = p->scheduled.ms + p->period_ms - clock.ms;

	if (wait_ms < 0)
		wait_ms = 0;
	p->next = mono_after(now, at_most(wait_ms, p->period_ms + POLL_EARLY_MS));
}
