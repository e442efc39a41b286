/* SPDX-License-Identifier: MIT */
/* What the outside may alter while actors run: the trust in the clock, and, between steps, what they borrow. */
#include <time.h>

#include "run/runtime_parts.h"

enum { TRY_AGAIN_MS = 2 };

void runtime_trust(struct runtime *r, bool trusted)
{
	atomic_store(&r->trusted, trusted);
}

struct runtime_pace runtime_pace(struct runtime *r)
{
	return (struct runtime_pace){ atomic_load(&r->speed), atomic_load(&r->paused) };
}

void runtime_set_pace(struct runtime *r, struct runtime_pace pace)
{
	atomic_store(&r->speed, pace.speed);
	atomic_store(&r->paused, pace.paused);
	bell_ring(r->bell);
}

void runtime_skew(struct runtime *r, int64_t skew_ms)
{
	atomic_store(&r->skew_ms, skew_ms);
}

/* Not a timed lock: that one waits on a clock which can be set. */
static bool lock_until(pthread_mutex_t *lock, int64_t deadline_ms)
{
	const struct timespec nap = { .tv_nsec = (long)TRY_AGAIN_MS * 1000000 };

	while (pthread_mutex_trylock(lock) != 0) {
		if (real_ms() >= deadline_ms)
			return false;
		nanosleep(&nap, NULL);
	}
	return true;
}

bool runtime_between_steps(struct runtime *r, int patience_ms, void (*change)(void *ctx), void *ctx)
{
	int64_t deadline_ms = real_ms() + patience_ms;
	int held = 0;
	bool still;

	while (held < r->o.n_actors && lock_until(&r->workers[held].in_step, deadline_ms))
		held++;
	still = held == r->o.n_actors;
	if (still) {
		pthread_mutex_lock(&r->sink_lock);
		change(ctx);
		pthread_mutex_unlock(&r->sink_lock);
	}
	while (held-- > 0)
		pthread_mutex_unlock(&r->workers[held].in_step);
	return still;
}
