/* SPDX-License-Identifier: MIT */
/* inhouse.h: the whole service in one process, as tests run it: each asserts (cmocka) that it opens, and runs `seconds` of
 * simulated time, unpaced. */
#ifndef TESTS_INHOUSE_H
#define TESTS_INHOUSE_H

#include "whole/inhouse.h"

struct inhouse *inhouse_run(enum inhouse_manner, const char *house, uint64_t seed, int64_t seconds);
/* The same in one thread, with an outage of the broker. */
struct inhouse *inhouse_run_cut(const char *house, uint64_t seed, int64_t seconds, int64_t cut_from_s,
	int64_t cut_until_s);
/* The same in one thread, with something done before time begins: a fault. */
struct inhouse *inhouse_run_with(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *));
/* The same with another AtomicTNode: its step gets the struct atn and may call atn_step itself. */
struct inhouse *inhouse_run_atn(enum inhouse_manner, const char *house, uint64_t seed, int64_t seconds,
	void (*step)(void *self, const struct msg *, struct outbox *));
/* The same as inhouse_run_with, with something of the caller's in `test`. */
struct inhouse *inhouse_run_test(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *), void *test);
/* Removes the directory too. */
void inhouse_free(struct inhouse *);

#endif
