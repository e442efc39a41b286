/* SPDX-License-Identifier: MIT */
/* history_trace.h: days of readings of a house, slot by slot: generated from the simulated plant with the sensors of
 * its specification, or recorded in a CSV. The same seed gives the same readings. */
#ifndef TESTS_BENCH_HISTORY_TRACE_H
#define TESTS_BENCH_HISTORY_TRACE_H

#include "core/history/block.h"
#include "spaceheat/err.h"

enum { TRACE_SLOT_S = 300, TRACE_SCAN_S = 5, TRACE_CAPACITY = 60000 };

enum trace_kind { TRACE_DS18B20, TRACE_NTC, TRACE_POWER, TRACE_RELAYS, N_TRACE_KINDS };

struct trace;

/* A house for so many days; NULL: see err. Of each thousand readings two are missing and one is over 1 s late. */
struct trace *trace_generate(int days, uint64_t seed, struct err *);
/* Lines `unix_ms,channel,code`, in any order of channels, times rising per channel. */
struct trace *trace_read_csv(const char *path, struct err *);
void trace_close(struct trace *);
bool trace_is_recorded(const struct trace *);
/* The readings of all series of the next slot; of a recorded trace all are in kind 0. False: there is none. */
bool trace_next(struct trace *, struct block of[N_TRACE_KINDS]);

#endif
