/* SPDX-License-Identifier: MIT */
/* plan.c: `spaceheat plan`: the plan of the running service, one for a house of a file, and how long planning takes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/ask.h"
#include "cli/words.h"
#include "core/control/house_model.h"
#include "core/control/plan_input.h"
#include "core/wire/houses.h"
#include "port/load.h"
#include "port/zone_system.h"

enum { MAX_BYTES = 4 * 1024 * 1024, QUARTERS_AN_HOUR = 4, BENCH_RUNS = 9 };

static const char DEFAULT_FILE[] = "input_data/houses.json", DEFAULT_HOUSE[] = "dw1.isone.me.oak.1";
static const double CEILING_C = 75;

struct request {
	const char *house, *file;
	double out_c, water_c, room_c;	/* room_c NAN: the setpoint */
	bool bench, all;
};

/* Everything of a plan made here. */
struct offline {
	struct house house;
	struct settings_tariff tariff;
	struct zone zone;
	struct plan_problem problem;
	struct plan_row rows[PLAN_QUARTERS];
	struct plan_basis basis;
	struct plan_solver solver;
	struct plan plan;
	double *values;
	int64_t now_s;
};

/* --- arguments ------------------------------------------------------------------------------------------- */

static int read_number(int argc, char **argv, int i, double *to)
{
	char *end;

	if (i + 1 >= argc)
		return cli_usage("plan", "%s needs a number", argv[i]);
	*to = strtod(argv[i + 1], &end);
	if (end == argv[i + 1] || *end != '\0' || !(fabs(*to) < 100))
		return cli_usage("plan", "%s \"%.20s\" is no temperature", argv[i], argv[i + 1]);
	return EXIT_DONE;
}

static int read_request(int argc, char **argv, struct request *q)
{
	const struct { const char *name; double *to; } numbers[] = { { "--out", &q->out_c }, { "--water", &q->water_c },
		{ "--room", &q->room_c } };

	*q = (struct request){ .out_c = -5, .water_c = 45, .room_c = NAN };
	for (int i = 1; i < argc; i++) {
		double *number = NULL;

		for (size_t n = 0; n < sizeof(numbers) / sizeof(numbers[0]); n++)
			number = strcmp(argv[i], numbers[n].name) == 0 ? numbers[n].to : number;
		if (number != NULL && read_number(argc, argv, i++, number) != EXIT_DONE)
			return EXIT_USAGE;
		if (number != NULL)
			continue;
		if (strcmp(argv[i], "--bench") == 0)
			q->bench = true;
		else if (strcmp(argv[i], "--all") == 0)
			q->all = true;
		else if (argv[i][0] == '-')
			return cli_usage("plan", "no option %.30s", argv[i]);
		else if (q->house == NULL)
			q->house = argv[i];
		else if (q->file == NULL)
			q->file = argv[i];
		else
			return cli_usage("plan", "one HOUSE and one FILE");
	}
	return EXIT_DONE;
}

/* --- a house of a file ------------------------------------------------------------------------------------- */

static int read_house(const struct request *q, struct offline *o)
{
	const char *file = q->file != NULL ? q->file : DEFAULT_FILE;
	const char *key = q->house != NULL ? q->house : DEFAULT_HOUSE;
	struct problems problems = { 0 };
	struct err e;
	size_t length;
	char *text = load_text(file, MAX_BYTES, &length, &e);
	bool good;

	if (text == NULL)
		return cli_fail(EXIT_CONFIG, "plan: %s - name a houses.json", e.text);
	good = houses_read(text, length, file, key, &o->house, &problems);
	free(text);
	if (!good)
		return cli_fail(EXIT_CONFIG, "plan: %s", problems.n > 0 ? problems.text[0] : "no such house");
	if (!o->house.has_plant)
		return cli_fail(EXIT_FAILED, "plan: %s has no Plant in %s - without a model nothing can be planned", key, file);
	return EXIT_DONE;
}

