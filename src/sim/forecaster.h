/* SPDX-License-Identifier: MIT */
/* forecaster.h: who foretells a simulated house's weather and prices: what will be, with the errors that forecasts have:
 * temperature off by a normal 2.5 K from a day ahead on, the same way throughout one forecast; wind and sun by 40 %; prices
 * beyond the present hour by 25 %, drifting. Each forecast errs anew, from the seed. */
#ifndef SIM_FORECASTER_H
#define SIM_FORECASTER_H

#include "core/control/atn.h"
#include "sim/prices.h"
#include "sim/weather.h"

struct forecast_errors { struct rng *rng; double temp, price; };

/* The errors of one forecast. */
struct forecast_errors forecast_errs(struct rng *);
/* Puts them on the hour that is so many hours ahead; called hour by hour. */
void forecast_err_hour(struct forecast_errors *, int ahead, struct weather_row *, double *usd);

struct forecaster {
	struct weather weather;
	struct prices prices;
	struct rng rng;
	int64_t hour0_s;	/* of the series: local midnight before the start */
	bool open;
};

/* The same series as the simulated world's of that seed and start. */
bool forecaster_open(struct forecaster *, const struct plant *, uint64_t seed, struct wall start, int utc_offset_s,
	struct err *);
/* An atn_foresee; self is the forecaster. Asked forwards in time. */
bool forecaster_look(void *self, struct wall now, struct atn_forecast *);
void forecaster_close(struct forecaster *);

#endif
