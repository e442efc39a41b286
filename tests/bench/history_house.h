/* SPDX-License-Identifier: MIT */
/* history_house.h: the real history actor on a real file, fed a trace as a house would feed it, in virtual time. */
#ifndef TESTS_BENCH_HISTORY_HOUSE_H
#define TESTS_BENCH_HISTORY_HOUSE_H

#include "history_trace.h"

/* What the disk was given, and what is there at the end. physical: bytes of /proc/self/io that went towards a disk,
 * -1 when they cannot be known (a file in memory). query_ns: processor time of the slowest query of 28 days. */
struct house_cost { int64_t slots, kept, file_bytes, physical, query_ns; };

/* Plays the trace to its end into `dir`/history.db, which is gone afterwards. writeback: what is dirty in memory goes to
 * the disk every 30 s of the house's time, as the kernel does it in a real one: SQLite's index of its log is. */
bool house_play(struct trace *, const char *dir, bool writeback, struct house_cost *, struct err *);

#endif
