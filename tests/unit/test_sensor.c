/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "actor/sensor.h"

enum { TEMP_COMPONENT, BOOT_MS = 4000 };
static const struct wall boot = { 1799924100000 };	/* a multiple of 5 s */

/* A bus that says what the test put there. */
struct script {
	const char *text[FX_N_NODES];	/* NULL: as `error` */
	enum err_code error;
	int reads;
};

struct bench {
	struct house house;
	struct settings settings;
	struct script script;
	struct bus bus;
	struct sensor sensor;
	struct outbox out;
	int64_t now_ms, wall_ms;
};

static int node_of_path(const struct bench *b, const char *path)
{
	char alias[ALIAS_SIZE] = "";

	sscanf(path, "sim/%100[^/]", alias);
	return house_node(&b->house, alias);
}

static bool script_slurp(const struct bus *bus, const char *path, char *text, size_t size, struct err *e)
{
	struct bench *b = bus->self;
	int node = node_of_path(b, path);

	if (strstr(path, "/kind") != NULL) {
		snprintf(text, size, "%s", node == FX_ROOM ? "held" : "plant");
		return true;
	}
	b->script.reads++;
	if (b->script.text[node] == NULL)
		return err_set(e, b->script.error, 0, "no answer");
	snprintf(text, size, "%s", b->script.text[node]);
	return true;
}

static void bench_open(struct bench *b, const int channels[], int n)
{
	memset(b, 0, sizeof(*b));
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	b->settings.sensors = (struct settings_sensors){ .w1_root = "/nowhere", .poll_s = 5,
		.reject_jump_k_per_min = 20, .plausible_c = { -40, 110 } };
	b->house.components[TEMP_COMPONENT] = (struct component){ .kind = COMPONENT_TEMP_SENSOR,
		.make = MAKE_UNKNOWN };
	b->house.n_components = 1;
	for (int i = 0; i <= FX_CH_SUPPLY; i++)
		b->house.channels[i].component = TEMP_COMPONENT;
	b->bus = (struct bus){ .self = b, .slurp = script_slurp };
	b->script.error = ERR_TIMEOUT;
	sensor_init(&b->sensor, &b->house, &b->settings, channels, n, &b->bus);
	b->now_ms = BOOT_MS;
	b->wall_ms = boot.ms;
}

static void bench_one(struct bench *b, int channel)
{
	bench_open(b, &channel, 1);
}

static void tick(struct bench *b)
{
	struct msg m = { .type = MSG_TICK, .now = { b->now_ms }, .clock = { b->wall_ms } };
	struct mono asked = b->out.wake_at;

	b->out.n = b->out.dropped = 0;
	b->out.wake_at = asked;
	sensor_step(&b->sensor, &m, &b->out);
	assert_int_equal(b->out.dropped, 0);
}

static void later(struct bench *b, int64_t ms)
{
	b->now_ms += ms;
	b->wall_ms += ms;
}

static const struct msg *said(const struct bench *b, enum msg_type type, int nth)
{
	for (int i = 0; i < b->out.n; i++)
		if (b->out.box[i].type == type && nth-- == 0)
			return &b->out.box[i];
	return NULL;
}

static const struct msg_reading *reading(const struct bench *b)
{
	const struct msg *m = said(b, MSG_READING, 0);

	assert_non_null(m);
	assert_int_equal(m->to, TO_SCADA);
	return &m->reading;
}

static int count_in(const struct msg *m)
{
	return m->type == MSG_READING ? 1 : m->type == MSG_READINGS ? m->readings.n : 0;
}

static int n_readings(const struct bench *b)
{
	int n = 0;

	for (int i = 0; i < b->out.n; i++)
		n += count_in(&b->out.box[i]);
	return n;
}

/* Whether it came alone or with others. */
static struct msg_reading nth_reading(const struct bench *b, int nth)
{
	int i = 0;

	for (; i < b->out.n && nth >= count_in(&b->out.box[i]); i++)
		nth -= count_in(&b->out.box[i]);
	assert_true(i < b->out.n);
	if (b->out.box[i].type == MSG_READING)
		return b->out.box[i].reading;
	return (struct msg_reading){ .channel = b->out.box[i].readings.list[nth].channel,
		.quality = (enum quality)b->out.box[i].readings.list[nth].quality,
		.code = b->out.box[i].readings.list[nth].code, .at = b->out.box[i].readings.at };
}

/* One poll in which the tank top answers that; the quality it got. */
static enum quality poll_with(struct bench *b, const char *text)
{
	b->script.text[FX_TANK_TOP] = text;
	b->script.text[FX_SUPPLY] = text;
	tick(b);
	later(b, 5000);
	return reading(b)->quality;
}

