/* SPDX-License-Identifier: MIT */
/* What the control socket tells unasked: events, the log, alerts; and that nobody waits for a client (UI-7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../support/control_bench.h"

static void mode_news(struct control_bench *b, enum control_mode mode)
{
	control_bench_answer(b, (struct msg){ .type = MSG_NEWS, .news = { .kind = NEWS_MODE, .mode = (uint8_t)mode,
		.cause = CAUSE_NO_CONTRACT } });
}

/* Only what is subscribed comes, as it happens, numbered. */
static void events_come_as_they_happen(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *e;

	control_bench_granted(c, "{\"verb\":\"subscribe\",\"args\":{\"events\":[\"mode\",\"relay\",\"link\",\"contract\"]}}");
	control_bench_say(b, LEVEL_INFO, LOG_BOOT, NO_NODE, 0, "not asked for");
	mode_news(b, REMOTE_CONTROL);
	control_bench_answer(b, (struct msg){ .type = MSG_NEWS, .news = { .kind = NEWS_RELAY, .node = FX_PUMP_RELAY, .on = 1,
		.by = BY_ALLY, .result = GUARD_DONE } });
	control_bench_answer(b, (struct msg){ .type = MSG_NEWS, .news = { .kind = NEWS_LINK, .on = 0, .text = "refused" } });
	control_bench_answer(b, (struct msg){ .type = MSG_NEWS, .news = { .kind = NEWS_CONTRACT, .state = CONTRACT_LIVE } });
	e = control_bench_take(c);
	assert_string_equal(json_text(e, "event"), "mode");
	assert_string_equal(json_text(json_data(e), "mode"), "RemoteControl");
	assert_int_equal((int)json_number(e, "seq"), 2);
	cJSON_Delete(e);
	e = control_bench_take(c);
	assert_string_equal(json_text(json_data(e), "node"), "a.pump.relay");
	assert_string_equal(json_text(json_data(e), "by"), "ally");
	cJSON_Delete(e);
	e = control_bench_take(c);
	assert_string_equal(json_text(json_data(e), "state"), "down");
	cJSON_Delete(e);
	e = control_bench_take(c);
	assert_string_equal(json_text(json_data(e), "state"), "Live");
	cJSON_Delete(e);
	control_bench_granted(c, "{\"verb\":\"unsubscribe\"}");
	mode_news(b, LOCAL_CONTROL);
	control_bench_granted(c, "{\"verb\":\"ping\"}");	/* and no event in between */
	control_bench_leave(c);
}

