/* SPDX-License-Identifier: MIT */
/* tier_list.h: the buckets of one row of a tier as a list, and as bytes.
 *
 * Pure. Unpacking is safe on any bytes. */
#ifndef CORE_HISTORY_TIER_LIST_H
#define CORE_HISTORY_TIER_LIST_H

#include "core/history/tier.h"

struct tier_item { int32_t series; struct tier_bucket bucket; };
/* Series by series, each in the order of time. items: the caller's. */
struct tier_list { struct tier_item *items; int32_t n, capacity; };

enum { TIER_LIST_ROOM = BLOCK_MAX_SERIES * 60 };

/* False: full. */
bool tier_list_add(struct tier_list *, int32_t series, const struct tier_bucket *);
/* Adds all buckets of the row; ids[number] is what stands for a series in the list, NULL: its number. */
bool tier_list_row(struct tier_list *, const struct tier_row *, const struct store_series *, const int32_t *ids,
	int32_t n_series);
/* Bytes written, -1: they do not fit. Starts of buckets are whole multiples of bucket_ms after start_ms. */
int tier_pack(const struct tier_list *, int64_t start_ms, int64_t bucket_ms, uint8_t *bytes, size_t size);
/* False: no such row, or more than fits; the list is empty then. */
bool tier_unpack(const uint8_t *bytes, size_t length, int64_t start_ms, int64_t bucket_ms, struct tier_list *);

#endif