/* The first poll is at once, and the next falls on a multiple of the period. */
static void polls_fall_on_multiples(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	b.wall_ms += 1700;
	b.script.text[FX_TANK_TOP] = "720";
	tick(&b);
	assert_int_equal(reading(&b)->quality, QUALITY_GOOD);
	assert_int_equal(reading(&b)->channel, FX_CH_TOP);
	assert_int_equal(reading(&b)->code, 720);
	assert_int_equal(reading(&b)->at.ms, BOOT_MS);
	assert_true(reading(&b)->tick.ms == boot.ms + 1700);	/* over 1 s off: the moment */
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 3300);
	later(&b, 3300);
	tick(&b);
	assert_true(reading(&b)->tick.ms == boot.ms + 5000);
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 8300);
	later(&b, 4000);
	tick(&b);
	assert_int_equal(b.out.n, 0);				/* not due: silent */
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 8300);
}

/* Woken a little early or late a reading carries its scheduled tick, so no tick is had twice or missed. */
static void a_reading_carries_its_scheduled_tick(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	b.script.text[FX_TANK_TOP] = "720";
	b.wall_ms -= 3;
	tick(&b);
	assert_true(reading(&b)->tick.ms == boot.ms);
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 5003);
	later(&b, 5903);
	tick(&b);
	assert_true(reading(&b)->tick.ms == boot.ms + 5000);
	assert_int_equal(b.out.wake_at.ms, b.now_ms + 4100);
	later(&b, 5200);
	tick(&b);
	assert_true(reading(&b)->tick.ms == boot.ms + 11100);
}

/* A wall clock that is set back, or far ahead, delays no poll beyond its period. */
static void a_clock_step_delays_no_poll(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	b.script.text[FX_TANK_TOP] = "720";
	tick(&b);
	later(&b, 5000);
	b.wall_ms -= 3600 * 1000 + 1234;
	tick(&b);
	assert_true(b.out.wake_at.ms <= b.now_ms + 5500);
	b.now_ms = b.out.wake_at.ms;
	b.wall_ms += 86400 * 1000;
	tick(&b);
	assert_int_equal(reading(&b)->quality, QUALITY_GOOD);
	assert_true(b.out.wake_at.ms <= b.now_ms + 5500 && b.out.wake_at.ms > b.now_ms);
}

