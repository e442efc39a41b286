/* SPDX-License-Identifier: MIT */
/* The scada's side of the relays: who wants what, what the guard answered, and what the sender is told. */
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"
#include "spaceheat/guard.h"

struct wish { bool on; enum relay_mover by; enum guard_rank rank; };

static void ask_guard(struct scada *s, int relay, struct wish w, struct outbox *out)
{
	struct scada_relay *r = &s->relays[relay];
	struct msg m = { .type = MSG_WANT, .to = TO_RELAY, .want = {
		.relay = (uint8_t)relay, .on = w.on, .rank = (uint8_t)w.rank, .by = (uint8_t)w.by,
		.seq = ++s->next_seq, .lease_ms = GUARD_LEASE_MS } };
	bool command = !r->asked || r->wanted != w.on;

	r->asked = true;
	r->wanted = w.on;
	r->wanted_by = w.by;
	r->seq = m.want.seq;
	r->asked_at = s->now;
	say(out, &m);
	if (!command)
		return;
	m = (struct msg){ .type = MSG_KEEP_COMMAND, .to = TO_HISTORY, .keep_command = {
		.node = s->settings->relays[relay].node, .on = w.on, .at = s->clock } };
	say(out, &m);
}

static enum guard_rank rank_of(enum relay_mover by)
{
	switch (by) {
	case BY_ATN:
		return GUARD_RANK_DISPATCH;
	case BY_OPERATOR:
	case BY_TEST:
		return GUARD_RANK_OPERATOR;
	case BY_GUARD:
	case BY_LOCAL:
	case BY_ALLY:
	case N_RELAY_MOVERS:
		break;
	}
	return GUARD_RANK_LOCAL;
}

/* Gives up the lease of somebody who no longer decides, so that the next need not wait for it to lapse. */
static void give_up(int relay, enum relay_mover by, uint32_t seq, struct outbox *out)
{
	struct msg m = { .type = MSG_WANT, .to = TO_RELAY, .want = { .relay = (uint8_t)relay,
		.rank = (uint8_t)rank_of(by), .by = (uint8_t)by, .seq = seq, .lease_ms = 0 } };

	say(out, &m);
}

/* Where both want the same, the new lease comes first: the relay does not move in between. */
static void ask_after(struct scada *s, int relay, struct wish w, struct outbox *out)
{
	struct scada_relay *r = &s->relays[relay];
	enum relay_mover before = r->wanted_by;
	bool leaves = r->asked && rank_of(before) != GUARD_RANK_LOCAL && rank_of(before) != w.rank;
	bool same = r->wanted == w.on;

	if (!leaves || same)
		ask_guard(s, relay, w, out);
	if (leaves)
		give_up(relay, before, ++s->next_seq, out);
	if (leaves && !same)
		ask_guard(s, relay, w, out);
}

bool scada_dispatched(const struct scada *s)
{
	for (int i = 0; i < s->settings->n_relays; i++)
		if (s->relays[i].dispatched && s->now.ms < s->relays[i].dispatch_until.ms)
			return true;
	return false;
}

void scada_release_dispatches(struct scada *s)
{
	for (int i = 0; i < s->settings->n_relays; i++)
		s->relays[i].dispatched = false;
}

static struct wish wish_for(struct scada *s, int relay, bool local_on)
{
	struct scada_relay *r = &s->relays[relay];

	if (r->operated && mono_reached(s->now, r->operate_until))
		r->operated = false;
	if (r->operated)
		return (struct wish){ r->operate_on, BY_OPERATOR, GUARD_RANK_OPERATOR };
	if (r->dispatched && mono_reached(s->now, r->dispatch_until))
		r->dispatched = false;
	if (r->dispatched)
		return (struct wish){ r->dispatch_on, BY_ATN, GUARD_RANK_DISPATCH };
	return (struct wish){ local_on, s->mode.mode == REMOTE_CONTROL ? BY_ALLY : BY_LOCAL, GUARD_RANK_LOCAL };
}

/* Has everything that local control asks for been heard once? A sensor that stays silent is not waited for long. */
static bool has_looked(const struct scada *s)
{
	return scada_seeing(s) || mono_reached(s->now, s->look_until);
}

/* SF-58. Each wish waits on its own, so that a link that comes and goes cannot keep the house cold. */
static bool must_wait(struct scada *s, int relay, const struct wish *w)
{
	struct scada_relay *r = &s->relays[relay];
	bool own = w->on && (w->by == BY_LOCAL || w->by == BY_ALLY) && !(r->asked && r->wanted);

	if (own && !r->delayed)
		r->delayed_at = s->now;
	r->delayed = own;
	if (own && !has_looked(s))
		return true;
	return own && !mono_reached(s->now, s->calm_until) && mono_since(s->now, r->delayed_at) < s->own_delay_ms;
}

