/* SPDX-License-Identifier: MIT */
#include "control_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 10000 };

void control_bench_answer(struct control_bench *b, struct msg m)
{
	struct control_port port = control_socket_port(b->socket);

	m.clock.ms = 1799924400000;
	port.take(port.self, &m);
}

static void query(struct control_bench *b, const struct msg *m)
{
	struct house_view *v;

	if (m->to != TO_SCADA && !atomic_load(&b->others_silent)) {
		if (m->to == TO_UPLINK)
			control_bench_answer(b, (struct msg){ .type = MSG_UPLINK_VIEW, .uplink_view = { .ticket = m->query.ticket,
				.wanted = true, .up = true } });
		else
			control_bench_answer(b, (struct msg){ .type = MSG_HISTORY_VIEW, .history_view = { .ticket = m->query.ticket,
				.db_bytes = 4096, .have_s = { 60, 60, 60, 60 } } });
	}
	if (m->to != TO_SCADA || atomic_load(&b->scada_silent))
		return;
	v = &control_socket_boxes(b->socket)->box[m->query.box];
	memset(v, 0, sizeof(*v));
	v->t_ms = 1799924400000;
	v->channels[FX_CH_TOP] = (struct view_channel){ QUALITY_GOOD, 71250, 71250, 0, 0, QUALITY_GOOD };
	control_bench_answer(b, (struct msg){ .type = MSG_VIEW, .view = m->query });
}

static void operate(struct control_bench *b, const struct msg *m)
{
	pthread_mutex_lock(&b->lock);
	b->asked = m->operator;
	b->n_asked++;
	pthread_mutex_unlock(&b->lock);
	control_bench_answer(b, (struct msg){ .type = MSG_OPERATOR_ANSWER, .operator_answer = { .ticket = m->operator.ticket,
		.verdict = (enum operator_verdict)atomic_load(&b->verdict),
		.result = (enum guard_result)atomic_load(&b->result), .until_ms = 1799928000000,
		.held_until_ms = 1799924999000, .value_mc = 71500 } });
}

static bool post(void *self, const struct msg *m)
{
	struct control_bench *b = self;

	if (m->type == MSG_QUERY)
		query(b, m);
	else if (m->type == MSG_OPERATOR)
		operate(b, m);
	if (m->type != MSG_LOG && m->type != MSG_EVENT)
		return true;
	pthread_mutex_lock(&b->lock);
	if (m->type == MSG_LOG) {
		memcpy(b->logged, m->log.text, sizeof(b->logged));
		b->n_logged++;
	} else {
		b->n_rows++;
	}
	pthread_mutex_unlock(&b->lock);
	return true;
}

/* peer_of has no context of its own: who comes is told through the descriptor of the test's choice. */
static struct control_bench *the_bench(struct control_bench *set)
{
	static struct control_bench *b;

	b = set != NULL ? set : b;
	return b;
}

static void peer_of(int fd, const char *group, struct control_peer *p)
{
	struct control_bench *b = the_bench(NULL);

	(void)fd, (void)group;
	*p = (struct control_peer){ .uid = (uid_t)atomic_load(&b->uid), .role = (enum control_role)atomic_load(&b->role),
		.user = "pat" };
}

/* --- a simulation that does what it is told, and remembers it ------------------------------------------------------ */

static void sim_look(void *self, struct sim_view *v)
{
	struct control_bench *b = self;

	pthread_mutex_lock(&b->lock);
	*v = b->sim;
	pthread_mutex_unlock(&b->lock);
}

static void sim_did(struct control_bench *b, const char *what, double value)
{
	pthread_mutex_lock(&b->lock);
	snprintf(b->sim_did, sizeof(b->sim_did), "%.40s %g", what, value);
	pthread_mutex_unlock(&b->lock);
}

static bool sim_speed(void *self, double speed, struct err *e)
{
	if (speed > 3600)
		return err_set(e, ERR_RANGE, 0, "speed %g is outside 0.1..3600 - give one inside, or max", speed);
	sim_did(self, "speed", speed);
	return true;
}

static void sim_pause(void *self, bool paused)
{
	sim_did(self, "pause", paused);
}

static bool sim_fault(void *self, const char *spec, int32_t *number, struct err *e)
{
	if (strchr(spec, '@') == NULL)
		return err_set(e, ERR_FORMAT, 0, "fault \"%s\": no @WHEN - write it", spec);
	*number = 7;
	sim_did(self, spec, *number);
	return true;
}