/* Each way to fail has its quality and one line, said once; its code is never passed on. */
static void failures_have_a_quality_and_one_line(void **state)
{
	static const struct { const char *text; enum err_code error; enum quality quality; } cases[] = {
		{ NULL, ERR_TIMEOUT, QUALITY_UNKNOWN }, { NULL, ERR_IO, QUALITY_UNKNOWN },
		{ NULL, ERR_ABSENT, QUALITY_OPEN }, { "-2032", ERR_NONE, QUALITY_OPEN }, { "2400", ERR_NONE, QUALITY_SHORT },
		{ "crc", ERR_NONE, QUALITY_CRC }, { "2000", ERR_NONE, QUALITY_IMPLAUSIBLE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;

		bench_one(&b, FX_CH_TOP);
		poll_with(&b, "720");
		b.script.error = cases[i].error;
		assert_int_equal(poll_with(&b, cases[i].text), cases[i].quality);
		assert_int_equal(reading(&b)->code, 0);
		assert_non_null(said(&b, MSG_LOG, 0));
		assert_null(said(&b, MSG_LOG, 1));
		assert_int_equal(said(&b, MSG_EVENT, 0)->log.code, LOG_SENSOR);
		assert_int_equal(said(&b, MSG_EVENT, 0)->log.level, LEVEL_WARNING);
		assert_int_equal(said(&b, MSG_EVENT, 0)->log.value, cases[i].quality);
		assert_int_equal(said(&b, MSG_EVENT, 0)->log.node, FX_TANK_TOP);
		assert_int_equal(poll_with(&b, cases[i].text), cases[i].quality);
		assert_null(said(&b, MSG_LOG, 0));
	}
}

/* A wrong checksum is read again at once: noise on the line costs nothing (a dead one costs two reads). */
static void a_wrong_checksum_is_read_again(void **state)
{
	struct bench b;
	int before;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	poll_with(&b, "720");
	before = b.script.reads;
	poll_with(&b, "crc");
	assert_int_equal(b.script.reads - before, 2);
	before = b.script.reads;
	b.script.error = ERR_TIMEOUT;
	poll_with(&b, NULL);
	assert_int_equal(b.script.reads - before, 1);
}

/* SF-82: a sensor that failed is used after three good readings, and that is said. */
static void three_good_readings_bring_a_sensor_back(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	assert_int_equal(poll_with(&b, "720"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, NULL), QUALITY_UNKNOWN);
	assert_int_equal(poll_with(&b, "720"), QUALITY_UNKNOWN);
	assert_int_equal(poll_with(&b, "721"), QUALITY_UNKNOWN);
	assert_int_equal(poll_with(&b, NULL), QUALITY_UNKNOWN);		/* and the count begins anew */
	assert_int_equal(poll_with(&b, "720"), QUALITY_UNKNOWN);
	assert_int_equal(poll_with(&b, "720"), QUALITY_UNKNOWN);
	assert_int_equal(reading(&b)->code, 0);
	assert_int_equal(poll_with(&b, "722"), QUALITY_GOOD);
	assert_int_equal(reading(&b)->code, 722);
	assert_non_null(said(&b, MSG_LOG, 0));
	assert_int_equal(said(&b, MSG_EVENT, 0)->log.value, QUALITY_GOOD);
	assert_int_equal(said(&b, MSG_EVENT, 0)->log.level, LEVEL_INFO);
	assert_int_equal(poll_with(&b, "722"), QUALITY_GOOD);
	assert_null(said(&b, MSG_LOG, 0));
}

/* SF-81: exactly 85 C is dropped, at the start without a word, unless it was at least 75 C within the
 * last minute. */
static void eighty_five_is_believed_only_when_it_was_hot(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	assert_int_equal(poll_with(&b, "1360"), QUALITY_UNKNOWN);
	assert_null(said(&b, MSG_LOG, 0));
	assert_int_equal(poll_with(&b, "1190"), QUALITY_GOOD);		/* 74.375 */
	assert_int_equal(poll_with(&b, "1360"), QUALITY_UNKNOWN);
	assert_non_null(said(&b, MSG_LOG, 0));

	bench_one(&b, FX_CH_SUPPLY);
	assert_int_equal(poll_with(&b, "1200"), QUALITY_GOOD);		/* 75 */
	later(&b, 50000);						/* 55 s ago */
	assert_int_equal(poll_with(&b, "1360"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, "1360"), QUALITY_GOOD);
	later(&b, 55000);
	assert_int_equal(poll_with(&b, "1360"), QUALITY_UNKNOWN);
}

/* A spike is refused; a new level that lasts is believed after three readings of it. */
static void a_jump_is_refused_until_it_lasts(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	assert_int_equal(poll_with(&b, "800"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, "834"), QUALITY_GOOD); /* 2.125 K in 5 s: the limit is 1.67 + 0.5 */
	assert_int_equal(poll_with(&b, "869"), QUALITY_IMPLAUSIBLE);	/* 2.1875 K */
	assert_int_equal(poll_with(&b, "834"), QUALITY_IMPLAUSIBLE);	/* back: first of three */
	assert_int_equal(poll_with(&b, "834"), QUALITY_IMPLAUSIBLE);
	assert_int_equal(poll_with(&b, "834"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, "400"), QUALITY_IMPLAUSIBLE);
	assert_int_equal(poll_with(&b, "401"), QUALITY_IMPLAUSIBLE);	/* first of three at the new level */
	assert_int_equal(poll_with(&b, "402"), QUALITY_IMPLAUSIBLE);
	assert_int_equal(poll_with(&b, "402"), QUALITY_GOOD);
}

/* Water in a pipe may jump: a pump that starts is no fault. */
static void a_pipe_may_jump(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_SUPPLY);
	assert_int_equal(poll_with(&b, "320"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, "960"), QUALITY_GOOD);
}

/* The range is the configuration's, its ends included. */
static void the_range_includes_its_ends(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_SUPPLY);
	assert_int_equal(poll_with(&b, "-640"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, "1760"), QUALITY_GOOD);
	assert_int_equal(poll_with(&b, "1761"), QUALITY_IMPLAUSIBLE);
	bench_one(&b, FX_CH_SUPPLY);
	assert_int_equal(poll_with(&b, "-641"), QUALITY_IMPLAUSIBLE);
}

/* Simulated sensors of one bus are read in one instant; a bad one takes nothing from its neighbours. */
static void neighbours_are_read_together(void **state)
{
	static const int channels[] = { FX_CH_TOP, FX_CH_ROOM, FX_CH_SUPPLY };
	struct bench b;

	(void)state;
	bench_open(&b, channels, 3);
	b.script.text[FX_TANK_TOP] = "800";
	b.script.text[FX_SUPPLY] = "700";
	tick(&b);
	assert_int_equal(n_readings(&b), 3);
	for (int i = 0; i < 3; i++) {
		struct msg_reading r = nth_reading(&b, i);

		assert_int_equal(r.channel, channels[i]);
		assert_int_equal(r.quality, i == 1 ? QUALITY_UNKNOWN : QUALITY_GOOD);
		assert_int_equal(r.at.ms, BOOT_MS);
	}
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 5000);
}

