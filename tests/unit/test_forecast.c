/* SPDX-License-Identifier: MIT */
/* What is foretold: read from files when they change, told by the AtomicTNode, kept for seven days, never believed when it
 * is too old. */
#include "forecast_bench.h"

#include <math.h>
#include <string.h>

#include "core/control/forecast_pack.h"
#include "spaceheat/splitmix.h"

/* --- tables ---------------------------------------------------------------------------------------------------- */

/* A wrong number is named with its line, its column and what is allowed. */
static void a_wrong_number_is_named(void **state)
{
	static const struct { const struct series_form *form; const char *text, *says; } cases[] = {
		{ &series_weather, "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3,4\n2,61,3,4\n", "line 3: out_c = 61 (allowed: -90..60)" },
		{ &series_weather, "unix_s,out_c,wind_ms,ghi_wm2\n1,2,-1,4\n", "line 2: wind_ms = -1 (allowed: 0..100)" },
		{ &series_weather, "unix_s,out_c,wind_ms,ghi_wm2\n1,2,3\n", "line 2: not 4 numbers (allowed: unix_s,out_c" },
		{ &series_weather, "unix_s,out_c,wind_ms,ghi_wm2,x\n1,2,3,4\n", "line 1: no header" },
		{ &series_prices, "unix_s,usd_per_kwh\n1,11\n", "line 2: usd_per_kwh = 11 (allowed: -10..10)" },
		{ &series_prices, "unix_s,usd_per_kwh\n2,1\n2,1\n", "line 3: time goes back - sort the rows" },
		{ &series_prices, "unix_s,usd_per_kwh\n", "no rows" },
	};
	struct err e;
	int n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(series_parse(cases[i].form, cases[i].text, NULL, &n, &e));
		if (strstr(e.text, cases[i].says) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", cases[i].says, e.text);
	}
}

/* Linear between hours, the sun constant in one; after the last hour as a day before; nothing before the first. */
static void weather_is_read_between_hours(void **state)
{
	struct forecast_weather w = { .start_s = START_S, .n = 30 };
	struct forecast_hour at;

	(void)state;
	for (int i = 0; i < w.n; i++)
		w.hour[i] = (struct forecast_hour){ -i, i / 10.0, 100 * i };
	assert_false(forecast_weather_at(&w, START_S - 1, &at));
	assert_true(forecast_weather_at(&w, START_S + HOUR_S / 4, &at));
	assert_true(fabs(at.out_c + 0.25) < 1e-12 && fabs(at.wind_ms - 0.025) < 1e-12 && at.sun_w_m2 == 0);
	assert_true(forecast_weather_at(&w, START_S + 30 * HOUR_S, &at) && at.out_c == -6);
	assert_true(forecast_weather_at(&w, START_S + 53 * HOUR_S, &at) && at.out_c == -29);
	assert_true(forecast_weather_at(&w, START_S + 60 * HOUR_S, &at) && at.out_c == -12);
	w.n = 0;
	assert_false(forecast_weather_at(&w, START_S, &at));
}

static double drawn(uint64_t *seed)
{
	return (double)(splitmix64(seed) % 1000) / 1000;
}

/* Any forecast, rounded, comes out as it went in, for as long as anybody looks ahead; one that leaps from hour to hour loses its
 * end and nothing else. */
static void a_forecast_goes_through_a_text(void **state)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
	struct forecast_weather w, back;
	char text[LOG_TEXT];
	uint64_t seed = 1;
	bool same;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		int ago = (int)(splitmix64(&seed) % 8), leap = round % 4 == 0 ? 60 : 2, want;

		w = (struct forecast_weather){ .start_s = START_S - ago * HOUR_S,
			.n = 1 + ago + (int)(splitmix64(&seed) % (FORECAST_HOURS - 7)) };
		for (int i = 0; i < w.n; i++)
			w.hour[i] = (struct forecast_hour){ -10 + drawn(&seed) * leap, drawn(&seed) * leap,
				500 * drawn(&seed) * (i % 24 > 12) };
		forecast_round(&w);
		forecast_pack(&w, START_S + 1800, text, sizeof(text));
		assert_int_equal(strspn(text, letters), strlen(text));
		assert_true(forecast_unpack(text, START_S + 3599, &back));
		want = w.n < ago + FORECAST_LOOK_HOURS ? w.n : ago + FORECAST_LOOK_HOURS;
		same = back.start_s == w.start_s && memcmp(back.hour, w.hour, sizeof(w.hour[0]) * (size_t)back.n) == 0;
		if (!same || back.n > want || (back.n < want && (leap == 2 || strlen(text) < LOG_TEXT - 12)))
			fail_msg("round %d: %d of %d hours in %zu letters", round, back.n, want, strlen(text));
		text[splitmix64(&seed) % strlen(text)] = (char)(splitmix64(&seed) % 128);
		(void)forecast_unpack(text, START_S, &back);	/* damaged: something or nothing, within its table */
		assert_true(back.n >= 0 && back.n <= FORECAST_HOURS);
	}
	forecast_pack(&w, START_S - DAY_S, text, sizeof(text));
	assert_string_equal(text, "");
	assert_false(forecast_unpack("", START_S, &back) || forecast_unpack("A", START_S, &back));
	assert_false(forecast_unpack("////", START_S, &back));
}

