/* SPDX-License-Identifier: MIT */
/* history_house.h: the real history actor on a real file, fed a trace as a house would feed it, in virtual time. */
#ifndef TESTS_BENCH_HISTORY_HOUSE_H
#define TESTS_BENCH_HISTORY_HOUSE_H

#include "history_trace.h"

/* What the disk was given, and what is there at the end. physical: bytes of /proc/self/io that went towards a disk,
 * -1 when they cannot be known (a file in memory); device: bytes that came to the disk BENCH_DEVICE, the file system's own
 * among them, -1: none is named. query_ns: processor time of the slowest query of 28 days. */
struct house_cost { int64_t slots, kept, file_bytes, physical, device, query_ns; };

/* Plays the trace to its end into `dir`/history.db, which is gone afterwards, or becomes the file BENCH_KEEP. What is dirty
 * in memory goes to the disk every 30 s of the house's time, as the kernel does it in a real one: an index of SQLite's log
 * that others share (history.share, BENCH_SHARE=1) is. */
bool house_play(struct trace *, const char *dir, struct house_cost *, struct err *);

#endif
