/* SPDX-License-Identifier: MIT */
/* zone_system.h: reads a zone of the system's zone database into a value. */
#ifndef PORT_ZONE_SYSTEM_H
#define PORT_ZONE_SYSTEM_H

#include "spaceheat/err.h"
#include "spaceheat/zone.h"

/* name: "America/New_York"; "" = the system's own zone. False: the database does not have it. Changes the process's TZ
 * while it reads and sets it back: call it where no other thread asks for local time. Knows the years 1990 to 2110. */
bool zone_system_read(const char *name, struct zone *, struct err *);

#endif