/* Prices too, to the first hour that has none. */
static void prices_go_through_a_text(void **state)
{
	struct price_table t = { .slot = { { 0, 0 } } }, back = t;
	char text[LOG_TEXT];
	double usd, again;

	(void)state;
	for (int i = 0; i < 60; i++)
		if (i != 40)
			price_put(&t, START_S + i * HOUR_S, 0.05 * sin(i) + 0.03);
	price_pack(&t, START_S + 7, text, sizeof(text));
	assert_true(price_unpack(text, START_S + 9, &back));
	for (int i = 0; i < 60; i++) {
		assert_int_equal(price_known(&back, START_S + i * HOUR_S, &again), i < 40);
		assert_true(i >= 40 || (price_known(&t, START_S + i * HOUR_S, &usd) && usd == again));
	}
	price_pack(&t, START_S - HOUR_S, text, sizeof(text));
	assert_string_equal(text, "");
}

/* Only what a file says of the hours from now on is taken, and nothing of one that has ended or not begun. */
static void rows_become_hours(void **state)
{
	struct series_row rows[3] = { { START_S, { -5, 1, 0 } }, { START_S + 2 * HOUR_S, { -7, 3, 200 } },
		{ START_S + 9 * HOUR_S, { 0, 0, 0 } } };
	struct forecast_weather w;

	(void)state;
	forecast_from_rows(&w, rows, 3, START_S + HOUR_S + 5);
	assert_true(w.start_s == START_S + HOUR_S && w.n == 9);
	assert_true(w.hour[0].out_c == -6 && w.hour[0].wind_ms == 2 && w.hour[0].sun_w_m2 == 0);
	assert_true(w.hour[1].out_c == -7 && w.hour[7].out_c == -7 && w.hour[8].out_c == 0);	/* a gap of 7 h is held */
	forecast_from_rows(&w, rows, 3, START_S + 10 * HOUR_S);
	assert_int_equal(w.n, 0);
	forecast_from_rows(&w, rows, 3, START_S - HOUR_S);
	assert_int_equal(w.n, 0);
}

/* An hour nobody spoke of costs what the same hour cost on average in the seven days before. */
static void missing_prices_are_the_usual_ones(void **state)
{
	struct price_table t = { .slot = { { 0, 0 } } };
	double usd;

	(void)state;
	assert_false(price_usual(&t, START_S, START_S + HOUR_S, &usd));
	for (int day = 1; day <= 9; day++)
		price_put(&t, START_S + HOUR_S - day * (int64_t)DAY_S, day <= 7 ? 0.01 * day : 9);
	assert_false(price_known(&t, START_S + HOUR_S, &usd));
	assert_true(price_usual(&t, START_S, START_S + HOUR_S, &usd));
	assert_true(fabs(usd - 0.04) < 1e-12);
	assert_true(price_usual(&t, START_S, START_S + HOUR_S + 2 * DAY_S, &usd) && fabs(usd - 0.04) < 1e-12);
	assert_false(price_usual(&t, START_S, START_S + 2 * HOUR_S, &usd));
	price_put(&t, START_S + HOUR_S, 0.5);
	assert_true(price_known(&t, START_S + 2 * HOUR_S - 1, &usd) && usd == 0.5);
	assert_false(price_known(&t, START_S + 2 * HOUR_S, &usd));
	assert_int_equal(price_until_s(&t), START_S + 2 * HOUR_S);
}

/* What is kept as text comes back, from seven days ago to the last known hour. */
static void prices_survive_as_text(void **state)
{
	struct price_table t = { .slot = { { 0, 0 } } }, again = t;
	static struct series_row rows[PRICE_TABLE_HOURS];
	char text[PRICE_TABLE_HOURS * 32];
	struct err e;
	double usd;
	int n;

	(void)state;
	for (int h = -170; h < 72; h++)
		price_put(&t, START_S + h * (int64_t)HOUR_S, h / 1000.0);
	price_print(&t, START_S, text, sizeof(text));
	assert_true(series_parse(&series_prices, text, rows, &n, &e));
	assert_int_equal(n, 7 * 24 + 72);
	price_from_rows(&again, rows, n, START_S);
	for (int h = -168; h < 72; h++)
		assert_true(price_known(&again, START_S + h * (int64_t)HOUR_S, &usd) && fabs(usd - h / 1000.0) < 1e-9);
	assert_false(price_known(&again, START_S - 169 * (int64_t)HOUR_S, &usd));
}

