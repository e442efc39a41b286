/* SPDX-License-Identifier: MIT */
#include "guard/rules_check.h"

#include "guard/rules_parts.h"

enum {
	ELEMENTS = 1u << RELAY_ELEMENT,
	HEAT_PUMPS = 1u << RELAY_HEAT_PUMP,
	HEATERS = ELEMENTS | HEAT_PUMPS,
	PUMPS = 1u << RELAY_PUMP,
	OTHERS = ELEMENTS | PUMPS | 1u << RELAY_VALVE | 1u << RELAY_OTHER,
	ALL = HEATERS | OTHERS,
};
enum { TO_OFF = 1, TO_ON = 2, EITHER = TO_OFF | TO_ON };
/* Whom a check stands against: a request, what already runs, the guard's own wish. */
enum { ASKED = 1, RUNS = 2, OWN = 4, ALWAYS = ASKED | RUNS | OWN };

/* The last movement of the hour is kept for the way back to the fail state. */
enum { OTHER_MOVES_PER_HOUR = RULES_MOVES - 1 };

/* Each returns for how long the movement is held: 0 = not at all. */
struct look {
	const struct guard_rules *rules;
	const struct rules_relay *relay;
	const struct guard_want *want;
	int64_t now_ms;
};

static int64_t rest_of(int64_t since_ms, int64_t length_ms, int64_t now_ms)
{
	return now_ms - since_ms >= length_ms ? 0 : length_ms - (now_ms - since_ms);
}

static int64_t held_by_trip(const struct look *l)
{
	return l->rules->stops[WATCH_TRIP].on ? RULES_UNKNOWN_MS : 0;
}

static int64_t held_by_store(const struct look *l)
{
	return l->rules->stops[WATCH_STORE].on ? RULES_UNKNOWN_MS : 0;
}

static int64_t held_by_supply(const struct look *l)
{
	return l->rules->stops[WATCH_SUPPLY].on ? RULES_UNKNOWN_MS : 0;
}

static int64_t held_by_missing_data(const struct look *l)
{
	return l->now_ms - rules_store_top_ms(l->rules) >= RULES_READING_MS ? RULES_UNKNOWN_MS : 0;
}

/* Power in a run that should not be: but a heat pump is not cut short for it. */
static int64_t held_by_lock(const struct look *l)
{
	int64_t until_ms = rules_locked_until(l->relay);
	bool young = l->relay->config.kind == RELAY_HEAT_PUMP && l->relay->memory.on &&
		l->now_ms - l->relay->memory.moved_ms < l->rules->limits.hp_min_on_ms;

	if (until_ms <= l->now_ms || young)
		return 0;
	return until_ms == RULES_UNTIL_RESET ? RULES_UNKNOWN_MS : until_ms - l->now_ms;
}

static int64_t held_by_freeze(const struct look *l)
{
	return l->relay->own == OWN_FREEZE ? RULES_UNKNOWN_MS : 0;
}

/* An exercise is a minimum on time of its own. */
static int64_t held_by_exercise(const struct look *l)
{
	return l->relay->own == OWN_EXERCISE ? l->relay->own_until_ms - l->now_ms : 0;
}

static int64_t held_by_min_off(const struct look *l)
{
	return rest_of(l->relay->memory.moved_ms, l->rules->limits.hp_min_off_ms, l->now_ms);
}

static int64_t held_by_min_on(const struct look *l)
{
	return rest_of(l->relay->memory.moved_ms, l->rules->limits.hp_min_on_ms, l->now_ms);
}

static int64_t held_by_interval(const struct look *l)
{
	return rest_of(l->relay->memory.moved_ms, l->rules->limits.relay_min_interval_ms, l->now_ms);
}

/* At most `most` per hour: the most-th newest must be an hour old. */
static int64_t held_by_count(const struct look *l, int32_t most)
{
	const struct rules_memory *m = &l->relay->memory;

	if (m->n_moves < (uint32_t)most)
		return 0;
	return rest_of(m->moves_ms[(m->n_moves - (uint32_t)most) % RULES_MOVES], RULES_HOUR_MS, l->now_ms);
}

static int64_t held_by_starts(const struct look *l)
{
	return held_by_count(l, l->rules->limits.hp_max_starts_per_hour);
}

static int64_t held_by_changes(const struct look *l)
{
	return held_by_count(l, OTHER_MOVES_PER_HOUR);
}

static int64_t held_by_rank(const struct look *l)
{
	int64_t held_ms = 0;

	for (int rank = 0; rank < l->want->rank; rank++)
		if (l->relay->lease_until_ms[rank] - l->now_ms > held_ms)
			held_ms = l->relay->lease_until_ms[rank] - l->now_ms;
	return held_ms;
}

