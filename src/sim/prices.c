/* SPDX-License-Identifier: MIT */
/* Seeded prices: a market of inland New England, made to be plausible, and a tariff with two peaks. */
#include "sim/prices.h"

#include <math.h>

enum { HOUR_S = 3600, DAYS = 365, WEEK = 7, SATURDAY = 5 };

static const double ON_PEAK = 0.48763, DAY = 0.05498, NIGHT = 0.05013;
static const double KEEP = .92, SPREAD = .30, SPIKE_CHANCE = 0.01, SPIKE = 3;

static const double shape[24] = { .78, .74, .72, .72, .76, .88, 1.10, 1.28, 1.22, 1.08, 1.00, .95, .92, .90, .90,
	.96, 1.15, 1.42, 1.46, 1.32, 1.16, 1.02, .92, .84 };

double prices_distribution(int weekday, int hour)
{
	if (weekday < SATURDAY && ((hour >= 7 && hour < 12) || (hour >= 16 && hour < 20)))
		return ON_PEAK;
	return hour >= 6 && hour < 22 ? DAY : NIGHT;
}

static struct price_row draw(struct prices *p)
{
	int64_t days = p->hour / 24;
	int h = (int)(p->hour % 24), doy = (int)((p->day_of_year + days) % DAYS);
	double usd_per_mwh =
		(45 + 30 * cos(2 * M_PI * (doy - 20) / DAYS)) * shape[h] * exp(SPREAD * p->x);
	struct price_row row = { .distribution =
			prices_distribution((int)((p->day_of_week + days) % WEEK), h) };

	if (rng_uniform(&p->rng) < SPIKE_CHANCE)
		usd_per_mwh *= SPIKE;
	row.lmp = usd_per_mwh / 1000;
	row.usd_per_kwh = row.lmp + row.distribution;
	p->x = KEEP * p->x + sqrt(1 - KEEP * KEEP) * rng_normal(&p->rng);
	p->hour++;
	return row;
}

bool prices_open(struct prices *p, const struct plant_prices *from, uint64_t seed, int64_t start_s,
	int day_of_year, int day_of_week, struct err *e)
{
	*p = (struct prices){ .kind = from->kind, .start_s = start_s, .day_of_year = day_of_year,
		.day_of_week = day_of_week };
	if (from->kind == SERIES_CSV)
		return series_load(&p->csv, &series_prices, from->path, e) || err_in(e, "prices");
	p->rng = rng_start(seed, "price.lmp");
	p->x = rng_normal(&p->rng);
	return true;
}

void prices_close(struct prices *p)
{
	series_close(&p->csv);
}

struct price_row prices_at(struct prices *p, double t_s)
{
	const struct series_row *a, *b;

	if (p->kind == SERIES_CSV) {
		series_find(&p->csv, (double)p->start_s + t_s, &a, &b);
		return (struct price_row){ .usd_per_kwh = a->v[0], .lmp = a->v[0] };
	}
	while (t_s >= (double)p->hour * HOUR_S)
		p->row = draw(p);
	return p->row;
}
