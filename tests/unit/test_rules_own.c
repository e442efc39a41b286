/* SPDX-License-Identifier: MIT */
/* What the guard's rules switch on themselves: freeze protection and pump exercise; and what is read back. */
#include "rules_bench.h"
#include "guard/rules_check.h"

/* Two readings of that role, a second apart. */
static void read_twice(struct bench *b, enum guard_role role, int32_t mc)
{
	read_at(b, role, 0, mc);
	b->now_ms += 1000;
	read_at(b, role, 0, mc);
}

static void rested(struct bench *b)
{
	set_up(b);
	tick(b, 340000);
	read_at(b, GUARD_ROLE_STORE_TOP, 0, 40000);
}

/* --- freeze --------------------------------------------------------------------------------- */

/* At the second cold reading of a pipe or a room all pumps and heat are on, valves are not, and it is told
 * where. */
static void cold_switches_heat_on(void **state)
{
	static const struct { enum guard_role role; int32_t mc; } rows[] = {
		{ GUARD_ROLE_PIPE, 4999 }, { GUARD_ROLE_ZONE, 6999 },
	};
	struct bench b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		rested(&b);
		read_at(&b, rows[i].role, 3, rows[i].mc + 1);
		b.now_ms += 1000;
		read_at(&b, rows[i].role, 3, rows[i].mc);
		assert_int_equal(b.out.n_moves, 0);
		b.now_ms += 1000;
		read_at(&b, rows[i].role, 3, rows[i].mc);
		assert_true(moved(&b, HP, true) && moved(&b, ELEMENT, true) && moved(&b, PUMP, true));
		assert_false(is_on(&b, VALVE));
		assert_int_equal(event_of(&b, GUARD_EVENT_FREEZE)->role, rows[i].role);
		assert_int_equal(event_of(&b, GUARD_EVENT_FREEZE)->source, 3);
		assert_int_equal(event_of(&b, GUARD_EVENT_FREEZE)->value, rows[i].mc);
		assert_int_equal(event_of(&b, GUARD_EVENT_MOVED)->on, 1);
	}
}

/* Nobody outside ends it: every rank is HeldByFreeze, and giving a lease up changes nothing. */
static void nobody_ends_a_freeze(void **state)
{
	struct bench b;

	(void)state;
	rested(&b);
	read_twice(&b, GUARD_ROLE_PIPE, 2000);
	for (int rank = 0; rank < N_GUARD_RANKS; rank++)
		for (int relay = HP; relay <= PUMP; relay++)
			assert_int_equal(ask(&b, relay, false, (enum guard_rank)rank), GUARD_HELD_FREEZE);
	give_up(&b, PUMP, GUARD_RANK_LOCAL);
	assert_true(is_on(&b, HP) && is_on(&b, ELEMENT) && is_on(&b, PUMP));
	/* no lease to wait for, but the element's reading */
	assert_int_equal(rules_due_ms(&b.rules), b.now_ms - 1000 + RULES_READING_MS);
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* It ends above limit + 3 K; then leases decide, and the heat pump's minimum on time still holds. */
static void a_freeze_ends_3_k_above(void **state)
{
	struct bench b;

	(void)state;
	rested(&b);
	read_twice(&b, GUARD_ROLE_PIPE, 2000);
	b.now_ms += 20000;
	read_at(&b, GUARD_ROLE_PIPE, 0, 8000);
	assert_null(event_of(&b, GUARD_EVENT_FREEZE));
	assert_int_equal(ask(&b, HP, false, GUARD_RANK_LOCAL), GUARD_HELD_FREEZE);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_PIPE, 0, 8001);
	assert_int_equal(event_of(&b, GUARD_EVENT_FREEZE)->on, 0);
	assert_false(is_on(&b, PUMP));		/* nobody has asked for it */
	assert_true(is_on(&b, HP));		/* somebody alive has asked for off and is held */
	assert_int_equal(ask(&b, HP, false, GUARD_RANK_LOCAL), GUARD_HELD_MIN_ON);
}

/* A permission not renewed ends: 30 s after the last cold reading the relays fall back; a new one, be it no
 * longer that cold, takes them up again (SF-3). */
