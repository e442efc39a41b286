/* SPDX-License-Identifier: MIT */
/* What the AtomicTNode says to the history: that it has statuses, and that it wants to see more. Scada lets it through;
 * the history does it. A message of several parts passes or fails with its first. */
#include "actor/scada_parts.h"

bool scada_is_later_part(const struct msg *in)
{
	return (in->type == MSG_STATUS_ACK && in->status_ack.part > 0) ||
	       (in->type == MSG_HISTORY_REQUEST && in->history_request.part > 0) ||
	       (in->type == MSG_WEATHER && in->weather.part > 0) || (in->type == MSG_PRICES && in->prices.part > 0);
}

static void pass_on(const struct msg *in, struct outbox *out)
{
	struct msg m = *in;

	m.to = TO_HISTORY;
	say(out, &m);
}

void scada_status_ack(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_status_ack *a = &in->status_ack;

	if (a->part == 0)
		s->status_ack_open = scada_fresh(s, &s->status_ack_order, a->send_ms, "status.ack.100", out);
	if (!s->status_ack_open)
		return;
	s->status_ack_open = a->part + 1 < a->parts;
	pass_on(in, out);
}

/* A stranger learns nothing of the house. */
static enum diag judge(const struct scada *s, const struct msg_history_request *q)
{
	if (s->contract.state != CONTRACT_LIVE && s->contract.state != CONTRACT_PENDING)
		return DIAG_NO_CONTRACT;
	return uuid_equal(q->contract, s->contract.id) ? DIAG_NONE : DIAG_CONTRACT_MISMATCH;
}

static void refuse(struct scada *s, const struct msg_history_request *q, enum diag why, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_RESULT, .to = TO_UPLINK, .send_result = { .diag = why,
		.slot_start_s = q->from_s - q->from_s % 300, .about_send_ms = q->send_ms } };

	scada_count_refusal(s, why, "history.request.100", out);
	say(out, &m);
}

void scada_history_request(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_history_request *q = &in->history_request;
	enum diag why;

	if (q->part == 0) {
		s->request_open = scada_fresh(s, &s->request_order, q->send_ms, "history.request.100", out);
		why = s->request_open ? judge(s, q) : DIAG_NONE;
		if (why != DIAG_NONE)
			refuse(s, q, why, out);
		s->request_open = s->request_open && why == DIAG_NONE;
	}
	if (!s->request_open)
		return;
	s->request_open = q->part + 1 < q->parts;
	pass_on(in, out);
}
