/* SPDX-License-Identifier: MIT */
/* Any bytes as a block of readings: refused and then empty, or readings that fit and read the same once written. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/history/block.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct block a = { .start_ms = 1799924400000, .capacity = CAPACITY }, b = a;
	uint8_t *bytes = malloc(ROOM);
	int n;

	a.readings = calloc(CAPACITY, sizeof(*a.readings));
	b.readings = calloc(CAPACITY, sizeof(*b.readings));
	assert(bytes != NULL && a.readings != NULL && b.readings != NULL);
	if (!block_decode(data, size, &a)) {
		assert(a.n_series == 0 && a.n_readings == 0);
	} else {
		for (int i = 0; i < a.n_series; i++)
			assert(a.series[i].first >= 0 && a.series[i].count >= 0 &&
				a.series[i].first + a.series[i].count <= a.n_readings);
		n = block_encode(&a, bytes, ROOM);
		if (n >= 0 && block_decode(bytes, (size_t)n, &b))
			check_same(&a, &b);
	}
	free(b.readings);
	free(a.readings);
	free(bytes);
	return 0;
}
