/* SPDX-License-Identifier: MIT */
/* What the guard switches on itself: pumps and heat against freezing (SF-18), a pump that has stood too
 * long.
 *
 * Freeze protection holds its relays while it sees the cold: a reading that grows old is a permission not
 * renewed (SF-3). An exercise is under a lease like any other movement: somebody must renew it. */
#include "guard/rules_check.h"
#include "guard/rules_parts.h"

enum { EXERCISE_MS = 60000 };

static bool protects(const struct rules_relay *relay)
{
	return relay->config.kind == RELAY_PUMP || relay->config.kind == RELAY_HEAT_PUMP ||
		relay->config.kind == RELAY_ELEMENT;
}

void rules_hold_own(struct guard_rules *r, int64_t now_ms)
{
	bool freezing = rules_freezing(r, now_ms);

	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *relay = &r->relays[i];

		if (relay->memory.on)
			relay->idle_ms = now_ms;
		if (freezing && protects(relay))
			relay->own = OWN_FREEZE;
		else if (relay->own == OWN_FREEZE || !relay->memory.on)
			relay->own = OWN_NONE;
	}
}

static void switch_on(
	struct guard_rules *r, int relay, const char *why, int64_t now_ms, struct rules_out *out)
{
	rules_end_leases(&r->relays[relay]);
	rules_move(r, relay, true, now_ms, out);
	rules_tell(out, GUARD_EVENT_MOVED, relay, true, why);
}

static bool stands_too_long(const struct guard_rules *r, const struct rules_relay *relay, int64_t now_ms)
{
	return relay->own == OWN_NONE && relay->config.kind == RELAY_PUMP && rules_leased(relay, now_ms) &&
		now_ms - relay->idle_ms >= r->limits.pump_exercise_s * 1000LL;
}

static void exercise(struct guard_rules *r, int i, int64_t now_ms, struct rules_out *out)
{
	struct rules_relay *relay = &r->relays[i];

	relay->idle_ms = now_ms;	/* also when its driver fails: not again every second */
	switch_on(r, i, "pump exercise", now_ms, out);
	relay->own = OWN_EXERCISE;
	relay->own_until_ms = now_ms + EXERCISE_MS;
	relay->lease_until_ms[GUARD_RANK_LOCAL] = now_ms + GUARD_LEASE_MS;
}

/* A relay that has just moved, or failed to, waits: at most one movement at a time. */
static bool may_move(const struct guard_rules *r, const struct rules_relay *relay, int64_t now_ms)
{
	return !relay->memory.on && now_ms >= relay->retry_ms &&
		now_ms - relay->memory.moved_ms >= RULES_RETRY_MS &&
		rules_check_own(r, relay, now_ms) == GUARD_DONE;
}

void rules_move_own(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *relay = &r->relays[i];

		if (relay->own == OWN_EXERCISE && relay->memory.on && now_ms >= relay->own_until_ms) {
			relay->own = OWN_NONE;
			rules_drop(r, i, "pump exercise over", now_ms, out);
		} else if (relay->own == OWN_FREEZE && may_move(r, relay, now_ms)) {
			switch_on(r, i, "freeze protection", now_ms, out);
		} else if (stands_too_long(r, relay, now_ms) && may_move(r, relay, now_ms)) {
			exercise(r, i, now_ms, out);
		}
	}
}
