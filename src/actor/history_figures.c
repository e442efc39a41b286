/* SPDX-License-Identifier: MIT */
/* What a local day came to: which channels of the house it is reckoned from, at which prices, and its place in the day's
 * row. */
#include <stdio.h>
#include <string.h>

#include "actor/history_parts.h"
#include "core/control/tariff.h"

/* --- prices -------------------------------------------------------------------------------- */

/* told: NULL where the tariff alone says it. */
struct paid { const struct price_table *told; bool distribution; struct tariff tariff; struct zone zone; };

void history_paid(struct history *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	for (int i = 0; i < PAID_HOURS; i++)
		if (in->paid.micro_per_kwh[i] != PAID_UNKNOWN)
			price_put(&h->paid, in->paid.start_s + i * (int64_t)FORECAST_HOUR_S, in->paid.micro_per_kwh[i] / 1e6);
}

static bool price_of(void *self, int64_t unix_s, double *per_kwh)
{
	const struct paid *p = self;
	double told;

	*per_kwh = tariff_usd_per_kwh(&p->tariff, &p->zone, unix_s);
	if (p->told == NULL)
		return true;
	if (!price_known(p->told, unix_s, &told))
		return false;
	*per_kwh = told + (p->distribution ? *per_kwh : 0);
	return true;
}

static struct paid paid_on(const struct history *h, int64_t day_s)
{
	const struct settings_tariff *t = &h->settings->tariff;
	bool market = t->kind == TARIFF_MARKET;

	return (struct paid){ market || t->kind == TARIFF_FILE ? &h->paid : NULL, market, tariff_of_settings(t),
		tariff_zone(t, h->zone, day_s) };
}

/* --- the house ----------------------------------------------------------------------------- */

/* Channels come first among the series, in the house's order. */
static int32_t series_of(const struct history *h, int node, enum telemetry_name a, enum telemetry_name b)
{
	int i = node >= 0 ? house_channel(h->house, node, a) : -1;

	return i >= 0 || node < 0 ? i : house_channel(h->house, node, b);
}

static int32_t thermometer(const struct history *h, int node)
{
	return series_of(h, node, TELEMETRY_WATER_TEMP_C, TELEMETRY_WATER_TEMP_F);
}

/* The power that the meter of all heating says. */
static int32_t meter_of(const struct history *h)
{
	const struct house *house = h->house;

	for (int i = 0; h->settings->roles.meter >= 0 && i < house->n_channels; i++)
		if (house->channels[i].by == h->settings->roles.meter && house->channels[i].name == TELEMETRY_POWER_W)
			return i;
	return -1;
}

/* A layer without a thermometer leaves the tank unknown: -1 has no readings. */
static void take_tank(const struct history *h, const int nodes[], int n, struct figures_tank *t)
{
	t->n = n < PLANT_MAX_LAYERS ? n : PLANT_MAX_LAYERS;
	for (int i = 0; i < t->n; i++)
		t->layer[i] = thermometer(h, nodes[i]);
}

static void take_backups(const struct history *h, struct figures_house *f)
{
	const struct settings *s = h->settings;

	for (int i = 0; i < s->n_relays && f->n_backups < FIGURES_BACKUPS; i++)
		if (s->relays[i].kind == RELAY_ELEMENT || s->relays[i].kind == RELAY_OTHER)
			f->backup[f->n_backups++] =
				series_of(h, s->relays[i].node, TELEMETRY_RELAY_STATE, TELEMETRY_RELAY_STATE);
}

/* Anew each time: roles may change while the service runs. */
static struct figures_house house_of(const struct history *h)
{
	const struct settings_roles *r = &h->settings->roles;
	const struct plant *p = &h->house->plant;
	struct figures_house f = { .meter = meter_of(h),
		.supply = thermometer(h, r->supply), .back = thermometer(h, r->return_pipe),
		.flow = series_of(h, r->flow, TELEMETRY_GPM_TIMES_100, TELEMETRY_GPM_TIMES_10) };
	bool buffer = r->n_buffer > 0;

	take_tank(h, buffer ? r->buffer : r->store, buffer ? r->n_buffer : r->n_store, &f.tank[0]);
	take_tank(h, r->store, buffer ? r->n_store : 0, &f.tank[1]);
	take_backups(h, &f);
	f.plant = h->house->has_model && p->has_heat_pump && f.tank[0].n > 0 ? p : NULL;
	return f;
}

/* --- feeding and storing ------------------------------------------------------------------- */

void history_feed(struct history *h, struct tier_row *r, int64_t row_s)
{
	struct figures_house house;
	int64_t before;

	if (r->tier != TIER_DAY) {
		tier_feed(r, row_s, &h->work, h->series.is);
		return;
	}
	house = house_of(h);
	before = tier_credited(r, house.meter);
	tier_feed(r, row_s, &h->work, h->series.is);
	figures_feed(&r->figures, &house, row_s, &h->work, h->series.is, tier_credited(r, house.meter) - before);
}

bool history_add_figure(struct history *h, const char *what, int64_t value, struct err *e)
{
	struct store_series is = { .kind = STORE_FIGURES, .name = TELEMETRY_RELAY_STATE, .map = { 1, 1, 0 } };
	int32_t id;

	memcpy(is.about, h->house->scada.alias, sizeof(is.about));
	snprintf(is.by, sizeof(is.by), "%s", what);
	if (!h->store->series_id(h->store->self, &is, &id, e))
		return false;
	return tier_add(&h->buckets, id, &(struct bucket){ .count = 1, .mean = value, .min = value, .max = value }) ||
	       err_set(e, ERR_RANGE, 0, "no room for %s", what);
}

bool history_put_figures(struct history *h, const struct tier_row *r, struct err *e)
{
	const struct figures_house house = house_of(h);
	struct paid paid = paid_on(h, r->start_s);
	const struct figures_price price = { &paid, price_of };
	struct figure all[N_FIGURES_MOST];
	int n = figures_result(&r->figures, &house, &price, r->start_s, r->end_s, all);

	for (int i = 0; i < n; i++)
		if (!history_add_figure(h, all[i].name, all[i].value, e))
			return false;
	return true;
}
