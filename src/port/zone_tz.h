/* SPDX-License-Identifier: MIT */
/* zone_tz.h: the real side of zone.h: the system's zone database. */
#ifndef PORT_ZONE_TZ_H
#define PORT_ZONE_TZ_H

#include <stdbool.h>

#include "spaceheat/err.h"
#include "spaceheat/zone.h"

/* The offsets from two years before that second to 20 years after it. name: as in the database ("America/New_York"); ""
 * is the system's own zone. To be called before there are threads: it looks through TZ. False: there is no zone of that
 * name; *out is UTC. */
bool zone_tz_load(const char *name, int64_t around_s, struct zone *out, struct err *);
/* The same offset always. */
void zone_fixed(int32_t offset_s, struct zone *out);

#endif
