/* SPDX-License-Identifier: MIT */
/* number of series; of each: id, buckets; of each bucket: buckets left out since the one before, then mean,
 * mean - min, max - mean, count and wh, each a column of values. On a grid: after the buckets' number whether there
 * are Wh, and the grid's map (num 0: this series has none), and min and max as steps from the mean. */
#include "core/history/bucket.h"

#include "core/history/numbers.h"

enum column { COLUMN_MEAN, COLUMN_BELOW, COLUMN_ABOVE, COLUMN_COUNT, COLUMN_WH };

/* From the least to the most: more no sensor has. */
enum { STEPS_MOST = INT32_MAX };

static bool in_order(const struct bucket *b, int32_t next)
{
	return b->at >= next && b->at != INT32_MAX && b->count >= 0;
}

/* Of a mean: the step below it, and where it is between that and the next. */
struct stand { int64_t step; int phase; };

static struct stand stand_of(struct code_map grid, int64_t mean)
{
	int64_t step = grid_floor(grid, mean);

	return (struct stand){ step, grid_phase(grid, step, mean) };
}

/* A mean between two steps has readings on both sides. */
static int64_t least_up(const struct stand *s)
{
	return s->phase < GRID_PHASES - 1;
}

/* How the buckets of a series are written: grid.num 0: on none. */
struct manner { struct code_map grid; bool has_wh; };

static const struct manner any_manner = { { 0, 1, 0 }, true };

static void put_ends(struct numbers *n, const struct bucket *b, struct code_map grid, bool first)
{
	struct stand s;

	if (grid.num == 0) {
		numbers_put_value(n, COLUMN_BELOW, first, delta_of(b->mean, b->min));
		numbers_put_value(n, COLUMN_ABOVE, first, delta_of(b->max, b->mean));
		return;
	}
	s = stand_of(grid, b->mean);
	numbers_put_steps(n, STEPS_DOWN, s.phase, first, (uint64_t)(s.step - grid_floor(grid, b->min)));
	numbers_put_steps(n, STEPS_UP, s.phase, first, (uint64_t)(grid_floor(grid, b->max) - s.step - least_up(&s)));
}

static bool put_bucket(struct numbers *n, const struct bucket *b, int32_t next, const struct manner *m, bool first)
{
	if (!in_order(b, next))
		return false;
	numbers_put(n, FIELD_AT, (uint64_t)(b->at - next));
	numbers_put_value(n, COLUMN_MEAN, first, b->mean);
	put_ends(n, b, m->grid, first);
	numbers_put_value(n, COLUMN_COUNT, first, b->count);
	if (m->has_wh)
		numbers_put_value(n, COLUMN_WH, first, b->wh);
	return true;
}

static bool on_grid(const struct bucket *b, struct code_map grid)
{
	int64_t from, to;

	if (!grid_holds(b->min) || !grid_holds(b->max) || b->min > b->mean || b->mean > b->max)
		return false;
	from = grid_floor(grid, b->min);
	to = grid_floor(grid, b->max);
	return grid_value(grid, from) == b->min && grid_value(grid, to) == b->max && to - from <= STEPS_MOST;
}

/* The series' grid if all of it is on it; else num is 0. */
static struct code_map grid_of(const struct bucket_block *b, int32_t series)
{
	const struct block_series *s = &b->series[series];
	struct code_map grid = b->grid[series];

	if (!grid_fits(grid))
		return (struct code_map){ 0, 1, 0 };
	for (int32_t i = 0; i < s->count; i++)
		if (!on_grid(&b->buckets[s->first + i], grid))
			return (struct code_map){ 0, 1, 0 };
	return grid;
}

static struct manner manner_of(const struct bucket_block *b, int32_t series)
{
	const struct block_series *s = &b->series[series];
	struct manner m = { grid_of(b, series), false };

	for (int32_t i = 0; i < s->count && !m.has_wh; i++)
		m.has_wh = b->buckets[s->first + i].wh != 0;
	return m;
}

static void put_manner(struct numbers *n, const struct manner *m)
{
	numbers_put(n, FIELD_HAS_WH, m->has_wh);
	numbers_put(n, FIELD_NUM, (uint64_t)m->grid.num);
	if (m->grid.num == 0)
		return;
	numbers_put(n, FIELD_DEN, (uint64_t)m->grid.den);
	numbers_put(n, FIELD_OFFSET, zigzag(m->grid.offset));
}

static bool put_series(struct numbers *n, const struct bucket_block *b, int32_t series, bool grids)
{
	const struct block_series *s = &b->series[series];
	const struct bucket *of = &b->buckets[s->first];
	struct manner m = grids ? manner_of(b, series) : any_manner;

	numbers_put(n, FIELD_ID, (uint64_t)s->id);
	numbers_put(n, FIELD_COUNT, (uint64_t)s->count);
	if (grids)
		put_manner(n, &m);
	for (int32_t i = 0; i < s->count; i++)
		if (!put_bucket(n, &of[i], i == 0 ? 0 : of[i - 1].at + 1, &m, i == 0))
			return false;
	return true;
}

