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

static void say_answer(struct scada *s, struct uuid id, enum diag why, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_ANSWER, .to = TO_UPLINK, .send_answer = {
		.contract = id, .accepted = why == DIAG_NONE, .reason = why,
		.state = (enum contract_state)s->contract.state, .mode = s->mode.mode,
		.beat = scada_random(s), .echo = s->beats.heard } };

	beats_send(&s->beats, m.send_answer.beat);
	say(out, &m);
}

void scada_send_beat(struct scada *s, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_BEAT, .to = TO_UPLINK, .send_beat = {
		.contract = s->contract.id, .beat = scada_random(s), .echo = s->beats.heard,
		.state = (enum contract_state)s->contract.state, .mode = s->mode.mode, .cause = s->mode.cause,
		.power_known = scada_power_known(s), .power_w = s->power.w,
		.energy_wh = s->contract.energy_mwh / 1000,
		.energy_estimated_wh = s->contract.energy_estimated_mwh / 1000,
		.log_seq = s->log_seq } };

	beats_send(&s->beats, m.send_beat.beat);
	say(out, &m);
}

void scada_refuse_offer(struct scada *s, struct uuid id, enum diag why, struct outbox *out)
{
	say_answer(s, id, why, out);
}

static uint32_t store(struct scada *s, const struct contract_record *r, struct outbox *out)
{
	struct msg m = { .type = MSG_STORE, .to = TO_HISTORY, .store = { .record = *r, .seq = ++s->store_seq } };

	m.store.record.log_seq = s->log_seq;
	say(out, &m);
	return m.store.seq;
}

/* The present record, as it is: repeated until the store has taken it. */
static void store_present(struct scada *s, struct outbox *out)
{
	s->unsaved = true;
	s->save_at = mono_after(s->now, SCADA_RESTORE_MS);
	s->record_seq = store(s, &s->contract, out);
}

void scada_contract_keep(struct scada *s, struct outbox *out)
{
	if (s->contract.state != CONTRACT_NONE && !s->storing)
		store_present(s, out);
}

static void say_report(struct scada *s, const struct msg_send_report *r, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_REPORT, .to = TO_UPLINK, .send_report = *r };

	if (s->link_up)
		say(out, &m);
}

void scada_send_reports(struct scada *s, struct outbox *out)
{
	for (int i = 0; i < s->n_reports; i++)
		say_report(s, &s->reports[i], out);
}

static void owe_report(struct scada *s, struct outbox *out)
{
	const struct contract_record *c = &s->contract;
	struct msg_send_report *r;

	if (s->n_reports == SCADA_MAX_REPORTS) {	/* the oldest goes: it had hours to be acknowledged */
		memmove(&s->reports[0], &s->reports[1], sizeof(s->reports[0]) * (SCADA_MAX_REPORTS - 1));
		s->n_reports--;
		record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, 0, "a contract report was dropped unacknowledged");
	}
	r = &s->reports[s->n_reports++];
	*r = (struct msg_send_report){
		.contract = c->id, .uid = c->report_uid, .outcome = (enum contract_outcome)c->outcome,
		.cause = (enum cause)c->cause, .start_s = c->start_s, .end_s = c->end_s,
		.energy_wh = c->energy_mwh / 1000, .energy_estimated_wh = c->energy_estimated_mwh / 1000,
		.remote_s = c->remote_ms / 1000, .log_seq = s->log_seq };
	say_report(s, r, out);
}

