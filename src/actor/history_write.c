/* SPDX-License-Identifier: MIT */
/* All that is to be stored waits in memory first and is written in one transaction; so a store that fails and
 * comes back needs no other path (SF-61). */
#include <stdio.h>
#include <string.h>

#include "actor/history_parts.h"

enum { DROP_EVENTS = HISTORY_MAX_EVENTS / 8, ID_TRIES = 8 };

bool history_must_write(const struct history *h)
{
	const struct history_waiting *w = &h->waiting;

	return w->n_rows > 0 || w->n_owed > 0 || w->n_acked > 0 || w->n_events > 0;
}

/* --- putting things there ------------------------------------------------------------------ */

/* lost_s: of the row that had to go for it. */
static struct history_row *row_for(struct history_waiting *w, int64_t start_s, int64_t *lost_s)
{
	for (int i = 0; i < w->n_rows; i++)
		if (w->rows[i].start_s == start_s)
			return &w->rows[i];
	if (w->n_rows == HISTORY_MAX_ROWS) {
		struct history_row oldest = w->rows[0];

		memmove(&w->rows[0], &w->rows[1], sizeof(w->rows[0]) * (HISTORY_MAX_ROWS - 1));
		w->rows[--w->n_rows] = oldest;
		w->lost_rows++;
		*lost_s = oldest.start_s;
	}
	w->rows[w->n_rows].start_s = start_s;
	return &w->rows[w->n_rows++];
}

static void copy(struct block *to, const struct block *from)
{
	to->start_ms = from->start_ms;
	to->n_series = from->n_series;
	to->n_readings = from->n_readings;
	memcpy(to->series, from->series, sizeof(to->series[0]) * (size_t)from->n_series);
	memcpy(to->readings, from->readings, sizeof(to->readings[0]) * (size_t)from->n_readings);
}

/* It is stored, told and fed to the tiers next: for that it need not be decoded. */
static void keep_row(struct history *h, int64_t start_s, bool packed)
{
	h->kept_s = packed && h->work.n_readings <= h->kept.capacity ? start_s : -1;
	if (h->kept_s >= 0)
		copy(&h->kept, &h->work);
}

bool history_take_kept(struct history *h, int64_t start_s)
{
	if (h->kept_s != start_s || h->kept.n_readings > h->work.capacity)
		return false;
	copy(&h->work, &h->kept);
	return true;
}

void history_add_row(struct history *h, int64_t start_s, struct outbox *out)
{
	int64_t lost_s = -1;
	struct history_row *row = row_for(&h->waiting, start_s, &lost_s);
	int n;

	if (lost_s >= 0)
		history_add_gap(h, lost_s * 1000, (lost_s + HISTORY_ROW_S) * 1000, GAP_STORAGE, NO_NODE);
	history_tiers_again(h, start_s);
	h->work.start_ms = start_s * 1000;
	n = block_encode(&h->work, row->bytes, HISTORY_ROW_BYTES);
	row->length = n < 0 ? 0 : (size_t)n;
	row->whole = h->whole;
	keep_row(h, start_s, n >= 0);
	if (n < 0)
		record(out, LEVEL_ERROR, LOG_GAP, NO_NODE, h->work.n_readings,
			"%d readings of 5 minutes do not fit in a row and are lost - sample less often",
			h->work.n_readings);
}

void history_add_event(
	struct history *h, int64_t at_ms, bool command, const struct msg_log *log, struct outbox *out)
{
	struct history_waiting *w = &h->waiting;

	if (w->n_events == HISTORY_MAX_EVENTS && !h->started)
		history_write_events(h, out);
	else if (w->n_events == HISTORY_MAX_EVENTS && !h->failing)
		history_write(h, out);
	if (w->n_events == HISTORY_MAX_EVENTS) {
		w->n_events -= DROP_EVENTS;
		w->lost_events += DROP_EVENTS;
		memmove(&w->events[0], &w->events[DROP_EVENTS], sizeof(w->events[0]) * (size_t)w->n_events);
	}
	w->events[w->n_events++] = (struct history_event){ at_ms, command, *log };
}

