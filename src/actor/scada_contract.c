/* SPDX-License-Identifier: MIT */
/* The scada's side of the contract: turns messages and time into one event, looks the event up in the table, and
 * does what the cell says. */
#include <string.h>

#include "actor/scada_parts.h"

/* What an action may need to know. */
struct occasion {
	enum contract_event event;
	const struct msg_offer *offer;	/* of offer events */
	struct uuid id;			/* the id the message named */
	enum diag why;
};

static enum contract_state state_of(const struct scada *s, struct uuid id)
{
	bool is_next = s->next.state != CONTRACT_NONE && uuid_equal(s->next.id, id);

	return (enum contract_state)(is_next ? s->next.state : s->contract.state);
}

void scada_say_answer(struct scada *s, struct uuid id, enum diag why, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_ANSWER, .to = TO_UPLINK, .send_answer = {
		.contract = id, .accepted = why == DIAG_NONE, .reason = why,
		.state = state_of(s, id), .mode = s->mode.mode,
		.beat = scada_random(s), .echo = s->beats.heard } };

	beats_send(&s->beats, m.send_answer.beat);
	say(out, &m);
}

static enum cause beat_cause(const struct scada *s)
{
	return s->mode.cause == CAUSE_INSTRUCTION && s->heat.store_full ? CAUSE_STORE_FULL : s->mode.cause;
}

static void say_beat(struct scada *s, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_BEAT, .to = TO_UPLINK, .send_beat = {
		.contract = s->contract.id, .beat = scada_random(s), .echo = s->beats.heard,
		.state = (enum contract_state)s->contract.state, .mode = s->mode.mode, .cause = beat_cause(s),
		.power_known = scada_power_known(s), .power_w = s->power.w,
		.energy_wh = s->contract.energy_mwh / 1000,
		.energy_estimated_wh = s->contract.energy_estimated_mwh / 1000,
		.log_seq = s->log_seq } };

	beats_send(&s->beats, m.send_beat.beat);
	say(out, &m);
	if (m.send_beat.energy_wh != s->kept_wh && mono_since(s->now, s->kept_at) >= SCADA_KEEP_LEAST_MS)
		scada_contract_keep(s, out);
}

/* An AtomicTNode of 2022 would not know what it is. */
void scada_send_beat(struct scada *s, struct outbox *out)
{
	if (!s->standing)
		say_beat(s, out);
}

/* One row of the contract log, and its line. */
void scada_log_contract(struct scada *s, const struct contract_record *c, struct outbox *out)
{
	char id[UUID_TEXT];
	int start = (int)(c->start_s % 86400 / 60), end = (int)(c->end_s % 86400 / 60);

	s->log_seq++;
	scada_news(&(struct msg_news){ .kind = NEWS_CONTRACT, .state = c->state, .outcome = c->outcome,
		.cause = c->cause, .node = NO_NODE, .contract = c->id }, out);
	uuid_text(c->id, id);
	if (c->state == CONTRACT_ENDED)
		record(out, LEVEL_INFO, LOG_CONTRACT, NO_NODE, c->state, "Ended %.8s %s (%s) %lld Wh, %lld s remote", id,
			contract_outcome_name((enum contract_outcome)c->outcome), cause_name((enum cause)c->cause),
			(long long)(c->energy_mwh / 1000), (long long)(c->remote_ms / 1000));
	else if (c->state == CONTRACT_NONE)
		record(out, LEVEL_INFO, LOG_CONTRACT, NO_NODE, c->state, "None %.8s report acknowledged", id);
	else
		record(out, LEVEL_INFO, LOG_CONTRACT, NO_NODE, c->state, "%s %.8s starts %02d:%02dZ ends %02d:%02dZ",
			contract_state_name((enum contract_state)c->state), id, start / 60, start % 60,
			end / 60, end % 60);
}

static void end_beat_lines(struct scada *s, const char *why, struct outbox *out)
{
	if (s->beat_lost_said)
		record(out, LEVEL_INFO, LOG_BEAT_LOST, NO_NODE, 0, "%s", why);
	else if (s->beat_late_said)
		record(out, LEVEL_INFO, LOG_BEAT_LATE, NO_NODE, 0, "%s", why);
	s->beat_late_said = s->beat_lost_said = false;
}

void scada_beats_back(struct scada *s, struct outbox *out)
{
	if (!s->beat_lost_said || beats_ok(&s->beats))
		end_beat_lines(s, "beats are back", out);
}