/* One row of the contract log, and its line. */
static void log_state(struct scada *s, struct outbox *out)
{
	const struct contract_record *c = &s->contract;
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

/* A contract becomes Live: what was heard before does not count for it. */
static void enter_state(struct scada *s, struct outbox *out)
{
	if (s->contract.state == CONTRACT_LIVE) {
		beats_restart(&s->beats, s->now);
		s->atn_wants_local = s->beat_late_said = s->beat_lost_said = false;
	}
	log_state(s, out);
}

/* --- the actions ------------------------------------------------------------------------- */

static void do_store_then_answer(struct scada *s, const struct occasion *o, struct outbox *out)
{
	enum contract_state next = contract_table[s->contract.state][o->event].next;

	s->candidate = contract_from_offer(o->offer, next);
	s->storing = true;
	s->storing_since = s->now;
	s->offer_seq = store(s, &s->candidate, out);
}

static void do_store(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	store_present(s, out);
}

static void do_answer(struct scada *s, const struct occasion *o, struct outbox *out)
{
	say_answer(s, o->id, DIAG_NONE, out);
}

static void do_refuse(struct scada *s, const struct occasion *o, struct outbox *out)
{
	scada_count_refusal(s, o->why, contract_event_words(o->event), out);
	say_answer(s, o->id, o->why, out);
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
	if (s->beat_lost_said && beats_ok(&s->beats))
		record(out, LEVEL_INFO, LOG_BEAT_LOST, NO_NODE, 0, "beats are back");
	s->beat_late_said = false;
	s->beat_lost_said = s->beat_lost_said && !beats_ok(&s->beats);
}

static void do_release(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	(void)out;
	scada_release_dispatches(s);
}

static void do_report(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)o;
	owe_report(s, out);
}

static void do_forget(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)s;
	(void)o;
	(void)out;	/* scada_report_ack has taken it from the list, whatever the state */
}

static void do_count(struct scada *s, const struct occasion *o, struct outbox *out)
{
	(void)out;
	if (o->event == E_BEAT_MIS_ECHOED)
		s->counts.mis_echoed++;
}

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
	[DO_FORGET] = do_forget,
	[DO_COUNT] = do_count,
};

