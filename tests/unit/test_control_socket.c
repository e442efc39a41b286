/* SPDX-License-Identifier: MIT */
/* The control socket at its protocol: who may, what is answered, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/control_bench.h"

/* The first line names the service, its house, this start, and what the other side may do. */
static void hello_comes_first(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_connect(b);
	cJSON *h = control_bench_take(c);

	assert_string_equal(json_text(h, "hello"), "spaceheatd");
	assert_int_equal((int)json_number(h, "protocol"), 1);
	assert_string_equal(json_text(h, "house"), "d1.test.house");
	assert_string_equal(json_text(h, "role"), "operator");
	cJSON_Delete(h);
	control_bench_leave(c);
}

/* A socket of mode 0660 in its folder, and gone when the service is. */
static void only_owner_and_group_connect(void **state)
{
	struct control_bench *b = *state;
	struct stat st;

	assert_int_equal(stat(b->settings.control_socket.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
}

/* Each verb that looks is answered with the id it was asked with. */
static void verbs_are_answered(void **state)
{
	static const char *const verbs[] = { "ping", "version", "status", "sensors", "relays", "contract", "alerts", "log",
		"sim", "unsubscribe" };
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	char line[64];

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		cJSON *a;

		snprintf(line, sizeof(line), "{\"id\":%zu,\"verb\":\"%s\"}", i + 7, verbs[i]);
		a = control_bench_ask(c, line);
		assert_true(json_ok(a));
		assert_int_equal((int)json_number(a, "id"), (int)i + 7);
		assert_int_equal((int)json_number(json_data(a), "v"), 1);
		cJSON_Delete(a);
	}
	control_bench_leave(c);
}

/* A status holds what the actors told; of those that are stuck it says nothing, and does not wait for them. */
static void stuck_actors_are_unknown(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a;

	a = control_bench_ask(c, "{\"verb\":\"status\"}");
	assert_string_equal(json_text(cJSON_GetObjectItem(json_data(a), "uplink"), "state"), "up");
	cJSON_Delete(a);
	atomic_store(&b->others_silent, true);
	a = control_bench_ask(c, "{\"verb\":\"status\"}");
	assert_true(json_ok(a));
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetObjectItem(json_data(a), "uplink"), "state")));
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetObjectItem(json_data(a), "history"), "db_bytes")));
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* A scada that does not answer is told as such, in seconds; and when it answers again so does the socket. */
static void a_silent_scada_is_busy(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b), *other = control_bench_client(b);

	atomic_store(&b->scada_silent, true);
	control_bench_send(c, "{\"verb\":\"status\"}");
	control_bench_granted(other, "{\"verb\":\"ping\"}");
	cJSON_Delete(control_bench_take(c));
	atomic_store(&b->scada_silent, false);
	control_bench_granted(c, "{\"verb\":\"status\"}");
	control_bench_leave(c);
	control_bench_leave(other);
}

/* Whatever comes in a line is answered by its name, and the conversation goes on. */
static void garbage_is_named(void **state)
{
	static const struct { const char *line, *code; } cases[] = {
		{ "x", "MalformedJson" }, { "[]", "MalformedJson" }, { "{} {}", "MalformedJson" },
		{ "{\"verb\":\"ping\",\"verb\":\"ping\"}", "DuplicateKey" }, { "\xff", "BadEncoding" },
		{ "{\"a\":[[[[[[[[[]]]]]]]]]}", "TooDeep" }, { "{}", "BadRequest" }, { "{\"verb\":1}", "BadRequest" },
		{ "{\"verb\":\"ping\",\"args\":[]}", "BadRequest" }, { "{\"verb\":\"sing\"}", "UnknownVerb" },
		{ "{\"v\":2,\"verb\":\"ping\"}", "UnsupportedVersion" },
		{ "{\"verb\":\"log\",\"args\":{\"last\":0}}", "BadRequest" },
		{ "{\"verb\":\"log\",\"args\":{\"code\":\"NO\"}}", "NotFound" },
		{ "{\"verb\":\"subscribe\",\"args\":{\"events\":[\"noise\"]}}", "BadRequest" },
		{ "{\"verb\":\"subscribe\",\"args\":{\"since_seq\":-1}}", "BadRequest" },
	};
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		control_bench_refused(c, cases[i].line, cases[i].code, 2);
	control_bench_granted(c, "{\"verb\":\"ping\"}");
	control_bench_leave(c);
}