/* SF-10, highest authority first. What also RUNS ends what is already running. */
static const struct check {
	unsigned int kinds, wish, against;
	enum guard_result result;
	int64_t (*held_ms)(const struct look *);
} checks[] = {
	{ HEATERS,    TO_ON,  ALWAYS,      GUARD_HELD_CEILING,      held_by_trip },
	{ HEATERS,    TO_ON,  ALWAYS,      GUARD_HELD_CEILING,      held_by_store },
	{ HEATERS,    TO_ON,  ALWAYS,      GUARD_HELD_CEILING,      held_by_supply },
	{ ALL,        TO_ON,  ALWAYS,      GUARD_HELD_LOCKOUT,      held_by_lock },
	{ ELEMENTS,   TO_ON,  ALWAYS,      GUARD_HELD_MISSING_DATA, held_by_missing_data },
	{ ALL,        TO_OFF, ASKED,       GUARD_HELD_FREEZE,       held_by_freeze },
	{ HEAT_PUMPS, TO_ON,  ASKED | OWN, GUARD_HELD_MIN_OFF,      held_by_min_off },
	{ HEAT_PUMPS, TO_OFF, ASKED,       GUARD_HELD_MIN_ON,       held_by_min_on },
	{ PUMPS,      TO_OFF, ASKED,       GUARD_HELD_MIN_ON,       held_by_exercise },
	{ HEAT_PUMPS, TO_ON,  ASKED | OWN, GUARD_HELD_RATE,         held_by_starts },
	{ OTHERS,     EITHER, ASKED,       GUARD_HELD_RATE,         held_by_interval },
	{ OTHERS,     TO_ON,  ASKED,       GUARD_HELD_RATE,         held_by_changes },
	{ ALL,        EITHER, ASKED,       GUARD_HELD_LOCKOUT,      held_by_rank },
};

enum { N_CHECKS = sizeof(checks) / sizeof(checks[0]) };

static enum guard_result look_through(const struct look *l, unsigned int what, int64_t *held_ms)
{
	unsigned int kind = 1u << l->relay->config.kind, wish = l->want->on ? TO_ON : TO_OFF;

	for (int i = 0; i < N_CHECKS; i++) {
		if ((checks[i].against & what) == 0 || (checks[i].kinds & kind) == 0 || (checks[i].wish & wish) == 0)
			continue;
		*held_ms = checks[i].held_ms(l);
		if (*held_ms > 0)
			return checks[i].result;
	}
	*held_ms = 0;
	return GUARD_DONE;
}

enum guard_result rules_check(const struct guard_rules *r, const struct rules_relay *relay,
	const struct guard_want *want, int64_t now_ms, int64_t *held_ms)
{
	struct look l = { r, relay, want, now_ms };

	return look_through(&l, ASKED, held_ms);
}

static const struct guard_want to_be_on = { .on = 1 };

enum guard_result rules_check_running(const struct guard_rules *r, const struct rules_relay *relay,
	int64_t now_ms)
{
	struct look l = { r, relay, &to_be_on, now_ms };
	int64_t held_ms;

	return look_through(&l, RUNS, &held_ms);
}

enum guard_result rules_check_own(
	const struct guard_rules *r, const struct rules_relay *relay, int64_t now_ms)
{
	struct look l = { r, relay, &to_be_on, now_ms };
	int64_t held_ms;

	return look_through(&l, OWN, &held_ms);
}

int64_t rules_lease_end(const struct rules_relay *relay)
{
	int64_t end = relay->lease_until_ms[0];

	for (int rank = 1; rank < N_GUARD_RANKS; rank++)
		if (relay->lease_until_ms[rank] > end)
			end = relay->lease_until_ms[rank];
	return end;
}

bool rules_leased(const struct rules_relay *relay, int64_t now_ms)
{
	return rules_lease_end(relay) > now_ms;
}

bool rules_fresh(const struct rules_reading *reading, int64_t now_ms)
{
	return now_ms - reading->at_ms < RULES_READING_MS;
}

static bool any_fresh(const struct guard_rules *r, enum guard_role role, int64_t now_ms)
{
	for (int i = 0; i < RULES_SOURCES; i++)
		if (rules_fresh(&r->readings[role][i], now_ms))
			return true;
	return false;
}

bool rules_freezing(const struct guard_rules *r, int64_t now_ms)
{
	return (r->stops[WATCH_PIPE].on && any_fresh(r, GUARD_ROLE_PIPE, now_ms)) ||
		(r->stops[WATCH_ZONE].on && any_fresh(r, GUARD_ROLE_ZONE, now_ms));
}

int64_t rules_store_top_ms(const struct guard_rules *r)
{
	int64_t at_ms = RULES_LONG_AGO;

	for (int i = 0; i < RULES_SOURCES; i++)
		if (r->readings[GUARD_ROLE_STORE_TOP][i].at_ms > at_ms)
			at_ms = r->readings[GUARD_ROLE_STORE_TOP][i].at_ms;
	return at_ms;
}
