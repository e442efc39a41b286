/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "actor/meter.h"

enum { BOOT_MS = 4000 };
static const struct wall boot = { 1799924100000 };

struct bench {
	struct house house;
	struct settings settings;
	struct bus bus;
	struct meter meter;
	struct outbox out;
	bool answers, reversed;
	int64_t passed_ms;
};

static bool scripted(const struct bus *bus, const char *path, char *text, size_t size, struct err *e)
{
	const struct bench *b = bus->self;

	if (strcmp(path, "sim/a.m/kind") != 0 && !b->answers)
		return err_set(e, ERR_TIMEOUT, 0, "no answer");
	snprintf(text, size, "%s", strstr(path, "current_ua") != NULL ? "18750000" : b->reversed ? "-4500" : "4500");
	return true;
}

static void bench_open(struct bench *b, int poll_ms)
{
	memset(b, 0, sizeof(*b));
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	b->settings.meter.poll_ms = poll_ms;
	b->house.components[0] =
		(struct component){ .kind = COMPONENT_ELECTRIC_METER, .make = MAKE_GRIDWORKS_SIM_METER };
	b->house.n_components = 1;
	b->house.channels[FX_CH_POWER].component = b->house.channels[FX_CH_CURRENT].component = 0;
	b->bus = (struct bus){ .self = b, .slurp = scripted };
	b->answers = true;
	meter_init(&b->meter, &b->house, &b->settings, &b->bus);
}

static void tick(struct bench *b)
{
	struct msg m = {
		.type = MSG_TICK, .now = { BOOT_MS + b->passed_ms }, .clock = { boot.ms + b->passed_ms }
	};

	b->out.n = 0;
	meter_step(&b->meter, &m, &b->out);
}

static const struct msg *said(const struct bench *b, enum msg_type type, int nth)
{
	for (int i = 0; i < b->out.n; i++)
		if (b->out.box[i].type == type && nth-- == 0)
			return &b->out.box[i];
	return NULL;
}

/* Both channels are read each poll, on multiples of the period, the first at once. */
static void power_and_current_are_read_each_poll(void **state)
{
	static const struct {
		int channel;
		int64_t code;
	} want[] = { { FX_CH_POWER, 4500 }, { FX_CH_CURRENT, 18750000 } };
	struct bench b;

	(void)state;
	bench_open(&b, 1000);
	b.passed_ms = 300;
	tick(&b);
	for (int i = 0; i < 2; i++) {
		const struct msg *m = said(&b, MSG_READING, i);

		assert_non_null(m);
		assert_int_equal(m->to, TO_SCADA);
		assert_int_equal(m->reading.channel, want[i].channel);
		assert_int_equal(m->reading.quality, QUALITY_GOOD);
		assert_int_equal(m->reading.code, want[i].code);
		assert_int_equal(m->reading.at.ms, BOOT_MS + 300);
		assert_true(m->reading.tick.ms == boot.ms);
	}
	assert_int_equal(b.out.n, 2);
	assert_int_equal(b.out.wake_at.ms, BOOT_MS + 1000);
	b.passed_ms = 999;
	tick(&b);
	assert_int_equal(b.out.n, 0);
	b.passed_ms = 1000;
	tick(&b);
	assert_int_equal(b.out.n, 2);
}

/* SF-85: a missed poll is bridged, but within 5 s of the last good reading power is unknown, never 0. */
static void silence_is_unknown_within_five_seconds(void **state)
{
	static const int periods_ms[] = { 500, 1000, 2000, 2500, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(periods_ms) / sizeof(periods_ms[0]); i++) {
		struct bench b;
		int64_t unknown_ms = -1;

		bench_open(&b, periods_ms[i]);
		tick(&b);
		b.answers = false;
		while (unknown_ms < 0 && b.passed_ms < 20000) {
			b.passed_ms += periods_ms[i];
			tick(&b);
			if (said(&b, MSG_READING, 0) != NULL) {
				assert_int_equal(said(&b, MSG_READING, 0)->reading.quality, QUALITY_UNKNOWN);
				unknown_ms = b.passed_ms;
			}
		}
		assert_true(unknown_ms > 0 && unknown_ms <= METER_UNKNOWN_MS);
		if (periods_ms[i] <= 1000)
			assert_true(unknown_ms > 2 * periods_ms[i]);
	}
}

