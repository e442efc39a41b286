/* SPDX-License-Identifier: MIT */
/* The plain format, all numbers varints:
 *
 *  *   format byte
 *   number of schedules; of each: number of runs; of each run: zigzag first tick (ms after the tick
 *     before it, the first of all after the block's start), period ms, ticks
 *   number of series; of each: id; readings; schedule (0 = none); times; values
 *   times: number of edits, then per edit: ticks taken, ticks skipped, own times; per own time: zigzag ms
 *     after the time before it; after the last edit the rest of the readings take the ticks that follow
 *   values: zigzag difference from the one before
 *
 * Sensors of one scan share their ticks, so a schedule of three numbers stands for the times of all of
 * them. */
#include "core/history/block.h"

#include <string.h>

#include "core/history/varint.h"

struct run { int64_t first, period; int32_t ticks; };
struct schedule { struct run run[BLOCK_MAX_RUNS]; int32_t n_runs, ticks; };
struct schedules { struct schedule list[BLOCK_MAX_SCHEDULES]; int32_t n; };

/* Walks the ticks of a schedule; a NULL schedule has none. */
struct cursor { const struct schedule *of; int32_t run, tick; };

static bool cursor_done(const struct cursor *c)
{
	return c->of == NULL || c->run == c->of->n_runs;
}

static int64_t cursor_tick(const struct cursor *c)
{
	const struct run *r = &c->of->run[c->run];

	return delta_add(r->first, (int64_t)((uint64_t)r->period * (uint64_t)c->tick));
}

static void cursor_next(struct cursor *c)
{
	if (++c->tick == c->of->run[c->run].ticks) {
		c->tick = 0;
		c->run++;
	}
}

/* --- encoding ------------------------------------------------------------------------------ */

/* The runs of equal distance in a series' times. False: too many, or times that do not rise. */
static bool schedule_find(const struct block_reading *r, int32_t n, struct schedule *s)
{
	int32_t i = 0;

	s->n_runs = 0;
	s->ticks = n;
	while (i < n) {
		struct run *run = &s->run[s->n_runs];
		int32_t from = i;

		if (s->n_runs++ == BLOCK_MAX_RUNS)
			return false;
		*run = (struct run){ r[i].at_ms, i + 1 < n ? delta_of(r[i + 1].at_ms, r[i].at_ms) : 0, 1 };
		for (i++; i < n && delta_of(r[i].at_ms, r[i - 1].at_ms) == run->period; i++)
			run->ticks++;
		if (run->period < 0)
			return false;
		if (run->ticks == 2 && i < n && from > 0) {	/* no rhythm yet: it may begin the next */
			run->ticks = 1;
			i--;
		}
	}
	return true;
}

struct edit { int32_t take, skip, first_own, n_own; };

/* Produces the edits that make a series' times of a schedule's ticks, one by one. `at` and `cursor` move
 * on. */
struct editing { const struct block_reading *r; int32_t n, at; struct cursor cursor; };

/* How many ticks to skip until one is exactly `ms`; -1: none is. */
static int32_t ticks_until(struct cursor c, int64_t ms)
{
	int32_t n = 0;

	for (; !cursor_done(&c) && cursor_tick(&c) < ms; cursor_next(&c))
		n++;
	return !cursor_done(&c) && cursor_tick(&c) == ms ? n : -1;
}

static bool edit_next(struct editing *e, struct edit *out)
{
	*out = (struct edit){ 0 };
	for (; e->at < e->n && ticks_until(e->cursor, e->r[e->at].at_ms) == 0; e->at++, out->take++)
		cursor_next(&e->cursor);
	if (e->at == e->n)
		return false;	/* the rest takes what follows */
	out->first_own = e->at;
	for (; e->at < e->n && (out->skip = ticks_until(e->cursor, e->r[e->at].at_ms)) < 0; e->at++)
		out->n_own++;
	if (e->at == e->n)
		out->skip = 0;
	for (int32_t i = 0; i < out->skip; i++)
		cursor_next(&e->cursor);
	return true;
}

