/* SPDX-License-Identifier: MIT */
/* The cases of optimiser vectors: steps of the reduced house, plans against exhaustive search, bids. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/control/plan_bid.h"
#include "vectors/cases.h"

static const double COST_REL = 1e-6, PRICE_MAX_USD_PER_MWH = 10000, V0_USD = 0.02;
/* The only rule of rows there is so far; a file may give "rows" and "dt_s" instead. */
static const char RULE[] = "192 steps of 900 s; to = -9+3*sin(k/10), wind 3, ghi 0, price 0.12 USD/kWh when "
			   "(k/4) mod 24 < 7 or >= 20 else 0.55 (integer division)";

static void read_params(struct cases *c, const cJSON *j, struct plan_params *p)
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
		*keys[k].to = case_number(c, j, keys[k].key);
}

static bool problem_of(struct cases *c, const cJSON *set, struct plan_problem *p)
{
	struct plant plant;

	memset(p, 0, sizeof(*p));
	if (!case_house(c, case_string(c, set, "house"), &plant))
		return false;
	plan_house_of(&p->house, &plant);
	read_params(c, case_item(c, set, "params"), &p->params);
	return true;
}

static struct plan_row row_of(struct cases *c, const cJSON *row, double dt_s)
{
	return (struct plan_row){ case_number_at(c, row, 0), case_number_at(c, row, 1), case_number_at(c, row, 2),
		case_number_at(c, row, 3), dt_s };
}

static struct plan_state state_of(struct cases *c, const cJSON *j)
{
	return (struct plan_state){ case_number(c, j, "tw"), case_number(c, j, "th"),
		case_number(c, j, "hp_before") > 0 };
}

static void one_step(struct cases *c, const cJSON *j, const struct plan_problem *p)
{
	struct plan_row row = row_of(c, case_item(c, j, "row"), case_number(c, j, "dt"));
	struct plan_action a = { case_number(c, j, "hp") > 0, case_number(c, j, "boost") > 0 };
	struct plan_outcome o = plan_model_step(&p->house, &p->params, &row, state_of(c, j), a);
	const struct { const char *key; double got; } out[] = {
		{ "tw2", o.next.tw_c }, { "th2", o.next.th_c }, { "elec_w", o.elec_w }, { "cost", o.cost_usd },
	};

	for (size_t k = 0; k < sizeof(out) / sizeof(out[0]); k++) {
		double want = case_number(c, j, out[k].key);

		case_within(c, out[k].key, out[k].got, want, COST_REL * fmax(1e-3, fabs(want)));
	}
}

/* `set` has house, params and steps. */
static void run_steps(struct cases *c, const cJSON *set, const char *name)
{
	const cJSON *j;
	int n = 0;

	cJSON_ArrayForEach(j, cJSON_GetObjectItemCaseSensitive(set, "steps")) {
		struct plan_problem p;

		case_begin(c, name, n++);
		if (problem_of(c, set, &p))
			one_step(c, j, &p);
		case_end(c);
	}
}

static void steps_of_heat_pump(struct cases *c, const cJSON *steps)
{
	(void)steps;
	run_steps(c, c->root, "steps");
}

static void steps_of_element(struct cases *c, const cJSON *set)
{
	run_steps(c, set, "element_house.steps");
}

/* Reads "rows" and "dt_s" of j. False: the case has failed. */
static bool rows_of(struct cases *c, const cJSON *j, struct plan_problem *p, struct plan_row rows[PLAN_MAX_ROWS])
{
	const cJSON *list = case_item(c, j, "rows"), *dt = case_item(c, j, "dt_s");

	p->n_rows = cJSON_GetArraySize(list);
	p->rows = rows;
	for (int k = 0; k < p->n_rows && k < PLAN_MAX_ROWS; k++)
		rows[k] = row_of(c, case_at(c, list, k), case_number_at(c, dt, k));
	if (plan_table_bytes(p) > 0)
		return true;
	case_fail(c, "no table for %d rows", p->n_rows);
	return false;
}

static bool has_boost(const cJSON *actions)
{
	const cJSON *a;

	cJSON_ArrayForEach(a, actions)
		if (cJSON_GetArraySize(a) == 2 && cJSON_GetArrayItem(a, 1)->valuedouble > 0)
			return true;
	return false;
}

