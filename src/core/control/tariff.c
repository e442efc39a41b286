/* SPDX-License-Identifier: MIT */
#include "core/control/tariff.h"

enum { WORKDAYS = 0x1f };

struct tariff tariff_default(void)
{
	return (struct tariff){ .peaks = { { WORKDAYS, 7 * 60, 12 * 60 }, { WORKDAYS, 16 * 60, 20 * 60 } },
		.n_peaks = 2, .lead_s = TARIFF_LEAD_S };
}

static bool in_peak(const struct tariff *t, struct civil c)
{
	for (int i = 0; i < t->n_holidays; i++)
		if (t->holidays[i] == c.day)
			return false;
	for (int i = 0; i < t->n_peaks; i++) {
		const struct tariff_peak *p = &t->peaks[i];

		if ((p->days >> c.weekday & 1) && c.second_of_day >= p->from_min * 60 &&
			c.second_of_day < p->to_min * 60)
			return true;
	}
	return false;
}

bool tariff_onpeak(const struct tariff *t, const struct zone *z, int64_t unix_s)
{
	return in_peak(t, civil_at(z, unix_s)) || in_peak(t, civil_at(z, unix_s + t->lead_s));
}

/* Minutes since that entry last began. */
static int age_min(const struct schedule_entry *e, int minute_of_week)
{
	int youngest = CIVIL_WEEK_MIN;

	for (int day = 0; day < 7; day++) {
		int age = minute_of_week - (day * 1440 + e->minute_of_day);

		age += age < 0 ? CIVIL_WEEK_MIN : 0;
		if ((e->days >> day & 1) && age < youngest)
			youngest = age;
	}
	return youngest;
}

int schedule_entry_at(const struct schedule_entry *list, int n, const struct zone *z, int64_t unix_s)
{
	struct civil c = civil_for_schedule(z, unix_s);
	int minute = c.weekday * 1440 + c.second_of_day / 60, best = -1, youngest = CIVIL_WEEK_MIN;

	for (int i = 0; i < n; i++) {
		int age = age_min(&list[i], minute);

		if (age < youngest || (age == youngest && age < CIVIL_WEEK_MIN)) {
			youngest = age;
			best = i;
		}
	}
	return best;
}