/* Waits to be sent for the first time. */
static bool is_live(const struct history *h, struct uuid uid)
{
	return h->live_waits && uuid_equal(h->live.uid, uid);
}

void history_add_owed(struct history *h, const struct store_owed *owed)
{
	struct history_waiting *w = &h->waiting;

	if (w->n_owed == HISTORY_MAX_OWED) {
		memmove(&w->owed[0], &w->owed[1], sizeof(w->owed[0]) * (HISTORY_MAX_OWED - 1));
		w->n_owed--;
		w->lost_owed++;
	}
	w->owed[w->n_owed++] = *owed;
}

void history_owe_again(struct history *h, int64_t slot_s)
{
	struct store_owed again = {
		.uid = history_uid(h), .slot_s = slot_s, .period_s = (int32_t)h->period_s, .tier = TIER_EXACT,
		.by_age = true
	};

	if (h->highest_s < slot_s + h->period_s)
		h->highest_s = slot_s + h->period_s;
	for (int i = 0; i < h->waiting.n_owed; i++) {
		struct store_owed *o = &h->waiting.owed[i];

		if (o->slot_s != slot_s)
			continue;
		if (o->sent && !is_live(h, o->uid)) /* it may have been seen as it was */
			*o = again;
		return;
	}
	history_add_owed(h, &again);
}

void history_unowe(struct history *h, int64_t from_s, int64_t to_s)
{
	struct history_waiting *w = &h->waiting;
	int n = 0;

	for (int i = 0; i < w->n_owed; i++) {
		const struct store_owed *o = &w->owed[i];

		if (o->slot_s < from_s || o->slot_s >= to_s)
			w->owed[n++] = *o;
		else if (is_live(h, o->uid))
			h->live_waits = false;
	}
	w->n_owed = n;
}

/* One that never reached the store need not be taken out of it. */
static bool drop_owed(struct history_waiting *w, struct uuid uid)
{
	for (int i = 0; i < w->n_owed; i++)
		if (uuid_equal(w->owed[i].uid, uid)) {
			w->n_owed--;
			memmove(&w->owed[i], &w->owed[i + 1], sizeof(w->owed[0]) * (size_t)(w->n_owed - i));
			return true;
		}
	return false;
}

static bool is_acked(const struct history_waiting *w, struct uuid uid)
{
	for (int i = 0; i < w->n_acked; i++)
		if (uuid_equal(w->acked[i], uid))
			return true;
	return false;
}

/* Full while the store fails: it is sent again some day, which SF-52 allows. */
void history_add_acked(struct history *h, struct uuid uid, struct outbox *out)
{
	struct history_waiting *w = &h->waiting;

	if (is_acked(w, uid) || drop_owed(w, uid))
		return;
	if (w->n_acked == HISTORY_MAX_ACKED && !h->failing)
		history_write(h, out);
	if (w->n_acked < HISTORY_MAX_ACKED)
		w->acked[w->n_acked++] = uid;
}

/* --- writing ------------------------------------------------------------------------------- */

static bool put_events(struct history *h, struct err *e)
{
	for (int i = 0; i < h->waiting.n_events; i++) {
		const struct history_event *v = &h->waiting.events[i];
		struct store_event row = { .at_ms = v->at_ms,
			.command = v->command,
			.level = log_level_name((enum log_level)v->log.level),
			.code = log_code_name((enum log_code)v->log.code),
			.node = house_alias(h->house, v->log.node),
			.value = v->log.value,
			.text = v->log.text };

		if (!h->store->put_event(h->store->self, &row, e))
			return false;
	}
	return true;
}

/* Asked each time: a store opened anew may have other ids. */
bool history_ask_ids(struct history *h, struct err *e)
{
	for (int32_t i = 0; i < h->series.n; i++)
		if (!h->store->series_id(h->store->self, &h->series.is[i], &h->series.id[i], e))
			return false;
	return true;
}

