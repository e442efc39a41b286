/* SPDX-License-Identifier: MIT */
#include "port/zone_tz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { DAY_S = 86400, BEFORE_DAYS = 2 * 366, AFTER_DAYS = 20 * 366 };

static int32_t offset_at(int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;

	return localtime_r(&t, &tm) != NULL ? (int32_t)tm.tm_gmtoff : 0;
}

/* The first second in (from, to] at which the offset is that of `to`; there is one change between them. */
static int64_t change_in(int64_t from_s, int64_t to_s)
{
	int32_t after = offset_at(to_s);

	while (to_s - from_s > 1) {
		int64_t middle_s = from_s + (to_s - from_s) / 2;

		if (offset_at(middle_s) == after)
			to_s = middle_s;
		else
			from_s = middle_s;
	}
	return to_s;
}

static void collect(int64_t from_s, int64_t to_s, struct zone *out)
{
	out->n = 1;
	out->at[0] = (struct zone_change){ from_s, offset_at(from_s) };
	for (int64_t s = from_s; s < to_s && out->n < ZONE_MAX_CHANGES; s += DAY_S)
		if (offset_at(s) != offset_at(s + DAY_S))
			out->at[out->n++] = (struct zone_change){ change_in(s, s + DAY_S), offset_at(s + DAY_S) };
}

/* localtime() takes a name it does not know for UTC without a word. */
static bool is_known(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	return strstr(name, "..") == NULL && name[0] != '/' && access(path, R_OK) == 0;
}

bool zone_tz_load(const char *name, int64_t around_s, struct zone *out, struct err *e)
{
	const char *was = getenv("TZ");
	char *kept = was != NULL ? strdup(was) : NULL;

	memset(out, 0, sizeof(*out));
	if (name[0] != '\0' && !is_known(name)) {
		free(kept);
		return err_set(e, ERR_CONFIG, 0, "no time zone '%.60s' - give one of /usr/share/zoneinfo", name);
	}
	if (name[0] != '\0')
		setenv("TZ", name, 1);
	tzset();
	collect(around_s - (int64_t)BEFORE_DAYS * DAY_S, around_s + (int64_t)AFTER_DAYS * DAY_S, out);
	if (kept != NULL)
		setenv("TZ", kept, 1);
	else
		unsetenv("TZ");
	tzset();
	free(kept);
	return true;
}

void zone_fixed(int32_t offset_s, struct zone *out)
{
	*out = (struct zone){ .n = 1, .at = { { 0, offset_s } } };
}
