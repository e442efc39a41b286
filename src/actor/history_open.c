/* SPDX-License-Identifier: MIT */
/* Which row and slot are open when the clock does not simply go on. A slot with a status never changes:
 * where the clock was before, what comes now comes too late, and where it never was, the record begins
 * anew. Whether it was there is seen from the rows: of the open slot alone are there rows without a
 * status. */
#include "actor/history_parts.h"

static int64_t unit_length_s(const struct history *h)
{
	return h->period_s > HISTORY_ROW_S ? h->period_s : HISTORY_ROW_S;
}

/* The longer of row and slot: what is made or not made as a whole. */
static int64_t unit_of(const struct history *h, int64_t s)
{
	return s - s % unit_length_s(h);
}

static const struct history_row *waiting_row(const struct history *h, int64_t start_s)
{
	for (int i = 0; i < h->waiting.n_rows; i++)
		if (h->waiting.rows[i].start_s == start_s)
			return &h->waiting.rows[i];
	return NULL;
}

/* A store that cannot be asked may have one. */
static bool has_row(const struct history *h, int64_t from_s, int64_t to_s)
{
	int64_t row;
	struct err e;
	bool found;

	for (row = from_s; row < to_s; row += HISTORY_ROW_S)
		if (waiting_row(h, row) != NULL)
			return true;
	return !h->store->next_block(h->store->self, TIER_EXACT, from_s, to_s, &row, &found, &e) || found;
}

bool history_is_made(struct history *h, int64_t slot_s)
{
	int64_t unit = unit_of(h, slot_s), end = unit + unit_length_s(h);

	if (slot_s + h->period_s > h->highest_s)
		return false;
	if (unit == unit_of(h, h->row_s) && h->highest_s >= end)
		return false;
	return has_row(h, unit, end);
}

int64_t history_next_row(struct history *h, int64_t row_s)
{
	int64_t length = unit_length_s(h);

	while (history_is_made(h, unit_of(h, row_s) + length - h->period_s))
		row_s = unit_of(h, row_s) + length;
	return row_s;
}

void history_load_row(struct history *h)
{
	const struct history_row *row = waiting_row(h, h->row_s);
	struct err e;
	bool found;

	h->whole = row != NULL ? row->whole : h->remembers;
	if (row == NULL && !h->remembers)
		return;
	if (!history_read_row(h, h->row_s, &found, &e))
		h->whole = false;
	else if (found && !slot_add_block(&h->open, &h->work, INT64_MIN, INT64_MAX))
		history_lost(h, 1);
}

/* --- the clock was set back ---------------------------------------------------------------- */

/* What was never begun leaves nothing. */
static void leave(struct history *h, bool slot_too, struct outbox *out)
{
	int64_t unit = unit_of(h, h->slot_s);
	int32_t n;

	if (h->open.n > 0 || has_row(h, unit, unit + unit_length_s(h))) {
		history_save_row(h, out);
		history_tier_feed(h, h->row_s);
		if (slot_too)
			history_make_status(h);
	}
	slot_drop_before(&h->open, (h->row_s + HISTORY_ROW_S) * 1000);
	n = h->open.n;
	if (n > 0)
		history_lost(h, n);
	h->open.n = 0;
}

void history_follow_clock(struct history *h, struct outbox *out)
{
	int64_t row_s = wall_slot_s(h->clock, HISTORY_ROW_S), slot_s = wall_slot_s(h->clock, h->period_s);

	if (h->clock.ms >= h->row_s * 1000 - HISTORY_GRACE_MS) {
		h->asked_row_s = -1;
		return;
	}
	if (row_s == h->asked_row_s)
		return;
	h->asked_row_s = row_s;
	if (slot_s != h->slot_s && history_is_made(h, slot_s))
		return;
	leave(h, slot_s != h->slot_s, out);
	h->row_s = row_s;
	h->slot_s = slot_s;
	history_load_row(h);
	h->waiting.closed_s = h->slot_s;
	h->waiting.closed_moved = true;
	if (!h->failing)
		history_write(h, out);
}

/* --- begun without the store --------------------------------------------------------------- */

