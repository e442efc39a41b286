/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "core/heat/heat.h"
#include "sim/plant.h"
#include "sim/rng.h"
#include "sim/tank.h"

static const char orange[] = "dw1.isone.nh.orange.1";

/* The rule of the vectors: relative to the larger of 1 and the value. Their values are printed with nine
 * digits. */
static void assert_close(double a, double b)
{
	if (!(fabs(a - b) <= 2e-9 * fmax(1, fabs(b))))
		fail_msg("%.12g is not %.12g", a, b);
}

static void assert_within(double a, double b, double tolerance, const char *what, double when)
{
	if (!(fabs(a - b) <= tolerance))
		fail_msg("%s at %g: %.6g is not %.6g", what, when, a, b);
}

static double item(const cJSON *array, int i)
{
	return cJSON_GetArrayItem(array, i)->valuedouble;
}

/* The vectors of emit and required_supply use the oak house's emitters. */
static const struct plant_emitters oak_emitters = { 137.22, 1.8889, 13 };

/* Emitters follow their curve, give nothing backwards or without flow, and never more than the water
 * brings. */
static void emitters_follow_their_curve(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "emit"))
		/* its flows are printed with nine digits, so is what hangs on them */
		assert_within(heat_emitter_w(&oak_emitters, vectors_number(v, "ts"), vectors_number(v, "ta"),
				      vectors_number(v, "flow")),
			vectors_number(v, "w"), 1e-5, "emitted W", vectors_number(v, "ts"));
	cJSON_Delete(all);
}

/* The supply temperature asked for is the one at which the emitters give that load. */
static void required_supply_is_the_inverse(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "required_supply")) {
		double load = vectors_number(v, "load"), ta = vectors_number(v, "ta");
		double c = heat_required_supply_c(&oak_emitters, load, ta);

		assert_close(c, vectors_number(v, "c"));
		assert_within(heat_emitter_w(&oak_emitters, c, ta, 10), load, 1e-6, "load", load);
	}
	cJSON_Delete(all);
}

/* One line gives the heat every one of the four houses loses, wind included. */
static void load_is_the_same_for_control_and_plant(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "load")) {
		struct plant p;

		vectors_plant(vectors_at(v, "house")->valuestring, &p);
		assert_close(heat_load_w(&p.house, p.house.set_c, vectors_number(v, "to"),
				     vectors_number(v, "wind")),
			vectors_number(v, "w"));
	}
	cJSON_Delete(all);
}

static void read_layers(const cJSON *list, struct tank *t)
{
	t->layers = cJSON_GetArraySize(list);
	for (int i = 0; i < t->layers; i++)
		t->c[i] = item(list, i);
}

static void assert_layers(const struct tank *t, const cJSON *want)
{
	assert_int_equal(t->layers, cJSON_GetArraySize(want));
	for (int i = 0; i < t->layers; i++)
		assert_close(t->c[i], item(want, i));
}

static int read_streams(const cJSON *list, struct stream out[])
{
	int n = cJSON_GetArraySize(list);

	for (int i = 0; i < n; i++)
		out[i] = (struct stream){ item(cJSON_GetArrayItem(list, i), 0),
			item(cJSON_GetArrayItem(list, i), 1) };
	return n;
}

/* Water carries, conducts and loses heat as the reference does, in both directions at once too. */
static void a_tank_moves_heat_as_the_reference(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v, *heat;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "tank_step")) {
		struct tank t = { .ua_w_per_k = vectors_number(v, "ua"),
			.mix_w_per_k = vectors_number(v, "mix") };
		struct tank_flows f = { .n_down = 0 };

		read_layers(vectors_at(v, "before"), &t);
		t.layer_kg = vectors_number(v, "litres") / t.layers;
		f.n_down = read_streams(cJSON_GetObjectItem(v, "down"), f.down);
		f.n_up = read_streams(cJSON_GetObjectItem(v, "up"), f.up);
		cJSON_ArrayForEach(heat, cJSON_GetObjectItem(v, "heat"))
			f.heat_w[(int)item(heat, 0)] += item(heat, 1);
		assert_close(tank_step(&t, &f, vectors_number(v, "tamb"), vectors_number(v, "dt")),
			vectors_number(v, "loss_w"));
		assert_layers(&t, vectors_at(v, "after"));
	}
	cJSON_Delete(all);
}

