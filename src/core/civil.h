/* SPDX-License-Identifier: MIT */
/* civil.h: days, weekdays and minutes as a clock on the wall shows them. */
#ifndef CORE_CIVIL_H
#define CORE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/zone.h"

enum { CIVIL_DAY_S = 86400, CIVIL_WEEK_MIN = 7 * 1440 };

struct civil {
	int64_t day;		/* since 1970-01-01, local */
	int weekday;		/* 0 = Monday */
	int second_of_day;
};

int32_t zone_offset_s(const struct zone *, int64_t unix_s);
/* The local day that second is in, [start, end): 23, 24 or 25 hours, or what a zone makes of it. */
int64_t zone_day_start_s(const struct zone *, int64_t unix_s);
int64_t zone_day_end_s(const struct zone *, int64_t unix_s);
struct civil civil_at(const struct zone *, int64_t unix_s);
/* The same for schedules: while an hour is repeated it stays at the hour's end, so that nothing runs twice. */
struct civil civil_for_schedule(const struct zone *, int64_t unix_s);
/* 1..12 */
int civil_month(int64_t day);
/* 0 = 1 January; of a day from 1970 on. */
int civil_day_of_year(int64_t day);
/* "2027-01-01" as a day. False: not a date. */
bool civil_parse_day(const char *text, int64_t *day);

#endif