/* A contract becomes Live: what was heard before does not count for it. */
void scada_enter(struct scada *s, const struct contract_record *r, struct outbox *out)
{
	s->contract = *r;
	s->standing = scada_is_standing(s, r->id);
	end_beat_lines(s, "no longer waited for", out);
	if (r->state == CONTRACT_LIVE) {
		beats_restart(&s->beats, s->now);
		energy_begin(&s->energy, &s->contract);
		s->calm_until = mono_after(s->now, s->own_delay_ms);
		s->atn_wants_local = false;
	}
	scada_log_contract(s, r, out);
}

/* --- the actions ------------------------------------------------------------------------- */

static void do_store_then_answer(struct scada *s, const struct occasion *o, struct outbox *out)
{
	enum contract_state next = contract_table[s->contract.state][o->event].next;

	s->candidate = contract_from_offer(o->offer, next);
	scada_store_candidate(s, STORING_NEW, out);
}

static void do_store_next(struct scada *s, const struct occasion *o, struct outbox *out)
{
	s->candidate = contract_from_offer(o->offer, CONTRACT_PENDING);
	scada_store_candidate(s, STORING_NEXT, out);
}

static void do_replace(struct scada *s, const struct occasion *o, struct outbox *out)
{
	scada_energy(s);
	s->replaced = s->contract;
	s->replaced.log_seq = s->log_seq;
	contract_end(&s->replaced, o->event, s->clock, scada_uuid(s));
	s->candidate = contract_from_offer(o->offer, CONTRACT_LIVE);
	scada_store_candidate(s, STORING_REPLACE, out);
}

static void do_store(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	(void)out;
	scada_dirty(s, CONTRACT_NOW);
}

static void do_answer(struct scada *s, const struct occasion *o, struct outbox *out)
{
	scada_say_answer(s, o->id, DIAG_NONE, out);
}

static void do_refuse(struct scada *s, const struct occasion *o, struct outbox *out)
{
	scada_count_refusal(s, o->why, contract_event_words(o->event), out);
	scada_say_answer(s, o->id, o->why, out);
}

static void do_beat(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	(void)out;
	s->beat_due = true;
}

static void do_refresh(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	scada_beats_back(s, out);
}

/* SF-33. Only what is in force can be held; a successor that has started is one no more. */
static void do_release(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	(void)out;
	s->hold_to_start = s->next.state == CONTRACT_PENDING && scada_dispatched(s);
	if (!s->hold_to_start)
		scada_release_dispatches(s);
}

static void do_report(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	scada_owe(s, &s->contract, out);
}

static void do_end_next(struct scada *s, const struct occasion *o, struct outbox *out)
{
	if (s->next.state == CONTRACT_NONE)
		return;
	contract_end(&s->next, o->event, s->clock, scada_uuid(s));
	scada_log_contract(s, &s->next, out);
	scada_owe(s, &s->next, out);
	s->next.state = CONTRACT_NONE;
	scada_dirty(s, CONTRACT_NEXT);
}

static void do_follow(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	if (s->next.state == CONTRACT_NONE)
		return;
	scada_enter(s, &s->next, out);
	s->next.state = CONTRACT_NONE;
	scada_dirty(s, CONTRACT_NOW);
	scada_dirty(s, CONTRACT_NEXT);
}

static void do_count(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)out;
	if (o->event == E_BEAT_MIS_ECHOED)
		s->counts.mis_echoed++;
}

/* DO_FORGET has none: scada_report_ack has taken the report from what is owed, whatever the state. */
typedef void contract_doer(struct scada *, const struct occasion *, struct outbox *);

static contract_doer *const doers[DO_N_ACTIONS] = {
	[DO_STORE_THEN_ANSWER] = do_store_then_answer,
	[DO_STORE] = do_store,
	[DO_ANSWER] = do_answer,
	[DO_REFUSE] = do_refuse,
	[DO_BEAT] = do_beat,
	[DO_REFRESH] = do_refresh,
	[DO_RELEASE] = do_release,
	[DO_REPORT] = do_report,
	[DO_COUNT] = do_count,
	[DO_REPLACE] = do_replace,
	[DO_STORE_NEXT] = do_store_next,
	[DO_END_NEXT] = do_end_next,
	[DO_FOLLOW] = do_follow,
};

static void change_state(struct scada *s, const struct contract_cell *cell, enum contract_event event,
	struct outbox *out)
{
	struct contract_record r = s->contract;

	if (cell->next == r.state || cell->act[0] == DO_STORE_THEN_ANSWER)
		return;
	if (cell->next == CONTRACT_ENDED) {
		scada_energy(s);
		r = s->contract;
		contract_end(&r, event, s->clock, scada_uuid(s));
	} else {
		r.state = (uint8_t)cell->next;
	}
	scada_enter(s, &r, out);
}

