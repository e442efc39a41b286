/* SPDX-License-Identifier: MIT */
#include "actor/atn_parts.h"

#include "core/control/atn_wire.h"

/* splitmix64: the bits of a message are 128, a step may want more numbers than two. */
uint64_t atn_draw(struct atn *a, const struct msg *in)
{
	uint64_t z = in->random[0] + (in->random[1] | 1) * ++a->drawn;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	z ^= z >> 31;
	return z != 0 ? z : 1;
}

/* Several messages share one simulated moment, and the SCADA takes only what is newer. */
static int64_t next_send_ms(struct atn *a, const struct msg *in)
{
	a->last_send_ms = in->clock.ms > a->last_send_ms ? in->clock.ms : a->last_send_ms + 1;
	return a->last_send_ms;
}

static bool publish(struct atn *a, struct atn_message *m, struct outbox *out)
{
	struct err e;
	int token;

	atn_sign(m, a->sign);
	if (a->net->publish(a->net->self, m->topic, m->payload, (size_t)m->length, 1, false, &token, &e))
		return true;
	note(out, LEVEL_WARNING, LOG_SEND, NO_NODE, "%s not sent: %s - it is said again later", m->topic,
		e.text);
	return false;
}

void atn_send_offer(struct atn *a, const struct msg *in, struct outbox *out)
{
	struct atn_message m;

	atn_compose_offer(a->house, &a->talk.contract, atn_draw(a, in), next_send_ms(a, in), &m);
	publish(a, &m, out);
}

void atn_send_successor(struct atn *a, const struct msg *in, struct outbox *out)
{
	struct atn_contract next = atn_successor(&a->talk.contract);
	struct atn_message m;

	atn_compose_offer(a->house, &next, atn_draw(a, in), next_send_ms(a, in), &m);
	publish(a, &m, out);
}

void atn_send_beat(struct atn *a, const struct msg *in, struct outbox *out)
{
	struct atn_message m;

	atn_compose_beat(a->house, a->talk.contract.id, atn_draw(a, in), a->memory.scada_beat,
		next_send_ms(a, in), &m);
	publish(a, &m, out);
}

void atn_send_ask(struct atn *a, struct outbox *out)
{
	struct atn_message m;

	atn_compose_ask(a->house, &m);
	publish(a, &m, out);
}

void atn_send_report_ack(
	struct atn *a, const struct msg_scada_report *r, const struct msg *in, struct outbox *out)
{
	struct atn_message m;

	atn_compose_report_ack(a->house, r->contract, r->uid, next_send_ms(a, in), &m);
	publish(a, &m, out);
}

void atn_send_forecast(struct atn *a, const struct atn_forecast *f, const struct msg *in, struct outbox *out)
{
	struct atn_message m;

	atn_compose_weather(a->house, f, next_send_ms(a, in), &m);
	publish(a, &m, out);
	atn_compose_prices(a->house, f, next_send_ms(a, in), &m);
	publish(a, &m, out);
}

int64_t atn_send_dispatch(struct atn *a, bool on, const struct msg *in, struct outbox *out)
{
	uint64_t bits[2] = { atn_draw(a, in), atn_draw(a, in) };
	int64_t send_ms = next_send_ms(a, in);
	struct atn_message m;

	atn_compose_dispatch(a->house, a->relay, on, a->talk.contract.id, uuid_random(bits), send_ms, &m);
	return publish(a, &m, out) ? send_ms : 0;
}
