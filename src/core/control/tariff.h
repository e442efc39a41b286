/* SPDX-License-Identifier: MIT */
/* tariff.h: when electricity is dear, and what the setpoint is, by the clock on the wall. */
#ifndef CORE_CONTROL_TARIFF_H
#define CORE_CONTROL_TARIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "core/civil.h"

enum { TARIFF_MAX_PEAKS = 16, TARIFF_MAX_HOLIDAYS = 64, TARIFF_LEAD_S = 120 };

struct tariff_peak { uint8_t days; int from_min, to_min; };	/* days: bit 0 = Monday; [from, to) */

struct tariff {
	struct tariff_peak peaks[TARIFF_MAX_PEAKS];
	int n_peaks;
	int64_t holidays[TARIFF_MAX_HOLIDAYS];	/* days without peaks */
	int n_holidays;
	int lead_s;		/* a peak begins so much earlier, so that the source has stopped in time */
};

/* Mon-Fri 07-12 and 16-20, no holidays. */
struct tariff tariff_default(void);
/* Does that instant, or one lead_s later, lie in a peak? */
bool tariff_onpeak(const struct tariff *, const struct zone *, int64_t unix_s);

/* A change of the setpoint that holds until the next. */
struct schedule_entry { uint8_t days; int minute_of_day; double setpoint_c; };
/* The entry in force, wrapping round the week; -1: there are none. A skipped hour's change happens at its end, a
 * repeated hour's once (SF-72). */
int schedule_entry_at(const struct schedule_entry *, int n, const struct zone *, int64_t unix_s);

#endif