static void a_blind_freeze_lets_go(void **state)
{
	struct bench b;

	(void)state;
	rested(&b);
	read_twice(&b, GUARD_ROLE_ZONE, 6000);
	tick(&b, RULES_READING_MS - 1);
	assert_true(is_on(&b, PUMP) && is_on(&b, HP));
	tick(&b, 1);
	assert_false(is_on(&b, PUMP) || is_on(&b, HP) || is_on(&b, ELEMENT));
	assert_int_equal(ask(&b, PUMP, false, GUARD_RANK_LOCAL), GUARD_DONE);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_ZONE, 0, 9000);
	assert_true(is_on(&b, PUMP));
	assert_false(is_on(&b, HP));		/* minimum off time */
	rules_lapse(&b.rules, b.now_ms, &b.out);
	assert_false(is_on(&b, PUMP));
}

/* It does not shorten a minimum off time, pass a ceiling, or heat an element without a reading; it does pass
 * intervals and counts of pumps. */
static void a_freeze_obeys_what_is_above_it(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	for (int i = 0; i < 2; i++, b.now_ms += 1000)
		read_at(&b, GUARD_ROLE_SUPPLY, 0, 83000);
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_DISPATCH), GUARD_DONE);
	b.now_ms += 10000;
	assert_int_equal(ask(&b, PUMP, false, GUARD_RANK_DISPATCH), GUARD_DONE);
	b.now_ms += 1000;
	read_twice(&b, GUARD_ROLE_PIPE, 1000);
	assert_true(is_on(&b, PUMP));
	assert_false(is_on(&b, HP) || is_on(&b, ELEMENT));
	read_at(&b, GUARD_ROLE_SUPPLY, 0, 40000);
	assert_false(is_on(&b, HP) || is_on(&b, ELEMENT));
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 40000);
	assert_true(is_on(&b, ELEMENT));
	b.now_ms = 1000000 + 339999;
	read_at(&b, GUARD_ROLE_PIPE, 0, 1000);
	assert_false(is_on(&b, HP));
	b.now_ms++;
	read_at(&b, GUARD_ROLE_PIPE, 0, 1001);
	assert_true(is_on(&b, HP));
}

/* A pump whose driver fails is tried again each second while it freezes. */
static void a_failed_pump_is_tried_again(void **state)
{
	struct bench b;

	(void)state;
	rested(&b);
	read_twice(&b, GUARD_ROLE_PIPE, 2000);
	for (int i = 0; i < b.out.n_moves; i++)
		if (b.out.moves[i].relay == PUMP)
			rules_failed(&b.rules, b.now_ms, i, "no answer", &b.out);
	assert_false(is_on(&b, PUMP));
	tick(&b, RULES_RETRY_MS - 1);
	assert_false(is_on(&b, PUMP));
	tick(&b, 1);
	assert_true(is_on(&b, PUMP));
}

/* --- exercise ------------------------------------------------------------------------------- */

/* Lets time pass while somebody renews that state of the pump. */
static void hold(struct bench *b, int relay, int64_t ms)
{
	for (int64_t end = b->now_ms + ms; b->now_ms < end;) {
		b->now_ms += end - b->now_ms < 10000 ? end - b->now_ms : 10000;
		ask(b, relay, false, GUARD_RANK_LOCAL);
	}
}

/* A pump that stood for 7 days runs for 60 s, and then not for another 7 days. */
static void an_idle_pump_is_exercised(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	for (int week = 0; week < 2; week++) {
		hold(&b, PUMP, 7LL * 86400000 - 10000);
		assert_false(is_on(&b, PUMP));
		hold(&b, PUMP, 10000);
		assert_true(is_on(&b, PUMP));
		assert_int_equal(b.answer.result, GUARD_HELD_MIN_ON);
		assert_int_equal(b.answer.held_for_ms, 60000);
		hold(&b, PUMP, 50000);
		assert_true(is_on(&b, PUMP));
		hold(&b, PUMP, 10000);
		assert_false(is_on(&b, PUMP));
		assert_int_equal(b.answer.result, GUARD_DONE);
	}
	assert_false(is_on(&b, VALVE));
}