/* In memory a row holds series numbers, in the store the store's ids. */
static bool put_row(struct history *h, const struct history_row *row, struct err *e)
{
	int n;

	h->work.start_ms = row->start_s * 1000;
	if (!history_take_kept(h, row->start_s) && !block_decode(row->bytes, row->length, &h->work))
		return true;	/* it did not fit: said when it was packed */
	for (int32_t i = 0; i < h->work.n_series; i++)
		h->work.series[i].id = h->series.id[h->work.series[i].id];
	n = block_encode(&h->work, h->bytes, HISTORY_ROW_BYTES);
	return n < 0 || h->store->put_block(h->store->self, TIER_EXACT, row->start_s, h->bytes, (size_t)n, e);
}

static bool put_rows(struct history *h, struct err *e)
{
	if ((h->waiting.n_rows > 0 || history_tiers_wait(h)) && !history_ask_ids(h, e))
		return false;
	for (int i = 0; i < h->waiting.n_rows; i++)
		if (!put_row(h, &h->waiting.rows[i], e))
			return false;
	return history_put_tiers(h, e) && history_put_gaps(h, e) && history_put_day(h, e);
}

static void rename_owed(struct history *h, struct store_owed *o)
{
	struct uuid uid = history_uid(h);

	if (is_live(h, o->uid))
		h->live.uid = uid;
	else
		o->sent = false;	/* and its standard stays: exact */
	o->uid = uid;
	h->counts.renamed++;
}

/* An id that another status has must not stop the record: it gets one of its own, and if that fails too it
 * is given up. */
static bool put_one_owed(struct history *h, struct store_owed *o, struct err *e)
{
	bool taken = false;

	for (int i = 0; i < ID_TRIES && !taken; i++) {
		if (i > 0)
			rename_owed(h, o);
		if (!h->store->owe(h->store->self, o, &taken, e))
			return false;
	}
	h->waiting.lost_owed += !taken;
	return true;
}

static bool put_owed(struct history *h, struct err *e)
{
	const struct store *s = h->store;
	struct history_waiting *w = &h->waiting;

	for (int i = 0; i < w->n_owed; i++)
		if (!put_one_owed(h, &w->owed[i], e))
			return false;
	for (int i = 0; i < w->n_acked; i++)
		if (!s->forget(s->self, w->acked[i], e))
			return false;
	return !w->closed_moved || (s->put_number(s->self, STORE_CLOSED_S, w->closed_s, e) &&
					   s->put_number(s->self, STORE_HIGHEST_S, h->highest_s, e));
}

static void say_notices(struct history *h, struct outbox *out)
{
	char text[300];

	while (h->store->notice(h->store->self, text, sizeof(text))) {
		record(out, LEVEL_ERROR, LOG_STORE, NO_NODE, 0, "%s", text);
		h->noticed = true;
	}
}

void history_store_failed(struct history *h, const struct err *e, struct outbox *out)
{
	h->counts.failed++;
	h->retry_at = mono_after(h->now, HISTORY_RETRY_MS);
	if (h->failing)
		return;
	h->failing = true;
	record(out, LEVEL_ERROR, LOG_STORE, NO_NODE, 0,
		"history is not written (%.90s) - kept in memory for 6 h; check the disk", e->text);
}

static void say_recovered(struct history *h, struct outbox *out)
{
	struct history_waiting *w = &h->waiting;

	if (h->failing || h->noticed)
		record(out, LEVEL_INFO, LOG_STORE, NO_NODE, 0, "history is written%s", h->failing ? " again" : "");
	h->failing = h->noticed = false;
	if (w->lost_rows > 0 || w->lost_events > 0 || w->lost_owed > 0)
		record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, (int32_t)w->lost_rows,
			"lost from the history: %lld rows of 5 minutes, %lld events, %lld statuses",
			(long long)w->lost_rows, (long long)w->lost_events, (long long)w->lost_owed);
	w->lost_rows = w->lost_events = w->lost_owed = 0;
}

