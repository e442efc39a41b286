/* SPDX-License-Identifier: MIT */
/* Faults of a simulated house: how they are written, what is refused with which words, when they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "core/sim/fault.h"

/* One of each kind, as they are written back. */
static const char *const good[N_FAULT_KINDS] = {
	[FAULT_SENSOR_OPEN] = "sensor:a.tank.temp0=open@now",
	[FAULT_SENSOR_SHORT] = "sensor:a.tank.temp0=short@+20m",
	[FAULT_SENSOR_STUCK] = "sensor:a.tank.temp0=stuck@06:00+2h",
	[FAULT_SENSOR_JUMP] = "sensor:a.tank.temp0=jump,k=-7.5@06:00:30+15m",
	[FAULT_SENSOR_CRC] = "sensor:a.tank.temp0=crc@now+45s",
	[FAULT_SENSOR_POWERUP85] = "sensor:a.tank.temp0=powerup85@+1h30m",
	[FAULT_SENSOR_SLOW] = "sensor:a.tank.temp0=slow@+2d1h",
	[FAULT_RELAY_STUCKOPEN] = "relay:a.elt1.relay=stuckopen@now",
	[FAULT_RELAY_WELDED] = "relay:a.elt1.relay=welded@now+1h",
	[FAULT_RELAY_NOLOAD] = "relay:a.elt1.relay=noload@23:59",
	[FAULT_METER_SILENT] = "meter=silent@+5m",
	[FAULT_METER_REVERSED] = "meter:a.m=reversed@now",
	[FAULT_BROKER_DOWN] = "broker=down@+20m+15m",
	[FAULT_BROKER_SLOW] = "broker=slow@now+5m",
	[FAULT_BROKER_FLAP] = "broker=flap@now+5m",
	[FAULT_ATN_SILENT] = "atn=silent@+30m+10m",
	[FAULT_ATN_REPLAY] = "atn=replay@+30m+10m",
	[FAULT_ATN_HOSTILE] = "atn=hostile@+30m+10m",
	[FAULT_CLOCK_STEP] = "clock=step,s=-3600@02:30",
	[FAULT_CLOCK_UNSYNC] = "clock=unsync@now+1h",
	[FAULT_DISK_FULL] = "disk=full@+10m+10m",
	[FAULT_DISK_READONLY] = "disk=readonly@+10m+10m",
	[FAULT_DISK_CORRUPT] = "disk=corrupt@+10m",
	[FAULT_ACTOR_HANG] = "actor:history=hang@+10m+1m",
	[FAULT_ACTOR_CRASH] = "actor:uplink=crash@+10m",
	[FAULT_POWER_CUT] = "power=cut@+10m+20m",
	[FAULT_WEATHER_COLD] = "weather=cold,k=15@now+1d",
};

static void every_kind_is_read_and_written(void **state)
{
	struct fault_spec s;
	char text[FAULT_TEXT];
	struct err e;

	(void)state;
	for (int i = 0; i < N_FAULT_KINDS; i++) {
		if (!fault_parse(good[i], &s, &e))
			fail_msg("%s", e.text);
		assert_int_equal(s.kind, i);
		fault_write(&s, text, sizeof(text));
		assert_string_equal(text, good[i]);
	}
}

static void parts_mean_what_they_say(void **state)
{
	struct fault_spec s;
	struct err e;

	(void)state;
	assert_true(fault_parse("sensor:a.tank.temp0=jump,k=-7.5@06:00:30+15m", &s, &e));
	assert_string_equal(s.node, "a.tank.temp0");
	assert_true(s.value == -7.5);
	assert_int_equal(s.when, WHEN_LOCAL);
	assert_int_equal(s.at_ms, (6 * 3600 + 30) * 1000);
	assert_int_equal(s.for_ms, 15 * 60 * 1000);
	assert_true(fault_parse("atn=silent@+1h30m", &s, &e));
	assert_string_equal(s.node, "");
	assert_int_equal(s.when, WHEN_OFFSET);
	assert_int_equal(s.at_ms, 90 * 60 * 1000);
	assert_int_equal(s.for_ms, 0);
	assert_true(fault_parse("atn=silent@90m+60s", &s, &e) == false);
	assert_true(fault_parse("broker=down@now", &s, &e));
	assert_int_equal(s.when, WHEN_NOW);
}

