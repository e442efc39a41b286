/* SPDX-License-Identifier: MIT */
/* The state tables of local control, walked cell by cell, and the machine under inputs that make no sense. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "core/control/house_heat.h"
#include "core/control/house_model.h"
#include "core/sim/rng.h"

enum { PICTURES = 400000, STEPS = 60000, MAX_ROWS = 32 };

#define OUTPUT(o) (1u << (o))

static const char *const houses[N_LOCAL_KINDS] = { [LOCAL_STORE] = "dw1.isone.me.oak.1",
	[LOCAL_BUFFER] = "dw1.isone.me.elm.1", [LOCAL_ELEMENT] = "dw1.isone.nh.orange.1" };

static double between(struct rng *r, double low, double high)
{
	return low + (high - low) * rng_uniform(r);
}

static bool toss(struct rng *r, double chance)
{
	return rng_uniform(r) < chance;
}

static struct local_picture any_picture(struct rng *r)
{
	struct local_picture p = { .buf_top_c = between(r, 20, 80), .buf_bot_c = between(r, 20, 80),
		.store_top_c = between(r, 20, 80), .tank_top_c = between(r, 20, 80), .ewt_c = between(r, 20, 70),
		.rswt_c = between(r, 20, 65), .usable_wh = between(r, 0, 20000), .required_wh = between(r, 0, 20000),
		.gain_k = between(r, -1, 2), .hp_on_s = (int64_t)between(r, 0, 2000),
		.state_s = (int64_t)between(r, 0, 3000), .plan = (enum local_wish)(int)between(r, 0, 3),
		.onpeak = toss(r, .5), .zone_cold = toss(r, .5), .defrost = toss(r, .3), .full_latch = toss(r, .5),
		.was_ready = toss(r, .5) };

	p.usable_wh = toss(r, .3) ? 0 : p.usable_wh;
	return p;
}

/* The row that local_choose takes. */
static int row_taken(const struct local_table *t, enum local_state s, uint32_t p)
{
	for (int i = 0; i < t->n; i++)
		if (t->rows[i].state == s && (p & t->rows[i].must) == t->rows[i].must &&
			!(p & t->rows[i].must_not))
			return i;
	return -1;
}

static bool of_kind(const struct local_table *t, enum local_state s)
{
	for (int i = 0; i < t->n; i++)
		if (t->rows[i].state == s)
			return true;
	return false;
}

/* Every row is taken by some picture, leads to a state of its own table, and says why. */
static void every_cell_leads_somewhere(void **state)
{
	struct local_params q = local_params_default();

	(void)state;
	for (int k = 0; k < N_LOCAL_KINDS; k++) {
		const struct local_table *t = local_table((enum local_kind)k);
		struct rng r = rng_start(1, "cells");
		int taken[MAX_ROWS] = { 0 };

		assert_true(t->n <= MAX_ROWS && of_kind(t, t->start) && !local_source_on(t->start));
		for (int i = 0; i < PICTURES; i++) {
			struct local_picture p = any_picture(&r);
			uint32_t bits = local_predicates(&q, &p);
			enum local_state from = t->rows[(int)between(&r, 0, t->n)].state;
			struct local_choice c = local_choose((enum local_kind)k, from, bits);
			int row = row_taken(t, from, bits);

			assert_true(of_kind(t, c.next));
			assert_true((c.next == from) == (c.cause == LOCAL_NO_CAUSE));
			taken[row < 0 ? MAX_ROWS - 1 : row]++;
		}
		for (int i = 0; i < t->n; i++)
			if (taken[i] == 0)
				fail_msg("%s row %d is never taken", local_kind_name((enum local_kind)k), i);
	}
}

static void no_state_opens_valve_and_pump(void **state)
{
	(void)state;
	for (int s = 0; s < N_LOCAL_STATES; s++) {
		unsigned int on = local_recipe((enum local_state)s);

		assert_false((on & OUTPUT(OUT_CHARGE)) && (on & OUTPUT(OUT_STOREPUMP)));
		assert_false((on & OUTPUT(OUT_CHARGE)) && !(on & OUTPUT(OUT_HP)));
		assert_false((on & OUTPUT(OUT_STOREPUMP)) && (on & OUTPUT(OUT_HP)));
	}
}

