/* SPDX-License-Identifier: MIT */
/* status.h: the readings and commands of one slot as a gt.sh.status.110: the same block gives the same
 * bytes, whether it comes from memory or from a stored row, so that one id never has two contents
 * (SF-52). */
#ifndef CORE_HISTORY_STATUS_H
#define CORE_HISTORY_STATUS_H

#include "core/history/block.h"
#include "core/wire/types.h"
#include "spaceheat/store.h"

/* Room for the lists of one message; values, times and states: the caller's, `capacity` of each. */
struct status_room {
	struct gt_sh_simple_telemetry_status simple[BLOCK_MAX_SERIES];
	struct gt_sh_multipurpose_telemetry_status multipurpose[BLOCK_MAX_SERIES];
	struct gt_sh_booleanactuator_cmd_status cmd[BLOCK_MAX_SERIES];
	int64_t *values, *times;
	bool *states;
	int32_t capacity;
};

/* Ids of the block are indexes of `series`. Returns the length, or -1 when it does not fit. */
int status_encode(const struct house *, const struct store_owed *, const struct block *,
	const struct store_series *series, struct status_room *, char *out, size_t size);

#endif