static void change_state(struct scada *s, const struct contract_cell *cell, enum contract_event event,
	struct outbox *out)
{
	if (cell->next == s->contract.state || cell->act[0] == DO_STORE_THEN_ANSWER)
		return;
	if (cell->next == CONTRACT_ENDED) {
		scada_energy(s);
		contract_end(&s->contract, event, s->clock, scada_uuid(s));
	} else {
		s->contract.state = (uint8_t)cell->next;
	}
	enter_state(s, out);
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

static void judge_offer(struct scada *s, const struct msg_offer *offer, struct outbox *out)
{
	struct occasion o = { .offer = offer, .id = offer->contract };
	enum diag stale = offer_fresh(s, offer);

	o.event = contract_judge_offer(&s->contract, offer, s->clock, settings_nameplate_w(s->settings), &o.why);
	if (stale == DIAG_DUPLICATE && o.event == E_OFFER_AGAIN)	/* SF-45: the same acknowledgement */
		stale = DIAG_NONE;
	if (stale != DIAG_NONE) {
		o.why = stale;
		o.event = E_OFFER_BAD;
	} else {
		gate_accept(&s->offer_order, offer->send_ms);
		beats_note(&s->beats, offer->beat);
	}
	apply(s, &o, out);
}

void scada_offer(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (!s->storing) {
		judge_offer(s, &in->offer, out);
	} else if (!s->waiting) {	/* one store at a time; one more offer may wait for it */
		s->waiting = true;
		s->waiting_offer = in->offer;
	} else {
		scada_count_refusal(s, DIAG_STORAGE_UNAVAILABLE, "offer", out);
		say_answer(s, in->offer.contract, DIAG_STORAGE_UNAVAILABLE, out);
	}
}

static void next_offer(struct scada *s, struct outbox *out)
{
	struct msg_offer offer = s->waiting_offer;

	if (!s->waiting)
		return;
	s->waiting = false;
	judge_offer(s, &offer, out);
}

void scada_stored(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (in->stored.seq == s->record_seq)
		s->unsaved = false;
	if (!s->storing || in->stored.seq != s->offer_seq)
		return;
	s->storing = false;
	s->unsaved = false;
	s->contract = s->candidate;
	enter_state(s, out);
	say_answer(s, s->contract.id, DIAG_NONE, out);
	next_offer(s, out);
}

static bool report_owed(const struct scada *s, struct uuid uid)
{
	for (int i = 0; i < s->n_reports; i++)
		if (uuid_equal(s->reports[i].uid, uid))
			return true;
	return false;
}

/* The offer comes to nothing; an acknowledgement that came meanwhile has its effect now. */
static void give_up_offer(struct scada *s, const char *why, struct outbox *out)
{
	struct occasion ack = { .event = E_REPORT_ACK, .id = s->contract.id };

	s->storing = false;
	scada_count_refusal(s, DIAG_STORAGE_UNAVAILABLE, why, out);
	say_answer(s, s->candidate.id, DIAG_STORAGE_UNAVAILABLE, out);
	if (s->contract.state == CONTRACT_ENDED && !report_owed(s, s->contract.report_uid))
		apply(s, &ack, out);
	next_offer(s, out);
}

void scada_store_failed(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (s->storing && in->stored.seq == s->offer_seq)
		give_up_offer(s, in->stored.reason, out);
}

/* A store that does not answer must not hold up contracts; should it come to life and have the offer on disk after
 * all, the present record is written over it. */
static void watch_store(struct scada *s, struct outbox *out)
{
	if (s->storing && mono_since(s->now, s->storing_since) > SCADA_STORE_MS) {
		s->unsaved = true;
		s->save_at = s->now;
		give_up_offer(s, "the store does not answer", out);
	}
	if (s->unsaved && !s->storing && mono_reached(s->now, s->save_at))
		store_present(s, out);
}

/* Check 13 for beat, end and acknowledgement: counted and logged, not answered (a replay must not make us talk). */
static bool fresh(struct scada *s, struct gate_order *order, int64_t send_ms, const char *what, struct outbox *out)
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

void scada_beat(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_beat *b = &in->beat;
	struct occasion o = { .id = b->contract, .why = DIAG_CONTRACT_MISMATCH };

	if (!fresh(s, &s->beat_order, b->send_ms, "beat", out))
		return;
	o.event = contract_judge_id(&s->contract, b->contract, E_BEAT);
	if (o.event != E_STRANGER)
		beats_note(&s->beats, b->beat);
	if (o.event == E_BEAT && s->contract.state == CONTRACT_LIVE) {
		if (beats_hear(&s->beats, b->beat, b->echo, s->now))
			s->atn_wants_local = b->wants == WANTS_LOCAL;
		else
			o.event = E_BEAT_MIS_ECHOED;
	}
	apply(s, &o, out);
}

void scada_end(struct scada *s, const struct msg *in, struct outbox *out)
{
	struct occasion o = { .id = in->end.contract, .why = DIAG_CONTRACT_MISMATCH };

	if (!fresh(s, &s->end_order, in->end.send_ms, "end", out))
		return;
	o.event = contract_judge_id(&s->contract, in->end.contract, E_END);
	apply(s, &o, out);
}

static bool acknowledges(const struct msg_report_ack *a, const struct msg_send_report *r)
{
	return uuid_equal(r->uid, a->uid) && uuid_equal(r->contract, a->contract);
}

void scada_report_ack(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_report_ack *a = &in->report_ack;
	struct occasion o = { .id = a->contract, .event = E_REPORT_ACK };
	int kept = 0, before = s->n_reports;

	if (!fresh(s, &s->ack_order, a->send_ms, "report acknowledgement", out))
		return;
	for (int i = 0; i < s->n_reports; i++)
		if (!acknowledges(a, &s->reports[i]))
			s->reports[kept++] = s->reports[i];
	s->n_reports = kept;
	/* While an offer is being stored the record belongs to it: see give_up_offer. */
	if (kept < before && !s->storing && s->contract.state == CONTRACT_ENDED &&
		uuid_equal(s->contract.report_uid, a->uid))
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

void scada_contract_tick(struct scada *s, struct outbox *out)
{
	struct occasion o;

	watch_beats(s, out);
	watch_store(s, out);
	if (s->storing)
		return;
	if (s->restored && s->clock_trusted && s->contract.state == CONTRACT_ENDED)
		owe_report(s, out);	/* stored as ended, and nobody acknowledged it before the restart */
	o = (struct occasion){ .event = contract_due(&s->contract, s->clock, s->clock_trusted, s->restored),
		.id = s->contract.id };
	if (s->clock_trusted)
		s->restored = false;
	if (o.event != E_N_EVENTS)
		apply(s, &o, out);
}