/* Of -c FILE; else what the settings are by default. */
static int read_tariff(struct cli *cli, struct offline *o)
{
	struct loaded *l = malloc(sizeof(*l));
	struct problems problems = { 0 };
	struct conf_list *origins = calloc(1, sizeof(*origins));
	const char *zone_name = "";
	struct err e;
	int result = EXIT_DONE;

	o->tariff = (struct settings_tariff){ .kind = TARIFF_TOU, .price_per_kwh = 0.14, .follows_dst = true };
	if (l == NULL || origins == NULL) {
		result = cli_fail(EXIT_FAILED, "plan: no memory - close other programs");
	} else if (cli->config != NULL && !load_settings(cli->config, &l->settings, origins, &problems)) {
		result = cli_fail(EXIT_CONFIG, "plan: %s", problems.n > 0 ? problems.text[0] : cli->config);
	} else if (cli->config != NULL) {
		o->tariff = l->settings.tariff;
		zone_name = l->settings.display.timezone;
	}
	if (result == EXIT_DONE && !zone_system_read(zone_name, &o->zone, &e))
		o->zone = (struct zone){ .n = 0 };
	free(origins);
	free(l);
	return result;
}

static bool solve(const struct request *q, struct offline *o, bool default_grid)
{
	const struct plant *p = &o->house.plant;
	struct local_params limits = house_model_params(p, CEILING_C);
	struct tariff tariff = tariff_of_settings(&o->tariff);
	struct zone zone = tariff_zone(&o->tariff, &o->zone, o->now_s);
	double most_c = p->has_heat_pump ? limits.max_ewt_c : limits.tank_max_c;
	struct plan_outlook outlook = { .out_c = q->out_c, .tariff = &tariff, .zone = &zone };

	plan_problem_of(&o->problem, p, p->house.set_c, most_c, true);
	if (default_grid)
		plan_params_default(&o->problem.params, p, most_c);
	o->problem.rows = o->rows;
	o->problem.n_rows = plan_rows(o->rows, o->now_s, &outlook, &o->basis);
	free(o->values);
	o->values = malloc(plan_table_bytes(&o->problem));
	return o->values != NULL;
}

static void roll_out(const struct request *q, struct offline *o)
{
	const struct plant *p = &o->house.plant;
	double room_c = isnan(q->room_c) ? p->house.set_c : q->room_c;
	struct plan_mass mass = { .known = false };

	plan_mass_follow(&mass, &p->house, room_c, q->out_c, 0);
	plan_roll_out(&o->solver, (struct plan_state){ q->water_c, plan_th_c(&p->house, room_c, &mass), false }, &o->plan);
}

/* --- what is printed ----------------------------------------------------------------------------------------- */

static cJSON *steps_of(const struct offline *o)
{
	cJSON *list = cJSON_CreateArray();
	int64_t at_s = o->now_s;

	for (int k = 0; k < o->plan.n; k++) {
		const struct plan_row *row = &o->rows[k];
		cJSON *step = cJSON_CreateObject();

		cJSON_AddNumberToObject(step, "t_ms", (double)at_s * 1000);
		cJSON_AddBoolToObject(step, "on", o->plan.action[k].on);
		cJSON_AddBoolToObject(step, "boost", o->plan.action[k].boost);
		cJSON_AddNumberToObject(step, "tw_c", round(100 * o->plan.state[k].tw_c) / 100);
		cJSON_AddNumberToObject(step, "out_c", round(100 * row->out_c) / 100);
		cJSON_AddNumberToObject(step, "th_c", round(100 * o->plan.state[k].th_c) / 100);
		cJSON_AddNumberToObject(step, "power_w", round(o->plan.elec_w[k]));
		cJSON_AddNumberToObject(step, "price_per_kwh", row->usd_per_kwh);
		cJSON_AddItemToArray(list, step);
		at_s += (int64_t)row->dt_s;
	}
	return list;
}