static void every_error_says_what_where_and_what_to_do(void **state)
{
	static const struct { const char *text, *says; } wrong[] = {
		{ "sensor:a.tank.temp0=stuck", "fault \"sensor:a.tank.temp0=stuck\": no @WHEN - write "
			"WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]" },
		{ "", "fault \"\": no @WHEN - write WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]" },
		{ "broker@now", "fault \"broker@now\": no =KIND - write WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]" },
		{ "clock=step,s@now", "fault \"clock=step,s@now\": no value after the key - write "
			"WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]" },
		{ "sensr:a=open@now", "fault \"sensr:a=open@now\": no \"sensr\" (sensor, relay, meter, broker, atn, clock, "
			"disk, actor, power, weather) - did you mean \"sensor\"?" },
		{ "teapot=full@now", "fault \"teapot=full@now\": no \"teapot\" - give one of: sensor, relay, meter, broker, "
			"atn, clock, disk, actor, power, weather" },
		{ "relay:a.elt1.relay=wleded@now", "fault \"relay:a.elt1.relay=wleded@now\": relay has no fault \"wleded\" "
			"(stuckopen, welded, noload) - did you mean \"welded\"?" },
		{ "disk=stuck@now", "fault \"disk=stuck@now\": disk has no fault \"stuck\" - give one of: full, readonly, "
			"corrupt" },
		{ "sensor=open@now", "fault \"sensor=open@now\": no node - name the sensor: sensor:NODE=open" },
		{ "relay=welded@now", "fault \"relay=welded@now\": no node - name the relay: relay:NODE=welded" },
		{ "broker:a.m=down@now", "fault \"broker:a.m=down@now\": broker takes no node (\"a.m\") - leave it out" },
		{ "meter:=silent@now", "fault \"meter:=silent@now\": the node has 0 characters - use 1 to 100" },
		{ "broker=down,k=1@now", "fault \"broker=down,k=1@now\": broker=down takes no key (\"k\") - leave it out" },
		{ "clock=step@now", "fault \"clock=step@now\": clock=step needs s= (-31536000 to 31536000 s) - write "
			"clock=step,s=3153600" },
		{ "weather=cold,s=3@now", "fault \"weather=cold,s=3@now\": weather=cold needs k= (0 to 60 K) - write "
			"weather=cold,k=6" },
		{ "weather=cold,k=x@now", "fault \"weather=cold,k=x@now\": k=x is no number - give 0 to 60 K" },
		{ "weather=cold,k=nan@now", "fault \"weather=cold,k=nan@now\": k=nan is no number - give 0 to 60 K" },
		{ "weather=cold,k=99@now", "fault \"weather=cold,k=99@now\": k=99 is outside 0..60 K - give one inside" },
		{ "broker=down@soon", "fault \"broker=down@soon\": @soon is no time - give a local time 06:00, an offset "
			"+20m, or now" },
		{ "broker=down@24:00", "fault \"broker=down@24:00\": @24:00 is no time - give a local time 06:00, an offset "
			"+20m, or now" },
		{ "broker=down@+20", "fault \"broker=down@+20\": @+20 is no time - give a local time 06:00, an offset +20m, "
			"or now" },
		{ "broker=down@now+", "fault \"broker=down@now+\": + is no duration - write 15m, 2h, 1h30m, 45s, at most "
			"366d" },
		{ "broker=down@now+2y", "fault \"broker=down@now+2y\": +2y is no duration - write 15m, 2h, 1h30m, 45s, at "
			"most 366d" },
		{ "disk=corrupt@now+1h", "fault \"disk=corrupt@now+1h\": disk=corrupt is over at once and takes no +1h - "
			"leave it out" },
	};
	struct fault_spec s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(fault_parse(wrong[i].text, &s, &e));
		assert_string_equal(e.text, wrong[i].says);
	}
}

static void a_text_too_long_is_refused(void **state)
{
	char text[FAULT_TEXT + 40];
	struct fault_spec s;
	struct err e;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_false(fault_parse(text, &s, &e));
	assert_non_null(strstr(e.text, "231 characters - use at most 191"));
	snprintf(text, sizeof(text), "sensor:%.*s=open@now", ALIAS_SIZE, "a.very.long.name.that.no.house.can.have.because."
		"names.have.at.most.one.hundred.characters.and.this.one.has.more");
	assert_false(fault_parse(text, &s, &e));
	assert_non_null(strstr(e.text, "characters - use 1 to 100"));
}

/* --- where ------------------------------------------------------------------------------------------------ */

static struct house house;
static struct settings settings;

static bool placed(const char *text, struct fault_spec *s, struct err *e)
{
	fixture_house(&house);
	fixture_settings(&settings);
	return fault_parse(text, s, e) && fault_place(s, &house, &settings, e);
}

