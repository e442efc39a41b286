/* SPDX-License-Identifier: MIT */
/* The slow fit of the model to the house. */
#include "forecast_bench.h"

#include <math.h>

/* Days of the reference house as the reduced model has it, lived by a house that loses `load` times as much at `cop` times
 * the COP; the fit knows the model alone. */
static struct fit live(struct fit f, const struct plan_problem *model, double load, double cop, int days)
{
	struct fit truth = { .load = load, .cop = cop };
	struct plan_house real = model->house;
	struct fit_day day = { .has_last = false };
	struct plan_state s = { 50, 20, false };
	int64_t ms = 0;

	fit_apply(&real, &truth);
	for (int d = 0; d < days; d++) {
		for (int minute = 0; minute < 1440; minute++, ms += 60000) {
			struct plan_row row = { -5 + 5 * sin(minute * M_PI / 720), 3, minute > 600 && minute < 900 ? 150 : 0, 0.1, 60 };
			struct plan_params q = model->params;
			struct plan_outcome o;
			bool on = s.tw_c < 40 || (s.on && s.tw_c < 58);

			q.start_loss_s = 0;
			q.defrost_factor = 1;
			o = plan_model_step(&real, &q, &row, s, (struct plan_action){ on, false });
			s = o.next;
			fit_look(&day, &model->house, &model->params, q.pump_w, &(struct fit_look){ .ms = ms, .tw_c = s.tw_c,
				.th_c = s.th_c, .out_c = row.out_c, .wind_ms = row.wind_ms, .sun_w_m2 = row.sun_w_m2, .on = on,
				.power_known = true, .power_w = o.elec_w });
		}
		fit_close_day(&f, &day, true);
	}
	return f;
}

/* The factors find a house that differs from its model, slowly, and stop at 0.7 and 1.3. */
static void the_fit_finds_the_house(void **state)
{
	struct plan_problem model;
	struct plant p;
	struct fit f;

	(void)state;
	vectors_plant(OAK, &p);
	plan_problem_of(&model, &p, 20, 65, false);
	f = live(fit_none(), &model, 1, 1, 5);
	assert_true(fabs(f.load - 1) < 0.01 && fabs(f.cop - 1) < 0.02 && f.days == 5);
	f = live(fit_none(), &model, 1.2, 0.9, 1);
	assert_true(fabs(f.load - 1.05) < 0.01 && f.cop < 1 && f.cop > 0.95 && f.days == 1);
	f = live(f, &model, 1.2, 0.9, 19);
	assert_true(fabs(f.load - 1.2) < 0.015 && fabs(f.cop - 0.9) < 0.02 && f.days == 20);
	f = live(f, &model, 1.6, 1, 20);
	assert_true(f.load == 1.3);
	f = live(fit_none(), &model, 0.5, 1, 20);
	assert_true(f.load == 0.7);
}

/* A day on which little was seen, or nothing metered, moves nothing. */
static void a_blind_day_moves_no_fit(void **state)
{
	struct fit_day day = { .has_last = false };
	struct fit f = fit_none();
	struct plan_problem model;
	struct plant p;

	(void)state;
	vectors_plant(OAK, &p);
	plan_problem_of(&model, &p, 20, 65, false);
	for (int m = 0; m < 1440; m++)
		fit_look(&day, &model.house, &model.params, 140, &(struct fit_look){ .ms = m * 60000LL, .tw_c = 50 - m / 100.0,
			.th_c = 20, .out_c = -5 });
	fit_close_day(&f, &day, true);
	assert_true(f.days == 0 && f.load == 1 && f.cop == 1);
	for (int m = 1440; m < 1440 + 60; m++)		/* an hour is no day */
		fit_look(&day, &model.house, &model.params, 140, &(struct fit_look){ .ms = m * 60000LL, .tw_c = 50 - m / 100.0,
			.th_c = 20, .out_c = -5, .power_known = true, .power_w = 60 });
	fit_close_day(&f, &day, true);
	assert_true(f.days == 0 && f.load == 1 && f.cop == 1);
}

/* Kept at the end of the local day, known again after a restart, used by the plan and told with it. A damaged memory is
 * none. */
static void the_fit_outlives_a_restart(void **state)
{
	struct bench *b = open_bench(WEATHER_SENSOR, TARIFF_TOU);
	char path[128];
	FILE *file;

	(void)state;
	plan(b);
	assert_true(b->plan.load_factor == 1 && b->plan.fit_days == 0);
	snprintf(path, sizeof(path), "%s/fit.csv", b->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("load_factor,cop_factor,days\n1.125,0.875,9\n", file);
	fclose(file);
	stop(b);
	start(b);
	to_next_slot(b);
	plan(b);
	assert_true(b->plan.load_factor == 1.125f && b->plan.cop_factor == 0.875f && b->plan.fit_days == 9);
	assert_true(b->planner.solver.problem.house.envelope.air_out_w_per_k == 1.125 * b->house.plant.house.air_out_w_per_k);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("load_factor,cop_factor,days\n1.5,0.875,9\n", file);
	fclose(file);
	stop(b);
	start(b);
	to_next_slot(b);
	plan(b);
	assert_true(b->plan.load_factor == 1 && b->plan.fit_days == 0);
	close_bench(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fit_finds_the_house),
		cmocka_unit_test(a_blind_day_moves_no_fit),
		cmocka_unit_test(the_fit_outlives_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
