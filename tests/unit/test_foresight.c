/* SPDX-License-Identifier: MIT */
/* Forecasts on their way: from the AtomicTNode alone, through the gate, into what the scada holds ready and follows; and who
 * foretells in a simulation. */
#include <math.h>
#include <stdio.h>

#include "../support/gate_bench.h"
#include "../support/scada_rig.h"
#include "../support/vectors.h"
#include "actor/scada_parts.h"
#include "core/civil.h"
#include "core/control/forecast.h"
#include "sim/forecaster.h"

enum { HOUR_S = 3600, DAY_S = 86400 };

static const int64_t START_S = 1799924400;	/* a whole hour */
static const char OAK[] = "dw1.isone.me.oak.1";

/* --- the gate -------------------------------------------------------------------------------------------------------- */

#define WEATHER_TYPE "weather.forecast.100"
#define PRICE_TYPE "price.forecast.100"

static const char *atn_id(const struct gate_bench *b)
{
	static char text[UUID_TEXT];

	return uuid_text(b->house.atn.id, text);
}

static void say_forecast(struct gate_bench *b, const char *type, const char *from, const char *when, const char *start,
	const char *lists)
{
	char text[2048];

	snprintf(text, sizeof(text), "{\"FromGNodeAlias\":\"%s\",\"FromGNodeId\":\"%s\",\"ToGNodeAlias\":\"" GATE_SCADA
		"\",\"SendTimeUnixMs\":%s,\"StartUnixS\":%s,%s,\"TypeAlias\":\"%s\"}", from, atn_id(b), when, start, lists, type);
	assert_true(gate_say(b, type, text));
}

#define THREE "\"OutdoorCTimes100List\":[-800,-900,-1000],\"WindMsTimes100List\":[100,200,300],\"SunWPerM2List\":[0,0,9]"
#define TWO "\"UsdPerMwhTimes1000List\":[45000,-1000]"

/* From the AtomicTNode, in time and signed if a key is set: then it goes to the planner, with a contract or without. All
 * else is refused by name and goes nowhere. */
static void only_the_atomictnode_foretells(void **state)
{
	struct gate_bench *b = gate_open();	/* no contract */
	const struct msg *m;

	(void)state;
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@0", "#0", THREE);
	m = gate_find(b, MSG_WEATHER);
	assert_true(m != NULL && m->to == TO_PLANNER && m->weather.n == 3 && m->weather.out_cc[2] == -1000 &&
		m->weather.wind_cms[1] == 200 && m->weather.sun_w_m2[2] == 9 && m->weather.start_s == START_S);
	say_forecast(b, PRICE_TYPE, GATE_ATN, "@0", "#0", TWO);
	m = gate_find(b, MSG_PRICES);
	assert_true(m != NULL && m->to == TO_PLANNER && m->prices.n == 2 && m->prices.usd_per_mwh_k[1] == -1000);
	say_forecast(b, WEATHER_TYPE, "d1.other.house", "@1", "#0", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_WRONG_SENDER], 1);
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@0", "#0", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_DUPLICATE], 1);
	say_forecast(b, PRICE_TYPE, GATE_ATN, "@-30001", "#0", TWO);
	assert_null(gate_find(b, MSG_PRICES));
	assert_int_equal(b->scada.counts.refused[DIAG_STALE], 1);
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@2", "#60", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_OUT_OF_RANGE], 1);
	gate_expect(b, "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8");
	say_forecast(b, WEATHER_TYPE, GATE_ATN, "@3", "#0", THREE);
	assert_null(gate_find(b, MSG_WEATHER));
	assert_int_equal(b->scada.counts.refused[DIAG_UNSIGNED], 1);
	assert_false(gate_moved(b));
	gate_free(b);
}

/* --- the scada --------------------------------------------------------------------------------------------------------- */

static struct rig *modelled(void)
{
	struct rig *r = rig_remote();

	vectors_plant("dw1.isone.nh.orange.1", &r->house.plant);
	r->house.has_model = true;
	rig_pass(r, 2);
	return r;
}

