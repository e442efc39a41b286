/* SPDX-License-Identifier: MIT */
/* rules_bench.h: a heat pump, an element, a pump and a valve under the guard's rules, for their tests. */
#ifndef TESTS_RULES_BENCH_H
#define TESTS_RULES_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "guard/rules.h"

enum { HP, ELEMENT, PUMP, VALVE, N_TEST_RELAYS };
enum { MIN = 60000 };

struct bench {
	struct guard_rules rules;
	struct rules_out out;
	struct guard_answer answer;
	int64_t now_ms;
};

static const struct guard_limits defaults = {
	.hp_min_off_ms = 300000, .hp_min_on_ms = 600000, .relay_min_interval_ms = 10000,
	.pump_exercise_s = 7 * 86400, .start_delay_ms = 40000, .store_ceiling_mc = 75000,
	.store_trip_mc = 82000, .supply_ceiling_mc = 82000, .freeze_pipe_mc = 5000, .freeze_zone_mc = 7000,
	.hp_max_starts_per_hour = 4,
};

static const struct guard_relay relays[N_TEST_RELAYS] = {
	[HP] = { .relay = HP, .kind = RELAY_HEAT_PUMP, .fail_state = FAIL_HANDBACK },
	[ELEMENT] = { .relay = ELEMENT, .kind = RELAY_ELEMENT },
	[PUMP] = { .relay = PUMP, .kind = RELAY_PUMP },
	[VALVE] = { .relay = VALVE, .kind = RELAY_VALVE },
};

static inline void set_up_with(struct bench *b, const struct guard_limits *limits)
{
	memset(b, 0, sizeof(*b));
	b->now_ms = 1000000;
	rules_init(&b->rules, limits, relays, N_TEST_RELAYS);
	rules_start(&b->rules, b->now_ms, &b->out);
}

static inline void set_up(struct bench *b)
{
	set_up_with(b, &defaults);
}

static inline enum guard_result ask(struct bench *b, int relay, bool on, enum guard_rank rank)
{
	struct guard_want w = { .relay = (uint8_t)relay, .on = on, .rank = (uint8_t)rank,
		.lease_ms = GUARD_LEASE_MS };

	rules_want(&b->rules, b->now_ms, &w, &b->answer, &b->out);
	return (enum guard_result)b->answer.result;
}

static inline void give_up(struct bench *b, int relay, enum guard_rank rank)
{
	struct guard_want w = { .relay = (uint8_t)relay, .on = 1, .rank = (uint8_t)rank };

	rules_want(&b->rules, b->now_ms, &w, &b->answer, &b->out);
}

static inline void read_at(struct bench *b, enum guard_role role, int source, int32_t mc)
{
	struct guard_reading r = { .role = (uint8_t)role, .source = (uint8_t)source, .quality = QUALITY_GOOD,
		.value_mc = mc };

	rules_reading(&b->rules, b->now_ms, &r, &b->out);
}

static inline void tick(struct bench *b, int64_t ms)
{
	b->now_ms += ms;
	rules_tick(&b->rules, b->now_ms, &b->out);
}

static inline bool is_on(const struct bench *b, int relay)
{
	return b->rules.relays[relay].memory.on != 0;
}

static inline void reset(struct bench *b, int which)
{
	rules_reset(&b->rules, b->now_ms, which, &b->out);
}

static inline bool locked(const struct bench *b, int relay, enum rules_lock lock)
{
	return b->rules.relays[relay].memory.locked_until_ms[lock] > b->now_ms;
}

static inline const struct guard_event *event_of(const struct bench *b, enum guard_event_kind kind)
{
	for (int i = 0; i < b->out.n_events; i++)
		if (b->out.events[i].kind == kind)
			return &b->out.events[i];
	return NULL;
}

static inline bool moved(const struct bench *b, int relay, bool on)
{
	for (int i = 0; i < b->out.n_moves; i++)
		if (b->out.moves[i].relay == relay && b->out.moves[i].on == on)
			return true;
	return false;
}

#endif