/* Warm water never lies under cold, and turning over moves no heat in or out. */
static void warm_water_rises(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "unmix")) {
		struct tank t = { .layer_kg = 80 };
		double before;

		read_layers(vectors_at(v, "before"), &t);
		before = tank_energy_j(&t);
		tank_unmix(&t);
		assert_layers(&t, vectors_at(v, "after"));
		assert_close(tank_energy_j(&t), before);
	}
	cJSON_Delete(all);
}

/* One step of the element house from a known state lands on the reference's numbers. */
static void one_step_lands_on_the_reference(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v = cJSON_GetArrayItem(vectors_at(vectors_at(all, "one_step"), "rows"), 0);
	struct plant_inputs in = { .on = { [PLANT_ELEMENT] = true, [PLANT_DISTPUMP] = true, [PLANT_HP] = true,
		[PLANT_STOREPUMP] = true } };
	struct weather_row weather = { -8, 4, 120 };
	struct plant_state s;
	struct plant p;
	struct err e;

	(void)state;
	assert_string_equal(vectors_at(v, "house")->valuestring, orange);
	vectors_plant(orange, &p);
	assert_true(plant_init(&s, &p, -8, &e));
	s.air_c = 19.2;
	s.mass_c = 19.6;
	for (int i = 0; i < s.buffer.layers; i++)
		s.buffer.c[i] = 55 - i;
	assert_close(plant_power_w(&s, &in), vectors_number(v, "power"));
	plant_step(&s, &in, &weather);
	assert_close(s.air_c, vectors_number(v, "ta"));
	assert_close(s.mass_c, vectors_number(v, "tm"));
	assert_layers(&s.buffer, vectors_at(v, "buf"));
	assert_close(s.account.emitted / p.dt_s, vectors_number(v, "emit"));
	assert_close(s.supply_c, vectors_number(v, "tsup"));
	assert_close(s.return_c, vectors_number(v, "tret"));
	cJSON_Delete(all);
}

/* The relay program of the reference's day. */
static struct plant_inputs traced_inputs(int64_t t_s)
{
	double h = (double)t_s / 3600;

	return (struct plant_inputs){ .on = { [PLANT_DISTPUMP] = t_s % 1200 < 700,
		[PLANT_ELEMENT] = h < 4 || (h >= 13 && h < 15) } };
}

static void assert_traced(const struct plant_state *s, const cJSON *row, double power_w)
{
	double minute = item(row, 0);

	assert_within(s->buffer.c[0], item(row, 1), 0.1, "tank top", minute);
	assert_within(s->buffer.c[s->buffer.layers - 1], item(row, 2), 0.1, "tank bottom", minute);
	assert_within(s->air_c, item(row, 5), 0.1, "air", minute);
	assert_within(s->mass_c, item(row, 6), 0.1, "mass", minute);
	assert_within(power_w, item(row, 7), 50, "power", minute);
}

static const cJSON *trace_of(const cJSON *all, const char *house)
{
	const cJSON *trace;

	cJSON_ArrayForEach(trace, vectors_at(vectors_at(all, "trace24h"), "traces"))
		if (strcmp(vectors_at(trace, "house")->valuestring, house) == 0)
			return trace;
	fail_msg("no trace of %s", house);
	return NULL;
}

static void assert_kwh(double joules, const cJSON *end, const char *name)
{
	double kwh = vectors_number(end, name);

	assert_within(joules / 3.6e6, kwh, 0.005 * fmax(1, kwh), name, 24);
}

/* A day of the element house, quarter hour by quarter hour, and where its energy went. */
static void a_day_follows_the_reference(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *trace = trace_of(all, orange), *row, *end = vectors_at(trace, "end");
	double seed = vectors_number(vectors_at(all, "weather"), "seed"), power_w = 0, elec_j = 0;
	double doy0 = vectors_number(vectors_at(all, "weather"), "doy0");
	struct weather w;
	struct plant_state s;
	struct plant p;
	struct err e;

	(void)state;
	vectors_plant(orange, &p);
	p.buffer.start_c = vectors_number(trace, "start_water_c");
	assert_true(weather_open(&w, &p.weather, (uint64_t)seed, 0, (int)doy0, &e));
	assert_true(plant_init(&s, &p, 0, &e));
	s.mass_c = s.air_c;
	s.account.start += p.house.mass_j_per_k * (s.air_c - (300 * s.air_c) / 336);
	row = vectors_at(trace, "rows")->child;
	for (int64_t t = 0; t < 86400; t += 10) {
		struct plant_inputs in = traced_inputs(t);
		struct weather_row now = weather_at(&w, (double)t);

		if (row != NULL && t == (int64_t)item(row, 0) * 60) {
			assert_traced(&s, row, power_w);
			row = row->next;
		}
		power_w = plant_power_w(&s, &in);
		elec_j += power_w * p.dt_s;
		plant_step(&s, &in, &now);
	}
	assert_null(row);
	assert_kwh(s.account.element, end, "el");
	assert_kwh(s.account.internal + s.account.sun, end, "gain");
	assert_kwh(s.account.envelope, end, "envloss");
	assert_kwh(s.account.tank, end, "tankloss");
	assert_kwh(s.account.emitted, end, "emit");
	assert_kwh(elec_j, end, "elec");
	assert_true(plant_residual(&s) < vectors_number(trace, "residual_below"));
	weather_close(&w);
	cJSON_Delete(all);
}

