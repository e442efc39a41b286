/* SPDX-License-Identifier: MIT */
/* What a day came to: electricity, cost, heat, COP; each absent as long as it is not known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/history/figures.h"

#define DAY0 1800000000	/* a multiple of 300 s */
enum { METER, SUPPLY, RETURN, FLOW, TOP, BOTTOM, BACKUP, N_SERIES, ROWS = 288, DAY_S = 86400 };

static const struct store_series series[N_SERIES] = {
	[METER] = { .name = TELEMETRY_POWER_W, .map = { 1, 1, 0 } },
	[SUPPLY] = { .name = TELEMETRY_WATER_TEMP_C, .map = { 1000, 16, 0 } },
	[RETURN] = { .name = TELEMETRY_WATER_TEMP_F, .map = { 1, 1, 0 } },
	[FLOW] = { .name = TELEMETRY_GPM_TIMES_100, .map = { 1, 1, 0 } },
	[TOP] = { .name = TELEMETRY_WATER_TEMP_C, .map = { 1000, 16, 0 } },
	[BOTTOM] = { .name = TELEMETRY_WATER_TEMP_C, .map = { 1000, 16, 0 } },
	[BACKUP] = { .name = TELEMETRY_RELAY_STATE, .map = { 1, 1, 0 } },
};

static const struct plant plant = { .has_heat_pump = true, .cellar_c = 15,
	.buffer = { .litres = 400, .layers = 2, .ua_w_per_k = 5 } };
static const struct figures_house house = { .meter = METER, .supply = SUPPLY, .back = RETURN, .flow = FLOW,
	.tank = { { 2, { TOP, BOTTOM } }, { 0, { 0 } } }, .backup = { BACKUP }, .n_backups = 1, .plant = &plant };

/* A price that changes when it is told to, and is not known from then on. */
struct market { double first, second; int64_t changes_s, ends_s; };

static bool market_price(void *self, int64_t s, double *v)
{
	const struct market *m = self;

	*v = s < m->changes_s ? m->first : m->second;
	return s < m->ends_s;
}

struct rig {
	struct figures f;
	struct market market;
	struct block_reading readings[1024];
	struct block block;
	struct figure out[N_FIGURES_MOST];
	int n;
	int64_t tank_code;
};

