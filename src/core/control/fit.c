/* SPDX-License-Identifier: MIT */
#include "core/control/fit.h"

#include <math.h>

static const double LOW = 0.7, HIGH = 1.3, DAY_LOW = 0.5, DAY_HIGH = 2, SHARE = 0.25;
/* Seen enough of: hours at rest with a load that matters, an hour and some kWh of running. */
static const double LEAST_OFF_S = 2 * 3600, LEAST_LOSS_W = 300, LEAST_ON_S = 3600, LEAST_HEAT_J = 2 * 3.6e6;
/* More than pumps and standby draw: another heater is on. */
static const double OTHER_HEAT_W = 400;

struct fit fit_none(void)
{
	return (struct fit){ .load = 1, .cop = 1 };
}

static bool usable(const struct fit_day *d, const struct fit_look *now, double pumps_w)
{
	const struct fit_look *last = &d->last;
	bool settled = now->ms - d->since_ms >= FIT_SETTLE_S * 1000LL;
	bool alone = now->power_known && last->power_known && (now->on || now->power_w < pumps_w + OTHER_HEAT_W);

	return settled && alone && now->ms - last->ms <= FIT_LONGEST_S * 1000LL;
}

static void add(struct fit_sums *s, const struct plan_house *h, const struct plan_params *p, double pumps_w,
	const struct fit_look *a, const struct fit_look *b)
{
	double dt_s = (double)(b->ms - a->ms) / 1000;
	struct plan_row row = { b->out_c, b->wind_ms, b->sun_w_m2, 0, dt_s };
	struct plan_weather w = plan_weather_of(h, &row);

	s->s += dt_s;
	s->ua_j += w.ua_w_per_k * (b->th_c - b->out_c) * dt_s;
	s->gains_j += w.gains_w * dt_s;
	s->house_j += h->house_j_per_k * (b->th_c - a->th_c);
	s->water_j += h->water_j_per_k * (b->tw_c - a->tw_c) + h->water_ua_w_per_k * (b->tw_c - h->cellar_c) * dt_s;
	if (b->on)
		s->elec_cop_j += fmax(0, b->power_w - pumps_w) * plan_source_of(h, p, &row, b->tw_c).cop * dt_s;
}

void fit_look(struct fit_day *d, const struct plan_house *h, const struct plan_params *p, double pumps_w,
	const struct fit_look *now)
{
	if (!d->has_last || d->last.on != now->on)
		d->since_ms = now->ms;
	else if (usable(d, now, pumps_w))
		add(now->on ? &d->on : &d->off, h, p, pumps_w, &d->last, now);
	d->last = *now;
	d->has_last = true;
}

static double moved(double factor, double day)
{
	double to = fmin(fmax(day, DAY_LOW), DAY_HIGH);

	return fmin(fmax(factor + SHARE * (to - factor), LOW), HIGH);
}

/* What the house lost, against what the model says it should have. */
static bool load_of(const struct fit_sums *off, double *load)
{
	if (off->s < LEAST_OFF_S || off->ua_j < LEAST_LOSS_W * off->s)
		return false;
	*load = (-off->water_j + off->gains_j - off->house_j) / off->ua_j;
	return isfinite(*load);
}

static bool cop_of(const struct fit_sums *on, double load, double *cop)
{
	double heat_j = on->water_j + load * on->ua_j - on->gains_j + on->house_j;

	if (on->s < LEAST_ON_S || on->elec_cop_j < LEAST_HEAT_J)
		return false;
	*cop = heat_j / on->elec_cop_j;
	return isfinite(*cop);
}

void fit_close_day(struct fit *f, struct fit_day *d, bool has_heat_pump)
{
	double load, cop;
	bool loaded = load_of(&d->off, &load), ran;

	if (loaded)
		f->load = moved(f->load, load);
	ran = has_heat_pump && cop_of(&d->on, f->load, &cop);
	if (ran)
		f->cop = moved(f->cop, cop);
	f->days += loaded || ran;
	d->off = d->on = (struct fit_sums){ 0 };
}

void fit_apply(struct plan_house *h, const struct fit *f)
{
	struct plant_envelope *e = &h->envelope;

	/* Air and mass lose in parallel; the path between them is scaled along, so that the sum is. */
	e->air_out_w_per_k *= f->load;
	e->mass_out_w_per_k *= f->load;
	e->air_mass_w_per_k *= f->load;
	e->wind_w_per_k_per_ms *= f->load;
	h->heat_pump.eta_a *= f->cop;
	h->heat_pump.eta_b *= f->cop;
	h->heat_pump.eta_c *= f->cop;
}