static void written(struct history *h, struct outbox *out)
{
	struct history_waiting *w = &h->waiting;
	struct err e;

	h->backlog = h->backlog || w->n_owed > 0;
	w->n_rows = w->n_owed = w->n_acked = w->n_events = w->n_gaps = 0;
	history_tiers_written(h);
	w->closed_moved = false;
	h->counts.commits++;
	say_recovered(h, out);
	if (!h->store->count_owed(h->store->self, &h->stored_owed, &e))
		history_store_failed(h, &e, out);
}

static bool write_all(struct history *h, struct err *e)
{
	return (h->remembers || history_remember(h, e)) && history_complete(h, e) && put_events(h, e) &&
	       put_rows(h, e) && put_owed(h, e) && h->store->commit(h->store->self, e);
}

bool history_write(struct history *h, struct outbox *out)
{
	const struct store *s = h->store;
	struct err e;
	/* Readings too: what only the log holds is lost with all that comes after it, up to the next sync. */
	bool ok = s->begin(s->self, STORE_DURABLE, &e);

	if (ok && !write_all(h, &e)) {
		ok = false;
		s->rollback(s->self);
	}
	say_notices(h, out);
	if (ok)
		written(h, out);
	else
		history_store_failed(h, &e, out);
	return ok;
}

/* Before anything is dated: what people read need not wait. */
bool history_write_events(struct history *h, struct outbox *out)
{
	const struct store *s = h->store;
	struct err e;
	bool ok = s->begin(s->self, STORE_DURABLE, &e);

	if (ok && !(put_events(h, &e) && s->commit(s->self, &e))) {
		ok = false;
		s->rollback(s->self);
	}
	say_notices(h, out);
	if (ok) {
		h->waiting.n_events = 0;
		say_recovered(h, out);
	} else {
		history_store_failed(h, &e, out);
	}
	return ok;
}

static bool put_batch(struct history *h, struct err *e)
{
	const struct store *s = h->store;

	for (int i = 0; i < N_CONTRACT_PLACES; i++)
		if ((h->batch_places >> i & 1) != 0 && !s->put_contract(s->self, i, &h->batch.at[i], e))
			return false;
	return true;
}

static bool put_contracts(struct history *h, struct err *e)
{
	const struct store *s = h->store;

	if (h->batch_parts < 0)
		return err_set(e, ERR_BUSY, 0, "part of it was lost on the way to the store");
	if (!s->begin(s->self, STORE_DURABLE, e))
		return false;
	if (put_batch(h, e) && s->commit(s->self, e))
		return true;
	s->rollback(s->self);
	return false;
}

/* True: the batch is complete. */
static bool collect(struct history *h, const struct msg_store *m)
{
	if (m->part == 0) {
		h->batch_places = 0;
		h->batch_parts = 0;
	}
	if (m->part != h->batch_parts || m->place >= N_CONTRACT_PLACES) {
		h->batch_parts = -1;
	} else {
		h->batch_parts++;
		h->batch_places |= (uint16_t)(1u << m->place);
		h->batch.at[m->place] = m->record;
	}
	return m->part + 1 >= m->parts;
}

/* On the disk before anyone is told (SF-34). */
void history_write_contract(struct history *h, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_STORED, .to = TO_SCADA, .stored = { .seq = in->store.seq } };
	struct err e;

	if (!collect(h, &in->store))
		return;
	if (!put_contracts(h, &e)) {
		m.type = MSG_STORE_FAILED;
		snprintf(m.stored.reason, sizeof(m.stored.reason), "%.*s", (int)sizeof(m.stored.reason) - 1,
			e.text);
		history_store_failed(h, &e, out);
	} else if (h->failing) {
		history_write(h, out);
	}
	say_notices(h, out);
	say(out, &m);
}
