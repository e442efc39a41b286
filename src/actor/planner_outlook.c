/* SPDX-License-Identifier: MIT */
/* What is foretold of weather and prices: by files, by the AtomicTNode, by what was kept of the last seven days. */
#include <math.h>
#include <stdlib.h>

#include "actor/planner_parts.h"
#include "core/control/forecast_pack.h"

enum { HOUR_S = FORECAST_HOUR_S, KEPT_TEXT = PRICE_TABLE_HOURS * 32 };

static const double NO_FORECAST_WIND_MS = 4, USD_PER_KWH = 1e-6;		/* of thousandths of USD/MWh */

static const char *const setting_names[N_FORECAST_FILES] = { [FORECAST_FILE_WEATHER] = "weather.file",
	[FORECAST_FILE_PRICES] = "tariff.file" };
static const char *const instead[N_FORECAST_FILES] = { [FORECAST_FILE_WEATHER] = "weather is taken to be as now",
	[FORECAST_FILE_PRICES] = "prices are those of the last days or of tariff.price_per_kwh" };
/* One memory for whole prices, one for those of the market. */
static const char *const memory_names[] = { [TARIFF_FILE] = "prices.csv", [TARIFF_MARKET] = "market.csv" };

bool planner_priced_by_hour(enum tariff_kind k)
{
	return k == TARIFF_FILE || k == TARIFF_MARKET;
}

/* --- memory ------------------------------------------------------------------------------------------------- */

static void recall_prices(struct planner *p)
{
	struct planner_outlook *o = &p->outlook;
	struct series_row rows[PRICE_TABLE_HOURS];
	char text[KEPT_TEXT];
	struct err e;
	int n;

	o->kind = p->settings->tariff.kind;
	o->prices = (struct price_table){ .slot = { { 0, 0 } } };
	o->prices_at = MONO_NEVER;
	if (!planner_priced_by_hour(o->kind) || p->port.recall == NULL ||
		!p->port.recall(p->port.self, memory_names[o->kind], text, sizeof(text)))
		return;
	if (!series_parse(&series_prices, text, NULL, &n, &e) || n > PRICE_TABLE_HOURS ||
		!series_parse(&series_prices, text, rows, &n, &e))
		return;		/* it is only a memory: a damaged one is none */
	for (int i = 0; i < n; i++)
		price_put(&o->prices, rows[i].unix_s, rows[i].v[0]);
}

void planner_open(struct planner *p, const struct forecast_port *port)
{
	p->port = *port;
	recall_prices(p);
	planner_recall_fit(p);
}

/* Once an hour at most: cards wear. */
static void keep_prices(struct planner *p, int64_t now_s, struct outbox *out)
{
	struct planner_outlook *o = &p->outlook;
	char text[KEPT_TEXT];
	struct err e;
	size_t n;

	if (!o->unkept || o->kept_hour == now_s / HOUR_S || p->port.keep == NULL)
		return;
	o->kept_hour = now_s / HOUR_S;
	n = price_print(&o->prices, now_s, text, sizeof(text));
	o->unkept = !p->port.keep(p->port.self, memory_names[o->kind], text, n, &e);
	if (o->unkept)
		note(out, LEVEL_WARNING, LOG_STORE, NO_NODE, "prices not kept: %.120s - after a restart those of the last days "
			"are not known", e.text);
}

/* --- files -------------------------------------------------------------------------------------------------- */

static bool rows_of(struct planner *p, enum forecast_file which, const char *path, struct series_view *rows,
	struct outbox *out)
{
	struct err e = { .text = "this program reads no files" };
	bool good = p->port.rows != NULL && p->port.rows(p->port.self, which, path, rows, &e);

	if (!good && !p->outlook.wrong[which])
		record(out, LEVEL_WARNING, LOG_CONFIG_PARTIAL, NO_NODE, 1, "%s: %.110s - mend it; %s", setting_names[which], e.text,
			instead[which]);
	if (good && p->outlook.wrong[which])
		record(out, LEVEL_INFO, LOG_CONFIG_PARTIAL, NO_NODE, 0, "%s is good again", setting_names[which]);
	p->outlook.wrong[which] = !good;
	return good;
}

