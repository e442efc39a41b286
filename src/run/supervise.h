/* SPDX-License-Identifier: MIT */
/* supervise.h: who has not checked in for too long (SF-22); pure, the caller says what time it is.
 *
 * A vital actor is late after a quarter of the limit and dead at the limit. A device actor is late at the
 * limit and never dead: it may be stuck in a sensor bus or a disk, and nothing else waits for it. */
#ifndef RUN_SUPERVISE_H
#define RUN_SUPERVISE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/actor.h"

enum { SUPERVISE_LIMIT_MS = 8000 };

struct checkin {
	_Atomic int64_t at_ms;		/* real time of the last check-in; written by the actor's thread */
	int64_t late_since_ms;		/* 0: it is not late */
};

enum verdict { VERDICT_FINE, VERDICT_LATE, VERDICT_BACK, VERDICT_DEAD };

/* LATE and BACK are said once each. *silent_ms: since its last check-in; with BACK: how long it was away. */
enum verdict supervise_look(
	struct checkin *, enum watch, int64_t now_ms, int64_t limit_ms, int64_t *silent_ms);

#endif
