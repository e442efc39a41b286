/* SPDX-License-Identifier: MIT */
/* Any bytes as a block of readings or buckets: refused and then empty, or what fits and reads the same once
 * written, in each form. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/history/block.h"
#include "core/history/bucket.h"

enum { CAPACITY = 4096, ROOM = 256 * 1024 };

/* The next series that has readings, from i on: writing leaves the others out. */
static int next_series(const struct block *b, int i)
{
	while (i < b->n_series && b->series[i].count == 0)
		i++;
	return i;
}

static void check_same(const struct block *a, const struct block *b)
{
	int k = next_series(a, 0);

	assert(a->n_readings == b->n_readings);
	for (int i = 0; i < b->n_series; i++, k = next_series(a, k + 1)) {
		assert(k < a->n_series);
		assert(a->series[k].id == b->series[i].id && a->series[k].count == b->series[i].count);
		for (int j = 0; j < b->series[i].count; j++) {
			const struct block_reading *x = &a->readings[a->series[k].first + j];
			const struct block_reading *y = &b->readings[b->series[i].first + j];

			assert(x->at_ms == y->at_ms && x->code == y->code);
		}
	}
	assert(k == a->n_series);
}

static void fuzz_readings(const uint8_t *data, size_t size)
{
	static const uint8_t format[] = { BLOCK_PLAIN, BLOCK_PACKED };
	struct block a = { .start_ms = 1799924400000, .capacity = CAPACITY }, b = a;
	uint8_t *bytes = malloc(ROOM);

	a.readings = calloc(CAPACITY, sizeof(*a.readings));
	b.readings = calloc(CAPACITY, sizeof(*b.readings));
	assert(bytes != NULL && a.readings != NULL && b.readings != NULL);
	if (!block_decode(data, size, &a))
		assert(a.n_series == 0 && a.n_readings == 0);
	for (int i = 0; i < a.n_series; i++)
		assert(a.series[i].first >= 0 && a.series[i].count >= 0 &&
			a.series[i].first + a.series[i].count <= a.n_readings);
	for (int i = 0; i < 2 && a.n_series > 0; i++) {
		int n = block_encode_as(&a, format[i], bytes, ROOM);

		assert(n < 0 || block_decode(bytes, (size_t)n, &b));
		if (n >= 0)
			check_same(&a, &b);
	}
	assert(block_encode(&a, bytes, block_most_bytes(a.n_series, a.n_readings)) > 0);
	free(b.readings);
	free(a.readings);
	free(bytes);
}

static void fuzz_buckets(const uint8_t *data, size_t size)
{
	struct bucket_block a = { .capacity = CAPACITY }, b = a;
	uint8_t *bytes = malloc(ROOM);
	int n;

	a.buckets = calloc(CAPACITY, sizeof(*a.buckets));
	b.buckets = calloc(CAPACITY, sizeof(*b.buckets));
	assert(bytes != NULL && a.buckets != NULL && b.buckets != NULL);
	if (!bucket_decode(data, size, &a))
		assert(a.n_series == 0 && a.n_buckets == 0);
	n = bucket_encode(&a, bytes, bucket_most_bytes(a.n_series, a.n_buckets));
	assert(n > 0 && bucket_decode(bytes, (size_t)n, &b) && b.n_buckets == a.n_buckets);
	for (int i = 0; i < a.n_buckets; i++) {
		const struct bucket *x = &a.buckets[i], *y = &b.buckets[i];

		assert(x->at == y->at && x->count == y->count && x->mean == y->mean && x->min == y->min &&
			x->max == y->max && x->wh == y->wh);
	}
	free(b.buckets);
	free(a.buckets);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_readings(data, size);
	fuzz_buckets(data, size);
	return 0;
}
