/* SPDX-License-Identifier: MIT */
#include "week.h"

#include <math.h>
#include <string.h>

#include "core/control/house_model.h"
#include "core/control/tariff.h"
#include "core/control/worry.h"

/* 2023-01-15 was a Sunday and day 14 of its year. */
enum { SUNDAY_S = 1673740800, DAY_OF_YEAR = 14, SUNDAY = 6, TICK_S = 60, DAY_S = 86400, MAX_STARTS = 4096 };

struct run {
	const struct week *w;
	struct week_result r;
	struct house_heat_house house;
	struct house_heat heat;
	struct worry_fall fall;
	struct plant_state state;
	struct weather_row rows[WEEK_HOURS];
	double prices[WEEK_HOURS];
	int hours;
	struct tariff tariff;
	struct zone zone;
	struct plant_inputs in;
	struct weather weather;
	int64_t started_at[MAX_STARTS];
	int n_started;
	int64_t on_at, off_at, state_at;
	bool dist, thermostat_on;
	double out_sum_c, sampled_j;
};

struct local_params week_params(const struct plant *p)
{
	return house_model_params(p, 75);
}

static bool counted(int64_t t_s)
{
	return t_s >= DAY_S;
}

void week_series(const struct plant *p, uint64_t seed, int hours, struct weather_row rows[], double usd_per_kwh[])
{
	struct plant_prices seeded = { .kind = SERIES_SEEDED };
	struct prices prices;
	struct weather w;
	struct err e;

	weather_open(&w, &p->weather, seed, SUNDAY_S, DAY_OF_YEAR, &e);
	prices_open(&prices, &seeded, seed, SUNDAY_S, DAY_OF_YEAR, SUNDAY, &e);
	for (int i = 0; i < hours; i++) {
		rows[i] = weather_at(&w, i * 3600.0);
		usd_per_kwh[i] = prices_at(&prices, i * 3600.0).usd_per_kwh;
	}
	prices_close(&prices);
	weather_close(&w);
}

static void read_tank(struct house_heat_tank *t, const double c[], int n)
{
	t->n = n;
	for (int i = 0; i < n; i++) {
		t->c[i] = c[i];
		t->good[i] = true;
	}
}

static void read_store(const struct run *r, struct house_heat_tank *t)
{
	double c[PLANT_MAX_LAYERS];
	int n = r->w->plant->store.kind == STORE_NONE ? 0 : r->w->plant->store.tank.layers;

	for (int i = 0; i < n; i++)
		c[i] = plant_store_c(&r->state, i);
	read_tank(t, c, n);
}

static bool source_relay(const struct run *r)
{
	return r->in.on[r->house.kind == LOCAL_ELEMENT ? PLANT_ELEMENT : PLANT_HP];
}

static void read_hours(const struct run *r, struct house_heat_inputs *in, int64_t t_s)
{
	in->n_hours = HOUSE_HEAT_HOURS;
	in->has_forecast = true;
	for (int i = 0; i < HOUSE_HEAT_HOURS; i++) {
		int h = (int)(t_s / 3600) + i;
		int64_t at = SUNDAY_S + h * 3600LL;

		h = h < r->hours ? h : r->hours - 1;
		in->hour[i] = (struct local_hour){ r->rows[h].out_c, r->rows[h].wind_ms,
			tariff_onpeak(&(struct tariff){ .peaks = { r->tariff.peaks[0], r->tariff.peaks[1] }, .n_peaks = 2 },
				&r->zone, at) };
	}
}

static struct house_heat_inputs look(struct run *r, int64_t t_s, const struct weather_row *now)
{
	const struct plant *p = r->w->plant;
	struct house_heat_inputs in = { .now = { t_s * 1000 }, .n_zones = 1, .out_good = true,
		.out_c = now->out_c, .clock_ok = true, .may_start = true, .may_stop = true };

	read_tank(&in.buffer, r->state.buffer.c, p->buffer.layers);
	read_store(r, &in.store);
	in.zone[0] = (struct house_heat_zone){ .good = true, .critical = true, .wall = true,
		.c = r->state.air_c, .set_c = p->house.set_c };
	in.ewt_c = r->state.heat_pump.ewt_c;
	in.defrost = r->state.heat_pump.state == HP_DEFROST;
	in.source_on = source_relay(r);
	in.onpeak = tariff_onpeak(&r->tariff, &r->zone, SUNDAY_S + t_s);
	read_hours(r, &in, t_s);
	if (r->w->kind == WEEK_PLAN) {
		struct week_now n = { p, &r->state, &r->w->params, r->rows, r->prices, r->hours, t_s, in.source_on };

		in.plan = r->w->plan(r->w->ctx, &n);
	}
	return in;
}

