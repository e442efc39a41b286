/* SPDX-License-Identifier: MIT */
#include "core/history/query.h"

#include <string.h>

enum { HOUR_MS = 3600 * 1000 };

/* What collects points: each bucket of the answer is as long as the others. */
struct sieve {
	const struct query *q;
	struct query_answer *a;
	int64_t from_ms, to_ms, sum, step_ms, slot;
};

enum store_tier query_tier(int64_t length_ms)
{
	if (length_ms <= 4 * (int64_t)HOUR_MS)
		return TIER_EXACT;
	if (length_ms <= 2 * 24 * (int64_t)HOUR_MS)
		return TIER_MINUTE;
	return length_ms <= 60 * 24 * (int64_t)HOUR_MS ? TIER_QUARTER : TIER_DAY;
}

static void end_point(struct sieve *s)
{
	struct query_point *p = &s->a->points[s->a->n_points - 1];

	if (s->slot >= 0)
		p->v = tier_round(s->sum, p->count);
}

static void begin_point(struct sieve *s, const struct query_bucket *b, int64_t slot)
{
	end_point(s);
	s->slot = slot;
	s->sum = 0;
	s->a->points[s->a->n_points++] =
		(struct query_point){ .t_ms = b->at_ms, .min = b->min, .max = b->max, .wh_known = b->wh_known };
}

static void take(void *ctx, const struct query_bucket *b)
{
	struct sieve *s = ctx;
	int64_t slot = (b->at_ms - s->q->from_ms) / s->step_ms;
	struct query_point *p;

	if (b->at_ms < s->from_ms || b->at_ms >= s->to_ms)
		return;
	/* Readings that came late lie before the last point: they count there. */
	if (slot > s->slot && s->a->n_points < s->q->max_points)
		begin_point(s, b, slot);
	p = &s->a->points[s->a->n_points - 1];
	p->min = b->min < p->min ? b->min : p->min;
	p->max = b->max > p->max ? b->max : p->max;
	p->count += b->count;
	p->wh += b->wh;
	p->wh_known = p->wh_known && b->wh_known;
	s->sum += b->mean * b->count;
}

static void note_span(struct query_answer *a, int64_t from_ms, int64_t to_ms, enum store_tier t)
{
	struct query_span *last = a->n_spans > 0 ? &a->spans[a->n_spans - 1] : NULL;

	if (last != NULL && ((last->tier == t && last->to_ms >= from_ms) || a->n_spans == QUERY_MAX_SPANS))
		last->to_ms = to_ms;
	else
		a->spans[a->n_spans++] = (struct query_span){ from_ms, to_ms, t };
}

/* The tier wanted, then coarser ones, then finer ones; a tier that was asked for has none beside it. */
static int order_of(const struct query *q, enum store_tier order[N_STORE_TIERS])
{
	enum store_tier first = q->tier == QUERY_AUTO ? query_tier(q->to_ms - q->from_ms) : (enum store_tier)q->tier;
	int n = 0;

	if (q->tier != QUERY_AUTO) {
		order[0] = first;
		return 1;
	}
	for (int t = (int)first; t < N_STORE_TIERS; t++)
		order[n++] = (enum store_tier)t;
	for (int t = (int)first - 1; t >= 0; t--)
		order[n++] = (enum store_tier)t;
	return n;
}

/* Of day rows a whole one counts from its begin, wherever in it the query begins. */
static void bounds(struct sieve *s, enum store_tier t, int64_t pos_s, int64_t row_s, int64_t end_s)
{
	s->from_ms = t == TIER_DAY && row_s * 1000 >= s->q->from_ms - 24 * (int64_t)HOUR_MS ? row_s * 1000 : pos_s * 1000;
	if (s->from_ms < s->q->from_ms)
		s->from_ms = s->q->from_ms;
	s->to_ms = end_s * 1000 < s->q->to_ms ? end_s * 1000 : s->q->to_ms;
}

/* The row with that second in it, of the first tier that has one. */
static bool read_at(struct sieve *s, const struct zone *z, const struct query_rows *rows, int64_t *pos_s, bool *found,
	struct err *e)
{
	enum store_tier order[N_STORE_TIERS];
	int n = order_of(s->q, order);

	*found = false;
	for (int i = 0; i < n && !*found; i++) {
		int64_t row_s = tier_row_start_s(order[i], z, *pos_s), end_s = tier_row_end_s(order[i], z, *pos_s);

		bounds(s, order[i], *pos_s, row_s, end_s);
		if (!rows->read(rows->self, order[i], row_s, found, take, s, e))
			return false;
		if (!*found)
			continue;
		note_span(s->a, *pos_s * 1000 > s->q->from_ms ? *pos_s * 1000 : s->q->from_ms, s->to_ms, order[i]);
		*pos_s = end_s;
	}
	return true;
}

/* Where the record goes on. */
static bool skip(const struct query *q, const struct query_rows *rows, int64_t *pos_s, struct err *e)
{
	enum store_tier order[N_STORE_TIERS];
	int64_t to_s = (q->to_ms + 999) / 1000, best_s = to_s, row_s;
	int n = order_of(q, order);

	for (int i = 0; i < n; i++) {
		bool found;

		if (!rows->next(rows->self, order[i], *pos_s + 1, best_s, &row_s, &found, e))
			return false;
		if (found && row_s < best_s)
			best_s = row_s;
	}
	*pos_s = best_s;
	return true;
}

bool query_run(const struct query *q, const struct zone *z, const struct query_rows *rows, struct query_answer *a,
	struct err *e)
{
	int64_t length_ms = q->to_ms - q->from_ms, pos_s = q->from_ms / 1000;
	struct sieve s = { .q = q, .a = a, .slot = -1,
		.step_ms = (length_ms + q->max_points - 1) / q->max_points };

	a->n_points = a->n_spans = 0;
	while (pos_s * 1000 < q->to_ms) {
		bool found;

		if (!read_at(&s, z, rows, &pos_s, &found, e) || (!found && !skip(q, rows, &pos_s, e)))
			return false;
	}
	if (a->n_points > 0)
		end_point(&s);
	return true;
}
