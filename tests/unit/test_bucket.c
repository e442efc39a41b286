/* SPDX-License-Identifier: MIT */
/* Blocks of buckets: what goes in comes out, whatever it is; and no bytes, however wrong, do harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/history/bucket.h"
#include "spaceheat/splitmix.h"

enum { MAX_BUCKETS = 4096, MAX_BYTES = 256 * 1024 };

struct bench {
	uint64_t random;
	struct bucket_block in, out;
	struct bucket in_buckets[MAX_BUCKETS], out_buckets[MAX_BUCKETS];
	uint8_t bytes[MAX_BYTES];
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->random = 4711;
	b->in.buckets = b->in_buckets;
	b->out.buckets = b->out_buckets;
	b->in.capacity = b->out.capacity = MAX_BUCKETS;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static int below(struct bench *b, int n)
{
	return (int)(splitmix64(&b->random) % (uint64_t)n);
}

static void clear(struct bench *b)
{
	b->in.n_series = b->in.n_buckets = 0;
}

static void add_series(struct bench *b, int32_t id)
{
	b->in.grid[b->in.n_series] = (struct code_map){ 0 };
	b->in.series[b->in.n_series++] = (struct block_series){ id, b->in.n_buckets, 0 };
}

static void add_bucket(struct bench *b, struct bucket v)
{
	b->in.buckets[b->in.n_buckets++] = v;
	b->in.series[b->in.n_series - 1].count++;
}

static bool same(const struct bucket *a, const struct bucket *b)
{
	return a->at == b->at && a->count == b->count && a->mean == b->mean && a->min == b->min &&
		a->max == b->max && a->wh == b->wh;
}

static void assert_comes_back(struct bench *b, int n)
{
	int32_t k = 0;

	assert_true(n > 0);
	assert_true(bucket_decode(b->bytes, (size_t)n, &b->out));
	for (int32_t i = 0; i < b->in.n_series; i++) {
		const struct block_series *s = &b->in.series[i];

		if (s->count == 0)
			continue;
		assert_int_equal(b->out.series[k].id, s->id);
		assert_int_equal(b->out.series[k].count, s->count);
		for (int32_t j = 0; j < s->count; j++)
			assert_true(same(&b->in.buckets[s->first + j],
				&b->out.buckets[b->out.series[k].first + j]));
		k++;
	}
	assert_int_equal(b->out.n_series, k);
}

static int round_trip(struct bench *b)
{
	size_t most = bucket_most_bytes(b->in.n_series, b->in.n_buckets);
	int n;

	assert_true(most <= sizeof(b->bytes));
	n = bucket_encode(&b->in, b->bytes, most);
	assert_comes_back(b, n);
	return n;
}

/* An hour of minutes: temperatures in milli-degrees, one meter with Wh, some minutes missing. */
static void fill_hour(struct bench *b, int series, int missing)
{
	clear(b);
	for (int i = 0; i < series; i++) {
		int64_t mean = 20000 + below(b, 60000);

		add_series(b, i + 1);
		for (int at = 0; at < 60; at++) {
			mean += below(b, 41) - 20;
			if (below(b, 100) >= missing)
				add_bucket(b, (struct bucket){ at, 12 - (below(b, 50) == 0), mean,
					mean - 40 - below(b, 3) * 31, mean + 40 + below(b, 3) * 31,
					i == 0 ? mean / 60 : 0 });
		}
	}
}

/* An hour of a DS18B20: least and most are codes of it. */
static void fill_codes(struct bench *b, int series)
{
	clear(b);
	for (int i = 0; i < series; i++) {
		int64_t code = below(b, 1600) - 200;

		add_series(b, i + 1);
		b->in.grid[i] = (struct code_map){ 1000 + (i % 3 == 2) * 13, 16, (i % 3) * 273150 };
		for (int at = 0; at < 60; at++, code += below(b, 3) - 1) {
			int64_t min = grid_value(b->in.grid[i], code - below(b, 2));
			int64_t max = grid_value(b->in.grid[i], code + below(b, 2));

			add_bucket(b, (struct bucket){ at, 12, min + below(b, (int)(max - min) + 1), min, max, 0 });
		}
	}
}

static void fill_wild(struct bench *b)
{
	int series = below(b, BLOCK_MAX_SERIES);

	clear(b);
	for (int i = 0; i < series; i++) {
		int n = below(b, 30), shift = below(b, 64);
		int32_t at = below(b, 1 << below(b, 20));

		add_series(b, below(b, INT32_MAX));
		for (int k = 0; k < n; k++, at += 1 + below(b, 1 << below(b, 20)))
			add_bucket(b, (struct bucket){ at, below(b, INT32_MAX),
				(int64_t)(splitmix64(&b->random) >> shift), (int64_t)(splitmix64(&b->random) >> shift),
				(int64_t)(splitmix64(&b->random) >> shift), (int64_t)(splitmix64(&b->random) >> shift) });
	}
}

