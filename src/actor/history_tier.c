/* SPDX-License-Identifier: MIT */
/* The tiers above exact: filled as exact rows close, written when their own rows are over, and made anew from the
 * exact rows where something came between: a start, a clock set back, a store that failed, an older file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actor/history_parts.h"

enum { MAKE_AT_ONCE = 4, MAKE_AGAIN_MS = 200 };

#define EACH_TIER(t) for (enum store_tier t = TIER_MINUTE; t < N_STORE_TIERS; t++)

bool history_tier_room(struct history *h)
{
	struct history_tiers *ti = &h->tiers;
	size_t n = (size_t)tier_room(TIER_MINUTE);
	struct tier_cell *at;

	EACH_TIER(t)
		n += 2 * (size_t)tier_room(t);
	at = ti->memory = calloc(n * BLOCK_MAX_SERIES, sizeof(*ti->memory));
	if (at == NULL)
		return false;
	EACH_TIER(t) {
		ti->open[t].room = ti->closed[t].room = tier_room(t);
		ti->open[t].cells = at;
		ti->closed[t].cells = at + (size_t)tier_room(t) * BLOCK_MAX_SERIES;
		at += 2 * (size_t)tier_room(t) * BLOCK_MAX_SERIES;
	}
	ti->scratch.room = tier_room(TIER_MINUTE);
	ti->scratch.cells = at;
	return true;
}

/* --- making a row of exact rows ------------------------------------------------------------ */

static bool next_exact(struct history *h, int64_t from_s, int64_t to_s, int64_t *row_s, bool *found, struct err *e)
{
	const struct history_waiting *w = &h->waiting;

	if (!h->store->next_block(h->store->self, TIER_EXACT, from_s, to_s, row_s, found, e))
		return false;
	for (int i = 0; i < w->n_rows; i++) {
		int64_t s = w->rows[i].start_s;

		if (s >= from_s && s < to_s && (!*found || s < *row_s)) {
			*row_s = s;
			*found = true;
		}
	}
	return true;
}

/* Of all exact rows but the open one, which is not over: it comes when it is closed. */
static bool make(struct history *h, struct tier_row *r, enum store_tier t, int64_t s, struct err *e)
{
	int64_t row_s;
	bool found;

	tier_begin(r, t, h->zone, s);
	if (!history_read_row(h, r->start_s - TIER_FEED_S, &found, e))
		return false;
	if (found)
		tier_prime(r, &h->work, h->series.is);
	for (int64_t at_s = r->start_s; at_s < r->end_s; at_s = row_s + TIER_FEED_S) {
		if (!next_exact(h, at_s, r->end_s, &row_s, &found, e))
			return false;
		if (!found)
			break;
		if (row_s == h->row_s && !h->closing)
			continue;
		if (!history_read_row(h, row_s, &found, e))
			return false;
		if (found)
			history_feed(h, r, row_s);
	}
	return true;
}

static void make_open(struct history *h, enum store_tier t, int64_t s)
{
	struct err e;

	h->tiers.whole[t] = make(h, &h->tiers.open[t], t, s, &e);
}

/* --- as exact rows close ------------------------------------------------------------------- */

static void swap(struct tier_row *a, struct tier_row *b)
{
	struct tier_row keep = *a;

	*a = *b;
	*b = keep;
}

static void close_tier(struct history *h, enum store_tier t)
{
	struct history_tiers *ti = &h->tiers;

	if (ti->whole[t] && ti->open[t].n_feeds > 0) {
		swap(&ti->open[t], &ti->closed[t]);
		ti->waits[t] = true;
	}
	ti->open[t].open = false;
	ti->behind = true;
}

/* The open row goes on in the next one with what power is held, when nothing was between and nothing is there yet. */
static bool go_on(struct history *h, enum store_tier t, const struct tier_row *before, int64_t row_s)
{
	struct tier_row *r = &h->tiers.open[t];
	int64_t other_s;
	struct err e;
	bool found;

	if (before->last_feed_s != row_s - TIER_FEED_S || before->end_s != row_s)
		return false;
	if (!h->store->next_block(h->store->self, TIER_EXACT, row_s + TIER_FEED_S,
		    tier_row_end_s(t, h->zone, row_s), &other_s, &found, &e) ||
		found)
		return false;
	tier_begin(r, t, h->zone, row_s);
	memcpy(r->held, before->held, sizeof(r->held));
	return true;
}

/* False: it has to be made of all its exact rows. */
static bool feed(struct history *h, enum store_tier t, int64_t row_s)
{
	struct history_tiers *ti = &h->tiers;
	struct tier_row *r = &ti->open[t];
	bool same = r->open && r->start_s == tier_row_start_s(t, h->zone, row_s);

	if (r->open && !same)
		close_tier(h, t);
	if (!same && !go_on(h, t, &ti->closed[t], row_s))
		return false;
	if (same && (r->last_feed_s >= row_s || !ti->whole[t]))
		return false;
	ti->whole[t] = true;
	history_feed(h, r, row_s);
	return true;
}

void history_tier_feed(struct history *h, int64_t row_s)
{
	bool anew[N_STORE_TIERS] = { false };

	history_day_close(h, row_s);
	EACH_TIER(t)
		anew[t] = !feed(h, t, row_s);
	h->closing = true;
	EACH_TIER(t)
		if (anew[t])
			make_open(h, t, row_s);
	h->closing = false;
	EACH_TIER(t)
		if (row_s + TIER_FEED_S >= h->tiers.open[t].end_s)
			close_tier(h, t);
}

void history_tier_start(struct history *h)
{
	EACH_TIER(t)
		make_open(h, t, h->row_s);
	h->tiers.behind = true;
}

/* --- to the store -------------------------------------------------------------------------- */

