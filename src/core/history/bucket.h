/* SPDX-License-Identifier: MIT */
/* bucket.h: what many readings came to (mean, least, most, how many), many buckets of many series as few
 * bytes, and back: exact both ways.
 *
 * Pure, and as safe on any bytes as block.h. A row of the tiers minute, quarter and day is one such block.
 * A bucket's time is its number in the row: at * (60, 900 s or the day) after the row's start, which the
 * row's reader knows. A bucket without a good reading is left out. What is no mean of readings (seconds in a
 * mode, cost) is a series of its own with mean = min = max: equal columns cost next to nothing. */
#ifndef CORE_HISTORY_BUCKET_H
#define CORE_HISTORY_BUCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/history/block.h"
#include "core/history/grid.h"

/* Format bytes; 3 and 4: the same numbers in two forms, as for readings. 5: packed, and least and most of some series are
 * steps of their sensor's grid. */
enum { BUCKET_PLAIN = 3, BUCKET_PACKED = 4, BUCKET_GRID = 5 };

/* wh: of power channels, else 0. Any numbers are kept exactly, sensible or not; at and count are >= 0. */
struct bucket { int32_t at, count; int64_t mean, min, max, wh; };

/* Series as in block.h: buckets[first] ... of series `id`, with `at` rising. */
struct bucket_block {
	int32_t n_series, n_buckets, capacity;
	struct block_series series[BLOCK_MAX_SERIES];
	struct code_map grid[BLOCK_MAX_SERIES];	/* how codes of that series become values: all least and most are such; num 0:
						 * not known. Good or wrong, the same buckets come back; good costs less */
	struct bucket *buckets;		/* the caller's, `capacity` of them */
};

/* Room that always suffices. A usual bucket takes 1 to 2 bytes. */
static inline size_t bucket_most_bytes(int32_t n_series, int32_t n_buckets)
{
	return 6 + 15 * (size_t)n_series + 50 * (size_t)n_buckets;
}

/* Returns the number of bytes written, or -1: they do not fit, or `at` does not rise. */
int bucket_encode(const struct bucket_block *, uint8_t *bytes, size_t size);

/* Fills series and buckets; buckets and capacity are set by the caller. False: not buckets, or more than
 * fit; then the block is empty. */
bool bucket_decode(const uint8_t *bytes, size_t length, struct bucket_block *);
/* The buckets of one series alone: n_series is 1, or 0 when the block has none of it. What stands behind it in
 * the block is not looked at, so it takes half the time on average. The capacity must do for the whole block. */
bool bucket_decode_series(const uint8_t *bytes, size_t length, int32_t id, struct bucket_block *);

#endif