/* Whatever the buckets are, they come back, in no more room than is promised. */
static void any_buckets_come_back(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 300; i++) {
		fill_hour(b, 1 + below(b, 60), below(b, 100));
		round_trip(b);
		fill_codes(b, 1 + below(b, 60));
		round_trip(b);
		assert_int_equal(b->bytes[0], BUCKET_GRID);
		for (int k = 0; k < 5; k++)	/* some that are on no grid */
			b->in_buckets[below(b, b->in.n_buckets)].min -= below(b, 70);
		round_trip(b);
		fill_wild(b);
		for (int k = 0; k < b->in.n_series; k++)
			b->in.grid[k] = (struct code_map){ (int64_t)splitmix64(&b->random) >> below(b, 64),
				(int64_t)splitmix64(&b->random) >> below(b, 64), (int64_t)splitmix64(&b->random) >> below(b, 64) };
		round_trip(b);
	}
}

/* Steps of the sensor cost less than the same values in thousandths of a degree; far ones are kept as well. */
static void steps_are_cheap(void **state)
{
	struct bench *b = *state;
	int on_grid;

	fill_codes(b, 30);
	on_grid = round_trip(b);
	for (int i = 0; i < 30; i++)
		b->in.grid[i].num = 0;
	assert_true(on_grid * 10 < round_trip(b) * 8);
	assert_int_equal(b->bytes[0], BUCKET_PACKED);
	clear(b);
	add_series(b, 1);
	b->in.grid[0] = (struct code_map){ 2, 1, 0 };
	add_bucket(b, (struct bucket){ 0, 2, 0, -(1ll << 38), 1ll << 38, 0 });
	add_bucket(b, (struct bucket){ 1, 2, 0, -(1ll << 31), 1ll << 31, 0 });
	round_trip(b);
}

/* The step below a value, on any grid that fits: exact, also where rounding makes steps uneven and below zero. */
static void the_step_below_is_found(void **state)
{
	struct bench *b = *state;

	assert_false(grid_fits((struct code_map){ 16, 16, 0 }) || grid_fits((struct code_map){ 5, 0, 0 }) ||
		grid_fits((struct code_map){ (1 << 20) + 1, 1, 0 }) || grid_fits((struct code_map){ -5, 1, 0 }));
	for (int i = 0; i < 200000; i++) {
		struct code_map m = { 2 + below(b, 1 << 20) % 1048575, 1, 0 };
		int64_t v = (int64_t)(splitmix64(&b->random) << 24) >> (24 + below(b, 40)), k;

		m.den = 1 + below(b, (int)m.num - 1);
		m.offset = (int64_t)(splitmix64(&b->random) << 24) >> (24 + below(b, 40));
		assert_true(grid_fits(m) && grid_holds(v));
		k = grid_floor(m, v);
		assert_true(grid_value(m, k) <= v && grid_value(m, k + 1) > v);
		assert_in_range(grid_phase(m, k, v), 0, GRID_PHASES - 1);
		assert_int_equal(grid_floor(m, grid_value(m, k)), k);
	}
}

/* No bucket at all, one, and the most series there can be. */
static void the_sizes_at_the_edge(void **state)
{
	struct bench *b = *state;

	clear(b);
	assert_true(round_trip(b) <= 4);
	add_series(b, 9);
	round_trip(b);
	assert_int_equal(b->out.n_series, 0);
	add_bucket(b, (struct bucket){ INT32_MAX - 1, INT32_MAX, INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX });
	round_trip(b);
	clear(b);
	for (int i = 0; i < BLOCK_MAX_SERIES; i++) {
		add_series(b, i);
		add_bucket(b, (struct bucket){ 0, 17280, 20000 + i, 19000, 21000, 0 });
	}
	round_trip(b);
}

/* Columns that do not change cost next to nothing: counts, Wh of what is not power, a day's single mean. */
static void still_columns_are_nearly_free(void **state)
{
	struct bench *b = *state;

	clear(b);
	for (int i = 0; i < 30; i++) {
		add_series(b, i + 1);
		for (int at = 0; at < 60; at++)
			add_bucket(b, (struct bucket){ at, 12, 21000, 20950, 21050, 0 });
	}
	assert_true(round_trip(b) < 150);
	fill_hour(b, 30, 0);
	assert_true(round_trip(b) < 30 * 60 * 5 / 2);
}

