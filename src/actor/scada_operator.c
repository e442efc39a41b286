/* SPDX-License-Identifier: MIT */
/* What a person at the house may do: take a relay for a time, hold the setpoint, reset what the guard has locked.
 *
 * The operator's lease outranks a contract but not the guard (SF-10), ends by itself, and never ends the contract: the
 * mode is Operator meanwhile (dispatch-contract: "operator takes over / gives back"). */
#include "actor/scada_parts.h"
#include "spaceheat/guard.h"

enum { TRIP_RESET_MC = 70000 };		/* SF-15 */

/* --- leases ------------------------------------------------------------------------------------ */

bool scada_operated(const struct scada *s)
{
	for (int i = 0; i < s->settings->n_relays; i++)
		if (s->relays[i].operated && s->now.ms < s->relays[i].operate_until.ms)
			return true;
	return false;
}

static int64_t in_wall(const struct scada *s, struct mono t)
{
	return s->clock.ms + mono_since(t, s->now);
}

static void answer(const struct msg_operator_answer *a, struct outbox *out)
{
	struct msg m = { .type = MSG_OPERATOR_ANSWER, .to = TO_CONTROL, .operator_answer = *a };

	say(out, &m);
}

static struct scada_ask *free_ask(struct scada *s)
{
	for (int i = 0; i < SCADA_MAX_ASKS; i++)
		if (s->asks[i].seq == 0)
			return &s->asks[i];
	return NULL;
}

static bool is_relay(const struct scada *s, int relay)
{
	return relay >= 0 && relay < s->settings->n_relays;
}

static void dispatch(struct scada *s, const struct msg_operator *o, struct outbox *out)
{
	struct msg_operator_answer a = { .ticket = o->ticket };
	struct scada_ask *ask = free_ask(s);
	struct scada_relay *r;

	if (!is_relay(s, o->relay) || o->minutes < 1 || o->minutes > SCADA_OPERATOR_MAX_MIN) {
		a.verdict = OPERATOR_OUT_OF_RANGE;
	} else if (s->mode.mode == REMOTE_CONTROL && !o->override) {
		a.verdict = OPERATOR_NOT_IN_CONTROL;
		a.until_ms = s->contract.end_s * 1000;
	} else if (ask == NULL) {
		a.verdict = OPERATOR_BUSY;
	}
	if (a.verdict != OPERATOR_DONE) {
		answer(&a, out);
		return;
	}
	r = &s->relays[o->relay];
	r->operated = true;
	r->operate_on = o->on;
	r->operate_until = mono_after(s->now, o->minutes * 60000LL);
	ask->ticket = o->ticket;
	ask->seq = scada_ask_operator(s, o->relay, out);
}

/* The guard has spoken: the person hears it, even if it holds what was asked for. */
void scada_operator_answer(struct scada *s, const struct msg_answer *a, struct outbox *out)
{
	const struct scada_relay *r = &s->relays[a->relay];

	for (int i = 0; i < SCADA_MAX_ASKS; i++) {
		struct scada_ask *ask = &s->asks[i];
		struct msg_operator_answer told = { .ticket = ask->ticket,
			.result = (enum guard_result)a->result, .until_ms = in_wall(s, r->operate_until),
			.verdict = a->result == GUARD_DONE ? OPERATOR_DONE : OPERATOR_GUARD_HOLDS };

		if (ask->seq == 0 || ask->seq != a->seq)
			continue;
		if (a->held_for_ms > 0)
			told.held_until_ms = s->clock.ms + a->held_for_ms;
		ask->seq = 0;
		answer(&told, out);
	}
}

/* Local control, or the contract, decides again: scada_drive asks in this same step. */
static void give_back(struct scada *s, const struct msg_operator *o, struct outbox *out)
{
	struct msg_operator_answer a = { .ticket = o->ticket };

	if (is_relay(s, o->relay))
		s->relays[o->relay].operated = false;
	else
		a.verdict = OPERATOR_OUT_OF_RANGE;
	answer(&a, out);
}

/* --- the setpoint ------------------------------------------------------------------------------- */