static void a_node_must_be_there_and_of_the_kind(void **state)
{
	struct fault_spec s;
	struct err e;

	(void)state;
	assert_true(placed("sensor:a.tank.temp0=open@now", &s, &e));
	assert_true(placed("relay:a.elt1.relay=welded@now", &s, &e));
	assert_false(placed("sensor:a.tank.temp00=open@now", &s, &e));
	assert_string_equal(e.text, "fault \"sensor:a.tank.temp00=open@now\": the house has no sensor \"a.tank.temp00\" - did you mean \"a.tank.temp0\"?");
	assert_false(placed("relay:a.tank.temp0=welded@now", &s, &e));
	assert_non_null(strstr(e.text, "the house has no relay \"a.tank.temp0\" - "));
	assert_false(placed("sensor:a.elt1.relay=open@now", &s, &e));
	assert_non_null(strstr(e.text, "the house has no sensor \"a.elt1.relay\" - "));
	assert_false(placed("meter:a.tank.temp0=silent@now", &s, &e));
	assert_true(placed("meter=silent@now", &s, &e));
	assert_string_equal(s.node, house_alias(&house, settings.roles.meter));
	assert_true(placed("actor=crash@now", &s, &e));
	assert_string_equal(s.node, "scada");
	assert_false(placed("actor:uplnk=hang@now", &s, &e));
	assert_string_equal(e.text, "fault \"actor:uplnk=hang@now\": no actor \"uplnk\" - did you mean \"uplink\"?");
	assert_false(placed("actor:x=hang@now", &s, &e));
	assert_non_null(strstr(e.text, "there are history, scada, relay, sensor, meter, uplink, control"));
	assert_true(placed("broker=down@now", &s, &e));
}

/* A flow meter has no kelvins to be off by. */
static void what_only_a_thermometer_has(void **state)
{
	struct fault_spec s;
	struct err e;

	(void)state;
	fixture_house(&house);
	fixture_settings(&settings);
	house.channels[FX_CH_TOP].name = TELEMETRY_GPM_TIMES_100;
	assert_true(fault_parse("sensor:a.tank.temp0=jump,k=5@now", &s, &e));
	assert_false(fault_place(&s, &house, &settings, &e));
	assert_non_null(strstr(e.text, "the house has no thermometer \"a.tank.temp0\" - "));
	assert_true(fault_parse("sensor:a.tank.temp0=powerup85@now", &s, &e));
	assert_false(fault_place(&s, &house, &settings, &e));
	assert_true(fault_parse("sensor:a.tank.temp0=open@now", &s, &e));
	assert_true(fault_place(&s, &house, &settings, &e));
}

/* --- when ------------------------------------------------------------------------------------------------- */

enum { MIN = 60 * 1000, HOUR = 60 * MIN };

static int32_t put(struct fault_schedule *s, const char *text, int64_t at_ms, int64_t local_ms)
{
	struct fault_spec spec;
	struct err e;

	if (!fault_parse(text, &spec, &e))
		fail_msg("%s", e.text);
	return fault_schedule_add(s, &spec, (struct fault_origin){ { at_ms }, local_ms });
}

/* "+1@0 -1@60000 ": what came, and when it was due. */
static void run_until(struct fault_schedule *s, int64_t ms, char *out, size_t size)
{
	struct fault_event ev;
	size_t used = 0;

	out[0] = '\0';
	while (fault_schedule_next(s, (struct mono){ ms }, &ev))
		used += (size_t)snprintf(out + used, size - used, "%c%d@%d ", ev.begins ? '+' : '-', ev.fault.number,
			(int)((ev.begins ? ev.fault.begin : ev.fault.end).ms / MIN));
}

static void they_come_in_the_order_of_their_times(void **state)
{
	struct fault_schedule s = { 0 };
	char seen[200];

	(void)state;
	put(&s, "broker=down@+20m+15m", 0, 0);
	put(&s, "atn=silent@now+5m", 0, 0);
	put(&s, "disk=corrupt@+20m", 0, 0);
	run_until(&s, 0, seen, sizeof(seen));
	assert_string_equal(seen, "+2@0 ");
	run_until(&s, 5 * MIN - 1, seen, sizeof(seen));
	assert_string_equal(seen, "");
	run_until(&s, 24 * HOUR, seen, sizeof(seen));
	assert_string_equal(seen, "-2@5 +1@20 +3@20 -1@35 ");
	run_until(&s, INT64_MAX - 1, seen, sizeof(seen));
	assert_string_equal(seen, "");
}

/* A local time is the next one: later today, else tomorrow; at that very minute, now. */
static void a_local_time_is_the_next_one(void **state)
{
	struct fault_schedule s = { 0 };
	char seen[200];

	(void)state;
	put(&s, "broker=down@06:00", 0, 5 * HOUR + 55 * MIN);
	put(&s, "atn=silent@05:50", 0, 5 * HOUR + 55 * MIN);
	put(&s, "clock=unsync@05:55", 0, 5 * HOUR + 55 * MIN);
	run_until(&s, 48LL * HOUR, seen, sizeof(seen));
	assert_string_equal(seen, "+3@0 +1@5 +2@1435 ");
}

