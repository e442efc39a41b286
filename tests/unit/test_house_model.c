/* SPDX-License-Identifier: MIT */
/* A real house that is described in the settings plans like a simulated one whose Plant says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/control/plan_input.h"
#include "core/settings/settings.h"
#include "core/settings/table.h"
#include "spaceheat/problems.h"
#include "../support/vectors.h"

static void describe(struct settings_house_model *m, const struct plant *p)
{
	const struct plant_envelope *e = &p->house;
	const struct plant_heat_pump *h = &p->heat_pump;

	*m = (struct settings_house_model){ .kind = MODEL_HP_STORE_BUFFER,
		.air_kj_per_k = e->air_j_per_k / 1000, .mass_kj_per_k = e->mass_j_per_k / 1000,
		.air_mass_w_per_k = e->air_mass_w_per_k, .air_out_w_per_k = e->air_out_w_per_k,
		.mass_out_w_per_k = e->mass_out_w_per_k, .wind_w_per_k_per_ms = e->wind_w_per_k_per_ms,
		.solar_m2 = e->solar_m2, .internal_w = e->internal_w, .emit_to_mass = e->emit_to_mass,
		.emitter_a1_w_per_k = p->emitters.a1_w_per_k, .emitter_a2_w_per_k2 = p->emitters.a2_w_per_k2,
		.emitter_flow_lpm = p->emitters.flow_lpm, .buffer_litres = p->buffer.litres,
		.buffer_ua_w_per_k = p->buffer.ua_w_per_k, .store_litres = p->store.tank.litres,
		.store_ua_w_per_k = p->store.tank.ua_w_per_k, .cellar_c = p->cellar_c, .pump_w = p->circulators.dist_w,
		.hp_cap0_w = h->cap0_w, .hp_cap_to_w_per_k = h->cap_to_w_per_k, .hp_cap_lwt_w_per_k = h->cap_lwt_w_per_k,
		.hp_cap_min_w = h->cap_min_w, .hp_cap_max_w = h->cap_max_w, .hp_eta_a = h->eta_a, .hp_eta_b = h->eta_b,
		.hp_eta_c = h->eta_c, .hp_cop_max = h->cop_max, .hp_elec_max_w = h->elec_max_w,
		.hp_lwt_set_c = h->lwt_set_c, .hp_frost_below_c = h->frost_below_c };
}

static double cost_of(const struct plant *p)
{
	static struct plan_row rows[PLAN_QUARTERS];
	static struct plan_solver solver;
	static struct plan plan;
	struct tariff t = { .peaks = { { 0x7f, 7 * 60, 12 * 60, 0.5 } }, .n_peaks = 1, .usd_per_kwh = 0.14 };
	struct zone utc = { .n = 0 };
	struct plan_problem problem;
	struct plan_basis basis;
	double *values;

	plan_problem_of(&problem, p, 20, 65, true);
	problem.rows = rows;
	problem.n_rows = plan_rows(rows, 1800000000, &(struct plan_outlook){ .out_c = -8, .tariff = &t, .zone = &utc }, &basis);
	values = malloc(plan_table_bytes(&problem));
	assert_non_null(values);
	plan_solve(&solver, &problem, values);
	plan_roll_out(&solver, (struct plan_state){ 45, 19.5, false }, &plan);
	free(values);
	return plan.cost_usd;
}

static void settings_and_plant_plan_alike(void **state)
{
	struct settings *s = calloc(1, sizeof(*s));
	struct house *h = calloc(1, sizeof(*h));
	struct plant oak;

	(void)state;
	assert_true(s != NULL && h != NULL);
	vectors_plant("dw1.isone.me.oak.1", &oak);
	settings_default(s);
	settings_model_house(s, h);
	assert_false(h->has_model);	/* nobody described it */
	describe(&s->house_model, &oak);
	s->comfort.setpoint_c = 20;
	settings_model_house(s, h);
	assert_true(h->has_model && !h->has_plant);
	assert_true(cost_of(&h->plant) == cost_of(&oak));
	free(h);
	free(s);
}

/* The Plant of a simulated house is never overruled. */
static void a_plant_stands(void **state)
{
	struct settings *s = calloc(1, sizeof(*s));
	struct house *h = calloc(1, sizeof(*h));

	(void)state;
	assert_true(s != NULL && h != NULL);
	settings_default(s);
	s->house_model.kind = MODEL_HP_BUFFER;
	h->has_plant = h->has_model = true;
	h->plant.buffer.litres = 123;
	settings_model_house(s, h);
	assert_true(h->plant.buffer.litres == 123);
	free(h);
	free(s);
}

static bool complains_of(const struct problems *p, const char *what)
{
	for (int i = 0; i < p->n; i++)
		if (strstr(p->text[i], "house_model.kind needs ") != NULL && strstr(p->text[i], what) != NULL)
			return true;
	return false;
}

/* What has no usual value must be given; each that is missing is named. */
static void half_a_model_is_refused(void **state)
{
	static struct problems p;
	struct settings *s = calloc(1, sizeof(*s));

	(void)state;
	assert_non_null(s);
	settings_default(s);
	settings_check(s, NULL, &p);
	assert_false(complains_of(&p, ""));
	s->house_model.kind = MODEL_HP_STORE_BUFFER;
	settings_check(s, NULL, &p);
	assert_true(complains_of(&p, "house_model.store_litres") && complains_of(&p, "house_model.emitter_a1_w_per_k") &&
		complains_of(&p, "roles.buffer"));
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_and_plant_plan_alike),
		cmocka_unit_test(a_plant_stands),
		cmocka_unit_test(half_a_model_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
