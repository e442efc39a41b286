/* SPDX-License-Identifier: MIT */
/* Seeded weather of inland Maine: months rounded and made to be plausible, not a station's record. */
#include "sim/weather.h"

#include <math.h>

enum { HOUR_S = 3600, DAYS = 365, MONTHS = 12 };

static const double SOLAR_W_M2 = 1361, RADIAN = M_PI / 180;

struct drift { double keep, sigma; };

static const struct drift temp_drift = { .985, 5 }, wind_drift = { .90, .5 }, cloud_drift = { .95, .25 };

static const struct weather_normal months[MONTHS] = {
	{ -9.5, 5.5, 3.6, .50 }, { -8, 6, 3.7, .54 }, { -2.5, 6, 3.9, .54 }, { 4.5, 6, 3.8, .50 },
	{ 11.5, 6.5, 3.4, .50 }, { 16.5, 6.5, 3.0, .51 }, { 19.5, 6.5, 2.7, .53 }, { 18.5, 6.5, 2.6, .53 },
	{ 14, 6, 2.8, .52 }, { 7.5, 5.5, 3.2, .47 }, { 1, 4.5, 3.5, .42 }, { -5.5, 4.8, 3.6, .44 },
};
static const int month_first[MONTHS] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };

static double between(double a, double b, double share)
{
	return a + (b - a) * share;
}

static double middle_of(int month)	/* -1 and 12: of the years before and after */
{
	int year = month < 0 ? -DAYS : month >= MONTHS ? DAYS : 0;

	return month_first[(month + MONTHS) % MONTHS] + 14.5 + year;
}

struct weather_normal weather_normal(double day_of_year)
{
	double day = fmod(day_of_year, DAYS), share;
	int after = 0;
	const struct weather_normal *a, *b;

	while (after < MONTHS && middle_of(after) <= day)
		after++;
	share = (day - middle_of(after - 1)) / (middle_of(after) - middle_of(after - 1));
	a = &months[(after - 1 + MONTHS) % MONTHS];
	b = &months[after % MONTHS];
	return (struct weather_normal){ between(a->mean_c, b->mean_c, share),
		between(a->swing_k, b->swing_k, share), between(a->wind_ms, b->wind_ms, share),
		between(a->clearness, b->clearness, share) };
}

static double drift_first(struct drift d, struct rng *r)
{
	return d.sigma * rng_normal(r);
}

static double drift_next(struct drift d, double value, struct rng *r)
{
	return d.keep * value + d.sigma * sqrt(1 - d.keep * d.keep) * rng_normal(r);
}

static double sin_elevation(double latitude_deg, double day, double solar_hour)
{
	double declination = -23.44 * RADIAN * cos(2 * M_PI * (floor(day) + 10) / DAYS);
	double latitude = latitude_deg * RADIAN, angle = 15 * RADIAN * (solar_hour - 12);

	return sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(angle);
}

static void seeded_start(struct weather_seeded *s, uint64_t seed, double latitude, int day_of_year)
{
	s->temp = rng_start(seed, "weather.temp");
	s->wind = rng_start(seed, "weather.wind");
	s->cloud = rng_start(seed, "weather.cloud");
	s->x = drift_first(temp_drift, &s->temp);
	s->y = drift_first(wind_drift, &s->wind);
	s->z = drift_first(cloud_drift, &s->cloud);
	s->latitude = latitude;
	s->day_of_year = day_of_year;
}

struct weather_row weather_draw(struct weather_seeded *s, int64_t hour)
{
	double day = s->day_of_year + (double)hour / 24, h = (double)(hour % 24);
	struct weather_normal normal = weather_normal(day);
	double clear = fmin(fmax(normal.clearness + s->z, .08), .80);
	struct weather_row row = {
		.out_c = normal.mean_c + normal.swing_k * cos(2 * M_PI * (h - 15) / 24) + s->x,
		.wind_ms = fmax(0, normal.wind_ms * (1 + s->y)),
		.sun_w_m2 = clear * SOLAR_W_M2 * fmax(0, sin_elevation(s->latitude, day, h + .5)),
	};

	s->x = drift_next(temp_drift, s->x, &s->temp);
	s->y = drift_next(wind_drift, s->y, &s->wind);
	s->z = drift_next(cloud_drift, s->z, &s->cloud);
	return row;
}

bool weather_open(struct weather *w, const struct plant_weather *p, uint64_t seed, int64_t start_s,
	int day_of_year, struct err *e)
{
	*w = (struct weather){ .kind = p->kind, .start_s = start_s };
	if (p->kind == SERIES_CSV)
		return series_load(&w->csv, &series_weather, p->path, e) || err_in(e, "weather");
	seeded_start(&w->seeded, seed, p->latitude, day_of_year);
	w->row = weather_draw(&w->seeded, 0);
	w->next = weather_draw(&w->seeded, 1);
	return true;
}

void weather_close(struct weather *w)
{
	series_close(&w->csv);
}

static struct weather_row mix_rows(struct weather_row a, struct weather_row b, double share)
{
	return (struct weather_row){ between(a.out_c, b.out_c, share), between(a.wind_ms, b.wind_ms, share),
		a.sun_w_m2 };
}

static struct weather_row row_of(const struct series_row *r)
{
	return (struct weather_row){ r->v[0], r->v[1], r->v[2] };
}

struct weather_row weather_at(struct weather *w, double t_s)
{
	if (w->kind == SERIES_CSV) {
		const struct series_row *a, *b;
		double share = series_find(&w->csv, (double)w->start_s + t_s, &a, &b);

		return mix_rows(row_of(a), row_of(b), share);
	}
	while (t_s >= (double)(w->hour + 1) * HOUR_S) {
		w->row = w->next;
		w->hour++;
		w->next = weather_draw(&w->seeded, w->hour + 1);
	}
	return mix_rows(w->row, w->next, t_s / HOUR_S - (double)w->hour);
}
