/* SPDX-License-Identifier: MIT */
#include "core/control/worry.h"

#include <string.h>

static enum worry turn(bool *on, bool now_on)
{
	bool same = *on == now_on;

	*on = now_on;
	return same ? WORRY_SAME : now_on ? WORRY_BEGINS : WORRY_ENDS;
}

static enum worry_cold how_cold(enum worry_cold was, int64_t mc, int64_t setpoint_mc, int64_t floor_mc)
{
	if (mc < floor_mc || (was == COLD_FLOOR && mc < floor_mc + WORRY_FLOOR_OVER_MC))
		return COLD_FLOOR;
	if (mc < setpoint_mc - WORRY_LOW_MC || (was != COLD_NOT && mc < setpoint_mc - WORRY_LOW_OVER_MC))
		return COLD_LOW;
	return COLD_NOT;
}

enum worry worry_cold(enum worry_cold *cold, struct reading_mc r, int64_t setpoint_mc, int64_t floor_mc)
{
	static const enum worry words[] = { [COLD_NOT] = WORRY_ENDS, [COLD_LOW] = WORRY_BEGINS, [COLD_FLOOR] = WORRY_IS_BAD };
	enum worry_cold was = *cold;

	if (!r.good)
		return WORRY_SAME;
	*cold = how_cold(was, r.mc, setpoint_mc, floor_mc);
	/* What grows less bad is the same worry: it is over when it is warm. */
	return *cold == was || (was == COLD_FLOOR && *cold == COLD_LOW) ? WORRY_SAME : words[*cold];
}

enum worry worry_share(bool *on, int64_t n, int64_t most, int high, int low)
{
	return turn(on, *on ? n * 100 >= most * low : n * 100 > most * high);
}

enum worry worry_disk(bool *on, int64_t free_mb)
{
	return turn(on, *on ? free_mb <= WORRY_DISK_FREE_MB : free_mb < WORRY_DISK_LOW_MB);
}

static void sample(struct worry_fall *f, int64_t mc, struct mono now)
{
	if (f->n == WORRY_SAMPLES) {
		memmove(&f->mc[0], &f->mc[1], sizeof(f->mc) - sizeof(f->mc[0]));
		f->n--;
	}
	f->mc[f->n++] = mc;
	f->next = mono_after(now, WORRY_SAMPLE_MS);
}

enum worry worry_fall(struct worry_fall *f, bool all_on, struct reading_mc r, struct mono now)
{
	if (!all_on || !r.good) {
		f->n = 0;
		return all_on ? WORRY_SAME : turn(&f->on, false);
	}
	if (f->n > 0 && !mono_reached(now, f->next))
		return WORRY_SAME;
	sample(f, r.mc, now);
	if (f->n < WORRY_SAMPLES)
		return WORRY_SAME;
	return turn(&f->on, f->mc[0] - r.mc >= (f->on ? 1 : WORRY_FALL_MC));
}

static bool lasts(bool *holds, struct mono *at, bool now_holds, int64_t ms, struct mono now)
{
	if (now_holds && !*holds)
		*at = now;
	*holds = now_holds;
	return now_holds && mono_since(now, *at) >= ms;
}

enum worry worry_flow(struct worry_flow *f, bool pump_on, bool flow_known, bool flows, struct mono now)
{
	bool flowing = pump_on && flow_known && flows;
	bool dry = lasts(&f->dry, &f->dry_at, pump_on && flow_known && !flows, WORRY_NO_FLOW_MS, now);

	if (lasts(&f->wet, &f->wet_at, flowing, WORRY_FLOW_AGAIN_MS, now))
		f->times = 0;
	if (f->on)
		return flowing ? turn(&f->on, false) : WORRY_SAME;
	if (turn(&f->on, dry) == WORRY_SAME)
		return WORRY_SAME;
	return ++f->times >= WORRY_NO_FLOW_MANY ? WORRY_IS_BAD : WORRY_BEGINS;
}

enum worry worry_long(struct worry_long *l, bool holds, int64_t ms, struct mono now)
{
	return turn(&l->on, lasts(&l->holds, &l->at, holds, ms, now));
}