/* A line of 8192 bytes is read, one of 8193 is refused whole, and the next one is read again. */
static void lines_have_a_limit(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	char *line = malloc(20001);

	assert_non_null(line);
	memset(line, ' ', 8192);
	memcpy(line, "{\"verb\":\"ping\"}", 15);
	line[8192] = '\0';
	control_bench_granted(c, line);
	strcat(line, " ");
	control_bench_refused(c, line, "TooLarge", 2);
	memset(line, 'x', 20000);
	line[20000] = '\0';
	control_bench_refused(c, line, "TooLarge", 2);
	control_bench_granted(c, "{\"verb\":\"ping\"}");
	free(line);
	control_bench_leave(c);
}

/* Several requests in one write are answered one after the other, in their order. */
static void requests_may_be_piled_up(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);

	control_bench_send(c, "{\"id\":1,\"verb\":\"status\"}\n{\"id\":2,\"verb\":\"ping\"}\n\n{\"id\":3,\"verb\":\"relays\"}");
	for (int i = 1; i <= 3; i++) {
		cJSON *a = control_bench_take(c);

		assert_int_equal((int)json_number(a, "id"), i);
		cJSON_Delete(a);
	}
	control_bench_leave(c);
}

/* Twenty requests at once pass, the next is told to wait. */
static void requests_have_a_rate(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	int passed = 0, limited = 0;

	for (int i = 0; i < 40; i++)
		control_bench_send(c, "{\"verb\":\"ping\"}");
	for (int i = 0; i < 40; i++) {
		cJSON *a = control_bench_take(c);

		passed += json_ok(a);
		limited += strcmp(json_text(a, "code"), "RateLimited") == 0;
		cJSON_Delete(a);
	}
	assert_true(passed >= 20);
	assert_true(limited > 0);
	assert_int_equal(passed + limited, 40);
	control_bench_leave(c);
}

