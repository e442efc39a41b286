/* SPDX-License-Identifier: MIT */
#include "core/control/still.h"

void still_take(struct still *s, int64_t code, struct mono now)
{
	if (s->known && s->code == code)
		return;
	*s = (struct still){ .known = true, .code = code, .since = now };
}

void still_beside(struct still *s, int64_t mc)
{
	if (!s->seen || mc < s->low_mc)
		s->low_mc = mc;
	if (!s->seen || mc > s->high_mc)
		s->high_mc = mc;
	s->seen = true;
}

bool still_stuck(const struct still *s, enum still_watch watch, struct mono now)
{
	int64_t stood_ms = s->known ? mono_since(now, s->since) : 0;

	if (watch == STILL_IN_TANK)
		return stood_ms >= STILL_TANK_MS && s->seen && s->high_mc - s->low_mc >= STILL_MOVED_MC;
	return watch == STILL_ALONE && stood_ms >= STILL_ALONE_MS;
}
