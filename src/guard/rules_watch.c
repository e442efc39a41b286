/* SPDX-License-Identifier: MIT */
/* Temperatures against their limits: ceilings and trip stop the heat (SF-15), freeze protection calls for
 * it (SF-18). All begin at the second reading in a row beyond the limit; sensors are polled every 10 s or
 * faster, so that is within 10 s of the first. None ends because nobody looks any more, and a stop not because
 * the sensor that saw the heat has fallen silent: for an hour only its own reading ends it; then, so that one dead
 * sensor does not leave the house cold, the others do. Freeze protection heats only while it sees the cold. */
#include <string.h>

#include "guard/rules_check.h"
#include "guard/rules_parts.h"

/* A stop ends this far below its limit, a trip below 70 C at the latest (SF-15), a freeze 3 K above its
 * own. */
enum { STOP_RELEASE_MC = 5000, TRIP_RELEASE_MC = 70000, FREEZE_RELEASE_MC = 3000 };

#define ROLE(r) (1u << (r))
#define STORE_ROLES (ROLE(GUARD_ROLE_STORE_TOP) | ROLE(GUARD_ROLE_STORE))
#define LIMIT(field) offsetof(struct guard_limits, field)

static const struct watch {
	const char *name;
	unsigned int roles;
	size_t limit;		/* offset in struct guard_limits */
	enum guard_event_kind begins, ends;
	bool latches, cold;	/* cold: it is below that is beyond */
} watches[N_RULES_WATCHES] = {
	[WATCH_TRIP] = { "store trip", STORE_ROLES, LIMIT(store_trip_mc),
		GUARD_EVENT_TRIP, GUARD_EVENT_TRIP_RESET, true, false },
	[WATCH_STORE] = { "store ceiling", STORE_ROLES, LIMIT(store_ceiling_mc),
		GUARD_EVENT_CEILING, GUARD_EVENT_CEILING, false, false },
	[WATCH_SUPPLY] = { "supply ceiling", ROLE(GUARD_ROLE_SUPPLY), LIMIT(supply_ceiling_mc),
		GUARD_EVENT_CEILING, GUARD_EVENT_CEILING, false, false },
	[WATCH_PIPE] = { "pipe near freezing", ROLE(GUARD_ROLE_PIPE), LIMIT(freeze_pipe_mc),
		GUARD_EVENT_FREEZE, GUARD_EVENT_FREEZE, false, true },
	[WATCH_ZONE] = { "room near freezing", ROLE(GUARD_ROLE_ZONE), LIMIT(freeze_zone_mc),
		GUARD_EVENT_FREEZE, GUARD_EVENT_FREEZE, false, true },
};

static int32_t limit_of(const struct guard_rules *r, int watch)
{
	int32_t limit_mc;

	memcpy(&limit_mc, (const char *)&r->limits + watches[watch].limit, sizeof(limit_mc));
	return limit_mc;
}

static bool beyond(const struct watch *w, int32_t mc, int32_t limit_mc)
{
	return w->cold ? mc < limit_mc : mc > limit_mc;
}

static bool released(const struct guard_rules *r, int watch, int32_t mc)
{
	int32_t limit_mc = watches[watch].latches ? r->limits.store_ceiling_mc : limit_of(r, watch);

	if (watches[watch].cold)
		return mc > limit_mc + FREEZE_RELEASE_MC;
	limit_mc -= STOP_RELEASE_MC;
	if (watches[watch].latches && limit_mc > TRIP_RELEASE_MC)
		limit_mc = TRIP_RELEASE_MC;
	return mc < limit_mc;
}

/* A sensor, and what it said. */
struct spot { int role, source; int32_t mc; };

/* The hottest, or for a freeze the coldest, of the fresh readings; false when there is none. */
static bool extreme(const struct guard_rules *r, const struct watch *w, int64_t now_ms, struct spot *s)
{
	bool any = false;

	for (int k = 0; k < N_GUARD_ROLES; k++)
		for (int i = 0; (w->roles & ROLE(k)) != 0 && i < RULES_SOURCES; i++) {
			const struct rules_reading *one = &r->readings[k][i];

			if (!rules_fresh(one, now_ms) || (any && !beyond(w, one->value_mc, s->mc)))
				continue;
			any = true;
			*s = (struct spot){ k, i, one->value_mc };
		}
	return any;
}

static void tell_stop(struct rules_out *out, int watch, bool begins, const struct spot *s)
{
	const struct watch *w = &watches[watch];
	struct guard_event *e =
		rules_tell(out, begins ? w->begins : w->ends, GUARD_NO_RELAY, begins, w->name);

	e->role = (uint8_t)s->role;
	e->source = (uint8_t)s->source;
	e->value = s->mc;
}

static void begin_stop(struct guard_rules *r, int watch, const struct spot *spot, int64_t now_ms,
	struct rules_out *out)
{
	struct rules_stop *s = &r->stops[watch];

	if (s->on)
		return;
	*s = (struct rules_stop){ .since_ms = now_ms, .on = 1 };
	tell_stop(out, watch, true, spot);
}

/* A sensor that saw the heat waits for a reading of its own. */
static bool awaited(const struct rules_witness *w, int64_t now_ms)
{
	uint64_t any = 0;

	for (int k = 0; k < N_GUARD_ROLES; k++)
		any |= w->sources[k];
	return any != 0 && now_ms - w->heard_ms < RULES_HOUR_MS;
}

static void bear_witness(struct guard_rules *r, int watch, const struct spot *s, bool hot, int64_t now_ms)
{
	struct rules_witness *w = &r->witnesses[watch];
	uint64_t bit = (uint64_t)1 << s->source;

	if (watches[watch].cold)
		return;
	if (hot)
		w->sources[s->role] |= bit;
	if (released(r, watch, s->mc))
		w->sources[s->role] &= ~bit;
	else if ((w->sources[s->role] & bit) != 0)
		w->heard_ms = now_ms;
}

void rules_end_stops(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	for (int w = 0; w < N_RULES_WATCHES; w++) {
		struct rules_stop *s = &r->stops[w];
		struct spot spot = { 0 };

		if (!s->on || !extreme(r, &watches[w], now_ms, &spot) || !released(r, w, spot.mc))
			continue;
		if (watches[w].latches && !s->reset && now_ms - s->since_ms < RULES_HOUR_MS)
			continue;
		if (awaited(&r->witnesses[w], now_ms))
			continue;
		s->on = 0;
		r->witnesses[w] = (struct rules_witness){ .heard_ms = RULES_LONG_AGO };
		tell_stop(out, w, false, &spot);
	}
}

/* One reading beyond a limit may be a spark on a long wire; the second in a row is believed. */
void rules_watch(struct guard_rules *r, const struct guard_reading *in, struct rules_reading *one,
	int64_t now_ms, struct rules_out *out)
{
	struct spot spot = { in->role, in->source % RULES_SOURCES, in->value_mc };

	for (int w = 0; w < N_RULES_WATCHES; w++) {
		if ((watches[w].roles & ROLE(in->role)) == 0)
			continue;
		if (!beyond(&watches[w], spot.mc, limit_of(r, w)))
			one->beyond[w] = 0;
		else if (++one->beyond[w] >= 2) {
			one->beyond[w] = 2;
			begin_stop(r, w, &spot, now_ms, out);
		}
		bear_witness(r, w, &spot, one->beyond[w] == 2, now_ms);
	}
}