static void use_outputs(struct run *r, unsigned int on)
{
	static const enum plant_relay relay[N_LOCAL_OUTPUTS] = { [OUT_CHARGE] = PLANT_CHARGE,
		[OUT_STOREPUMP] = PLANT_STOREPUMP, [OUT_HP] = PLANT_HP, [OUT_ELEMENT] = PLANT_ELEMENT,
		[OUT_BACKUP] = PLANT_BACKUP };

	for (int i = 0; i < N_LOCAL_OUTPUTS; i++)
		r->in.on[relay[i]] = on >> i & 1;
}

static void count_source(struct run *r, bool before, int64_t t_s)
{
	bool on = source_relay(r);
	int in_hour = 0;

	if (on == before)
		return;
	if (!on) {
		if (r->on_at >= 0 && (int)(t_s - r->on_at) < r->r.shortest_on_s)
			r->r.shortest_on_s = (int)(t_s - r->on_at);
		r->off_at = t_s;
		return;
	}
	if (r->off_at >= 0 && (int)(t_s - r->off_at) < r->r.shortest_off_s)
		r->r.shortest_off_s = (int)(t_s - r->off_at);
	r->on_at = t_s;
	r->r.starts += counted(t_s);
	r->started_at[r->n_started++ % MAX_STARTS] = t_s;
	for (int i = 0; i < r->n_started && i < MAX_STARTS; i++)
		in_hour += r->started_at[i] > t_s - 3600;
	r->r.most_starts_an_hour = in_hour > r->r.most_starts_an_hour ? in_hour : r->r.most_starts_an_hour;
}

/* The plain house: source by the buffer's top, no store, no price. */
static void thermostat(struct run *r, const struct house_heat_inputs *in)
{
	struct local_demand d = local_demand(r->w->plant, &r->w->params,
		r->w->plant->house.set_c, in->hour[0].out_c, in->hour[0].wind_ms);
	double top = in->buffer.c[0], bottom = in->buffer.c[in->buffer.n - 1];

	if (top < fmin(d.rswt_c, r->w->params.max_ewt_c - r->w->params.buf_low_k))
		r->thermostat_on = true;
	else if (bottom > fmin(d.rswt_c, r->w->params.max_ewt_c))
		r->thermostat_on = false;
	use_outputs(r, r->thermostat_on ? 1u << (r->house.kind == LOCAL_ELEMENT ? OUT_ELEMENT : OUT_HP) : 0);
}

/* All sources run and the room still cools. */
static bool capacity_short(struct run *r, int64_t t_s)
{
	bool all = source_relay(r) && (!r->house.backup_allowed || r->in.on[PLANT_BACKUP]);

	(void)worry_fall(&r->fall, all, (struct reading_mc){ .good = true, .mc = (int64_t)(r->state.air_c * 1000) },
		(struct mono){ t_s * 1000 });
	return r->fall.on;
}

static void decide(struct run *r, int64_t t_s, const struct weather_row *now)
{
	struct house_heat_inputs in = look(r, t_s, now);
	struct house_heat_result got;
	bool is_short = capacity_short(r, t_s);

	if (r->w->kind == WEEK_THERMOSTAT) {
		thermostat(r, &in);
		return;
	}
	got = house_heat_step(&r->heat, &r->house, &in);
	if (r->w->trace != NULL && (got.trace.moved || got.trace.held))
		r->w->trace(r->w->ctx, t_s, &got.trace);
	if (got.trace.moved || !r->heat.zone_cold || is_short)
		r->state_at = t_s;
	if (t_s - r->state_at > r->r.longest_state_cold_s)
		r->r.longest_state_cold_s = t_s - r->state_at;
	r->r.capacity_short_s += is_short ? TICK_S : 0;
	use_outputs(r, got.outputs);
}

