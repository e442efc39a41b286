/* SPDX-License-Identifier: MIT */
/* weather.h: a series of hourly weather, made from a seed or read from a file; asked for forwards in time. */
#ifndef SIM_WEATHER_H
#define SIM_WEATHER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/sim/rng.h"
#include "sim/series_csv.h"
#include "spaceheat/err.h"
#include "spaceheat/plant.h"

struct weather_row { double out_c, wind_ms, sun_w_m2; };

/* What a day of the year is like before chance: temperature, half its daily swing, wind, clearness. */
struct weather_normal { double mean_c, swing_k, wind_ms, clearness; };

struct weather_seeded {
	struct rng temp, wind, cloud;
	double x, y, z;
	double latitude;
	int day_of_year;	/* 0 = 1 January; of hour 0 */
};

struct weather {
	enum series_kind kind;
	struct weather_seeded seeded;
	int64_t start_s;	/* unix time of hour 0 */
	int64_t hour;		/* of `row` (seeded) */
	struct weather_row row, next;
	struct series csv;
};

/* Hour 0 is at unix time start_s, local standard midnight of that day. Only a Csv can fail. */
bool weather_open(struct weather *, const struct plant_weather *, uint64_t seed, int64_t start_s,
	int day_of_year, struct err *);
void weather_close(struct weather *);
/* t_s: seconds since hour 0, never less than the time before. Temperature and wind are linear between
 * hours, the sun is constant within one. */
struct weather_row weather_at(struct weather *, double t_s);
/* The next hour of a seeded series. */
struct weather_row weather_draw(struct weather_seeded *, int64_t hour);
struct weather_normal weather_normal(double day_of_year);

#endif
