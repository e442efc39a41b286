/* SPDX-License-Identifier: MIT */
/* The clock on the wall: schedules over changes of summer time, zones, days. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/control/tariff.h"
#include "port/zone_system.h"

static void schedules_follow_the_clock(void **state)
{
	static const struct schedule_entry list[] = {
		{ 0x7f, 60 + 45, 18 }, { 0x7f, 2 * 60 + 30, 21 }, { 0x1f, 22 * 60, 17 } };
	struct zone z;
	struct err e;

	(void)state;
	assert_true(zone_system_read("America/New_York", &z, &e));
	/* 14 March 2027: 02:00 becomes 03:00, 07:00Z; what was due at 02:30 begins at 03:00 */
	assert_int_equal(schedule_entry_at(list, 3, &z, 1805007599), 0);
	assert_int_equal(schedule_entry_at(list, 3, &z, 1805007600), 1);
	/* 7 November 2027: 02:00 becomes 01:00, 06:00Z; what began at 01:45 (05:45Z) goes on through the second 01:00 */
	assert_int_equal(schedule_entry_at(list, 3, &z, 1825566300 - 60), 2 - 1);
	assert_int_equal(schedule_entry_at(list, 3, &z, 1825566300), 0);
	assert_int_equal(schedule_entry_at(list, 3, &z, 1825567200), 0);
	assert_int_equal(schedule_entry_at(list, 3, &z, 1825567200 + 3600 + 1800 - 1), 0);
	assert_int_equal(schedule_entry_at(list, 3, &z, 1825567200 + 3600 + 1800), 1);
	assert_int_equal(schedule_entry_at(list, 0, &z, 0), -1);
}

static void zones_and_days(void **state)
{
	struct zone z;
	struct err e;
	int64_t day;

	(void)state;
	assert_false(zone_system_read("Atlantis/Capital", &z, &e));
	assert_non_null(strstr(e.text, "Atlantis/Capital"));
	assert_false(zone_system_read("../../etc/passwd", &z, &e));
	assert_true(zone_system_read("America/New_York", &z, &e));
	assert_int_equal(zone_offset_s(&z, 1799841480), -5 * 3600);
	assert_int_equal(zone_offset_s(&z, 3044520000), -4 * 3600);	/* June 2066 */
	assert_true(zone_system_read("UTC", &z, &e));
	assert_int_equal(z.n, 0);
	assert_true(civil_parse_day("2027-01-01", &day));
	assert_int_equal(day, 20819);
	assert_int_equal(civil_at(&z, day * CIVIL_DAY_S).weekday, 4);
	assert_false(civil_parse_day("2027-02-29", &day));
	assert_false(civil_parse_day("2027-1-1", &day));
	assert_true(civil_parse_day("2028-02-29", &day));
	assert_int_equal(civil_month(day), 2);
	assert_int_equal(civil_day_of_year(day), 59);
	assert_int_equal(civil_day_of_year(day + 306), 365);	/* 31 December of a leap year */
	assert_int_equal(civil_day_of_year(day + 307), 0);
	assert_int_equal(civil_day_of_year(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedules_follow_the_clock),
		cmocka_unit_test(zones_and_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
