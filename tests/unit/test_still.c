/* SPDX-License-Identifier: MIT */
/* A thermometer that stands still where it cannot: the pure rule, and the sensor actor that lives by it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "actor/sensor.h"

static struct mono at(int64_t ms)
{
	return (struct mono){ ms };
}

/* --- the rule ------------------------------------------------------------------------------------------------------- */

static void an_hour_and_ten_kelvin_beside_it(void **state)
{
	struct still s = { 0 };

	(void)state;
	still_take(&s, 640, at(1000));
	still_beside(&s, 40000);
	still_beside(&s, 49999);
	assert_false(still_stuck(&s, STILL_IN_TANK, at(1000 + STILL_TANK_MS)));
	still_beside(&s, 50000);
	assert_false(still_stuck(&s, STILL_IN_TANK, at(999 + STILL_TANK_MS)));
	assert_true(still_stuck(&s, STILL_IN_TANK, at(1000 + STILL_TANK_MS)));
	assert_false(still_stuck(&s, STILL_NOT_WATCHED, at(1000 + STILL_TANK_MS)));
	/* The least move of its own, and it is believed; what was seen beside it before does not count any more. */
	still_take(&s, 641, at(1000 + STILL_TANK_MS));
	assert_false(still_stuck(&s, STILL_IN_TANK, at(1000 + 2 * STILL_TANK_MS)));
}

/* Water that stands, with nothing moving beside it, may keep its code for days. */
static void nobody_beside_it_proves_nothing(void **state)
{
	struct still s = { 0 };

	(void)state;
	still_take(&s, 640, at(0));
	assert_false(still_stuck(&s, STILL_IN_TANK, at(72 * 3600000LL)));
	still_beside(&s, 20000);
	still_beside(&s, 24000);
	assert_false(still_stuck(&s, STILL_IN_TANK, at(72 * 3600000LL)));
}

static void four_hours_alone(void **state)
{
	struct still s = { 0 };

	(void)state;
	assert_false(still_stuck(&s, STILL_ALONE, at(2 * STILL_ALONE_MS)));	/* never read */
	still_take(&s, 320, at(50));
	still_take(&s, 320, at(STILL_ALONE_MS));
	assert_false(still_stuck(&s, STILL_ALONE, at(49 + STILL_ALONE_MS)));
	assert_true(still_stuck(&s, STILL_ALONE, at(50 + STILL_ALONE_MS)));
}

/* --- the actor ------------------------------------------------------------------------------------------------------ */

enum { POLL_MS = 5000 };

struct bench {
	struct house house;
	struct settings settings;
	struct bus bus;
	struct sensor sensor;
	struct outbox out;
	int64_t now_ms;
	const char *kind;
	char text[FX_N_NODES][16];
	int channels;
};

static bool answer(const struct bus *bus, const char *path, char *text, size_t size, struct err *e)
{
	const struct bench *b = bus->self;
	char alias[ALIAS_SIZE] = "";
	int node;

	(void)e;
	sscanf(path, "sim/%100[^/]", alias);
	node = house_node(&b->house, alias);
	snprintf(text, size, "%s", strstr(path, "/kind") != NULL ? b->kind : b->text[node]);
	return true;
}

/* The tank's top with the pipe as the layer under it, and the room. */
static void bench_open(struct bench *b, const char *kind)
{
	const int channels[] = { FX_CH_TOP, FX_CH_SUPPLY, FX_CH_ROOM };

	memset(b, 0, sizeof(*b));
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	b->kind = kind;
	b->settings.roles.store[1] = FX_SUPPLY;
	b->settings.roles.n_store = 2;
	b->house.components[0] = (struct component){ .kind = COMPONENT_TEMP_SENSOR, .make = MAKE_UNKNOWN };
	b->house.n_components = 1;
	for (int i = 0; i < 3; i++)
		b->house.channels[channels[i]].component = 0;
	b->bus = (struct bus){ .self = b, .slurp = answer };
	sensor_init(&b->sensor, &b->house, &b->settings, channels, 3, &b->bus);
}

static void say_code(struct bench *b, int node, int code)
{
	snprintf(b->text[node], sizeof(b->text[node]), "%d", code);
}

static const struct msg *line(const struct bench *b)
{
	for (int i = 0; i < b->out.n; i++)
		if (b->out.box[i].type == MSG_LOG)
			return &b->out.box[i];
	return NULL;
}

