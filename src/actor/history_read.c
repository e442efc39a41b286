/* SPDX-License-Identifier: MIT */
/* Rows back from memory and store, and what an earlier start left. */
#include <string.h>

#include "actor/history_parts.h"

static bool same_series(const struct store_series *a, const struct store_series *b)
{
	return a->kind == b->kind && a->name == b->name && strcmp(a->about, b->about) == 0 &&
	       strcmp(a->by, b->by) == 0 && a->map.num == b->map.num && a->map.den == b->map.den &&
	       a->map.offset == b->map.offset;
}

/* The number of the series with that id; -1: nobody knows it any more. */
static bool number_of(struct history *h, int32_t id, int32_t *number, struct err *e)
{
	struct history_series *s = &h->series;
	struct store_series is;
	bool found;

	for (*number = 0; *number < s->n; ++*number)
		if (s->id[*number] == id)
			return true;
	if (!h->store->get_series(h->store->self, id, &is, &found, e))
		return false;
	for (*number = 0; found && *number < s->n && !same_series(&s->is[*number], &is);)
		++*number;
	if (!found || *number == BLOCK_MAX_SERIES) {
		*number = -1;
		return true;
	}
	if (*number == s->n)	/* the house has changed since */
		s->is[s->n++] = is;
	s->id[*number] = id;
	return true;
}

static bool number_series(struct history *h, struct block_series *s, int32_t *n_series, struct err *e)
{
	int32_t n = 0;

	for (int32_t i = 0; i < *n_series; i++) {
		int32_t number;

		if (!number_of(h, s[i].id, &number, e))
			return false;
		if (number < 0) {
			h->counts.unreadable++;
			continue;
		}
		s[n] = s[i];
		s[n++].id = number;
	}
	*n_series = n;
	return true;
}

bool history_read_row(struct history *h, int64_t start_s, bool *found, struct err *e)
{
	return history_read_row_of(h, start_s, -1, found, e);
}

bool history_read_row_of(struct history *h, int64_t start_s, int32_t series, bool *found, struct err *e)
{
	const struct history_waiting *w = &h->waiting;

	if (history_take_kept(h, start_s)) {
		*found = true;
		return true;
	}
	h->work.start_ms = start_s * 1000;
	for (int i = 0; i < w->n_rows; i++)
		if (w->rows[i].start_s == start_s) {
			*found = block_decode(w->rows[i].bytes, w->rows[i].length, &h->work);
			return true;
		}
	return history_read_stored_of(h, start_s, series, found, e);
}

/* For one series that is asked for, up to it alone; series -1 or one whose id is not known: all. True: they have the
 * store's ids. */
static bool decode_row(struct history *h, size_t length, int32_t series)
{
	int32_t id = series < 0 ? 0 : h->series.id[series];

	return id > 0 ? block_decode_series(h->bytes, length, id, &h->work) : block_decode(h->bytes, length, &h->work);
}

static bool decode_tier(struct history *h, size_t length, int32_t series)
{
	int32_t id = series < 0 ? 0 : h->series.id[series];

	return id > 0 ? bucket_decode_series(h->bytes, length, id, &h->buckets) :
			bucket_decode(h->bytes, length, &h->buckets);
}

bool history_read_stored(struct history *h, int64_t start_s, bool *found, struct err *e)
{
	return history_read_stored_of(h, start_s, -1, found, e);
}

bool history_read_stored_of(struct history *h, int64_t start_s, int32_t series, bool *found, struct err *e)
{
	size_t length;

	h->work.start_ms = start_s * 1000;
	if (!h->store->get_block(
		    h->store->self, TIER_EXACT, start_s, h->bytes, HISTORY_ROW_BYTES, &length, found, e))
		return false;
	if (!*found)
		return true;
	*found = decode_row(h, length, series);
	if (!*found)
		h->counts.unreadable++;
	return !*found || number_series(h, h->work.series, &h->work.n_series, e);
}

static const struct tier_row *tier_in_memory(const struct history *h, enum store_tier t, int64_t start_s)
{
	const struct history_tiers *ti = &h->tiers;

	if (ti->open[t].open && ti->whole[t] && ti->open[t].start_s == start_s)
		return &ti->open[t];
	return ti->waits[t] && ti->closed[t].start_s == start_s ? &ti->closed[t] : NULL;
}

