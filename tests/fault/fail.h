/* SPDX-License-Identifier: MIT */
/* fail.h: how a program asks the preloaded library fail.so (tests/fault/fail.c) to fail something. */
#ifndef TESTS_FAULT_FAIL_H
#define TESTS_FAULT_FAIL_H

#include <stdbool.h>
#include <stdint.h>

enum fail_site { SITE_NOTHING, SITE_ALLOC, SITE_WRITE, SITE_SYNC, SITE_TRUNCATE, SITE_OPEN, SITE_READ, SITE_MAP, SITE_REMOVE,
	SITE_RENAME, SITE_SOCKET, SITE_CONNECT, SITE_SEND, SITE_SPAWN, SITE_THREAD,
	SITE_DISK,	/* any of write, sync, truncate, open, read, map, remove, rename */
	N_SITES_OF_FAIL };

/* From now on the n-th call of that site fails, and `count` - 1 after it; count < 0: all after it. n 0: only counts. */
typedef void fail_arm_function(enum fail_site, int64_t n, int64_t count);
/* How many calls of the site there were since, and whether one failed. */
typedef int64_t fail_calls_function(void);
typedef int fail_fired_function(void);
/* Calls of another program that lives in this process are neither counted nor failed. */
typedef void fail_pause_function(bool);

#endif
