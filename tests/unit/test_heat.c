/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "core/heat/heat.h"

static const char *const houses[] = { "dw1.isone.me.oak.1", "dw1.isone.me.beech.1", "dw1.isone.me.elm.1" };
enum { N_HOUSES = sizeof(houses) / sizeof(houses[0]) };

static void assert_close(double a, double b)
{
	if (!(fabs(a - b) <= 1e-9 * fmax(1, fabs(b))))
		fail_msg("%.12g is not %.12g", a, b);
}

static double item(const cJSON *array, int i)
{
	return cJSON_GetArrayItem(array, i)->valuedouble;
}

/* The working points of the reference: at full power, on the ramp, at the electric limit and at the set
 * temperature. */
static void a_heat_pump_works_where_the_reference_does(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v, *want;

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(all, "hp_point")) {
		struct heat_point got;
		struct plant p;

		vectors_plant(vectors_at(v, "house")->valuestring, &p);
		got = heat_pump_point(&p.heat_pump, vectors_number(v, "to"), vectors_number(v, "ewt"),
			vectors_number(v, "flow"), vectors_number(v, "ramp"));
		want = vectors_at(v, "q_e_lwt");
		assert_close(got.heat_w, item(want, 0));
		assert_close(got.elec_w, item(want, 1));
		assert_close(got.lwt_c, item(want, 2));
	}
	cJSON_Delete(all);
}

static void cop_is_the_reference_s(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *v;
	struct plant p;

	(void)state;
	vectors_plant(houses[0], &p);
	cJSON_ArrayForEach(v, vectors_at(all, "cop"))
		assert_close(
			heat_pump_cop(&p.heat_pump, vectors_number(v, "to"), vectors_number(v, "lwt")),
			vectors_number(v, "cop"));
	cJSON_Delete(all);
}

static void assert_point_keeps_its_limits(const struct plant_heat_pump *hp, double out_c, double ewt_c,
	double ramp)
{
	double kg_s = heat_kg_s(hp->flow_lpm);
	struct heat_point p = heat_pump_point(hp, out_c, ewt_c, kg_s, ramp);

	assert_true(p.elec_w <= hp->elec_max_w * (1 + 1e-12) && p.elec_w >= 0);
	assert_true(p.heat_w <= ramp * heat_pump_capacity_w(hp, out_c, ewt_c + 5) + 1e-9);
	assert_close(p.lwt_c, ewt_c + p.heat_w / (kg_s * HEAT_CP_J_PER_KG_K));
	/* more heat than electricity, but for what the start wastes */
	assert_true(p.heat_w * (1 + 0.15 * (1 - ramp)) >= p.elec_w * (1 - 1e-12));
}

/* Whatever the weather and the water, no heat pump leaves its nameplate or loses heat on the way. */
static void a_heat_pump_stays_within_its_nameplate(void **state)
{
	(void)state;
	for (int h = 0; h < N_HOUSES; h++) {
		struct plant p;

		vectors_plant(houses[h], &p);
		for (double out_c = -40; out_c <= 30; out_c += 2.5)
			for (double ewt_c = 10; ewt_c <= 90; ewt_c += 2.5)
				for (double ramp = 0; ramp <= 1; ramp += 0.25)
					assert_point_keeps_its_limits(&p.heat_pump, out_c, ewt_c, ramp);
	}
}

/* Heat into a phase-change store makes it warmer, and its temperature tells how much it holds. */
static void a_phase_change_curve_reads_both_ways(void **state)
{
	cJSON *all = vectors_open("tests/vectors/plant.json");
	const cJSON *pcm = vectors_at(all, "pcm"), *v;
	struct plant_store s = { .kind = STORE_PCM, .kg = 800, .tank = { .layers = 8 } };

	(void)state;
	cJSON_ArrayForEach(v, vectors_at(pcm, "curve")) {
		s.curve[s.n_curve][0] = item(v, 0);
		s.curve[s.n_curve++][1] = item(v, 1);
	}
	cJSON_ArrayForEach(v, vectors_at(pcm, "temp")) {
		assert_close(heat_pcm_c(&s, item(v, 0)), item(v, 1));
		if (fabs(heat_pcm_kj_per_kg(&s, heat_pcm_c(&s, item(v, 0))) - item(v, 0)) > 1e-9)
			fail_msg("%g kJ/kg does not come back", item(v, 0));
	}
	assert_close(heat_store_layer_j(&s, 60, 58), 240 * 100 * 1000);
	cJSON_Delete(all);
}

/* A store's heat counts what its kind holds; the main source is the heat pump, or else the element. */
static void stores_and_sources_know_their_kind(void **state)
{
	struct plant oak, orange;

	(void)state;
	vectors_plant(houses[0], &oak);
	vectors_plant("dw1.isone.nh.orange.1", &orange);
	assert_close(heat_water_kg(&oak), 454 + 1363);
	assert_close(heat_tanks_w_per_k(&oak), 10.5);
	assert_close(heat_store_layer_j(&oak.store, 60, 40), 1363.0 / 24 * 4187 * 20);
	assert_close(heat_tank_layer_j(&oak.buffer, 30, 40), -454.0 / 6 * 41870);
	assert_close(heat_source_w(&oak, 0, 60), 15000 - 400);
	assert_close(heat_source_w(&orange, 0, 60), 4500);
	oak.store.kind = STORE_PCM;
	assert_close(heat_water_kg(&oak), 454);
	oak.store.kind = STORE_NONE;
	assert_close(heat_tanks_w_per_k(&oak), 2.5);
	orange.has_element = false;
	assert_close(heat_source_w(&orange, 0, 60), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_heat_pump_works_where_the_reference_does),
		cmocka_unit_test(cop_is_the_reference_s),
		cmocka_unit_test(a_heat_pump_stays_within_its_nameplate),
		cmocka_unit_test(a_phase_change_curve_reads_both_ways),
		cmocka_unit_test(stores_and_sources_know_their_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
