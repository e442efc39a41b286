/* SPDX-License-Identifier: MIT */
/* What would have come of it: the house's plant model in the recorded outdoor temperature, under local control with both
 * configurations, from the same state. */
#include <math.h>
#include <stdlib.h>

#include "core/control/house_model.h"
#include "core/control/plan_input.h"
#include "core/control/tariff.h"
#include "core/settings/settings.h"
#include "sim/plant.h"
#include "whole/replay_parts.h"
#include "whole/replay_stage.h"

enum { DAY_S = 86400, BEFORE_S = 600, MINUTE_S = 60 };

static const double NO_SKY_WIND_MS = 4, SAME_SKY_K = 1.5, BAND_K = 0.5, ZONE_K = 0.2, PUMP_OVER_K = 2, J_PER_KWH = 3.6e6;

struct model {
	const struct replay_options *o;
	const struct loaded *l;
	const struct zone *zone;
	struct record record;
	struct replay_forecasts forecasts;
	bool needs[HOUSE_MAX_CHANNELS];
	double seen_c[HOUSE_MAX_CHANNELS];	/* the newest recorded, NAN: none */
	int outdoor;				/* channel */
	struct plant plant;
	struct plant_state state;
	struct weather sky;
	bool sky_known;
	double sky_from_s, out_sum_c;
	bool dist, source_on, peak;
	double price;
	int64_t seconds;
	struct replay_case sum;
	struct err *e;
	bool failed;
};

/* --- channels ------------------------------------------------------------------------------------------------------ */

static int channel_of(const struct model *m, int node)
{
	for (int i = 0; node != NO_NODE && i < m->l->house.n_channels; i++)
		if (m->l->house.channels[i].about == node && channel_is_temperature(&m->l->house.channels[i]))
			return i;
	return -1;
}

static void say_c(const struct model *m, int node, double c, struct mono now, struct wall clock, struct outbox *out)
{
	int i = channel_of(m, node);
	struct msg r = { .type = MSG_READING, .to = TO_SCADA, .reading = { .channel = i, .quality = QUALITY_GOOD,
		.at = now, .tick = clock } };

	if (i < 0)
		return;
	r.reading.code = (int64_t)floor((c * 1000 - (double)m->l->house.channels[i].map_mc.offset) *
		(double)m->l->house.channels[i].map_mc.den / (double)m->l->house.channels[i].map_mc.num + 0.5);
	say(out, &r);
}

static int layer_of(int sensor, int sensors, int layers)
{
	return (int)((sensor + 0.5) * layers / sensors);
}

static void say_tanks(const struct model *m, struct mono now, struct wall clock, struct outbox *out)
{
	const struct settings_roles *r = &m->l->settings.roles;
	bool buffer = r->n_buffer > 0;
	int n = buffer ? r->n_buffer : r->n_store;

	for (int i = 0; i < n; i++)
		say_c(m, buffer ? r->buffer[i] : r->store[i],
			m->state.buffer.c[layer_of(i, n, m->plant.buffer.layers)], now, clock, out);
	for (int i = 0; buffer && m->plant.store.kind != STORE_NONE && i < r->n_store; i++)
		say_c(m, r->store[i], plant_store_c(&m->state, layer_of(i, r->n_store, m->plant.store.tank.layers)), now,
			clock, out);
}

static void readings(void *self, struct mono now, struct wall clock, struct outbox *out)
{
	const struct model *m = self;
	const struct settings *s = &m->l->settings;

	if (clock.ms / 1000 % s->sensors.poll_s != 0)
		return;
	say_tanks(m, now, clock, out);
	for (int i = 0; i < s->n_zones; i++)
		say_c(m, s->zones[i].sensor, m->state.air_c, now, clock, out);
	say_c(m, s->roles.outdoor, m->seen_c[m->outdoor], now, clock, out);
	say_c(m, s->roles.supply, m->state.supply_c, now, clock, out);
	say_c(m, s->roles.return_pipe, m->state.return_c, now, clock, out);
	say_c(m, s->roles.lwt, m->state.lwt_c, now, clock, out);
	say_c(m, s->roles.ewt, m->state.ewt_c, now, clock, out);
}

/* --- the plant ------------------------------------------------------------------------------------------------------ */

