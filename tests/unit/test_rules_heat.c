/* SPDX-License-Identifier: MIT */
/* Elements, ceilings, order of authority, drivers and rails of the guard's rules. */
#include "rules_bench.h"
#include "guard/rules_check.h"

/* --- element -------------------------------------------------------------------------------- */

/* An element is never on without a good store-top reading younger than 30 s (SF-16). */
static void element_needs_a_reading(void **state)
{
	struct guard_reading bad = { .role = GUARD_ROLE_STORE_TOP, .quality = QUALITY_STALE,
		.value_mc = 40000 };
	struct guard_reading old = { .role = GUARD_ROLE_STORE_TOP, .quality = QUALITY_GOOD, .value_mc = 40000,
		.age_ms = 30000 };
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_COMFORT_FLOOR), GUARD_HELD_MISSING_DATA);
	assert_int_equal(b.answer.held_for_ms, 0);
	rules_reading(&b.rules, b.now_ms, &bad, &b.out);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_MISSING_DATA);
	rules_reading(&b.rules, b.now_ms, &old, &b.out);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_MISSING_DATA);
	read_at(&b, GUARD_ROLE_STORE, 0, 40000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_MISSING_DATA);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 40000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_int_equal(rules_due_ms(&b.rules), b.now_ms + GUARD_LEASE_MS);
	tick(&b, 15000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_int_equal(rules_due_ms(&b.rules), b.now_ms + 15000);
	tick(&b, 14999);
	assert_true(is_on(&b, ELEMENT));
	tick(&b, 1);
	assert_true(moved(&b, ELEMENT, false));
	assert_non_null(event_of(&b, GUARD_EVENT_MISSING_DATA));
}

/* Readings of every role are taken, and of no role at all they change nothing. */
static void any_role_is_taken(void **state)
{
	struct guard_reading odd = { .role = N_GUARD_ROLES, .quality = QUALITY_GOOD, .value_mc = 99000 };
	struct bench b;

	(void)state;
	set_up(&b);
	for (int k = 0; k < 3; k++, b.now_ms += 1000)
		for (int role = GUARD_ROLE_PIPE; role < N_GUARD_ROLES; role++)
			for (int source = 0; source < 256; source += 51)
				read_at(&b, (enum guard_role)role, source, 99000);
	rules_reading(&b.rules, b.now_ms, &odd, &b.out);
	assert_int_equal(b.out.n_events, 0);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 40000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* --- ceilings ------------------------------------------------------------------------------- */

/* The second reading in a row above the store ceiling stops the heat, a young heat pump too, and not the
 * pumps; it comes back below the ceiling less 5 K (SF-15). */
static void second_reading_stops(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	tick(&b, 340000);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
	assert_int_equal(ask(&b, PUMP, true, GUARD_RANK_LOCAL), GUARD_DONE);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 75001);
	read_at(&b, GUARD_ROLE_STORE, 3, 75001);	/* the same look again is no second reading */
	assert_int_equal(b.out.n_moves, 0);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 75000);	/* not above: counting begins anew */
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 75001);
	assert_int_equal(b.out.n_moves, 0);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 76000);
	assert_true(moved(&b, HP, false) && moved(&b, ELEMENT, false));
	assert_true(is_on(&b, PUMP));
	assert_int_equal(event_of(&b, GUARD_EVENT_CEILING)->value, 76000);
	assert_int_equal(event_of(&b, GUARD_EVENT_CEILING)->on, 1);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 76000);	/* said once */
	assert_int_equal(b.out.n_events, 0);
	b.now_ms += 20000;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_COMFORT_FLOOR), GUARD_HELD_CEILING);
	read_at(&b, GUARD_ROLE_STORE, 3, 70000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 69999);
	assert_int_equal(event_of(&b, GUARD_EVENT_CEILING)->on, 0);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* A ceiling does not end because nobody looks any more. */