/* A meter that never answered is unknown from its first poll. */
static void a_meter_never_heard_is_unknown_at_once(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 1000);
	b.answers = false;
	tick(&b);
	assert_int_equal(said(&b, MSG_READING, 0)->reading.quality, QUALITY_UNKNOWN);
	assert_int_equal(said(&b, MSG_READING, 1)->reading.quality, QUALITY_UNKNOWN);
	assert_null(said(&b, MSG_LOG, 0));
}

/* Power that reads the wrong way round is no power: unknown within five seconds, and after a minute a line says where to
 * look; standby and noise about zero are believed. */
static void a_reversed_meter_is_not_believed(void **state)
{
	struct bench b;
	int told = 0;

	(void)state;
	bench_open(&b, 1000);
	tick(&b);
	b.reversed = true;
	for (int s = 1; s <= 100; s++) {
		b.passed_ms = s * 1000;
		tick(&b);
		for (int i = 0; s >= 5 && said(&b, MSG_READING, i) != NULL; i++)
			if (said(&b, MSG_READING, i)->reading.channel == FX_CH_POWER)
				assert_int_equal(said(&b, MSG_READING, i)->reading.quality, QUALITY_UNKNOWN);
		if (said(&b, MSG_EVENT, 0) == NULL)
			continue;
		told++;
		assert_int_equal(said(&b, MSG_EVENT, 0)->log.code, LOG_METER);
		assert_non_null(strstr(said(&b, MSG_EVENT, 0)->log.text,
			"reversed: -4500 W - check which way round its current clamps are"));
	}
	assert_int_equal(told, 1);
	b.reversed = false;
	b.passed_ms += 1000;
	tick(&b);
	assert_int_equal(said(&b, MSG_READING, 0)->reading.quality, QUALITY_GOOD);
}

/* A minute of silence is told once, for the whole meter, with what to check; so is its end. */
static void a_silent_minute_is_told_once(void **state)
{
	struct bench b;
	int told = 0;

	(void)state;
	bench_open(&b, 1000);
	tick(&b);
	b.answers = false;
	for (int s = 1; s <= 300; s++) {
		b.passed_ms = s * 1000;
		tick(&b);
		if (said(&b, MSG_EVENT, 0) != NULL) {
			told++;
			assert_int_equal(s, 60);
			assert_null(said(&b, MSG_EVENT, 1));
			assert_int_equal(said(&b, MSG_EVENT, 0)->log.code, LOG_METER);
			assert_int_equal(said(&b, MSG_EVENT, 0)->log.level, LEVEL_WARNING);
			assert_int_equal(said(&b, MSG_EVENT, 0)->log.node, FX_METER);
			assert_non_null(strstr(said(&b, MSG_EVENT, 0)->log.text, "meter.port"));
		}
	}
	assert_int_equal(told, 1);
	b.answers = true;
	b.passed_ms += 1000;
	tick(&b);
	assert_int_equal(said(&b, MSG_READING, 0)->reading.quality, QUALITY_GOOD);
	assert_non_null(strstr(said(&b, MSG_EVENT, 0)->log.text, "silent_s=301"));
	assert_null(said(&b, MSG_EVENT, 1));
}

/* A real meter without a driver is unknown, with a line that says so; it is never simulated instead
 * (SF-88). */
static void a_meter_without_a_driver_is_unknown(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b, 1000);
	b.house.simulated = false;
	meter_init(&b.meter, &b.house, &b.settings, &b.bus);
	tick(&b);
	assert_int_equal(said(&b, MSG_READING, 0)->reading.quality, QUALITY_UNKNOWN);
	b.passed_ms = 60000;
	tick(&b);
	assert_non_null(strstr(said(&b, MSG_EVENT, 0)->log.text, "no driver"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(power_and_current_are_read_each_poll),
		cmocka_unit_test(silence_is_unknown_within_five_seconds),
		cmocka_unit_test(a_meter_never_heard_is_unknown_at_once),
		cmocka_unit_test(a_silent_minute_is_told_once),
		cmocka_unit_test(a_reversed_meter_is_not_believed),
		cmocka_unit_test(a_meter_without_a_driver_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