/* What a description of a real house leaves open, as usual heat pumps and tanks have it. */
static void complete(struct plant *p)
{
	struct plant_heat_pump *h = &p->heat_pump;

	p->dt_s = 10;
	p->house.solar_to_mass = 0.6;
	p->buffer.mix_w_per_k = p->store.tank.mix_w_per_k = 4;
	p->store.flow_lpm = p->emitters.flow_lpm;
	h->min_fraction = 0.35;
	h->trip_c = h->lwt_set_c + 10;
	h->trip_off_s = 420;
	h->flow_lpm = h->cap_max_w * 60 / (6 * 4187);	/* 6 K at full capacity */
	h->standby_w = 60;
	h->start_w = 150;
	h->start_delay_s = 180;
	h->ramp_s = 540;
	h->ramp_min = 0.2;
	h->run_down_s = 120;
	h->min_off_s = 300;
	h->defrost_every_s = 3600;
	h->defrost_s = 360;
	h->defrost_heat_w = 3000;
	h->defrost_elec_w = 2500;
	p->backup = (struct plant_heater){ .w = 4500, .layer = p->buffer.layers / 2, .limit_c = 85 };
	p->element.layer = p->buffer.layers / 2;
	p->element.limit_c = 95;
}

static double seen_c(const struct model *m, int node, double otherwise)
{
	int i = channel_of(m, node);

	return i >= 0 && !isnan(m->seen_c[i]) ? m->seen_c[i] : otherwise;
}

static void fill_tank(const struct model *m, double c[], int layers, const int nodes[], int n)
{
	for (int i = 0; i < layers && n > 0; i++)
		c[i] = seen_c(m, nodes[(int)((i + 0.5) * n / layers)], c[i]);
}

/* As the record has it when the span begins. The walls are where steady heating would have them. */
static void begin_plant(struct model *m)
{
	const struct settings_roles *r = &m->l->settings.roles;
	const struct settings *s = &m->l->settings;
	double out_c = m->seen_c[m->outdoor], c[PLANT_MAX_LAYERS];
	struct plan_mass mass = { .known = false };
	bool buffer = r->n_buffer > 0;

	plant_init(&m->state, &m->plant, out_c);
	if (s->n_zones > 0)
		m->state.air_c = seen_c(m, s->zones[0].sensor, m->state.air_c);
	plan_mass_follow(&mass, &m->plant.house, m->state.air_c, out_c, 0);
	m->state.mass_c = mass.c;
	fill_tank(m, m->state.buffer.c, m->plant.buffer.layers, buffer ? r->buffer : r->store,
		buffer ? r->n_buffer : r->n_store);
	tank_unmix(&m->state.buffer);
	if (m->plant.store.kind == STORE_NONE || !buffer)
		return;
	for (int i = 0; i < m->plant.store.tank.layers; i++)
		c[i] = plant_store_c(&m->state, i);
	fill_tank(m, c, m->plant.store.tank.layers, r->store, r->n_store);
	for (int i = 0; i < m->plant.store.tank.layers; i++) {
		m->state.store.c[i] = c[i];
		m->state.pcm.kj_per_kg[i] = heat_pcm_kj_per_kg(&m->plant.store, c[i]);
	}
	if (m->plant.store.kind == STORE_WATER)
		tank_unmix(&m->state.store);
}

static enum plant_relay input_of(const struct model *m, const struct settings_relay *r)
{
	const struct settings *s = &m->l->settings;

	switch (r->kind) {
	case RELAY_HEAT_PUMP:
		return PLANT_HP;
	case RELAY_ELEMENT:
		return m->plant.has_heat_pump ? PLANT_BACKUP : PLANT_ELEMENT;
	case RELAY_VALVE:
		return PLANT_CHARGE;
	case RELAY_PUMP:
		for (int i = 0; i < s->n_zones; i++)
			if (s->zones[i].pump == r->node)
				return PLANT_DISTPUMP;
		return PLANT_STOREPUMP;
	case RELAY_OTHER:
		return m->plant.backup_kind == BACKUP_BOILER ? PLANT_BACKUP : N_PLANT_RELAYS;
	case N_RELAY_KINDS:
		break;
	}
	return N_PLANT_RELAYS;
}

static bool walls_pump(const struct settings *s)
{
	for (int i = 0; i < s->n_zones; i++)
		if (s->zones[i].wall || s->zones[i].pump == NO_NODE)
			return true;
	return false;
}

static struct plant_inputs inputs(struct model *m, const struct replay_stage *stage)
{
	const struct settings *s = &m->l->settings;
	struct plant_inputs in = { .element_dry = false };
	double set_c = m->plant.house.set_c;