bool history_read_tier(struct history *h, enum store_tier t, int64_t start_s, bool *found, struct err *e)
{
	return history_read_tier_of(h, t, start_s, -1, found, e);
}

bool history_read_tier_of(
	struct history *h, enum store_tier t, int64_t start_s, int32_t series, bool *found, struct err *e)
{
	const struct tier_row *r = tier_in_memory(h, t, start_s);
	size_t length;

	h->buckets.n_series = h->buckets.n_buckets = 0;
	*found = r != NULL && r->n_feeds > 0;
	if (r != NULL) {
		tier_collect(r, h->series.is, NULL, h->series.n, &h->buckets);
		return true;
	}
	if (!h->store->get_block(h->store->self, t, start_s, h->bytes, HISTORY_ROW_BYTES, &length, found, e))
		return false;
	if (!*found)
		return true;
	*found = decode_tier(h, length, series);
	h->counts.unreadable += !*found;
	return !*found || number_series(h, h->buckets.series, &h->buckets.n_series, e);
}

static void gather_open(struct history *h, int64_t from_ms, int64_t to_ms)
{
	for (int32_t i = 0; i < h->open.n; i++) {
		const struct slot_entry *r = &h->open.log[i];

		if (r->at_ms >= from_ms && r->at_ms < to_ms)
			slot_add(&h->gather, r->series, r->at_ms, r->code);
	}
}

/* By the store's ids: the same after a change of the house, when numbers differ. */
static void sort_series(struct history *h)
{
	struct block *b = &h->work;

	for (int32_t i = 1; i < b->n_series; i++) {
		struct block_series s = b->series[i];
		int32_t k = i;

		for (; k > 0 && h->series.id[b->series[k - 1].id] > h->series.id[s.id]; k--)
			b->series[k] = b->series[k - 1];
		b->series[k] = s;
	}
}

bool history_read_slot(struct history *h, int64_t from_s, int64_t period_s, int *rows, struct err *e)
{
	int64_t from_ms = from_s * 1000, to_ms = (from_s + period_s) * 1000;

	h->gather.n = *rows = 0;
	for (int64_t row = from_s - from_s % HISTORY_ROW_S; row < from_s + period_s; row += HISTORY_ROW_S) {
		bool found = row == h->row_s;

		if (found)
			gather_open(h, from_ms, to_ms);
		else if (!history_read_row(h, row, &found, e))
			return false;
		else if (found)
			slot_add_block(&h->gather, &h->work, from_ms, to_ms);
		*rows += found;
	}
	slot_group(&h->gather, from_ms, to_ms, &h->work);
	sort_series(h);
	return true;
}

/* --- buckets of a slot --------------------------------------------------------------------- */

static void gather_series(struct history *h, const struct block_series *s, int64_t row_ms, int64_t bucket_ms,
	const int64_t slot_ms[2])
{
	for (int32_t i = 0; i < s->count; i++) {
		const struct bucket *b = &h->buckets.buckets[s->first + i];
		int64_t at_ms = row_ms + b->at * bucket_ms;

		if (at_ms >= slot_ms[0] && at_ms < slot_ms[1])
			slot_add(&h->gather, s->id, at_ms, b->mean);
	}
}

static void gather_buckets(struct history *h, enum store_tier t, int64_t row_s, const int64_t slot_ms[2])
{
	for (int32_t i = 0; i < h->buckets.n_series; i++)
		if (h->series.is[h->buckets.series[i].id].kind == STORE_READINGS)
			gather_series(h, &h->buckets.series[i], row_s * 1000, tier_bucket_s(t) * 1000, slot_ms);
}

static bool gather_command(void *ctx, const struct store_event *v)
{
	struct history *h = ctx;
	int node = v->command ? house_node(h->house, v->node) : NO_NODE;

	if (node >= 0 && h->series.command_of[node] >= 0)
		slot_add(&h->gather, h->series.command_of[node], v->at_ms, v->value);
	return true;
}