/* With `decide` local control thinks again; without, only a dispatch that came or went changes a wish. */
void scada_drive(struct scada *s, bool decide, struct outbox *out)
{
	struct homealone_picture picture;

	if (decide && scada_heats_by_model(s)) {
		scada_heat(s, out);
	} else if (decide) {
		scada_picture(s, &picture);
		homealone_step(&s->homealone, s->settings, &picture, s->local_wants);
	}
	for (int i = 0; i < s->settings->n_relays; i++) {
		struct scada_relay *r = &s->relays[i];
		struct wish w = wish_for(s, i, s->local_wants[i]);
		bool changed;

		if (w.rank == GUARD_RANK_LOCAL && scada_hands_back(s, i))
			continue;	/* its lease lapses, and the wall thermostat has it */
		if (must_wait(s, i, &w))
			w.on = false;
		changed = !r->asked || r->wanted != w.on || r->wanted_by != w.by;

		if (changed || mono_since(s->now, r->asked_at) >= SCADA_RENEW_MS)
			ask_after(s, i, w, out);
	}
}

uint32_t scada_ask_operator(struct scada *s, int relay, struct outbox *out)
{
	ask_after(s, relay, (struct wish){ s->relays[relay].operate_on, BY_OPERATOR, GUARD_RANK_OPERATOR }, out);
	return s->relays[relay].seq;
}

/* --- dispatches ----------------------------------------------------------------------------- */

static void say_result(const struct msg_send_result *r, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_RESULT, .to = TO_UPLINK, .send_result = *r };

	say(out, &m);
}

static struct msg_send_result result_of(const struct msg_dispatch *d)
{
	struct msg_send_result r = { .about_send_ms = d->send_ms, .message = d->message,
		.has_message = d->has_message, .on = d->on };

	memcpy(r.about, d->about, sizeof(r.about));
	return r;
}

static void refuse(struct scada *s, const struct msg_dispatch *d, enum diag why, struct outbox *out)
{
	char what[ABOUT_SIZE + 16];

	snprintf(what, sizeof(what), "dispatch %s", d->about);
	scada_count_refusal(s, why, what, out);
	scada_refuse_dispatch(s, d, why, out);
}

void scada_refuse_dispatch(struct scada *s, const struct msg_dispatch *d, enum diag why, struct outbox *out)
{
	struct msg_send_result r = result_of(d);

	(void)s;
	r.diag = why;
	say_result(&r, out);
}

static struct scada_reply *free_reply(struct scada *s)
{
	struct scada_reply *oldest = &s->replies[0];

	for (int i = 0; i < SCADA_MAX_REPLIES; i++) {
		if (s->replies[i].seq == 0)
			return &s->replies[i];
		if (s->replies[i].seq < oldest->seq)
			oldest = &s->replies[i];
	}
	s->counts.replies_lost++;
	return oldest;
}

static void obey(struct scada *s, int relay, const struct msg_dispatch *d, struct outbox *out)
{
	struct scada_relay *r = &s->relays[relay];
	struct scada_reply *reply = free_reply(s);

	gate_accept(&r->order, d->send_ms);
	r->dispatched = true;
	r->dispatch_on = d->on;
	r->dispatch_until = mono_after(s->now, s->settings->dispatch_hold_s * 1000LL);
	ask_guard(s, relay, (struct wish){ d->on, BY_ATN, GUARD_RANK_DISPATCH }, out);
	*reply = (struct scada_reply){ .seq = r->seq, .result = result_of(d) };
}

static bool same_command(const struct msg_send_result *r, const struct msg_dispatch *d)
{
	return r->about_send_ms == d->send_ms && r->on == d->on && r->has_message == d->has_message &&
		(!d->has_message || uuid_equal(r->message, d->message));
}

/* SF-45: a duplicate gets the answer of the first, which may still be on its way; what only shares its time stamp with
 * another command is no duplicate. */
static void repeat_answer(struct scada *s, int relay, const struct msg_dispatch *d, struct outbox *out)
{
	for (int i = 0; i < SCADA_MAX_REPLIES; i++)
		if (s->replies[i].seq != 0 && strcmp(s->replies[i].result.about, d->about) == 0 &&
			same_command(&s->replies[i].result, d))
			return;
	if (same_command(&s->relays[relay].answered, d))
		say_result(&s->relays[relay].answered, out);
	else
		refuse(s, d, DIAG_OUT_OF_ORDER, out);
}

void scada_dispatch(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_dispatch *d = &in->dispatch;
	int node = house_node(s->house, d->about);
	int relay = node == NO_NODE ? -1 : settings_relay_of(s->settings, node);
	struct gate_order none = { 0 };
	struct gate_dispatch asked = { .contract = &s->contract, .mode = s->mode.mode,
		.has_contract = d->has_contract, .contract_id = d->contract, .node = node, .is_actuator = relay >= 0 };
	enum diag why;

	why = gate_fresh(relay < 0 ? &none : &s->relays[relay].order, d->send_ms, s->clock, s->clock_trusted,
		s->age_limit_ms);
	if (why == DIAG_DUPLICATE) {
		repeat_answer(s, relay, d, out);
		return;
	}
	if (why == DIAG_NONE) {
		scada_standing_dispatch(s, d->send_ms, out);
		asked.mode = s->mode.mode;
		why = gate_dispatch(&asked);
	}
	if (why == DIAG_NONE && d->on && scada_overrun(s))
		why = DIAG_OVERRUN;
	if (why == DIAG_NONE)
		obey(s, relay, d, out);
	else
		refuse(s, d, why, out);
}

