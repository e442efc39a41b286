/* SPDX-License-Identifier: MIT */
#include "core/control/forecast.h"

#include <stdio.h>

#include "core/control/forecast_pack.h"

enum { OUT, WIND, SUN, PRICE = 0 };

static int64_t hour_of(int64_t unix_s)
{
	return unix_s / FORECAST_HOUR_S;
}

/* --- weather -------------------------------------------------------------------------------------------- */

/* The hour itself, or the same of the last day that is told. */
static int told_hour(const struct forecast_weather *w, int64_t hours)
{
	int back = w->n < FORECAST_DAY ? 1 : FORECAST_DAY;

	if (hours < w->n)
		return (int)hours;
	return (int)(hours - ((hours - w->n) / back + 1) * back);
}

bool forecast_weather_at(const struct forecast_weather *w, int64_t unix_s, struct forecast_hour *at)
{
	int64_t hours = (unix_s - w->start_s) / FORECAST_HOUR_S;
	const struct forecast_hour *a, *b;
	double share;

	if (w->n == 0 || unix_s < w->start_s)
		return false;
	a = &w->hour[told_hour(w, hours)];
	b = &w->hour[told_hour(w, hours + 1)];
	share = (double)((unix_s - w->start_s) % FORECAST_HOUR_S) / FORECAST_HOUR_S;
	*at = (struct forecast_hour){ a->out_c + (b->out_c - a->out_c) * share,
		a->wind_ms + (b->wind_ms - a->wind_ms) * share, a->sun_w_m2 };
	return true;
}

void forecast_from_rows(struct forecast_weather *w, const struct series_row *rows, int n, int64_t now_s)
{
	int64_t start_s = hour_of(now_s) * FORECAST_HOUR_S;

	*w = (struct forecast_weather){ .start_s = start_s };
	if (n == 0 || rows[0].unix_s > start_s)
		return;
	for (int i = 0; i < FORECAST_HOURS; i++) {
		int64_t at_s = start_s + i * (int64_t)FORECAST_HOUR_S;

		if (at_s >= rows[n - 1].unix_s + FORECAST_HOUR_S)
			return;
		w->hour[w->n++] = (struct forecast_hour){ series_between(rows, n, at_s, OUT),
			series_between(rows, n, at_s, WIND), rows[series_row_at(rows, n, at_s)].v[SUN] };
	}
}

/* --- prices --------------------------------------------------------------------------------------------- */

void price_put(struct price_table *t, int64_t unix_s, double usd_per_kwh)
{
	int64_t hour = hour_of(unix_s);

	if (hour > 0)
		t->slot[hour % PRICE_TABLE_HOURS] = (struct price_slot){ hour, price_round(usd_per_kwh) };
}

bool price_known(const struct price_table *t, int64_t unix_s, double *usd_per_kwh)
{
	int64_t hour = hour_of(unix_s);
	const struct price_slot *p;

	if (hour <= 0)
		return false;
	p = &t->slot[hour % PRICE_TABLE_HOURS];
	*usd_per_kwh = p->usd_per_kwh;
	return p->hour == hour;
}

bool price_usual(const struct price_table *t, int64_t now_s, int64_t unix_s, double *usd_per_kwh)
{
	int64_t first = hour_of(now_s) - PRICE_DAYS * FORECAST_DAY, hour = hour_of(unix_s);
	double sum = 0, usd;
	int n = 0;

	for (; hour >= first; hour -= FORECAST_DAY) {
		if (hour > hour_of(now_s) || !price_known(t, hour * FORECAST_HOUR_S, &usd))
			continue;
		sum += usd;
		n++;
	}
	*usd_per_kwh = n > 0 ? sum / n : 0;
	return n > 0;
}

int64_t price_until_s(const struct price_table *t)
{
	int64_t last = -1;

	for (int i = 0; i < PRICE_TABLE_HOURS; i++)
		if (t->slot[i].hour > last)
			last = t->slot[i].hour;
	return last > 0 ? (last + 1) * FORECAST_HOUR_S : 0;
}

void price_from_rows(struct price_table *t, const struct series_row *rows, int n, int64_t now_s)
{
	int64_t first = hour_of(now_s) - PRICE_DAYS * FORECAST_DAY, hour = first;

	for (; hour < hour_of(now_s) + FORECAST_HOURS; hour++) {
		int64_t at_s = hour * FORECAST_HOUR_S;
		int i = series_row_at(rows, n, at_s);
		bool gap;

		if (i < 0)
			continue;
		gap = i + 1 == n || rows[i + 1].unix_s - rows[i].unix_s > SERIES_GAP_S;
		if (!gap || at_s < rows[i].unix_s + FORECAST_HOUR_S)
			price_put(t, at_s, rows[i].v[PRICE]);
	}
}

size_t price_print(const struct price_table *t, int64_t now_s, char *out, size_t size)
{
	int64_t first = hour_of(now_s) - PRICE_DAYS * FORECAST_DAY;
	size_t n = (size_t)snprintf(out, size, "%s\n", series_prices.header);
	double usd;

	for (int64_t hour = first; hour < first + PRICE_TABLE_HOURS && n + 40 < size; hour++)
		if (price_known(t, hour * FORECAST_HOUR_S, &usd))
			n += (size_t)snprintf(out + n, size - n, "%lld,%.6f\n", (long long)hour * FORECAST_HOUR_S, usd);
	return n;
}
