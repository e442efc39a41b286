/* SPDX-License-Identifier: MIT */
/* Local days: 23, 24 and 25 hours, as the zone database has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/civil.h"
#include "port/zone_system.h"

enum { H = 3600 };

/* 2027-03-14 has 23 hours in Maine, 2027-11-07 has 25, the days around them 24; each begins where the one before ends. */
static void days_have_23_24_and_25_hours(void **state)
{
	static const struct { int64_t noon_s; int hours; } days[] = {
		{ 1804957200 /* 03-13 17:00Z */, 24 }, { 1805040000 /* 03-14 16:00Z */, 23 },
		{ 1805126400 /* 03-15 16:00Z */, 24 }, { 1825430400 /* 11-05 16:00Z */, 24 },
		{ 1825606800 /* 11-07 17:00Z */, 25 }, { 1825693200 /* 11-08 17:00Z */, 24 },
	};
	struct zone z;
	struct err e;

	(void)state;
	assert_true(zone_system_read("America/New_York", &z, &e));
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		int64_t start_s = zone_day_start_s(&z, days[i].noon_s), end_s = zone_day_end_s(&z, days[i].noon_s);

		assert_int_equal(end_s - start_s, days[i].hours * H);
		assert_int_equal(zone_day_start_s(&z, start_s), start_s);
		assert_int_equal(zone_day_start_s(&z, end_s - 1), start_s);
		assert_int_equal(zone_day_start_s(&z, end_s), end_s);
		assert_int_equal((start_s + zone_offset_s(&z, start_s)) % 86400, 0);
	}
	assert_int_equal(zone_day_start_s(&z, 1805040000), 1805000400);	/* 2027-03-14T05:00Z */
	assert_int_equal(zone_day_start_s(&z, 1825606800), 1825560000);	/* 2027-11-07T04:00Z */
}

/* For 20 years every second belongs to exactly one day, in zones of all kinds, also where midnight itself is skipped. */
static void days_follow_each_other(void **state)
{
	static const char *const names[] = { "America/New_York", "Asia/Kolkata", "America/Santiago", "Africa/Cairo",
		"Pacific/Chatham", "UTC" };
	struct zone z;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		int64_t s = 1700000000, end_s;

		assert_true(zone_system_read(names[i], &z, &e));
		for (int day = 0; day < 7000; day++, s = end_s) {
			end_s = zone_day_end_s(&z, s);
			assert_in_range(end_s - zone_day_start_s(&z, s), 23 * H, 25 * H);
			assert_int_equal(zone_day_start_s(&z, end_s), end_s);
			assert_true(zone_day_start_s(&z, end_s - 1) < end_s);
		}
	}
}

/* A zone nobody knows is said, not taken for UTC; TZ is as it was. */
static void an_unknown_zone_is_said(void **state)
{
	struct zone z;
	struct err e;

	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	assert_false(zone_system_read("America/Nowhere", &z, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_true(zone_system_read("Asia/Tokyo", &z, &e));
	assert_int_equal(zone_offset_s(&z, 1800000000), 9 * H);
	assert_string_equal(getenv("TZ"), "Europe/Berlin");
	assert_true(zone_system_read("", &z, &e));
	assert_int_equal(zone_offset_s(&z, 1800000000), H);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_have_23_24_and_25_hours),
		cmocka_unit_test(days_follow_each_other),
		cmocka_unit_test(an_unknown_zone_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
