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
		fill_wild(b);
		round_trip(b);
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

	fill_hour(b, 5, 10);
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
		b->bytes[0] = below(b, 2) ? BUCKET_PLAIN : BUCKET_PACKED;
		if (n > 2 && b->bytes[0] == BUCKET_PACKED) {
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_buckets_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(the_sizes_at_the_edge, setup, teardown),
		cmocka_unit_test_setup_teardown(still_columns_are_nearly_free, setup, teardown),
		cmocka_unit_test_setup_teardown(one_series_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(order_is_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_does_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(noise_does_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(formats_are_told_apart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
