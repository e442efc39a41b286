/* SPDX-License-Identifier: MIT */
/* Gaps: what the record lacks, why, from when to when. One record per gap: while it lasts it grows. */
#include <stdio.h>
#include <string.h>

#include "actor/history_parts.h"

enum { SILENT_PERIODS = 3, METERED_SILENT_MS = 660 * 1000 };	/* a meter's reading is kept every 5 minutes at least */

static bool joins(const struct store_gap *a, const struct store_gap *b)
{
	return a->cause == b->cause && a->from_ms <= b->to_ms && a->to_ms >= b->from_ms &&
	       strcmp(a->about, b->about) == 0;
}

void history_add_gap(struct history *h, int64_t from_ms, int64_t to_ms, enum gap_cause cause, int node)
{
	struct history_waiting *w = &h->waiting;
	struct store_gap g = { .from_ms = from_ms, .to_ms = to_ms, .cause = cause };

	snprintf(g.about, sizeof(g.about), "%s", house_alias(h->house, node));
	for (int i = 0; i < w->n_gaps; i++) {
		struct store_gap *o = &w->gaps[i];

		if (!joins(o, &g))
			continue;
		o->from_ms = o->from_ms < from_ms ? o->from_ms : from_ms;
		o->to_ms = o->to_ms > to_ms ? o->to_ms : to_ms;
		return;
	}
	if (w->n_gaps == HISTORY_MAX_GAPS)
		memmove(&w->gaps[0], &w->gaps[1], sizeof(w->gaps[0]) * (size_t)--w->n_gaps);
	w->gaps[w->n_gaps++] = g;
}

bool history_put_gaps(struct history *h, struct err *e)
{
	for (int i = 0; i < h->waiting.n_gaps; i++)
		if (!h->store->put_gap(h->store->self, &h->waiting.gaps[i], e))
			return false;
	return true;
}

/* --- sensors ------------------------------------------------------------------------------- */

static int64_t limit_ms(const struct channel *c)
{
	int64_t ms = (int64_t)c->keep_s * 1000 * SILENT_PERIODS;

	if (c->keep_s == 0)
		return METERED_SILENT_MS;
	return ms > HISTORY_GAP_MS ? ms : HISTORY_GAP_MS;
}

static const struct block_series *series_of(const struct block *b, int32_t channel)
{
	for (int32_t i = 0; i < b->n_series; i++)
		if (b->series[i].id == channel)
			return &b->series[i];
	return NULL;
}

/* A silence that reaches `at_ms`. */
static void heard(struct history *h, int channel, int64_t at_ms, bool reading)
{
	const struct channel *c = &h->house->channels[channel];
	struct history_seen *s = &h->seen[channel];

	if (at_ms - s->last_ms > limit_ms(c))
		history_add_gap(h, s->last_ms, at_ms, GAP_SENSOR, c->about);
	if (reading && at_ms > s->last_ms)
		s->last_ms = at_ms;
}

static void gaps_of(struct history *h, int channel, int64_t from_ms, int64_t to_ms)
{
	const struct block_series *s = series_of(&h->work, channel);
	struct history_seen *seen = &h->seen[channel];

	if (seen->last_ms == 0 && h->house->channels[channel].name == TELEMETRY_RELAY_STATE)
		seen->last_ms = s != NULL ? h->work.readings[s->first].at_ms : 0;
	else if (seen->last_ms == 0 || seen->last_ms > to_ms)
		seen->last_ms = from_ms;
	if (seen->last_ms == 0)	/* a relay that was never asked for has no state */
		return;
	for (int32_t i = 0; s != NULL && i < s->count; i++)
		heard(h, channel, h->work.readings[s->first + i].at_ms, true);
	heard(h, channel, to_ms, false);
}

void history_gap_row(struct history *h, int64_t row_s)
{
	int64_t from_ms = row_s * 1000;

	if (from_ms < h->began_ms)
		from_ms = h->began_ms;
	for (int i = 0; i < h->house->n_channels; i++)
		gaps_of(h, i, from_ms, (row_s + HISTORY_ROW_S) * 1000);
}

/* --- the clock ----------------------------------------------------------------------------- */

/* The record goes on in a later row than the next. */
void history_gap_clock(struct history *h, int64_t from_s, int64_t to_s)
{
	struct err e;
	int64_t row_s;
	bool found;

	if (to_s <= from_s || !h->store->next_block(h->store->self, TIER_EXACT, from_s, to_s, &row_s, &found, &e) || found)
		return;
	history_add_gap(h, from_s * 1000, to_s * 1000, GAP_CLOCK, NO_NODE);
	for (int i = 0; i < h->house->n_channels; i++)
		if (h->seen[i].last_ms != 0)
			h->seen[i].last_ms = to_s * 1000;
}

/* --- power --------------------------------------------------------------------------------- */

static int64_t latest_reading(const struct block *b, int64_t row_s)
{
	int64_t at_ms = row_s * 1000;

	for (int32_t i = 0; i < b->n_readings; i++)
		if (b->readings[i].at_ms > at_ms)
			at_ms = b->readings[i].at_ms;
	return at_ms;
}

/* From the last reading an earlier start left to this start. With a clock that may be wrong it waits for trust. */
bool history_gap_power(struct history *h, struct err *e)
{
	int64_t row_s, from_ms;
	bool found;

	if (!h->store->last_block(h->store->self, TIER_EXACT, h->began_ms / 1000, &row_s, &found, e))
		return false;
	if (found && !history_read_stored(h, row_s, &found, e))
		return false;
	from_ms = found ? latest_reading(&h->work, row_s) : h->began_ms;
	if (h->began_ms - from_ms > HISTORY_GAP_MS)
		history_add_gap(h, from_ms, h->began_ms, GAP_POWER_OFF, NO_NODE);
	h->gap_due = false;
	return true;
}