/* The edits a schedule would need: their bytes, roughly. */
static int32_t edits_cost(const struct schedule *s, const struct block_reading *r, int32_t n)
{
	struct editing e = { r, n, 0, { s, 0, 0 } };
	struct edit edit;
	int32_t cost = 0;

	while (edit_next(&e, &edit))
		cost += 3 + 2 * edit.n_own;
	return cost;
}

/* The best schedule for a series: one there is, or a new one when that is cheaper. -1: none. */
static int32_t schedule_for(struct schedules *all, const struct block_reading *r, int32_t n)
{
	struct schedule own;
	int32_t best = -1, best_cost = edits_cost(NULL, r, n);

	for (int32_t i = 0; i < all->n; i++) {
		int32_t cost = edits_cost(&all->list[i], r, n);

		if (cost < best_cost) {
			best = i;
			best_cost = cost;
		}
	}
	if (all->n == BLOCK_MAX_SCHEDULES || !schedule_find(r, n, &own) || best_cost <= 1 + 5 * own.n_runs)
		return best;
	all->list[all->n] = own;
	return all->n++;
}

static void put_schedules(struct varint_out *o, const struct schedules *all, int64_t start_ms)
{
	varint_put(o, (uint64_t)all->n);
	for (int32_t i = 0; i < all->n; i++) {
		int64_t before = start_ms;

		varint_put(o, (uint64_t)all->list[i].n_runs);
		for (int32_t k = 0; k < all->list[i].n_runs; k++) {
			const struct run *r = &all->list[i].run[k];

			varint_put(o, zigzag(delta_of(r->first, before)));
			varint_put(o, (uint64_t)r->period);
			varint_put(o, (uint64_t)r->ticks);
			before = delta_add(
				r->first, (int64_t)((uint64_t)r->period * (uint64_t)(r->ticks - 1)));
		}
	}
}

static void put_times(struct varint_out *o, const struct schedule *s, const struct block_reading *r,
	int32_t n, int64_t start_ms)
{
	struct editing e = { r, n, 0, { s, 0, 0 } };
	struct edit edit;
	int32_t edits = 0;

	while (edit_next(&e, &edit))
		edits++;
	varint_put(o, (uint64_t)edits);
	e = (struct editing){ r, n, 0, { s, 0, 0 } };
	while (edit_next(&e, &edit)) {
		varint_put(o, (uint64_t)edit.take);
		varint_put(o, (uint64_t)edit.skip);
		varint_put(o, (uint64_t)edit.n_own);
		for (int32_t i = edit.first_own; i < edit.first_own + edit.n_own; i++)
			varint_put(o, zigzag(delta_of(r[i].at_ms, i == 0 ? start_ms : r[i - 1].at_ms)));
	}
}

static void put_values(struct varint_out *o, const struct block_reading *r, int32_t n)
{
	for (int32_t i = 0; i < n; i++)
		varint_put(o, zigzag(delta_of(r[i].code, i == 0 ? 0 : r[i - 1].code)));
}

int block_encode(const struct block *b, uint8_t *bytes, size_t size)
{
	struct varint_out o = { bytes, size, 0, false };
	struct schedules all = { .n = 0 };
	int32_t uses[BLOCK_MAX_SERIES];
	uint64_t n = 0;

	for (int32_t i = 0; i < b->n_series; i++) {
		uses[i] = schedule_for(&all, &b->readings[b->series[i].first], b->series[i].count);
		n += b->series[i].count > 0;
	}
	varint_put(&o, BLOCK_PLAIN);
	put_schedules(&o, &all, b->start_ms);
	varint_put(&o, n);
	for (int32_t i = 0; i < b->n_series; i++) {
		const struct block_reading *r = &b->readings[b->series[i].first];
		int32_t count = b->series[i].count;

		if (count == 0)
			continue;
		varint_put(&o, (uint64_t)b->series[i].id);
		varint_put(&o, (uint64_t)count);
		varint_put(&o, (uint64_t)(uses[i] + 1));
		put_times(&o, uses[i] < 0 ? NULL : &all.list[uses[i]], r, count, b->start_ms);
		put_values(&o, r, count);
	}
	return o.full ? -1 : (int)o.n;
}

/* --- decoding ------------------------------------------------------------------------------ */

