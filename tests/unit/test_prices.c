/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim/codes.h"
#include "sim/prices.h"

enum { YEAR_HOURS = 365 * 24, SATURDAY = 5 };

/* Two peaks on working days, none at the weekend, and the night is cheapest. */
static void the_tariff_has_two_peaks(void **state)
{
	(void)state;
	for (int day = 0; day < 7; day++)
		for (int hour = 0; hour < 24; hour++) {
			bool peak = day < SATURDAY && ((hour >= 7 && hour < 12) || (hour >= 16 && hour < 20));
			double usd = prices_distribution(day, hour);

			if (peak != (usd > 0.4) || (hour < 6 || hour >= 22) != (usd == 0.05013))
				fail_msg("day %d hour %d: %g", day, hour, usd);
		}
}

/* A seed names one year; another seed another. About one hour in a hundred is a spike. */
static void a_seed_names_one_year(void **state)
{
	struct plant_prices seeded = { .kind = SERIES_SEEDED };
	struct prices a, b, c;
	struct err e;
	int differ = 0, dear = 0;

	(void)state;
	assert_true(prices_open(&a, &seeded, 3, 0, 0, 0, &e) && prices_open(&b, &seeded, 3, 0, 0, 0, &e) &&
		prices_open(&c, &seeded, 4, 0, 0, 0, &e));
	for (int k = 0; k < YEAR_HOURS; k++) {
		struct price_row row = prices_at(&a, k * 3600.0), same = prices_at(&b, k * 3600.0 + 3599);

		assert_true(row.usd_per_kwh == same.usd_per_kwh);
		assert_true(row.lmp > 0 && fabs(row.usd_per_kwh - row.lmp - row.distribution) < 1e-12);
		differ += row.lmp != prices_at(&c, k * 3600.0).lmp;
		dear += row.lmp > 0.2;
	}
	assert_true(differ > YEAR_HOURS * 9 / 10);
	assert_true(dear > 10 && dear < 400);
}

static void write_file(char *path, size_t size, const char *text)
{
	int fd;

	snprintf(path, size, "%s/prices-XXXXXX", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A file's prices hold from their time to the next, and may be negative. */
static void a_file_is_replayed(void **state)
{
	struct plant_prices from = { .kind = SERIES_CSV };
	struct prices p;
	struct err e;

	(void)state;
	write_file(from.path, sizeof(from.path), "unix_s,usd_per_kwh\n1000,0.10\n4600,-0.02\n8200,0.30\n");
	assert_true(prices_open(&p, &from, 1, 1000, 0, 0, &e));
	assert_true(prices_at(&p, 0).usd_per_kwh == 0.10);
	assert_true(prices_at(&p, 3599).usd_per_kwh == 0.10);
	assert_true(prices_at(&p, 3600).usd_per_kwh == -0.02);
	assert_true(prices_at(&p, 1e6).usd_per_kwh == 0.30);
	prices_close(&p);
	unlink(from.path);
}

/* A wrong file is refused by name and line. */
static void a_wrong_file_is_refused(void **state)
{
	struct plant_prices from = { .kind = SERIES_CSV };
	struct prices p;
	struct err e;

	(void)state;
	write_file(from.path, sizeof(from.path), "unix_s,usd_per_kwh\n1000,0.10\n1000,0.20\n");
	assert_false(prices_open(&p, &from, 1, 1000, 0, 0, &e));
	assert_non_null(strstr(e.text, "prices"));
	assert_non_null(strstr(e.text, "line 3: time goes back"));
	unlink(from.path);
	assert_false(prices_open(&p, &from, 1, 1000, 0, 0, &e));
	assert_int_equal(e.code, ERR_IO);
}

/* A thermistor's code comes back as its temperature within half a code; short and open are no temperature. */
static void a_thermistor_reads_both_ways(void **state)
{
	int64_t before = INT64_MAX;

	(void)state;
	for (double c = -30; c <= 100; c += 0.5) {
		int64_t code = ntc_code(&ntc_default, c, 0);

		assert_true(code < before);
		assert_true(fabs(ntc_c(&ntc_default, code) - c) < 0.02);
		before = code;
	}
	assert_true(isnan(ntc_c(&ntc_default, 0)));
	assert_true(isnan(ntc_c(&ntc_default, 32767)));
	assert_int_equal(ds18b20_code(-0.04), -1);
	assert_int_equal(ds18b20_code(85), 1360);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_tariff_has_two_peaks),
		cmocka_unit_test(a_seed_names_one_year),
		cmocka_unit_test(a_file_is_replayed),
		cmocka_unit_test(a_wrong_file_is_refused),
		cmocka_unit_test(a_thermistor_reads_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