int64_t scada_setpoint_mc(const struct scada *s)
{
	if (s->hold.on && !mono_reached(s->now, s->hold.until))
		return s->hold.setpoint_mc;
	return scada_scheduled_mc(s);
}

static void hold(struct scada *s, const struct msg_operator *o, struct outbox *out)
{
	const struct settings_comfort *c = &s->settings->comfort;
	struct msg_operator_answer a = { .ticket = o->ticket, .value_mc = o->setpoint_mc };

	if (o->setpoint_mc < c->min_c * 1000 || o->setpoint_mc > c->max_c * 1000 || o->minutes < 1 ||
		o->minutes > SCADA_OPERATOR_MAX_MIN) {
		a.verdict = OPERATOR_OUT_OF_RANGE;
	} else {
		s->hold = (struct scada_hold){ true, o->setpoint_mc, mono_after(s->now, o->minutes * 60000LL) };
		a.until_ms = in_wall(s, s->hold.until);
	}
	answer(&a, out);
}

static void hold_cancel(struct scada *s, const struct msg_operator *o, struct outbox *out)
{
	s->hold.on = false;
	answer(&(struct msg_operator_answer){ .ticket = o->ticket, .value_mc = (int32_t)scada_setpoint_mc(s) }, out);
}

/* --- resets --------------------------------------------------------------------------------------- */

void scada_lock_event(struct scada *s, const struct msg_relay_event *e)
{
	bool locks = e->kind == GUARD_EVENT_DRY_FIRE || e->kind == GUARD_EVENT_NO_LOAD || e->kind == GUARD_EVENT_WELDED;
	uint32_t bit = 1u << e->kind % 32;

	if (e->kind == GUARD_EVENT_TRIP)
		s->tripped = true;
	else if (e->kind == GUARD_EVENT_TRIP_RESET)
		s->tripped = false;
	else if (locks && e->relay < s->settings->n_relays)
		s->relays[e->relay].locks = e->on ? s->relays[e->relay].locks | bit : s->relays[e->relay].locks & ~bit;
}

static int32_t hottest_mc(const struct scada *s)
{
	const struct settings_roles *roles = &s->settings->roles;
	int32_t most = INT32_MIN;

	for (int i = 0; i < roles->n_store + roles->n_buffer; i++) {
		int node = i < roles->n_store ? roles->store[i] : roles->buffer[i - roles->n_store];
		struct reading_mc r = scada_node_mc(s, node);

		if (r.good && r.mc > most)
			most = (int32_t)r.mc;
	}
	return most;
}

static bool is_locked(const struct scada *s, int relay)
{
	return is_relay(s, relay) && s->relays[relay].locks != 0;
}

static void reset(struct scada *s, const struct msg_operator *o, struct outbox *out)
{
	struct msg m = { .type = MSG_RESET, .to = TO_RELAY, .reset = { o->relay } };
	struct msg_operator_answer a = { .ticket = o->ticket };

	if (o->relay < 0 && s->tripped) {
		a.value_mc = hottest_mc(s);
		a.verdict = a.value_mc >= TRIP_RESET_MC ? OPERATOR_STILL_HOT : OPERATOR_DONE;
	} else if (!is_locked(s, o->relay)) {
		a.verdict = OPERATOR_NOTHING_LOCKED;
	}
	if (a.verdict == OPERATOR_DONE)
		say(out, &m);
	answer(&a, out);
}

void scada_operator(struct scada *s, const struct msg *in, struct outbox *out)
{
	static void (*const verbs[])(struct scada *, const struct msg_operator *, struct outbox *) = {
		[OPERATOR_DISPATCH] = dispatch,
		[OPERATOR_AUTO] = give_back,
		[OPERATOR_HOLD] = hold,
		[OPERATOR_HOLD_CANCEL] = hold_cancel,
		[OPERATOR_RESET] = reset,
	};

	if ((size_t)in->operator.verb < sizeof(verbs) / sizeof(verbs[0]))
		verbs[in->operator.verb](s, &in->operator, out);
}