static int setup(void **state)
{
	struct rig *r = calloc(1, sizeof(*r));

	r->block.readings = r->readings;
	r->market = (struct market){ 0.10, 0.30, DAY0 + DAY_S / 2, INT64_MAX };
	r->tank_code = 50 * 16;
	figures_begin(&r->f);
	*state = r;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void give(struct rig *r, int32_t id, int64_t every_s, int64_t row_s, int64_t code)
{
	struct block *b = &r->block;

	b->series[b->n_series++] = (struct block_series){ id, b->n_readings, 0 };
	for (int64_t s = 0; s < 300; s += every_s, b->series[b->n_series - 1].count++)
		b->readings[b->n_readings++] = (struct block_reading){ (row_s + s) * 1000, code };
}

/* 1 000 W, and 1 GPM that loses 10 K: 1 g/s is 4.187 W/K, so 0.06309 kg/s * 41 870 J/kg = 2 641.6 W. without: a bit for each
 * series that is silent. */
static void feed(struct rig *r, int row, unsigned int without)
{
	const int64_t codes[N_SERIES] = { 1000, 45 * 16, 95000, 100, r->tank_code, r->tank_code, 0 };
	static const int every[N_SERIES] = { 60, 5, 5, 30, 60, 60, 300 };

	r->block.n_series = r->block.n_readings = 0;
	for (int i = 0; i < N_SERIES; i++)
		if ((without >> i & 1) == 0)
			give(r, i, every[i], DAY0 + 300 * row, codes[i]);
	figures_feed(&r->f, &house, DAY0 + 300 * row, &r->block, series, without & 1 << METER ? 0 : 1000 * 300000ll);
}

static void feed_day(struct rig *r, unsigned int without)
{
	for (int row = 0; row < ROWS; row++)
		feed(r, row, without);
}

/* -1: absent. */
static int64_t result(struct rig *r, const char *name)
{
	const struct figures_price price = { &r->market, market_price };

	r->n = figures_result(&r->f, &house, &price, DAY0, DAY0 + DAY_S, r->out);
	for (int i = 0; i < r->n; i++)
		if (strcmp(r->out[i].name, name) == 0)
			return r->out[i].value;
	return -1;
}

/* Each figure of a day of which all is known. Losses: 5 W/K * 35 K; the tank as warm at the end as at first. */
static void a_whole_day(void **state)
{
	struct rig *r = *state;

	feed_day(r, 0);
	assert_int_equal(result(r, "energy.wh"), 24000);
	assert_int_equal(result(r, "cost.priced_wh"), 24000);
	assert_int_equal(result(r, "cost.thousandths"), 12 * 100 + 12 * 300);
	assert_in_range(result(r, "heat.wh"), 63390, 63405);
	assert_int_equal(result(r, "heat.seconds"), DAY_S);
	assert_in_range(result(r, "cop.estimated.thousandths"), 2641 + 174, 2642 + 176);
	assert_int_equal(r->n, N_FIGURES_MOST);
	for (int i = 0; i < r->n; i++)
		assert_string_equal(r->out[i].name, figures_name(i));
	assert_null(figures_name(N_FIGURES_MOST));
}

/* What the tank took in was made too: 400 l by 20 K are 9.3 kWh. */
static void a_tank_that_is_filled_counts(void **state)
{
	struct rig *r = *state;
	int64_t still;

	feed_day(r, 0);
	still = result(r, "cop.estimated.thousandths");
	figures_begin(&r->f);
	for (int row = 0; row < ROWS; row++) {
		r->tank_code = 40 * 16 + 20 * 16 * row / (ROWS - 1);
		feed(r, row, 0);
	}
	assert_in_range(result(r, "cop.estimated.thousandths"), still + 386, still + 390);
}

/* Hours without a price cost nothing known, and the part that has one says how large it is; without any price there is no
 * cost. A price that changes within a quarter hour counts by its minutes. */
static void an_unknown_price_is_no_cost(void **state)
{
	struct rig *r = *state;

	r->market.ends_s = DAY0 + DAY_S / 2;
	feed_day(r, 0);
	assert_int_equal(result(r, "cost.thousandths"), 1200);
	assert_int_equal(result(r, "cost.priced_wh"), 12000);
	assert_int_equal(result(r, "energy.wh"), 24000);
	figures_begin(&r->f);
	r->market.ends_s = 0;
	feed_day(r, 0);
	assert_int_equal(result(r, "cost.thousandths"), -1);
	assert_int_equal(result(r, "cost.priced_wh"), 0);
	figures_begin(&r->f);
	r->market = (struct market){ 12, 24, DAY0 + 120, INT64_MAX };
	feed(r, 0, 0);
	assert_int_equal(result(r, "cost.thousandths"), llround(1000.0 / 12 * (12 * 2 + 24 * 13) / 15));
}

/* A channel the house lacks, or that says nothing, makes its figures absent, not 0. */
static void what_is_not_measured_is_absent(void **state)
{
	struct rig *r = *state;

	for (int i = SUPPLY; i <= FLOW; i++) {
		figures_begin(&r->f);
		feed_day(r, 1u << i);
		assert_int_equal(result(r, "heat.wh"), -1);
		assert_int_equal(result(r, "heat.seconds"), -1);
		assert_int_equal(result(r, "cop.estimated.thousandths"), -1);
		assert_int_equal(result(r, "energy.wh"), 24000);
	}
	figures_begin(&r->f);
	feed_day(r, 1 << METER);
	assert_int_equal(result(r, "energy.wh"), -1);
	assert_int_equal(result(r, "cost.thousandths"), -1);
	assert_int_equal(result(r, "cost.priced_wh"), -1);
	assert_in_range(result(r, "heat.wh"), 63390, 63405);
	figures_begin(&r->f);
	feed_day(r, 1 << BOTTOM);
	assert_int_equal(result(r, "cop.estimated.thousandths"), -1);
	figures_begin(&r->f);
	result(r, "energy.wh");
	assert_int_equal(r->n, 0);
}

/* A reading is held ten minutes and not over a gap; the COP wants nearly all of the day. */
static void gaps_are_not_filled(void **state)
{
	struct rig *r = *state;

	feed(r, 0, 0);
	for (int row = 1; row < 6; row++)
		feed(r, row, 1 << FLOW);
	assert_int_equal(result(r, "heat.seconds"), 270 + 600);
	figures_begin(&r->f);
	for (int row = 0; row < ROWS; row++)
		if (row % 10 != 5)
			feed(r, row, 0);
	assert_int_equal(result(r, "heat.seconds"), DAY_S - 29 * 300);
	assert_int_equal(result(r, "cop.estimated.thousandths"), -1);
}

/* Beside another source nobody can say what the heat pump made. */
static void another_source_hides_the_heat_pump(void **state)
{
	struct rig *r = *state;

	feed_day(r, 0);
	r->block.n_series = r->block.n_readings = 0;
	give(r, BACKUP, 300, DAY0 + DAY_S, 1);
	figures_feed(&r->f, &house, DAY0 + DAY_S, &r->block, series, 0);
	assert_int_equal(result(r, "cop.estimated.thousandths"), -1);
	assert_int_equal(result(r, "energy.wh"), 24000);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_whole_day),
		TEST(a_tank_that_is_filled_counts),
		TEST(an_unknown_price_is_no_cost),
		TEST(what_is_not_measured_is_absent),
		TEST(gaps_are_not_filled),
		TEST(another_source_hides_the_heat_pump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
