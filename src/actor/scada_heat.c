/* SPDX-License-Identifier: MIT */
/* The scada's side of heating the house: readings become the machine's inputs, its outputs become wishes. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"
#include "core/control/house_model.h"
#include "core/control/plan_input.h"
#include "core/control/tariff.h"

enum { FREEZE_OVER_MC = 1000, DEFROST_AFTER_S = 300, HOUR_S = 3600 };

static const double DEFROST_K = 0.5;
static const struct zone utc = { .n = 0 };

/* Mean less half the daily swing, January to December: what a month is like at night where nobody measures. */
static const double cold_mean_c[12] = { -15, -14, -8.5, -1.5, 5, 10, 13, 12, 8, 2, -3.5, -10.3 };

bool scada_heats_by_model(const struct scada *s)
{
	return s->house->has_model;
}

/* --- which relay is what ------------------------------------------------------------------------------ */

static bool is_zone_pump(const struct settings *s, int node)
{
	for (int i = 0; i < s->n_zones; i++)
		if (s->zones[i].pump == node)
			return true;
	return false;
}

/* N_LOCAL_OUTPUTS: none of the source's. Beside a heat pump an element is the backup. */
static enum local_output output_of(const struct scada *s, const struct settings_relay *r)
{
	bool element_house = s->heat.house.kind == LOCAL_ELEMENT;

	switch (r->kind) {
	case RELAY_HEAT_PUMP:
		return OUT_HP;
	case RELAY_ELEMENT:
		return element_house ? OUT_ELEMENT : OUT_BACKUP;
	case RELAY_VALVE:
		return OUT_CHARGE;
	case RELAY_PUMP:
		return is_zone_pump(s->settings, r->node) ? N_LOCAL_OUTPUTS : OUT_STOREPUMP;
	case RELAY_OTHER:
		return s->heat.house.plant.backup_kind == BACKUP_BOILER ? OUT_BACKUP : N_LOCAL_OUTPUTS;
	case N_RELAY_KINDS:
		break;
	}
	return N_LOCAL_OUTPUTS;
}

bool scada_is_source(const struct scada *s, int relay)
{
	const struct settings_relay *r = &s->settings->relays[relay];

	return r->kind == RELAY_HEAT_PUMP || r->kind == RELAY_ELEMENT ||
		(scada_heats_by_model(s) && output_of(s, r) == OUT_BACKUP);
}

static int source_relay(const struct scada *s)
{
	for (int i = 0; i < s->settings->n_relays; i++) {
		enum local_output o = output_of(s, &s->settings->relays[i]);

		if (o == OUT_HP || o == OUT_ELEMENT)
			return i;
	}
	return -1;
}

/* --- inputs ------------------------------------------------------------------------------------------- */

static void read_tank(const struct scada *s, const int nodes[], int n, struct house_heat_tank *t)
{
	t->n = n < PLANT_MAX_LAYERS ? n : PLANT_MAX_LAYERS;
	for (int i = 0; i < t->n; i++) {
		struct reading_mc r = scada_node_mc(s, nodes[i]);

		t->good[i] = r.good;
		t->c[i] = (double)r.mc / 1000;
	}
}

static void read_tanks(const struct scada *s, struct house_heat_inputs *in)
{
	const struct settings_roles *r = &s->settings->roles;
	bool buffer = r->n_buffer > 0;

	read_tank(s, buffer ? r->buffer : r->store, buffer ? r->n_buffer : r->n_store, &in->buffer);
	read_tank(s, r->store, buffer ? r->n_store : 0, &in->store);
}

static void read_zones(const struct scada *s, struct house_heat_inputs *in)
{
	in->n_zones = s->settings->n_zones;
	for (int i = 0; i < in->n_zones; i++) {
		const struct settings_zone *z = &s->settings->zones[i];
		struct reading_mc r = scada_node_mc(s, z->sensor);

		in->zone[i] = (struct house_heat_zone){ .good = r.good, .critical = z->critical, .wall = z->wall,
			.c = (double)r.mc / 1000, .set_c = (double)scada_setpoint_mc(s) / 1000 };
	}
}

static bool kept_off(const struct scada *s, int relay)
{
	const struct scada_relay *r = relay >= 0 ? &s->relays[relay] : NULL;

	return r != NULL && r->dispatched && !r->dispatch_on && !mono_reached(s->now, r->dispatch_until);
}

