/* SPDX-License-Identifier: MIT */
/* The buckets of the tiers: what readings come to, and where they belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/history/tier.h"

enum { TEMP, POWER, COMMAND, N_SERIES };
#define T0 1800000000	/* a multiple of 6 h */

static const struct store_series series[N_SERIES] = {
	[TEMP] = { .kind = STORE_READINGS, .name = TELEMETRY_WATER_TEMP_C, .map = { 1000, 16, 0 } },
	[POWER] = { .kind = STORE_READINGS, .name = TELEMETRY_POWER_W, .map = { 1, 1, 0 } },
	[COMMAND] = { .kind = STORE_COMMANDS, .name = TELEMETRY_RELAY_STATE, .map = { 1, 1, 0 } },
};
static const struct zone utc;

struct rig {
	struct tier_row row;
	struct block_reading readings[256];
	struct block block;
	struct bucket buckets[256];
	struct bucket_block out;
};

static struct rig *open_rig(enum store_tier t)
{
	struct rig *r = calloc(1, sizeof(*r));

	r->row.room = tier_room(t);
	r->row.cells = calloc((size_t)r->row.room * BLOCK_MAX_SERIES, sizeof(*r->row.cells));
	r->block = (struct block){ .readings = r->readings, .capacity = 256 };
	r->out = (struct bucket_block){ .buckets = r->buckets, .capacity = 256 };
	tier_begin(&r->row, t, &utc, T0);
	return r;
}

static void close_rig(struct rig *r)
{
	free(r->row.cells);
	free(r);
}

static void give(struct rig *r, int32_t id, int64_t at_ms, int64_t code)
{
	struct block *b = &r->block;

	if (b->n_series == 0 || b->series[b->n_series - 1].id != id)
		b->series[b->n_series++] = (struct block_series){ id, b->n_readings, 0 };
	b->series[b->n_series - 1].count++;
	b->readings[b->n_readings++] = (struct block_reading){ at_ms, code };
}

static void feed(struct rig *r, int64_t row_s)
{
	tier_feed(&r->row, row_s, &r->block, series);
	r->block.n_series = r->block.n_readings = 0;
}

static void collect(struct rig *r)
{
	r->out.n_series = r->out.n_buckets = 0;
	assert_true(tier_collect(&r->row, series, NULL, N_SERIES, &r->out));
}

/* Means are rounded half away from zero, on both sides of it. */
static void means_round_away_from_zero(void **state)
{
	(void)state;
	assert_int_equal(tier_round(5, 2), 3);
	assert_int_equal(tier_round(-5, 2), -3);
	assert_int_equal(tier_round(4, 3), 1);
	assert_int_equal(tier_round(-4, 3), -1);
	assert_int_equal(tier_round(0, 7), 0);
}

/* A minute has the mean, least, most and number of its readings in wire values; a minute without one is absent; commands
 * are no part of it. */
static void a_minute_is_what_was_read_in_it(void **state)
{
	struct rig *r = open_rig(TIER_MINUTE);

	(void)state;
	give(r, TEMP, (int64_t)T0 * 1000, 16);
	give(r, TEMP, (int64_t)T0 * 1000 + 59999, 19);
	give(r, TEMP, (int64_t)T0 * 1000 + 120000, -1);
	give(r, COMMAND, (int64_t)T0 * 1000 + 1000, 1);
	feed(r, T0);
	collect(r);
	assert_int_equal(r->out.n_buckets, 2);
	assert_memory_equal(&r->buckets[0],
		(&(struct bucket){ .at = 0, .count = 2, .mean = 1094, .min = 1000, .max = 1188 }), sizeof(struct bucket));
	assert_memory_equal(&r->buckets[1],
		(&(struct bucket){ .at = 2, .count = 1, .mean = -63, .min = -63, .max = -63 }), sizeof(struct bucket));
	close_rig(r);
}

/* Power is held until the next reading, over the ends of rows and buckets, at most ten minutes. */
static void energy_is_held_power(void **state)
{
	struct rig *r = open_rig(TIER_QUARTER);

	(void)state;
	give(r, POWER, (int64_t)(T0 + 100) * 1000, 3600);
	feed(r, T0);
	feed(r, T0 + 300);
	feed(r, T0 + 600);
	give(r, POWER, (int64_t)(T0 + 900) * 1000, 7200);
	feed(r, T0 + 900);
	give(r, POWER, (int64_t)(T0 + 1400) * 1000, 0);
	feed(r, T0 + 1200);
	collect(r);
	assert_int_equal(r->out.n_buckets, 2);
	assert_int_equal(r->buckets[0].wh, 600);	/* 3600 W for ten minutes, then unknown */
	assert_int_equal(r->buckets[1].wh, 1000);	/* 7200 W for 500 s */
	close_rig(r);
}

/* What was held when the row began counts from its begin. */
static void a_row_begins_with_what_was_held(void **state)
{
	struct rig *r = open_rig(TIER_DAY);

	(void)state;
	give(r, POWER, (int64_t)(T0 - 10) * 1000, 36000);
	tier_prime(&r->row, &r->block, series);
	r->row.start_s = T0;	/* a day that begins here */
	r->block.n_series = r->block.n_readings = 0;
	give(r, POWER, (int64_t)(T0 + 20) * 1000, 0);
	feed(r, T0);
	collect(r);
	assert_int_equal(r->buckets[0].wh, 200);
	close_rig(r);
}

/* Every exact row of a local day of 23, 24 or 25 hours lies in one day row, and no row of a tier is longer than there is
 * room for. */
static void rows_hold_their_time(void **state)
{
	const struct zone zone = { -18000, 2, { { 1805007600, -14400 }, { 1825567200, -18000 } } };

	(void)state;
	for (int64_t s = 1804900000 - 1804900000 % 300; s < 1826000000; s += 300)
		for (enum store_tier t = TIER_MINUTE; t < N_STORE_TIERS; t++) {
			int64_t start_s = tier_row_start_s(t, &zone, s), end_s = tier_row_end_s(t, &zone, s);

			assert_true(start_s <= s && s + 300 <= end_s);
			if (t != TIER_DAY)
				assert_int_equal(end_s - start_s, tier_bucket_s(t) * tier_room(t));
			else
				assert_in_range(end_s - start_s, 23 * 3600, 25 * 3600);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(means_round_away_from_zero),
		cmocka_unit_test(a_minute_is_what_was_read_in_it),
		cmocka_unit_test(energy_is_held_power),
		cmocka_unit_test(a_row_begins_with_what_was_held),
		cmocka_unit_test(rows_hold_their_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