static void turned_away(struct control_bench *b)
{
	struct control_call *c = control_bench_connect(b);
	cJSON *a = control_bench_take(c);

	assert_false(json_ok(a));
	assert_string_equal(json_text(a, "code"), "Busy");
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* Four connections of one user, sixteen in all; the next is told why and turned away, and a place is free again. */
static void connections_are_limited(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c[CONTROL_CLIENTS];

	for (int i = 0; i < CONTROL_CLIENTS; i++) {
		atomic_store(&b->uid, 1000 + i / CONTROL_PER_UID);
		c[i] = control_bench_client(b);
		if (i == CONTROL_PER_UID - 1)
			turned_away(b);
	}
	atomic_store(&b->uid, 2000);
	turned_away(b);
	control_bench_granted(c[0], "{\"verb\":\"ping\"}");
	for (int i = 0; i < CONTROL_CLIENTS; i++)
		control_bench_leave(c[i]);
}

/* Who may only look is refused with the line that changes it, and that is logged; nothing reaches scada. */
static void readers_do_not_command(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c;
	cJSON *a;

	atomic_store(&b->role, ROLE_READ);
	c = control_bench_client(b);
	control_bench_granted(c, "{\"verb\":\"status\"}");
	a = control_bench_ask(c, "{\"verb\":\"dispatch\",\"args\":{\"node\":\"a.elt1.relay\",\"state\":\"on\"}}");
	assert_string_equal(json_text(a, "code"), "NotPermitted");
	assert_int_equal((int)json_number(a, "exit"), 77);
	assert_non_null(strstr(json_text(a, "action"), "spaceheat-operator pat"));
	cJSON_Delete(a);
	pthread_mutex_lock(&b->lock);
	assert_int_equal(b->n_asked, 0);
	assert_int_equal(b->n_logged, 1);
	assert_int_equal(b->n_rows, 1);
	assert_non_null(strstr(b->logged, "NotPermitted by pat (uid=1000)"));
	pthread_mutex_unlock(&b->lock);
	control_bench_leave(c);
}

/* uid 0 and the service's own may all; the operators' group may command; everybody else looks. */
static void roles_follow_uid_and_groups(void **state)
{
	const gid_t groups[] = { 5, 9 };

	(void)state;
	assert_int_equal(control_role_pick(0, 77, groups, 2, 9), ROLE_ADMIN);
	assert_int_equal(control_role_pick(77, 77, NULL, 0, 9), ROLE_ADMIN);
	assert_int_equal(control_role_pick(1000, 77, groups, 2, 9), ROLE_OPERATOR);
	assert_int_equal(control_role_pick(1000, 77, groups, 1, 9), ROLE_READ);
	assert_int_equal(control_role_pick(1000, 77, groups, 2, (gid_t)-1), ROLE_READ);
}

/* The kernel says who is at the other end: here, ourselves. */
static void the_kernel_names_the_peer(void **state)
{
	struct control_peer p;
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	control_peer_of(pair[0], "no-such-group", &p);
	assert_int_equal(p.uid, getuid());
	assert_int_equal(p.role, ROLE_ADMIN);
	close(pair[0]);
	control_peer_of(pair[1], "", &p);
	close(pair[1]);
	control_peer_of(-1, "", &p);
	assert_int_equal(p.role, ROLE_NOBODY);
}

/* A dispatch becomes one message with what was said, an answer, a line and a row of the history. */
static void a_dispatch_reaches_scada(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a = control_bench_ask(c, "{\"id\":5,\"verb\":\"dispatch\",\"args\":{\"node\":\"a.pump.relay\",\"state\":\"on\","
		"\"minutes\":30,\"override\":true},\"via\":\"cli\"}");

	assert_true(json_ok(a));
	assert_string_equal(json_text(json_data(a), "result"), "Done");
	assert_true(json_number(json_data(a), "until_ms") == 1799928000000.0);
	cJSON_Delete(a);
	pthread_mutex_lock(&b->lock);
	assert_int_equal(b->asked.verb, OPERATOR_DISPATCH);
	assert_int_equal(b->asked.relay, 1);
	assert_int_equal(b->asked.minutes, 30);
	assert_true(b->asked.on && b->asked.override);
	assert_int_equal(b->asked.uid, 1000);
	assert_non_null(strstr(b->logged, "dispatch node=a.pump.relay state=on minutes=30 override=true via=cli: Done"));
	assert_int_equal(b->n_rows, 1);
	pthread_mutex_unlock(&b->lock);
	control_bench_leave(c);
}

/* Defaults are an hour for a dispatch, four for a hold. */
static void times_have_defaults(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);

	control_bench_granted(c, "{\"verb\":\"dispatch\",\"args\":{\"node\":\"a.pump.relay\",\"state\":\"off\"}}");
	assert_int_equal(b->asked.minutes, 60);
	control_bench_granted(c, "{\"verb\":\"hold\",\"args\":{\"setpoint_c\":20.5}}");
	assert_int_equal(b->asked.verb, OPERATOR_HOLD);
	assert_int_equal(b->asked.minutes, 240);
	assert_int_equal(b->asked.setpoint_mc, 20500);
	control_bench_granted(c, "{\"verb\":\"hold\",\"args\":{\"cancel\":true}}");
	assert_int_equal(b->asked.verb, OPERATOR_HOLD_CANCEL);
	control_bench_granted(c, "{\"verb\":\"reset\",\"args\":{\"node\":\"trip\"}}");
	assert_int_equal(b->asked.relay, -1);
	control_bench_granted(c, "{\"verb\":\"dispatch\",\"args\":{\"node\":\"a.pump.relay\",\"state\":\"auto\"}}");
	assert_int_equal(b->asked.verb, OPERATOR_AUTO);
	control_bench_leave(c);
}

/* What cannot be asked is refused before scada hears of it, with the word that is wrong. */
static void wrong_requests_never_reach_scada(void **state)
{
	static const struct { const char *args, *verb, *code; } cases[] = {
		{ "{}", "dispatch", "BadRequest" },
		{ "{\"node\":\"a.pump.rely\",\"state\":\"on\"}", "dispatch", "NotFound" },
		{ "{\"node\":\"a.tank.temp0\",\"state\":\"on\"}", "dispatch", "DispatchNodeNotBooleanActuator" },
		{ "{\"node\":\"a.pump.relay\",\"state\":\"maybe\"}", "dispatch", "BadRequest" },
		{ "{\"node\":\"a.pump.relay\",\"state\":\"on\",\"minutes\":0}", "dispatch", "BadRequest" },
		{ "{\"node\":\"a.pump.relay\",\"state\":\"on\",\"minutes\":1441}", "dispatch", "BadRequest" },
		{ "{\"node\":\"a.pump.relay\",\"state\":\"on\",\"minutes\":1.5}", "dispatch", "BadRequest" },
		{ "{\"setpoint_c\":15.9}", "hold", "OutOfRange" },
		{ "{\"setpoint_c\":24.1}", "hold", "OutOfRange" },
		{ "{\"setpoint_c\":\"20\"}", "hold", "OutOfRange" },
		{ "{\"node\":\"nothing\"}", "reset", "NotFound" },
	};
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	char line[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "{\"verb\":\"%s\",\"args\":%s}", cases[i].verb, cases[i].args);
		control_bench_refused(c, line, cases[i].code, 2);
	}
	assert_int_equal(b->n_asked, 0);
	control_bench_leave(c);
}

