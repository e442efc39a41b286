/* SPDX-License-Identifier: MIT */
/* slot.h: readings in the order they came, in one bounded array; handed out by series and time.
 *
 * Pure; never allocates, never grows. */
#ifndef CORE_HISTORY_SLOT_H
#define CORE_HISTORY_SLOT_H

#include "core/history/block.h"

struct slot_entry { int64_t at_ms, code; int32_t series; };

struct slot { struct slot_entry *log; int32_t n, capacity; };	/* log: the caller's */

/* False: full; the reading is not kept. `series` is below BLOCK_MAX_SERIES. */
bool slot_add(struct slot *, int32_t series, int64_t at_ms, int64_t code);
/* Adds the readings of [from_ms, to_ms) of a block whose ids are series numbers; false: some did not fit. */
bool slot_add_block(struct slot *, const struct block *, int64_t from_ms, int64_t to_ms);
/* Puts the readings of [from_ms, to_ms) into the block, series by series in rising number, each in order
 * of arrival. False: more than the block's capacity; it then holds those that fit. */
bool slot_group(const struct slot *, int64_t from_ms, int64_t to_ms, struct block *);
void slot_drop_before(struct slot *, int64_t ms);

#endif