/* Entering water colder on the way out: the machine takes heat from it to thaw. */
static void read_source(const struct scada *s, struct house_heat_inputs *in)
{
	int relay = source_relay(s);
	const struct scada_relay *r = relay >= 0 ? &s->relays[relay] : NULL;
	struct reading_mc ewt = scada_node_mc(s, s->settings->roles.ewt), lwt = scada_node_mc(s, s->settings->roles.lwt);
	int in_hour = 0;

	in->source_on = r != NULL && r->known && r->on;
	in->source_locked = r == NULL || r->locks != 0;
	in->source_forbidden = kept_off(s, relay);
	in->may_stop = in->may_start = r != NULL;
	for (uint32_t i = 0; r != NULL && i < r->n_starts && i < SCADA_STARTS; i++)
		in_hour += mono_since(s->now, r->starts[i]) < HOUR_S * 1000;
	if (s->heat.house.kind != LOCAL_ELEMENT && in_hour >= s->settings->guard.hp_max_starts_per_hour)
		in->may_start = false;
	in->ewt_c = ewt.good ? (double)ewt.mc / 1000 : s->heat.machine.picture.buf_bot_c;
	in->defrost = in->source_on && ewt.good && lwt.good && s->heat.machine.picture.hp_on_s >= DEFROST_AFTER_S &&
		(double)(lwt.mc - ewt.mc) / 1000 < -DEFROST_K;
}

/* The guard acts first (SF-18); this is the same limit, with 1 K until it is over. */
static bool freezing(const struct scada *s)
{
	const struct settings_guard *g = &s->settings->guard;
	int64_t over = s->heat.freezing ? FREEZE_OVER_MC : 0;
	const int pipes[] = { s->settings->roles.supply, s->settings->roles.return_pipe };

	for (int i = 0; i < 2; i++) {
		struct reading_mc r = scada_node_mc(s, pipes[i]);

		if (r.good && r.mc < (int64_t)(g->freeze_pipe_c * 1000) + over)
			return true;
	}
	for (int i = 0; i < s->settings->n_zones; i++) {
		struct reading_mc r = scada_node_mc(s, s->settings->zones[i].sensor);

		if (r.good && r.mc < (int64_t)(g->freeze_zone_c * 1000) + over)
			return true;
	}
	return false;
}

/* --- the clock on the wall ------------------------------------------------------------------------------ */

struct tariff scada_tariff(const struct scada *s)
{
	return tariff_of_settings(&s->settings->tariff);
}

static void read_prices(const struct scada *s, struct house_heat_inputs *in)
{
	const struct zone *place = s->heat.zone != NULL ? s->heat.zone : &utc;
	struct tariff t = scada_tariff(s), hourly = t;
	int64_t now_s = s->clock.ms / 1000;
	struct zone z = tariff_zone(&s->settings->tariff, place, now_s);

	hourly.lead_s = 0;
	in->cold_mean_c = cold_mean_c[civil_month(civil_at(place, now_s).day) - 1];
	in->clock_ok = s->clock_trusted;
	in->onpeak = in->clock_ok && tariff_onpeak(&t, &z, now_s);
	in->n_hours = in->clock_ok ? HOUSE_HEAT_HOURS : 0;
	for (int i = 0; i < in->n_hours; i++)
		in->hour[i].peak = tariff_onpeak(&hourly, &z, now_s - now_s % HOUR_S + i * (int64_t)HOUR_S);
	scada_foresee(s, in);
}

int64_t scada_scheduled_mc(const struct scada *s)
{
	const struct settings_comfort *c = &s->settings->comfort;
	struct schedule_entry list[SETTINGS_MAX_SCHEDULE];
	int at;

	if (!s->clock_trusted || c->n_schedule == 0)
		return (int64_t)round(c->setpoint_c * 1000);
	for (int i = 0; i < c->n_schedule; i++)
		list[i] = (struct schedule_entry){ c->schedule[i].days, c->schedule[i].minute_of_day,
			c->schedule[i].setpoint_c };
	at = schedule_entry_at(list, c->n_schedule, s->heat.zone != NULL ? s->heat.zone : &utc, s->clock.ms / 1000);
	return (int64_t)round((at < 0 ? c->setpoint_c : list[at].setpoint_c) * 1000);
}

/* --- where the wish comes from ----------------------------------------------------------------------------- */

