/* SPDX-License-Identifier: MIT */
/* when.h: the two clocks, as two types that cannot be mixed.
 *
 * struct mono is time since start-up on a clock that nobody can set: every duration, lease and
 * time-out is measured with it. struct wall is Unix time; it may jump, and only people, files and
 * the market read it. Nobody below src/run asks for the time: it arrives stamped on the message. */
#ifndef SPACEHEAT_WHEN_H
#define SPACEHEAT_WHEN_H

#include <stdbool.h>
#include <stdint.h>

struct mono { int64_t ms; };
struct wall { int64_t ms; };

/* "At no time to come": a wake-up that is not wanted, a lease that never ends. */
#define MONO_NEVER ((struct mono){ INT64_MAX })

/* Milliseconds from `then` to `now`; negative if `then` lies ahead. */
static inline int64_t mono_since(struct mono now, struct mono then)
{
	return now.ms - then.ms;
}

static inline struct mono mono_after(struct mono t, int64_t ms)
{
	return (struct mono){ t.ms + ms };
}

static inline struct mono mono_min(struct mono a, struct mono b)
{
	return a.ms < b.ms ? a : b;
}

static inline bool mono_reached(struct mono now, struct mono due)
{
	return now.ms >= due.ms;
}

/* The start of the slot of `length_s` seconds (aligned to UTC) that holds t. */
static inline int64_t wall_slot_s(struct wall t, int64_t length_s)
{
	int64_t s = t.ms / 1000;

	return s - s % length_s;
}

#endif