static void what_began_last_stands(void **state)
{
	struct fault_schedule s = { 0 };
	struct fault_spec about;
	char seen[200];
	struct err e;

	(void)state;
	put(&s, "sensor:a.b=stuck@now+10m", 0, 0);
	put(&s, "sensor:a.b=open@+2m+2m", 0, 0);
	put(&s, "sensor:a.c=crc@+3m", 0, 0);
	assert_true(fault_parse("sensor:a.b=slow@now", &about, &e));
	assert_null(fault_schedule_standing(&s, &about));
	run_until(&s, 1 * MIN, seen, sizeof(seen));
	assert_int_equal(fault_schedule_standing(&s, &about)->spec.kind, FAULT_SENSOR_STUCK);
	run_until(&s, 3 * MIN, seen, sizeof(seen));
	assert_int_equal(fault_schedule_standing(&s, &about)->spec.kind, FAULT_SENSOR_OPEN);
	run_until(&s, 4 * MIN, seen, sizeof(seen));
	assert_int_equal(fault_schedule_standing(&s, &about)->spec.kind, FAULT_SENSOR_STUCK);
	run_until(&s, 10 * MIN, seen, sizeof(seen));
	assert_null(fault_schedule_standing(&s, &about));
}

static void clearing_ends_what_stands_and_forgets_what_waits(void **state)
{
	struct fault_schedule s = { 0 };
	char seen[200];

	(void)state;
	put(&s, "broker=down@now", 0, 0);
	put(&s, "atn=silent@+1h", 0, 0);
	run_until(&s, 0, seen, sizeof(seen));
	assert_int_equal(fault_schedule_clear(&s, (struct mono){ 7 * MIN }), 2);
	run_until(&s, 7 * MIN, seen, sizeof(seen));
	assert_string_equal(seen, "-1@7 ");
	run_until(&s, 24 * HOUR, seen, sizeof(seen));
	assert_string_equal(seen, "");
	assert_int_equal(fault_schedule_clear(&s, (struct mono){ 8 * MIN }), 0);
}

/* After a crash the same list is given again: the crash is not repeated, what lasts goes on. */
static void a_run_that_goes_on_repeats_nothing(void **state)
{
	struct fault_schedule s = { 0 };
	char seen[200];

	(void)state;
	put(&s, "actor:scada=crash@+10m", 0, 0);
	put(&s, "power=cut@+10m+20m", 0, 0);
	put(&s, "sensor:a.b=stuck@+5m+1h", 0, 0);
	put(&s, "meter=silent@+1m+1m", 0, 0);
	put(&s, "atn=silent@+11m", 0, 0);
	fault_schedule_resume(&s, (struct mono){ 10 * MIN });
	run_until(&s, 24 * HOUR, seen, sizeof(seen));
	assert_string_equal(seen, "+3@5 +5@11 -3@65 ");
}

static void a_full_list_says_so(void **state)
{
	struct fault_schedule s = { 0 };

	(void)state;
	for (int i = 0; i < FAULT_MAX; i++)
		assert_int_equal(put(&s, "broker=down@+1h", 0, 0), i + 1);
	assert_int_equal(put(&s, "broker=down@+1h", 0, 0), 0);
	fault_schedule_clear(&s, (struct mono){ 0 });
	assert_int_equal(put(&s, "broker=down@+1h", 0, 0), FAULT_MAX + 1);
}

/* Every row is whole: what reads, checks, documents and explains is there. */
static void every_row_is_whole(void **state)
{
	static char text[16384];

	(void)state;
	assert_true(fault_print(text, sizeof(text)) < sizeof(text));
	for (int i = 0; i < N_FAULT_KINDS; i++) {
		const struct fault_row *r = &fault_rows[i];

		assert_non_null(r->what);
		assert_non_null(r->word);
		assert_true(r->says != NULL && strlen(r->says) > 10);
		assert_true((r->key == NULL) == (r->unit == NULL));
		assert_true(!r->instant || r->once);
		assert_non_null(strstr(text, r->says));
		for (int j = 0; j < i; j++)
			assert_false(strcmp(r->what, fault_rows[j].what) == 0 && strcmp(r->word, fault_rows[j].word) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_read_and_written),
		cmocka_unit_test(parts_mean_what_they_say),
		cmocka_unit_test(every_error_says_what_where_and_what_to_do),
		cmocka_unit_test(a_text_too_long_is_refused),
		cmocka_unit_test(a_node_must_be_there_and_of_the_kind),
		cmocka_unit_test(what_only_a_thermometer_has),
		cmocka_unit_test(they_come_in_the_order_of_their_times),
		cmocka_unit_test(a_local_time_is_the_next_one),
		cmocka_unit_test(what_began_last_stands),
		cmocka_unit_test(clearing_ends_what_stands_and_forgets_what_waits),
		cmocka_unit_test(a_run_that_goes_on_repeats_nothing),
		cmocka_unit_test(a_full_list_says_so),
		cmocka_unit_test(every_row_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