static struct msg_outlook outlook_of(const struct rig *r, double out_c, double wind_ms, int64_t age_s)
{
	int64_t now_s = rig_clock_ms(r) / 1000;
	struct msg_outlook o = { .weather = true, .start_s = now_s - now_s % HOUR_S, .weather_made = mono_after(r->now, -age_s * 1000) };

	for (int h = 0; h < PLAN_HOURS; h++) {
		o.out_cc[h] = (int16_t)(100 * (out_c - (h == 2 ? 5 : 0) - (h == 3 ? 20 : 0)));
		o.wind_dms[h] = (uint8_t)(10 * (wind_ms + (h == 1)));
	}
	return o;
}

/* The rig's spare thermometer hangs outdoors. */
static void decide_at(struct rig *r, double out_c)
{
	r->settings.roles.supply = NO_NODE;
	r->settings.roles.outdoor = FX_SUPPLY;
	rig_read(r, FX_CH_SUPPLY, (int64_t)(16 * out_c));
	r->scada.heat.decided = false;
	rig_pass(r, 1);
}

static void decide_now(struct rig *r)
{
	r->scada.heat.decided = false;
	rig_pass(r, 1);
}

/* The supply the house is held ready for is that of the coldest and windiest of the next three hours that were foretold;
 * 6 h and no longer. */
static void the_forecast_sets_the_supply(void **state)
{
	struct rig *r = modelled();
	const struct scada_heat *h = &r->scada.heat;
	struct local_demand d;

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_OUTLOOK, .outlook = outlook_of(r, 0, 6, 6 * HOUR_S - 1) });
	decide_at(r, 0);
	assert_true(h->inputs.has_forecast);
	d = local_demand(&h->house.plant, &h->house.params, (double)scada_setpoint_mc(&r->scada) / 1000, -5, 7);
	assert_true(d.rswt_c > 30 && fabs(h->machine.picture.rswt_c - d.rswt_c) < 1e-9);
	decide_at(r, 0);
	assert_false(h->inputs.has_forecast);
	assert_true(fabs(h->machine.picture.rswt_c - d.rswt_c) > 1);
	rig_give(r, (struct msg){ .type = MSG_OUTLOOK, .outlook = { .weather = false } });
	decide_at(r, 0);
	assert_false(h->inputs.has_forecast);
	free(r);
}

/* Whoever foretells summer in winter leaves nobody cold: beyond 5 K of what is measured, or where nothing is, the house
 * believes its own rule. */
static void a_forecast_must_fit_the_thermometer(void **state)
{
	struct rig *r = modelled();
	const struct scada_heat *h = &r->scada.heat;

	(void)state;
	rig_give(r, (struct msg){ .type = MSG_OUTLOOK, .outlook = outlook_of(r, 30, 0, 0) });
	decide_at(r, 25);
	assert_true(h->inputs.has_forecast && h->machine.picture.rswt_c == 0);
	decide_at(r, 24.9);
	assert_true(!h->inputs.has_forecast);
	decide_at(r, -10);
	assert_true(!h->inputs.has_forecast && h->machine.picture.rswt_c > 30);
	rig_pass(r, 60);	/* the thermometer is silent */
	decide_now(r);
	assert_true(!h->inputs.has_forecast && h->machine.picture.rswt_c > 30);
	free(r);
}

static struct msg_plan plan_of(const struct rig *r)
{
	struct mono next = mono_after(r->now, 1000);	/* when it is looked at */
	struct msg_plan p = { .made = next, .weather_made = next, .prices_made = next,
		.start_s = rig_clock_ms(r) / 1000 / 900 * 900 };

	for (int h = 0; h < PLAN_HOURS; h++) {
		p.tw_half_c[h] = 100;	/* the tank of the rig */
		p.out_half_c[h] = -10;
	}
	return p;
}

static enum ladder_level level_with(struct rig *r, const struct msg_plan *p)
{
	rig_give(r, (struct msg){ .type = MSG_PLAN, .plan = *p });
	decide_now(r);
	return r->scada.heat.level;
}

