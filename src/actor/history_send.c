/* SPDX-License-Identifier: MIT */
/* What is owed goes to the uplink: the newest slot first, then the others oldest first, as fast as is
 * allowed. */
#include "actor/history_parts.h"

enum { RATE_MS = 1000, TELL_MS = 1000, BATCH = POOL_BUFFERS - 1 };	/* one buffer is left to snapshots */
enum { DAY_S = 86400 };

struct batch { struct store_owed owed[BATCH]; int buffer[BATCH], n; };

bool history_can_send(const struct history *h)
{
	return h->remote && h->link_up;
}

/* --- what is under way --------------------------------------------------------------------- */

static int find_under_way(const struct history *h, struct uuid uid)
{
	for (int i = 0; i < h->n_under_way; i++)
		if (uuid_equal(h->under_way[i].uid, uid))
			return i;
	return -1;
}

static void drop_under_way(struct history *h, struct uuid uid)
{
	int i = find_under_way(h, uid);

	if (i >= 0)
		h->under_way[i] = h->under_way[--h->n_under_way];
}

static bool is_forgotten(const struct history *h, struct uuid uid)
{
	for (int i = 0; i < h->waiting.n_acked; i++)
		if (uuid_equal(h->waiting.acked[i], uid))
			return true;
	return false;
}

void history_start_over(struct history *h)
{
	h->cursor = 0;
	h->backlog = true;
	h->live_waits = h->live_waits && history_can_send(h);
}

void history_mode(struct history *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	h->remote = in->mode.mode == REMOTE_CONTROL;
	if (h->acks_status != in->mode.acks_status) {
		h->n_under_way = 0;	/* who acknowledged what is no longer who must */
		history_doubt(h);
	}
	h->acks_status = in->mode.acks_status;
	history_day_mode(h, in->mode.mode);
	history_start_over(h);
}

/* What was not acknowledged when the link went is owed again, under the same id (SF-52); a broker that went may have taken
 * with it what it had. */
void history_link(struct history *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	h->link_up = in->link.up;
	h->n_under_way = h->n_handed = 0;
	h->proof.lost = h->proof.lost || !in->link.up;
	history_start_over(h);
}

void history_sent(struct history *h, const struct msg *in, struct outbox *out)
{
	int i = find_under_way(h, in->uid.uid);

	(void)out;
	if (h->n_handed > 0)
		h->n_handed--;
	if (in->uid.ok) {
		h->counts.sent++;
		if (i >= 0)
			h->under_way[i].since = h->now;
		return;
	}
	drop_under_way(h, in->uid.uid);
	history_start_over(h);
}

void history_delivered(struct history *h, struct uuid uid, struct outbox *out)
{
	drop_under_way(h, uid);
	history_add_acked(h, uid, out);
	h->counts.acked++;
	h->last_ack_ms = h->clock.ms;
}

/* By the broker. Where the AtomicTNode acknowledges itself that says nothing about it. */
void history_acked(struct history *h, const struct msg *in, struct outbox *out)
{
	int i = find_under_way(h, in->uid.uid);
	bool held = !h->acks_status && i >= 0 && history_hold(h, &h->under_way[i]);

	if (held)
		drop_under_way(h, in->uid.uid);
	else if (!h->acks_status)
		history_delivered(h, in->uid.uid, out);
}

void history_status_ack(struct history *h, const struct msg *in, struct outbox *out)
{
	for (int i = 0; i < in->status_ack.n && i < STATUS_ACKS; i++) {
		history_drop_unproven(h, in->status_ack.uid[i]);
		history_delivered(h, in->status_ack.uid[i], out);
	}
}

void history_send_again(struct history *h)
{
	h->n_under_way = 0;
	history_start_over(h);
}

/* An acknowledgement of the AtomicTNode's that was lost must not hold the others back; the broker's cannot be lost while
 * the link is up. */
static void resend(struct history *h)
{
	int n = 0;

	if (!h->acks_status)
		return;
	for (int i = 0; i < h->n_under_way; i++)
		if (mono_since(h->now, h->under_way[i].since) < HISTORY_RESEND_MS)
			h->under_way[n++] = h->under_way[i];
	if (n < h->n_under_way)
		history_start_over(h);
	h->n_under_way = n;
}

/* --- sending ------------------------------------------------------------------------------- */

