/* SPDX-License-Identifier: MIT */
/* The civil time of prices and schedules. A simulated house without a named zone lives at its start's offset. */
#include "main/daemon_parts.h"
#include "port/zone_system.h"

bool daemon_read_zone(const struct daemon *d, const struct settings *s, struct zone *z, struct err *e)
{
	*z = (struct zone){ .first_offset_s = d->utc_offset_s };
	if (s->simulated && s->display.timezone[0] == '\0')
		return true;
	return zone_system_read(s->display.timezone, z, e);
}
