/* SPDX-License-Identifier: MIT */
/* The meter against the relays in the guard's rules: on without load, off with load (SF-86). */
#include "rules_bench.h"

/* What each relay really draws, and when it is on although it should not be. */
struct loads { struct bench b; int32_t w[N_TEST_RELAYS], base_w; bool welded[N_TEST_RELAYS]; };

static const int32_t expected[N_TEST_RELAYS][2] = {
	[HP] = { 1500, 6000 }, [ELEMENT] = { 4000, 4800 }, [PUMP] = { 40, 90 }, [VALVE] = { 0, 10 },
};

static struct loads *connect(struct loads *l)
{
	memset(l, 0, sizeof(*l));
	set_up(&l->b);
	l->b.now_ms += 1300000;		/* past what a heat pump may do after a start */
	for (int i = 0; i < N_TEST_RELAYS; i++)
		memcpy(l->b.rules.relays[i].config.expected_w, expected[i], sizeof(expected[i]));
	l->b.rules.relays[HP].config.fail_state = FAIL_OPEN;	/* handed back it may always draw */
	l->w[HP] = 3000;
	l->w[ELEMENT] = 4500;
	l->w[PUMP] = 60;
	l->w[VALVE] = 5;
	return l;
}

static int32_t total_w(const struct loads *l)
{
	int32_t w = l->base_w;

	for (int i = 0; i < N_TEST_RELAYS; i++)
		if (is_on(&l->b, i) || l->welded[i])
			w += l->w[i];
	return w;
}

/* Seconds pass, the meter is read in each, what is `wanted` (a bit per relay) is asked for every 10 s.
 * Returns the seconds until the first event of that kind, or -1. */
static int run(
	struct loads *l, int seconds, unsigned int wanted, enum guard_event_kind kind, struct guard_event *e)
{
	for (int i = 1; i <= seconds; i++) {
		l->b.now_ms += 1000;
		read_at(&l->b, GUARD_ROLE_STORE_TOP, 0, 40000);
		for (int k = 0; k < N_TEST_RELAYS && i % 10 == 1; k++)
			ask(&l->b, k, (wanted & 1u << k) != 0, GUARD_RANK_LOCAL);
		read_at(&l->b, GUARD_ROLE_POWER_W, 0, total_w(l));
		if (event_of(&l->b, kind) != NULL) {
			*e = *event_of(&l->b, kind);
			return i;
		}
	}
	return -1;
}

static void quiet(struct loads *l, int seconds, unsigned int wanted)
{
	struct guard_event e;

	assert_int_equal(run(l, seconds, wanted, GUARD_EVENT_NO_LOAD, &e), -1);
}

enum { NOTHING = 0, WANT_HP = 1 << HP, WANT_ELEMENT = 1 << ELEMENT, WANT_PUMP = 1 << PUMP };

/* --- on without load ------------------------------------------------------------------------ */

/* Whatever sound loads do, within what is expected of them, is no alarm. */
static void sound_loads_are_quiet(void **state)
{
	struct loads l;

	(void)state;
	connect(&l);
	for (unsigned int k = 0; k < 64; k++) {
		quiet(&l, 100 + (int)(k * 37 % 500), k * 11 % 16);
		assert_null(event_of(&l.b, GUARD_EVENT_WELDED));
		l.w[HP] = (int32_t)(1500 + k * 71 % 4500);
		l.w[ELEMENT] = (int32_t)(4000 + k * 53 % 800);
	}
	for (int i = 0; i < N_TEST_RELAYS; i++)
		assert_int_equal(l.b.rules.relays[i].memory.no_loads, 0);
}

/* After 30 s without load an element goes off and is tried once more; then it is off for an hour, and
 * again. */