	for (int i = 0; i < s->n_relays; i++) {
		enum plant_relay r = input_of(m, &s->relays[i]);

		if (r < N_PLANT_RELAYS)
			in.on[r] = in.on[r] || stage->relays[i] != 0;
	}
	if (walls_pump(s)) {
		m->dist = m->state.air_c < set_c - ZONE_K || (m->dist && m->state.air_c <= set_c + ZONE_K);
		in.on[PLANT_DISTPUMP] = m->dist && m->state.buffer.c[0] > m->state.air_c + PUMP_OVER_K;
	}
	return in;
}

/* --- what it comes to ------------------------------------------------------------------------------------------------- */

static double heat_kwh(const struct model *m)
{
	const struct plant_state *s = &m->state;
	double j = m->plant.house.air_j_per_k * s->air_c + m->plant.house.mass_j_per_k * s->mass_c +
		tank_energy_j(&s->buffer);

	if (m->plant.store.kind == STORE_WATER)
		j += tank_energy_j(&s->store);
	else if (m->plant.store.kind == STORE_PCM)
		j += pcm_energy_j(&s->pcm);
	return j / J_PER_KWH;
}

/* The room as the configuration in force wanted it, for both. */
static double wanted_c(const struct replay_options *o, int64_t unix_s)
{
	const struct settings_comfort *c = &o->as_is->settings.comfort;
	struct schedule_entry list[SETTINGS_MAX_SCHEDULE];
	int at;

	for (int i = 0; i < c->n_schedule; i++)
		list[i] = (struct schedule_entry){ c->schedule[i].days, c->schedule[i].minute_of_day,
			c->schedule[i].setpoint_c };
	at = schedule_entry_at(list, c->n_schedule, o->zone[0], unix_s);
	return at < 0 ? c->setpoint_c : list[at].setpoint_c;
}

static void count(struct model *m, int64_t unix_s, double dt_s, bool on)
{
	double kwh = m->state.power_w * dt_s / J_PER_KWH;

	if (unix_s % MINUTE_S == 0 || m->seconds == 0) {
		struct tariff t = tariff_of_settings(&m->l->settings.tariff);
		struct zone z = tariff_zone(&m->l->settings.tariff, m->zone, unix_s);

		m->peak = replay_peak(m->o->changed, m->o->zone[1], unix_s);
		m->price = tariff_usd_per_kwh(&t, &z, unix_s);
	}
	m->seconds += (int64_t)dt_s;
	m->sum.kwh += kwh;
	m->sum.peak_kwh += m->peak ? kwh : 0;
	m->sum.cost += kwh * m->price;
	m->sum.cold_kh += fmax(0, wanted_c(m->o, unix_s) - BAND_K - m->state.air_c) * dt_s / 3600;
	m->sum.mean_c += m->state.air_c * dt_s;
	m->sum.lowest_c = fmin(m->sum.lowest_c, m->state.air_c);
	m->sum.starts += on && !m->source_on;
	m->source_on = on;
	m->out_sum_c += m->seen_c[m->outdoor] * dt_s;
}

static void take_record(struct model *m, int64_t before_ms)
{
	const struct record_reading *r;

	while (!m->failed) {
		m->failed = !record_next(&m->record, before_ms, &r, m->e);
		if (m->failed || r == NULL)
			return;
		if (channel_is_temperature(&m->l->house.channels[r->channel]))
			m->seen_c[r->channel] = (double)channel_mc(&m->l->house.channels[r->channel], r->code) / 1000;
	}
}

static void second(void *self, struct replay_stage *stage, struct mono now, struct wall clock)
{
	struct model *m = self;
	int64_t dt_s = (int64_t)m->plant.dt_s, unix_s = clock.ms / 1000;
	struct weather_row w = { .wind_ms = NO_SKY_WIND_MS };
	struct plant_inputs in;

	take_record(m, clock.ms);
	replay_forecasts_second(&m->forecasts, stage, clock);
	if (now.ms / 1000 % dt_s != 0 || now.ms == 0)
		return;
	in = inputs(m, stage);
	if (m->sky_known)
		w = weather_at(&m->sky, (double)unix_s - m->sky_from_s);
	w.out_c = m->seen_c[m->outdoor];
	plant_step(&m->state, &in, &w);
	count(m, unix_s, (double)dt_s, in.on[m->plant.has_heat_pump ? PLANT_HP : PLANT_ELEMENT]);
}

/* --- the sky ------------------------------------------------------------------------------------------------------- */

