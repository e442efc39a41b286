/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "sim/plant.h"
#include "core/sim/rng.h"

static const char *const houses[] = { "dw1.isone.nh.orange.1", "dw1.isone.me.oak.1", "dw1.isone.me.beech.1",
	"dw1.isone.me.elm.1" };
enum { N_HOUSES = sizeof(houses) / sizeof(houses[0]), WEEK_S = 7 * 86400 };

static void assert_close(double a, double b)
{
	if (!(fabs(a - b) <= 1e-9 * fmax(1, fabs(b))))
		fail_msg("%.12g is not %.12g", a, b);
}

/* Oak with salt in its store instead of water. */
static void make_pcm(struct plant *p)
{
	static const double curve[4][2] = { { 0, 20 }, { 114, 58 }, { 354, 60 }, { 434, 85 } };

	p->store = (struct plant_store){ .kind = STORE_PCM, .kg = 800, .hx_w_per_k = 2000,
		.start_kj_per_kg = 100, .flow_lpm = 15, .n_curve = 4,
		.tank = { .layers = 8, .ua_w_per_k = 5 } };
	memcpy(p->store.curve, curve, sizeof(curve));
}

/* Moves relays by chance, about one each 1000 s; the valve and the store pump never together. */
static void toss(struct rng *r, struct plant_inputs *in)
{
	for (int i = 0; i < N_PLANT_RELAYS; i++)
		if (rng_uniform(r) < 0.01)
			in->on[i] = !in->on[i];
	if (in->on[PLANT_CHARGE])
		in->on[PLANT_STOREPUMP] = false;
}

static void run_week(const struct plant *p, uint64_t seed, struct plant_state *s)
{
	struct rng r = rng_start(seed, "relays");
	struct plant_inputs in = { .on = { false } };
	struct weather w;
	struct err e;

	assert_true(weather_open(&w, &p->weather, seed, 0, (int)(seed * 71 % 365), &e));
	plant_init(s, p, weather_at(&w, 0).out_c);
	for (double t = 0; t < WEEK_S; t += p->dt_s) {
		struct weather_row now = weather_at(&w, t);

		toss(&r, &in);
		plant_step(s, &in, &now);
	}
	weather_close(&w);
}

static void assert_kept_its_energy(const struct plant_state *s, const char *what, int seed)
{
	if (!(plant_residual(s) < 1e-11) || s->lowest_c < -40 || s->highest_c > 110 || s->conflicts != 0)
		fail_msg("%s seed %d: residual %g, %g..%g C, %d conflicts", what, seed, plant_residual(s),
			s->lowest_c, s->highest_c, (int)s->conflicts);
	assert_int_equal(s->steps, 60480);
}

/* Whatever the relays do for a week, no energy is lost or made and no temperature leaves -40..110 C. */
static void a_week_of_random_relays_keeps_its_energy(void **state)
{
	struct plant_state s;
	struct plant p;

	(void)state;
	for (int seed = 1; seed <= 5; seed++) {
		for (int h = 0; h < N_HOUSES; h++) {
			vectors_plant(houses[h], &p);
			run_week(&p, (uint64_t)seed, &s);
			assert_kept_its_energy(&s, houses[h], seed);
			assert_true(h == 0 || s.heat_pump.starts > 10);
		}
		vectors_plant(houses[1], &p);
		make_pcm(&p);
		run_week(&p, (uint64_t)seed, &s);
		assert_kept_its_energy(&s, "phase change", seed);
	}
}

/* The same relays and seed give the same bytes. */
static void the_same_week_twice_is_the_same(void **state)
{
	static struct plant_state a, b;
	struct plant p;

	(void)state;
	vectors_plant(houses[1], &p);
	run_week(&p, 9, &a);
	run_week(&p, 9, &b);
	assert_memory_equal(&a.account, &b.account, sizeof(a.account));
	assert_memory_equal(a.store.c, b.store.c, sizeof(a.store.c));
	assert_memory_equal(a.buffer.c, b.buffer.c, sizeof(a.buffer.c));
}

/* A winter of 180 days is over long before anybody waits for it: allowed 30 s, here with room for a slow and
 * busy machine. */
