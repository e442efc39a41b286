/* SPDX-License-Identifier: MIT */
/* guard_bench.h: a small simulated house, a state directory of its own, a mailbox for the guard. */
#ifndef TESTS_GUARD_BENCH_H
#define TESTS_GUARD_BENCH_H

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "port/guard_socket.h"

enum { HP, ELEMENT, PUMP, N_BENCH_RELAYS, BENCH_BOX = 256, BENCH_WAIT_S = 20 };

struct bench {
	struct settings settings;
	struct house house;
	char dir[64], program[512];

	pthread_mutex_t lock;
	pthread_cond_t news;
	struct msg box[BENCH_BOX];
	int n, taken, busy;
};

static bool bench_post(void *self, const struct msg *m)
{
	struct bench *b = self;

	pthread_mutex_lock(&b->lock);
	assert_true(b->n < BENCH_BOX);
	b->box[b->n++] = *m;
	pthread_cond_broadcast(&b->news);
	pthread_mutex_unlock(&b->lock);
	return true;
}

static void bench_busy(void *self, int delta)
{
	struct bench *b = self;

	pthread_mutex_lock(&b->lock);
	b->busy += delta;
	assert_true(b->busy >= 0);
	pthread_cond_broadcast(&b->news);
	pthread_mutex_unlock(&b->lock);
}

static inline int64_t bench_real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static inline struct timespec bench_deadline(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += BENCH_WAIT_S;
	return t;
}

/* The next message of that type; those before it are gone. */
static inline struct msg bench_next(struct bench *b, enum msg_type type)
{
	struct timespec until = bench_deadline();
	struct msg m = { 0 };

	pthread_mutex_lock(&b->lock);
	while (m.type != type) {
		int error = 0;

		while (b->taken == b->n && error == 0)
			error = pthread_cond_timedwait(&b->news, &b->lock, &until);
		assert_int_equal(error, 0);
		m = b->box[b->taken++];
	}
	pthread_mutex_unlock(&b->lock);
	return m;
}

/* The next event of that kind. */
static inline struct msg_relay_event bench_event(struct bench *b, enum guard_event_kind kind)
{
	struct msg m;

	do
		m = bench_next(b, MSG_RELAY_EVENT);
	while (m.relay_event.kind != kind);
	return m.relay_event;
}

/* Waits until nothing that was asked is unanswered. */
static inline void bench_settle(struct bench *b)
{
	struct timespec until = bench_deadline();
	int error = 0;

	pthread_mutex_lock(&b->lock);
	while (b->busy != 0 && error == 0)
		error = pthread_cond_timedwait(&b->news, &b->lock, &until);
	pthread_mutex_unlock(&b->lock);
	assert_int_equal(error, 0);
}

static inline void bench_find_program(struct bench *b)
{
	const char *given = getenv("SPACEHEAT_GUARD");
	char exe[400] = "";
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;

	if (given != NULL) {
		snprintf(b->program, sizeof(b->program), "%s", given);
		return;
	}
	assert_true(n > 0);
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	*slash = '\0';
	snprintf(b->program, sizeof(b->program), "%s/../spaceheat-guard", exe);
}

static inline void bench_house(struct bench *b)
{
	static const enum relay_kind kinds[N_BENCH_RELAYS] = { RELAY_HEAT_PUMP, RELAY_ELEMENT, RELAY_PUMP };

	snprintf(b->house.key, sizeof(b->house.key), "dw1.test.oak");
	b->house.n_nodes = b->house.n_components = b->settings.n_relays = N_BENCH_RELAYS;
	for (int i = 0; i < N_BENCH_RELAYS; i++) {
		b->house.nodes[i].component = i;
		b->house.components[i] = (struct component){ .make = MAKE_GRIDWORKS_SIM_RELAY, .gpio = -1 };
		b->settings.relays[i] = (struct settings_relay){ .node = i, .kind = kinds[i] };
	}
	b->settings.guard = (struct settings_guard){ .hp_min_off_s = 300, .hp_min_on_s = 600,
		.hp_max_starts_per_hour = 4, .relay_min_interval_s = 10, .store_ceiling_c = 75,
		.store_trip_c = 82, .supply_ceiling_c = 82, .freeze_pipe_c = 5, .freeze_zone_c = 7,
		.pump_exercise_days = 7, .start_delay_max_s = 120 };
}

static inline struct bench *bench_open(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	snprintf(b->dir, sizeof(b->dir), "/tmp/spaceheat-test-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->news, NULL);
	bench_find_program(b);
	bench_house(b);
	return b;
}

static inline struct guard_socket_options bench_options(struct bench *b)
{
	return (struct guard_socket_options){ .program = b->program, .state_dir = b->dir,
		.settings = &b->settings, .house = &b->house, .simulated = true, .start = { 1000000 },
		.post = { b, bench_post, bench_busy } };
}

static inline void bench_close(struct bench *b)
{
	static const char *const files[] = { "guard.state", "guard.config", "guard.config.new" };
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(b->dir), 0);
	pthread_mutex_destroy(&b->lock);
	pthread_cond_destroy(&b->news);
	free(b);
}

/* --- a guard that serves it --- */

struct running {
	struct bench *bench;
	struct guard_socket *socket;
	struct guard_port port;
	int64_t now_ms;
	uint32_t seq;
};

static inline struct running begin(struct bench *b, const struct guard_socket_options *o)
{
	struct running r = { .bench = b, .now_ms = o->start.ms };
	struct err e = { 0 };

	r.socket = guard_socket_open(o, &e);
	if (r.socket == NULL)
		fail_msg("%s", e.text);
	r.port = guard_socket_port(r.socket);
	return r;
}

static inline struct running begin_new(void)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);

	return begin(b, &o);
}

static inline void end(struct running *r)
{
	guard_socket_close(r->socket);
	assert_int_equal(r->bench->busy, 0);
	bench_close(r->bench);
}

static inline void tick(struct running *r, int64_t ms)
{
	struct err e;

	r->now_ms += ms;
	assert_true(r->port.tick(r->port.self, (struct mono){ r->now_ms }, &e));
	bench_settle(r->bench);
}

static inline struct msg_answer ask(struct running *r, int relay, bool on)
{
	struct guard_want w = { .relay = (uint8_t)relay, .on = on, .rank = GUARD_RANK_LOCAL,
		.lease_ms = GUARD_LEASE_MS };
	struct msg m;
	struct err e;

	assert_true(r->port.want(r->port.self, &w, ++r->seq, &e));
	m = bench_next(r->bench, MSG_ANSWER);
	assert_int_equal(m.to, TO_RELAY);
	assert_int_equal(m.answer.seq, r->seq);
	assert_int_equal(m.answer.relay, relay);
	bench_settle(r->bench);
	return m.answer;
}

static inline uint8_t byte_of(const struct running *r, int relay)
{
	return guard_socket_relays(r->socket)[relay];
}

#endif
