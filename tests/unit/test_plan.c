/* SPDX-License-Identifier: MIT */
/* The plan is the cheapest there is on the published cases, its model follows the published steps, and its bids
 * say what the house would do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/control/plan.h"
#include "core/control/plan_bid.h"
#include "core/wire/houses.h"
#include "../support/vectors.h"

static const char VECTORS[] = "tests/vectors/optimiser.json", HOUSES[] = "tests/vectors/plant-houses.json";

static struct plan_solver solver;
static struct plan plan;

static void read_plant(const char *name, struct plant *p)
{
	static struct house house;
	struct problems problems = { 0 };
	cJSON *all = vectors_open(HOUSES);
	char *text = cJSON_PrintUnformatted(all);

	assert_true(houses_read_bare_plant(text, strlen(text), HOUSES, name, &house, &problems));
	*p = house.plant;
	free(text);
	cJSON_Delete(all);
}

static void read_params(const cJSON *j, struct plan_params *p)
{
	const struct { const char *key; double *to; } keys[] = {
		{ "TwMinC", &p->tw_min_c }, { "TwMaxC", &p->tw_max_c }, { "TwStepK", &p->tw_step_k },
		{ "ThBelowK", &p->th_below_k }, { "ThAboveK", &p->th_above_k }, { "ThStepK", &p->th_step_k },
		{ "SupplyOverK", &p->supply_over_k }, { "LwtOverK", &p->lwt_over_k },
		{ "StartLossS", &p->start_loss_s }, { "DefrostFactor", &p->defrost_factor }, { "TauS", &p->tau_s },
		{ "BandK", &p->band_k }, { "HotK", &p->hot_k }, { "ColdUsdPerK2h", &p->cold_usd_per_k2h },
		{ "HotUsdPerK2h", &p->hot_usd_per_k2h }, { "StartUsd", &p->start_usd }, { "BoostK", &p->boost_k },
		{ "TerminalFactor", &p->terminal_factor }, { "PumpW", &p->pump_w }, { "StandbyW", &p->standby_w },
	};

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		*keys[k].to = vectors_number(j, keys[k].key);
}

static struct plan_row read_row(const cJSON *row, double dt_s)
{
	return (struct plan_row){ cJSON_GetArrayItem(row, 0)->valuedouble, cJSON_GetArrayItem(row, 1)->valuedouble,
		cJSON_GetArrayItem(row, 2)->valuedouble, cJSON_GetArrayItem(row, 3)->valuedouble, dt_s };
}

static struct plan_state read_state(const cJSON *j)
{
	return (struct plan_state){ vectors_number(j, "tw"), vectors_number(j, "th"),
		vectors_number(j, "hp_before") > 0 };
}

static void problem_of(const cJSON *house, const cJSON *params, struct plan_problem *p)
{
	struct plant plant;

	read_plant(house->valuestring, &plant);
	*p = (struct plan_problem){ .boost = true };
	plan_house_of(&p->house, &plant);
	read_params(params, &p->params);
}

static double *solve(const struct plan_problem *p)
{
	double *values = malloc(plan_table_bytes(p));

	assert_non_null(values);
	plan_solve(&solver, p, values);
	return values;
}

static void close_to(double got, double want, double relative)
{
	if (fabs(got - want) > relative * fmax(1, fabs(want)))
		fail_msg("%.9f is not %.9f", got, want);
}

/* The parameters are the defaults of the page for these two houses. */
static void defaults_are_the_published(void **state)
{
	cJSON *all = vectors_open(VECTORS);
	const cJSON *element = vectors_at(all, "element_house");
	struct plan_params want, got;
	struct plant plant;

	(void)state;
	read_plant(vectors_at(all, "house")->valuestring, &plant);
	read_params(vectors_at(all, "params"), &want);
	plan_params_default(&got, &plant, 65);
	assert_memory_equal(&want, &got, sizeof(want));
	read_plant(vectors_at(element, "house")->valuestring, &plant);
	read_params(vectors_at(element, "params"), &want);
	plan_params_default(&got, &plant, 75);
	assert_memory_equal(&want, &got, sizeof(want));
	cJSON_Delete(all);
}

/* No sequence of actions at all is cheaper than the plan, found by trying each of them. */
static double cheapest_of_all(const struct plan_solver *s, struct plan_state from)
{
	const struct plan_problem *p = &s->problem;
	int bits = p->boost ? 2 : 1;
	double least = INFINITY;

	for (uint32_t q = 0; q < 1U << (bits * p->n_rows); q++) {
		struct plan_state at = from;
		double cost = 0;

		for (int k = 0; k < p->n_rows; k++) {
			struct plan_action a = { q >> (bits * k) & 1, p->boost && (q >> (bits * k + 1) & 1) };
			struct plan_outcome o = plan_model_step(&p->house, &p->params, &p->rows[k], at, a);

			cost += o.cost_usd;
			at = o.next;
		}
		cost += plan_value_usd(s, p->n_rows, at);
		least = fmin(least, cost);
	}
	return least;
}

