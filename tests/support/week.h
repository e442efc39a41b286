/* SPDX-License-Identifier: MIT */
/* week.h: the reference week: a simulated house in January, eight days of which the first is not counted, under
 * local control; true temperatures, a decision every 60 s, a perfect forecast. */
#ifndef TESTS_WEEK_H
#define TESTS_WEEK_H

#include "core/control/house_heat.h"
#include "sim/plant.h"
#include "sim/prices.h"
#include "sim/weather.h"

enum { WEEK_DAYS = 8, WEEK_HOURS = WEEK_DAYS * 24 + 72 };

/* What a planner sees each minute; it answers what may run now. */
struct week_now {
	const struct plant *plant;
	const struct plant_state *state;
	const struct local_params *params;
	const struct weather_row *weather;	/* of the series' hours, from the first */
	const double *usd_per_kwh;		/* the same hours */
	int n_hours;
	int64_t t_s;				/* since hour 0 */
	bool source_on;
};
typedef enum local_wish week_planner(void *ctx, const struct week_now *);

/* A moment of the week; power: mean since the one before. Without a store the store is the buffer. */
enum { WEEK_SAMPLE_S = 600 };
struct week_sample {
	int64_t t_s;
	double out_c, air_c, buffer_top_c, buffer_bottom_c, store_top_c, store_bottom_c, usd_per_kwh, power_w;
	enum local_state state;		/* of a thermostat always the start state */
	bool source_on;
};

enum week_kind { WEEK_THERMOSTAT, WEEK_TOU, WEEK_PLAN };
struct week {
	const struct plant *plant;
	struct local_params params;
	enum week_kind kind;
	uint64_t seed;
	int days;			/* 0: WEEK_DAYS */
	bool no_backup;			/* the backup heater may not help */
	week_planner *plan;		/* WEEK_PLAN */
	void *ctx;
	void (*trace)(void *ctx, int64_t t_s, const struct house_heat_trace *);	/* may be NULL */
	void (*sample)(void *ctx, const struct week_sample *);	/* may be NULL */
};

struct week_result {
	double cost_usd, cold_kh, energy_kwh, peak_kwh, mean_out_c, residual;
	int starts, most_starts_an_hour, shortest_off_s, shortest_on_s;
	int64_t conflicts, capacity_short_s, longest_state_cold_s;
};

/* The week's weather and prices, hour by hour. */
void week_series(const struct plant *, uint64_t seed, int hours, struct weather_row rows[], double usd_per_kwh[]);
struct local_params week_params(const struct plant *);
struct week_result week_run(const struct week *);

#endif