static void apply(struct scada *s, const struct occasion *o, struct outbox *out)
{
	const struct contract_cell *cell = &contract_table[s->contract.state][o->event];

	if (!cell->legal) {
		s->counts.ignored++;
		return;
	}
	change_state(s, cell, o->event, out);
	for (int i = 0; i < CONTRACT_MAX_ACTIONS; i++)
		if (doers[cell->act[i]] != NULL)
			doers[cell->act[i]](s, o, out);
}

/* --- messages ---------------------------------------------------------------------------- */

/* With a key the signature was checked where the message was decoded; without one the house must say so. */
static bool unsigned_refused(const struct scada *s)
{
	const struct settings_contract *k = &s->settings->contract;

	return k->atn_key[0] == '\0' && !k->allow_unsigned_contract;
}

static enum diag offer_fresh(struct scada *s, const struct msg_offer *o)
{
	if (unsigned_refused(s))
		return DIAG_UNSIGNED;
	return gate_fresh(&s->offer_order, o->send_ms, s->clock, s->clock_trusted, s->age_limit_ms);
}

/* What the house has accepted it goes on accepting, by whatever clock (SF-45): nothing changes by it, and an AtomicTNode that
 * asks after its own restart must not hear that it has none. */
static bool answers_again(enum diag stale)
{
	return stale == DIAG_DUPLICATE || stale == DIAG_CLOCK_NOT_TRUSTED || stale == DIAG_FROM_FUTURE || stale == DIAG_STALE;
}

static void judge_offer(struct scada *s, const struct msg_offer *offer, struct outbox *out)
{
	struct occasion o = { .offer = offer, .id = offer->contract };
	struct contract_terms terms = { .clock = s->clock, .nameplate_w = settings_nameplate_w(s->settings),
		.sla_hold = s->sla.held != 0 };
	enum diag stale = offer_fresh(s, offer);

	o.event = contract_judge_offer(&s->contract, &s->next, offer, &terms, &o.why);
	if (stale != DIAG_NONE && !(o.event == E_OFFER_AGAIN && answers_again(stale))) {
		o.why = stale;
		o.event = E_OFFER_BAD;
	} else if (stale == DIAG_NONE || stale == DIAG_DUPLICATE) {
		gate_accept(&s->offer_order, offer->send_ms);
		beats_note(&s->beats, offer->beat);
	}
	apply(s, &o, out);
}

void scada_offer(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (s->storing == STORING_NOTHING) {
		judge_offer(s, &in->offer, out);
	} else if (!s->waiting) {	/* one store at a time; one more offer may wait for it */
		s->waiting = true;
		s->waiting_offer = in->offer;
	} else {
		scada_count_refusal(s, DIAG_STORAGE_UNAVAILABLE, "offer", out);
		scada_say_answer(s, in->offer.contract, DIAG_STORAGE_UNAVAILABLE, out);
	}
}

void scada_next_offer(struct scada *s, struct outbox *out)
{
	struct msg_offer offer = s->waiting_offer;

	if (!s->waiting)
		return;
	s->waiting = false;
	judge_offer(s, &offer, out);
}

/* Check 13 for beat, end and acknowledgement: counted and logged, not answered (a replay must not make us talk). */
bool scada_fresh(struct scada *s, struct gate_order *order, int64_t send_ms, const char *what, struct outbox *out)
{
	enum diag d = unsigned_refused(s) ? DIAG_UNSIGNED :
		gate_fresh(order, send_ms, s->clock, s->clock_trusted, s->age_limit_ms);

	if (d != DIAG_NONE) {
		scada_count_refusal(s, d, what, out);
		return false;
	}
	gate_accept(order, send_ms);
	return true;
}

static bool is_next(const struct scada *s, struct uuid id)
{
	return s->next.state != CONTRACT_NONE && uuid_equal(s->next.id, id);
}

static void heard(struct scada *s, const struct msg_beat *b, struct outbox *out)
{
	struct msg m = { .type = MSG_HEARD, .to = TO_HISTORY };

	s->atn_wants_local = b->wants == WANTS_LOCAL;
	say(out, &m);
}

void scada_beat(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_beat *b = &in->beat;
	struct occasion o = { .id = b->contract, .why = DIAG_CONTRACT_MISMATCH };

	if (!scada_fresh(s, &s->beat_order, b->send_ms, "beat", out))
		return;
	if (is_next(s, b->contract)) {	/* it has not started: nothing to keep alive */
		s->counts.ignored++;
		return;
	}
	o.event = contract_judge_id(&s->contract, b->contract, E_BEAT);
	if (o.event != E_STRANGER)
		beats_note(&s->beats, b->beat);
	if (o.event == E_BEAT && s->contract.state == CONTRACT_LIVE) {
		if (beats_hear(&s->beats, b->beat, b->echo, s->now))
			heard(s, b, out);
		else
			o.event = E_BEAT_MIS_ECHOED;
	}
	apply(s, &o, out);
}