static void check_case(const cJSON *j, struct plan_problem *p)
{
	struct plan_row rows[PLAN_MAX_ROWS];
	const cJSON *dt = vectors_at(j, "dt_s");
	struct plan_state from = read_state(j);
	double *values;

	p->n_rows = cJSON_GetArraySize(dt);
	for (int k = 0; k < p->n_rows; k++)
		rows[k] = read_row(cJSON_GetArrayItem(vectors_at(j, "rows"), k),
			cJSON_GetArrayItem(dt, k)->valuedouble);
	p->rows = rows;
	p->boost = cJSON_GetArraySize(vectors_at(j, "actions")) == 4;
	values = solve(p);
	plan_roll_out(&solver, from, &plan);
	assert_true(plan.cost_usd <= cheapest_of_all(&solver, from) + vectors_number(j, "tol"));
	for (int k = 0; k < p->n_rows; k++) {
		const cJSON *want = cJSON_GetArrayItem(vectors_at(j, "optimal_actions"), k);

		assert_int_equal(plan.action[k].on, cJSON_GetArrayItem(want, 0)->valueint);
	}
	free(values);
}

static void plans_cost_what_exhaustive_search_finds(void **state)
{
	cJSON *all = vectors_open(VECTORS);
	struct plan_problem p;
	const cJSON *j;

	(void)state;
	problem_of(vectors_at(all, "house"), vectors_at(all, "params"), &p);
	assert_true(cJSON_GetArraySize(vectors_at(all, "cases")) > 0);
	cJSON_ArrayForEach(j, vectors_at(all, "cases"))
		check_case(j, &p);
	cJSON_Delete(all);
}

static struct plan_row two_days[192];

/* The rows of the published bids: a day's swing is left out, the price has two levels. */
static void set_two_days(struct plan_problem *p)
{
	for (int k = 0; k < 192; k++) {
		int hour = k / 4 % 24;

		two_days[k] = (struct plan_row){ -9 + 3 * sin(k / 10.0), 3, 0, hour < 7 || hour >= 20 ? 0.12 : 0.55, 900 };
	}
	p->rows = two_days;
	p->n_rows = 192;
}

static double *solve_two_days(struct plan_problem *p)
{
	cJSON *all = vectors_open(VECTORS);

	problem_of(vectors_at(all, "house"), vectors_at(all, "params"), p);
	cJSON_Delete(all);
	set_two_days(p);
	return solve(p);
}

/* The quick inner loop says at every grid point what the model says. */
static void table_and_model_agree_everywhere(void **state)
{
	struct plan_problem p;
	double *values = solve_two_days(&p);
	static const int rows[] = { 0, 30, 100, 191 };

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
		for (int n = 0; n < 2 * solver.grid.n_tw * solver.grid.n_th; n++) {
			struct plan_state at = {
				solver.grid.tw_min_c + n / 2 / solver.grid.n_th * solver.grid.tw_step_k,
				solver.grid.th_min_c + n / 2 % solver.grid.n_th * solver.grid.th_step_k, n % 2,
			};
			struct plan_outcome o;

			plan_best(&solver, rows[r], at, &o);
			close_to(plan_value_usd(&solver, rows[r], at),
				o.cost_usd + plan_value_usd(&solver, rows[r] + 1, o.next), 1e-9);
		}
	}
	free(values);
}

/* Four times as many points in each direction find a plan at most 0.5 % cheaper. */
static void finer_grid_changes_little(void **state)
{
	struct plan_problem p;
	struct plan_state from = { 48, 20, false };
	double *values = solve_two_days(&p), cost_usd, end_usd;

	(void)state;
	plan_roll_out(&solver, from, &plan);
	end_usd = plan_value_usd(&solver, 192, plan.state[192]);
	cost_usd = plan.cost_usd;
	free(values);
	p.params.tw_step_k = 0.25;
	p.params.th_step_k = 0.125;
	values = solve(&p);
	plan_roll_out(&solver, from, &plan);
	if (fabs(plan.cost_usd - cost_usd) > 0.005 * (cost_usd - end_usd))
		fail_msg("%.4f against %.4f USD", cost_usd, plan.cost_usd);
	free(values);
}

/* Cut into slices of one row it is the same table, to the bit. */
static void slices_change_nothing(void **state)
{
	struct plan_problem p;
	double *whole = solve_two_days(&p), *sliced = malloc(plan_table_bytes(&p));
	int slices = 1;

	(void)state;
	plan_begin(&solver, &p, sliced);
	assert_int_equal(solver.next, 191);
	while (!plan_work(&solver, 1))
		slices++;
	assert_int_equal(slices, 192);
	assert_memory_equal(whole, sliced, plan_table_bytes(&p));
	assert_true(plan_table_bytes(&p) <= 6 << 20);
	free(whole);
	free(sliced);
}