static void recipes_move_one_thing_at_a_time(void **state)
{
	const unsigned int off = 0, heat = OUTPUT(OUT_HP), charge = heat | OUTPUT(OUT_CHARGE),
		discharge = OUTPUT(OUT_STOREPUMP);
	struct recipe r = { .on = 0 };

	(void)state;
	assert_int_equal(recipe_step(&r, charge, (struct mono){ 0 }), OUTPUT(OUT_CHARGE));	/* valve first */
	assert_int_equal(recipe_step(&r, charge, (struct mono){ 4999 }), OUTPUT(OUT_CHARGE));
	assert_int_equal(recipe_step(&r, charge, (struct mono){ 5000 }), charge);
	assert_int_equal(recipe_step(&r, discharge, (struct mono){ 60000 }), OUTPUT(OUT_CHARGE));	/* source first */
	assert_int_equal(recipe_step(&r, discharge, (struct mono){ 65000 }), off);
	assert_int_equal(recipe_step(&r, discharge, (struct mono){ 70000 }), discharge);
	assert_int_equal(recipe_step(&r, heat, (struct mono){ 75000 }), off);
	assert_int_equal(recipe_step(&r, heat, (struct mono){ 80000 }), heat);
}

/* --- the machine -------------------------------------------------------------------------------------- */

struct walk {
	struct house_heat_house house;
	struct house_heat heat;
	struct house_heat_inputs in;
	struct rng r;
	bool source;
	int64_t source_ms;
	int starts, stops;
	unsigned int on;
};

static void any_tank(struct rng *r, struct house_heat_tank *t, int n)
{
	double c = between(r, 15, 80), chance = toss(r, .1) ? 1 : .05;

	t->n = n;
	for (int i = 0; i < n; i++) {
		t->c[i] = c;
		t->good[i] = !toss(r, chance);
		c -= toss(r, .3) ? between(r, 0, 5) : 0;
	}
}

static void any_inputs(struct walk *w)
{
	struct house_heat_inputs *in = &w->in;

	any_tank(&w->r, &in->buffer, w->house.plant.buffer.layers);
	any_tank(&w->r, &in->store, w->house.kind == LOCAL_STORE ? w->house.plant.store.tank.layers : 0);
	in->n_zones = 1;
	in->zone[0] = (struct house_heat_zone){ .good = !toss(&w->r, .1), .critical = true,
		.c = between(&w->r, 15, 23), .set_c = 20 };
	in->out_good = !toss(&w->r, .2);
	in->out_c = between(&w->r, -30, 20);
	in->cold_mean_c = -15;
	in->n_hours = HOUSE_HEAT_HOURS;
	in->has_forecast = toss(&w->r, .5);
	for (int i = 0; i < HOUSE_HEAT_HOURS; i++)
		in->hour[i] = (struct local_hour){ between(&w->r, -30, 15), between(&w->r, 0, 12), toss(&w->r, .3) };
	in->ewt_c = between(&w->r, 20, 70);
	in->may_start = !toss(&w->r, .1);
	in->may_stop = !toss(&w->r, .1);
	in->defrost = toss(&w->r, .1);
	in->onpeak = toss(&w->r, .4);
	in->freeze = toss(&w->r, .02);
	in->standby = toss(&w->r, .02);
	in->clock_ok = !toss(&w->r, .1);
	in->boost = toss(&w->r, .2);
	in->surplus = toss(&w->r, .05);
	in->plan = (enum local_wish)(int)between(&w->r, 0, 3);
}

/* What no input may bring about: both ways through the store at once, two things moved at once, a source that gets no
 * rest or stops as soon as it runs. */
static void check_outputs(struct walk *w, unsigned int on)
{
	unsigned int moved = on ^ w->on;
	bool source = (on & (OUTPUT(OUT_HP) | OUTPUT(OUT_ELEMENT))) != 0;
	int64_t s = (w->in.now.ms - w->source_ms) / 1000;

	assert_false((on & OUTPUT(OUT_CHARGE)) && (on & OUTPUT(OUT_STOREPUMP)));
	assert_int_equal(moved & (moved - 1), 0);
	assert_int_equal(on & ~(local_outputs(w->house.kind) | OUTPUT(OUT_BACKUP)), 0);
	w->on = on;
	if (source == w->source)
		return;
	if (w->house.kind != LOCAL_ELEMENT && w->starts + w->stops > 0) {
		assert_true(source || (double)s >= w->house.params.min_on_s);
		assert_true(!source || (double)s >= w->house.params.min_off_s);
	}
	w->starts += source;
	w->stops += !source;
	w->source = source;
	w->source_ms = w->in.now.ms;
}

