/* SPDX-License-Identifier: MIT */
/* block.h: many readings of many series as few bytes, and back: exact both ways.
 *
 * Pure. Decoding is safe on any input bytes: it stops with an error instead of reading past the end or
 * writing past the capacity. The CRC of a stored block is the row's, not the block's. */
#ifndef CORE_HISTORY_BLOCK_H
#define CORE_HISTORY_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BLOCK_PLAIN = 1,		/* format byte: zig-zag varint deltas, shared schedules */
	BLOCK_PACKED = 2,		/* the same numbers, arithmetically coded around each series' level */
	BLOCK_MAX_SERIES = 128,
	BLOCK_MAX_SCHEDULES = 8,
	BLOCK_MAX_RUNS = 6,		/* of one schedule */
};

struct block_reading { int64_t at_ms, code; };

/* readings[first] .. readings[first + count - 1] belong to series `id`, in the order they were taken. */
struct block_series { int32_t id, first, count; };

struct block {
	int64_t start_ms;		/* times are stored against it: the row's start */
	int32_t n_series, n_readings, capacity;
	struct block_series series[BLOCK_MAX_SERIES];
	struct block_reading *readings;	/* the caller's, `capacity` of them */
};

/* Room that always suffices, whatever the readings are. Usual readings take 0.1 to 0.5 bytes each. */
static inline size_t block_most_bytes(int32_t n_series, int32_t n_readings)
{
	return 2048 + 32 * (size_t)n_series + 20 * (size_t)n_readings;
}

/* Returns the number of bytes written, or -1 when they do not fit. Packed; plain where only that fits, which
 * takes readings that no sensor brings. Series without readings are left out. Ids are >= 0. */
int block_encode(const struct block *, uint8_t *bytes, size_t size);
/* In that format: to compare, and to test. */
int block_encode_as(const struct block *, uint8_t format, uint8_t *bytes, size_t size);

/* Fills series and readings; start_ms, readings and capacity are set by the caller. False: not a block,
 * or not one of a known format, or more than fits; then the block is empty. */
bool block_decode(const uint8_t *bytes, size_t length, struct block *);
/* The readings of one series alone: n_series is 1, or 0 when the block has none of it. What stands behind it in
 * the block is not looked at. The capacity must do for the whole block. */
bool block_decode_series(const uint8_t *bytes, size_t length, int32_t id, struct block *);

#endif