/* What does not fit is said before anything is written. */
static void too_large_is_refused(void **state)
{
	struct plan_problem p;

	(void)state;
	free(solve_two_days(&p));
	p.n_rows = 0;
	assert_int_equal(plan_table_bytes(&p), 0);
	p.n_rows = PLAN_MAX_ROWS + 1;
	assert_int_equal(plan_table_bytes(&p), 0);
	p.n_rows = 192;
	p.params.tw_step_k = 0.01;
	assert_int_equal(plan_table_bytes(&p), 0);
}

/* What the house would draw in the slot when it had to pay that price in it. */
static double drawn_at_w(struct plan_problem *p, struct plan_state from, double usd_per_kwh)
{
	int each_of_4 = 4;
	double least = INFINITY, drawn_w = 0;

	for (unsigned int q = 0; q < 1U << each_of_4; q++) {
		struct plan_state at = from;
		double usd = 0, wh = 0;

		for (int k = 0; k < each_of_4; k++) {
			struct plan_row row = p->rows[k];
			struct plan_outcome o;

			row.usd_per_kwh = usd_per_kwh + 0.05;
			o = plan_model_step(&p->house, &p->params, &row, at, (struct plan_action){ q >> k & 1, false });
			usd += o.cost_usd;
			wh += o.elec_w / 4;
			at = o.next;
		}
		usd += plan_value_usd(&solver, each_of_4, at);
		if (usd < least) {
			least = usd;
			drawn_w = wh;
		}
	}
	return drawn_w;
}

/* Prices fall, quantities rise, and between two prices the house would do just what the bid says. */
static void bids_tell_the_truth(void **state)
{
	struct plan_problem p;
	double *values = solve_two_days(&p), first_usd = INFINITY;

	(void)state;
	for (double tw_c = 35; tw_c <= 65; tw_c += 2.5) {
		struct plan_state from = { tw_c, 20, false };
		struct plan_bid bid;

		assert_true(plan_bid(&solver, from, 4, 0.05, 10000, &bid));
		assert_true(bid.n >= 2);
		for (int k = 1; k < bid.n; k++) {
			double between = k + 1 < bid.n ? (bid.pair[k].usd_per_mwh + bid.pair[k + 1].usd_per_mwh) / 2 :
				bid.pair[k].usd_per_mwh - 5;

			assert_true(bid.pair[k].usd_per_mwh < bid.pair[k - 1].usd_per_mwh);
			assert_true(bid.pair[k].w > bid.pair[k - 1].w);
			assert_true(fabs(drawn_at_w(&p, from, between / 1000) - plan_bid_quantity_w(&bid, between)) <= 1);
		}
		assert_true(bid.pair[1].usd_per_mwh <= first_usd + 0.001);
		first_usd = bid.pair[1].usd_per_mwh;
	}
	free(values);
}

/* A slot of more than twelve steps is decided two and two, and still is a bid; more than 24 are refused. */
static void long_slots_are_paired(void **state)
{
	struct plan_problem p;
	double *values = solve_two_days(&p);
	struct plan_state from = { 45, 20, false };
	struct plan_bid bid;

	(void)state;
	assert_true(plan_bid(&solver, from, 16, 0.05, 10000, &bid));
	assert_true(bid.n >= 3 && bid.pair[bid.n - 1].w > 4000);
	assert_false(plan_bid(&solver, from, 25, 0.05, 10000, &bid));
	assert_false(plan_bid(&solver, from, 0, 0.05, 10000, &bid));
	free(values);
}

/* Heat in the store is worth more before dear hours than after them, and never more than buying it at the dearest. */
static void stored_heat_has_a_price(void **state)
{
	struct plan_problem p;
	double *values = solve_two_days(&p);
	struct plan_state at = { 45, 20, false };
	double before = plan_heat_usd_per_kwh(&solver, 27, at), after = plan_heat_usd_per_kwh(&solver, 79, at);

	(void)state;
	assert_true(before > after);
	assert_true(after > 0 && before < 0.55);
	free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_published),
		cmocka_unit_test(plans_cost_what_exhaustive_search_finds),
		cmocka_unit_test(table_and_model_agree_everywhere),
		cmocka_unit_test(finer_grid_changes_little),
		cmocka_unit_test(slices_change_nothing),
		cmocka_unit_test(too_large_is_refused),
		cmocka_unit_test(bids_tell_the_truth),
		cmocka_unit_test(long_slots_are_paired),
		cmocka_unit_test(stored_heat_has_a_price),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
