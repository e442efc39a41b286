/* SPDX-License-Identifier: MIT */
/* Leases, rank, minimum times and rates of the guard's rules. */
#include "rules_bench.h"

/* --- start and leases ----------------------------------------------------------------------- */

/* A start drives every relay to its fail state and none away from it (SF-13). */
static void start_moves_to_fail_state_only(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(b.out.n_moves, N_TEST_RELAYS);
	for (int i = 0; i < N_TEST_RELAYS; i++)
		assert_true(moved(&b, i, false));
	tick(&b, 100 * MIN);
	assert_int_equal(b.out.n_moves, 0);
}

/* A relay that nobody renews is back in its fail state after 30 s and not before (SF-11). */
static void lease_lapses_at_30_s(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_true(moved(&b, PUMP, true));
	assert_int_equal(b.answer.on, 1);
	assert_int_equal(b.answer.renewal, 0);
	assert_int_equal(rules_due_ms(&b.rules), b.now_ms + GUARD_LEASE_MS);
	tick(&b, GUARD_LEASE_MS - 1);
	assert_int_equal(b.out.n_moves, 0);
	tick(&b, 1);
	assert_true(moved(&b, PUMP, false));
	assert_non_null(event_of(&b, GUARD_EVENT_LEASE_LAPSED));
	assert_non_null(event_of(&b, GUARD_EVENT_MOVED));
	assert_int_equal(rules_due_ms(&b.rules), INT64_MAX);
}

/* Nobody gets a lease of more than 30 s, whatever is asked. */
static void long_leases_are_cut(void **state)
{
	struct guard_want w = { .relay = PUMP, .on = 1, .rank = 200, .lease_ms = INT32_MAX };
	struct bench b;

	(void)state;
	set_up(&b);
	rules_want(&b.rules, b.now_ms, &w, &b.answer, &b.out);
	assert_int_equal(b.answer.result, GUARD_DONE);
	assert_int_equal(rules_due_ms(&b.rules), b.now_ms + GUARD_LEASE_MS);
}

/* Asking for the present state renews: Done, no movement, no cost, for as long as somebody asks. */
static void renewal_is_free(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	ask(&b, PUMP, true, GUARD_RANK_LOCAL);
	for (int i = 0; i < 1000; i++) {
		b.now_ms += 10000;
		assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
		assert_int_equal(b.answer.renewal, 1);
		assert_int_equal(b.out.n_moves, 0);
	}
	assert_int_equal(b.rules.relays[PUMP].memory.n_moves, 1);
}

/* When the service has gone all relays fall back at once, a young heat pump too. */
static void lapse_ends_all(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	tick(&b, 340000);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	rules_lapse(&b.rules, ++b.now_ms, &b.out);
	assert_true(moved(&b, HP, false) && moved(&b, PUMP, false));
}

/* --- rank ----------------------------------------------------------------------------------- */

/* A lower authority cannot displace a higher one's lease; it can when that one has lapsed or given up. */
static void higher_rank_holds(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	ask(&b, PUMP, true, GUARD_RANK_DISPATCH);
	b.now_ms += 12000;
	assert_int_equal(ask(&b, PUMP, false, GUARD_RANK_LOCAL), GUARD_HELD_LOCKOUT);
	assert_int_equal(b.answer.held_for_ms, GUARD_LEASE_MS - 12000);
	assert_int_equal(b.answer.on, 1);
	assert_int_equal(ask(&b, PUMP, false, GUARD_RANK_OPERATOR), GUARD_DONE);
	b.now_ms += 12000;
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_DISPATCH), GUARD_HELD_LOCKOUT);
	give_up(&b, PUMP, GUARD_RANK_OPERATOR);
	assert_int_equal(b.answer.result, GUARD_DONE);
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_DISPATCH), GUARD_DONE);
}

/* Two ranks that agree hold the relay together: it stays when one gives up, and falls with the last. */
static void ranks_share_a_relay(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	ask(&b, PUMP, true, GUARD_RANK_DISPATCH);
	b.now_ms += 15000;
	ask(&b, PUMP, true, GUARD_RANK_LOCAL);
	assert_int_equal(b.answer.renewal, 1);
	give_up(&b, PUMP, GUARD_RANK_DISPATCH);
	assert_int_equal(b.answer.result, GUARD_DONE);
	assert_true(is_on(&b, PUMP));
	give_up(&b, PUMP, GUARD_RANK_LOCAL);
	assert_int_equal(b.answer.result, GUARD_DONE);
	assert_false(is_on(&b, PUMP));
}

/* --- heat pump ------------------------------------------------------------------------------ */

/* After a start of unknown history the compressor rests its minimum and the house's own delay (SF-19). */
static void unknown_off_time_counts_from_start(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_COMFORT_FLOOR), GUARD_HELD_MIN_OFF);
	assert_int_equal(b.answer.held_for_ms, 340000);
	assert_int_equal(b.answer.on, 0);
	tick(&b, 339999);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_COMFORT_FLOOR), GUARD_HELD_MIN_OFF);
	tick(&b, 1);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_COMFORT_FLOOR), GUARD_DONE);
}

/* A compressor that runs is not stopped before its minimum on time by a request, and a held request keeps the
 * lease, so that the lapse does not stop it either. */