static void walk_house(enum local_kind kind, uint64_t seed)
{
	struct walk w = { .r = rng_start(seed, "walk") };
	struct local_params q;
	struct plant plant;

	vectors_plant(houses[kind], &plant);
	q = house_model_params(&plant, 75);
	w.house = house_model_of(&plant, &q);
	assert_int_equal(w.house.kind, kind);
	for (int i = 0; i < STEPS; i++) {
		struct house_heat_result got;

		w.in.now.ms = i * 60000LL;
		if (i == 0 || toss(&w.r, .2))
			any_inputs(&w);
		w.in.source_on = w.source;
		got = house_heat_step(&w.heat, &w.house, &w.in);
		assert_false(got.trace.moved && got.trace.held);
		check_outputs(&w, got.outputs);
		for (int j = 1; j < 6; j++) {
			w.in.now.ms += 10000;
			w.in.source_on = w.source;
			check_outputs(&w, house_heat_outputs(&w.heat, &w.house, w.in.now));
		}
	}
	assert_true(w.starts > STEPS / 200 && w.stops > STEPS / 200);
}

static void nonsense_breaks_no_promise(void **state)
{
	(void)state;
	for (int k = 0; k < N_LOCAL_KINDS; k++)
		for (uint64_t seed = 1; seed <= 3; seed++)
			walk_house((enum local_kind)k, seed);
}

static struct walk quiet_house(enum local_kind kind)
{
	struct walk w = { .source = false };
	struct local_params q;
	struct plant plant;

	vectors_plant(houses[kind], &plant);
	q = house_model_params(&plant, 75);
	w.house = house_model_of(&plant, &q);
	w.in = (struct house_heat_inputs){ .buffer = { .n = plant.buffer.layers },
		.store = { .n = kind == LOCAL_STORE ? plant.store.tank.layers : 0 }, .n_zones = 1, .out_good = true,
		.out_c = -5, .cold_mean_c = -15, .clock_ok = true, .may_start = true, .may_stop = true,
		.n_hours = HOUSE_HEAT_HOURS };
	w.in.zone[0] = (struct house_heat_zone){ true, true, false, 20, 20 };
	for (int i = 0; i < PLANT_MAX_LAYERS; i++) {
		w.in.buffer.good[i] = w.in.store.good[i] = true;
		w.in.buffer.c[i] = w.in.store.c[i] = 55;
	}
	return w;
}

static struct house_heat_result run_for(struct walk *w, int minutes)
{
	struct house_heat_result got = { .outputs = 0 };

	for (int i = 0; i < minutes; i++) {
		w->in.source_on = w->source;
		got = house_heat_step(&w->heat, &w->house, &w->in);
		for (int j = 0; j < 12; j++) {
			w->in.now.ms += 5000;
			w->on = house_heat_outputs(&w->heat, &w->house, w->in.now);
			w->source = (w->on & (OUTPUT(OUT_HP) | OUTPUT(OUT_ELEMENT))) != 0;
		}
	}
	return got;
}

/* Without eyes elements stay open and the heat pump runs its share of each half hour. */
static void blind_by_kind(void **state)
{
	struct walk oak = quiet_house(LOCAL_STORE), orange = quiet_house(LOCAL_ELEMENT);
	int on = 0;

	(void)state;
	memset(oak.in.buffer.good, 0, sizeof(oak.in.buffer.good));
	memset(orange.in.buffer.good, 0, sizeof(orange.in.buffer.good));
	run_for(&oak, 10);
	run_for(&orange, 10);
	assert_int_equal(oak.heat.top, TOP_BLIND);
	assert_int_equal(orange.heat.top, TOP_BLIND);
	for (int i = 0; i < 240; i++) {
		struct house_heat_result r = run_for(&oak, 1);

		on += oak.source;
		assert_true(r.pump[0]);
		run_for(&orange, 1);
		assert_false(orange.source);
	}
	/* about load / capacity: 5.6 kW of 12 kW */
	assert_in_range(on, 240 * 0.3, 240 * 0.7);
	oak.in.buffer.good[0] = true;
	run_for(&oak, 2);
	assert_int_equal(oak.heat.top, TOP_NORMAL);
}