/* A pump that is locked is not exercised before its lock is over, and then at once. */
static void a_locked_pump_is_left_alone(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	hold(&b, PUMP, 7LL * 86400000 - 20000);
	b.rules.relays[PUMP].memory.locked_until_ms[LOCK_NO_LOAD] = b.now_ms + 3600000;
	hold(&b, PUMP, 3600000 - 10000);
	assert_false(is_on(&b, PUMP));
	hold(&b, PUMP, 20000);
	assert_true(is_on(&b, PUMP));
}

/* When nobody renews, a pump is not exercised, and an exercise under way ends with its lease (SF-11). */
static void an_exercise_needs_somebody(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	tick(&b, 8LL * 86400000);
	assert_int_equal(b.out.n_moves, 0);
	ask(&b, PUMP, false, GUARD_RANK_LOCAL);
	tick(&b, 1000);
	assert_true(is_on(&b, PUMP));
	tick(&b, GUARD_LEASE_MS);
	assert_false(is_on(&b, PUMP));
	assert_non_null(event_of(&b, GUARD_EVENT_LEASE_LAPSED));
	tick(&b, 60000);
	assert_int_equal(b.out.n_moves, 0);
}

/* A pump that somebody wants during its exercise runs on for him. */
static void an_exercise_is_taken_over(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	hold(&b, PUMP, 7LL * 86400000);
	assert_true(is_on(&b, PUMP));
	for (int i = 0; i < 10; i++, b.now_ms += 10000)
		assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_true(is_on(&b, PUMP));
	assert_int_equal(ask(&b, PUMP, false, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* A pump remembered from before counts from when it stopped, one that ran when the guard died from its
 * start. */
static void idle_time_survives(void **state)
{
	struct rules_memory kept = { .moved_ms = 1000000, .n_moves = 2 };
	struct bench b;

	(void)state;
	for (uint32_t on = 0; on <= 1; on++) {
		kept.on = on;
		rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);
		rules_restore(&b.rules, PUMP, &kept, true);
		b.now_ms = 1000000 + 6LL * 86400000;
		rules_start(&b.rules, b.now_ms, &b.out);
		hold(&b, PUMP, 86400000);
		assert_int_equal(is_on(&b, PUMP), !on);
	}
}

/* --- what is read back ---------------------------------------------------------------------- */

/* A relay that was moved behind our back is driven again and told; a heat pump that let go rests first. */
static void what_is_read_back_is_put_right(void **state)
{
	struct bench b;

	(void)state;
	rested(&b);
	ask(&b, PUMP, true, GUARD_RANK_LOCAL);
	rules_read_back(&b.rules, b.now_ms, PUMP, false, &b.out);
	assert_true(moved(&b, PUMP, true) && is_on(&b, PUMP));
	assert_string_equal(event_of(&b, GUARD_EVENT_DRIVER)->text, "read back off, should be on");
	rules_failed(&b.rules, b.now_ms, 0, "no answer", &b.out);
	assert_true(is_on(&b, PUMP));
	rules_read_back(&b.rules, b.now_ms, VALVE, true, &b.out);
	assert_true(moved(&b, VALVE, false));
	assert_string_equal(event_of(&b, GUARD_EVENT_DRIVER)->text, "read back on, should be off");
	ask(&b, HP, true, GUARD_RANK_LOCAL);
	b.now_ms += 700000;
	rules_read_back(&b.rules, b.now_ms, HP, false, &b.out);
	assert_true(moved(&b, HP, false));
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_MIN_OFF);
	assert_int_equal(b.answer.held_for_ms, 300000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cold_switches_heat_on),
		cmocka_unit_test(nobody_ends_a_freeze),
		cmocka_unit_test(a_freeze_ends_3_k_above),
		cmocka_unit_test(a_blind_freeze_lets_go),
		cmocka_unit_test(a_freeze_obeys_what_is_above_it),
		cmocka_unit_test(a_failed_pump_is_tried_again),
		cmocka_unit_test(an_idle_pump_is_exercised),
		cmocka_unit_test(a_locked_pump_is_left_alone),
		cmocka_unit_test(an_exercise_needs_somebody),
		cmocka_unit_test(an_exercise_is_taken_over),
		cmocka_unit_test(idle_time_survives),
		cmocka_unit_test(what_is_read_back_is_put_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