/* Whatever the relays do for a week, no energy is lost or made and no temperature leaves -40..110 C. */
static void a_week_of_random_relays_keeps_its_energy(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct rng r = rng_start(seed, "relays");
		struct plant_inputs in = { .on = { false } };
		struct weather w;
		struct plant_state s;
		struct plant p;
		struct err e;

		vectors_plant(orange, &p);
		p.backup_kind = seed % 2 == 0 ? BACKUP_BOILER : BACKUP_NONE;
		p.backup = (struct plant_heater){ 20000, 0, 85 };
		assert_true(weather_open(&w, &p.weather, seed, 0, (int)(seed * 71 % 365), &e));
		assert_true(plant_init(&s, &p, weather_at(&w, 0).out_c, &e));
		for (int64_t t = 0; t < 7 * 86400; t += 10) {
			struct weather_row now = weather_at(&w, (double)t);

			for (int i = 0; i < N_PLANT_RELAYS; i++)
				if (rng_uniform(&r) < 0.01)
					in.on[i] = !in.on[i];
			plant_step(&s, &in, &now);
		}
		if (!(plant_residual(&s) < 1e-9) || s.lowest_c < -40 || s.highest_c > 110)
			fail_msg("seed %d: residual %g, %g..%g C", (int)seed, plant_residual(&s), s.lowest_c,
				s.highest_c);
		assert_int_equal(s.steps, 60480);
		weather_close(&w);
	}
}

/* The element's own limit opens at LimitC and closes 5 K lower: a stuck relay cannot boil the tank. */
static void the_limit_switch_stops_the_element(void **state)
{
	struct plant_inputs in = { .on = { [PLANT_ELEMENT] = true } };
	struct weather_row mild = { 10, 0, 0 };
	struct plant_state s;
	struct plant p;
	struct err e;
	int opened = 0;

	(void)state;
	vectors_plant(orange, &p);
	assert_true(plant_init(&s, &p, 10, &e));
	for (int64_t t = 0; t < 5 * 86400; t += 10) {
		bool before = s.element_limit_open;
		double layer_c;

		plant_step(&s, &in, &mild);
		layer_c = s.buffer.c[p.element.layer];
		assert_true(layer_c < 85.5);
		if (s.element_limit_open && !before) {
			opened++;
			assert_true(layer_c >= 85);
			assert_true(plant_power_w(&s, &in) < 1e-9);
		}
		if (before && !s.element_limit_open)
			assert_true(layer_c < 80);
	}
	assert_true(opened >= 2);
}

/* A house stands at its set temperature with its mass between air and weather; other kinds say they are
 * not built. */
static void a_house_starts_settled(void **state)
{
	struct plant_state s;
	struct plant p;
	struct err e;

	(void)state;
	vectors_plant(orange, &p);
	assert_true(plant_init(&s, &p, -6, &e));
	assert_close(s.air_c, 18);
	assert_close(s.mass_c, (300.0 * 18 + 36.0 * -6) / 336);
	p.house.start_c = 12;
	assert_true(plant_init(&s, &p, -6, &e));
	assert_close(s.air_c, 12);
	p.kind = PLANT_HP_BUFFER;
	assert_false(plant_init(&s, &p, -6, &e));
	assert_int_equal(e.code, ERR_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(emitters_follow_their_curve),
		cmocka_unit_test(required_supply_is_the_inverse),
		cmocka_unit_test(load_is_the_same_for_control_and_plant),
		cmocka_unit_test(a_tank_moves_heat_as_the_reference),
		cmocka_unit_test(warm_water_rises),
		cmocka_unit_test(one_step_lands_on_the_reference),
		cmocka_unit_test(a_day_follows_the_reference),
		cmocka_unit_test(a_week_of_random_relays_keeps_its_energy),
		cmocka_unit_test(the_limit_switch_stops_the_element),
		cmocka_unit_test(a_house_starts_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
