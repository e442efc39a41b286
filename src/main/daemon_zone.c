/* SPDX-License-Identifier: MIT */
/* Where the house's local days begin: looked up once, before there are threads. */
#include <time.h>

#include "main/daemon_parts.h"
#include "port/zone_tz.h"

bool daemon_open_zone(struct daemon *d, struct err *e)
{
	const struct settings *s = &d->loaded->settings;
	int64_t now_s = s->simulated ? d->start.ms / 1000 : (int64_t)time(NULL);

	if (s->simulated && s->display.timezone[0] == '\0') {
		zone_fixed(d->utc_offset_s, &d->zone);
	} else if (!zone_tz_load(s->display.timezone, now_s, &d->zone, e)) {
		daemon_say(d, LEVEL_WARNING, LOG_CONFIG, "display.timezone: %s; local days are those of the system", e->text);
		return zone_tz_load("", now_s, &d->zone, e);
	}
	return true;
}

void daemon_close_zone(struct daemon *d)
{
	d->zone.n = 0;
}
