/* SPDX-License-Identifier: MIT */
/* store_bench.h: the SQLite store on a temporary file, and what tests do to that file behind its back. */
#ifndef TESTS_STORE_BENCH_H
#define TESTS_STORE_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port/store_sqlite.h"

struct store_bench {
	char dir[64], path[96];
	struct store store;
	struct err e;
};

#define BEGIN(b, d) assert_true((b)->store.begin((b)->store.self, d, &(b)->e))
#define COMMIT(b) assert_true((b)->store.commit((b)->store.self, &(b)->e))

int store_bench_setup(void **state);
int store_bench_teardown(void **state);
void store_bench_open(struct store_bench *);
void store_bench_close(struct store_bench *);
void store_bench_reopen(struct store_bench *);
/* Files in the directory whose name holds `part`, without the logs that belong to them. */
int store_bench_files(const struct store_bench *, const char *part);
/* Runs SQL on the closed file, as a person with the sqlite3 program would. */
void store_bench_by_hand(const struct store_bench *, const char *sql);
void store_bench_put(struct store_bench *, int64_t start_s, const char *bytes);
bool store_bench_has(struct store_bench *, int64_t start_s, const char *bytes);

#endif