double scada_water_c(const struct scada *s)
{
	const struct house_heat_tank *tanks[] = { &s->heat.inputs.buffer, &s->heat.inputs.store };
	const double kg[] = { s->heat.house.plant.buffer.litres, s->heat.store_kg };
	double sum = 0, all = 0;

	for (int i = 0; i < 2; i++) {
		struct local_layers l;
		bool estimated = false;

		if (tanks[i]->n == 0 || !house_heat_layers(tanks[i], kg[i], &l, &estimated))
			continue;
		for (int j = 0; j < l.n; j++)
			sum += l.c[j] * l.kg / l.n;
		all += l.kg;
	}
	return all > 0 ? sum / all : NAN;
}

static enum ladder_level find_level(const struct scada *s)
{
	const struct scada_plan *p = &s->heat.plan;
	const struct house_heat *m = &s->heat.machine;
	struct ladder_inputs in = { .clock_ok = s->clock_trusted,
		.blind_s = m->blind ? mono_since(s->now, m->blind_since) / 1000 : 0,
		.plan_age_s = p->present ? (double)mono_since(s->now, p->made) / 1000 : NAN,
		.covers_s = p->covers_s, .price_age_s = p->price_age_s, .wx_age_s = p->weather_age_s,
		.dtw_k = scada_water_c(s) - p->tw_c,
		.dto_k = (s->heat.inputs.out_good ? s->heat.inputs.out_c : p->out_c) - p->out_c };

	return ladder_level(&in);
}

static void find_wish(struct scada *s, struct house_heat_inputs *in, struct outbox *out)
{
	enum ladder_level before = s->heat.level;
	const struct scada_plan *p = &s->heat.plan;

	s->heat.level = find_level(s);
	scada_say_level(s, before, out);
	in->plan = WISH_ABSENT;
	in->boost = false;
	if (scada_ally(s, in)) {
		in->plan = s->heat.ally.run ? WISH_ON : WISH_OFF;
	} else if (s->heat.level <= LADDER_STALE_PLAN) {
		in->plan = p->on ? WISH_ON : WISH_OFF;
		in->boost = p->boost;
	}
}

/* --- the house ------------------------------------------------------------------------------------------- */

static void refresh_house(struct scada *s)
{
	struct local_params q = house_model_params(&s->house->plant, s->settings->guard.store_ceiling_c);
	struct plan_house model;

	/* what stands in the buffer is the supply */
	house_model_backup(&s->house->plant, fmin(s->settings->guard.store_ceiling_c,
		s->settings->guard.supply_ceiling_c), &q);
	q.min_on_s = s->settings->guard.hp_min_on_s;
	q.min_off_s = s->settings->guard.hp_min_off_s;
	s->heat.house = house_model_of(&s->house->plant, &q);
	plan_house_of(&model, &s->house->plant);
	s->heat.store_kg = model.water_j_per_k / HEAT_CP_J_PER_KG_K - s->house->plant.buffer.litres;
	if (s->settings->season == SEASON_SHOULDER && s->heat.house.kind == LOCAL_STORE)
		s->heat.house.kind = LOCAL_BUFFER;
	s->heat.house.wall_heats = false;
	for (int i = 0; i < s->settings->n_relays; i++)
		if (s->settings->relays[i].fail_state == FAIL_HANDBACK)
			s->heat.house.wall_heats = true;
}

/* What is decided upon at once when it changes: mode, plan, instruction, which sensors are good, whether the source may run. */
static uint64_t fingerprint(const struct scada *s)
{
	uint64_t h = 14695981039346656037u;
	const int64_t parts[] = { s->mode.mode, s->mode.cause, s->heat.plan.present, s->heat.plan.on, s->heat.plan.boost,
		s->heat.freezing, scada_slot_now(s), s->settings->season, s->n_qualities, kept_off(s, source_relay(s)) };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		h = (h ^ (uint64_t)parts[i]) * 1099511628211u;
	return h;
}

/* --- the optimiser ---------------------------------------------------------------------------------------- */

void scada_plan(struct scada *s, const struct msg *in, struct outbox *out)
{
	(void)out;
	s->heat.told = in->plan;
	s->heat.has_plan = true;
}

/* INFINITY: it never was. */
static double age_s(const struct scada *s, struct mono made)
{
	return made.ms == MONO_NEVER.ms ? INFINITY : (double)mono_since(s->now, made) / 1000;
}

