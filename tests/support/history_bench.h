/* SPDX-License-Identifier: MIT */
/* history_bench.h: the history actor with the real store on a temporary file, a house of four nodes, a
 * virtual clock, and an uplink and broker that keep what they are sent. */
#ifndef TESTS_HISTORY_BENCH_H
#define TESTS_HISTORY_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "actor/history.h"
#include "core/wire/types.h"
#include "port/store_sqlite.h"

/* A multiple of 900 s. */
#define START_MS 1800000000000

enum {
	MAX_STATUSES = 16384,
	MAX_MAIL = 256,
	ARENA = 256 * 1024,
	TANK = 0,
	POWER = 1,
	RELAY = 2,
	RELAY_NODE = 3
};

struct sent { struct uuid uid; char *bytes; size_t length; int64_t slot_s; };

struct bench {
	char dir[64], path[96];
	struct house house;
	struct settings settings;
	struct store store;
	struct pool pool;
	char *buffers[POOL_BUFFERS];
	bool taken[POOL_BUFFERS];
	struct history history;
	struct outbox out;
	struct mono now;
	struct wall clock;
	uint64_t random;
	struct sent sent[MAX_STATUSES];		/* as the broker got them */
	int n_sent;
	struct msg mail[MAX_MAIL];		/* on its way to the actor */
	int n_mail;
	bool hold_buffers, deaf;		/* the uplink keeps buffers; does not acknowledge */
	int n_lines[N_LOG_LEVELS], n_stored, n_failed, n_gaps, n_told_lost; /* told: readings, in GAP lines */
	int32_t owed;
	bool untrusted;				/* the clock */
	int n_refused;
	enum diag refused;			/* the last one */
	struct msg_stored last_stored;
};

struct opened { struct gt_sh_status m; struct arena arena; };

int hbench_setup(void **state);
int hbench_teardown(void **state);
/* A new actor on the store as it is; the store opened too; nothing is written any more; a clean stop. */
void hbench_start(struct bench *);
void hbench_open(struct bench *);
void hbench_power_cut(struct bench *);
void hbench_stop(struct bench *);
void hbench_remove_files(const char *dir);

/* Times are milliseconds from START_MS. */
void hbench_time(struct bench *, int64_t ms);
/* One message, and the answers of the world to what came of it. */
void hbench_step(struct bench *, struct msg);
void hbench_tick(struct bench *, int64_t ms);
void hbench_keep(struct bench *, int channel, int64_t ms, int64_t code);
/* Runs the slot that begins at `ms`: a scan each 5 s, some power; returns with its end reached. */
void hbench_run_slot(struct bench *, int64_t ms);
void hbench_mode(struct bench *, enum control_mode);
void hbench_link(struct bench *, bool up);
void hbench_go_remote(struct bench *);

/* What was sent, decoded; fails the test when it is no status of that uid. */
void hbench_status_open(const struct sent *, struct opened *);
void hbench_status_close(struct opened *);
int64_t hbench_status_slot(const struct sent *);
int hbench_status_readings(const struct sent *);
void hbench_assert_same(const struct sent *, const struct sent *);
/* No id with two contents, no slot with two ids (SF-52). Returns the readings of all statuses, each once. */
int hbench_assert_one_each(const struct bench *);

#endif
