/* SPDX-License-Identifier: MIT */
/* What the AtomicTNode asks to see in more detail: statuses of that standard, owed like all others, so they go at the
 * back of the queue, in their order, and are sent again until they are acknowledged. */
#include <stdio.h>
#include <string.h>

#include "actor/history_parts.h"

enum { DAY_S = 86400 };

/* Counted and said by scada, like all refusals; told to the AtomicTNode by name, with the begin of what it wanted. */
static void say_refused(struct history *h, const struct msg_history_request *q, enum diag diag, struct outbox *out)
{
	struct msg m = { .type = MSG_REFUSED, .to = TO_SCADA, .refused.diag = diag };
	struct msg r = { .type = MSG_SEND_RESULT, .to = TO_UPLINK, .send_result = { .diag = diag,
		.slot_start_s = q->from_s - q->from_s % HISTORY_ROW_S, .about_send_ms = q->send_ms } };

	h->ask.parts = -1;
	snprintf(m.refused.type, sizeof(m.refused.type), "history.request.100");
	snprintf(m.refused.field, sizeof(m.refused.field), "%s",
		diag == DIAG_UNKNOWN_NODE ? "Channels" : diag == DIAG_OUT_OF_RANGE ? "ToUnixS" : "");
	say(out, &m);
	say(out, &r);
}

bool history_is_named(const struct store_series *is, const char *name)
{
	size_t n = strlen(is->about);

	if (strncmp(is->about, name, n) != 0)
		return false;
	if (name[n] == '\0')
		return is->kind != STORE_FIGURES;
	return name[n] == '/' &&
	       strcmp(name + n + 1, is->kind == STORE_FIGURES ? is->by : telemetry_name_word(is->name)) == 0;
}

static bool add_channel(struct history *h, const char *name)
{
	struct store_request *r = &h->ask.request;
	int before = r->n;

	for (int32_t i = 0; i < h->series.n; i++)
		if (h->series.is[i].kind != STORE_FIGURES && history_is_named(&h->series.is[i], name) && r->n < STORE_MAX_ASKED)
			r->series[r->n++] = i;	/* its number: ids are asked inside the transaction */
	return r->n > before;
}

/* At most a day of exact readings; no standard further back than it is kept. */
static bool in_range(const struct history *h, const struct msg_history_request *q)
{
	static const int64_t days[] = { [TIER_EXACT] = HISTORY_QUARTER_DAYS, [TIER_MINUTE] = HISTORY_MINUTE_DAYS,
		[TIER_QUARTER] = HISTORY_QUARTER_DAYS };
	int64_t now_s = h->clock.ms / 1000;

	return q->to_s <= now_s && q->from_s >= now_s - days[q->standard] * DAY_S &&
	       (q->standard != TIER_EXACT || q->to_s - q->from_s <= DAY_S);
}

static bool owe_slots(struct history *h, const struct msg_history_request *q, int32_t request, struct err *e)
{
	const struct store *s = h->store;
	int64_t slot_s = q->from_s - q->from_s % h->period_s;

	for (bool taken; slot_s < q->to_s && slot_s + h->period_s <= h->slot_s; slot_s += h->period_s) {
		struct store_owed o = { .uid = history_uid(h), .slot_s = slot_s, .period_s = (int32_t)h->period_s,
			.tier = (enum store_tier)q->standard, .request = request };
		int64_t row_s;
		bool found;

		if (o.tier == TIER_QUARTER && h->period_s < 900 && slot_s % 900 >= h->period_s)
			continue;	/* no bucket begins in it */
		/* Where nothing was recorded there is nothing to send. */
		if (!s->next_block(s->self, o.tier, tier_row_start_s(o.tier, h->zone, slot_s), slot_s + h->period_s, &row_s,
			    &found, e))
			return false;
		if (found && !s->owe(s->self, &o, &taken, e))
			return false;
	}
	return true;
}

static bool store_request(struct history *h, const struct msg_history_request *q, struct err *e)
{
	const struct store *s = h->store;
	struct store_request r = { .n = h->ask.request.n };
	int32_t id;
	bool ok = s->begin(s->self, STORE_DURABLE, e) && history_ask_ids(h, e);

	for (int i = 0; i < r.n; i++)
		r.series[i] = h->series.id[h->ask.request.series[i]];
	if (ok && s->put_request(s->self, &r, &id, e) && owe_slots(h, q, id, e) && s->commit(s->self, e))
		return s->count_owed(s->self, &h->stored_owed, e);
	s->rollback(s->self);
	return false;
}

void history_request(struct history *h, const struct msg *in, struct outbox *out)
{
	const struct msg_history_request *q = &in->history_request;
	struct err e;

	if (q->part == 0) {
		h->ask.parts = 0;
		h->ask.request.n = 0;
	}
	if (h->ask.parts != q->part || q->standard > TIER_QUARTER)
		return;
	h->ask.parts++;
	if (q->part == 0 && !in_range(h, q))
		say_refused(h, q, DIAG_OUT_OF_RANGE, out);
	else if (q->channel[0] != '\0' && !add_channel(h, q->channel))
		say_refused(h, q, DIAG_UNKNOWN_NODE, out);
	else if (q->part + 1 < q->parts)
		return;
	else if (h->failing || !h->remembers)
		say_refused(h, q, DIAG_STORAGE_UNAVAILABLE, out);
	else if (!store_request(h, q, &e))
		history_store_failed(h, &e, out);
	else
		h->backlog = true;
}