/* A forecast is as old as its file. A simulated house replays one that was written at any time. */
static struct mono made_at(const struct planner *p, int64_t changed_s)
{
	int64_t age_ms = p->settings->simulated ? 0 : p->clock.ms - changed_s * 1000;

	return mono_after(p->now, age_ms > 0 ? -age_ms : 0);
}

static void look_at_weather(struct planner *p, int64_t now_s, struct outbox *out)
{
	struct planner_outlook *o = &p->outlook;
	struct series_view rows;

	o->filed.n = 0;
	if (p->settings->weather.source != WEATHER_FILE ||
		!rows_of(p, FORECAST_FILE_WEATHER, p->settings->weather.file, &rows, out))
		return;
	forecast_from_rows(&o->filed, rows.rows, rows.n, now_s);
	forecast_round(&o->filed);
	o->filed_at = made_at(p, rows.changed_s);
}

static void look_at_prices(struct planner *p, int64_t now_s, struct outbox *out)
{
	const struct settings_tariff *t = &p->settings->tariff;
	struct series_view rows;

	if (p->outlook.kind != t->kind)
		recall_prices(p);
	if (t->kind != TARIFF_FILE && (t->kind != TARIFF_MARKET || t->file[0] == '\0'))
		return;
	if (!rows_of(p, FORECAST_FILE_PRICES, t->file, &rows, out))
		return;
	price_from_rows(&p->outlook.prices, rows.rows, rows.n, now_s);
	p->outlook.unkept = true;
}

/* --- what the AtomicTNode tells --------------------------------------------------------------------------------- */

void planner_take_weather(struct planner *p, const struct msg_weather *m)
{
	struct planner_outlook *o = &p->outlook;
	struct forecast_weather *w = &o->coming;

	if (m->part == 0)
		*w = (struct forecast_weather){ .start_s = m->start_s };
	for (int i = 0; i < m->n && w->n < FORECAST_HOURS; i++)
		w->hour[w->n++] = (struct forecast_hour){ m->out_cc[i] / 100.0, m->wind_cms[i] / 100.0, m->sun_w_m2[i] };
	if (m->part + 1 < m->parts)
		return;
	forecast_round(w);
	planner_believe(p, w, p->now);
}

void planner_take_prices(struct planner *p, const struct msg_prices *m)
{
	struct planner_outlook *o = &p->outlook;

	if (p->settings->tariff.kind != TARIFF_MARKET || o->kind != TARIFF_MARKET)
		return;
	for (int i = 0; i < m->n; i++)
		price_put(&o->prices, m->start_s + (m->part * FORECAST_PART + i) * (int64_t)HOUR_S,
			m->usd_per_mwh_k[i] * USD_PER_KWH);
	o->prices_at = p->now;
	o->unkept = o->news = true;
}

/* --- what is made of it ----------------------------------------------------------------------------------------- */

static bool fresh(const struct planner *p, const struct forecast_weather *w, struct mono made, int64_t now_s)
{
	struct forecast_hour unused;

	return forecast_weather_at(w, now_s, &unused) && mono_since(p->now, made) <= FORECAST_WEATHER_S * 1000LL &&
		now_s < w->start_s + w->n * (int64_t)HOUR_S;
}

const struct forecast_weather *planner_weather(const struct planner *p, int64_t now_s, struct mono *made)
{
	const struct planner_outlook *o = &p->outlook;
	bool filed = p->settings->weather.source == WEATHER_FILE, told = p->settings->weather.source == WEATHER_ATN;

	*made = filed ? o->filed_at : o->told_at;
	if (told && fresh(p, &o->told, *made, now_s))
		return &o->told;
	return filed && fresh(p, &o->filed, *made, now_s) ? &o->filed : NULL;
}

struct forecast_hour planner_weather_now(const struct planner *p)
{
	struct forecast_hour now = { .wind_ms = NO_FORECAST_WIND_MS };
	int64_t now_s = p->clock.ms / 1000;
	struct mono unused;
	const struct forecast_weather *w = p->trusted ? planner_weather(p, now_s, &unused) : NULL;