void scada_end(struct scada *s, const struct msg *in, struct outbox *out)
{
	struct occasion o = { .id = in->end.contract, .why = DIAG_CONTRACT_MISMATCH };

	if (!scada_fresh(s, &s->end_order, in->end.send_ms, "end", out))
		return;
	o.event = is_next(s, in->end.contract) ? E_NEXT_END :
		contract_judge_id(&s->contract, in->end.contract, s->standing ? E_STRANGER : E_END);
	apply(s, &o, out);
}

void scada_report_ack(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_report_ack *a = &in->report_ack;
	struct occasion o = { .id = a->contract, .event = E_REPORT_ACK };

	if (!scada_fresh(s, &s->ack_order, a->send_ms, "report acknowledgement", out) || !scada_forget_report(s, a))
		return;
	if (s->contract.state == CONTRACT_ENDED && uuid_equal(s->contract.report_uid, a->uid))
		apply(s, &o, out);
}

/* --- time --------------------------------------------------------------------------------- */

static void watch_beats(struct scada *s, struct outbox *out)
{
	int64_t age_ms = beats_age_ms(&s->beats, s->now);

	beats_tick(&s->beats, s->now);
	if (s->contract.state != CONTRACT_LIVE)
		return;
	if (age_ms > BEAT_LATE_MS && !s->beat_late_said) {
		s->beat_late_said = true;
		record(out, LEVEL_WARNING, LOG_BEAT_LATE, NO_NODE, 0, "no beat for %lld s (limit %d s)",
			(long long)(age_ms / 1000), BEAT_LOST_MS / 1000);
	}
	if (age_ms > BEAT_LOST_MS && !s->beat_lost_said) {
		s->beat_lost_said = true;
		record(out, LEVEL_WARNING, LOG_BEAT_LOST, NO_NODE, 0, "no beat for %lld s - the house heats itself",
			(long long)(age_ms / 1000));
	}
}

static void happen(struct scada *s, enum contract_event event, struct outbox *out)
{
	struct occasion o = { .event = event, .id = s->contract.id };

	apply(s, &o, out);
}

/* What the contract could dispatch when it was accepted must still be there. */
static bool node_gone(const struct scada *s)
{
	return contract_is_open(&s->contract) && (s->contract.relays & ~scada_relay_set(s)) != 0;
}

/* The first look after a start of the program that knows the time. */
static void look_back(struct scada *s, struct outbox *out)
{
	if (s->contract.state == CONTRACT_ENDED && !scada_owes(s, s->contract.report_uid))
		scada_owe(s, &s->contract, out);	/* stored as ended by a version that kept no list of those */
	else if (node_gone(s))
		happen(s, E_NODE_REMOVED, out);
	s->restored = false;
}

/* An end may be followed by the start of a successor in the same moment. */
static void pass_time(struct scada *s, bool restarted, struct outbox *out)
{
	for (int i = 0; i < 4; i++) {
		enum contract_event event = contract_due(&s->contract, s->clock, s->clock_trusted, restarted);

		if (event == E_N_EVENTS)
			return;
		happen(s, event, out);
	}
}

static void watch_zones(struct scada *s, struct outbox *out)
{
	struct homealone_picture picture;
	uint8_t held = s->sla.held;
	int zone;

	scada_picture(s, &picture);
	zone = sla_step(&s->sla, s->settings, &picture, s->now);
	if (zone >= 0 && s->contract.state == CONTRACT_LIVE) {
		sla_hold(&s->sla, zone);
		scada_say_breach(s, zone, picture.zone[zone].mc, out);
		happen(s, E_TOO_COLD, out);
	}
	if (held == s->sla.held)
		return;
	scada_dirty(s, CONTRACT_NOW);
	if (s->sla.held == 0)
		record(out, LEVEL_INFO, LOG_SLA_BREACH, NO_NODE, 0, "warm again for 30 min, offers are taken");
}

void scada_contract_tick(struct scada *s, struct outbox *out)
{
	bool restarted = s->restored;

	watch_beats(s, out);
	scada_watch_store(s, out);
	if (s->clock_trusted && s->restored)
		look_back(s, out);
	pass_time(s, restarted, out);
	scada_standing_tick(s, out);
	watch_zones(s, out);
}
