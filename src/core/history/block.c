/* SPDX-License-Identifier: MIT */
/* The numbers of a block, in this order:
 *
 *   number of schedules; of each: number of runs; of each run: zigzag first tick (ms after the tick
 *     before it, the first of all after the block's start), period ms, ticks
 *   number of series; of each: id; readings; schedule (0 = none); times; values
 *   times: number of edits, then per edit: ticks taken, ticks skipped, own times; per own time: zigzag ms
 *     after the time before it; after the last edit the rest of the readings take the ticks that follow
 *   values: one by one
 *
 * Sensors of one scan share their ticks, so a schedule of three numbers stands for the times of all of
 * them. How the numbers become bytes: numbers.c. */
#include "core/history/block.h"

#include "core/history/numbers.h"
#include "core/history/schedule.h"

static void put_schedules(struct numbers *n, const struct schedules *all, int64_t start_ms)
{
	numbers_put(n, FIELD_SCHEDULES, (uint64_t)all->n);
	for (int32_t i = 0; i < all->n; i++) {
		int64_t before = start_ms;

		numbers_put(n, FIELD_RUNS, (uint64_t)all->list[i].n_runs);
		for (int32_t k = 0; k < all->list[i].n_runs; k++) {
			const struct run *r = &all->list[i].run[k];

			numbers_put(n, FIELD_FIRST_TICK, zigzag(delta_of(r->first, before)));
			numbers_put(n, FIELD_PERIOD, (uint64_t)r->period);
			numbers_put(n, FIELD_TICKS, (uint64_t)r->ticks);
			before = run_last(r);
		}
	}
}

static void put_times(struct numbers *n, const struct schedule *s, const struct block_reading *r,
	int32_t count, int64_t start_ms)
{
	struct editing e = { r, count, 0, { s, 0, 0 } };
	struct edit edit;
	int32_t edits = 0;

	while (edit_next(&e, &edit))
		edits++;
	numbers_put(n, FIELD_EDITS, (uint64_t)edits);
	e = (struct editing){ r, count, 0, { s, 0, 0 } };
	while (edit_next(&e, &edit)) {
		numbers_put(n, FIELD_TAKE, (uint64_t)edit.take);
		numbers_put(n, FIELD_SKIP, (uint64_t)edit.skip);
		numbers_put(n, FIELD_OWN, (uint64_t)edit.n_own);
		for (int32_t i = edit.first_own; i < edit.first_own + edit.n_own; i++)
			numbers_put(n, FIELD_OWN_TIME,
				zigzag(delta_of(r[i].at_ms, i == 0 ? start_ms : r[i - 1].at_ms)));
	}
}

/* Which schedule each series uses, made along the way. Returns how many series have readings. */
static int32_t find_schedules(const struct block *b, struct schedules *all, int32_t uses[])
{
	int32_t n = 0;

	all->n = 0;
	for (int32_t i = 0; i < b->n_series; i++) {
		uses[i] = schedule_for(all, &b->readings[b->series[i].first], b->series[i].count);
		n += b->series[i].count > 0;
	}
	return n;
}

static void put_series(struct numbers *n, const struct block *b, const struct block_series *s,
	const struct schedule *uses, int32_t number)
{
	const struct block_reading *r = &b->readings[s->first];

	numbers_put(n, FIELD_ID, (uint64_t)s->id);
	numbers_put(n, FIELD_COUNT, (uint64_t)s->count);
	numbers_put(n, FIELD_USES, (uint64_t)number);
	put_times(n, uses, r, s->count, b->start_ms);
	for (int32_t i = 0; i < s->count; i++)
		numbers_put_value(n, 0, i == 0, r[i].code);
}

int block_encode_as(const struct block *b, uint8_t format, uint8_t *bytes, size_t size)
{
	struct schedules all;
	struct numbers n;
	int32_t uses[BLOCK_MAX_SERIES];
	int32_t series = find_schedules(b, &all, uses);

	numbers_write(&n, bytes, size, format, format == BLOCK_PACKED);
	put_schedules(&n, &all, b->start_ms);
	numbers_put(&n, FIELD_SERIES, (uint64_t)series);
	for (int32_t i = 0; i < b->n_series && !numbers_bad(&n); i++)
		if (b->series[i].count > 0)
			put_series(&n, b, &b->series[i], uses[i] < 0 ? NULL : &all.list[uses[i]], uses[i] + 1);
	return numbers_written(&n);
}

int block_encode(const struct block *b, uint8_t *bytes, size_t size)
{
	int n = block_encode_as(b, BLOCK_PACKED, bytes, size);

	return n >= 0 ? n : block_encode_as(b, BLOCK_PLAIN, bytes, size);
}

