/* SPDX-License-Identifier: MIT */
#include "core/history/schedule.h"

#include "core/history/varint.h"

bool cursor_done(const struct cursor *c)
{
	return c->of == NULL || c->run == c->of->n_runs;
}

int64_t cursor_tick(const struct cursor *c)
{
	const struct run *r = &c->of->run[c->run];

	return delta_add(r->first, (int64_t)((uint64_t)r->period * (uint64_t)c->tick));
}

void cursor_next(struct cursor *c)
{
	if (++c->tick == c->of->run[c->run].ticks) {
		c->tick = 0;
		c->run++;
	}
}

int64_t run_last(const struct run *r)
{
	return delta_add(r->first, (int64_t)((uint64_t)r->period * (uint64_t)(r->ticks - 1)));
}

bool cursor_skip(struct cursor *c, int32_t n)
{
	while (n > 0 && !cursor_done(c)) {
		int32_t left = c->of->run[c->run].ticks - c->tick;

		if (n < left) {
			c->tick += n;
			return true;
		}
		n -= left;
		c->tick = 0;
		c->run++;
	}
	return n == 0;
}

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

/* How many ticks to skip until one is exactly `ms`; -1: none is. */
static int32_t ticks_until(struct cursor c, int64_t ms)
{
	int32_t n = 0;

	for (; !cursor_done(&c) && cursor_tick(&c) < ms; cursor_next(&c))
		n++;
	return !cursor_done(&c) && cursor_tick(&c) == ms ? n : -1;
}

bool edit_next(struct editing *e, struct edit *out)
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

int32_t schedule_for(struct schedules *all, const struct block_reading *r, int32_t n)
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
