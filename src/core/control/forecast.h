/* SPDX-License-Identifier: MIT */
/* forecast.h: what is known of the weather to come and of prices, hour by hour (Unix hours), as plain tables. Pure.
 *
 * A price is kept from 7 days before now to 72 h ahead. "What did, or will, a kWh cost in that hour, and is it known?" is
 * price_known(). */
#ifndef CORE_CONTROL_FORECAST_H
#define CORE_CONTROL_FORECAST_H

#include <stdbool.h>
#include <stddef.h>

#include "core/series.h"
#include "spaceheat/when.h"

enum {
	FORECAST_HOURS = 72, FORECAST_HOUR_S = 3600, FORECAST_DAY = 24,
	FORECAST_WEATHER_S = 6 * 3600,		/* an older one is not used */
	FORECAST_PRICES_S = 26 * 3600,
	PRICE_TABLE_HOURS = 256, PRICE_DAYS = 7,
};

struct forecast_hour { double out_c, wind_ms, sun_w_m2; };

/* Temperature and wind are those at the hour's start, the sun is that of the hour. n 0: none. */
struct forecast_weather { int64_t start_s; int n; struct forecast_hour hour[FORECAST_HOURS]; };

/* At that time: temperature and wind linear between hours; after the last hour as a day before. False: before the first
 * hour, or there is none. */
bool forecast_weather_at(const struct forecast_weather *, int64_t unix_s, struct forecast_hour *);
/* Hours from that of now_s on; none when the rows end before, or begin after it. */
void forecast_from_rows(struct forecast_weather *, const struct series_row *, int n, int64_t now_s);

struct price_slot { int64_t hour; double usd_per_kwh; };	/* hour 0: none */
struct price_table { struct price_slot slot[PRICE_TABLE_HOURS]; };

/* In whole hundredths of a cent. */
void price_put(struct price_table *, int64_t unix_s, double usd_per_kwh);
/* False: nobody said what that hour costs. */
bool price_known(const struct price_table *, int64_t unix_s, double *usd_per_kwh);
/* Mean of the same hour of the day in the 7 days before now_s. False: none of them is known. */
bool price_usual(const struct price_table *, int64_t now_s, int64_t unix_s, double *usd_per_kwh);
/* The end of the last hour that is known; 0: none is. */
int64_t price_until_s(const struct price_table *);
/* Puts what the rows say from 7 days before now_s to 72 h after; a row holds until the next, the last for an hour, and over a
 * gap for an hour too. */
void price_from_rows(struct price_table *, const struct series_row *, int n, int64_t now_s);
/* As a text that series_parse understands, from 7 days before now_s on; returns its length, below size. */
size_t price_print(const struct price_table *, int64_t now_s, char *out, size_t size);

#endif