/* The simulated weather began at the midnight before sim.start: is it the weather of this record? */
static bool find_sky(struct model *m)
{
	const struct loaded *l = m->o->as_is;
	int64_t start_ms, day;
	struct err unused;
	double off_k;
	int offset_s;

	if (!l->house.has_plant || !settings_parse_time(l->settings.sim.start, &start_ms, &offset_s))
		return false;
	day = (start_ms / 1000 + offset_s) / DAY_S;
	m->sky_from_s = (double)(day * DAY_S - offset_s);
	if ((double)m->o->from_s < m->sky_from_s || !weather_open(&m->sky, &l->house.plant.weather,
		(uint64_t)l->settings.sim.seed, (int64_t)m->sky_from_s, civil_day_of_year(day), &unused))
		return false;
	off_k = weather_at(&m->sky, (double)m->o->from_s - m->sky_from_s).out_c - m->seen_c[m->outdoor];
	if (fabs(off_k) < SAME_SKY_K)
		return true;
	weather_close(&m->sky);
	return false;
}

/* --- the run ------------------------------------------------------------------------------------------------------- */

static bool open_record(struct model *m)
{
	const struct replay_options *o = m->o;

	for (int i = 0; i < HOUSE_MAX_CHANNELS; i++)
		m->seen_c[i] = NAN;
	replay_needs(m->l, m->needs);
	if (!record_open(&m->record, o->store, &m->l->house, m->needs, m->e))
		return false;
	record_seek(&m->record, o->from_s - BEFORE_S, o->to_s);
	take_record(m, (o->from_s + BEFORE_S) * 1000);
	if (!m->failed && isnan(m->seen_c[m->outdoor]))
		return err_set(m->e, ERR_ABSENT, 0, "no outdoor temperature when the span begins - begin it a little later");
	record_seek(&m->record, o->from_s, o->to_s);
	return !m->failed && replay_forecasts_open(&m->forecasts, &m->record, o, o->from_s, m->e);
}

static bool run(struct model *m, bool changed)
{
	struct replay_feed feed = { m, second, readings };
	struct record_events events = { .n = 0 };
	struct replay_stage *stage = replay_stage_open(&m->l->house, &m->l->settings, m->zone,
		(struct wall){ m->o->from_s * 1000 }, changed ? m->o->plan : m->o->as_is_plan, feed, &events, m->e);

	if (stage == NULL)
		return false;
	replay_stage_run_to(stage, (struct wall){ m->o->to_s * 1000 });
	replay_stage_close(stage);
	record_events_free(&events);
	return !m->failed;
}

static bool one_case(const struct replay_options *o, bool changed, struct replay_what_if *w, struct err *e)
{
	struct model *m = calloc(1, sizeof(*m));
	struct replay_case *sum = changed ? &w->changed : &w->as_is;
	bool ran;

	if (m == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	m->o = o;
	m->l = changed ? o->changed : o->as_is;
	m->zone = o->zone[changed];
	m->e = e;
	m->plant = m->l->house.plant;
	m->outdoor = channel_of(m, m->l->settings.roles.outdoor);
	m->sum.lowest_c = INFINITY;
	if (!m->l->house.has_plant)
		complete(&m->plant);
	ran = open_record(m);
	if (ran) {
		m->sky_known = find_sky(m);
		begin_plant(m);
		ran = run(m, changed);
	}
	*sum = m->sum;
	sum->mean_c /= (double)m->seconds;
	sum->end_kwh = ran ? heat_kwh(m) : 0;
	w->mean_out_c = m->out_sum_c / (double)m->seconds;
	w->sky_known = m->sky_known;
	w->wind_ms = NO_SKY_WIND_MS;
	if (m->sky_known)
		weather_close(&m->sky);
	replay_forecasts_close(&m->forecasts);
	record_close(&m->record);
	free(m);
	return ran;
}

bool replay_what_if(const struct replay_options *o, struct replay_what_if *w, struct err *e)
{
	*w = (struct replay_what_if){ .wind_ms = 0 };
	if (!o->as_is->house.has_model || !o->changed->house.has_model)
		return err_set(e, ERR_ABSENT, 0, "the house has no model - describe it in house_model");
	if (o->as_is->settings.roles.outdoor == NO_NODE || o->changed->settings.roles.outdoor == NO_NODE)
		return err_set(e, ERR_ABSENT, 0, "no outdoor thermometer - name one in roles.outdoor");
	if (!one_case(o, false, w, e) || !one_case(o, true, w, e))
		return false;
	w->changed.end_kwh -= w->as_is.end_kwh;
	w->as_is.end_kwh = 0;
	return true;
}
