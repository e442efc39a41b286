/* SPDX-License-Identifier: MIT */
/* tariff.h: when electricity is dear, and what the setpoint is, by the clock on the wall. */
#ifndef CORE_CONTROL_TARIFF_H
#define CORE_CONTROL_TARIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/civil.h"
#include "spaceheat/settings.h"

enum { TARIFF_MAX_PEAKS = 16, TARIFF_MAX_HOLIDAYS = 64, TARIFF_LEAD_S = 120, TARIFF_PEAK_TIMES = 3 };

struct tariff_peak { uint8_t days; int from_min, to_min; double usd_per_kwh; };	/* days: bit 0 = Monday; [from, to) */

struct tariff {
	struct tariff_peak peaks[TARIFF_MAX_PEAKS];
	int n_peaks;
	int64_t holidays[TARIFF_MAX_HOLIDAYS];	/* days without peaks */
	int n_holidays;
	double usd_per_kwh;	/* outside the peaks */
	int lead_s;		/* a peak begins so much earlier, so that the source has stopped in time */
};

/* Mon-Fri 07-12 and 16-20, no holidays. */
struct tariff tariff_default(void);
/* As the settings have it, with the default peaks where they name none. A peak that has no price of its own is reckoned at
 * TARIFF_PEAK_TIMES the price outside. */
struct tariff tariff_of_settings(const struct settings_tariff *);
/* The clock that the windows follow: the place's, or its standard time all year. */
struct zone tariff_zone(const struct settings_tariff *, const struct zone *place, int64_t now_s);
/* What a kWh costs at that instant. */
double tariff_usd_per_kwh(const struct tariff *, const struct zone *, int64_t unix_s);
/* Does that instant, or one lead_s later, lie in a peak? */
bool tariff_onpeak(const struct tariff *, const struct zone *, int64_t unix_s);

/* A change of the setpoint that holds until the next. */
struct schedule_entry { uint8_t days; int minute_of_day; double setpoint_c; };
/* The entry in force, wrapping round the week; -1: there are none. A skipped hour's change happens at its end, a
 * repeated hour's once (SF-72). */
int schedule_entry_at(const struct schedule_entry *, int n, const struct zone *, int64_t unix_s);

#endif