/* The last 1024 events can be had again from any number on; what is older is a gap, told as such. */
static void events_can_be_had_again(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a;

	for (int i = 0; i < 10; i++)
		mode_news(b, LOCAL_CONTROL);
	a = control_bench_ask(c, "{\"verb\":\"subscribe\",\"args\":{\"events\":[\"mode\"],\"since_seq\":7}}");
	assert_int_equal((int)json_number(json_data(a), "seq"), 10);
	assert_null(cJSON_GetObjectItem(json_data(a), "gap"));
	cJSON_Delete(a);
	for (int i = 8; i <= 10; i++) {
		a = control_bench_take(c);
		assert_int_equal((int)json_number(a, "seq"), i);
		cJSON_Delete(a);
	}
	control_bench_granted(c, "{\"verb\":\"unsubscribe\"}");
	for (int i = 0; i < BOARD_EVENTS + 5; i++)
		mode_news(b, LOCAL_CONTROL);
	a = control_bench_ask(c, "{\"verb\":\"subscribe\",\"args\":{\"events\":[\"mode\"],\"since_seq\":7}}");
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json_data(a), "gap")));
	cJSON_Delete(a);
	a = control_bench_take(c);
	assert_int_equal((int)json_number(a, "seq"), 10 + 5 + 1);
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* Readings come merged to one per second and node, with their quality. */
static void readings_can_be_followed(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *e;

	control_bench_granted(c, "{\"verb\":\"subscribe\",\"args\":{\"events\":[\"reading\"]}}");
	do {	/* the first look tells every channel once; those never read say nothing */
		e = control_bench_take(c);
		assert_string_equal(json_text(e, "event"), "reading");
	} while (strcmp(json_text(json_data(e), "node"), "a.tank.temp0") != 0 && (cJSON_Delete(e), true));
	assert_true(json_number(json_data(e), "value") == 71.25);
	assert_string_equal(json_text(json_data(e), "quality"), "good");
	cJSON_Delete(e);
	control_bench_leave(c);
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A client that subscribes and never reads costs nobody anything: pinning 50 000 lines stays quick, others are served, and
 * when it reads at last it is told what it lost (UI-7). */
static void a_client_that_never_reads_is_alone_with_it(void **state)
{
	struct control_bench *b = *state;
	struct control_call *slow = control_bench_client(b), *other = control_bench_client(b);
	int64_t begin_us, longest_us = 0;
	bool lost = false;
	cJSON *e;

	control_bench_granted(slow, "{\"verb\":\"subscribe\",\"args\":{\"events\":[\"log\"]}}");
	for (int i = 0; i < 50000; i++) {
		begin_us = now_us();
		control_bench_say(b, LEVEL_INFO, LOG_RELAY, FX_PUMP_RELAY, 0, "a line that is as long as lines of a log usually are");
		longest_us = now_us() - begin_us > longest_us ? now_us() - begin_us : longest_us;
		if (i % 10000 == 0)
			control_bench_granted(other, "{\"verb\":\"status\"}");
	}
	assert_true(longest_us < 1000000);
	control_bench_granted(other, "{\"verb\":\"status\"}");
	while (!lost) {
		e = control_bench_take(slow);
		lost = strcmp(json_text(e, "event"), "lost") == 0;
		if (lost)
			assert_true(json_number(json_data(e), "lost") > 0);
		cJSON_Delete(e);
	}
	control_bench_leave(slow);
	control_bench_leave(other);
}

/* Requests of a client that does not read its answers are not read either; it gets all of them once it does. */
static void answers_are_never_lost(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	char line[LOG_TEXT];
	int lines = 0;

	memset(line, 'x', 150);
	line[150] = '\0';
	for (int i = 0; i < BOARD_LINES + 100; i++)
		control_bench_say(b, LEVEL_INFO, LOG_RELAY, NO_NODE, 0, line);
	for (int i = 0; i < 3; i++)
		control_bench_send(c, "{\"verb\":\"log\"}");
	for (int i = 0; i < 3; i++)
		for (bool more = true; more;) {
			cJSON *a = control_bench_take(c);

			assert_true(json_ok(a));
			lines += cJSON_GetArraySize(cJSON_GetObjectItem(json_data(a), "lines"));
			more = cJSON_IsTrue(cJSON_GetObjectItem(a, "more"));
			cJSON_Delete(a);
		}
	assert_int_equal(lines, 3 * BOARD_LINES);
	control_bench_leave(c);
}

/* The log can be asked for by code, node and number of lines. */
static void the_log_can_be_narrowed(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a;

	for (int i = 0; i < 9; i++) {
		control_bench_say(b, LEVEL_INFO, LOG_RELAY, i % 3 == 0 ? FX_PUMP_RELAY : FX_ELEMENT_RELAY, i, "moved");
		control_bench_say(b, LEVEL_INFO, LOG_STATUS, NO_NODE, 0, "status");
		control_bench_say(b, LEVEL_DEBUG, LOG_RELAY, FX_PUMP_RELAY, 0, "below the level");
	}
	a = control_bench_ask(c, "{\"verb\":\"log\",\"args\":{\"code\":\"RELAY\"}}");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json_data(a), "lines")), 9);
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"log\",\"args\":{\"code\":\"RELAY\",\"node\":\"a.pump.relay\"}}");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json_data(a), "lines")), 3);
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"log\",\"args\":{\"node\":\"a.pump.relay\",\"last\":2}}");
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json_data(a), "lines")), 2);
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* --- alerts -------------------------------------------------------------------------------------------------- */

static int open_alerts(struct control_call *c, const char *code)
{
	cJSON *a = control_bench_ask(c, "{\"verb\":\"alerts\"}");
	const cJSON *item;
	int n = 0;

	cJSON_ArrayForEach(item, cJSON_GetObjectItem(json_data(a), "alerts"))
		n += strcmp(json_text(item, "code"), code) == 0 && cJSON_IsNull(cJSON_GetObjectItem(item, "ended_ms"));
	cJSON_Delete(a);
	return n;
}