static void say_buffer(struct history *h, int buffer, int length, struct uuid uid, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_BUFFER, .to = TO_UPLINK, .send_buffer = {
		.buffer = buffer, .length = (uint32_t)length, .kind = BUFFER_STATUS, .uid = uid } };

	say(out, &m);
	h->under_way[h->n_under_way++] = (struct history_under_way){ uid, h->now };
	h->n_handed++;
	h->n_window++;
}

void history_give_up(struct history *h, const struct store_owed *o, const char *why, struct outbox *out)
{
	record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, o->period_s,
		"the status of the %d s from %lld is given up: %s", (int)o->period_s, (long long)o->slot_s,
		why);
	history_add_gap(h, o->slot_s * 1000, (o->slot_s + o->period_s) * 1000, GAP_DROPPED, NO_NODE);
	history_add_acked(h, o->uid, out);
}

/* Only what was asked for. */
static bool keep_asked(struct history *h, int32_t request, struct err *e)
{
	struct block *b = &h->work;
	struct store_request r;
	int32_t n = 0;
	bool found;

	if (!h->store->get_request(h->store->self, request, &r, &found, e))
		return false;
	for (int32_t i = 0; i < b->n_series; i++)
		for (int k = 0; k < r.n; k++)
			if (h->series.id[b->series[i].id] == r.series[k]) {
				b->series[n++] = b->series[i];
				break;
			}
	if (r.n > 0)
		b->n_series = n;
	return true;
}

static bool read_standard(struct history *h, const struct store_owed *o, int *rows, struct err *e)
{
	bool ok = o->tier == TIER_EXACT ? history_read_slot(h, o->slot_s, o->period_s, rows, e) :
					  history_read_buckets(h, o, rows, e);

	return ok && (o->request == 0 || keep_asked(h, o->request, e));
}

/* False: the store failed; the buffer has been given back in every case but that of a message sent. */
static bool send_one(
	struct history *h, const struct store_owed *o, int buffer, struct outbox *out, struct err *e)
{
	int rows, length = -1;
	bool ok = read_standard(h, o, &rows, e);

	if (ok && rows > 0)
		length = status_encode(h->house, o, &h->work, h->series.is, h->room,
			h->pool->bytes(h->pool->self, buffer), POOL_BUFFER_SIZE);
	if (length >= 0) {
		say_buffer(h, buffer, length, o->uid, out);
		return true;
	}
	h->pool->give(h->pool->self, buffer);
	if (ok)
		history_give_up(h, o, rows == 0 ? "its readings are gone" : "it is too long to send", out);
	return ok;
}

static void send_live(struct history *h, struct outbox *out)
{
	int buffer = h->n_under_way < HISTORY_MAX_UNDER_WAY ? h->pool->take(h->pool->self) : -1;
	struct err e;

	if (buffer < 0)
		return;
	h->live_waits = false;
	if (!send_one(h, &h->live, buffer, out, &e))
		history_store_failed(h, &e, out);
}

static bool has_tier(const struct history *h, const struct store_owed *o, enum store_tier t)
{
	int64_t row_s;
	struct err e;
	bool found;

	return h->store->next_block(h->store->self, t, tier_row_start_s(t, h->zone, o->slot_s),
		       o->slot_s + o->period_s, &row_s, &found, &e) &&
	       found;
}

/* The standard of what was never sent, by its age; another one where a clock that was wrong or a damaged row left none
 * of it. False: too old; prune gives it up. */
static bool choose_tier(const struct history *h, struct store_owed *o)
{
	int64_t age_s = h->clock.ms / 1000 - o->slot_s - o->period_s;

	if (o->by_age) {
		o->tier = age_s <= DAY_S ? TIER_EXACT :
			age_s <= HISTORY_MINUTE_DAYS * DAY_S ? TIER_MINUTE : TIER_QUARTER;
		if (o->tier != TIER_EXACT && !has_tier(h, o, o->tier))
			o->tier = has_tier(h, o, TIER_EXACT) ? TIER_EXACT : TIER_QUARTER;
	}
	return age_s + o->period_s <= HISTORY_QUARTER_DAYS * DAY_S;
}

