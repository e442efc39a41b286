/* SPDX-License-Identifier: MIT */
#include "core/control/tariff.h"

enum { WORKDAYS = 0x1f, HALF_YEAR_S = 182 * 86400 };

struct tariff tariff_default(void)
{
	return (struct tariff){ .peaks = { { WORKDAYS, 7 * 60, 12 * 60, 0 }, { WORKDAYS, 16 * 60, 20 * 60, 0 } },
		.n_peaks = 2, .lead_s = TARIFF_LEAD_S };
}

struct tariff tariff_of_settings(const struct settings_tariff *c)
{
	struct tariff t = { .lead_s = TARIFF_LEAD_S };

	if (c->kind != TARIFF_FLAT && c->n_peaks == 0)
		t = tariff_default();
	t.usd_per_kwh = c->price_per_kwh;
	for (int i = 0; i < t.n_peaks; i++)
		t.peaks[i].usd_per_kwh = TARIFF_PEAK_TIMES * c->price_per_kwh;
	if (c->kind == TARIFF_FLAT)
		return t;
	for (int i = 0; i < c->n_peaks; i++)
		t.peaks[t.n_peaks++] = (struct tariff_peak){ c->peaks[i].days, c->peaks[i].from_min, c->peaks[i].to_min,
			c->peaks[i].price_per_kwh };
	for (int i = 0; i < c->n_holidays; i++)
		t.n_holidays += civil_parse_day(c->holidays[i], &t.holidays[t.n_holidays]);
	return t;
}

struct zone tariff_zone(const struct settings_tariff *c, const struct zone *place, int64_t now_s)
{
	int32_t a = zone_offset_s(place, now_s), b = zone_offset_s(place, now_s + HALF_YEAR_S);

	return c->follows_dst ? *place : (struct zone){ .first_offset_s = a < b ? a : b };
}

/* The peak that holds that local time; NULL: none. */
static const struct tariff_peak *peak_at(const struct tariff *t, struct civil c)
{
	for (int i = 0; i < t->n_holidays; i++)
		if (t->holidays[i] == c.day)
			return NULL;
	for (int i = 0; i < t->n_peaks; i++) {
		const struct tariff_peak *p = &t->peaks[i];

		if ((p->days >> c.weekday & 1) && c.second_of_day >= p->from_min * 60 &&
			c.second_of_day < p->to_min * 60)
			return p;
	}
	return NULL;
}

bool tariff_onpeak(const struct tariff *t, const struct zone *z, int64_t unix_s)
{
	return peak_at(t, civil_at(z, unix_s)) != NULL || peak_at(t, civil_at(z, unix_s + t->lead_s)) != NULL;
}

double tariff_usd_per_kwh(const struct tariff *t, const struct zone *z, int64_t unix_s)
{
	const struct tariff_peak *p = peak_at(t, civil_at(z, unix_s));

	return p != NULL ? p->usd_per_kwh : t->usd_per_kwh;
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
