/* SPDX-License-Identifier: MIT */
#include "sim/forecaster.h"

#include <math.h>

#include "core/civil.h"

enum { HOUR_S = 3600, DAY_S = 86400, WEEK = 7, THURSDAY = 3 };

/* Temperature in K from a day ahead on, wind and sun and prices as a share. */
static const double TEMP_K = 2.5, WEATHER_SHARE = 0.4, PRICE_SHARE = 0.25, STAYS = 0.95;

struct forecast_errors forecast_errs(struct rng *r)
{
	return (struct forecast_errors){ .rng = r, .temp = rng_normal(r) };
}

static double share_off(struct rng *r, double share)
{
	return fmax(0, 1 + share * rng_normal(r));
}

void forecast_err_hour(struct forecast_errors *e, int ahead, struct weather_row *w, double *usd)
{
	w->out_c += TEMP_K * fmin(1, ahead / 24.0) * e->temp;
	w->wind_ms *= share_off(e->rng, WEATHER_SHARE);
	w->sun_w_m2 *= share_off(e->rng, WEATHER_SHARE);
	*usd *= fmax(0, 1 + PRICE_SHARE * e->price);
	e->price = STAYS * e->price + sqrt(1 - STAYS * STAYS) * rng_normal(e->rng);
}

bool forecaster_open(struct forecaster *f, const struct plant *p, uint64_t seed, struct wall start, int utc_offset_s,
	struct err *e)
{
	int64_t days = (start.ms / 1000 + utc_offset_s) / DAY_S;
	int day_of_year = civil_day_of_year(days);

	*f = (struct forecaster){ .rng = rng_start(seed, "forecast"), .hour0_s = days * DAY_S - utc_offset_s };
	if (!weather_open(&f->weather, &p->weather, seed, f->hour0_s, day_of_year, e))
		return false;
	if (!prices_open(&f->prices, &p->prices, seed, f->hour0_s, day_of_year, (int)((days + THURSDAY) % WEEK), e)) {
		weather_close(&f->weather);
		return false;
	}
	f->open = true;
	return true;
}

/* The series are asked forwards only, so looking ahead is done with copies; rows of a file are shared. */
bool forecaster_look(void *self, struct wall now, struct atn_forecast *out)
{
	struct forecaster *f = self;
	int64_t start_s = now.ms / 1000 - now.ms / 1000 % HOUR_S;
	double t_s = (double)(start_s - f->hour0_s);
	struct forecast_errors errs = forecast_errs(&f->rng);
	struct weather weather;
	struct prices prices;

	if (!f->open || t_s < 0)
		return false;
	(void)weather_at(&f->weather, t_s);
	(void)prices_at(&f->prices, t_s);
	weather = f->weather;
	prices = f->prices;
	*out = (struct atn_forecast){ .start_s = start_s };
	for (; out->n < ATN_FORECAST_HOURS; out->n++) {
		double at_s = t_s + out->n * (double)HOUR_S, usd_per_kwh = prices_at(&prices, at_s).lmp;
		struct weather_row w = weather_at(&weather, at_s);

		forecast_err_hour(&errs, out->n, &w, &usd_per_kwh);
		out->hour[out->n] = (struct atn_forecast_hour){ w.out_c, w.wind_ms, w.sun_w_m2, usd_per_kwh * 1000 };
	}
	return true;
}

void forecaster_close(struct forecaster *f)
{
	if (!f->open)
		return;
	weather_close(&f->weather);
	prices_close(&f->prices);
	f->open = false;
}
