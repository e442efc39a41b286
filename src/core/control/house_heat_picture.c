/* SPDX-License-Identifier: MIT */
/* The picture: what was measured, as the tables see it. */
#include <math.h>
#include <string.h>

#include "core/control/house_heat_parts.h"

enum { NEXT_HOURS = 3, OUT_KEEP_S = 6 * 3600, GAIN_EVERY_S = 60 };

static const double NO_FORECAST_K = 3, NO_FORECAST_WIND_MS = 4, BOOST_K = 1, WARM_K = 1, EARLY_K = 99,
	STORE_TIMES = 10, STORE_SHARE = 0.95, J_PER_WH = 3600;

/* --- tanks -------------------------------------------------------------------------------------- */

static int next_good(const struct house_heat_tank *t, int i)
{
	while (i < t->n && !t->good[i])
		i++;
	return i;
}

bool house_heat_layers(const struct house_heat_tank *t, double kg, struct local_layers *l, bool *estimated)
{
	int before = -1, after = next_good(t, 0);

	l->n = t->n;
	l->kg = kg;
	if (after == t->n)
		return false;
	for (int i = 0; i < t->n; i++) {
		if (i > after) {
			before = after;
			after = next_good(t, i);
		}
		if (i == after)
			l->c[i] = t->c[i];
		else if (before < 0)
			l->c[i] = t->c[after];
		else if (after == t->n)
			l->c[i] = t->c[before];
		else
			l->c[i] = t->c[before] +
				(t->c[after] - t->c[before]) * (i - before) / (after - before);
		*estimated = *estimated || !t->good[i];
	}
	return true;
}

static double mean_c(const struct local_layers *l)
{
	double sum = 0;

	for (int i = 0; i < l->n; i++)
		sum += l->c[i];
	return l->n > 0 ? sum / l->n : NAN;
}

/* --- weather and demand ----------------------------------------------------------------------------- */

double house_heat_outdoor_c(const struct house_heat *h, const struct house_heat_inputs *in)
{
	if (in->out_good)
		return in->out_c;
	if (h->out_known && house_heat_since_s(in->now, h->out_at) < OUT_KEEP_S)
		return h->out_c;
	return in->cold_mean_c;
}

double house_heat_setpoint_c(const struct house_heat_house *house, const struct house_heat_inputs *in)
{
	double highest = -INFINITY;

	for (int i = 0; i < in->n_zones; i++) {
		double boost = in->boost && !in->zone[i].wall ? BOOST_K : 0;

		highest = fmax(highest, in->zone[i].set_c + boost);
	}
	return in->n_zones > 0 ? highest : house->plant.house.set_c;
}

double house_heat_coldest_k(const struct house_heat_inputs *in)
{
	double most = -INFINITY;

	for (int i = 0; i < in->n_zones; i++)
		if (in->zone[i].critical && in->zone[i].good)
			most = fmax(most, in->zone[i].set_c - in->zone[i].c);
	return most;
}

/* Every critical zone is measured and more than 1 K too warm. */
static bool all_too_warm(const struct house_heat_inputs *in)
{
	int n = 0;

	for (int i = 0; i < in->n_zones; i++) {
		const struct house_heat_zone *z = &in->zone[i];

		if (z->critical && !(z->good && z->c > z->set_c + WARM_K))
			return false;
		n += z->critical;
	}
	return n > 0;
}

static struct local_demand demand_of(const struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in)
{
	double out_c = house_heat_outdoor_c(h, in) - NO_FORECAST_K, wind_ms = NO_FORECAST_WIND_MS;
	struct local_demand d;

	if (in->has_forecast && in->n_hours > 0) {
		out_c = in->hour[0].out_c;
		wind_ms = in->hour[0].wind_ms;
		for (int i = 1; i < NEXT_HOURS && i < in->n_hours; i++) {
			out_c = fmin(out_c, in->hour[i].out_c);
			wind_ms = fmax(wind_ms, in->hour[i].wind_ms);
		}
	}
	d = local_demand(&house->plant, &house->params, house_heat_setpoint_c(house, in), out_c, wind_ms);
	if (d.load_w <= 0 || all_too_warm(in))
		d.rswt_c = 0;
	return d;
}

