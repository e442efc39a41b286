/* SPDX-License-Identifier: MIT */
/* tier.h: buckets of one open row of a tier, filled as readings come: mean, min, max, count, and for power
 * the energy.
 *
 * Pure; never allocates, never grows. Series are numbers below BLOCK_MAX_SERIES, values are wire values.
 * Readings come row by row of 5 minutes, in the order of time; a row is fed whole, so what a tier holds is a
 * function of the exact rows alone and can be made anew from them. */
#ifndef CORE_HISTORY_TIER_H
#define CORE_HISTORY_TIER_H

#include "core/history/bucket.h"
#include "core/history/figures.h"
#include "spaceheat/store.h"
#include "spaceheat/zone.h"

enum {
	TIER_MINUTE_ROW_S = 3600,
	TIER_QUARTER_ROW_S = 6 * 3600,
	TIER_FEED_S = 300,		/* what is fed at once: an exact row */
	TIER_HOLD_MS = 600000,		/* a power is held so long: twice the time between two that are kept */
};

struct tier_cell { int64_t sum, min, max, w_ms; int32_t count; };
struct tier_held { int64_t w, until_ms, credited_ms; bool known; };

struct tier_row {
	enum store_tier tier;
	bool open;
	int64_t start_s, end_s, bucket_s;
	int32_t n_buckets, n_feeds;
	int64_t last_feed_s;		/* the latest row fed */
	struct figures figures;		/* of a day: fed by the row's owner, who knows the house */
	struct tier_held held[BLOCK_MAX_SERIES];
	struct tier_cell *cells;	/* the caller's: BLOCK_MAX_SERIES * `room` */
	int32_t room;			/* buckets there is room for */
};

/* The row of that tier in which that second is. */
int64_t tier_row_start_s(enum store_tier, const struct zone *, int64_t s);
int64_t tier_row_end_s(enum store_tier, const struct zone *, int64_t s);
/* How long a bucket is; 0: as long as its row (day). */
int64_t tier_bucket_s(enum store_tier);
/* Cells a row of that tier needs room for, per series. */
int32_t tier_room(enum store_tier);

/* Empty, of the row in which that second is. */
void tier_begin(struct tier_row *, enum store_tier, const struct zone *, int64_t s);
/* What is held of power when the row begins: from the exact row before it. */
void tier_prime(struct tier_row *, const struct block *, const struct store_series *series);
/* All of one exact row that begins at row_s; ids of the block are indexes of `series`. Commands are no part of
 * tiers. */
void tier_feed(struct tier_row *, int64_t row_s, const struct block *, const struct store_series *series);
/* Adds the buckets of all series to the block; ids[number] is what stands for a series there, NULL: its number. A
 * bucket without a good reading is absent. False: some did not fit. */
bool tier_collect(const struct tier_row *, const struct store_series *, const int32_t *ids, int32_t n_series,
	struct bucket_block *);
/* Adds one bucket of one series, which must be the last one there, or new. */
bool tier_add(struct bucket_block *, int32_t id, const struct bucket *);
/* What was credited to that series in all its buckets, watt-milliseconds. */
int64_t tier_credited(const struct tier_row *, int32_t series);
/* Half away from zero. n > 0. */
int64_t tier_round(int64_t sum, int64_t n);

#endif
