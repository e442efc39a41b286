/* SPDX-License-Identifier: MIT */
/* "2027-01-14T05:55-05:00" as Unix time: the form in which a simulation is told when to start. */
#include <string.h>

#include "core/settings/settings.h"

/* Takes exactly `n` digits; -1: there are none such. */
static int take(const char **p, int n)
{
	int v = 0;

	for (int i = 0; i < n; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return -1;
		v = v * 10 + (**p - '0');
	}
	return v;
}

static bool take_char(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && leap(year) ? 29 : days[month - 1];
}

/* Days since 1970-01-01, by Howard Hinnant's days_from_civil. */
static int64_t civil_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool take_date(const char **p, int64_t *days)
{
	int year = take(p, 4), month, day;

	if (year < 1970 || !take_char(p, '-'))
		return false;
	month = take(p, 2);
	if (month < 1 || month > 12 || !take_char(p, '-'))
		return false;
	day = take(p, 2);
	if (day < 1 || day > month_days(year, month))
		return false;
	*days = civil_days(year, month, day);
	return true;
}

/* hh:mm, and :ss when the text goes on so. */
static bool take_clock(const char **p, int *seconds)
{
	int hour = take(p, 2), minute, second = 0;

	if (hour < 0 || hour > 23 || !take_char(p, ':'))
		return false;
	minute = take(p, 2);
	if (minute < 0 || minute > 59)
		return false;
	if (take_char(p, ':')) {
		second = take(p, 2);
		if (second < 0 || second > 59)
			return false;
	}
	*seconds = hour * 3600 + minute * 60 + second;
	return true;
}

static bool take_offset(const char **p, int *seconds)
{
	bool west;

	*seconds = 0;
	if (take_char(p, 'Z'))
		return true;
	west = **p == '-';
	if (!take_char(p, '-') && !take_char(p, '+'))
		return false;
	if (!take_clock(p, seconds) || *seconds > 14 * 3600)
		return false;
	if (west)
		*seconds = -*seconds;
	return true;
}

bool settings_parse_time(const char *text, int64_t *ms, int *utc_offset_s)
{
	const char *p = text;
	int64_t days;
	int seconds;

	if (!take_date(&p, &days) || (!take_char(&p, 'T') && !take_char(&p, ' ')))
		return false;
	if (!take_clock(&p, &seconds) || !take_offset(&p, utc_offset_s) || *p)
		return false;
	*ms = (days * 86400 + seconds - *utc_offset_s) * 1000;
	return true;
}