static void a_blind_ceiling_stays(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	for (int i = 0; i < 2; i++, b.now_ms += 1000)
		read_at(&b, GUARD_ROLE_SUPPLY, 0, 83000);
	tick(&b, 10 * RULES_HOUR_MS);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 40000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
	read_at(&b, GUARD_ROLE_SUPPLY, 0, 76999);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* The store ceiling trips on sensor 3; sensor 0, at the top, is cool. */
static void stop_by_one_of_two(struct bench *b)
{
	set_up(b);
	read_at(b, GUARD_ROLE_STORE_TOP, 0, 60000);
	for (int i = 0; i < 2; i++, b->now_ms += 1000)
		read_at(b, GUARD_ROLE_STORE, 3, 76000);
}

/* A stop is not over because the sensor that saw the heat has fallen silent while a cooler one speaks on, even if
 * it was below its limit, but not released, when it was heard last. */
static void a_silent_hot_sensor_holds_its_stop(void **state)
{
	struct bench b;

	(void)state;
	for (int cooler = 0; cooler < 2; cooler++) {
		stop_by_one_of_two(&b);
		if (cooler)
			read_at(&b, GUARD_ROLE_STORE, 3, 74000);
		b.now_ms += RULES_READING_MS;	/* it is stale by now */
		read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
		assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
		rules_lapse(&b.rules, b.now_ms, &b.out);	/* a service that starts anew does not end it either */
		b.now_ms += 1000;
		read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
		assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
		read_at(&b, GUARD_ROLE_STORE, 3, 69999);
		assert_int_equal(event_of(&b, GUARD_EVENT_CEILING)->on, 0);
		assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
	}
}

/* One sensor that never speaks again does not leave the house cold for ever (SF-2): after an hour the others
 * decide, if they are there and cool. */
static void a_dead_hot_sensor_holds_for_an_hour(void **state)
{
	struct bench b;
	int64_t heard_ms;

	(void)state;
	stop_by_one_of_two(&b);
	heard_ms = b.now_ms - 1000;
	b.now_ms = heard_ms + RULES_HOUR_MS - 1;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
	b.now_ms += RULES_READING_MS;
	tick(&b, 1);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);	/* nobody looks */
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 70000);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 69999);
	assert_int_equal(event_of(&b, GUARD_EVENT_CEILING)->on, 0);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* The same for a trip: a person's reset does not stand for the reading that is missing. */
static void a_reset_does_not_stand_for_a_silent_sensor(void **state)
{
	struct bench b;

	(void)state;
	stop_by_one_of_two(&b);
	for (int i = 0; i < 2; i++, b.now_ms += 1000)
		read_at(&b, GUARD_ROLE_STORE, 3, 83000);
	b.now_ms += RULES_READING_MS;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	reset(&b, GUARD_ALL);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 1);
	b.now_ms += 1000;
	read_at(&b, GUARD_ROLE_STORE, 3, 69000);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 0);
}

/* Freeze protection is the other way round: it heats only while it sees the cold (SF-18). */
static void a_silent_cold_sensor_holds_nothing(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	for (int i = 0; i < 2; i++, b.now_ms += 1000)
		read_at(&b, GUARD_ROLE_PIPE, 0, 4000);
	assert_int_equal(b.rules.stops[WATCH_PIPE].on, 1);
	b.now_ms += RULES_READING_MS;
	read_at(&b, GUARD_ROLE_PIPE, 1, 20000);
	assert_int_equal(b.rules.stops[WATCH_PIPE].on, 0);
}

static void trip(struct bench *b)
{
	for (int i = 0; i < 2; i++, b->now_ms += 1000)
		read_at(b, GUARD_ROLE_STORE_TOP, 0, 82500);
}

/* A trip stays for an hour although the store has cooled, and after it while not below 70 C. */
static void trip_is_latched(void **state)
{
	struct bench b;
	int64_t since_ms;

	(void)state;
	set_up(&b);
	since_ms = b.now_ms + 1000;
	trip(&b);
	assert_non_null(event_of(&b, GUARD_EVENT_TRIP));
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_CEILING);
	b.now_ms = since_ms + RULES_HOUR_MS - 1;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 70000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_CEILING);
	b.now_ms++;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 70000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_CEILING);
	b.now_ms++;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 69999);
	assert_non_null(event_of(&b, GUARD_EVENT_TRIP_RESET));
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_DONE);
}

/* A local reset ends a trip as soon as it is cool, and a reset without a trip is nothing. */
static void reset_ends_a_trip(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	rules_reset(&b.rules, b.now_ms, GUARD_ALL, &b.out);
	trip(&b);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 65000);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_CEILING);
	rules_reset(&b.rules, b.now_ms, GUARD_ALL, &b.out);
	assert_non_null(event_of(&b, GUARD_EVENT_TRIP_RESET));
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_DONE);
}