/* One series can be had alone: the same buckets, whichever it is. */
static void one_series_alone(void **state)
{
	struct bench *b = *state;
	int n;

	fill_hour(b, 12, 10);
	n = round_trip(b);
	for (int32_t i = 0; i < b->in.n_series; i++) {
		const struct block_series *s = &b->in.series[i];

		assert_true(bucket_decode_series(b->bytes, (size_t)n, s->id, &b->out));
		assert_int_equal(b->out.n_series, 1);
		assert_int_equal(b->out.series[0].id, s->id);
		assert_int_equal(b->out.series[0].count, s->count);
		for (int32_t k = 0; k < s->count; k++)
			assert_true(same(&b->in.buckets[s->first + k], &b->out.buckets[b->out.series[0].first + k]));
	}
	assert_true(bucket_decode_series(b->bytes, (size_t)n, 99, &b->out));
	assert_int_equal(b->out.n_series, 0);
	assert_false(bucket_decode_series(b->bytes, (size_t)n - 1, 1, &b->out));
}

/* Buckets out of order are refused, not written wrong. */
static void order_is_kept(void **state)
{
	struct bench *b = *state;
	static const int32_t wrong[][2] = { { 5, 5 }, { 5, 4 }, { 0, -1 }, { 1, INT32_MAX } };

	for (int i = 0; i < 4; i++) {
		clear(b);
		add_series(b, 1);
		add_bucket(b, (struct bucket){ .at = wrong[i][0] });
		add_bucket(b, (struct bucket){ .at = wrong[i][1] });
		assert_int_equal(bucket_encode(&b->in, b->bytes, MAX_BYTES), -1);
	}
	b->in_buckets[1].at = 2;
	b->in_buckets[1].count = -1;
	assert_int_equal(bucket_encode(&b->in, b->bytes, MAX_BYTES), -1);
}

static bool decode_tight(const uint8_t *bytes, size_t length, int32_t capacity)
{
	uint8_t *copy = malloc(length + (length == 0));
	struct bucket *buckets = malloc((size_t)capacity * sizeof(*buckets) + (capacity == 0));
	struct bucket_block out = { .capacity = capacity, .buckets = buckets };
	bool ok;

	memcpy(copy, bytes, length);
	ok = bucket_decode(copy, length, &out);
	assert_true(out.n_buckets <= capacity && out.n_series <= BLOCK_MAX_SERIES);
	assert_true(ok || (out.n_buckets == 0 && out.n_series == 0));
	free(buckets);
	free(copy);
	return ok;
}

