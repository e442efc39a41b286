/* SPDX-License-Identifier: MIT */
#include "port/zone_system.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const int64_t FROM_S = 631152000, UNTIL_S = 4417977600, STRIDE_S = 7 * 86400;

static int32_t offset_at(int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm local;

	return localtime_r(&t, &local) != NULL ? (int32_t)local.tm_gmtoff : 0;
}

/* The first second of (from, until] that has the offset of `until`. */
static int64_t change_between(int64_t from, int64_t until)
{
	int32_t after = offset_at(until);

	while (until - from > 1) {
		int64_t mid = from + (until - from) / 2;

		if (offset_at(mid) == after)
			until = mid;
		else
			from = mid;
	}
	return until;
}

static void read_changes(struct zone *z)
{
	int32_t offset = offset_at(FROM_S);

	z->first_offset_s = offset;
	z->n = 0;
	for (int64_t t = FROM_S + STRIDE_S; t < UNTIL_S && z->n < ZONE_MAX_CHANGES; t += STRIDE_S) {
		if (offset_at(t) == offset)
			continue;
		offset = offset_at(t);
		z->change[z->n++] = (struct zone_change){ change_between(t - STRIDE_S, t), offset };
	}
}

static bool in_database(const char *name)
{
	const char *dir = getenv("TZDIR");
	char path[512];
	int n = snprintf(path, sizeof(path), "%s/%s", dir != NULL ? dir : "/usr/share/zoneinfo", name);

	return name[0] != '/' && strstr(name, "..") == NULL && n < (int)sizeof(path) && access(path, R_OK) == 0;
}

bool zone_system_read(const char *name, struct zone *z, struct err *e)
{
	const char *tz = getenv("TZ");
	char *before = tz != NULL ? strdup(tz) : NULL;

	if (name[0] != '\0' && !in_database(name)) {
		free(before);
		return err_set(e, ERR_CONFIG, 0, "time zone %s is not in the system's zone database - "
			"write it as in /usr/share/zoneinfo, like America/New_York, or install tzdata", name);
	}
	if (name[0] != '\0')
		setenv("TZ", name, 1);
	tzset();
	read_changes(z);
	if (name[0] != '\0' && before != NULL)
		setenv("TZ", before, 1);
	else if (name[0] != '\0')
		unsetenv("TZ");
	tzset();
	free(before);
	return true;
}
