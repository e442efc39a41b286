/* SPDX-License-Identifier: MIT */
/* The house without its AtomicTNode for hours and days, with power cuts inside: what comes up afterwards is what the tiers
 * promise, no id has two contents, nothing is missing without a gap record (SF-52 to SF-54). */
#include "../support/outage.h"

enum { H = 3600, D = 86400 };

static void check(void **state, struct outage o)
{
	outage_run(*state, &o);
}

static void an_hour(void **state)
{
	check(state, (struct outage){ .days_s = H, .n_cuts = 1, .cut_s = { 1310 }, .cut_for_s = { 600 } });
}

static void a_day(void **state)
{
	check(state, (struct outage){ .days_s = D + 4 * H, .n_cuts = 2, .cut_s = { 5 * H + 40, 20 * H + 290 },
		.cut_for_s = { 2 * H, 900 } });
}

static void three_days(void **state)
{
	check(state, (struct outage){ .days_s = 3 * D, .n_cuts = 3, .cut_s = { 7 * H + 10, D + 100, 2 * D + 13 * H },
		.cut_for_s = { 400, 26 * H, 3 * H } });
}

/* The AtomicTNode acknowledges itself; what it does not acknowledge comes again, the same. */
static void its_own_acknowledgements(void **state)
{
	check(state, (struct outage){ .days_s = 2 * D, .n_cuts = 1, .cut_s = { D + 250 }, .cut_for_s = { 700 },
		.acks_status = true });
}

static void ten_days(void **state)
{
	check(state, (struct outage){ .days_s = 10 * D, .n_cuts = 3, .cut_s = { D + 40, 4 * D + 200, 9 * D + 23 * H },
		.cut_for_s = { 3 * H, 30 * H, 1200 } });
}

static void four_weeks(void **state)
{
	check(state, (struct outage){ .days_s = 28 * D, .n_cuts = 2, .cut_s = { 3 * D + 40, 25 * D + 10 },
		.cut_for_s = { 900, 5 * H } });
}

static void five_weeks(void **state)
{
	check(state, (struct outage){ .days_s = 35 * D, .n_cuts = 4, .cut_s = { 2 * D, 12 * D + 70, 20 * D, 34 * D + 10 },
		.cut_for_s = { 900, 50 * H, 400, 3 * H } });
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hbench_setup, hbench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(an_hour), TEST(a_day), TEST(three_days), TEST(its_own_acknowledgements),
		TEST(ten_days), TEST(four_weeks), TEST(five_weeks) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