/* A fault said twice is one alert, its I line ends it, another node's does not; single events are none. */
static void alerts_begin_and_end(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a;

	control_bench_say(b, LEVEL_WARNING, LOG_SENSOR, FX_TANK_TOP, 0, "open - check wiring");
	control_bench_say(b, LEVEL_WARNING, LOG_SENSOR, FX_TANK_TOP, 0, "open - check wiring");
	control_bench_say(b, LEVEL_WARNING, LOG_REFUSED, NO_NODE, 0, "Stale: x");
	control_bench_say(b, LEVEL_WARNING, LOG_BEAT_LOST, NO_NODE, 0, "no beat");
	control_bench_say(b, LEVEL_CRITICAL, LOG_TRIP, NO_NODE, 0, "store: 83 C - find the cause");
	assert_int_equal(open_alerts(c, "SENSOR"), 1);
	assert_int_equal(open_alerts(c, "REFUSED"), 0);
	a = control_bench_ask(c, "{\"verb\":\"status\"}");
	assert_string_equal(json_text(json_data(a), "health"), "critical");
	assert_int_equal((int)json_number(cJSON_GetObjectItem(json_data(a), "alerts"), "warning"), 2);
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"alerts\"}");
	assert_string_equal(json_text(cJSON_GetObjectItem(json_data(a), "alerts")->child, "text"), "open");
	assert_string_equal(json_text(cJSON_GetObjectItem(json_data(a), "alerts")->child, "action"), "check wiring");
	assert_int_equal((int)json_number(cJSON_GetObjectItem(json_data(a), "alerts")->child, "count"), 2);
	cJSON_Delete(a);
	control_bench_say(b, LEVEL_INFO, LOG_SENSOR, FX_ROOM, 0, "good again");
	assert_int_equal(open_alerts(c, "SENSOR"), 1);
	control_bench_say(b, LEVEL_INFO, LOG_SENSOR, FX_TANK_TOP, 0, "good again");
	assert_int_equal(open_alerts(c, "SENSOR"), 0);
	control_bench_say(b, LEVEL_INFO, LOG_BEAT_LOST, NO_NODE, 0, "beats are back");
	assert_int_equal(open_alerts(c, "BEAT_LOST"), 0);
	assert_int_equal(open_alerts(c, "TRIP"), 1);
	control_bench_leave(c);
}

/* A line that names no action gets the table's; a link that is away for a moment is no alert. */
static void the_table_gives_the_rest(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	const cJSON *alert;
	cJSON *a;

	control_bench_say(b, LEVEL_WARNING, LOG_LINK, NO_NODE, 0, "lost: no answer");
	control_bench_say(b, LEVEL_WARNING, LOG_BEAT_LATE, NO_NODE, 0, "no beat for 121 s");
	assert_int_equal(open_alerts(c, "LINK"), 0);
	a = control_bench_ask(c, "{\"verb\":\"alerts\"}");
	alert = cJSON_GetObjectItem(json_data(a), "alerts")->child;
	assert_string_equal(json_text(alert, "action"), code_table[LOG_BEAT_LATE].action);
	assert_string_equal(json_text(alert, "meaning"), code_table[LOG_BEAT_LATE].meaning);
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* Who has seen an alert, and what they noted, stands with it, and all who follow alerts are told; it does not end it. */
static void alerts_can_be_acknowledged(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	const cJSON *alert;
	cJSON *a;

	control_bench_say(b, LEVEL_WARNING, LOG_SENSOR, FX_TANK_TOP, 0, "open - check wiring");
	a = control_bench_ask(c, "{\"verb\":\"alerts_ack\",\"args\":{\"id\":2}}");
	assert_string_equal(json_text(a, "code"), "NotFound");
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"alerts_ack\",\"args\":{\"id\":\"1\"}}");
	assert_string_equal(json_text(a, "code"), "BadRequest");
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"alerts_ack\",\"args\":{\"id\":1,\"note\":\"on my list\"}}");
	assert_true(json_ok(a));
	assert_non_null(json_text(json_data(a), "acked_by"));
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"alerts\"}");
	alert = cJSON_GetObjectItem(json_data(a), "alerts")->child;
	assert_non_null(json_text(alert, "acked_by"));
	assert_string_equal(json_text(alert, "note"), "on my list");
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(alert, "ended_ms")));
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* More faults than there are places for neither crash nor push out those that are still on. */
static void alerts_have_limits(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);

	for (int i = 0; i < ALERTS_MAX + 20; i++)
		control_bench_say(b, LEVEL_WARNING, LOG_SENSOR, i, 0, "open");
	assert_int_equal(open_alerts(c, "SENSOR"), ALERTS_MAX);
	control_bench_say(b, LEVEL_INFO, LOG_SENSOR, 3, 0, "good again");
	control_bench_say(b, LEVEL_WARNING, LOG_METER, 1, 0, "silent");
	assert_int_equal(open_alerts(c, "METER"), 1);
	control_bench_leave(c);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, control_bench_set_up, control_bench_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(events_come_as_they_happen), TEST(events_can_be_had_again), TEST(readings_can_be_followed),
		TEST(a_client_that_never_reads_is_alone_with_it), TEST(answers_are_never_lost),
		TEST(the_log_can_be_narrowed), TEST(alerts_begin_and_end), TEST(alerts_have_limits),
		TEST(the_table_gives_the_rest), TEST(alerts_can_be_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