/* --- stored heat -------------------------------------------------------------------------------------- */

static double salt_wh(const struct plant_store *s, const struct local_layers *l, double from_c, double ret_c)
{
	double j = 0;

	for (int i = 0; i < l->n; i++)
		if (l->c[i] >= from_c)
			j += fmax(0, heat_store_layer_j(s, l->c[i], ret_c));
	return j / J_PER_WH;
}

static double usable_wh(const struct house_heat_house *house, const struct local_demand *d,
	const struct local_layers *l, bool lukewarm, double buf_bot_c)
{
	const struct plant_store *s = &house->plant.store;
	double lukewarm_k = house->params.lukewarm_k;

	if (house->kind == LOCAL_STORE && s->kind == STORE_PCM)
		return lukewarm ? salt_wh(s, l, fmin(d->rswt_c, buf_bot_c + lukewarm_k), fmin(d->ret_c, buf_bot_c)) :
			salt_wh(s, l, d->rswt_c, d->ret_c);
	return lukewarm ? local_usable_lukewarm_wh(d, l, buf_bot_c, lukewarm_k) : local_usable_wh(d, l);
}

static double cap_wh(const struct house_heat_house *house, const struct local_demand *d, const struct local_layers *l)
{
	const struct plant_store *s = &house->plant.store;

	if (house->kind == LOCAL_STORE && s->kind == STORE_PCM)
		return fmax(0, STORE_SHARE * l->n * heat_store_layer_j(s, house->params.max_ewt_c, d->ret_c) / J_PER_WH);
	return local_required_cap_wh(d, &house->params, l->kg);
}

static double required_wh(const struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in, const struct local_demand *d, double cap)
{
	struct local_hour hour[HOUSE_HEAT_HOURS];

	if (d->rswt_c <= 0 || !in->clock_ok)
		return 0;
	if (in->surplus)
		return cap;
	memcpy(hour, in->hour, sizeof(hour));
	for (int i = 0; !in->has_forecast && i < in->n_hours; i++) {
		hour[i].out_c = house_heat_outdoor_c(h, in) - NO_FORECAST_K;
		hour[i].wind_ms = NO_FORECAST_WIND_MS;
	}
	return fmin(cap, local_required_wh(&house->plant, &house->params, house_heat_setpoint_c(house, in), hour,
		in->n_hours));
}

/* --- progress ----------------------------------------------------------------------------------------- */

/* What should rise in that state; NAN: nothing. */
static double progress_c(const struct house_heat *h, const struct local_layers *buffer, const struct local_layers *store)
{
	switch (h->state) {
	case HP_ON_STORE_OFF:
	case HEAT_PUMP_ON:
		return buffer->c[buffer->n - 1];
	case HP_ON_STORE_CHARGE:
		return STORE_TIMES * mean_c(store);
	case HP_OFF_STORE_DISCHARGE:
		return -STORE_TIMES * mean_c(store);
	case ELEMENT_ON:
		return mean_c(buffer);
	case HP_OFF_STORE_OFF:
	case HEAT_PUMP_OFF:
	case ELEMENT_OFF:
	case N_LOCAL_STATES:
		break;
	}
	return NAN;
}

static double gain_k(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in,
	const struct local_layers *buffer, const struct local_layers *store)
{
	double now_c = progress_c(h, buffer, store), gain = EARLY_K;
	int old = -1;

	if (isnan(now_c))
		return EARLY_K;
	for (int i = 0; i < h->n_gains; i++)
		if ((double)house_heat_since_s(in->now, h->gain[i].at) >= house->params.no_progress_s)
			old = i;
	if (old >= 0)
		gain = now_c - h->gain[old].c;
	if (h->n_gains == 0 || house_heat_since_s(in->now, h->gain[h->n_gains - 1].at) >= GAIN_EVERY_S) {
		int drop = old > 0 ? old : h->n_gains == HOUSE_HEAT_GAINS;

		h->n_gains -= drop;
		memmove(h->gain, h->gain + drop, (size_t)h->n_gains * sizeof(h->gain[0]));
		h->gain[h->n_gains++] = (struct house_heat_sample){ in->now, now_c };
	}
	return h->state == ELEMENT_ON && h->zone_cold ? EARLY_K : gain;
}

