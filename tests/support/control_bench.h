/* SPDX-License-Identifier: MIT */
/* control_bench.h: a control socket with actors that answer at once, and clients that speak its protocol. All of it
 * asserts (cmocka) on failure. */
#ifndef TESTS_CONTROL_BENCH_H
#define TESTS_CONTROL_BENCH_H

#include <pthread.h>
#include <stdatomic.h>

#include <cjson/cJSON.h>

#include "fixture.h"
#include "port/control_board.h"
#include "port/control_call.h"
#include "port/control_socket.h"

/* A socket with actors that answer at once, in the socket's own thread; which of them do, the test says. */
struct control_bench {
	char dir[64];
	struct house house;
	struct settings settings;
	struct control_options options;
	struct control_socket *socket;
	atomic_bool scada_silent, others_silent;
	atomic_int role, uid;		/* of who connects next */
	atomic_int verdict, result;	/* of scada's answer */
	pthread_mutex_t lock;		/* over all below */
	struct msg_operator asked;
	int n_asked;
	char logged[LOG_TEXT];		/* the last OPERATOR line */
	int n_logged, n_rows;
	struct sim_view sim;		/* what the simulation's door shows */
	char sim_did[64];		/* the last thing that was done there; "" = nothing */
};

int control_bench_set_up(void **state);
int control_bench_tear_down(void **state);
void control_bench_open(struct control_bench *);
/* Tells the socket something, as the control actor would. */
void control_bench_answer(struct control_bench *, struct msg);
/* A line of the log, as the sink would. */
void control_bench_say(struct control_bench *, enum log_level, enum log_code, int node, int value, const char *what);

struct control_call *control_bench_connect(struct control_bench *);
struct control_call *control_bench_client(struct control_bench *);	/* the same, hello taken */
void control_bench_leave(struct control_call *);
void control_bench_send(struct control_call *, const char *line);
cJSON *control_bench_take(struct control_call *);			/* the next line */
cJSON *control_bench_ask(struct control_call *, const char *line);
/* Asks and asserts: the code of the refusal and its exit code; that it is no refusal. */
void control_bench_refused(struct control_call *, const char *line, const char *code, int exit_code);
void control_bench_granted(struct control_call *, const char *line);

const char *json_text(const cJSON *, const char *key);	/* "(none)" when it is no text */
double json_number(const cJSON *, const char *key);
const cJSON *json_data(const cJSON *);
bool json_ok(const cJSON *);

#endif
