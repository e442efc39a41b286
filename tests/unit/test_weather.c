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

#include "../support/vectors.h"
#include "core/sim/rng.h"
#include "sim/weather.h"

static void assert_near(double a, double b, double tolerance)
{
	if (!(fabs(a - b) <= tolerance))
		fail_msg("%.12g is not %.12g", a, b);
}

static double item(const cJSON *array, int i)
{
	return cJSON_GetArrayItem(array, i)->valuedouble;
}

/* Streams are bit for bit those of the reference: hash, integers, uniforms and normals. */
static void streams_follow_the_reference(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v = vectors_at(all, "rng");
	uint64_t seed = (uint64_t)vectors_number(v, "seed");
	const char *name = vectors_at(v, "name")->valuestring;
	struct rng r = rng_start(seed, name), x = rng_start(seed, "x"), y = rng_start(seed, "y");

	(void)state;
	assert_true(rng_hash(name) == strtoull(vectors_at(v, "fnv1a")->valuestring, NULL, 16));
	for (int i = 0; i < 3; i++) {
		const cJSON *u64 = cJSON_GetArrayItem(vectors_at(v, "u64"), i);

		assert_true(rng_next(&r) == strtoull(u64->valuestring, NULL, 16));
		assert_near(rng_uniform(&x), item(vectors_at(v, "uniform_x"), i), 1e-15);
		assert_near(rng_normal(&y), item(vectors_at(v, "normal_y"), i), 1e-12);
	}
	cJSON_Delete(all);
}

static void assert_row(struct weather_row row, const cJSON *want)
{
	assert_near(row.out_c, item(want, 0), 1e-6);
	assert_near(row.wind_ms, item(want, 1), 1e-6);
	assert_near(row.sun_w_m2, item(want, 2), 1e-6);
}

/* A seed names one winter: the week of the reference comes out to the millionth. */
static void a_seed_names_one_winter(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v = vectors_at(all, "weather");
	struct plant_weather p = { .kind = SERIES_SEEDED, .latitude = 45.65 };
	struct weather w;
	struct err e;
	double sum = 0;

	(void)state;
	assert_true(weather_open(
		&w, &p, (uint64_t)vectors_number(v, "seed"), 0, (int)vectors_number(v, "doy0"), &e));
	for (int k = 0; k < 168; k++) {
		struct weather_row row = weather_at(&w, k * 3600.0);

		sum += row.out_c;
		if (k < 4)
			assert_row(row, cJSON_GetArrayItem(vectors_at(v, "first"), k));
		if (k == 12)
			assert_row(row, vectors_at(v, "at_noon"));
		if (k == 167)
			assert_row(row, vectors_at(v, "last"));
	}
	assert_near(sum / 168, vectors_number(v, "mean_c"), 1e-6);
	weather_close(&w);
	cJSON_Delete(all);
}

/* The season is a smooth line through the months, the turn of the year included. */
static void the_season_is_a_line_through_the_months(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *row;

	(void)state;
	cJSON_ArrayForEach(row, vectors_at(vectors_at(all, "weather"), "clim")) {
		struct weather_normal n = weather_normal(item(row, 0));
		const cJSON *want = cJSON_GetArrayItem(row, 1);

		assert_near(n.mean_c, item(want, 0), 1e-8);
		assert_near(n.swing_k, item(want, 1), 1e-8);
		assert_near(n.wind_ms, item(want, 2), 1e-8);
		assert_near(n.clearness, item(want, 3), 1e-8);
	}
	assert_near(weather_normal(365 + 14.5).mean_c, -9.5, 1e-9);
	cJSON_Delete(all);
}

/* Between hours temperature and wind are linear and the sun stands still. */
static void hours_are_joined_by_lines(void **state)
{
	struct plant_weather p = { .kind = SERIES_SEEDED, .latitude = 45.65 };
	struct weather w;
	struct weather_row ten, half, eleven;
	struct err e;

	(void)state;
	assert_true(weather_open(&w, &p, 3, 0, 20, &e));
	ten = weather_at(&w, 10 * 3600);
	half = weather_at(&w, 10.5 * 3600);
	eleven = weather_at(&w, 11 * 3600);
	assert_near(half.out_c, (ten.out_c + eleven.out_c) / 2, 1e-9);
	assert_near(half.wind_ms, (ten.wind_ms + eleven.wind_ms) / 2, 1e-9);
	assert_near(half.sun_w_m2, ten.sun_w_m2, 0);
	assert_true(ten.sun_w_m2 > 0);
	weather_close(&w);
}

static void write_csv(char *path, size_t size, const char *text)
{
	int fd;

	snprintf(path, size, "%s/weather-XXXXXX", getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

/* A file is replayed by its own times; a gap is held and counted, and so is the time before and after it. */
static void a_file_is_replayed(void **state)
{
	struct plant_weather p = { .kind = SERIES_CSV };
	struct weather w;
	struct err e;

	(void)state;
	write_csv(p.path, sizeof(p.path),
		"unix_s,out_c,wind_ms,ghi_wm2\n1000,-5,2,0\n4600,-7,4,100\n40000,1,1,0\r\n");
	assert_true(weather_open(&w, &p, 1, 1000, 0, &e));
	assert_int_equal(w.csv.n_rows, 3);
	assert_int_equal(w.csv.gaps, 1);
	assert_near(weather_at(&w, 0).out_c, -5, 0);
	assert_near(weather_at(&w, 1800).out_c, -6, 1e-12);
	assert_near(weather_at(&w, 1800).sun_w_m2, 0, 0);
	assert_near(weather_at(&w, 20000).out_c, -7, 0);
	assert_near(weather_at(&w, 1e6).out_c, 1, 0);
	weather_close(&w);
	unlink(p.path);
}

/* A wrong file is refused with its line. */
static void a_wrong_file_is_refused_with_its_line(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "", "no header" },
		{ "unix_s,out_c\n1,2\n", "no header" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n", "no rows" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3\n", "line 2" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3,4\n1,2,3,4\n", "line 3: time goes back" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3,4\n2,2,-3,4\n", "line 3" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n1,nan,3,4\n", "line 2" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3,4 x\n", "line 2" },
		{ "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3,4\n\n", "line 3" },
	};
	struct plant_weather p = { .kind = SERIES_CSV, .path = "tests/data/no-such-weather.csv" };
	struct weather w;
	struct err e;
	int n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(series_parse(&series_weather, cases[i].text, NULL, &n, &e));
		assert_non_null(strstr(e.text, cases[i].says));
	}
	assert_false(weather_open(&w, &p, 1, 0, 0, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "no-such-weather.csv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(streams_follow_the_reference),
		cmocka_unit_test(a_seed_names_one_winter),
		cmocka_unit_test(the_season_is_a_line_through_the_months),
		cmocka_unit_test(hours_are_joined_by_lines),
		cmocka_unit_test(a_file_is_replayed),
		cmocka_unit_test(a_wrong_file_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
