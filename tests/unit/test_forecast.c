/* SPDX-License-Identifier: MIT */
/* What is foretold: read from files when they change, told by the AtomicTNode alone, kept for seven days, never believed
 * when it is too old. */
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "../support/gate_bench.h"
#include "../support/scada_rig.h"
#include "../support/vectors.h"
#include "actor/planner_parts.h"
#include "actor/scada_parts.h"
#include "port/forecast_files.h"
#include "sim/forecaster.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static const int64_t START_S = 1799924400;	/* a whole hour */
static const char OAK[] = "dw1.isone.me.oak.1";

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

struct bench {
	struct house house;
	struct settings settings;
	struct planner planner;
	struct forecast_files files;
	char dir[64];
	struct mono now;
	struct msg_plan plan;
	struct msg_outlook outlook;
	int plans, outlooks, wrong, good;
	char line[LOG_TEXT];
};

static void start(struct bench *b)
{
	struct forecast_port port;

	assert_true(planner_init(&b->planner, &b->house, &b->settings, NULL));
	forecast_files_open(&b->files, b->dir);
	port = forecast_files_port(&b->files);
	planner_open(&b->planner, &port);
}

static void stop(struct bench *b)
{
	planner_free(&b->planner);
	forecast_files_close(&b->files);
}

static struct bench *open_bench(enum weather_source source, enum tariff_kind kind)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	strcpy(b->dir, "/tmp/spaceheat-forecast-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	b->house.has_model = true;
	vectors_plant(OAK, &b->house.plant);
	b->settings.tariff = (struct settings_tariff){ .kind = kind, .price_per_kwh = 0.05 };
	b->settings.weather.source = source;
	snprintf(b->settings.weather.file, PATH_SIZE, "%s/weather.csv", b->dir);
	start(b);
	return b;
}

static void close_bench(struct bench *b)
{
	static const char *const names[] = { "weather.csv", "tariff.csv", "prices.csv", "market.csv", "fit" };
	char path[128];

	stop(b);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, names[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(b->dir), 0);
	free(b);
}

static void write_file(const char *path, const char *header, double first, int hours, int64_t changed_s)
{
	struct timeval times[2] = { { .tv_sec = changed_s }, { .tv_sec = changed_s } };
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f, "%s\n", header);
	for (int i = 0; i < hours; i++)
		fprintf(f, strchr(header, 'w') == strstr(header, "wh") ? "%lld,%g\n" : "%lld,%g,2.5,0\n",
			(long long)START_S + i * HOUR_S, first);
	fclose(f);
	assert_int_equal(utimes(path, times), 0);
}

static void write_weather(struct bench *b, double out_c, int64_t changed_s)
{
	write_file(b->settings.weather.file, series_weather.header, out_c, 60, changed_s);
}

static void note_line(struct bench *b, const struct msg *m)
{
	if (m->type != MSG_LOG || m->log.code != LOG_CONFIG_PARTIAL)
		return;
	b->wrong += m->log.level == LEVEL_WARNING;
	b->good += m->log.level == LEVEL_INFO;
	memcpy(b->line, m->log.text, sizeof(b->line));
}

static void deliver(struct bench *b, struct msg m)
{
	static struct outbox out;

	for (bool more = true; more;) {
		more = false;
		out = (struct outbox){ .wake_at = MONO_NEVER };
		m.now = b->now;
		m.clock = (struct wall){ START_S * 1000 + b->now.ms };
		m.clock_trusted = true;
		planner_step(&b->planner, &m, &out);
		for (int i = 0; i < out.n; i++) {
			note_line(b, &out.box[i]);
			if (out.box[i].type == MSG_PLAN_WORK) {
				m = out.box[i];
				more = true;
			} else if (out.box[i].type == MSG_PLAN) {
				b->plan = out.box[i].plan;
				b->plans++;
			} else if (out.box[i].type == MSG_OUTLOOK) {
				b->outlook = out.box[i].outlook;
				b->outlooks++;
			}
		}
	}
}

static void plan(struct bench *b)
{
	b->plans = 0;
	deliver(b, (struct msg){ .type = MSG_HEAT, .heat = { .tw_c = 45, .air_c = 20, .out_c = -8, .set_c = 20,
		.max_water_c = 65, .good = true } });
	assert_int_equal(b->plans, 1);
}

static void to_next_slot(struct bench *b)
{
	b->now.ms += PLANNER_EVERY_S * 1000;
}

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

/* --- the gate -------------------------------------------------------------------------------------------------------- */

#define WEATHER_TYPE "weather.forecast.100"
#define PRICE_TYPE "price.forecast.100"

static const char *atn_id(const struct gate_bench *b)
{
	static char text[UUID_TEXT];

	return uuid_text(b->house.atn.id, text);
}