static bool next_owed(struct history *h, struct store_owed *o, bool *found, struct err *e)
{
	do {
		if (!h->store->next_owed(h->store->self, h->cursor, o, found, e))
			return false;
		if (*found)
			h->cursor = o->n;
	} while (*found && (find_under_way(h, o->uid) >= 0 || is_forgotten(h, o->uid) || history_is_unproven(h, o->uid) ||
		!choose_tier(h, o)));
	return true;
}

static void give_back(struct history *h, const struct batch *b, int from)
{
	for (int i = from; i < b->n; i++)
		h->pool->give(h->pool->self, b->buffer[i]);
}

static bool pick(struct history *h, struct batch *b, struct err *e)
{
	bool found = true, ok = true;

	for (b->n = 0; b->n < BATCH && b->n + h->n_handed < BATCH &&
		       h->n_window + b->n < h->settings->uplink.backlog_per_s &&
		       h->n_under_way + b->n < HISTORY_MAX_UNDER_WAY &&
		       h->proof.n + h->n_under_way + b->n < HISTORY_MAX_UNPROVEN;) {
		int buffer = h->pool->take(h->pool->self);

		if (buffer < 0)
			break;
		ok = next_owed(h, &b->owed[b->n], &found, e);
		if (!ok || !found) {
			h->pool->give(h->pool->self, buffer);
			break;
		}
		b->buffer[b->n++] = buffer;
	}
	h->backlog = found;
	return ok;
}

/* Its content must not change once it may have been seen. */
static bool mark_sent(struct history *h, const struct batch *b, struct err *e)
{
	const struct store *s = h->store;
	bool ok = true, any = false;

	for (int i = 0; i < b->n; i++)
		any = any || !b->owed[i].sent;
	if (!any)
		return true;
	if (!s->begin(s->self, STORE_DURABLE, e))
		return false;
	for (int i = 0; i < b->n && ok; i++)
		ok = b->owed[i].sent || s->mark_sent(s->self, b->owed[i].uid, b->owed[i].tier, e);
	if (ok && s->commit(s->self, e))
		return true;
	s->rollback(s->self);
	return false;
}

static bool send_backlog(struct history *h, struct outbox *out, struct err *e)
{
	struct batch b;
	bool ok = pick(h, &b, e) && mark_sent(h, &b, e);
	int i = 0;

	for (; i < b.n && ok; i++)
		ok = send_one(h, &b.owed[i], b.buffer[i], out, e);
	give_back(h, &b, i);
	if (!ok)
		history_start_over(h);
	return ok;
}

static bool window_open(struct history *h)
{
	if (mono_since(h->now, h->window) >= RATE_MS) {
		h->window = h->now;
		h->n_window = 0;
	}
	return h->n_window < h->settings->uplink.backlog_per_s;
}

void history_send(struct history *h, struct outbox *out)
{
	struct err e;

	if (!history_can_send(h))
		return;
	resend(h);
	if (h->live_waits)
		send_live(h, out);
	if (h->backlog && !h->failing && h->remembers && !h->tiers.behind && !h->live_waits && window_open(h) &&
		!send_backlog(h, out, &e))
		history_store_failed(h, &e, out);
}

/* --- telling how much is owed -------------------------------------------------------------- */

static int32_t owed_now(const struct history *h)
{
	int32_t n = h->stored_owed + h->waiting.n_owed - h->waiting.n_acked - h->proof.n;

	return n > 0 ? n : 0;
}

void history_tell_owed(struct history *h, struct outbox *out)
{
	struct msg m = { .type = MSG_OWED, .to = TO_SCADA, .owed = { owed_now(h) } };

	if (m.owed.count == h->told_owed || mono_since(h->now, h->told_at) < TELL_MS)
		return;
	h->told_owed = m.owed.count;
	h->told_at = h->now;
	say(out, &m);
}

struct mono history_send_due(const struct history *h)
{
	struct mono at = MONO_NEVER;

	if (history_can_send(h) && (h->live_waits || (h->backlog && !h->failing)))
		at = mono_after(h->now, RATE_MS);
	for (int i = 0; i < h->n_under_way && h->acks_status && history_can_send(h); i++)
		at = mono_min(at, mono_after(h->under_way[i].since, HISTORY_RESEND_MS));
	if (owed_now(h) != h->told_owed)
		at = mono_min(at, mono_after(h->told_at, TELL_MS));
	return at;
}