/* What the last poll said of a channel, whichever message it travelled in. */
static enum quality told(const struct bench *b, int channel)
{
	for (int i = 0; i < b->out.n; i++) {
		const struct msg *m = &b->out.box[i];

		if (m->type == MSG_READING && m->reading.channel == channel)
			return m->reading.quality;
		for (int k = 0; m->type == MSG_READINGS && k < m->readings.n; k++)
			if (m->readings.list[k].channel == channel)
				return (enum quality)m->readings.list[k].quality;
	}
	fail_msg("no reading of channel %d", channel);
	return QUALITY_UNKNOWN;
}

static enum quality poll(struct bench *b, int channel)
{
	struct msg m = { .type = MSG_TICK, .now = { b->now_ms }, .clock = { 1799924100000 + b->now_ms } };

	b->out.n = b->out.dropped = 0;
	sensor_step(&b->sensor, &m, &b->out);
	assert_int_equal(b->out.dropped, 0);
	b->now_ms += POLL_MS;
	return told(b, channel);
}

/* Polls for that long while the layer below goes from 40 C to 40 C + move_k and back, and the room breathes. */
static enum quality polls(struct bench *b, int channel, int64_t for_ms, int move_k)
{
	enum quality q = QUALITY_UNKNOWN;
	int n = 0;

	for (int64_t end = b->now_ms + for_ms; b->now_ms < end; n++) {
		say_code(b, FX_SUPPLY, 640 + n / 4 % (2 * move_k + 1));
		say_code(b, FX_ROOM, 320 + n % 3);
		q = poll(b, channel);
	}
	return q;
}

static void a_layer_that_stands_beside_moving_water(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "plant");
	say_code(&b, FX_TANK_TOP, 800);
	assert_int_equal(polls(&b, FX_CH_TOP, STILL_TANK_MS, 160), QUALITY_GOOD);
	assert_int_equal(polls(&b, FX_CH_TOP, POLL_MS, 160), QUALITY_STUCK);
	assert_non_null(line(&b));
	assert_non_null(strstr(line(&b)->log.text,
		"stuck: 50.0 C for 60 min while the water beside it moved by"));
	assert_int_equal(polls(&b, FX_CH_SUPPLY, POLL_MS, 160), QUALITY_GOOD);
	/* It moves again: used after three readings (SF-82). */
	say_code(&b, FX_TANK_TOP, 790);
	assert_int_equal(polls(&b, FX_CH_TOP, 2 * POLL_MS, 160), QUALITY_STUCK);
	assert_int_equal(polls(&b, FX_CH_TOP, POLL_MS, 160), QUALITY_GOOD);
}

static void still_water_is_no_fault(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "plant");
	say_code(&b, FX_TANK_TOP, 800);
	assert_int_equal(polls(&b, FX_CH_TOP, 3 * STILL_TANK_MS, 4), QUALITY_GOOD);
}

static void stand_still(struct bench *b, int64_t for_ms)
{
	say_code(b, FX_TANK_TOP, 800);
	say_code(b, FX_SUPPLY, 640);
	say_code(b, FX_ROOM, 320);
	for (int64_t end = b->now_ms + for_ms; b->now_ms < end;)
		poll(b, FX_CH_ROOM);
}

static void a_room_that_stands_for_four_hours(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "plant");
	stand_still(&b, STILL_ALONE_MS);
	assert_int_equal(told(&b, FX_CH_ROOM), QUALITY_GOOD);
	assert_int_equal(poll(&b, FX_CH_ROOM), QUALITY_STUCK);
	assert_int_equal(told(&b, FX_CH_TOP), QUALITY_GOOD);
}

/* A simulated sensor without a plant says the same for ever, and has said so. */
static void one_that_is_held_is_not_watched(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, "held");
	stand_still(&b, 2 * STILL_ALONE_MS);
	assert_int_equal(poll(&b, FX_CH_ROOM), QUALITY_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_and_ten_kelvin_beside_it),
		cmocka_unit_test(nobody_beside_it_proves_nothing),
		cmocka_unit_test(four_hours_alone),
		cmocka_unit_test(a_layer_that_stands_beside_moving_water),
		cmocka_unit_test(still_water_is_no_fault),
		cmocka_unit_test(a_room_that_stands_for_four_hours),
		cmocka_unit_test(one_that_is_held_is_not_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