/* --- decoding ------------------------------------------------------------------------------ */

static void get_schedule(struct numbers *n, struct schedule *s, int64_t start_ms)
{
	int64_t before = start_ms;

	s->n_runs = numbers_get_count(n, FIELD_RUNS, BLOCK_MAX_RUNS);
	for (int32_t k = 0; k < s->n_runs && !numbers_bad(n); k++) {
		struct run *r = &s->run[k];

		r->first = delta_add(before, unzigzag(numbers_get(n, FIELD_FIRST_TICK)));
		r->period = (int64_t)numbers_get(n, FIELD_PERIOD);
		r->ticks = numbers_get_count(n, FIELD_TICKS, INT32_MAX);
		if (r->ticks == 0)
			numbers_fail(n);
		before = run_last(r);
	}
}

/* Takes `count` ticks into r; bad when the schedule has fewer. */
static void take_ticks(struct numbers *n, struct cursor *c, struct block_reading *r, int32_t count)
{
	for (int32_t i = 0; i < count; i++) {
		if (cursor_done(c)) {
			numbers_fail(n);
			return;
		}
		r[i].at_ms = cursor_tick(c);
		cursor_next(c);
	}
}

static void get_times(struct numbers *n, const struct schedule *s, struct block_reading *r, int32_t count,
	int64_t start_ms)
{
	struct cursor c = { s, 0, 0 };
	int32_t at = 0, edits = numbers_get_count(n, FIELD_EDITS, count);

	for (int32_t k = 0; k < edits && !numbers_bad(n); k++) {
		int32_t take = numbers_get_count(n, FIELD_TAKE, count - at);
		int32_t skip = numbers_get_count(n, FIELD_SKIP, INT32_MAX);
		int32_t own = numbers_get_count(n, FIELD_OWN, count - at - take);

		take_ticks(n, &c, &r[at], take);
		if (!cursor_skip(&c, skip))
			numbers_fail(n);
		at += take;
		for (int32_t i = 0; i < own && !numbers_bad(n); i++, at++)
			r[at].at_ms = delta_add(at == 0 ? start_ms : r[at - 1].at_ms,
				unzigzag(numbers_get(n, FIELD_OWN_TIME)));
	}
	if (!numbers_bad(n))
		take_ticks(n, &c, &r[at], count - at);
}

static void get_series(struct numbers *n, const struct schedules *all, struct block *b)
{
	struct block_series *s = &b->series[b->n_series];
	struct block_reading *r = &b->readings[b->n_readings];
	int32_t uses;

	s->id = numbers_get_count(n, FIELD_ID, INT32_MAX);
	s->first = b->n_readings;
	s->count = numbers_get_count(n, FIELD_COUNT, b->capacity - b->n_readings);
	uses = numbers_get_count(n, FIELD_USES, all->n);
	if (numbers_bad(n))
		return;
	get_times(n, uses == 0 ? NULL : &all->list[uses - 1], r, s->count, b->start_ms);
	for (int32_t i = 0; i < s->count && !numbers_bad(n); i++)
		r[i].code = numbers_get_value(n, 0, i == 0);
	b->n_readings += s->count;
	b->n_series++;
}

/* Up to and with the series `last`, or all of them if there is none of that id. */
static bool decode(const uint8_t *bytes, size_t length, int32_t last, struct block *b)
{
	struct schedules all;
	struct numbers n;
	int32_t series;

	b->n_series = b->n_readings = 0;
	if (length == 0 || (bytes[0] != BLOCK_PLAIN && bytes[0] != BLOCK_PACKED))
		return false;
	numbers_read(&n, bytes, length, bytes[0] == BLOCK_PACKED);
	all.n = numbers_get_count(&n, FIELD_SCHEDULES, BLOCK_MAX_SCHEDULES);
	for (int32_t i = 0; i < all.n && !numbers_bad(&n); i++)
		get_schedule(&n, &all.list[i], b->start_ms);
	series = numbers_get_count(&n, FIELD_SERIES, BLOCK_MAX_SERIES);
	for (int32_t i = 0; i < series && !numbers_bad(&n); i++) {
		get_series(&n, &all, b);
		if (!numbers_bad(&n) && b->series[b->n_series - 1].id == last)
			return true;
	}
	if (numbers_all_read(&n))
		return true;
	b->n_series = b->n_readings = 0;
	return false;
}

bool block_decode(const uint8_t *bytes, size_t length, struct block *b)
{
	return decode(bytes, length, -1, b);
}

bool block_decode_series(const uint8_t *bytes, size_t length, int32_t id, struct block *b)
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