static void say_forecast(struct gate_bench *b, const char *type, const char *from, const char *when, const char *start,
	const char *lists)
{
	char text[2048];

	snprintf(text, sizeof(text), "{\"FromGNodeAlias\":\"%s\",\"FromGNodeId\":\"%s\",\"ToGNodeAlias\":\"" GATE_SCADA
		"\",\"SendTimeUnixMs\":%s,\"StartUnixS\":%s,%s,\"TypeAlias\":\"%s\"}", from, atn_id(b), when, start, lists, type);
	assert_true(gate_say(b, type, text));
}

#define THREE "\"OutdoorCTimes100List\":[-800,-900,-1000],\"WindMsTimes100List\":[100,200,300],\"SunWPerM2List\":[0,0,9]"
#define TWO "\"UsdPerMwhTimes1000List\":[45000,-1000]"

/* From the AtomicTNode, in time and signed if a key is set: then it goes to the planner, with a contract or without. All
 * else is refused by name and goes nowhere. */
static void only_the_atomictnode_foretells(void **state)
{
	struct gate_bench *b = gate_open();	/* no contract */
	const struct msg *m;

	(void)state;
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@0", "#0", THREE);
	m = gate_find(b, MSG_WEATHER);
	assert_true(m != NULL && m->to == TO_PLANNER && m->weather.n == 3 && m->weather.out_cc[2] == -1000 &&
		m->weather.wind_cms[1] == 200 && m->weather.sun_w_m2[2] == 9 && m->weather.start_s == START_S);
	say_forecast(b, PRICE_TYPE, GATE_ATN, "@0", "#0", TWO);
	m = gate_find(b, MSG_PRICES);
	assert_true(m != NULL && m->to == TO_PLANNER && m->prices.n == 2 && m->prices.usd_per_mwh_k[1] == -1000);
	say_forecast(b, WEATHER_TYPE, "d1.other.house", "@1", "#0", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_WRONG_SENDER], 1);
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@0", "#0", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_DUPLICATE], 1);
	say_forecast(b, PRICE_TYPE, GATE_ATN, "@-30001", "#0", TWO);
	assert_null(gate_find(b, MSG_PRICES));
	assert_int_equal(b->scada.counts.refused[DIAG_STALE], 1);
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@2", "#60", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_OUT_OF_RANGE], 1);
	gate_expect(b, "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@3", "#0", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_UNSIGNED], 1);
	assert_false(gate_moved(b));
	gate_free(b);
}

/* --- the scada --------------------------------------------------------------------------------------------------------- */

static struct rig *modelled(void)
{
	struct rig *r = rig_remote();

	vectors_plant("dw1.isone.nh.orange.1", &r->house.plant);
	r->house.has_model = true;
	rig_pass(r, 2);
	return r;
}

static struct msg_outlook outlook_of(const struct rig *r, double out_c, double wind_ms, int64_t age_s)
{
	int64_t now_s = rig_clock_ms(r) / 1000;
	struct msg_outlook o = { .weather = true, .start_s = now_s - now_s % HOUR_S, .weather_made = mono_after(r->now, -age_s * 1000) };

	for (int h = 0; h < PLAN_HOURS; h++) {
		o.out_cc[h] = (int16_t)(100 * (out_c - (h == 2 ? 5 : 0) - (h == 3 ? 20 : 0)));
		o.wind_dms[h] = (uint8_t)(10 * (wind_ms + (h == 1)));
	}
	return o;
}

static void decide_now(struct rig *r)
{
	r->scada.heat.decided = false;
	rig_pass(r, 1);
}

/* The supply the house is held ready for is that of the coldest and windiest of the next three hours that were foretold;
 * 6 h and no longer. */
static void the_forecast_sets_the_supply(void **state)
{
	struct rig *r = modelled();
	const struct scada_heat *h = &r->scada.heat;
	struct local_demand d;

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_OUTLOOK, .outlook = outlook_of(r, 0, 6, 6 * HOUR_S - 1) });
	decide_now(r);
	assert_true(h->inputs.has_forecast);
	d = local_demand(&h->house.plant, &h->house.params, (double)scada_setpoint_mc(&r->scada) / 1000, -5, 7);
	assert_true(d.rswt_c > 30 && fabs(h->machine.picture.rswt_c - d.rswt_c) < 1e-9);
	decide_now(r);
	assert_false(h->inputs.has_forecast);
	assert_true(fabs(h->machine.picture.rswt_c - d.rswt_c) > 1);
	rig_give(r, (struct msg){ .type = MSG_OUTLOOK, .outlook = { .weather = false } });
	decide_now(r);
	assert_false(h->inputs.has_forecast);
	free(r);
}

static struct msg_plan plan_of(const struct rig *r)
{
	struct mono next = mono_after(r->now, 1000);	/* when it is looked at */
	struct msg_plan p = { .made = next, .weather_made = next, .prices_made = next,
		.start_s = rig_clock_ms(r) / 1000 / 900 * 900 };