/* The wall thermostat and its pump. */
static void drive_pump(struct run *r)
{
	double set_c = r->w->plant->house.set_c, air_c = r->state.air_c;

	if (air_c < set_c - 0.2)
		r->dist = true;
	else if (air_c > set_c + 0.2)
		r->dist = false;
	r->in.on[PLANT_DISTPUMP] = r->dist && r->state.buffer.c[0] > air_c + 2;
}

static void account(struct run *r, int64_t t_s, double dt_s)
{
	double kwh = r->state.power_w * dt_s / 3.6e6, cold_k = r->w->plant->house.set_c - 0.5 - r->state.air_c;
	bool peak = tariff_onpeak(&(struct tariff){ .peaks = { r->tariff.peaks[0], r->tariff.peaks[1] }, .n_peaks = 2 },
		&r->zone, SUNDAY_S + t_s);

	if (!counted(t_s))
		return;
	r->r.energy_kwh += kwh;
	r->r.peak_kwh += peak ? kwh : 0;
	r->r.cost_usd += kwh * r->prices[t_s / 3600];
	r->r.cold_kh += fmax(0, cold_k) * dt_s / 3600;
}

/* As it stood for the last WEEK_SAMPLE_S. */
static void sample(struct run *r, int64_t t_s, const struct weather_row *now)
{
	const struct plant_state *p = &r->state;
	bool store = p->plant->store.kind != STORE_NONE;
	struct week_sample s = { .t_s = t_s, .out_c = now->out_c, .air_c = p->air_c, .buffer_top_c = p->buffer.c[0],
		.buffer_bottom_c = p->buffer.c[p->buffer.layers - 1], .usd_per_kwh = r->prices[t_s / 3600],
		.power_w = r->sampled_j / WEEK_SAMPLE_S, .state = r->heat.state, .source_on = source_relay(r) };

	s.store_top_c = store ? plant_store_c(p, 0) : s.buffer_top_c;
	s.store_bottom_c = store ? plant_store_c(p, p->plant->store.tank.layers - 1) : s.buffer_bottom_c;
	r->sampled_j = 0;
	r->w->sample(r->w->ctx, &s);
}

static void run_steps(struct run *r, int64_t end_s)
{
	int64_t dt_s = (int64_t)r->w->plant->dt_s;
	int n = 0;

	for (int64_t t = 0; t < end_s; t += dt_s) {
		struct weather_row now = weather_at(&r->weather, (double)t);
		bool before = source_relay(r);

		if (t % TICK_S == 0)
			decide(r, t, &now);
		else if (r->w->kind != WEEK_THERMOSTAT)
			use_outputs(r, house_heat_outputs(&r->heat, &r->house, (struct mono){ t * 1000 }));
		count_source(r, before, t);
		drive_pump(r);
		plant_step(&r->state, &r->in, &now);
		account(r, t, (double)dt_s);
		r->sampled_j += r->state.power_w * (double)dt_s;
		if (r->w->sample != NULL && (t + dt_s) % WEEK_SAMPLE_S == 0)
			sample(r, t, &now);
		if (counted(t)) {
			r->out_sum_c += now.out_c;
			n++;
		}
	}
	r->r.mean_out_c = n > 0 ? r->out_sum_c / n : 0;
}

struct week_result week_run(const struct week *w)
{
	static const struct week_result none = { .shortest_off_s = 1 << 30, .shortest_on_s = 1 << 30 };
	int days = w->days > 0 ? w->days : WEEK_DAYS;
	struct run r = { .w = w, .r = none, .tariff = tariff_default(), .hours = days * 24 + 72,
		.on_at = -1, .off_at = -1 };
	struct err unused;

	if (r.hours > WEEK_HOURS)
		r.hours = WEEK_HOURS;
	r.house = house_model_of(w->plant, &w->params);
	r.house.backup_allowed = r.house.backup_allowed && !w->no_backup;
	week_series(w->plant, w->seed, r.hours, r.rows, r.prices);
	weather_open(&r.weather, &w->plant->weather, w->seed, SUNDAY_S, DAY_OF_YEAR, &unused);
	plant_init(&r.state, w->plant, r.rows[0].out_c);
	run_steps(&r, (int64_t)days * DAY_S);
	weather_close(&r.weather);
	r.r.conflicts = r.state.conflicts;
	r.r.residual = plant_residual(&r.state);
	return r.r;
}