/* The same object as the service gives. */
static cJSON *object_of(const struct offline *o)
{
	cJSON *data = cJSON_CreateObject(), *plan;
	struct msg_plan told;

	plan_tell(&told, &o->plan, &o->solver, &o->basis, o->now_s);
	cJSON_AddNumberToObject(data, "v", 1);
	cJSON_AddStringToObject(data, "house", o->house.key);
	cJSON_AddNumberToObject(data, "t_ms", (double)o->now_s * 1000);
	cJSON_AddNumberToObject(data, "utc_offset_s", zone_offset_s(&o->zone, o->now_s));
	cJSON_AddBoolToObject(data, "has_model", true);
	plan = cJSON_AddObjectToObject(data, "plan");
	cJSON_AddNumberToObject(plan, "age_s", 0);
	cJSON_AddStringToObject(plan, "weather", "persistence");
	cJSON_AddNumberToObject(plan, "energy_kwh", round(1000 * (double)told.energy_kwh) / 1000);
	cJSON_AddNumberToObject(plan, "cost", round(1000 * (double)told.cost_usd) / 1000);
	cJSON_AddNumberToObject(plan, "heat_cents_per_kwh", round(1e5 * (double)told.heat_usd_per_kwh) / 1000);
	cJSON_AddItemToObject(plan, "steps", steps_of(o));
	return data;
}

static void print_step(const cJSON *step, struct words_zone zone, double ms)
{
	static const struct { const char *key, *format; } columns[] = { { "tw_c", "%6.1f C" }, { "out_c", "%7.1f C" },
		{ "th_c", "%6.1f C" }, { "power_w", "%6.0f W" }, { "price_per_kwh", "%8.3f" } };
	char at[WORDS], text[WORDS];

	printf("%-10s %-9s", words_minute(zone, (int64_t)ms, at),
		!words_true(step, "on") ? "off" : words_true(step, "boost") ? "on, boost" : "on");
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (words_at(step, columns[i].key) != NULL)
			printf("  %s", words_format(step, columns[i].key, columns[i].format, text));
	putchar('\n');
}

static void print_steps(const cJSON *plan, struct words_zone zone, bool all)
{
	const cJSON *step, *first = words_at(plan, "steps") != NULL ? words_at(plan, "steps")->child : NULL;
	bool was_on = false;
	double ms;

	printf("%-10s %-9s  %8s  %9s", "FROM", "SOURCE", "WATER", "OUTDOORS");
	printf(words_at(first, "th_c") != NULL ? "  %8s  %8s  %8s\n" : "\n", "HOUSE", "POWER", "PRICE");
	for (step = first; step != NULL; step = step->next) {
		bool on = words_true(step, "on");

		if (!words_number(step, "t_ms", &ms))
			continue;
		if (all || step == first || on != was_on || (int64_t)(ms / 1000) % (QUARTERS_AN_HOUR * PLAN_STEP_S) == 0)
			print_step(step, zone, ms);
		was_on = on;
	}
}

static const char *weather_words(const cJSON *plan)
{
	const char *from = words_text(plan, "weather", "");

	if (strcmp(from, "persistence") == 0)
		return "as now, 1 K colder in 12 h";
	return strcmp(from, "atn") == 0 ? "as the AtomicTNode foretells it" : "as weather.file foretells it";
}

static void print_plan(const cJSON *data, bool all)
{
	const cJSON *plan = words_at(data, "plan");
	char kwh[WORDS], cost[WORDS], worth[WORDS], age[WORDS];
	double s = 0;

	words_number(plan, "age_s", &s);
	printf("48 h: %s, %s %s; a kWh more in the store is worth %s; made %s ago; weather: %s\n",
		words_format(plan, "energy_kwh", "%.1f kWh", kwh), words_format(plan, "cost", "%.2f", cost),
		words_text(plan, "currency", "USD"), words_format(plan, "heat_cents_per_kwh", "%.1f cents", worth),
		words_span(s, age), weather_words(plan));
	if (words_number(plan, "guessed_price_hours", &s) && s > 0)
		printf("nobody told the price of %.0f of its hours: the mean of the last 7 days stands in\n", s);
	if (words_number(words_at(plan, "fit"), "days", &s) && s > 0)
		printf("after %.0f days: the house loses %s of what its model says, at a COP of %s of it\n", s,
			words_format(words_at(plan, "fit"), "load_factor", "%.2f", kwh),
			words_format(words_at(plan, "fit"), "cop_factor", "%.2f", cost));
	if (words_at(data, "heats_by") != NULL)
		printf("heating by %s now\n", words_text(data, "heats_by", "?"));
	print_steps(plan, words_zone_of(data), all);
}