static void no_load_is_tried_once_more(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[ELEMENT] = 900;
	quiet(&l, 30, WANT_ELEMENT | WANT_PUMP);
	assert_int_equal(run(&l, 10, WANT_ELEMENT | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 1);
	assert_int_equal(e.relay, ELEMENT);
	assert_int_equal(e.on, 1);
	assert_int_equal(e.value, 960);
	assert_false(is_on(&l.b, ELEMENT));
	assert_true(is_on(&l.b, PUMP));
	assert_int_equal(ask(&l.b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_LOCKOUT);
	assert_int_equal(l.b.answer.held_for_ms, 30000);
	assert_in_range(run(&l, 100, WANT_ELEMENT | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 60, 75);
	assert_int_equal(ask(&l.b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_LOCKOUT);
	assert_int_equal(l.b.answer.held_for_ms, RULES_HOUR_MS);
	assert_in_range(run(&l, 4000, WANT_ELEMENT | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 3630, 3650);
	reset(&l.b, ELEMENT);
	assert_int_equal(event_of(&l.b, GUARD_EVENT_NO_LOAD)->on, 0);
	l.b.now_ms += 10000;
	assert_int_equal(ask(&l.b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* A retry that draws its power ends the alarm. */
static void a_good_retry_ends_it(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[ELEMENT] = 0;
	assert_int_equal(run(&l, 60, WANT_ELEMENT, GUARD_EVENT_NO_LOAD, &e), 31);
	l.w[ELEMENT] = 4500;
	assert_in_range(run(&l, 200, WANT_ELEMENT, GUARD_EVENT_NO_LOAD, &e), 90, 105);
	assert_int_equal(e.on, 0);
	assert_true(is_on(&l.b, ELEMENT));
	assert_int_equal(l.b.rules.relays[ELEMENT].memory.no_loads, 0);
}

/* A heat pump has 300 s to draw power and runs out its minimum on time before it is tried again. */
static void a_heat_pump_has_300_s(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[HP] = 60;
	quiet(&l, 340, NOTHING);
	assert_in_range(run(&l, 400, WANT_HP, GUARD_EVENT_NO_LOAD, &e), 301, 312);
	assert_int_equal(e.relay, HP);
	assert_true(is_on(&l.b, HP));
	quiet(&l, 290, WANT_HP);
	assert_true(is_on(&l.b, HP));
	quiet(&l, 20, WANT_HP);
	assert_false(is_on(&l.b, HP));
	assert_in_range(run(&l, 1000, WANT_HP, GUARD_EVENT_NO_LOAD, &e), 590, 620);
}

/* A heat pump that starts late, but before it is let go, is not let go. */
static void a_late_start_is_a_start(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[HP] = 60;
	assert_in_range(run(&l, 400, WANT_HP, GUARD_EVENT_NO_LOAD, &e), 301, 302);
	l.w[HP] = 3000;
	assert_int_equal(run(&l, 10, WANT_HP, GUARD_EVENT_NO_LOAD, &e), 1);
	assert_int_equal(e.on, 0);
	quiet(&l, 1000, WANT_HP);
	assert_true(is_on(&l.b, HP));
}

/* A defrost is neither: a heat pump that has run may idle for 20 min, and draw for 20 min after it was let
 * go. */
static void a_defrost_is_neither(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l);
	quiet(&l, 340, NOTHING);
	quiet(&l, 700, WANT_HP);
	l.w[HP] = 100;
	quiet(&l, 1190, WANT_HP);
	l.w[HP] = 3000;
	quiet(&l, 100, WANT_HP);
	l.welded[HP] = true;
	assert_int_equal(run(&l, 1180, NOTHING, GUARD_EVENT_WELDED, &e), -1);
	assert_in_range(run(&l, 100, NOTHING, GUARD_EVENT_WELDED, &e), 45, 70);
	assert_int_equal(e.relay, HP);
	connect(&l);
	quiet(&l, 340, NOTHING);
	quiet(&l, 700, WANT_HP);
	l.w[HP] = 100;
	assert_in_range(run(&l, 1300, WANT_HP, GUARD_EVENT_NO_LOAD, &e), 1195, 1210);
}

/* Of two that draw nothing the larger goes first, then the other. */
static void the_larger_goes_first(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l);
	memset(l.w, 0, sizeof(l.w));
	assert_int_equal(run(&l, 60, WANT_HP | WANT_ELEMENT | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 31);
	assert_int_equal(e.relay, ELEMENT);
	l.b.rules.relays[ELEMENT].memory.locked_until_ms[LOCK_NO_LOAD] = RULES_UNTIL_RESET;
	assert_in_range(run(&l, 400, WANT_HP | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 300, 302);
	assert_int_equal(e.relay, HP);
	assert_in_range(run(&l, 60, WANT_HP | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 30, 32);
	assert_int_equal(e.relay, PUMP);
}

/* A heat pump that may idle or run is never taken for an element's fault. */
static void a_heat_pump_explains_much(void **state)
{
	struct loads l;

	(void)state;
	connect(&l);
	quiet(&l, 340, WANT_ELEMENT);
	l.w[HP] = 0;
	quiet(&l, 290, WANT_ELEMENT | WANT_HP);
	assert_int_equal(l.b.rules.relays[ELEMENT].memory.no_loads, 0);
}

/* A pump of 60 W that draws nothing is found: at once when nothing else runs, else by its own step. */
static void a_small_load_is_judged_by_its_step(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[PUMP] = 0;
	l.base_w = 9;
	assert_int_equal(run(&l, 100, WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 31);
	assert_int_equal(e.relay, PUMP);
	connect(&l)->w[PUMP] = 0;
	l.w[VALVE] = 0;
	l.w[ELEMENT] = 4000;		/* as little as it may draw: the pump's step tells */
	quiet(&l, 100, WANT_ELEMENT);
	assert_in_range(run(&l, 100, WANT_ELEMENT | WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 31, 42);
	assert_int_equal(e.relay, PUMP);
	connect(&l)->w[ELEMENT] = 3500;	/* less than expected, but the pump's step was seen */
	quiet(&l, 100, WANT_ELEMENT);
	quiet(&l, 300, WANT_ELEMENT | WANT_PUMP);
	connect(&l)->w[ELEMENT] = 3500;	/* both at once: nobody can tell */
	l.w[PUMP] = 0;
	quiet(&l, 10, NOTHING);
	quiet(&l, 300, WANT_ELEMENT | WANT_PUMP);
}

/* --- off with load -------------------------------------------------------------------------- */

/* An element that goes on drawing is named after 30 s with its power, locked, and let go when it draws
 * nothing. */
static void a_welded_element_is_named(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l);
	quiet(&l, 100, WANT_ELEMENT | WANT_PUMP);
	l.welded[ELEMENT] = true;
	assert_in_range(run(&l, 60, WANT_PUMP, GUARD_EVENT_WELDED, &e), 30, 32);
	assert_int_equal(e.relay, ELEMENT);
	assert_int_equal(e.on, 1);
	assert_int_equal(e.value, 4560 - 90);
	assert_int_equal(run(&l, 300, WANT_PUMP, GUARD_EVENT_WELDED, &e), -1);
	assert_int_equal(ask(&l.b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_HELD_LOCKOUT);
	l.welded[ELEMENT] = false;
	assert_in_range(run(&l, 100, WANT_PUMP, GUARD_EVENT_WELDED, &e), 60, 62);
	assert_int_equal(e.on, 0);
	assert_int_equal(ask(&l.b, ELEMENT, true, GUARD_RANK_LOCAL), GUARD_DONE);
}

/* Of several that are off, the one whose power fits is named; one that begins by itself is seen too. */
static void the_one_that_fits_is_named(void **state)
{
	static const struct {
		int relay;
		int32_t w, hp_most_w;
	} rows[] = { { HP, 1600, 6000 }, { ELEMENT, 6500, 3000 }, { ELEMENT, 3900, 3000 } };
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	for (int i = 0; i < 3; i++) {
		connect(&l);
		quiet(&l, 100, NOTHING);
		l.w[rows[i].relay] = rows[i].w;
		l.welded[rows[i].relay] = true;
		l.b.rules.relays[HP].config.expected_w[1] = rows[i].hp_most_w;
		assert_in_range(run(&l, 60, NOTHING, GUARD_EVENT_WELDED, &e), 30, 32);
		assert_int_equal(e.relay, rows[i].relay);
	}
}

/* A relay that hands back may draw while off, and explains what is drawn. */
static void handed_back_is_not_welded(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l);
	l.b.rules.relays[PUMP].config.fail_state = FAIL_HANDBACK;
	l.welded[PUMP] = true;
	assert_int_equal(run(&l, 3000, NOTHING, GUARD_EVENT_WELDED, &e), -1);
}

/* Standing consumption is no welded pump; a pump whose own step did not come is one. */
static void a_welded_pump_shows_by_its_step(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->base_w = 35;
	quiet(&l, 100, WANT_PUMP);
	assert_int_equal(run(&l, 300, NOTHING, GUARD_EVENT_WELDED, &e), -1);
	quiet(&l, 100, WANT_PUMP);
	l.welded[PUMP] = true;
	assert_in_range(run(&l, 100, NOTHING, GUARD_EVENT_WELDED, &e), 30, 32);
	assert_int_equal(e.relay, PUMP);
}

/* Another relay that moves meanwhile makes a small step unreadable, and nothing is claimed; other meters
 * count not. */
static void unreadable_steps_claim_nothing(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l);
	quiet(&l, 100, WANT_PUMP | WANT_ELEMENT);
	l.welded[PUMP] = true;
	assert_int_equal(run(&l, 300, NOTHING, GUARD_EVENT_WELDED, &e), -1);
	connect(&l);
	quiet(&l, 100, WANT_PUMP);
	l.welded[PUMP] = true;
	quiet(&l, 20, NOTHING);
	quiet(&l, 11, WANT_ELEMENT);
	assert_int_equal(run(&l, 300, NOTHING, GUARD_EVENT_WELDED, &e), -1);
	for (int i = 0; i < 100; i++, l.b.now_ms += 1000) {
		read_at(&l.b, GUARD_ROLE_POWER_W, 1, 9000);
		assert_null(event_of(&l.b, GUARD_EVENT_WELDED));
	}
}

/* A heat pump moves by itself by more than a small pump draws: what it hides is not claimed later, when it is off and the
 * rest of the house would fit. */
static void a_step_behind_a_heat_pump_claims_nothing(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->base_w = 35;
	quiet(&l, 340, NOTHING);
	quiet(&l, 700, WANT_HP | WANT_PUMP);
	l.w[HP] += l.w[PUMP];	/* as the pump goes off */
	quiet(&l, 100, WANT_HP);
	assert_int_equal(run(&l, 1500, NOTHING, GUARD_EVENT_WELDED, &e), -1);
	quiet(&l, 100, WANT_PUMP);	/* a heat pump at rest hides nothing */
	l.welded[PUMP] = true;
	assert_in_range(run(&l, 100, NOTHING, GUARD_EVENT_WELDED, &e), 30, 32);
}

/* Against freezing a pump that drew nothing is tried all the same; a welded or dry one is not. */
static void freezing_tries_what_drew_nothing(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[PUMP] = 0;
	assert_int_equal(run(&l, 100, WANT_PUMP, GUARD_EVENT_NO_LOAD, &e), 31);
	assert_false(is_on(&l.b, PUMP));
	l.b.rules.relays[ELEMENT].memory.locked_until_ms[LOCK_DRY_FIRE] = RULES_UNTIL_RESET;
	for (int i = 0; i < 3; i++, l.b.now_ms += 1000) {
		read_at(&l.b, GUARD_ROLE_STORE_TOP, 0, 40000);
		read_at(&l.b, GUARD_ROLE_ZONE, 0, 3000);
	}
	assert_true(is_on(&l.b, PUMP));
	assert_false(is_on(&l.b, ELEMENT));
}

/* What was found out stays, also when the relay's driver fails in the same moment. */
static void a_failing_driver_keeps_the_lock(void **state)
{
	struct guard_event e = { 0 };
	struct loads l;

	(void)state;
	connect(&l)->w[ELEMENT] = 0;
	assert_int_equal(run(&l, 60, WANT_ELEMENT, GUARD_EVENT_NO_LOAD, &e), 31);
	assert_true(moved(&l.b, ELEMENT, false));
	rules_failed(&l.b.rules, l.b.now_ms, 0, "no answer", &l.b.out);
	assert_true(is_on(&l.b, ELEMENT));
	assert_true(locked(&l.b, ELEMENT, LOCK_NO_LOAD));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sound_loads_are_quiet),
		cmocka_unit_test(no_load_is_tried_once_more),
		cmocka_unit_test(a_good_retry_ends_it),
		cmocka_unit_test(a_heat_pump_has_300_s),
		cmocka_unit_test(a_late_start_is_a_start),
		cmocka_unit_test(a_defrost_is_neither),
		cmocka_unit_test(the_larger_goes_first),
		cmocka_unit_test(a_heat_pump_explains_much),
		cmocka_unit_test(a_small_load_is_judged_by_its_step),
		cmocka_unit_test(a_welded_element_is_named),
		cmocka_unit_test(the_one_that_fits_is_named),
		cmocka_unit_test(handed_back_is_not_welded),
		cmocka_unit_test(a_welded_pump_shows_by_its_step),
		cmocka_unit_test(unreadable_steps_claim_nothing),
		cmocka_unit_test(a_step_behind_a_heat_pump_claims_nothing),
		cmocka_unit_test(freezing_tries_what_drew_nothing),
		cmocka_unit_test(a_failing_driver_keeps_the_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