/* Seconds in each mode, when they are known for that day, and what the readings came to. */
static bool add_figures(struct history *h, const struct tier_row *r, struct err *e)
{
	const struct history_day *d = &h->day;
	const int64_t *ms = r->start_s == d->closed_s ? d->closed_ms : r->start_s == d->day_s ? d->mode_ms : NULL;

	for (int m = 0; ms != NULL && m < N_CONTROL_MODES; m++) {
		char what[ALIAS_SIZE];

		snprintf(what, sizeof(what), "seconds.%s", control_mode_name((enum control_mode)m));
		if (!history_add_figure(h, what, tier_round(ms[m], 1000), e))
			return false;
	}
	return history_put_figures(h, r, e);
}

/* With the store's ids. */
static bool put_tier(struct history *h, const struct tier_row *r, struct err *e)
{
	const struct store *s = h->store;
	struct bucket_block *b = &h->buckets;
	int n;

	b->n_series = b->n_buckets = 0;
	tier_collect(r, h->series.is, h->series.id, h->series.n, b);
	if (r->tier == TIER_DAY && !add_figures(h, r, e))
		return false;
	n = bucket_encode(b, h->bytes, HISTORY_ROW_BYTES);
	if (n < 0)
		return err_set(e, ERR_RANGE, 0, "a row of the tiers has more than %d bytes", HISTORY_ROW_BYTES);
	return s->put_block(s->self, r->tier, r->start_s, h->bytes, (size_t)n, e);
}

/* Up to where all rows are made, once this one is written. */
static int64_t done_with(const struct history *h, enum store_tier t, const struct tier_row *r)
{
	int64_t done_s = h->tiers.done_s[t];

	return done_s >= r->start_s && done_s < r->end_s ? r->end_s : done_s;
}

static bool put_done(struct history *h, enum store_tier t, int64_t done_s, struct err *e)
{
	return h->store->put_number(h->store->self, STORE_DONE_S + (enum store_number)t, done_s, e);
}

bool history_put_tiers(struct history *h, struct err *e)
{
	const struct history_tiers *ti = &h->tiers;

	EACH_TIER(t)
		if ((ti->waits[t] && !put_tier(h, &ti->closed[t], e)) ||
			!put_done(h, t, ti->waits[t] ? done_with(h, t, &ti->closed[t]) : ti->done_s[t], e))
			return false;
	return true;
}

void history_tiers_written(struct history *h)
{
	struct history_tiers *ti = &h->tiers;

	EACH_TIER(t) {
		if (ti->waits[t])
			ti->done_s[t] = done_with(h, t, &ti->closed[t]);
		ti->waits[t] = false;
	}
}

bool history_tiers_wait(const struct history *h)
{
	EACH_TIER(t)
		if (h->tiers.waits[t])
			return true;
	return false;
}

/* --- what was never made ------------------------------------------------------------------- */

/* A row from before the clock was set back is written again: its tiers too. */
void history_tiers_again(struct history *h, int64_t row_s)
{
	EACH_TIER(t) {
		int64_t start_s = tier_row_start_s(t, h->zone, row_s);

		if (h->tiers.known && h->tiers.done_s[t] > start_s) {
			h->tiers.done_s[t] = start_s;
			h->tiers.behind = true;
		}
	}
}

bool history_tiers_read(struct history *h, struct err *e)
{
	bool found;

	EACH_TIER(t)
		if (!h->store->get_number(h->store->self, STORE_DONE_S + (enum store_number)t, &h->tiers.done_s[t],
			    &found, e))
			return false;
		else if (!found)
			h->tiers.done_s[t] = 0;
	h->tiers.known = true;
	for (int i = 0; i < h->waiting.n_rows; i++)
		history_tiers_again(h, h->waiting.rows[i].start_s);
	return true;
}

static bool write_made(struct history *h, struct err *e)
{
	const struct store *s = h->store;
	const struct tier_row *r = &h->tiers.scratch;
	bool ok = s->begin(s->self, STORE_SOON, e) && history_ask_ids(h, e) && put_tier(h, r, e) &&
		  put_done(h, r->tier, done_with(h, r->tier, r), e);

	if (ok && s->commit(s->self, e))
		return true;
	s->rollback(s->self);
	return false;
}

/* The next row of that tier that is over and was not made. */
static bool make_one(struct history *h, enum store_tier t, bool *more, struct err *e)
{
	struct history_tiers *ti = &h->tiers;
	int64_t limit_s = tier_row_start_s(t, h->zone, h->row_s), row_s;
	bool found;

	*more = false;
	if (ti->done_s[t] >= limit_s)
		return true;
	if (!h->store->next_block(h->store->self, TIER_EXACT, ti->done_s[t], limit_s, &row_s, &found, e))
		return false;
	if (!found) {
		ti->done_s[t] = limit_s;
		return true;
	}
	ti->done_s[t] = tier_row_start_s(t, h->zone, row_s);
	if (!make(h, &ti->scratch, t, row_s, e) || !write_made(h, e))
		return false;
	ti->done_s[t] = ti->scratch.end_s;
	*more = true;
	return true;
}

bool history_make_tiers(struct history *h, struct err *e)
{
	struct history_tiers *ti = &h->tiers;
	bool more = false, any = false;

	EACH_TIER(t)
		for (int i = 0; i < MAKE_AT_ONCE; i++) {
			if (!make_one(h, t, &more, e))
				return false;
			any = any || more;
			if (!more)
				break;
		}
	ti->behind = any;
	return true;
}

struct mono history_tiers_due(const struct history *h)
{
	return h->tiers.behind && !h->failing && h->remembers ? mono_after(h->now, MAKE_AGAIN_MS) : MONO_NEVER;
}
