/* SPDX-License-Identifier: MIT */
#include "spaceheat/zone.h"

enum { DAY_S = 86400 };

int32_t zone_offset_s(const struct zone *z, int64_t s)
{
	int i = z->n - 1;

	while (i > 0 && z->at[i].from_s > s)
		i--;
	return i >= 0 ? z->at[i].offset_s : 0;
}

static int64_t local_day(const struct zone *z, int64_t s)
{
	int64_t local_s = s + zone_offset_s(z, s);

	return (local_s - (local_s % DAY_S + DAY_S) % DAY_S) / DAY_S;
}

/* The first second of that local day: its midnight by one of the offsets around it. When midnight itself is
 * skipped the day begins with the change. */
static int64_t start_of_day(const struct zone *z, int64_t day)
{
	int64_t s = day * DAY_S - zone_offset_s(z, day * DAY_S - DAY_S);
	int64_t other_s;

	if (local_day(z, s) == day && local_day(z, s - 1) < day)
		return s;
	other_s = day * DAY_S - zone_offset_s(z, s + DAY_S / 2);
	if (local_day(z, other_s) == day && local_day(z, other_s - 1) < day)
		return other_s;
	for (int i = 0; i < z->n; i++)
		if (z->at[i].from_s > s - DAY_S && z->at[i].from_s < s + DAY_S && local_day(z, z->at[i].from_s) == day &&
			local_day(z, z->at[i].from_s - 1) < day)
			return z->at[i].from_s;
	return s;
}

int64_t zone_day_start_s(const struct zone *z, int64_t s)
{
	return start_of_day(z, local_day(z, s));
}

int64_t zone_day_end_s(const struct zone *z, int64_t s)
{
	return start_of_day(z, local_day(z, s) + 1);
}