/* --- the guard's answers -------------------------------------------------------------------- */

static bool held(enum guard_result r)
{
	return r != GUARD_DONE;
}

static void say_copy(struct scada *s, int relay, bool on, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_COPY, .to = TO_UPLINK, .send_copy = {
		.node = s->settings->relays[relay].node, .on = on } };

	say(out, &m);
}

static void answer_dispatch(struct scada *s, const struct msg_answer *a, struct outbox *out)
{
	for (int i = 0; i < SCADA_MAX_REPLIES; i++) {
		struct scada_reply *reply = &s->replies[i];

		if (reply->seq == 0 || reply->seq != a->seq)
			continue;
		reply->seq = 0;
		reply->result.result = (enum guard_result)a->result;
		if (a->held_for_ms > 0)
			reply->result.held_until_ms = s->clock.ms + a->held_for_ms;
		s->relays[a->relay].answered = reply->result;
		say_result(&reply->result, out);
		if (a->result == GUARD_DONE)
			say_copy(s, a->relay, reply->result.on, out);
	}
}

static void relay_moved(struct scada *s, int relay, bool on, enum relay_mover by, enum guard_result result,
	const char *why, struct outbox *out)
{
	struct scada_relay *r = &s->relays[relay];
	int node = s->settings->relays[relay].node;

	if (r->on != on) {
		record(out, LEVEL_INFO, LOG_RELAY, node, on, "%s by %s (%s)", on ? "on" : "off",
			relay_mover_name(by), why);
		scada_news(&(struct msg_news){ .kind = NEWS_RELAY, .on = on, .by = (uint8_t)by,
			.result = (uint8_t)result, .node = (int16_t)node }, out);
		r->moved = s->clock;
		r->read_back = READ_BACK_UNKNOWN;	/* that was before */
		if (on)
			r->starts[r->n_starts++ % SCADA_STARTS] = s->now;
	}
	r->known = true;
	r->on = on;
	r->by = by;
	scada_own_reading(s, s->settings->relays[relay].channel, on, out);
}

static void log_hold(struct scada *s, const struct msg_answer *a, struct outbox *out)
{
	struct scada_relay *r = &s->relays[a->relay];
	int node = s->settings->relays[a->relay].node;

	if (r->result == (enum guard_result)a->result)	/* said when it began */
		return;
	if (held((enum guard_result)a->result)) {
		scada_news(&(struct msg_news){ .kind = NEWS_RELAY, .on = r->on, .by = (uint8_t)r->wanted_by,
			.result = a->result, .node = (int16_t)node }, out);
		record(out, LEVEL_INFO, LOG_HELD, node, a->result, "%s by %s held: %s (for_s=%d)",
			r->wanted ? "on" : "off", relay_mover_name(r->wanted_by),
			guard_result_name((enum guard_result)a->result), (a->held_for_ms + 999) / 1000);
	}
	r->result = (enum guard_result)a->result;
}

void scada_answer(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_answer *a = &in->answer;
	struct scada_relay *r;

	if (a->relay >= s->settings->n_relays)
		return;
	r = &s->relays[a->relay];
	answer_dispatch(s, a, out);
	if (a->seq == r->seq) {
		log_hold(s, a, out);
		r->held_until.ms = a->held_for_ms > 0 ? s->clock.ms + a->held_for_ms : 0;
	}
	if (!r->known || r->on != (a->on != 0))
		relay_moved(s, a->relay, a->on != 0, a->result == GUARD_DONE ? r->wanted_by : BY_GUARD,
			(enum guard_result)a->result, guard_result_name((enum guard_result)a->result), out);
	r->read_back = (enum relay_read_back)a->read_back;
	r->read_back_at = s->now;
	scada_operator_answer(s, a, out);
}

void scada_relay_event(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_relay_event *e = &in->relay_event;

	scada_lock_event(s, e);
	if (e->relay >= s->settings->n_relays)
		return;
	if (e->kind == GUARD_EVENT_MOVED && e->on && !s->relays[e->relay].on)
		relay_moved(s, e->relay, true, BY_GUARD, GUARD_DONE, e->text, out);
	else if (e->kind <= GUARD_EVENT_FREEZE && s->relays[e->relay].on && !e->on)
		relay_moved(s, e->relay, false, BY_GUARD, GUARD_DONE, e->text[0] != '\0' ? e->text : "fail state", out);
}