/* What the plan says of now. Prices and weather are as old as what was foretold, or as the reading that stood in. */
static void follow_plan(struct scada *s)
{
	struct plan_now now;
	struct scada_plan *p = &s->heat.plan;

	*p = (struct scada_plan){ .present = false };
	if (!s->heat.has_plan || !s->clock_trusted || !plan_read(&s->heat.told, s->clock.ms / 1000, &now))
		return;
	*p = (struct scada_plan){ .present = true, .on = now.on, .boost = now.boost, .made = s->heat.told.made,
		.covers_s = now.covers_s, .price_age_s = age_s(s, s->heat.told.prices_made),
		.weather_age_s = age_s(s, s->heat.told.weather_made),
		.tw_c = now.tw_c, .out_c = now.out_c };
}

/* Mean of the critical zones; NAN: none is measured. */
static double air_c(const struct house_heat_inputs *in)
{
	double sum = 0;
	int n = 0;

	for (int i = 0; i < in->n_zones; i++) {
		if (!in->zone[i].critical || !in->zone[i].good)
			continue;
		sum += in->zone[i].c;
		n++;
	}
	return n > 0 ? sum / n : NAN;
}

/* The planner starts from this. */
static void tell_planner(const struct scada *s, struct outbox *out)
{
	const struct house_heat_inputs *in = &s->heat.inputs;
	const struct local_params *q = &s->heat.house.params;
	struct msg m = { .type = MSG_HEAT, .to = TO_PLANNER, .heat = { .tw_c = scada_water_c(s), .air_c = air_c(in),
		.out_c = in->out_c, .set_c = (double)scada_setpoint_mc(s) / 1000, .on = in->source_on,
		.max_water_c = s->heat.house.kind == LOCAL_ELEMENT ? q->tank_max_c : q->max_ewt_c } };

	m.heat.power_known = scada_power_known(s);
	m.heat.power_w = s->power.w;
	m.heat.good = in->out_good && !isnan(m.heat.tw_c) && !isnan(m.heat.air_c) && !in->standby;
	for (int i = 0; i < in->n_zones; i++)
		m.heat.boost = m.heat.boost || !in->zone[i].wall;
	say(out, &m);
}

/* --- the decision ----------------------------------------------------------------------------------------- */

static void decide(struct scada *s, struct outbox *out)
{
	struct house_heat_inputs *in = &s->heat.inputs;
	struct reading_mc outdoor = scada_node_mc(s, s->settings->roles.outdoor);

	refresh_house(s);
	in->now = s->now;
	read_tanks(s, in);
	read_zones(s, in);
	in->out_good = outdoor.good;
	in->out_c = (double)outdoor.mc / 1000;
	read_source(s, in);
	read_prices(s, in);
	in->freeze = s->heat.freezing;
	in->standby = s->settings->season == SEASON_STANDBY;
	find_wish(s, in, out);
	s->heat.result = house_heat_step(&s->heat.machine, &s->heat.house, in);
	s->heat.decided = true;
	s->heat.next = mono_after(s->now, SCADA_DECIDE_MS);
	scada_ally_full(s);
	scada_say_heat(s, out);
	tell_planner(s, out);
}

static bool zone_wants(const struct scada *s, int node)
{
	for (int i = 0; i < s->settings->n_zones; i++)
		if (s->settings->zones[i].pump == node && s->heat.result.pump[i])
			return true;
	return false;
}

void scada_heat(struct scada *s, struct outbox *out)
{
	unsigned int on;
	uint64_t seen;

	s->heat.freezing = freezing(s);
	follow_plan(s);
	seen = fingerprint(s);
	if (!s->heat.decided || seen != s->heat.seen || mono_reached(s->now, s->heat.next))
		decide(s, out);
	s->heat.seen = seen;
	on = house_heat_outputs(&s->heat.machine, &s->heat.house, s->now);
	for (int i = 0; i < s->settings->n_relays; i++) {
		const struct settings_relay *r = &s->settings->relays[i];
		enum local_output o = output_of(s, r);

		s->local_wants[i] = o < N_LOCAL_OUTPUTS ? on >> o & 1 : zone_wants(s, r->node);
	}
}

bool scada_hands_back(const struct scada *s, int relay)
{
	return s->heat.decided && s->heat.result.handback && s->settings->relays[relay].fail_state == FAIL_HANDBACK;
}

void scada_heat_zone(struct scada *s, const struct zone *zone)
{
	s->heat.zone = zone;
}
