/* SPDX-License-Identifier: MIT */
#include "core/civil.h"

#include <stddef.h>

enum { EPOCH_WEEKDAY = 3 };	/* 1 January 1970 was a Thursday */

/* The newest change not after that time; NULL: none. */
static const struct zone_change *change_before(const struct zone *z, int64_t unix_s)
{
	int low = 0, high = z->n;

	while (low < high) {
		int mid = (low + high) / 2;

		if (z->change[mid].at_s <= unix_s)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 ? &z->change[low - 1] : NULL;
}

int32_t zone_offset_s(const struct zone *z, int64_t unix_s)
{
	const struct zone_change *c = change_before(z, unix_s);

	return c != NULL ? c->offset_s : z->first_offset_s;
}

static struct civil of_local(int64_t local_s)
{
	int64_t day = local_s / CIVIL_DAY_S - (local_s % CIVIL_DAY_S < 0);

	return (struct civil){ day, (int)(((day + EPOCH_WEEKDAY) % 7 + 7) % 7),
		(int)(local_s - day * CIVIL_DAY_S) };
}

struct civil civil_at(const struct zone *z, int64_t unix_s)
{
	return of_local(unix_s + zone_offset_s(z, unix_s));
}

struct civil civil_for_schedule(const struct zone *z, int64_t unix_s)
{
	const struct zone_change *c = change_before(z, unix_s);
	int64_t local_s = unix_s + zone_offset_s(z, unix_s), seen_s;

	if (c == NULL)
		return of_local(local_s);
	seen_s = c->at_s - 1 + zone_offset_s(z, c->at_s - 1);
	return of_local(local_s > seen_s ? local_s : seen_s);
}

/* Howard Hinnant's civil_from_days and days_from_civil. */
int civil_month(int64_t day)
{
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;

	return (int)(mp < 10 ? mp + 3 : mp - 9);
}

static int64_t day_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

int civil_day_of_year(int64_t day)
{
	int64_t year = 1970 + day / 366;	/* that one, or a few later */

	while (day_of((int)year + 1, 1, 1) <= day)
		year++;
	return (int)(day - day_of((int)year, 1, 1));
}

static bool digits(const char *text, int n, int *value)
{
	*value = 0;
	for (int i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	return true;
}

bool civil_parse_day(const char *text, int64_t *out)
{
	int year, month, day;

	if (!digits(text, 4, &year) || text[4] != '-' || !digits(text + 5, 2, &month) || text[7] != '-' ||
		!digits(text + 8, 2, &day) || text[10] != '\0')
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
		return false;
	*out = day_of(year, month, day);
	return civil_month(*out) == month;	/* 30 February is in March */
}

static int64_t local_day(const struct zone *z, int64_t unix_s)
{
	return civil_at(z, unix_s).day;
}

static bool begins(const struct zone *z, int64_t day, int64_t unix_s)
{
	return local_day(z, unix_s) == day && local_day(z, unix_s - 1) < day;
}

/* The first second of that local day: its midnight by one of the offsets around it. When midnight itself is skipped the
 * day begins with the change. */
static int64_t start_of_day(const struct zone *z, int64_t day)
{
	int64_t s = day * CIVIL_DAY_S - zone_offset_s(z, day * CIVIL_DAY_S - CIVIL_DAY_S);
	int64_t other_s = day * CIVIL_DAY_S - zone_offset_s(z, s + CIVIL_DAY_S / 2);
	const struct zone_change *c = change_before(z, s + CIVIL_DAY_S);

	if (begins(z, day, s))
		return s;
	if (begins(z, day, other_s))
		return other_s;
	return c != NULL && begins(z, day, c->at_s) ? c->at_s : s;
}

int64_t zone_day_start_s(const struct zone *z, int64_t unix_s)
{
	return start_of_day(z, local_day(z, unix_s));
}

int64_t zone_day_end_s(const struct zone *z, int64_t unix_s)
{
	return start_of_day(z, local_day(z, unix_s) + 1);
}