static void one_case(struct cases *c, const cJSON *j, struct plan_problem *p, struct plan_solver *s, struct plan *plan)
{
	struct plan_row rows[PLAN_MAX_ROWS];
	double *values;

	p->boost = has_boost(case_item(c, j, "actions"));
	if (!rows_of(c, j, p, rows))
		return;
	values = malloc(plan_table_bytes(p));
	if (values == NULL) {
		case_fail(c, "no memory");
		return;
	}
	plan_solve(s, p, values);
	plan_roll_out(s, state_of(c, j), plan);
	if (!(plan->cost_usd <= case_number(c, j, "optimal") + case_number(c, j, "tol")))
		case_fail(c, "cost want <= %.6f + tol got %.6f", case_number(c, j, "optimal"), plan->cost_usd);
	case_within(c, "v0", plan->value_usd, case_number(c, j, "v0"), case_number_or(j, "tol_v0", V0_USD));
	free(values);
}

static void run_cases(struct cases *c, const cJSON *list)
{
	static const char NAME[] = "cases";
	struct plan_solver *s = malloc(sizeof(*s));
	struct plan *plan = malloc(sizeof(*plan));
	const cJSON *j;
	int n = 0;

	cJSON_ArrayForEach(j, list) {
		struct plan_problem p;

		case_begin(c, NAME, n++);
		if (s == NULL || plan == NULL)
			case_fail(c, "no memory");
		else if (problem_of(c, c->root, &p))
			one_case(c, j, &p, s, plan);
		case_end(c);
	}
	free(s);
	free(plan);
}

static bool bid_rows(struct cases *c, const cJSON *bid, struct plan_problem *p, struct plan_row rows[PLAN_MAX_ROWS])
{
	if (cJSON_HasObjectItem(bid, "rows"))
		return rows_of(c, bid, p, rows);
	if (strcmp(case_string(c, bid, "rows_rule"), RULE) != 0) {
		case_fail(c, "rows_rule is not one this program knows: give rows and dt_s");
		return false;
	}
	p->n_rows = 192;
	p->rows = rows;
	for (int k = 0; k < p->n_rows; k++) {
		int hour = k / 4 % 24;

		rows[k] = (struct plan_row){ -9 + 3 * sin(k / 10.0), 3, 0, hour < 7 || hour >= 20 ? 0.12 : 0.55, 900 };
	}
	return plan_table_bytes(p) > 0;
}

static void one_curve(struct cases *c, const cJSON *bid, const cJSON *j, const struct plan_solver *s)
{
	const cJSON *pairs = case_item(c, j, "pairs");
	double tol_price = case_number(c, bid, "tol_price"), tol_w = case_number(c, bid, "tol_w");
	struct plan_bid got;

	if (!plan_bid(s, state_of(c, j), (int)case_number(c, bid, "slot_steps"),
			case_number(c, bid, "fixed_usd_per_kwh"),
			case_number_or(bid, "price_max", PRICE_MAX_USD_PER_MWH), &got)) {
		case_fail(c, "no bid for such a slot");
		return;
	}
	case_whole(c, "pairs", got.n, cJSON_GetArraySize(pairs));
	for (int k = 0; k < got.n && k < cJSON_GetArraySize(pairs); k++) {
		case_within(c, "price", got.pair[k].usd_per_mwh, case_number_at(c, case_at(c, pairs, k), 0),
			tol_price);
		case_within(c, "w", got.pair[k].w, case_number_at(c, case_at(c, pairs, k), 1), tol_w);
	}
}

static void run_curves(struct cases *c, const cJSON *bid, const struct plan_solver *s)
{
	const cJSON *j;
	int n = 0;

	cJSON_ArrayForEach(j, case_item(c, bid, "curves")) {
		case_begin(c, "bid", n++);
		one_curve(c, bid, j, s);
		case_end(c);
	}
}

static void run_bid(struct cases *c, const cJSON *bid)
{
	struct plan_row rows[PLAN_MAX_ROWS];
	struct plan_solver *s = malloc(sizeof(*s));
	double *values = NULL;
	struct plan_problem p;

	case_begin(c, "bid.table", -1);
	if (problem_of(c, c->root, &p) && bid_rows(c, bid, &p, rows)) {
		p.boost = true;
		values = malloc(plan_table_bytes(&p));
	}
	if (s == NULL || values == NULL)
		case_fail(c, "no table");
	else
		plan_solve(s, &p, values);
	case_end(c);
	if (s != NULL && values != NULL)
		run_curves(c, bid, s);
	free(values);
	free(s);
}

static const struct vectors_section sections[] = {
	{ "house", NULL },
	{ "params", NULL },
	{ "note", NULL },
	{ "steps", steps_of_heat_pump },
	{ "cases", run_cases },
	{ "element_house", steps_of_element },
	{ "bid", run_bid },
};

extern const struct vectors_kind vectors_optimiser_kind;
const struct vectors_kind vectors_optimiser_kind = {
	.name = "optimiser",
	.sections = sections,
	.n_sections = sizeof(sections) / sizeof(sections[0]),
};