/* Each verdict of scada has a name, a way out and the exit code 4, or 1 when trying again may help. */
static void verdicts_are_told(void **state)
{
	static const struct { int verdict; const char *code; int exit; } cases[] = {
		{ OPERATOR_GUARD_HOLDS, "HeldByMinOff", 4 }, { OPERATOR_NOT_IN_CONTROL, "NotInControl", 4 },
		{ OPERATOR_OUT_OF_RANGE, "OutOfRange", 2 }, { OPERATOR_NOTHING_LOCKED, "NotFound", 4 },
		{ OPERATOR_STILL_HOT, "HeldByCeiling", 4 }, { OPERATOR_BUSY, "Busy", 1 },
	};
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);
	cJSON *a;

	atomic_store(&b->result, GUARD_HELD_MIN_OFF);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		atomic_store(&b->verdict, cases[i].verdict);
		control_bench_refused(c, "{\"verb\":\"reset\",\"args\":{\"node\":\"trip\"}}", cases[i].code, cases[i].exit);
	}
	atomic_store(&b->verdict, OPERATOR_NOT_IN_CONTROL);
	a = control_bench_ask(c, "{\"verb\":\"dispatch\",\"args\":{\"node\":\"a.pump.relay\",\"state\":\"on\",\"minutes\":45}}");
	assert_string_equal(json_text(a, "text"), "RemoteControl until 07:00");
	assert_string_equal(json_text(a, "action"), "add --override to take over for 45 min");
	cJSON_Delete(a);
	atomic_store(&b->verdict, OPERATOR_GUARD_HOLDS);
	a = control_bench_ask(c, "{\"verb\":\"dispatch\",\"args\":{\"node\":\"a.pump.relay\",\"state\":\"on\"}}");
	assert_true(json_number(json_data(a), "until_ms") == 1799924999000.0);
	cJSON_Delete(a);
	control_bench_leave(c);
}

/* What a person could type into a request cannot forge a line of the log. */
static void log_lines_cannot_be_forged(void **state)
{
	struct control_bench *b = *state;
	struct control_call *c = control_bench_client(b);

	cJSON_Delete(control_bench_ask(c, "{\"verb\":\"dispatch\",\"args\":{\"node\":\"x\\nC TRIP\"},\"via\":\"\\u001b[2J\"}"));
	assert_int_equal(b->n_logged, 1);
	assert_null(strchr(b->logged, '\n'));
	assert_null(strchr(b->logged, '\x1b'));
	control_bench_leave(c);
}

/* A second service does not take the socket of a running one; a dead one's is taken; what is no socket is left alone. */
static void the_path_is_taken_with_care(void **state)
{
	struct control_bench *b = *state;
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct control_socket *second;
	struct err e;
	int fd;
	FILE *f;

	second = control_socket_open(&b->options, &e);
	assert_non_null(second);
	assert_false(control_socket_listen(second, &e));
	assert_non_null(strstr(e.text, "another service listens"));
	control_socket_close(second);
	control_bench_leave(control_bench_client(b));
	control_socket_close(b->socket);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(a.sun_path, b->settings.control_socket.path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	close(fd);	/* as a killed service leaves it */
	control_bench_open(b);
	control_bench_leave(control_bench_client(b));
	control_socket_close(b->socket);
	f = fopen(a.sun_path, "w");
	assert_non_null(f);
	fclose(f);
	b->socket = control_socket_open(&b->options, &e);
	assert_false(control_socket_listen(b->socket, &e));
	assert_non_null(strstr(e.text, "is no socket"));
	unlink(a.sun_path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, control_bench_set_up, control_bench_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(hello_comes_first), TEST(only_owner_and_group_connect), TEST(verbs_are_answered),
		TEST(stuck_actors_are_unknown), TEST(a_silent_scada_is_busy), TEST(garbage_is_named),
		TEST(lines_have_a_limit), TEST(requests_may_be_piled_up), TEST(requests_have_a_rate),
		TEST(connections_are_limited), TEST(readers_do_not_command),
		cmocka_unit_test(roles_follow_uid_and_groups), cmocka_unit_test(the_kernel_names_the_peer),
		TEST(a_dispatch_reaches_scada), TEST(times_have_defaults), TEST(wrong_requests_never_reach_scada),
		TEST(verdicts_are_told), TEST(log_lines_cannot_be_forged), TEST(the_path_is_taken_with_care),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