	for (int h = 0; h < PLAN_HOURS; h++) {
		p.tw_half_c[h] = 100;	/* the tank of the rig */
		p.out_half_c[h] = -10;
	}
	return p;
}

static enum ladder_level level_with(struct rig *r, const struct msg_plan *p)
{
	rig_give(r, (struct msg){ .type = MSG_PLAN, .plan = *p });
	decide_now(r);
	return r->scada.heat.level;
}

static struct mono older(struct mono t, int64_t s, int64_t ms)
{
	return mono_after(t, -s * 1000 - ms);
}

/* Each limit of the ladder, on the last second it holds and on the first it does not, as the actor sees them. */
static void every_edge_of_the_ladder(void **state)
{
	struct rig *r = modelled();
	struct msg_plan p;

	(void)state;
	p = plan_of(r);
	assert_int_equal(level_with(r, &p), LADDER_PLAN);
	for (int over = 0; over < 2; over++) {
		p = plan_of(r);
		p.made = older(p.made, 90 * 60, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);
		p.made = older(p.made, 6 * HOUR_S, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_TOU : LADDER_STALE_PLAN);
		p = plan_of(r);
		p.weather_made = older(p.weather_made, 6 * HOUR_S, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);
		p.prices_made = older(p.prices_made, 26 * HOUR_S, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);		/* it covers 6 h more, or 1 s less */
		p.start_s = rig_clock_ms(r) / 1000 + 1 - 42 * HOUR_S - over;
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);
		p.start_s = rig_clock_ms(r) / 1000 + 1 - 47 * HOUR_S - over;
		assert_int_equal(level_with(r, &p), over ? LADDER_TOU : LADDER_STALE_PLAN);
		p = plan_of(r);		/* the tank has 50 C */
		memset(p.tw_half_c, 88 - over, sizeof(p.tw_half_c));
		assert_int_equal(level_with(r, &p), over ? LADDER_TOU : LADDER_PLAN);
	}
	p = plan_of(r);
	p.prices_made = MONO_NEVER;	/* nobody ever told one */
	assert_int_equal(level_with(r, &p), LADDER_STALE_PLAN);
	p = plan_of(r);
	r->clock_unknown = true;
	assert_int_equal(level_with(r, &p), LADDER_THERMOSTAT);
	free(r);
}

/* --- the simulated forecaster -------------------------------------------------------------------------------------------- */

/* It knows the present hour of the very series the world lives through, and errs from there on, anew each time. */
static void forecasts_of_the_simulation_err(void **state)
{
	struct wall start = { START_S * 1000 };
	struct atn_forecast told, later, again;
	struct forecaster f, twin;
	struct weather truth;
	struct plant p;
	struct err e;
	double far_k = 0;
	int64_t hour0_s;

	(void)state;
	vectors_plant(OAK, &p);
	assert_true(forecaster_open(&f, &p, 7, start, 0, &e) && forecaster_open(&twin, &p, 7, start, 0, &e));
	hour0_s = f.hour0_s;
	assert_true(weather_open(&truth, &p.weather, 7, hour0_s, weather_day_of_year(hour0_s / DAY_S), &e));
	assert_true(forecaster_look(&f, start, &told) && forecaster_look(&twin, start, &again));
	assert_memory_equal(&told, &again, sizeof(told));
	for (int h = 0; h < ATN_FORECAST_HOURS; h++) {
		struct weather_row w = weather_at(&truth, (double)(START_S - hour0_s + h * HOUR_S));

		assert_true(h > 0 || told.hour[h].out_c == w.out_c);
		far_k = fmax(far_k, fabs(told.hour[h].out_c - w.out_c));
	}
	assert_true(far_k > 0.05 && far_k < 10);
	assert_true(forecaster_look(&f, (struct wall){ (START_S + HOUR_S) * 1000 }, &later));
	assert_true(later.start_s == START_S + HOUR_S && later.n == ATN_FORECAST_HOURS);
	assert_true(fabs(later.hour[30].out_c - told.hour[31].out_c) > 1e-3);
	forecaster_close(&f);
	forecaster_close(&twin);
	weather_close(&truth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_number_is_named),
		cmocka_unit_test(weather_is_read_between_hours),
		cmocka_unit_test(rows_become_hours),
		cmocka_unit_test(missing_prices_are_the_usual_ones),
		cmocka_unit_test(prices_survive_as_text),
		cmocka_unit_test(a_weather_file_is_followed),
		cmocka_unit_test(an_old_file_is_no_forecast),
		cmocka_unit_test(a_told_forecast_stands_for_six_hours),
		cmocka_unit_test(market_prices_outlive_a_restart),
		cmocka_unit_test(a_price_file_is_the_price),
		cmocka_unit_test(only_the_atomictnode_foretells),
		cmocka_unit_test(the_forecast_sets_the_supply),
		cmocka_unit_test(every_edge_of_the_ladder),
		cmocka_unit_test(forecasts_of_the_simulation_err),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
