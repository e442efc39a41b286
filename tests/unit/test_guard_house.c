/* SPDX-License-Identifier: MIT */
/* The whole service in a simulated house with a fault of a relay or with frost in a room: what the guard
 * makes of it. */
#include "../support/inhouse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUSE "dw1.isone.nh.orange.1"
#define ELEMENT_NODE "a.elt1.relay"
#define PUMP_NODE "a.tank.out.pump.relay"
#define ROOM_NODE "a.tank.out.pump.allradiators.garage.temp1"

static int count(const struct inhouse *h, int code, const char *node, const char *part)
{
	int n = 0;

	for (int i = 0; i < h->n_events; i++)
		n += h->events[i].code == code && strstr(h->events[i].text, part) != NULL &&
			strcmp(house_alias(&h->loaded.house, h->events[i].node), node) == 0;
	return n;
}

static int alarms(const struct inhouse *h)
{
	int n = 0;

	for (int i = 0; i < h->n_events; i++)
		n += h->events[i].code >= LOG_FREEZE && h->events[i].code <= LOG_WELDED;
	return n;
}

static int64_t second_of(const struct inhouse *h, int code, const char *node, const char *part)
{
	for (int i = 0; i < h->n_events; i++)
		if (h->events[i].code == code && strstr(h->events[i].text, part) != NULL &&
		    strcmp(house_alias(&h->loaded.house, h->events[i].node), node) == 0)
			return h->events[i].second;
	fail_msg("no %s with \"%s\"", log_code_name((enum log_code)code), part);
	return 0;
}

/* A sound house raises none of the guard's alarms, whatever the seed of its noise. */
static void a_sound_house_is_quiet(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct inhouse *h = inhouse_run(INHOUSE_SINGLE, HOUSE, seed, 8 * 3600);

		assert_int_equal(alarms(h), 0);
		assert_true(count(h, LOG_RELAY, ELEMENT_NODE, "on by") > 0);
		assert_true(count(h, LOG_RELAY, PUMP_NODE, "on by") > 0);
		inhouse_free(h);
	}
}

static void dead_element(struct inhouse *h)
{
	assert_true(world_set_relay_fault(h->world, ELEMENT_NODE, WORLD_RELAY_DEAD));
	assert_false(world_set_relay_fault(h->world, ROOM_NODE, WORLD_RELAY_DEAD));
}

/* An element that draws nothing is tried once more, then left off for an hour; the pump is not blamed
 * (SF-86). */
static void a_dead_element_is_locked(void **state)
{
	struct inhouse *h = inhouse_run_with(HOUSE, 1, 3600, dead_element);
	int64_t first, second;

	(void)state;
	assert_int_equal(alarms(h), 2);
	assert_int_equal(count(h, LOG_NO_LOAD, ELEMENT_NODE, "tried once more"), 1);
	assert_int_equal(count(h, LOG_NO_LOAD, ELEMENT_NODE, "locked for 1 h"), 1);
	assert_true(count(h, LOG_HELD, ELEMENT_NODE, "HeldByLockout") > 0);
	assert_false(h->relays[0]);
	first = second_of(h, LOG_NO_LOAD, ELEMENT_NODE, "tried once more");
	second = second_of(h, LOG_NO_LOAD, ELEMENT_NODE, "locked for 1 h");
	assert_in_range(first - second_of(h, LOG_RELAY, ELEMENT_NODE, "on by"), 30, 35);
	assert_in_range(second - first, 60, 80);
	inhouse_free(h);
}

static void welded_element(struct inhouse *h)
{
	assert_true(world_set_relay_fault(h->world, ELEMENT_NODE, WORLD_RELAY_WELDED));
}

/* An element that heats although it is off is named within a minute, and never the pump (SF-86). */
static void a_welded_element_is_named(void **state)
{
	struct inhouse *h = inhouse_run_with(HOUSE, 2, 12 * 3600, welded_element);

	(void)state;
	assert_true(count(h, LOG_WELDED, ELEMENT_NODE, "while commanded off for 30 s") > 0);
	assert_int_equal(count(h, LOG_WELDED, PUMP_NODE, ""), 0);
	assert_int_equal(count(h, LOG_NO_LOAD, PUMP_NODE, ""), 0);
	inhouse_free(h);
}

static void dead_pump(struct inhouse *h)
{
	assert_true(world_set_relay_fault(h->world, PUMP_NODE, WORLD_RELAY_DEAD));
}

/* A pump of 60 W that draws nothing is found when nothing else is on, and the element is not blamed. */
static void a_dead_pump_is_found(void **state)
{
	struct inhouse *h = inhouse_run_with(HOUSE, 3, 24 * 3600, dead_pump);

	(void)state;
	assert_true(count(h, LOG_NO_LOAD, PUMP_NODE, "check") > 0);
	assert_int_equal(count(h, LOG_NO_LOAD, ELEMENT_NODE, ""), 0);
	assert_int_equal(count(h, LOG_WELDED, ELEMENT_NODE, ""), 0);
	inhouse_free(h);
}

static void dry_element(struct inhouse *h)
{
	assert_true(world_set_relay_fault(h->world, ELEMENT_NODE, WORLD_RELAY_DRY));
}

/* An element that draws its power while the tank does not get warmer is locked until somebody has looked
 * (SF-17). */
static void a_dry_element_is_locked(void **state)
{
	struct inhouse *h = inhouse_run_with(HOUSE, 4, 2 * 3600, dry_element);

	(void)state;
	assert_int_equal(count(h, LOG_DRY_FIRE, ELEMENT_NODE, "check the water level"), 1);
	assert_int_equal(alarms(h), 1);
	assert_in_range(second_of(h, LOG_DRY_FIRE, ELEMENT_NODE, "rose too little") -
				second_of(h, LOG_RELAY, ELEMENT_NODE, "on by"),
		1200, 1300);
	assert_false(h->relays[0]);
	inhouse_free(h);
}

static void frost(struct inhouse *h)
{
	world_set_fault(h->world, ROOM_NODE, WORLD_JUMP, -14);
}

/* A room at 4 C has pump and element on within 10 s of the first cold reading, and nobody's wish ends it
 * (SF-18). */
static void frost_is_answered(void **state)
{
	struct inhouse *h = inhouse_run_with(HOUSE, 5, 1800, frost);

	(void)state;
	assert_int_equal(count(h, LOG_FREEZE, ROOM_NODE, "room near freezing"), 1);
	assert_true(h->relays[0] && h->relays[1]);
	assert_int_equal(count(h, LOG_RELAY, PUMP_NODE, "off by"), 0);
	inhouse_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_house_is_quiet),
		cmocka_unit_test(a_dead_element_is_locked),
		cmocka_unit_test(a_welded_element_is_named),
		cmocka_unit_test(a_dead_pump_is_found),
		cmocka_unit_test(a_dry_element_is_locked),
		cmocka_unit_test(frost_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
