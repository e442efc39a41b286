/* SPDX-License-Identifier: MIT */
/* history_house.h: the real history actor on a real file, fed a trace as a house would feed it, in virtual time. */
#ifndef TESTS_BENCH_HISTORY_HOUSE_H
#define TESTS_BENCH_HISTORY_HOUSE_H

#include "history_trace.h"

/* What the disk was given, and what is there at the end. physical: bytes of /proc/self/io that went towards a disk,
 * -1 when they cannot be known (a file in memory). */
struct house_cost { int64_t slots, kept, file_bytes, physical; };

/* Plays the trace to its end into `dir`/history.db. */
bool house_play(struct trace *, const char *dir, struct house_cost *, struct err *);

#endif