/* A trip survives a restart; a power cut in between does not shorten its hour. */
static void trip_survives(void **state)
{
	struct rules_stop kept;
	struct bench b;

	(void)state;
	set_up(&b);
	trip(&b);
	kept = b.rules.stops[WATCH_TRIP];
	for (int same_boot = 0; same_boot < 2; same_boot++) {
		int64_t now_ms = kept.since_ms + RULES_HOUR_MS;

		rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);
		rules_restore_trip(&b.rules, &kept, same_boot, now_ms);
		b.now_ms = now_ms;
		read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
		assert_int_equal(b.rules.stops[WATCH_TRIP].on, !same_boot);
	}
	rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);	/* a time to come is no time */
	rules_restore_trip(&b.rules, &kept, true, kept.since_ms - 1);
	assert_int_equal(b.rules.stops[WATCH_TRIP].since_ms, kept.since_ms - 1);
	kept.on = 0;
	rules_init(&b.rules, &defaults, relays, N_TEST_RELAYS);
	rules_restore_trip(&b.rules, &kept, true, b.now_ms);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 0);
}

/* With a low ceiling the trip is held until the store is below that ceiling too. */
static void low_ceiling_lowers_the_release(void **state)
{
	struct guard_limits low = defaults;
	struct bench b;

	(void)state;
	low.store_ceiling_mc = 50000;
	low.store_trip_mc = 55000;
	set_up_with(&b, &low);
	trip(&b);
	rules_reset(&b.rules, b.now_ms, GUARD_ALL, &b.out);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 45000);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 1);
	b.now_ms++;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 44999);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 0);
}

/* With a high ceiling it still takes less than 70 C (SF-15). */
static void high_ceiling_keeps_the_release(void **state)
{
	struct guard_limits high = defaults;
	struct bench b;

	(void)state;
	high.store_ceiling_mc = 79000;
	set_up_with(&b, &high);
	trip(&b);
	rules_reset(&b.rules, b.now_ms, GUARD_NO_RELAY, &b.out);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 70000);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 1);
	b.now_ms++;
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 69999);
	assert_int_equal(b.rules.stops[WATCH_TRIP].on, 0);
}

/* --- order, drivers, nonsense --------------------------------------------------------------- */

/* Over-temperature is named before missing data, that before minimum times, those before rank (SF-10). */
static void authority_has_an_order(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	ask(&b, HP, false, GUARD_RANK_OPERATOR);
	ask(&b, ELEMENT, false, GUARD_RANK_OPERATOR);
	trip(&b);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_CEILING);
	rules_reset(&b.rules, b.now_ms, GUARD_ALL, &b.out);
	read_at(&b, GUARD_ROLE_STORE, 0, 60000);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_MIN_OFF);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_LOCKOUT);
	b.now_ms += 30000;
	ask(&b, ELEMENT, false, GUARD_RANK_OPERATOR);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_MISSING_DATA);
	b.now_ms += 400000;
	ask(&b, HP, false, GUARD_RANK_OPERATOR);
	assert_int_equal(ask(&b, HP, true, GUARD_RANK_LOCAL), GUARD_HELD_LOCKOUT);
}

/* A driver that fails to switch on leaves the relay off; the request is not Done and cost nothing. */
static void driver_fails_on(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	ask(&b, PUMP, true, GUARD_RANK_LOCAL);
	rules_failed(&b.rules, b.now_ms, 0, "i2c: no acknowledge", &b.out);
	assert_false(is_on(&b, PUMP));
	assert_string_equal(event_of(&b, GUARD_EVENT_DRIVER)->text, "i2c: no acknowledge");
	assert_int_equal(b.rules.relays[PUMP].memory.n_moves, 0);
	tick(&b, MIN);
	assert_int_equal(b.out.n_moves, 0);
}

/* A driver that fails to switch off is tried again after 1 s; until then nobody is told that it moved. */
static void driver_fails_off(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	ask(&b, PUMP, true, GUARD_RANK_LOCAL);
	tick(&b, GUARD_LEASE_MS);
	assert_true(moved(&b, PUMP, false));
	rules_failed(&b.rules, b.now_ms, 0, "no answer", &b.out);
	assert_null(event_of(&b, GUARD_EVENT_MOVED));
	assert_true(is_on(&b, PUMP));
	assert_int_equal(rules_due_ms(&b.rules), b.now_ms + RULES_RETRY_MS);
	tick(&b, RULES_RETRY_MS - 1);
	assert_int_equal(b.out.n_moves, 0);
	tick(&b, 1);
	assert_true(moved(&b, PUMP, false));
	assert_false(is_on(&b, PUMP));
}