/* Every cut is an error, every flipped bit an error or buckets that fit; too little room says so. */
static void damage_does_no_harm(void **state)
{
	struct bench *b = *state;
	int n;

	fill_codes(b, 5);
	n = round_trip(b);
	for (int i = 0; i < n; i++)
		assert_false(decode_tight(b->bytes, (size_t)i, MAX_BUCKETS));
	for (int i = 0; i < n * 8; i++) {
		b->bytes[i / 8] ^= (uint8_t)(1u << i % 8);
		decode_tight(b->bytes, (size_t)n, b->in.n_buckets);
		b->bytes[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	assert_false(decode_tight(b->bytes, (size_t)n, b->in.n_buckets - 1));
	assert_true(decode_tight(b->bytes, (size_t)n, b->in.n_buckets));
	for (int size = 0; size < n; size++)
		assert_int_equal(bucket_encode(&b->in, b->bytes, (size_t)size), -1);
}

/* Neither do bytes that were never a block, in either form. */
static void noise_does_no_harm(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 50000; i++) {
		int n = 1 + below(b, 200);

		for (int k = 0; k < n; k++)
			b->bytes[k] = (uint8_t)(below(b, 4) == 0 ? below(b, 256) : below(b, 12));
		b->bytes[0] = (uint8_t)(BUCKET_PLAIN + below(b, 3));
		if (n > 2 && b->bytes[0] != BUCKET_PLAIN) {
			b->bytes[1] = (uint8_t)n;
			b->bytes[2] = 0;
		}
		decode_tight(b->bytes, (size_t)n, below(b, 300));
	}
}

/* Readings are not buckets, and buckets no readings. */
static void formats_are_told_apart(void **state)
{
	struct bench *b = *state;
	struct block_reading room[64];
	struct block readings = { .capacity = 64, .readings = room };
	int n;

	fill_hour(b, 2, 0);
	n = round_trip(b);
	assert_false(block_decode(b->bytes, (size_t)n, &readings));
	n = block_encode(&readings, b->bytes, MAX_BYTES);
	assert_false(bucket_decode(b->bytes, (size_t)n, &b->out));
}

/* Bytes written once stay readable for ever; tests/live/history_form.py reads the same after the description. */
static void stored_forms_stay_readable(void **state)
{
	struct bench *b = *state;
	static const uint8_t packed[] = {
		0x04, 0x5f, 0x00, 0x0a, 0x0b, 0x05, 0xc0, 0x01, 0xd6, 0x14, 0xee, 0x05, 0xe1, 0x16, 0x8c, 0x88, 0xd4, 0xf7,
		0xd1, 0xb2, 0x90, 0xc5, 0x91, 0xb4, 0xf2, 0xe5, 0x20, 0xca, 0xf0, 0x41, 0x49, 0xac, 0xfc, 0xfd, 0x61, 0xd0,
		0x45, 0xf0, 0x03, 0xde, 0xc9, 0x19, 0xe6, 0x3e, 0x19, 0x02, 0xa5, 0x03, 0x9a, 0x88, 0xb7, 0x53, 0xaa, 0x30,
		0x88, 0x42, 0xf8, 0xfd, 0xb9, 0x5c, 0x4b, 0x6d, 0xd1, 0x61, 0xfa, 0x4b, 0x36, 0x47, 0xf0, 0xc0, 0xa7, 0xef,
		0x7c, 0x5d, 0x95, 0x7b, 0xa5, 0xc2, 0x86, 0xda, 0x4c, 0x08, 0xda, 0x29, 0xfb, 0x96, 0xd6, 0x8c, 0x60, 0x88,
		0x03, 0x0c, 0x4b, 0x84, 0x86,
	};
	static const uint8_t grid[] = {
		0x05, 0x4d, 0x00, 0x0a, 0x0b, 0x05, 0xc0, 0x02, 0x17, 0x80, 0xff, 0x00, 0x07, 0x58, 0x53, 0xb8, 0x17, 0x08,
		0xb4, 0x66, 0x26, 0x49, 0x0d, 0xbe, 0x17, 0x14, 0xe3, 0x7f, 0xea, 0x94, 0x78, 0x87, 0x05, 0xb6, 0x0e, 0x8a,
		0x9e, 0x92, 0x60, 0xe3, 0xd4, 0x71, 0x7e, 0xd6, 0x72, 0x67, 0x42, 0xa5, 0x9c, 0x6c, 0xee, 0xbe, 0x4c, 0x90,
		0x71, 0x30, 0x32, 0x19, 0x16, 0xb1, 0x12, 0x74, 0x56, 0x20, 0x5e, 0x64, 0xac, 0xa6, 0x6e, 0xff, 0x13, 0x98,
		0x29, 0x8a, 0x69, 0x9a, 0xde,
	};
	static const struct code_map maps[] = { { 1000, 16, 0 }, { 1000, 16, -20000 }, { 0, 1, 0 } };

	clear(b);
	for (int i = 0; i < 3; i++) {
		add_series(b, 7 + i);
		b->in.grid[i] = maps[i];
		for (int k = 0; k < 6; k++) {
			int64_t code = (i == 1 ? -5 : 650) + k * (i + 1) % 4;
			int64_t min = i == 2 ? 4400 - k * k : grid_value(maps[i], code);
			int64_t max = i == 2 ? 4500 + k * 3 : grid_value(maps[i], code + k % 3);

			add_bucket(b, (struct bucket){ 2 * k + (k > 3), 12 - (k == 2), min + (max - min) * 2 / 3, min, max,
				i == 2 ? 75 * k : 0 });
		}
	}
	memcpy(b->bytes, packed, sizeof(packed));
	assert_comes_back(b, (int)sizeof(packed));
	memcpy(b->bytes, grid, sizeof(grid));
	assert_comes_back(b, (int)sizeof(grid));
	assert_int_equal(bucket_encode(&b->in, b->bytes, MAX_BYTES), sizeof(grid));
	assert_memory_equal(b->bytes, grid, sizeof(grid));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_buckets_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(steps_are_cheap, setup, teardown),
		cmocka_unit_test_setup_teardown(the_step_below_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(the_sizes_at_the_edge, setup, teardown),
		cmocka_unit_test_setup_teardown(still_columns_are_nearly_free, setup, teardown),
		cmocka_unit_test_setup_teardown(one_series_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(order_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_does_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(noise_does_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(stored_forms_stay_readable, setup, teardown),
		cmocka_unit_test_setup_teardown(formats_are_told_apart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