/* What is read in one instant comes in as few messages as it fits into, each value with its channel; and in order. */
static void an_instant_is_one_message(void **state)
{
	int channels[READINGS_MOST + 3];
	struct bench b;

	(void)state;
	for (int i = 0; i < READINGS_MOST + 3; i++)
		channels[i] = i % 2 == 0 ? FX_CH_TOP : FX_CH_SUPPLY;
	bench_open(&b, channels, READINGS_MOST + 3);
	b.script.text[FX_TANK_TOP] = "800";
	b.script.text[FX_SUPPLY] = "-80";
	tick(&b);	/* what is said at the opening comes in between */
	assert_int_equal(n_readings(&b), READINGS_MOST + 3);
	later(&b, 5000);
	tick(&b);
	assert_int_equal(n_readings(&b), READINGS_MOST + 3);
	assert_int_equal(said(&b, MSG_READINGS, 0)->readings.n, READINGS_MOST);
	assert_int_equal(said(&b, MSG_READINGS, 1)->readings.n, 3);
	assert_null(said(&b, MSG_READING, 0));
	for (int i = 0; i < READINGS_MOST + 3; i++) {
		assert_int_equal(nth_reading(&b, i).channel, channels[i]);
		assert_int_equal(nth_reading(&b, i).code, i % 2 == 0 ? 800 : -80);
	}
}

/* A sensor with nothing behind it says so once. */
static void a_sensor_without_a_plant_says_so_once(void **state)
{
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_ROOM);
	b.script.text[FX_ROOM] = "320";
	tick(&b);
	assert_non_null(strstr(said(&b, MSG_LOG, 0)->log.text, "holds its value"));
	later(&b, 5000);
	tick(&b);
	assert_null(said(&b, MSG_LOG, 0));
	assert_int_equal(reading(&b)->quality, QUALITY_GOOD);
}

/* However many channels fail at once, all are read and none of what they say is lost. */
static void a_full_house_of_failures_loses_no_message(void **state)
{
	int channels[HOUSE_MAX_CHANNELS], readings = 0, lines = 0;
	struct bench b;

	(void)state;
	for (int i = 0; i < HOUSE_MAX_CHANNELS; i++)
		channels[i] = FX_CH_TOP;
	bench_open(&b, channels, HOUSE_MAX_CHANNELS);
	do {
		tick(&b);
		for (int i = 0; i < b.out.n; i++) {
			readings += count_in(&b.out.box[i]);
			lines += b.out.box[i].type == MSG_EVENT;
		}
	} while (b.out.wake_at.ms <= b.now_ms);
	assert_int_equal(readings, HOUSE_MAX_CHANNELS);
	assert_int_equal(lines, HOUSE_MAX_CHANNELS);
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 5000);
}

/* Stopping closes the devices and asks for no wake-up. */
static void stopping_asks_for_nothing_more(void **state)
{
	struct msg m = { .type = MSG_STOP, .now = { BOOT_MS } };
	struct bench b;

	(void)state;
	bench_one(&b, FX_CH_TOP);
	poll_with(&b, "720");
	sensor_step(&b.sensor, &m, &b.out);
	assert_true(b.out.wake_at.ms == MONO_NEVER.ms);
	assert_false(b.sensor.channels[0].open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(polls_fall_on_multiples),
		cmocka_unit_test(a_reading_carries_its_scheduled_tick),
		cmocka_unit_test(a_clock_step_delays_no_poll),
		cmocka_unit_test(failures_have_a_quality_and_one_line),
		cmocka_unit_test(a_wrong_checksum_is_read_again),
		cmocka_unit_test(three_good_readings_bring_a_sensor_back),
		cmocka_unit_test(eighty_five_is_believed_only_when_it_was_hot),
		cmocka_unit_test(a_jump_is_refused_until_it_lasts),
		cmocka_unit_test(a_pipe_may_jump),
		cmocka_unit_test(the_range_includes_its_ends),
		cmocka_unit_test(neighbours_are_read_together),
		cmocka_unit_test(an_instant_is_one_message),
		cmocka_unit_test(a_sensor_without_a_plant_says_so_once),
		cmocka_unit_test(a_full_house_of_failures_loses_no_message),
		cmocka_unit_test(stopping_asks_for_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
