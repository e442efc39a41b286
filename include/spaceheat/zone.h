/* SPDX-License-Identifier: MIT */
/* zone.h: the civil time of a place, as a value: when its offset from UTC changes. Read once from the system's zone
 * database (port/zone_system.h); everybody else only looks things up in it. */
#ifndef SPACEHEAT_ZONE_H
#define SPACEHEAT_ZONE_H

#include <stdint.h>

enum { ZONE_MAX_CHANGES = 256 };

struct zone_change { int64_t at_s; int32_t offset_s; };	/* from that Unix time on, local = UTC + offset */

struct zone {
	int32_t first_offset_s;		/* before the first change */
	int n;
	struct zone_change change[ZONE_MAX_CHANGES];	/* rising */
};

#endif