static void missing_layers_are_filled(void **state)
{
	struct walk oak = quiet_house(LOCAL_STORE);
	struct house_heat_result r;

	(void)state;
	r = run_for(&oak, 1);
	assert_false(r.estimated);
	oak.in.buffer.good[0] = oak.in.buffer.good[5] = false;
	oak.in.buffer.c[1] = 60;
	oak.in.buffer.c[4] = 40;
	r = run_for(&oak, 1);
	assert_true(r.estimated);
	assert_true(fabs(oak.heat.picture.buf_top_c - 60) < 1e-9);
	assert_true(fabs(oak.heat.picture.buf_bot_c - 40) < 1e-9);
	assert_int_equal(oak.heat.top, TOP_NORMAL);
}

static void freeze_heats_and_standby_does_not(void **state)
{
	struct walk elm = quiet_house(LOCAL_BUFFER);

	(void)state;
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		elm.in.buffer.c[i] = 20;
	elm.in.standby = true;
	assert_false(run_for(&elm, 30).pump[0]);
	assert_false(elm.source);
	elm.in.freeze = elm.in.onpeak = true;
	assert_true(run_for(&elm, 2).pump[0]);
	assert_true(elm.source);
	assert_int_equal(elm.heat.top, TOP_FREEZE);
}

/* Half an hour of the source at its best, then 5 min. */
static void backup_comes_last(void **state)
{
	struct walk oak = quiet_house(LOCAL_STORE);
	int backup_after = -1;

	(void)state;
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		oak.in.buffer.c[i] = oak.in.store.c[i] = 30;
	for (int i = 0; i < 120; i++) {
		oak.in.zone[0].c = 19 - 0.01 * i;
		run_for(&oak, 1);
		if (backup_after < 0 && (oak.on & OUTPUT(OUT_BACKUP)))
			backup_after = i;
	}
	assert_in_range(backup_after, 34, 38);
}

/* A boiler that heats the top of a buffer whose bottom stays cold stops below the guard's ceiling, and rests for
 * five minutes at least. */
static void backup_stops_below_the_ceiling(void **state)
{
	struct walk beech = quiet_house(LOCAL_STORE);

	(void)state;
	vectors_plant("dw1.isone.me.beech.1", &beech.house.plant);
	beech.house.params = house_model_params(&beech.house.plant, 82);
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		beech.in.buffer.c[i] = beech.in.store.c[i] = 30;
	beech.in.zone[0].c = 18;
	run_for(&beech, 40);
	assert_int_equal(beech.heat.top, TOP_BACKUP);
	assert_true(beech.on & OUTPUT(OUT_BACKUP));
	/* 20 kW into a sixth of 454 l: 3.8 K in the minute to the next look and in the one that the sensor is late */
	for (beech.in.buffer.c[0] = 60; beech.on & OUTPUT(OUT_BACKUP); beech.in.buffer.c[0] += 3.8)
		run_for(&beech, 1);
	assert_in_range(beech.in.buffer.c[0], 72, 79);
	run_for(&beech, 10);
	assert_false(beech.on & OUTPUT(OUT_BACKUP));
	beech.in.buffer.c[0] = 71;
	run_for(&beech, 4);
	assert_false(beech.on & OUTPUT(OUT_BACKUP));
	run_for(&beech, 2);
	assert_true(beech.on & OUTPUT(OUT_BACKUP));
	/* what the rooms draw lets it warm slowly: then it may go on to 3.3 K under the ceiling */
	for (int i = 0; (beech.on & OUTPUT(OUT_BACKUP)) && i < 60; i++, beech.in.buffer.c[0] += 0.2)
		run_for(&beech, 1);
	assert_in_range(beech.in.buffer.c[0], 78, 79);
	beech.in.buffer.good[0] = false;	/* then the next layer speaks for it */
	beech.in.buffer.c[1] = 80;
	run_for(&beech, 1);
	assert_false(beech.on & OUTPUT(OUT_BACKUP));
}

/* A pump that gives all it can keeps its buffer warm, and yet not warm enough for the room: that is no reserve. */
static void backup_helps_a_source_at_its_limit(void **state)
{
	struct walk elm = quiet_house(LOCAL_BUFFER);

	(void)state;
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		elm.in.buffer.c[i] = i == 0 ? 40 : 35;
	elm.in.out_c = -25;
	elm.in.zone[0].c = 19.2;
	run_for(&elm, 2);
	assert_true(elm.source);
	elm.in.buffer.c[0] = 54.8;
	elm.in.buffer.c[5] = 49.3;
	run_for(&elm, 60);
	assert_false(elm.on & OUTPUT(OUT_BACKUP));
	elm.in.zone[0].c = 18.9;
	run_for(&elm, 4);
	assert_false(elm.on & OUTPUT(OUT_BACKUP));
	run_for(&elm, 4);
	assert_true(elm.on & OUTPUT(OUT_BACKUP));
}

