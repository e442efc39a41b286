/* SPDX-License-Identifier: MIT */
/* The verb `sim` of the control socket: who may look, who may break, and what is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/control_bench.h"

static void did(struct control_bench *b, const char *what)
{
	pthread_mutex_lock(&b->lock);
	assert_string_equal(b->sim_did, what);
	b->sim_did[0] = '\0';
	pthread_mutex_unlock(&b->lock);
}

static void logged(struct control_bench *b, const char *text)
{
	pthread_mutex_lock(&b->lock);
	assert_string_equal(b->logged, text);
	pthread_mutex_unlock(&b->lock);
}

/* Time is the true one, whatever the house's clock says; faults are listed with their begin and end. */
static void the_simulation_is_shown(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	const cJSON *list;
	cJSON *a;

	b->sim.paused = true;
	b->sim.n_faults = 2;
	b->sim.faults[0] = (struct sim_fault){ 4, true, 1799924000000, 0, "broker=down@now" };
	b->sim.faults[1] = (struct sim_fault){ 5, false, 1799924200000, 1799924300000, "atn=silent@+1m+1m" };
	a = control_bench_ask(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"status\"}}");
	assert_true(json_ok(a));
	assert_true(json_number(json_data(a), "t_ms") == 1799924100000.0);
	assert_true(json_number(json_data(a), "speed") == 60);
	assert_true(cJSON_IsTrue(cJSON_GetObjectItem(json_data(a), "paused")));
	list = cJSON_GetObjectItem(json_data(a), "faults");
	assert_int_equal(cJSON_GetArraySize(list), 2);
	assert_string_equal(json_text(cJSON_GetArrayItem(list, 0), "state"), "stands");
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(list, 0), "end_ms")));
	assert_string_equal(json_text(cJSON_GetArrayItem(list, 1), "fault"), "atn=silent@+1m+1m");
	assert_string_equal(json_text(cJSON_GetArrayItem(list, 1), "state"), "waits");
	assert_true(json_number(cJSON_GetArrayItem(list, 1), "end_ms") == 1799924300000.0);
	cJSON_Delete(a);
	control_bench_granted(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"now\"}}");
	did(b, "");
	control_bench_leave(c);
}

static void what_is_asked_is_done_and_logged(void **state)
{
	static const struct { const char *args, *did, *logged; } cases[] = {
		{ "\"do\":\"speed\",\"speed\":600", "speed 600", "sim do=speed speed=600 via=socket: Done by pat (uid=1000)" },
		{ "\"do\":\"speed\",\"speed\":\"max\"", "speed 0", "sim do=speed speed=max via=socket: Done by pat (uid=1000)" },
		{ "\"do\":\"pause\"", "pause 1", "sim do=pause via=socket: Done by pat (uid=1000)" },
		{ "\"do\":\"resume\"", "pause 0", "sim do=resume via=socket: Done by pat (uid=1000)" },
		{ "\"do\":\"clear\"", "clear 3", "sim do=clear via=socket: Done by pat (uid=1000)" },
		{ "\"do\":\"fault\",\"fault\":\"broker=down@now\"", "broker=down@now 7",
			"sim do=fault fault=broker=down@now via=socket: Done by pat (uid=1000)" },
	};
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	char line[160];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "{\"verb\":\"sim\",\"args\":{%s}}", cases[i].args);
		control_bench_granted(c, line);
		did(b, cases[i].did);
		logged(b, cases[i].logged);
	}
	control_bench_leave(c);
}

static void the_answer_says_what_was_done(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a;

	a = control_bench_ask(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"fault\",\"fault\":\"broker=down@now\"}}");
	assert_true(json_number(json_data(a), "added") == 7);
	assert_null(cJSON_GetObjectItem(json_data(a), "cleared"));
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"clear\"}}");
	assert_true(json_number(json_data(a), "cleared") == 3);
	assert_null(cJSON_GetObjectItem(json_data(a), "added"));
	cJSON_Delete(a);
	control_bench_leave(c);
}

static void wrong_requests_change_nothing_and_say_why(void **state)
{
	static const struct { const char *args, *code; } cases[] = {
		{ "\"do\":\"stauts\"", "BadRequest" }, { "\"do\":1", "BadRequest" },
		{ "\"do\":\"speed\"", "BadRequest" }, { "\"do\":\"speed\",\"speed\":\"fast\"", "BadRequest" },
		{ "\"do\":\"speed\",\"speed\":4000", "OutOfRange" }, { "\"do\":\"fault\"", "BadRequest" },
		{ "\"do\":\"fault\",\"fault\":\"broker=down\"", "BadRequest" },
	};
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	char line[160];
	cJSON *a;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "{\"verb\":\"sim\",\"args\":{%s}}", cases[i].args);
		control_bench_refused(c, line, cases[i].code, 2);
		did(b, "");
	}
	a = control_bench_ask(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"fault\",\"fault\":\"broker=down\"}}");
	assert_string_equal(json_text(a, "text"), "fault \"broker=down\": no @WHEN");
	assert_string_equal(json_text(a, "action"), "write it");
	cJSON_Delete(a);
	a = control_bench_ask(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"stauts\"}}");
	assert_string_equal(json_text(a, "action"), "did you mean \"status\"?");
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* Who may only read may look; nothing else. */
static void only_operators_change_it(void **state)
{
	static const char *const changes[] = { "\"do\":\"speed\",\"speed\":1", "\"do\":\"pause\"", "\"do\":\"resume\"",
		"\"do\":\"clear\"", "\"do\":\"fault\",\"fault\":\"broker=down@now\"" };
	struct control_bench *b = *state;
	struct control_call *c;
	char line[160];

	atomic_store(&b->role, ROLE_READ);
	c = control_bench_client(b);
	control_bench_granted(c, "{\"verb\":\"sim\"}");
	control_bench_granted(c, "{\"verb\":\"sim\",\"args\":{\"do\":\"now\"}}");
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		snprintf(line, sizeof(line), "{\"verb\":\"sim\",\"args\":{%s}}", changes[i]);
		control_bench_refused(c, line, "NotPermitted", 77);
		did(b, "");
	}
	control_bench_leave(c);
}

/* SF-88: there is nothing to break in a real house, and nobody is let near. */
static void a_real_house_has_no_such_door(void **state)
{
	static const char *const all[] = { "status", "now", "speed", "pause", "resume", "clear", "fault" };
	struct control_bench *b = *state;
	struct control_call *c;
	char line[120];

	control_socket_close(b->socket);
	b->options.sim = (struct sim_door){ 0 };
	atomic_store(&b->role, ROLE_ADMIN);
	control_bench_open(b);
	c = control_bench_client(b);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(line, sizeof(line), "{\"verb\":\"sim\",\"args\":{\"do\":\"%s\",\"fault\":\"broker=down@now\"}}", all[i]);
		control_bench_refused(c, line, "NotSimulated", 4);
	}
	did(b, "");
	control_bench_leave(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_simulation_is_shown, control_bench_set_up, control_bench_tear_down),
		cmocka_unit_test_setup_teardown(what_is_asked_is_done_and_logged, control_bench_set_up, control_bench_tear_down),
		cmocka_unit_test_setup_teardown(the_answer_says_what_was_done, control_bench_set_up, control_bench_tear_down),
		cmocka_unit_test_setup_teardown(wrong_requests_change_nothing_and_say_why, control_bench_set_up,
			control_bench_tear_down),
		cmocka_unit_test_setup_teardown(only_operators_change_it, control_bench_set_up, control_bench_tear_down),
		cmocka_unit_test_setup_teardown(a_real_house_has_no_such_door, control_bench_set_up, control_bench_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
