/* SPDX-License-Identifier: MIT */
/* zone.h: what a local clock shows, as a value: the offsets of one time zone over some years.
 *
 * Filled once from the system's zone database (port/zone_tz.c); the functions are pure (core/zone.c). A
 * zone of no entries is UTC. Seconds are Unix time. */
#ifndef SPACEHEAT_ZONE_H
#define SPACEHEAT_ZONE_H

#include <stdint.h>

enum { ZONE_MAX_CHANGES = 160 };	/* two a year: 80 years */

struct zone_change { int64_t from_s; int32_t offset_s; };	/* local time minus UTC from that second on */
struct zone {
	int n;
	struct zone_change at[ZONE_MAX_CHANGES];	/* in the order of time; the first counts for all before it */
};

int32_t zone_offset_s(const struct zone *, int64_t s);
/* The local day that second is in, [start, end): 23, 24 or 25 hours, or what a zone makes of it. */
int64_t zone_day_start_s(const struct zone *, int64_t s);
int64_t zone_day_end_s(const struct zone *, int64_t s);

#endif