static void get_schedules(struct varint_in *in, struct schedules *all, int64_t start_ms)
{
	all->n = varint_get_count(in, BLOCK_MAX_SCHEDULES);
	for (int32_t i = 0; i < all->n; i++) {
		struct schedule *s = &all->list[i];
		int64_t before = start_ms;

		s->n_runs = varint_get_count(in, BLOCK_MAX_RUNS);
		for (int32_t k = 0; k < s->n_runs && !in->bad; k++) {
			struct run *r = &s->run[k];

			r->first = delta_add(before, unzigzag(varint_get(in)));
			r->period = (int64_t)varint_get(in);
			r->ticks = varint_get_count(in, INT32_MAX);
			if (r->ticks == 0)
				in->bad = true;
			before = delta_add(
				r->first, (int64_t)((uint64_t)r->period * (uint64_t)(r->ticks - 1)));
		}
	}
}

/* Takes `n` ticks into r; bad when the schedule has fewer. */
static void take_ticks(struct varint_in *in, struct cursor *c, struct block_reading *r, int32_t n)
{
	for (int32_t i = 0; i < n; i++) {
		if (cursor_done(c)) {
			in->bad = true;
			return;
		}
		r[i].at_ms = cursor_tick(c);
		cursor_next(c);
	}
}

/* By runs, not by ticks: a hostile block may claim billions of them. */
static void skip_ticks(struct varint_in *in, struct cursor *c, int32_t n)
{
	while (n > 0 && !cursor_done(c)) {
		int32_t left = c->of->run[c->run].ticks - c->tick;

		if (n < left) {
			c->tick += n;
			return;
		}
		n -= left;
		c->tick = 0;
		c->run++;
	}
	if (n > 0)
		in->bad = true;
}

static void get_times(struct varint_in *in, const struct schedule *s, struct block_reading *r, int32_t n,
	int64_t start_ms)
{
	struct cursor c = { s, 0, 0 };
	int32_t at = 0, edits = varint_get_count(in, n);

	for (int32_t k = 0; k < edits && !in->bad; k++) {
		int32_t take = varint_get_count(in, n - at), skip = varint_get_count(in, INT32_MAX);
		int32_t own = varint_get_count(in, n - at - take);

		take_ticks(in, &c, &r[at], take);
		skip_ticks(in, &c, skip);
		at += take;
		for (int32_t i = 0; i < own && !in->bad; i++, at++)
			r[at].at_ms =
				delta_add(at == 0 ? start_ms : r[at - 1].at_ms, unzigzag(varint_get(in)));
	}
	if (!in->bad)
		take_ticks(in, &c, &r[at], n - at);
}

static void get_series(struct varint_in *in, const struct schedules *all, struct block *b)
{
	struct block_series *s = &b->series[b->n_series];
	struct block_reading *r = &b->readings[b->n_readings];
	int64_t code = 0;
	int32_t uses;

	s->id = varint_get_count(in, INT32_MAX);
	s->first = b->n_readings;
	s->count = varint_get_count(in, b->capacity - b->n_readings);
	uses = varint_get_count(in, all->n);
	if (in->bad)
		return;
	get_times(in, uses == 0 ? NULL : &all->list[uses - 1], r, s->count, b->start_ms);
	for (int32_t i = 0; i < s->count && !in->bad; i++) {
		code = delta_add(code, unzigzag(varint_get(in)));
		r[i].code = code;
	}
	b->n_readings += s->count;
	b->n_series++;
}

bool block_decode(const uint8_t *bytes, size_t length, struct block *b)
{
	struct varint_in in = { bytes, length, 0, false };
	struct schedules all = { .n = 0 };
	int32_t n;

	b->n_series = b->n_readings = 0;
	if (varint_get(&in) != BLOCK_PLAIN)
		return false;
	get_schedules(&in, &all, b->start_ms);
	n = varint_get_count(&in, BLOCK_MAX_SERIES);
	for (int32_t i = 0; i < n && !in.bad; i++)
		get_series(&in, &all, b);
	if (in.bad || in.n != length) {
		b->n_series = b->n_readings = 0;
		return false;
	}
	return true;
}