/* --- all of it ---------------------------------------------------------------------------------------- */

/* Set when a critical zone is ColdK too cold, cleared when none is ColdK - ColdClearK too cold. */
static void feel_cold(struct house_heat *h, const struct local_params *q, const struct house_heat_inputs *in)
{
	double k = house_heat_coldest_k(in);

	if (k > q->cold_k)
		h->zone_cold = true;
	else if (k <= q->cold_k - q->cold_clear_k)
		h->zone_cold = false;
}

static void look_at_tanks(struct local_picture *p, const struct local_layers *buffer, const struct local_layers *store)
{
	p->buf_top_c = p->tank_top_c = buffer->c[0];
	p->buf_bot_c = buffer->c[buffer->n - 1];
	p->store_top_c = store->n > 0 ? store->c[0] : p->buf_top_c;
}

/* Without a clock there are no prices: stored heat is used first. */
static bool dear_now(const struct house_heat_house *house, const struct house_heat_inputs *in, double usable)
{
	if (in->surplus)
		return false;
	return in->clock_ok ? in->onpeak : usable >= house->params.store_empty_wh;
}

static void look_at_heat(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in,
	const struct local_layers *held)
{
	struct local_picture *p = &h->picture;
	struct local_demand d = demand_of(h, house, in);
	bool want;

	p->usable_wh = usable_wh(house, &d, held, false, p->buf_bot_c);
	p->onpeak = dear_now(house, in, p->usable_wh);
	want = p->plan == WISH_ABSENT ? !p->onpeak : p->plan == WISH_ON;
	if (!want && !h->zone_cold && house->kind == LOCAL_STORE)
		p->usable_wh = usable_wh(house, &d, held, true, p->buf_bot_c);
	p->required_wh = required_wh(h, house, in, &d, cap_wh(house, &d, held));
	p->rswt_c = house->kind == LOCAL_ELEMENT ? d.rswt_c : fmax(0, d.rswt_c - house->params.buf_slack_k);
}

static void look_at_times(struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in)
{
	struct local_picture *p = &h->picture;

	h->latched = h->latched &&
		(double)house_heat_since_s(in->now, h->latched_at) < house->params.full_latch_s;
	h->was_ready = h->was_ready && !p->onpeak;
	p->full_latch = h->latched;
	p->was_ready = h->was_ready;
	p->zone_cold = h->zone_cold;
	p->defrost = in->defrost;
	p->ewt_c = in->source_on && house->kind != LOCAL_ELEMENT ? in->ewt_c : 0;
	p->hp_on_s = in->source_on ? house_heat_since_s(in->now, h->source_since) : 0;
	p->state_s = house_heat_since_s(in->now, h->state_since);
}

void house_heat_look(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in,
	bool *estimated)
{
	struct local_layers buffer = { .n = 0 }, store = { .n = 0 };
	bool has_store = house->kind == LOCAL_STORE;

	feel_cold(h, &house->params, in);
	h->picture.plan = in->plan;
	if (!house_heat_layers(&in->buffer, house->plant.buffer.litres, &buffer, estimated))
		return;		/* the last picture stands; blind soon says so */
	if (has_store && !house_heat_layers(&in->store, house->plant.store.tank.litres, &store, estimated))
		store = buffer;	/* nobody knows what it holds: no warmer than the buffer, so it is left alone */
	look_at_tanks(&h->picture, &buffer, &store);
	look_at_heat(h, house, in, house->kind == LOCAL_ELEMENT ? &buffer : &store);
	look_at_times(h, house, in);
	h->picture.gain_k = gain_k(h, house, in, &buffer, &store);
	h->predicates = local_predicates(&house->params, &h->picture);
}
