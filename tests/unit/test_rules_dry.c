/* SPDX-License-Identifier: MIT */
/* Dry firing in the guard's rules: the two signs, what they need, and the lock that a person ends (SF-17). */
#include "rules_bench.h"

enum { LITRES = 400, FULL_W = 4500 };

/* A store with `n` sensors at 40 C, an element of 4000 W that is on; 60 s of steady readings are behind. */
struct tank { struct bench b; int n; int32_t mc[8], flow, supply_mc, return_mc, w; bool no_flow; };

static void read_all(struct tank *t)
{
	t->b.now_ms += 5000;
	read_at(&t->b, GUARD_ROLE_STORE_TOP, 0, t->mc[0]);
	for (int i = 0; i < t->n; i++)
		read_at(&t->b, GUARD_ROLE_STORE, i, t->mc[i]);
	read_at(&t->b, GUARD_ROLE_PIPE, 0, t->supply_mc);
	read_at(&t->b, GUARD_ROLE_PIPE, 1, t->return_mc);
	if (!t->no_flow)
		read_at(&t->b, GUARD_ROLE_FLOW, 0, t->flow);
	read_at(&t->b, GUARD_ROLE_POWER_W, 0, t->w);
	ask(&t->b, ELEMENT, true, GUARD_RANK_LOCAL);
}

static struct tank *fill(struct tank *t, int n)
{
	memset(t, 0, sizeof(*t));
	set_up(&t->b);
	t->b.rules.limits.store_litres = LITRES;
	t->b.rules.relays[ELEMENT].config.expected_w[0] = 4000;
	t->b.rules.relays[ELEMENT].config.expected_w[1] = 4800;
	t->n = n;
	t->w = FULL_W;
	t->supply_mc = t->return_mc = 40000;
	for (int i = 0; i < n; i++)
		t->mc[i] = 40000;
	for (int i = 0; i < 12; i++)
		read_all(t);
	assert_true(is_on(&t->b, ELEMENT));
	return t;
}

/* Warms all sensors evenly, and returns whether the element was locked on the way. */
static bool warm(struct tank *t, int minutes, int32_t mc_per_min)
{
	for (int i = 0; i < minutes * 12; i++) {
		for (int k = 0; k < t->n; k++)
			t->mc[k] += mc_per_min / 12 + (i % 12 < mc_per_min % 12);
		read_all(t);
		if (locked(&t->b, ELEMENT, LOCK_DRY_FIRE))
			return true;
	}
	return false;
}