/* A room that is still cold does not wait until the buffer is empty, and the backup never heats in the pump's place. */
static void backup_rests_with_its_pump(void **state)
{
	struct walk elm = quiet_house(LOCAL_BUFFER);

	(void)state;
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		elm.in.buffer.c[i] = 30;
	elm.in.out_c = -25;
	elm.in.zone[0].c = 18;
	run_for(&elm, 40);
	assert_true(elm.source && (elm.on & OUTPUT(OUT_BACKUP)));
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		elm.in.buffer.c[i] = 53;
	run_for(&elm, 5);
	assert_false(elm.source || (elm.on & OUTPUT(OUT_BACKUP)));
	elm.in.buffer.c[5] = 50;
	run_for(&elm, 5);
	assert_false(elm.source || (elm.on & OUTPUT(OUT_BACKUP)));
	elm.in.source_locked = true;
	run_for(&elm, 2);
	assert_true(elm.on & OUTPUT(OUT_BACKUP));
	elm.in.source_locked = false;
	elm.in.buffer.c[5] = 48.9;
	run_for(&elm, 5);
	assert_true(elm.source && (elm.on & OUTPUT(OUT_BACKUP)));
}

/* An element has no backup but itself: to a room that stays cold with it on, the price is ignored until it is warm. */
static void an_element_ignores_the_price_of_a_cold_room(void **state)
{
	struct walk orange = quiet_house(LOCAL_ELEMENT);

	(void)state;
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		orange.in.buffer.c[i] = 40;
	orange.in.out_c = -19;
	orange.in.zone[0].c = 18.2;
	run_for(&orange, 40);
	assert_true(orange.source);
	assert_int_equal(orange.heat.top, TOP_BACKUP);
	assert_false(orange.on & OUTPUT(OUT_BACKUP));
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		orange.in.buffer.c[i] = 62;	/* would do for a warm room */
	orange.in.onpeak = true;
	run_for(&orange, 60);
	assert_true(orange.source);
	orange.in.zone[0].c = 20.1;
	run_for(&orange, 240);
	assert_int_equal(orange.heat.top, TOP_NORMAL);
	assert_false(orange.source);
}

/* Who keeps the pump off under a contract has not bought three times its price in the pump's place; when he lets it go, both
 * run again. */
static void backup_waits_with_a_pump_that_is_kept_off(void **state)
{
	struct walk elm = quiet_house(LOCAL_BUFFER);

	(void)state;
	for (int i = 0; i < PLANT_MAX_LAYERS; i++)
		elm.in.buffer.c[i] = 30;
	elm.in.out_c = -25;
	elm.in.zone[0].c = 18;
	run_for(&elm, 40);
	assert_true(elm.on & OUTPUT(OUT_BACKUP));
	elm.in.source_forbidden = true;
	run_for(&elm, 1);
	assert_int_equal(elm.heat.top, TOP_BACKUP);
	assert_false(elm.on & OUTPUT(OUT_BACKUP));
	elm.in.source_locked = true;	/* kept off is kept off: it could not run either way */
	run_for(&elm, 5);
	assert_false(elm.on & OUTPUT(OUT_BACKUP));
	elm.in.source_forbidden = false;
	run_for(&elm, 1);
	assert_true(elm.on & OUTPUT(OUT_BACKUP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cell_leads_somewhere),
		cmocka_unit_test(no_state_opens_valve_and_pump),
		cmocka_unit_test(recipes_move_one_thing_at_a_time),
		cmocka_unit_test(nonsense_breaks_no_promise),
		cmocka_unit_test(blind_by_kind),
		cmocka_unit_test(missing_layers_are_filled),
		cmocka_unit_test(freeze_heats_and_standby_does_not),
		cmocka_unit_test(backup_comes_last),
		cmocka_unit_test(backup_stops_below_the_ceiling),
		cmocka_unit_test(backup_helps_a_source_at_its_limit),
		cmocka_unit_test(backup_rests_with_its_pump),
		cmocka_unit_test(backup_waits_with_a_pump_that_is_kept_off),
		cmocka_unit_test(an_element_ignores_the_price_of_a_cold_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