static struct mono older(struct mono t, int64_t s, int64_t ms)
{
	return mono_after(t, -s * 1000 - ms);
}

/* Each limit of the ladder, on the last second it holds and on the first it does not, as the actor sees them. */
static void every_edge_of_the_ladder(void **state)
{
	struct rig *r = modelled();
	struct msg_plan p;

	(void)state;
	p = plan_of(r);
	assert_int_equal(level_with(r, &p), LADDER_PLAN);
	for (int over = 0; over < 2; over++) {
		p = plan_of(r);
		p.made = older(p.made, 90 * 60, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);
		p.made = older(p.made, 6 * HOUR_S, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_TOU : LADDER_STALE_PLAN);
		p = plan_of(r);
		p.weather_made = older(p.weather_made, 6 * HOUR_S, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);
		p.prices_made = older(p.prices_made, 26 * HOUR_S, over);
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);		/* it covers 6 h more, or 1 s less */
		p.start_s = rig_clock_ms(r) / 1000 + 1 - 42 * HOUR_S - over;
		assert_int_equal(level_with(r, &p), over ? LADDER_STALE_PLAN : LADDER_PLAN);
		p = plan_of(r);
		p.start_s = rig_clock_ms(r) / 1000 + 1 - 47 * HOUR_S - over;
		assert_int_equal(level_with(r, &p), over ? LADDER_TOU : LADDER_STALE_PLAN);
		p = plan_of(r);		/* the tank has 50 C */
		memset(p.tw_half_c, 88 - over, sizeof(p.tw_half_c));
		assert_int_equal(level_with(r, &p), over ? LADDER_TOU : LADDER_PLAN);
	}
	p = plan_of(r);
	p.prices_made = MONO_NEVER;	/* nobody ever told one */
	assert_int_equal(level_with(r, &p), LADDER_STALE_PLAN);
	p = plan_of(r);
	r->clock_unknown = true;
	assert_int_equal(level_with(r, &p), LADDER_THERMOSTAT);
	free(r);
}

/* --- the simulated forecaster -------------------------------------------------------------------------------------------- */

/* It knows the present hour of the very series the world lives through, and errs from there on, anew each time. */
static void forecasts_of_the_simulation_err(void **state)
{
	struct wall start = { START_S * 1000 };
	struct atn_forecast told, later, again;
	struct forecaster f, twin;
	struct weather truth;
	struct plant p;
	struct err e;
	double far_k = 0;
	int64_t hour0_s;

	(void)state;
	vectors_plant(OAK, &p);
	assert_true(forecaster_open(&f, &p, 7, start, 0, &e) && forecaster_open(&twin, &p, 7, start, 0, &e));
	hour0_s = f.hour0_s;
	assert_true(weather_open(&truth, &p.weather, 7, hour0_s, civil_day_of_year(hour0_s / DAY_S), &e));
	assert_true(forecaster_look(&f, start, &told) && forecaster_look(&twin, start, &again));
	assert_memory_equal(&told, &again, sizeof(told));
	for (int h = 0; h < ATN_FORECAST_HOURS; h++) {
		struct weather_row w = weather_at(&truth, (double)(START_S - hour0_s + h * HOUR_S));

		assert_true(h > 0 || told.hour[h].out_c == w.out_c);
		far_k = fmax(far_k, fabs(told.hour[h].out_c - w.out_c));
	}
	assert_true(far_k > 0.05 && far_k < 10);
	assert_true(forecaster_look(&f, (struct wall){ (START_S + HOUR_S) * 1000 }, &later));
	assert_true(later.start_s == START_S + HOUR_S && later.n == ATN_FORECAST_HOURS);
	assert_true(fabs(later.hour[30].out_c - told.hour[31].out_c) > 1e-3);
	forecaster_close(&f);
	forecaster_close(&twin);
	weather_close(&truth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_atomictnode_foretells),
		cmocka_unit_test(the_forecast_sets_the_supply),
		cmocka_unit_test(a_forecast_must_fit_the_thermometer),
		cmocka_unit_test(every_edge_of_the_ladder),
		cmocka_unit_test(forecasts_of_the_simulation_err),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