static int encode(const struct bucket_block *b, uint8_t *bytes, size_t size, uint8_t format)
{
	struct numbers n;
	uint64_t series = 0;

	for (int32_t i = 0; i < b->n_series; i++)
		series += b->series[i].count > 0;
	numbers_write(&n, bytes, size, format, format != BUCKET_PLAIN);
	numbers_put(&n, FIELD_SERIES, series);
	for (int32_t i = 0; i < b->n_series && !numbers_bad(&n); i++)
		if (b->series[i].count > 0 && !put_series(&n, b, i, format == BUCKET_GRID))
			return -1;
	return numbers_written(&n);
}

int bucket_encode(const struct bucket_block *b, uint8_t *bytes, size_t size)
{
	bool grids = false;
	int n;

	for (int32_t i = 0; i < b->n_series && !grids; i++)
		grids = b->series[i].count > 0 && grid_of(b, i).num > 0;
	n = encode(b, bytes, size, grids ? BUCKET_GRID : BUCKET_PACKED);
	return n >= 0 ? n : encode(b, bytes, size, BUCKET_PLAIN);
}

/* --- decoding ------------------------------------------------------------------------------ */

/* Refused before anything is reckoned with them. */
static int64_t get_steps(struct numbers *n, int which, int phase, bool first)
{
	uint64_t steps = numbers_get_steps(n, which, phase, first);

	if (steps <= STEPS_MOST)
		return (int64_t)steps;
	numbers_fail(n);
	return 0;
}

static void get_ends(struct numbers *n, struct bucket *b, struct code_map grid, bool first)
{
	struct stand s;

	if (grid.num == 0) {
		b->min = delta_of(b->mean, numbers_get_value(n, COLUMN_BELOW, first));
		b->max = delta_add(b->mean, numbers_get_value(n, COLUMN_ABOVE, first));
		return;
	}
	if (!grid_holds(b->mean)) {
		numbers_fail(n);
		return;
	}
	s = stand_of(grid, b->mean);
	b->min = grid_value(grid, s.step - get_steps(n, STEPS_DOWN, s.phase, first));
	b->max = grid_value(grid, s.step + least_up(&s) + get_steps(n, STEPS_UP, s.phase, first));
}

static void get_bucket(struct numbers *n, struct bucket *b, int32_t next, const struct manner *m, bool first)
{
	int64_t count;

	b->at = next + numbers_get_count(n, FIELD_AT, INT32_MAX - 1 - next);
	b->mean = numbers_get_value(n, COLUMN_MEAN, first);
	get_ends(n, b, m->grid, first);
	count = numbers_get_value(n, COLUMN_COUNT, first);
	b->wh = m->has_wh ? numbers_get_value(n, COLUMN_WH, first) : 0;
	if (count < 0 || count > INT32_MAX)
		numbers_fail(n);
	b->count = (int32_t)count;
}

static struct manner get_manner(struct numbers *n)
{
	struct manner m = { .has_wh = numbers_get_count(n, FIELD_HAS_WH, 1) != 0 };

	m.grid = (struct code_map){ (int64_t)numbers_get(n, FIELD_NUM), 1, 0 };
	if (m.grid.num == 0)
		return m;
	m.grid.den = (int64_t)numbers_get(n, FIELD_DEN);
	m.grid.offset = unzigzag(numbers_get(n, FIELD_OFFSET));
	if (grid_fits(m.grid))
		return m;
	numbers_fail(n);
	return any_manner;
}

static void get_series(struct numbers *n, struct bucket_block *b, bool grids)
{
	struct block_series *s = &b->series[b->n_series];
	struct bucket *of = &b->buckets[b->n_buckets];
	struct manner m = any_manner;

	s->id = numbers_get_count(n, FIELD_ID, INT32_MAX);
	s->first = b->n_buckets;
	s->count = numbers_get_count(n, FIELD_COUNT, b->capacity - b->n_buckets);
	if (grids)
		m = get_manner(n);
	b->grid[b->n_series] = m.grid;
	for (int32_t i = 0; i < s->count && !numbers_bad(n); i++)
		get_bucket(n, &of[i], i == 0 ? 0 : of[i - 1].at + 1, &m, i == 0);
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
	if (length == 0 || bytes[0] < BUCKET_PLAIN || bytes[0] > BUCKET_GRID)
		return false;
	numbers_read(&n, bytes, length, bytes[0] != BUCKET_PLAIN);
	series = numbers_get_count(&n, FIELD_SERIES, BLOCK_MAX_SERIES);
	for (int32_t i = 0; i < series && !numbers_bad(&n); i++) {
		get_series(&n, b, bytes[0] == BUCKET_GRID);
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
	b->grid[0] = b->grid[b->n_series - 1];
	b->n_series = 1;
	return true;
}
