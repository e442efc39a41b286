/* SPDX-License-Identifier: MIT */
/* worry.h: does the house do what it is there for? What begins or ends a COMFORT_LOW, CAPACITY_SHORT, SHORT_CYCLE, NO_FLOW,
 * TEST_MODE, OUTBOX or DISK_LOW line. Nothing here changes a decision; how long a line must stand to be an alert: codes.h. */
#ifndef CORE_CONTROL_WORRY_H
#define CORE_CONTROL_WORRY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/control/homealone.h"
#include "spaceheat/when.h"

enum {
	WORRY_LOW_MC = 1000, WORRY_LOW_OVER_MC = 500,	/* below setpoint */
	WORRY_FLOOR_OVER_MC = 300,
	WORRY_SAMPLE_MS = 5 * 60 * 1000,
	WORRY_SAMPLES = 7,				/* 30 min and the present */
	WORRY_FALL_MC = 200,				/* over them; less is the sensor's own noise */
	WORRY_NO_FLOW_MS = 60 * 1000,
	WORRY_FLOW_AGAIN_MS = 3600 * 1000,		/* forgets how often it has failed */
	WORRY_NO_FLOW_MANY = 3,
	WORRY_OPERATED_MS = 4 * 3600 * 1000,
	WORRY_DISK_LOW_MB = 100, WORRY_DISK_FREE_MB = 150,
	WORRY_KEEP_S = 28 * 86400,			/* for which statuses are owed at most */
};

/* What has become of a worry since the last look. */
enum worry { WORRY_SAME, WORRY_BEGINS, WORRY_IS_BAD, WORRY_ENDS };

/* How cold a zone is: comfortable, low, or below the floor (IS_BAD). Unknown changes nothing. */
enum worry_cold { COLD_NOT, COLD_LOW, COLD_FLOOR };
enum worry worry_cold(enum worry_cold *, struct reading_mc, int64_t setpoint_mc, int64_t floor_mc);

/* Begins above `high` parts of 100 of `most`, ends below `low`. */
enum worry worry_share(bool *on, int64_t n, int64_t most, int high, int low);

/* Is there little room on the disk? */
enum worry worry_disk(bool *on, int64_t free_mb);

/* Does a zone cool although all sources run? `all_on`: every source, now. */
struct worry_fall { bool on; int n; int64_t mc[WORRY_SAMPLES]; struct mono next; };
enum worry worry_fall(struct worry_fall *, bool all_on, struct reading_mc, struct mono now);

/* Does water flow while its pump runs? flow_known: a fresh good reading. The third time in a row is bad. */
struct worry_flow { bool on, dry, wet; int times; struct mono dry_at, wet_at; };
enum worry worry_flow(struct worry_flow *, bool pump_on, bool flow_known, bool flows, struct mono now);

/* Has something lasted that long without break? */
struct worry_long { bool on, holds; struct mono at; };
enum worry worry_long(struct worry_long *, bool holds, int64_t ms, struct mono now);

#endif
