/* SPDX-License-Identifier: MIT */
/* prices.h: what a kWh costs, hour by hour: a market price made from a seed plus distribution, or a file;
 * asked for forwards in time. */
#ifndef SIM_PRICES_H
#define SIM_PRICES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sim/rng.h"
#include "sim/series_csv.h"
#include "spaceheat/err.h"
#include "spaceheat/plant.h"

struct price_row { double usd_per_kwh, lmp, distribution; };	/* a Csv has no parts: distribution 0 */

struct prices {
	enum series_kind kind;
	struct rng rng;
	double x;		/* how the market of this hour differs from its season */
	int day_of_year, day_of_week;	/* of hour 0; 0 = 1 January, 0 = Monday */
	int64_t start_s;	/* unix time of hour 0 */
	int64_t hour;		/* the next to draw (Seeded) */
	struct price_row row;
	struct series csv;
};

/* Hour 0 is at unix time start_s, local midnight of that day. Only a Csv can fail. */
bool prices_open(struct prices *, const struct plant_prices *, uint64_t seed, int64_t start_s,
	int day_of_year, int day_of_week, struct err *);
void prices_close(struct prices *);
/* Of the hour that holds t_s, seconds since hour 0; never less than the time before. */
struct price_row prices_at(struct prices *, double t_s);
/* USD/kWh for the wires at that hour (0..23) of that weekday (0 = Monday), not a holiday. */
double prices_distribution(int weekday, int hour);

#endif