/* A store that warms at 5 K/min is let be, at a little more the element is off within 130 s. */
static void a_fast_rise_locks(void **state)
{
	struct tank t;

	(void)state;
	assert_false(warm(fill(&t, 1), 5, 5000));
	assert_true(warm(fill(&t, 1), 3, 5100));
	assert_false(is_on(&t.b, ELEMENT));
	assert_int_equal(ask(&t.b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_LOCKOUT);
	assert_int_equal(t.b.answer.held_for_ms, 0);
}

/* One wild reading is no sign, and a rise without an element on is none either. */
static void a_spark_is_no_sign(void **state)
{
	struct tank t;

	(void)state;
	fill(&t, 1);
	for (int i = 0; i < 36; i++) {
		t.mc[0] = i % 13 == 11 ? 60000 : 40000;
		read_all(&t);
	}
	assert_false(locked(&t.b, ELEMENT, LOCK_DRY_FIRE));
	set_up(&t.b);
	for (int i = 0; i < 100; i++) {
		t.b.now_ms += 5000;
		read_at(&t.b, GUARD_ROLE_STORE, 0, 20000 + i * 500);
		assert_null(event_of(&t.b, GUARD_EVENT_DRY_FIRE));
	}
}

/* One sensor of five leaps by 15 K, up or down, and back after an hour: it lies. What rises in leaps does not. */
static void a_leap_is_the_sensors(void **state)
{
	struct tank t;

	(void)state;
	for (int k = 0; k < 10; k++) {
		int32_t leap_mc = k < 5 ? 15000 : -15000;

		fill(&t, 5);
		t.mc[k % 5] += leap_mc;
		assert_false(warm(&t, 60, 140));
		t.mc[k % 5] -= leap_mc;
		assert_false(warm(&t, 60, 140));
		t.mc[k % 5] += leap_mc;		/* and a store that does not warm beside it is seen */
		assert_true(warm(&t, 43, 0));
	}
	fill(&t, 5);
	for (int i = 0; i < 26 && !locked(&t.b, ELEMENT, LOCK_DRY_FIRE); i++) {
		t.mc[2] += i % 2 == 0 ? 2500 : 0;	/* 15 K/min */
		read_all(&t);
	}
	assert_true(locked(&t.b, ELEMENT, LOCK_DRY_FIRE));
	fill(&t, 5)->mc[2] += 4000;	/* a leap, and in the second minute a rise */
	assert_false(warm(&t, 1, 140));
	for (int i = 0; i < 30 && !locked(&t.b, ELEMENT, LOCK_DRY_FIRE); i++) {
		t.mc[2] += 600;
		read_all(&t);
	}
	assert_true(locked(&t.b, ELEMENT, LOCK_DRY_FIRE));
}

/* Two layers of 65 C and one that rises by 6 K/min from 40 C; whether it is locked before 55 C, and after. */
static void carry(struct tank *t, bool pump, bool late, bool locks[2])
{
	fill(t, 3);
	t->mc[0] = t->mc[1] = 65000;
	t->mc[2] = 40000;
	for (int i = 0; i < 24; i++)
		read_all(t);
	for (int i = 0; i < 60; i++) {
		if (pump && i == (late ? 2 : 0))
			ask(&t->b, PUMP, true, GUARD_RANK_LOCAL);
		if (pump && i > 6 && !late)
			ask(&t->b, PUMP, true, GUARD_RANK_LOCAL);
		t->mc[2] += 500;
		read_all(t);
		locks[t->mc[2] > 55000] |= locked(&t->b, ELEMENT, LOCK_DRY_FIRE);
	}
}

/* A hot store is pumped into a cold buffer: that warms it fast. Near the hottest there is nothing that water can bring. */
static void carried_heat_is_no_sign(void **state)
{
	struct tank t;
	bool locks[2] = { false };

	(void)state;
	carry(&t, true, false, locks);
	assert_false(locks[0]);
	assert_true(locks[1]);
	locks[1] = false;
	carry(&t, false, false, locks);
	assert_true(locks[0]);
	locks[0] = false;
	carry(&t, true, true, locks);	/* a pump that stopped again explains the minute it ran in, no more */
	assert_true(locks[0]);
}

/* 4 kW into 400 l for 20 minutes are 2.8 K: at less than a quarter of it the element is locked, above it is
 * not. */
static void heat_that_does_not_arrive_locks(void **state)
{
	struct tank t;

	(void)state;
	assert_false(warm(fill(&t, 3), 60, 38));
	assert_true(warm(fill(&t, 3), 22, 30));
	assert_int_equal(t.b.rules.relays[ELEMENT].memory.locked_until_ms[LOCK_DRY_FIRE], RULES_UNTIL_RESET);
}

/* What the emitters take is no missing heat: 8 l/min cooled by 6 K are 3.3 kW. */
static void emitters_explain_a_standstill(void **state)
{
	struct tank t;

	(void)state;
	fill(&t, 3);
	t.flow = 8000;
	t.return_mc = 34000;
	assert_false(warm(&t, 60, 0));
	fill(&t, 3);
	t.flow = 2000;
	t.return_mc = 34000;
	assert_true(warm(&t, 22, 0));
}

/* Without flow, without enough sensors, with a sensor that goes, without power near full or without known
 * water, a standstill proves nothing. */
static void what_is_not_known_is_not_judged(void **state)
{
	struct tank t;

	(void)state;
	assert_false(warm(fill(&t, 2), 60, 0));
	fill(&t, 3)->no_flow = true;
	assert_false(warm(&t, 60, 0));
	fill(&t, 3)->w = 3599;
	assert_false(warm(&t, 60, 0));
	fill(&t, 3)->b.rules.limits.store_litres = 0;
	assert_false(warm(&t, 60, 0));
	fill(&t, 4);
	assert_false(warm(&t, 15, 0));
	t.n = 3;
	assert_false(warm(&t, 15, 0));
	fill(&t, 3)->b.rules.relays[ELEMENT].config.expected_w[0] = 0;
	assert_false(warm(&t, 60, 0));
	fill(&t, 3);
	for (int i = 0; i < 60 * 12; i++) {	/* a meter that falls silent */
		t.b.rules.readings[GUARD_ROLE_POWER_W][0].at_ms = RULES_LONG_AGO;
		tick(&t.b, 0);
		read_all(&t);
	}
	assert_false(locked(&t.b, ELEMENT, LOCK_DRY_FIRE));
	for (int gone = 0; gone < 2; gone++) {	/* a pipe sensor that falls silent */
		fill(&t, 3);
		for (int i = 0; i < 60 * 12; i++) {
			t.b.rules.readings[GUARD_ROLE_PIPE][gone].at_ms = RULES_LONG_AGO;
			t.b.now_ms += 5000;
			read_at(&t.b, GUARD_ROLE_STORE_TOP, 0, 40000);
			for (int k = 0; k < 3; k++)
				read_at(&t.b, GUARD_ROLE_STORE, k, 40000);
			read_at(&t.b, GUARD_ROLE_FLOW, 0, 0);
			read_at(&t.b, GUARD_ROLE_POWER_W, 0, FULL_W);
			read_at(&t.b, GUARD_ROLE_PIPE, !gone, 40000);
			ask(&t.b, ELEMENT, true, GUARD_RANK_LOCAL);
		}
		assert_false(locked(&t.b, ELEMENT, LOCK_DRY_FIRE));
	}
}

/* The lock survives everything but a person: restart, power cut, the end of the rise; and is told when it
 * ends. */
static void a_person_ends_the_lock(void **state)
{
	struct rules_memory kept;
	struct tank t;

	(void)state;
	assert_true(warm(fill(&t, 1), 3, 6000));
	assert_false(is_on(&t.b, ELEMENT));
	kept = t.b.rules.relays[ELEMENT].memory;
	for (int same_boot = 0; same_boot <= 1; same_boot++) {
		rules_init(&t.b.rules, &defaults, relays, N_TEST_RELAYS);
		rules_restore(&t.b.rules, ELEMENT, &kept, same_boot != 0);
		rules_start(&t.b.rules, t.b.now_ms, &t.b.out);
		t.b.now_ms += 100LL * RULES_HOUR_MS;
		read_at(&t.b, GUARD_ROLE_STORE_TOP, 0, 40000);
		assert_int_equal(ask(&t.b, ELEMENT, true, GUARD_RANK_OPERATOR), GUARD_HELD_LOCKOUT);
	}
	reset(&t.b, GUARD_NO_RELAY);
	reset(&t.b, PUMP);
	assert_true(locked(&t.b, ELEMENT, LOCK_DRY_FIRE));
	reset(&t.b, ELEMENT);
	assert_int_equal(event_of(&t.b, GUARD_EVENT_DRY_FIRE)->on, 0);
	assert_int_equal(ask(&t.b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
	reset(&t.b, GUARD_ALL);
	assert_null(event_of(&t.b, GUARD_EVENT_DRY_FIRE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fast_rise_locks),
		cmocka_unit_test(a_spark_is_no_sign),
		cmocka_unit_test(a_leap_is_the_sensors),
		cmocka_unit_test(carried_heat_is_no_sign),
		cmocka_unit_test(heat_that_does_not_arrive_locks),
		cmocka_unit_test(emitters_explain_a_standstill),
		cmocka_unit_test(what_is_not_known_is_not_judged),
		cmocka_unit_test(a_person_ends_the_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
