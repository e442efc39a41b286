/* SPDX-License-Identifier: MIT */
#include "cli/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/civil.h"
#include "port/zone_system.h"

enum { DAY_S = 86400 };

void when_zone(bool known, int utc_offset_s, int64_t now_ms, struct zone *z)
{
	struct err e;

	if (!known)
		*z = (struct zone){ .first_offset_s = 0 };
	else if (!zone_system_read("", z, &e) || zone_offset_s(z, now_ms / 1000) != utc_offset_s)
		*z = (struct zone){ .first_offset_s = utc_offset_s };
}

const char *when_text(int64_t ms, const struct zone *z, bool utc, char out[WHEN_TEXT])
{
	int32_t offset_s = utc ? 0 : zone_offset_s(z, ms / 1000);
	time_t s = (time_t)(ms / 1000 + offset_s);
	char zone[16] = "Z", milli[16] = "";
	struct tm tm;
	size_t n;

	if (!utc)
		snprintf(zone, sizeof(zone), "%c%02d:%02d", offset_s < 0 ? '-' : '+', abs(offset_s) / 3600,
			abs(offset_s) / 60 % 60);
	if (ms % 1000 != 0)
		snprintf(milli, sizeof(milli), ".%03d", (int)(ms % 1000));
	gmtime_r(&s, &tm);
	n = strftime(out, WHEN_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out + n, WHEN_TEXT - n, "%s%s", milli, zone);
	return out;
}

/* --- local times --------------------------------------------------------------------------- */

static bool refuse_local(const char *text, int64_t a_s, int64_t b_s, const char *why, struct err *e)
{
	const struct zone utc = { 0 };
	char a[WHEN_TEXT], b[WHEN_TEXT];

	return err_set(e, ERR_RANGE, 0, "'%s' %s here - write %s or %s", text, why, when_text(a_s * 1000, &utc, true, a),
		when_text(b_s * 1000, &utc, true, b));
}

/* The second at which clocks here show that. */
static bool of_local(const char *text, int64_t local_s, const struct zone *z, int64_t *s, struct err *e)
{
	int64_t early_s = local_s - zone_offset_s(z, local_s - DAY_S), late_s = local_s - zone_offset_s(z, local_s + DAY_S);
	bool early = zone_offset_s(z, early_s) == local_s - early_s, late = zone_offset_s(z, late_s) == local_s - late_s;

	if (!early && !late)
		return refuse_local(text, late_s, early_s, "does not exist", e);
	if (early && late && early_s != late_s)
		return refuse_local(text, early_s, late_s, "exists twice", e);
	*s = early ? early_s : late_s;
	return true;
}

static bool take_offset(const char *p, int32_t *offset_s)
{
	int h, m, n = 0;

	if (strcmp(p, "Z") == 0) {
		*offset_s = 0;
		return true;
	}
	if ((*p != '+' && *p != '-') || sscanf(p + 1, "%2d:%2d%n", &h, &m, &n) != 2 || p[1 + n] != '\0' || h > 18 || m > 59)
		return false;
	*offset_s = (*p == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

static bool no_time(const char *text, struct err *e)
{
	return err_set(e, ERR_FORMAT, 0,
		"'%.60s' is no time - write 2027-01-14T06:00, 06:00, -2h, yesterday, now or @UNIX", text);
}

static bool dated(const char *text, const struct zone *z, int64_t *ms, struct err *e)
{
	struct tm tm = { .tm_isdst = 0 };
	int32_t offset_s;
	int64_t local_s, s;
	int n = 0, k = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &n) != 3)
		return no_time(text, e);
	if (text[n] == 'T' && sscanf(text + n, "T%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &k) == 2) {
		n += k;
		if (sscanf(text + n, ":%2d%n", &tm.tm_sec, &k) == 1)
			n += k;
	}
	if (tm.tm_year < 1970 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 ||
		tm.tm_min > 59 || tm.tm_sec > 59)
		return no_time(text, e);
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	local_s = (int64_t)timegm(&tm);
	if (text[n] == '\0') {
		if (!of_local(text, local_s, z, &s, e))
			return false;
	} else if (take_offset(text + n, &offset_s)) {
		s = local_s - offset_s;
	} else {
		return no_time(text, e);
	}
	*ms = s * 1000;
	return true;
}

static bool ago(const char *text, int64_t now_ms, int64_t *ms, struct err *e)
{
	static const struct { char unit; int64_t s; } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', DAY_S } };
	char *end;
	long n = strtol(text + 1, &end, 10);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]) && end != text + 1 && n >= 0 && n < 1000000000; i++)
		if (end[0] == units[i].unit && end[1] == '\0') {
			*ms = now_ms - n * units[i].s * 1000;
			return true;
		}
	return no_time(text, e);
}

bool when_parse(const char *text, int64_t now_ms, const struct zone *z, int64_t *ms, struct err *e)
{
	int64_t today_s = zone_day_start_s(z, now_ms / 1000), s;
	int h, m, n = 0;
	char *end;

	if (strcmp(text, "now") == 0)
		*ms = now_ms;
	else if (strcmp(text, "today") == 0)
		*ms = today_s * 1000;
	else if (strcmp(text, "yesterday") == 0)
		*ms = zone_day_start_s(z, today_s - 1) * 1000;
	else if (text[0] == '-')
		return ago(text, now_ms, ms, e);
	else if (text[0] == '@')
		return (*ms = strtoll(text + 1, &end, 10) * 1000, *end == '\0' && end != text + 1) || no_time(text, e);
	else if (sscanf(text, "%2d:%2d%n", &h, &m, &n) == 2 && text[n] == '\0') {
		if (h < 0 || h > 23 || m < 0 || m > 59)
			return no_time(text, e);
		if (!of_local(text, (now_ms / 1000 + zone_offset_s(z, now_ms / 1000)) / DAY_S * DAY_S + h * 3600 + m * 60,
			z, &s, e))
			return false;
		*ms = s * 1000;
	} else {
		return dated(text, z, ms, e);
	}
	return true;
}
