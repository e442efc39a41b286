/* SPDX-License-Identifier: MIT */
/* How the house heats itself alone: thermostats with hysteresis, and what they do when a sensor is missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "core/control/homealone.h"

struct alone {
	struct settings settings;
	struct homealone state;
	struct homealone_picture picture;
	bool wants[HOUSE_MAX_RELAYS];
};

static struct alone alone_at(int64_t zone_mc, int64_t tank_mc)
{
	struct alone a = { .picture = { .setpoint_mc = 18000, .tank_top = { true, tank_mc } } };

	fixture_settings(&a.settings);
	a.picture.zone[0] = (struct reading_mc){ true, zone_mc };
	return a;
}

static bool element(struct alone *a, int64_t tank_mc)
{
	a->picture.tank_top.mc = tank_mc;
	homealone_step(&a->state, &a->settings, &a->picture, a->wants);
	return a->wants[0];
}

static bool pump(struct alone *a, int64_t zone_mc)
{
	a->picture.zone[0].mc = zone_mc;
	homealone_step(&a->state, &a->settings, &a->picture, a->wants);
	return a->wants[1];
}

/* The pump runs from 0.2 K below the setpoint to 0.2 K above it, and does not chatter in between. */
static void the_zone_is_held_in_its_band(void **state)
{
	struct alone a = alone_at(18000, 62000);

	(void)state;
	assert_false(pump(&a, 18000));
	assert_false(pump(&a, 17800));
	assert_true(pump(&a, 17799));
	assert_true(pump(&a, 18200));
	assert_false(pump(&a, 18201));
	assert_false(pump(&a, 17900));
}

/* The tank is charged from 60 to 67 C. */
static void the_tank_is_charged_in_its_band(void **state)
{
	struct alone a = alone_at(18000, 62000);

	(void)state;
	assert_false(element(&a, 60000));
	assert_true(element(&a, 59999));
	assert_true(element(&a, 67000));
	assert_false(element(&a, 67001));
	assert_false(element(&a, 61000));
}

/* A low store ceiling moves the whole band under it: local control never asks for what the guard must stop. */
static void a_low_ceiling_lowers_the_band(void **state)
{
	struct alone a = alone_at(18000, 62000);

	(void)state;
	a.settings.guard.store_ceiling_c = 55;
	assert_true(element(&a, 44999));
	assert_true(element(&a, 52000));
	assert_false(element(&a, 52001));
}

/* Heat first: a zone that cannot be measured is heated; a tank that cannot be measured is not. */
static void a_missing_sensor_means_heat_but_no_element(void **state)
{
	struct alone a = alone_at(25000, 40000);

	(void)state;
	assert_true(element(&a, 40000));
	a.picture.zone[0].good = false;
	a.picture.tank_top.good = false;
	assert_false(element(&a, 40000));
	assert_true(a.wants[1]);
}

/* A zone with a thermostat of its own is left alone. */
static void a_wall_thermostat_rules_its_zone(void **state)
{
	struct alone a = alone_at(10000, 62000);

	(void)state;
	a.settings.zones[0].wall = true;
	assert_false(pump(&a, 10000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_zone_is_held_in_its_band),
		cmocka_unit_test(the_tank_is_charged_in_its_band),
		cmocka_unit_test(a_low_ceiling_lowers_the_band),
		cmocka_unit_test(a_missing_sensor_means_heat_but_no_element),
		cmocka_unit_test(a_wall_thermostat_rules_its_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