/* --- a planner with files ------------------------------------------------------------------------------------------ */

/* A file is read when it is there, anew when it changes, and what is wrong with it is said once; what does not work is
 * replaced by the weather of now. */
static void a_weather_file_is_followed(void **state)
{
	struct bench *b = open_bench(WEATHER_FILE, TARIFF_TOU);

	(void)state;
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	assert_false(b->outlook.weather);
	assert_int_equal(b->wrong, 1);
	assert_non_null(strstr(b->line, "weather.csv: No such file"));
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->wrong, 1);
	write_weather(b, -3, START_S);
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_FILE);
	assert_true(b->good == 1 && b->outlook.weather && b->outlook.out_cc[0] == -300 && b->outlook.wind_dms[47] == 25);
	assert_int_equal(b->plan.out_half_c[5], -6);
	assert_int_equal(mono_since(b->now, b->plan.weather_made), HOUR_S * 1000);
	write_weather(b, -4, START_S + 1);
	deliver(b, (struct msg){ .type = MSG_RELOADED });
	plan(b);		/* not only in the next half hour */
	assert_int_equal(b->plan.out_half_c[5], -8);
	write_file(b->settings.weather.file, "unix_s,out_c", -4, 3, START_S + 2);
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	assert_int_equal(b->wrong, 2);
	assert_non_null(strstr(b->line, "line 1: no header (allowed: unix_s,out_c,wind_ms,ghi_wm2)"));
	close_bench(b);
}

/* In a real house a forecast is as old as its file, and after 6 h it is none; a simulated house replays one of any age. */
static void an_old_file_is_no_forecast(void **state)
{
	struct bench *b = open_bench(WEATHER_FILE, TARIFF_TOU);

	(void)state;
	write_weather(b, -3, START_S - 6 * HOUR_S);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_FILE);
	assert_int_equal(mono_since(b->now, b->plan.weather_made), 6 * HOUR_S * 1000);
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	assert_false(b->outlook.weather);
	assert_int_equal(mono_since(b->now, b->plan.weather_made), 0);
	b->settings.simulated = true;
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_FILE);
	b->now.ms = 60 * HOUR_S * 1000LL;	/* its last hour is over */
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	close_bench(b);
}

static struct msg weather_part(int part, int parts, int n, double out_c)
{
	struct msg m = { .type = MSG_WEATHER, .weather = { .start_s = START_S, .n = (uint8_t)n, .part = (uint8_t)part,
		.parts = (uint8_t)parts } };

	for (int i = 0; i < n; i++) {
		m.weather.out_cc[i] = (int16_t)(100 * out_c);
		m.weather.wind_cms[i] = 300;
	}
	return m;
}

static struct msg price_part(int part, int parts, int n, double usd_per_mwh)
{
	struct msg m = { .type = MSG_PRICES, .prices = { .start_s = START_S, .n = (uint8_t)n, .part = (uint8_t)part,
		.parts = (uint8_t)parts } };

	for (int i = 0; i < n; i++)
		m.prices.usd_per_mwh_k[i] = (int32_t)(1000 * usd_per_mwh);
	return m;
}

/* All parts of a message are one forecast; half of one is none. It stands for 6 h. */
static void a_told_forecast_stands_for_six_hours(void **state)
{
	struct bench *b = open_bench(WEATHER_ATN, TARIFF_TOU);

	(void)state;
	deliver(b, weather_part(0, 2, 24, -2));
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	deliver(b, weather_part(1, 2, 24, -1));
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_ATN);
	assert_true(b->plan.out_half_c[2] == -4 && b->plan.out_half_c[30] == -2);
	b->now.ms = 6 * HOUR_S * 1000;
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_ATN);
	assert_int_equal(mono_since(b->now, b->plan.weather_made), 6 * HOUR_S * 1000);
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	b->settings.weather.source = WEATHER_SENSOR;	/* who wants none gets none */
	deliver(b, weather_part(0, 1, 24, -2));
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.weather_from, WEATHER_SENSOR);
	close_bench(b);
}

/* Market prices and distribution add up; hours nobody spoke of are counted; after a restart the week is still known, though
 * nobody has told a price since. */