	if (w != NULL)
		(void)forecast_weather_at(w, now_s, &now);
	return now;
}

/* A price that was told is as old as its message; those of a file are as old as its last hour. */
static struct mono prices_made(const struct planner *p, int64_t now_s)
{
	const struct planner_outlook *o = &p->outlook;
	int64_t until_s = price_until_s(&o->prices);
	bool filed = p->settings->tariff.file[0] != '\0' && until_s > 0;
	struct mono made = mono_after(p->now, until_s > now_s ? 0 : (until_s - now_s) * 1000);

	if (!planner_priced_by_hour(p->settings->tariff.kind))
		return p->now;
	if (!filed)
		return o->prices_at;
	return o->prices_at.ms != MONO_NEVER.ms && o->prices_at.ms > made.ms ? o->prices_at : made;
}

struct plan_outlook planner_outlook(struct planner *p, const struct tariff *t, const struct zone *z)
{
	int64_t now_s = p->clock.ms / 1000;
	enum tariff_kind kind = p->settings->tariff.kind;
	struct plan_outlook out = { .out_c = p->heat.out_c, .weather = planner_weather(p, now_s, &p->weather_made),
		.prices = planner_priced_by_hour(kind) ? &p->outlook.prices : NULL, .distribution = kind == TARIFF_MARKET,
		.tariff = t, .zone = z };

	if (out.weather == NULL)
		p->weather_made = p->now;	/* as old as the thermometer's reading */
	p->outlook.from = out.weather != NULL ? p->settings->weather.source : WEATHER_SENSOR;
	p->prices_made = prices_made(p, now_s);
	return out;
}

static void tell_scada(struct planner *p, int64_t now_s, struct outbox *out)
{
	struct msg m = { .type = MSG_OUTLOOK, .to = TO_SCADA };
	const struct forecast_weather *w = planner_weather(p, now_s, &m.outlook.weather_made);

	m.outlook.weather = w != NULL;
	m.outlook.start_s = now_s - now_s % HOUR_S;
	for (int h = 0; w != NULL && h < PLAN_HOURS; h++) {
		struct forecast_hour at = { 0 };

		if (!forecast_weather_at(w, m.outlook.start_s + h * (int64_t)HOUR_S, &at))
			(void)forecast_weather_at(w, now_s, &at);	/* it begins within this hour */
		m.outlook.out_cc[h] = (int16_t)lround(100 * at.out_c);
		m.outlook.wind_dms[h] = (uint8_t)lround(fmin(10 * at.wind_ms, UINT8_MAX));
	}
	say(out, &m);
}

/* For what the day cost: the record reckons with what was known of each hour. */
static void tell_history(const struct planner *p, int64_t now_s, struct outbox *out)
{
	struct msg m = { .type = MSG_PAID, .to = TO_HISTORY };
	double usd;

	if (!planner_priced_by_hour(p->outlook.kind))
		return;
	m.paid.start_s = now_s - now_s % HOUR_S - (PAID_HOURS - PAID_AHEAD) * (int64_t)HOUR_S;
	for (int i = 0; i < PAID_HOURS; i++)
		m.paid.micro_per_kwh[i] =
			!price_known(&p->outlook.prices, m.paid.start_s + i * (int64_t)HOUR_S, &usd) ? PAID_UNKNOWN :
			(int32_t)lround(fmax(-INT32_MAX, fmin(INT32_MAX, usd * 1e6)));
	say(out, &m);
}

void planner_look_out(struct planner *p, struct outbox *out)
{
	struct planner_outlook *o = &p->outlook;
	int64_t now_s = p->clock.ms / 1000, slot = now_s / PLANNER_EVERY_S;

	if (o->looked && !o->news && o->slot == slot)
		return;
	o->looked = true;
	o->news = false;
	o->slot = slot;
	look_at_weather(p, now_s, out);
	look_at_prices(p, now_s, out);
	keep_prices(p, now_s, out);
	tell_scada(p, now_s, out);
	tell_history(p, now_s, out);
	planner_keep(p, now_s, out);
}