/* --- the verb --------------------------------------------------------------------------------------------------- */

static int plan_here(struct cli *cli, const struct request *q, struct offline *o)
{
	cJSON *data;

	if (!solve(q, o, false))
		return cli_fail(EXIT_FAILED, "plan: no memory - close other programs");
	plan_solve(&o->solver, &o->problem, o->values);
	roll_out(q, o);
	data = object_of(o);
	if (cli->json)
		ask_print(data);
	else
		print_plan(data, q->all);
	cJSON_Delete(data);
	return EXIT_DONE;
}

/* Of this thread's processor time: a busy machine does not make it longer. */
static double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int bench(struct cli *cli, const struct request *q, struct offline *o)
{
	double least_ms = INFINITY;
	const struct plan_grid *g = &o->solver.grid;
	size_t bytes;

	if (!solve(q, o, true))
		return cli_fail(EXIT_FAILED, "plan: no memory - close other programs");
	bytes = plan_table_bytes(&o->problem);
	for (int i = 0; i < BENCH_RUNS; i++) {
		double from_ms = clock_ms();

		plan_solve(&o->solver, &o->problem, o->values);
		least_ms = fmin(least_ms, clock_ms() - from_ms);
	}
	printf(cli->json ? "{\"v\":1,\"house\":\"%s\",\"steps\":%d,\"states\":%d,\"actions\":4,\"solve_ms\":%.2f,\"table_bytes\":%zu}\n" :
		"%s: %d steps, %d states, 4 actions: %.1f ms (least of 9), table %zu bytes\n", o->house.key,
		o->problem.n_rows, 2 * g->n_tw * g->n_th, least_ms, bytes);
	return EXIT_DONE;
}

static int offline(struct cli *cli, const struct request *q)
{
	struct offline *o = calloc(1, sizeof(*o));
	int result;

	if (o == NULL)
		return cli_fail(EXIT_FAILED, "plan: no memory - close other programs");
	o->now_s = time(NULL);
	if (q->bench)
		o->now_s -= o->now_s % PLAN_STEP_S;	/* all 192 steps */
	result = read_house(q, o);
	if (result == EXIT_DONE)
		result = read_tariff(cli, o);
	if (result == EXIT_DONE)
		result = q->bench ? bench(cli, q, o) : plan_here(cli, q, o);
	free(o->values);
	free(o);
	return result;
}

static int online(struct cli *cli, const struct request *q)
{
	cJSON *data;
	int result = ask_once(cli, "plan", "plan", NULL, &data);

	if (data == NULL)
		return result;
	if (words_at(data, "plan") != NULL)
		print_plan(data, q->all);
	else if (!words_true(data, "has_model"))
		result = cli_fail(EXIT_FAILED, "plan: this house has no model - it is heated by thermostat and tariff");
	else
		result = cli_fail(EXIT_FAILED, "plan: none yet (heating by %s) - the clock must be trusted and tanks, "
			"rooms and outdoors measured: spaceheat sensors", words_text(data, "heats_by", "nothing"));
	cJSON_Delete(data);
	return result;
}

int cli_plan(struct cli *cli, int argc, char **argv)
{
	struct request q;
	int result = read_request(argc, argv, &q);

	if (result != EXIT_DONE)
		return result;
	return q.house != NULL || q.bench ? offline(cli, &q) : online(cli, &q);
}