static void min_on_outlives_the_lease(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	tick(&b, 340000);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	for (int64_t t = 20000; t < 600000; t += 20000) {
		b.now_ms += 20000;
		assert_int_equal(ask(&b, HP, false, GUARD_RANK_LOCAL), GUARD_HELD_MIN_ON);
		assert_int_equal(b.answer.held_for_ms, 600000 - t);
		assert_true(is_on(&b, HP));
	}
	b.now_ms += 20000;
	assert_int_equal(ask(&b, HP, false, GUARD_RANK_LOCAL), GUARD_DONE);
	b.now_ms += 299999;
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_MIN_OFF);
}

/* A heat pump starts at most four times in any hour, however it was stopped. */
static void starts_per_hour(void **state)
{
	struct bench b;
	int64_t first_ms;

	(void)state;
	set_up(&b);
	tick(&b, 340000);
	first_ms = b.now_ms;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_DONE);
		tick(&b, GUARD_LEASE_MS);	/* nobody renews */
		assert_false(is_on(&b, HP));
		tick(&b, 300000);
	}
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_RATE);
	assert_int_equal(b.answer.held_for_ms, first_ms + RULES_HOUR_MS - b.now_ms);
	b.now_ms = first_ms + RULES_HOUR_MS;
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* What is remembered of this boot counts after a restart of the guard: off time and starts (SF-19). */
static void memory_survives(void **state)
{
	struct rules_memory kept;
	struct bench b;

	(void)state;
	set_up(&b);
	tick(&b, 340000);
	ask(&b, HP, true, GUARD_RANK_LOCAL);
	kept = b.rules.relays[HP].memory;
	b.now_ms += 7000;
	rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);
	rules_restore(&b.rules, HP, &kept, true);
	rules_start(&b.rules, b.now_ms, &b.out);	/* it ran until now: its rest begins now */
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_MIN_OFF);
	assert_int_equal(b.answer.held_for_ms, 300000);
	assert_int_equal(b.rules.relays[HP].memory.n_moves, 1);

	kept = b.rules.relays[HP].memory;
	b.now_ms += 200000;
	rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);
	rules_restore(&b.rules, HP, &kept, true);
	rules_start(&b.rules, b.now_ms, &b.out);	/* it was off: its rest goes on */
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_MIN_OFF);
	assert_int_equal(b.answer.held_for_ms, 100000);
}

/* A memory whose times lie ahead is of another clock: unknown. */
static void memory_of_the_future_is_unknown(void **state)
{
	struct rules_memory ahead[2] = { { .moved_ms = 2000000 },
		{ .moved_ms = 5, .n_moves = 1, .moves_ms = { 2000000 } } };
	struct bench b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		memset(&b, 0, sizeof(b));
		b.now_ms = 1000000;
		rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);
		rules_restore(&b.rules, HP, &ahead[i], true);
		rules_start(&b.rules, b.now_ms, &b.out);
		ask(&b, HP, true, GUARD_RANK_LOCAL);
		assert_int_equal(b.answer.held_for_ms, 340000);
		assert_int_equal(b.rules.relays[HP].memory.n_moves, 0);
	}
}

/* --- other relays --------------------------------------------------------------------------- */

/* Other relays move at most every 10 s, either way. */
static void min_interval(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(ask(&b, VALVE, true, GUARD_RANK_LOCAL), GUARD_DONE);
	b.now_ms += 9999;
	assert_int_equal(ask(&b, VALVE, false, GUARD_RANK_LOCAL), GUARD_HELD_RATE);
	assert_int_equal(b.answer.held_for_ms, 1);
	b.now_ms += 1;
	assert_int_equal(ask(&b, VALVE, false, GUARD_RANK_LOCAL), GUARD_DONE);
	b.now_ms += 1;
	assert_int_equal(ask(&b, VALVE, true, GUARD_RANK_LOCAL), GUARD_HELD_RATE);
	assert_int_equal(b.answer.held_for_ms, 9999);
}

/* Other relays change at most 30 times an hour, and the last change leads to the fail state. */
static void changes_per_hour(void **state)
{
	struct bench b;
	int64_t first_ms;
	int n = 0;

	(void)state;
	set_up(&b);
	first_ms = b.now_ms;
	for (int i = 0; i < 100; i++) {
		if (ask(&b, PUMP, !is_on(&b, PUMP), GUARD_RANK_LOCAL) == GUARD_DONE)
			n++;
		b.now_ms += 20000;
	}
	assert_int_equal(n, 30);
	assert_false(is_on(&b, PUMP));
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_HELD_RATE);
	b.now_ms = first_ms + RULES_HOUR_MS + 20000;
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_moves_to_fail_state_only),
		cmocka_unit_test(lease_lapses_at_30_s),
		cmocka_unit_test(long_leases_are_cut),
		cmocka_unit_test(renewal_is_free),
		cmocka_unit_test(lapse_ends_all),
		cmocka_unit_test(higher_rank_holds),
		cmocka_unit_test(ranks_share_a_relay),
		cmocka_unit_test(unknown_off_time_counts_from_start),
		cmocka_unit_test(min_on_outlives_the_lease),
		cmocka_unit_test(starts_per_hour),
		cmocka_unit_test(memory_survives),
		cmocka_unit_test(memory_of_the_future_is_unknown),
		cmocka_unit_test(min_interval),
		cmocka_unit_test(changes_per_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
