/* SPDX-License-Identifier: MIT */
/* history_rivals.h: what other coders would make of a series of one slot: their size in bits, values alone. */
#ifndef TESTS_BENCH_HISTORY_RIVALS_H
#define TESTS_BENCH_HISTORY_RIVALS_H

#include <stddef.h>

#include "core/history/block.h"

/* Zig-zag deltas as varints. */
int64_t rival_varint(const struct block_reading *, int32_t n);
/* Zig-zag deltas, Rice coded with the best parameter of the series; 4 bits say which; the first as a varint. */
int64_t rival_rice(const struct block_reading *, int32_t n);
/* Gorilla (Pelkonen and others, 2015): XOR of doubles, section 4.1.2. */
int64_t rival_gorilla(const struct block_reading *, int32_t n);

/* Zig-zag varint deltas of a day of one series through zstd -19. -1: built without it. */
struct rival_day;
struct rival_day *rival_day_open(void);
void rival_day_add(struct rival_day *, const struct block_reading *, int32_t n);
/* The compressed size of what was added since the last call. */
int64_t rival_day_bytes(struct rival_day *);
void rival_day_close(struct rival_day *);

#endif
