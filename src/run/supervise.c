/* SPDX-License-Identifier: MIT */
#include "run/supervise.h"

enum verdict supervise_look(struct checkin *c, enum watch watch, int64_t now_ms, int64_t limit_ms,
	int64_t *silent_ms)
{
	int64_t at_ms = atomic_load(&c->at_ms);
	int64_t late_ms = watch == WATCH_VITAL ? limit_ms / 4 : limit_ms;

	*silent_ms = now_ms - at_ms;
	if (watch == WATCH_VITAL && *silent_ms >= limit_ms)
		return VERDICT_DEAD;
	if (*silent_ms < late_ms) {
		if (c->late_since_ms == 0)
			return VERDICT_FINE;
		*silent_ms = now_ms - c->late_since_ms;
		c->late_since_ms = 0;
		return VERDICT_BACK;
	}
	if (c->late_since_ms != 0)
		return VERDICT_FINE;
	c->late_since_ms = at_ms;
	return VERDICT_LATE;
}
