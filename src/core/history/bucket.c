/* SPDX-License-Identifier: MIT */
/* number of series; of each: id, buckets; of each bucket: buckets left out since the one before, then mean,
 * mean - min, max - mean, count and wh, each a column of values. */
#include "core/history/bucket.h"

#include "core/history/numbers.h"

enum column { COLUMN_MEAN, COLUMN_BELOW, COLUMN_ABOVE, COLUMN_COUNT, COLUMN_WH };

static bool put_bucket(struct numbers *n, const struct bucket *b, int32_t next, bool first)
{
	if (b->at < next || b->at == INT32_MAX || b->count < 0)
		return false;
	numbers_put(n, FIELD_AT, (uint64_t)(b->at - next));
	numbers_put_value(n, COLUMN_MEAN, first, b->mean);
	numbers_put_value(n, COLUMN_BELOW, first, delta_of(b->mean, b->min));
	numbers_put_value(n, COLUMN_ABOVE, first, delta_of(b->max, b->mean));
	numbers_put_value(n, COLUMN_COUNT, first, b->count);
	numbers_put_value(n, COLUMN_WH, first, b->wh);
	return true;
}

static bool put_series(struct numbers *n, const struct bucket_block *b, const struct block_series *s)
{
	const struct bucket *of = &b->buckets[s->first];

	numbers_put(n, FIELD_ID, (uint64_t)s->id);
	numbers_put(n, FIELD_COUNT, (uint64_t)s->count);
	for (int32_t i = 0; i < s->count; i++)
		if (!put_bucket(n, &of[i], i == 0 ? 0 : of[i - 1].at + 1, i == 0))
			return false;
	return true;
}

static int encode(const struct bucket_block *b, uint8_t *bytes, size_t size, bool packed)
{
	struct numbers n;
	uint64_t series = 0;

	for (int32_t i = 0; i < b->n_series; i++)
		series += b->series[i].count > 0;
	numbers_write(&n, bytes, size, packed ? BUCKET_PACKED : BUCKET_PLAIN, packed);
	numbers_put(&n, FIELD_SERIES, series);
	for (int32_t i = 0; i < b->n_series && !numbers_bad(&n); i++)
		if (b->series[i].count > 0 && !put_series(&n, b, &b->series[i]))
			return -1;
	return numbers_written(&n);
}

int bucket_encode(const struct bucket_block *b, uint8_t *bytes, size_t size)
{
	int n = encode(b, bytes, size, true);

	return n >= 0 ? n : encode(b, bytes, size, false);
}

/* --- decoding ------------------------------------------------------------------------------ */

static void get_bucket(struct numbers *n, struct bucket *b, int32_t next, bool first)
{
	int64_t count;

	b->at = next + numbers_get_count(n, FIELD_AT, INT32_MAX - 1 - next);
	b->mean = numbers_get_value(n, COLUMN_MEAN, first);
	b->min = delta_of(b->mean, numbers_get_value(n, COLUMN_BELOW, first));
	b->max = delta_add(b->mean, numbers_get_value(n, COLUMN_ABOVE, first));
	count = numbers_get_value(n, COLUMN_COUNT, first);
	b->wh = numbers_get_value(n, COLUMN_WH, first);
	if (count < 0 || count > INT32_MAX)
		numbers_fail(n);
	b->count = (int32_t)count;
}

static void get_series(struct numbers *n, struct bucket_block *b)
{
	struct block_series *s = &b->series[b->n_series];
	struct bucket *of = &b->buckets[b->n_buckets];

	s->id = numbers_get_count(n, FIELD_ID, INT32_MAX);
	s->first = b->n_buckets;
	s->count = numbers_get_count(n, FIELD_COUNT, b->capacity - b->n_buckets);
	for (int32_t i = 0; i < s->count && !numbers_bad(n); i++)
		get_bucket(n, &of[i], i == 0 ? 0 : of[i - 1].at + 1, i == 0);
	if (numbers_bad(n))
		return;
	b->n_buckets += s->count;
	b->n_series++;
}

/* Up to and with the series `last`, or all of them if there is none of that id. */
static bool decode(const uint8_t *bytes, size_t length, int32_t last, struct bucket_block *b)
{
	struct numbers n;
	int32_t series;

	b->n_series = b->n_buckets = 0;
	if (length == 0 || (bytes[0] != BUCKET_PLAIN && bytes[0] != BUCKET_PACKED))
		return false;
	numbers_read(&n, bytes, length, bytes[0] == BUCKET_PACKED);
	series = numbers_get_count(&n, FIELD_SERIES, BLOCK_MAX_SERIES);
	for (int32_t i = 0; i < series && !numbers_bad(&n); i++) {
		get_series(&n, b);
		if (!numbers_bad(&n) && b->series[b->n_series - 1].id == last)
			return true;
	}
	if (numbers_all_read(&n))
		return true;
	b->n_series = b->n_buckets = 0;
	return false;
}

bool bucket_decode(const uint8_t *bytes, size_t length, struct bucket_block *b)
{
	return decode(bytes, length, -1, b);
}

bool bucket_decode_series(const uint8_t *bytes, size_t length, int32_t id, struct bucket_block *b)
{
	if (!decode(bytes, length, id, b))
		return false;
	if (b->n_series == 0 || b->series[b->n_series - 1].id != id) {
		b->n_series = 0;
		return true;
	}
	b->series[0] = b->series[b->n_series - 1];
	b->n_series = 1;
	return true;
}
