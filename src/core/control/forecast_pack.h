/* SPDX-License-Identifier: MIT */
/* forecast_pack.h: forecasts of weather and prices as short texts, for the record: what was believed can be believed again.
 * Pure.
 *
 * They are believed in steps, so that nothing is lost: 0.2 K, 0.5 m/s, 20 W/m2, 0.01 cent. A text is of letters, digits, '+'
 * and '-', below its size; hours that find no room are left out at the end. "": there is nothing to tell. */
#ifndef CORE_CONTROL_FORECAST_PACK_H
#define CORE_CONTROL_FORECAST_PACK_H

#include "core/control/forecast.h"

enum { FORECAST_LOOK_HOURS = 56 };	/* who looks 48 h ahead at a forecast of the last 6 h, and the seams */

void forecast_round(struct forecast_weather *);
double price_round(double usd_per_kwh);

/* Of a rounded forecast its hours up to FORECAST_LOOK_HOURS from now. "": it begins later, or has ended. */
void forecast_pack(const struct forecast_weather *, int64_t now_s, char *text, size_t size);
/* What was packed in that hour. False: nothing. */
bool forecast_unpack(const char *text, int64_t now_s, struct forecast_weather *);

/* Prices that are known from the hour of now_s on, to the first that is not. */
void price_pack(const struct price_table *, int64_t now_s, char *text, size_t size);
/* Puts what was packed in that hour. False: nothing. */
bool price_unpack(const char *text, int64_t now_s, struct price_table *);

#endif
