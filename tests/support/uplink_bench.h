/* SPDX-License-Identifier: MIT */
/* uplink_bench.h: an uplink with a net that remembers what it was given and a pool that counts what came
 * back. */
#ifndef TESTS_UPLINK_BENCH_H
#define TESTS_UPLINK_BENCH_H

#include "actor/uplink.h"
#include "core/wire/types.h"

enum { BENCH_KEPT = 200 };
#define BENCH_START_MS 1799924400000	/* 2027-01-14T11:00:00Z */

struct sent { char topic[160]; int qos, token; bool retain; size_t length; char bytes[4096]; };

struct bench {
	struct house house;
	struct settings settings;
	struct uplink uplink;
	struct outbox out;
	struct wall clock;
	struct mono now;
	/* the net */
	struct net net;
	struct sent sent[BENCH_KEPT];
	int n_sent, next_token;
	enum err_code refuse;		/* ERR_NONE: takes all */
	/* the pool */
	struct pool pool;
	char *buffers;
	int given[POOL_BUFFERS];
	char arena[65536];
};

extern const struct uuid bench_boot;

int bench_setup(void **state);
int bench_teardown(void **state);
void bench_step(struct bench *, struct msg);
void bench_link(struct bench *, bool up, const char *reason, enum log_code);
void bench_acknowledge(struct bench *, int token);
/* Up, `online` sent and acknowledged, nothing else. */
void bench_up(struct bench *);
/* The n-th message published, which must be one of that type and topic, decoded. */
void bench_read(struct bench *, int n, const struct wire *, const char *topic, void *out);
/* What the last step said to that address, or NULL. */
const struct msg *bench_said(const struct bench *, enum msg_type, enum address to);

#endif