static void a_winter_takes_seconds(void **state)
{
	struct plant_inputs in = { .on = { [PLANT_DISTPUMP] = true } };
	clock_t began = clock();
	struct plant_state s;
	struct weather w;
	struct plant p;
	struct err e;
	double took_s;

	(void)state;
	vectors_plant(houses[1], &p);
	assert_true(weather_open(&w, &p.weather, 1, 0, 300, &e));
	plant_init(&s, &p, 0);
	for (int64_t t = 0; t < 180 * 86400; t += 10) {
		struct weather_row now = weather_at(&w, (double)t);

		in.on[PLANT_HP] = t % 14400 < 9000;
		in.on[PLANT_CHARGE] = t % 14400 > 6000;
		plant_step(&s, &in, &now);
	}
	took_s = (double)(clock() - began) / CLOCKS_PER_SEC;
	print_message("180 days of oak: %.2f s, residual %.2g\n", took_s, plant_residual(&s));
	assert_true(plant_residual(&s) < 1e-9);
	assert_true(took_s < 30);
	weather_close(&w);
}

/* The valve to the store and the pump out of it at once: the pump moves nothing, and it is counted. */
static void valve_and_store_pump_at_once_are_counted(void **state)
{
	struct plant_inputs both = { .on = { [PLANT_CHARGE] = true, [PLANT_STOREPUMP] = true } };
	struct plant_inputs valve = { .on = { [PLANT_CHARGE] = true } };
	struct weather_row mild = { 5, 0, 0 };
	struct plant_state a, b;
	struct plant p;

	(void)state;
	vectors_plant(houses[1], &p);
	plant_init(&a, &p, 5);
	plant_init(&b, &p, 5);
	a.store.c[0] = b.store.c[0] = 70;
	for (int i = 0; i < 10; i++) {
		plant_step(&a, &both, &mild);
		plant_step(&b, &valve, &mild);
	}
	assert_int_equal(a.conflicts, 10);
	assert_int_equal(b.conflicts, 0);
	assert_memory_equal(a.buffer.c, b.buffer.c, sizeof(a.buffer.c));
	assert_memory_equal(a.store.c, b.store.c, sizeof(a.store.c));
	assert_close(plant_power_w(&a, &both) - plant_power_w(&b, &valve), p.circulators.store_w);
}

/* A store gives its heat to the buffer when its pump runs: water, and salt while it freezes. */
static void a_store_gives_back_what_it_took(void **state)
{
	struct plant_inputs discharge = { .on = { [PLANT_STOREPUMP] = true } };
	struct weather_row mild = { 5, 0, 0 };

	(void)state;
	for (int pcm = 0; pcm <= 1; pcm++) {
		struct plant_state s;
		struct plant p;
		double before_c;

		vectors_plant(houses[1], &p);
		p.store.tank.start_c = 62;
		if (pcm) {
			make_pcm(&p);
			p.store.start_kj_per_kg = 350;
		}
		p.buffer.start_c = 40;
		plant_init(&s, &p, 5);
		before_c = plant_store_c(&s, 0);
		for (int i = 0; i < 180; i++)
			plant_step(&s, &discharge, &mild);
		assert_true(s.buffer.c[0] > 50);
		assert_true(plant_store_c(&s, p.store.tank.layers - 1) < before_c);
		assert_true(plant_residual(&s) < 1e-9);
	}
}

/* The element's own limit opens at LimitC and closes 5 K lower: a stuck relay cannot boil the tank. */
static void the_limit_switch_stops_the_element(void **state)
{
	struct plant_inputs in = { .on = { [PLANT_ELEMENT] = true } };
	struct weather_row mild = { 10, 0, 0 };
	struct plant_state s;
	struct plant p;
	int opened = 0;

	(void)state;
	vectors_plant(houses[0], &p);
	plant_init(&s, &p, 10);
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

/* A house stands at its set temperature with its mass between air and weather. */
static void a_house_starts_settled(void **state)
{
	struct plant_state s;
	struct plant p;

	(void)state;
	vectors_plant(houses[0], &p);
	plant_init(&s, &p, -6);
	assert_close(s.air_c, 18);
	assert_close(s.mass_c, (300.0 * 18 + 36.0 * -6) / 336);
	p.house.start_c = 12;
	plant_init(&s, &p, -6);
	assert_close(s.air_c, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_week_of_random_relays_keeps_its_energy),
		cmocka_unit_test(the_same_week_twice_is_the_same),
		cmocka_unit_test(a_winter_takes_seconds),
		cmocka_unit_test(valve_and_store_pump_at_once_are_counted),
		cmocka_unit_test(a_store_gives_back_what_it_took),
		cmocka_unit_test(the_limit_switch_stops_the_element),
		cmocka_unit_test(a_house_starts_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