/* Readings of that row from before this time belong to statuses of an earlier start. */
static bool limit_of(struct history *h, int64_t row_s, int64_t *limit_ms, struct err *e)
{
	int64_t unit = unit_of(h, row_s), row;
	bool found;

	*limit_ms = INT64_MIN;
	if (!h->left.fresh)
		return true;
	if (unit == unit_of(h, h->left.closed_s)) {
		*limit_ms = h->left.closed_s * 1000;
		return true;
	}
	if (row_s >= h->left.highest_s)
		return true;
	if (!h->store->next_block(h->store->self, TIER_EXACT, unit, unit + unit_length_s(h), &row, &found, e))
		return false;
	if (found)
		*limit_ms = INT64_MAX;
	return true;
}

/* The statuses made of them meanwhile are not owed: the earlier ones are. */
static void unowe(struct history *h, int64_t row_s, int64_t limit_ms)
{
	int64_t from_s = unit_of(h, row_s), to_s = from_s + unit_length_s(h);

	history_unowe(h, from_s, limit_ms / 1000 < to_s ? limit_ms / 1000 : to_s);
}

static bool complete_row(struct history *h, struct history_row *row, struct err *e)
{
	int64_t limit_ms;
	int32_t n;
	bool found;

	if (!limit_of(h, row->start_s, &limit_ms, e) || !history_read_stored(h, row->start_s, &found, e))
		return false;
	h->gather.n = 0;
	if (found)
		slot_add_block(&h->gather, &h->work, INT64_MIN, INT64_MAX);
	n = h->gather.n;
	h->kept_s = -1;
	h->work.start_ms = row->start_s * 1000;
	if (block_decode(row->bytes, row->length, &h->work)) {
		slot_add_block(&h->gather, &h->work, limit_ms, INT64_MAX);
		if (h->gather.n < n + h->work.n_readings)
			history_lost(h, n + h->work.n_readings - h->gather.n);
		slot_group(&h->gather, INT64_MIN, INT64_MAX, &h->work);
		n = block_encode(&h->work, row->bytes, HISTORY_ROW_BYTES);
		row->length = n < 0 ? 0 : (size_t)n;
	}
	unowe(h, row->start_s, limit_ms);
	row->whole = true;
	return true;
}

/* The open slot has a status of an earlier start: the next one that has none is open instead. */
static void pass_made(struct history *h)
{
	h->row_s = history_next_row(h, unit_of(h, h->row_s) + unit_length_s(h));
	h->slot_s = h->row_s - h->row_s % h->period_s;
	if (unit_of(h, h->slot_s) == unit_of(h, h->left.closed_s) && h->slot_s < h->left.closed_s)
		h->slot_s = h->left.closed_s - h->left.closed_s % h->period_s;
	while (history_is_made(h, h->slot_s))
		h->slot_s += h->period_s;
	h->waiting.closed_s = h->slot_s;
	h->waiting.closed_moved = true;
}

static bool complete_open(struct history *h, struct err *e)
{
	int64_t limit_ms;
	int32_t n = h->open.n;
	bool found;

	if (!limit_of(h, h->row_s, &limit_ms, e) || !history_read_stored(h, h->row_s, &found, e))
		return false;
	slot_drop_before(&h->open, limit_ms);
	if (h->open.n < n)
		history_lost(h, n - h->open.n);
	unowe(h, h->row_s, limit_ms);
	h->whole = limit_ms < INT64_MAX;
	if (!h->whole)
		pass_made(h);
	else if (found && !slot_add_block(&h->open, &h->work, INT64_MIN, INT64_MAX))
		history_lost(h, 1);
	return true;
}

bool history_complete(struct history *h, struct err *e)
{
	int64_t slot_s = h->left.closed_s - h->left.closed_s % h->period_s;

	for (int i = 0; i < h->waiting.n_rows; i++)
		if (!h->waiting.rows[i].whole && !complete_row(h, &h->waiting.rows[i], e))
			return false;
	while (!h->whole)
		if (!complete_open(h, e))
			return false;
	if (h->left.fresh && h->left.more && slot_s >= h->first_slot_s && slot_s != h->slot_s)
		history_owe_again(h, slot_s);
	h->left.fresh = false;
	return true;
}