bool history_read_buckets(struct history *h, const struct store_owed *o, int *rows, struct err *e)
{
	const int64_t slot_ms[2] = { o->slot_s * 1000, (o->slot_s + o->period_s) * 1000 };
	int64_t row_s = tier_row_start_s(o->tier, h->zone, o->slot_s);

	h->gather.n = *rows = 0;
	for (bool found; row_s * 1000 < slot_ms[1]; row_s = tier_row_end_s(o->tier, h->zone, row_s)) {
		if (!history_read_tier(h, o->tier, row_s, &found, e))
			return false;
		if (found)
			gather_buckets(h, o->tier, row_s, slot_ms);
		*rows += found;
	}
	if (!h->store->for_events(h->store->self, slot_ms[0], slot_ms[1], gather_command, h, e))
		return false;
	slot_group(&h->gather, slot_ms[0], slot_ms[1], &h->work);
	sort_series(h);
	return true;
}

/* --- what an earlier start left ------------------------------------------------------------ */

static bool read_left(struct history *h, struct history_left *left, bool *known, struct err *e)
{
	const struct store *s = h->store;
	bool highest;

	*left = (struct history_left){ .fresh = true };
	if (!s->get_number(s->self, STORE_CLOSED_S, &left->closed_s, known, e) ||
		!s->get_number(s->self, STORE_HIGHEST_S, &left->highest_s, &highest, e) ||
		!s->count_owed(s->self, &h->stored_owed, e))
		return false;
	if (!*known)
		*left = (struct history_left){ .fresh = true };
	else if (!highest)
		left->highest_s = left->closed_s;
	return true;
}

/* Rows after the last status made: the service was stopped or lost its power within that slot. When the
 * clock had been set back, rows further on have their statuses. */
static bool owe_unmade(struct history *h, const struct history_left *left, struct err *e)
{
	int64_t oldest = h->first_slot_s - (int64_t)h->settings->history.exact_days * 86400;
	int64_t slot = left->closed_s > oldest ? left->closed_s : oldest, to_s = h->first_slot_s, row;
	bool found = true;

	slot -= slot % h->period_s;
	if (left->highest_s > left->closed_s && slot + h->period_s < to_s)
		to_s = slot + h->period_s;
	while (slot < to_s) {
		if (!h->store->next_block(
			    h->store->self, TIER_EXACT, slot - slot % HISTORY_ROW_S, to_s, &row, &found, e))
			return false;
		if (!found)
			return true;
		if (row - row % h->period_s > slot)
			slot = row - row % h->period_s;
		history_add_owed(h, &(struct store_owed){ .uid = history_uid(h), .slot_s = slot,
			.period_s = (int32_t)h->period_s, .tier = TIER_EXACT, .by_age = true });
		slot += h->period_s;
	}
	return true;
}

/* Has the store readings of that slot? */
static bool has_readings(struct history *h, int64_t slot_s, bool *any, struct err *e)
{
	int64_t row = slot_s - slot_s % HISTORY_ROW_S;

	h->gather.n = 0;
	for (bool found; row < slot_s + h->period_s; row += HISTORY_ROW_S) {
		if (!history_read_stored(h, row, &found, e))
			return false;
		if (found)
			slot_add_block(&h->gather, &h->work, slot_s * 1000, (slot_s + h->period_s) * 1000);
	}
	*any = h->gather.n > 0;
	return true;
}

/* Nothing is changed before everything has been read: it may be tried again. */
bool history_remember(struct history *h, struct err *e)
{
	bool begun = h->waiting.n_rows > 0 || h->open.n > 0, known;
	int n_owed = h->waiting.n_owed;
	struct history_left left;
	int64_t slot_s;

	if (!read_left(h, &left, &known, e) || (known && !owe_unmade(h, &left, e)) ||
		!has_readings(h, left.closed_s - left.closed_s % h->period_s, &left.more, e) ||
		!history_tiers_read(h, e) || !history_day_read(h, e)) {
		h->waiting.n_owed = n_owed;
		return false;
	}
	slot_s = left.closed_s - left.closed_s % h->period_s;
	h->left = left;
	if (h->highest_s < left.highest_s)
		h->highest_s = left.highest_s;
	if (known && h->highest_s < h->first_slot_s && left.closed_s < h->first_slot_s)
		h->highest_s = h->first_slot_s;
	if (!begun && slot_s > h->slot_s) { /* the clock was set back meanwhile */
		h->slot_s = slot_s;
		h->row_s = left.closed_s - left.closed_s % HISTORY_ROW_S;
	}
	h->waiting.closed_moved = !known || h->slot_s != left.closed_s;
	h->waiting.closed_s = h->slot_s;
	h->remembers = true;
	h->backlog = true;
	return true;
}