static void market_prices_outlive_a_restart(void **state)
{
	struct bench *b = open_bench(WEATHER_SENSOR, TARIFF_MARKET);
	struct tariff tariff;
	struct zone utc = { .n = 0 };
	struct plan_outlook o;
	double usd;

	(void)state;
	plan(b);
	assert_int_equal(b->plan.guessed_hours, PLAN_HOURS);
	assert_true(b->plan.prices_made.ms == MONO_NEVER.ms);
	deliver(b, price_part(0, 1, 24, 80));
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->plan.guessed_hours, 25);	/* of the hours that begin from 00:30 on, 23 were told */
	assert_int_equal(mono_since(b->now, b->plan.prices_made), PLANNER_EVERY_S * 1000);
	tariff = tariff_of_settings(&b->settings.tariff);
	o = planner_outlook(&b->planner, &tariff, &utc);
	assert_true(plan_usd_per_kwh(&o, START_S, START_S + 3 * HOUR_S, &usd));
	assert_true(fabs(usd - 0.08 - tariff_usd_per_kwh(&tariff, &utc, START_S + 3 * HOUR_S)) < 1e-9);
	stop(b);
	b->now.ms = 24 * HOUR_S * 1000LL;
	start(b);
	plan(b);
	assert_int_equal(b->plan.guessed_hours, PLAN_HOURS);
	assert_true(b->plan.prices_made.ms == MONO_NEVER.ms);
	o = planner_outlook(&b->planner, &tariff, &utc);
	assert_false(plan_usd_per_kwh(&o, START_S + DAY_S, START_S + DAY_S + 5 * HOUR_S, &usd));
	assert_true(fabs(usd - 0.08 - tariff_usd_per_kwh(&tariff, &utc, START_S + DAY_S + 5 * HOUR_S)) < 1e-6);
	close_bench(b);
}

/* A file of whole prices needs no distribution; it is as old as its last hour. */
static void a_price_file_is_the_price(void **state)
{
	struct bench *b = open_bench(WEATHER_SENSOR, TARIFF_FILE);
	struct tariff tariff = tariff_of_settings(&b->settings.tariff);
	struct zone utc = { .n = 0 };
	struct plan_outlook o;
	double usd;

	(void)state;
	snprintf(b->settings.tariff.file, PATH_SIZE, "%s/tariff.csv", b->dir);
	write_file(b->settings.tariff.file, series_prices.header, 0.25, 10, START_S - 100 * DAY_S);
	plan(b);
	assert_int_equal(b->plan.guessed_hours, PLAN_HOURS - 10);
	assert_int_equal(mono_since(b->now, b->plan.prices_made), 0);
	o = planner_outlook(&b->planner, &tariff, &utc);
	assert_true(plan_usd_per_kwh(&o, START_S, START_S, &usd) && usd == 0.25);
	b->now.ms = 12 * HOUR_S * 1000LL;
	plan(b);
	assert_int_equal(mono_since(b->now, b->plan.prices_made), 2 * HOUR_S * 1000);
	close_bench(b);
}

/* The record hears what the hours just over cost: what was told, and nothing of the others. */
static void the_record_is_told_the_prices(void **state)
{
	struct bench *b = open_bench(WEATHER_ATN, TARIFF_MARKET);
	int first = PAID_HOURS - PAID_AHEAD;

	(void)state;
	deliver(b, price_part(0, 1, 12, 45));
	to_next_slot(b);
	plan(b);
	assert_int_equal(b->paid.start_s, START_S - first * (int64_t)HOUR_S);
	assert_int_equal(b->paid.micro_per_kwh[first - 1], PAID_UNKNOWN);
	assert_int_equal(b->paid.micro_per_kwh[first], 45000);
	b->now.ms += 20 * HOUR_S * 1000;
	plan(b);
	assert_int_equal(b->paid.start_s, START_S + (20 - first) * (int64_t)HOUR_S);
	for (int i = 0; i < PAID_HOURS; i++) {
		int64_t hour = i + 20 - first;

		assert_int_equal(b->paid.micro_per_kwh[i], hour >= 0 && hour < 12 ? 45000 : PAID_UNKNOWN);
	}
	close_bench(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_number_is_named),
		cmocka_unit_test(weather_is_read_between_hours),
		cmocka_unit_test(a_forecast_goes_through_a_text),
		cmocka_unit_test(prices_go_through_a_text),
		cmocka_unit_test(rows_become_hours),
		cmocka_unit_test(missing_prices_are_the_usual_ones),
		cmocka_unit_test(prices_survive_as_text),
		cmocka_unit_test(a_weather_file_is_followed),
		cmocka_unit_test(an_old_file_is_no_forecast),
		cmocka_unit_test(a_told_forecast_stands_for_six_hours),
		cmocka_unit_test(the_record_is_told_the_prices),
		cmocka_unit_test(market_prices_outlive_a_restart),
		cmocka_unit_test(a_price_file_is_the_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