/* What must go off but has not yet is not kept on by a renewal. */
static void forbidden_is_not_renewed(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 60000);
	ask(&b, ELEMENT, true, GUARD_RANK_LOCAL);
	b.now_ms += 1000;
	trip(&b);
	b.out.n_moves = 1;
	b.out.moves[0] = (struct rules_move){ ELEMENT, false };
	rules_failed(&b.rules, b.now_ms, 0, "no answer", &b.out);
	assert_int_equal(ask(&b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_CEILING);
	assert_int_equal(b.answer.on, 1);
	assert_false(rules_leased(&b.rules.relays[ELEMENT], b.now_ms));
}

/* A relay that does not exist is a driver error and touches none that does. */
static void unknown_relay(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	assert_int_equal(ask(&b, N_TEST_RELAYS, true, GUARD_RANK_LOCAL), GUARD_DRIVER_ERROR);
	assert_int_equal(ask(&b, 255, true, GUARD_RANK_LOCAL), GUARD_DRIVER_ERROR);
	assert_int_equal(b.out.n_moves, 0);
}

/* No limit outside its rails is run, each is named, and the defaults are inside. */
static void rails_hold(void **state)
{
	static const struct { size_t offset; int32_t low, high; } rows[] = {
		{ offsetof(struct guard_limits, hp_min_off_ms), 179999, 1800001 },
		{ offsetof(struct guard_limits, hp_min_on_ms), 179999, 3600001 },
		{ offsetof(struct guard_limits, hp_max_starts_per_hour), 0, 7 },
		{ offsetof(struct guard_limits, relay_min_interval_ms), 999, 600001 },
		{ offsetof(struct guard_limits, pump_exercise_s), 86399, 2592001 },
		{ offsetof(struct guard_limits, start_delay_ms), -1, 600001 },
		{ offsetof(struct guard_limits, store_ceiling_mc), 29999, 85001 },
		{ offsetof(struct guard_limits, store_trip_mc), 39999, 90001 },
		{ offsetof(struct guard_limits, supply_ceiling_mc), 29999, 85001 },
		{ offsetof(struct guard_limits, freeze_pipe_mc), 2999, 12001 },
		{ offsetof(struct guard_limits, freeze_zone_mc), 2999, 12001 },
	};
	struct guard_limits l = defaults;
	char text[48];

	(void)state;
	assert_true(rules_rails(&defaults, relays, N_TEST_RELAYS, text, sizeof(text)));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		l = defaults;
		memcpy((char *)&l + rows[i].offset, &rows[i].low, sizeof(int32_t));
		assert_false(rules_rails(&l, relays, N_TEST_RELAYS, text, sizeof(text)));
		l = defaults;
		memcpy((char *)&l + rows[i].offset, &rows[i].high, sizeof(int32_t));
		assert_false(rules_rails(&l, relays, N_TEST_RELAYS, text, sizeof(text)));
	}
	l = defaults;
	l.store_trip_mc = l.store_ceiling_mc + 2999;
	assert_false(rules_rails(&l, relays, N_TEST_RELAYS, text, sizeof(text)));
}

/* A relay without a legal kind, fail state or place is refused, and so is an element that is not open. */
static void relays_are_checked(void **state)
{
	static const struct guard_relay wrong[] = {
		{ .relay = 1 }, { .kind = N_RELAY_KINDS },
		{ .kind = RELAY_PUMP, .fail_state = N_FAIL_STATES },
		{ .kind = RELAY_ELEMENT, .fail_state = FAIL_HANDBACK },
	};
	char text[48];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(rules_rails(&defaults, &wrong[i], 1, text, sizeof(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(element_needs_a_reading),
		cmocka_unit_test(any_role_is_taken),
		cmocka_unit_test(second_reading_stops),
		cmocka_unit_test(a_blind_ceiling_stays), cmocka_unit_test(a_silent_hot_sensor_holds_its_stop),
		cmocka_unit_test(a_dead_hot_sensor_holds_for_an_hour),
		cmocka_unit_test(a_reset_does_not_stand_for_a_silent_sensor),
		cmocka_unit_test(a_silent_cold_sensor_holds_nothing),
		cmocka_unit_test(trip_is_latched),
		cmocka_unit_test(reset_ends_a_trip),
		cmocka_unit_test(trip_survives),
		cmocka_unit_test(low_ceiling_lowers_the_release),
		cmocka_unit_test(high_ceiling_keeps_the_release),
		cmocka_unit_test(authority_has_an_order),
		cmocka_unit_test(driver_fails_on),
		cmocka_unit_test(driver_fails_off),
		cmocka_unit_test(forbidden_is_not_renewed),
		cmocka_unit_test(unknown_relay),
		cmocka_unit_test(rails_hold),
		cmocka_unit_test(relays_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