static int sim_clear(void *self)
{
	sim_did(self, "clear", 3);
	return 3;
}

void control_bench_open(struct control_bench *b)
{
	struct err e;

	b->socket = control_socket_open(&b->options, &e);
	assert_non_null(b->socket);
	if (!control_socket_listen(b->socket, &e))
		fail_msg("%s", e.text);
}

int control_bench_set_up(void **state)
{
	struct control_bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	the_bench(b);
	strcpy(b->dir, "/tmp/test_control_XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	pthread_mutex_init(&b->lock, NULL);
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	b->settings.log.level = LEVEL_INFO;
	snprintf(b->settings.control_socket.path, PATH_SIZE, "%s/control.sock", b->dir);
	strcpy(b->settings.control_socket.operator_group, "spaceheat-operator");
	b->options = (struct control_options){ .house = &b->house, .settings = &b->settings, .post = { b, post, NULL },
		.version = "1.2.3", .boot_id = { { 1 } }, .offset_known = true, .utc_offset_s = -18000,
		.peer_of = peer_of, .sim = { b, sim_look, sim_speed, sim_pause, sim_fault, sim_clear } };
	b->sim = (struct sim_view){ .t_ms = 1799924100000, .speed = 60 };
	atomic_store(&b->role, ROLE_OPERATOR);
	atomic_store(&b->uid, 1000);
	control_bench_open(b);
	*state = b;
	return 0;
}

int control_bench_tear_down(void **state)
{
	struct control_bench *b = *state;

	control_socket_close(b->socket);
	assert_int_equal(rmdir(b->dir), 0);	/* the socket is gone, too */
	pthread_mutex_destroy(&b->lock);
	free(b);
	return 0;
}

struct control_call *control_bench_connect(struct control_bench *b)
{
	struct control_call *c = malloc(sizeof(*c));
	struct err e;

	assert_non_null(c);
	if (!control_call_open(c, b->settings.control_socket.path, &e))
		fail_msg("%s", e.text);
	return c;
}

cJSON *control_bench_take(struct control_call *c)
{
	struct err e;
	char *line;
	cJSON *tree;

	if (!control_call_take(c, PATIENCE_MS, &line, &e))
		fail_msg("%s", e.text);
	tree = cJSON_Parse(line);
	assert_non_null(tree);
	return tree;
}

static void pass_over(struct control_call *c)
{
	cJSON_Delete(control_bench_take(c));
}

struct control_call *control_bench_client(struct control_bench *b)
{
	struct control_call *c = control_bench_connect(b);

	pass_over(c);	/* hello */
	return c;
}

void control_bench_send(struct control_call *c, const char *line)
{
	struct err e;

	assert_true(control_call_send(c, line, &e));
	assert_true(control_call_send(c, "\n", &e));
}

cJSON *control_bench_ask(struct control_call *c, const char *line)
{
	control_bench_send(c, line);
	return control_bench_take(c);
}

void control_bench_leave(struct control_call *c)
{
	control_call_close(c);
	free(c);
}

const char *json_text(const cJSON *o, const char *key)
{
	const char *t = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

	return t != NULL ? t : "(none)";
}

double json_number(const cJSON *o, const char *key)
{
	return cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(o, key));
}

const cJSON *json_data(const cJSON *o)
{
	return cJSON_GetObjectItemCaseSensitive(o, "data");
}

bool json_ok(const cJSON *o)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(o, "ok"));
}

/* Asks and asserts the code of the refusal and its exit code. */
void control_bench_refused(struct control_call *c, const char *line, const char *code, int exit_code)
{
	cJSON *a = control_bench_ask(c, line);

	assert_false(json_ok(a));
	assert_string_equal(json_text(a, "code"), code);
	assert_int_equal((int)json_number(a, "exit"), exit_code);
	cJSON_Delete(a);
}

void control_bench_granted(struct control_call *c, const char *line)
{
	cJSON *a = control_bench_ask(c, line);

	if (!json_ok(a))
		fail_msg("%s: %s", line, json_text(a, "text"));
	cJSON_Delete(a);
}

void control_bench_say(struct control_bench *b, enum log_level level, enum log_code code, int node, int value, const char *what)
{
	struct msg m = { .type = MSG_LOG, .clock = { 1799924400000 }, .log = { .level = (uint8_t)level,
		.code = (uint8_t)code, .node = (int16_t)node, .value = value } };

	snprintf(m.log.text, sizeof(m.log.text), "%s", what);
	control_socket_log(b->socket, &m);
}
