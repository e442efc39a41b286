/* SPDX-License-Identifier: MIT */
/* The scada's book of contracts: the present one, its successor, those whose report is owed. What changes is stored at
 * the end of the step, all of it in one transaction; an offer is stored before it is answered. */
#include <stdio.h>

#include "actor/scada_parts.h"

void scada_dirty(struct scada *s, int place)
{
	s->dirty |= (uint16_t)(1u << place);
}

/* What the record of a place is on the disk: with what else must outlive the program. */
static struct contract_record to_store(const struct scada *s, int place)
{
	struct contract_record r;

	if (place >= CONTRACT_OWED)
		return s->reports[place - CONTRACT_OWED];
	if (place == CONTRACT_NEXT)
		return s->next;
	r = s->contract;
	if (s->standing)	/* it is in the configuration */
		r = (struct contract_record){ .state = CONTRACT_NONE };
	r.log_seq = s->log_seq;
	r.sla_hold = s->sla.held;
	r.has_register = s->energy.has_register;
	r.register_wh = s->energy.register_wh;
	return r;
}

static void say_store(struct outbox *out, const struct contract_record *r, int place, int part, int parts, uint32_t seq)
{
	struct msg m = { .type = MSG_STORE, .to = TO_HISTORY, .store = { .record = *r, .seq = seq,
		.place = (uint8_t)place, .part = (uint8_t)part, .parts = (uint8_t)parts } };

	say(out, &m);
}

/* While an answer waits for its store nothing overtakes it: what changes meanwhile is stored after it. What the disk
 * has not taken is stored again with the next that changes, or after a while. */
void scada_book_flush(struct scada *s, struct outbox *out)
{
	int parts = 0, part = 0;

	if (s->dirty != 0 || mono_reached(s->now, s->save_at))
		s->dirty |= s->unsaved;
	if (s->storing != STORING_NOTHING || s->dirty == 0)
		return;
	s->book_seq = ++s->store_seq;
	for (int i = 0; i < N_CONTRACT_PLACES; i++)
		parts += s->dirty >> i & 1;
	for (int i = 0; i < N_CONTRACT_PLACES; i++) {
		struct contract_record r = to_store(s, i);

		if ((s->dirty >> i & 1) != 0)
			say_store(out, &r, i, part++, parts, s->book_seq);
	}
	s->unsaved = s->dirty;
	s->dirty = 0;
	s->save_at = mono_after(s->now, SCADA_RESTORE_MS);
}

/* The energy so far, so that a restart takes nothing back that a beat has told. */
void scada_contract_keep(struct scada *s, struct outbox *out)
{
	(void)out;
	if (s->contract.state == CONTRACT_NONE || s->standing)
		return;
	s->kept_wh = s->contract.energy_mwh / 1000;
	s->kept_at = s->now;
	scada_dirty(s, CONTRACT_NOW);
}

/* --- reports owed ---------------------------------------------------------------------------- */

static void say_report(struct scada *s, const struct contract_record *c, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_REPORT, .to = TO_UPLINK, .send_report = {
		.contract = c->id, .uid = c->report_uid, .outcome = (enum contract_outcome)c->outcome,
		.cause = (enum cause)c->cause, .start_s = c->start_s, .end_s = c->end_s,
		.energy_wh = c->energy_mwh / 1000, .energy_estimated_wh = c->energy_estimated_mwh / 1000,
		.remote_s = c->remote_ms / 1000, .log_seq = c->log_seq } };

	if (s->link_up)
		say(out, &m);
}

void scada_send_reports(struct scada *s, struct outbox *out)
{
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		if (s->reports[i].state != CONTRACT_NONE)
			say_report(s, &s->reports[i], out);
}

static int oldest(const struct scada *s)
{
	int found = s->reserved == 0 ? 1 : 0;

	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		if (i != s->reserved && s->reports[i].ended_ms < s->reports[found].ended_ms)
			found = i;
	return found;
}

/* A free place, or that of the oldest, which had hours to be acknowledged. */
static int place_for_report(struct scada *s, struct outbox *out)
{
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		if (s->reports[i].state == CONTRACT_NONE && i != s->reserved)
			return i;
	record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, 0, "a contract report was dropped unacknowledged");
	return oldest(s);
}

void scada_owe(struct scada *s, const struct contract_record *ended, struct outbox *out)
{
	int i;

	if (s->standing)	/* an AtomicTNode of 2022 would never acknowledge it */
		return;
	i = place_for_report(s, out);
	s->reports[i] = *ended;
	s->reports[i].log_seq = s->log_seq;
	scada_dirty(s, CONTRACT_OWED + i);
	say_report(s, &s->reports[i], out);
}

bool scada_owes(const struct scada *s, struct uuid uid)
{
	for (int i = 0; i < CONTRACT_MAX_OWED; i++)
		if (s->reports[i].state != CONTRACT_NONE && uuid_equal(s->reports[i].report_uid, uid))
			return true;
	return false;
}

static bool acknowledges(const struct msg_report_ack *a, const struct contract_record *r)
{
	return r->state != CONTRACT_NONE && uuid_equal(r->report_uid, a->uid) && uuid_equal(r->id, a->contract);
}

bool scada_forget_report(struct scada *s, const struct msg_report_ack *a)
{
	for (int i = 0; i < CONTRACT_MAX_OWED; i++) {
		if (!acknowledges(a, &s->reports[i]))
			continue;
		s->reports[i] = (struct contract_record){ .state = CONTRACT_NONE };
		scada_dirty(s, CONTRACT_OWED + i);
		return true;
	}
	return false;
}

/* --- stored before it is answered ---------------------------------------------------------------- */

int64_t scada_relay_set(const struct scada *s)
{
	int64_t set = 0;

	for (int i = 0; i < s->settings->n_relays; i++)
		set |= contract_name_bit(s->settings->relays[i].node_name);
	return set;
}

void scada_store_candidate(struct scada *s, enum scada_storing how, struct outbox *out)
{
	struct contract_record r;

	s->storing = how;
	s->storing_since = s->now;
	s->offer_seq = ++s->store_seq;
	s->candidate.relays = scada_relay_set(s);
	r = s->candidate;
	r.log_seq = s->log_seq;
	r.has_register = s->energy.has_register;
	r.register_wh = s->energy.register_wh;
	if (how != STORING_REPLACE) {
		say_store(out, &r, how == STORING_NEXT ? CONTRACT_NEXT : CONTRACT_NOW, 0, 1, s->offer_seq);
		return;
	}
	s->reserved = place_for_report(s, out);
	say_store(out, &s->replaced, CONTRACT_OWED + s->reserved, 0, 2, s->offer_seq);
	say_store(out, &r, CONTRACT_NOW, 1, 2, s->offer_seq);
}

/* What the old one used while the new one was on its way to the disk is the new one's. */
static void take_replacement(struct scada *s, struct outbox *out)
{
	int place = s->reserved;

	if (s->contract.state != CONTRACT_LIVE || !uuid_equal(s->contract.id, s->replaced.id)) {
		scada_dirty(s, CONTRACT_OWED + place);	/* it has ended in its own way, and is owed as such */
	} else {
		scada_energy(s);
		s->candidate.energy_mwh = s->contract.energy_mwh - s->replaced.energy_mwh;
		s->reports[place] = s->replaced;
		scada_log_contract(s, &s->replaced, out);
		say_report(s, &s->replaced, out);
	}
	scada_enter(s, &s->candidate, out);
}

/* The contract before it may have ended meanwhile: then it follows at once. */
static void take_successor(struct scada *s, struct outbox *out)
{
	if (s->contract.state == CONTRACT_LIVE) {
		s->next = s->candidate;
		scada_log_contract(s, &s->next, out);
		return;
	}
	scada_enter(s, &s->candidate, out);
	scada_dirty(s, CONTRACT_NOW);
	scada_dirty(s, CONTRACT_NEXT);
}

static bool is_awaited(const struct scada *s, const struct msg *in)
{
	return s->storing != STORING_NOTHING && in->stored.seq == s->offer_seq;
}

void scada_stored(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (in->stored.seq == s->book_seq)
		s->unsaved = 0;
	if (!is_awaited(s, in))
		return;
	if (s->storing == STORING_REPLACE)
		take_replacement(s, out);
	else if (s->storing == STORING_NEXT)
		take_successor(s, out);
	else
		scada_enter(s, &s->candidate, out);
	s->storing = STORING_NOTHING;
	s->reserved = -1;
	scada_say_answer(s, s->candidate.id, DIAG_NONE, out);
	scada_next_offer(s, out);
}

/* Should the store come to life and have the offer on disk after all, what is true is written over it. */
static void give_up_offer(struct scada *s, const char *why, struct outbox *out)
{
	scada_dirty(s, s->storing == STORING_NEXT ? CONTRACT_NEXT : CONTRACT_NOW);
	if (s->storing == STORING_REPLACE)
		scada_dirty(s, CONTRACT_OWED + s->reserved);
	s->storing = STORING_NOTHING;
	s->reserved = -1;
	scada_count_refusal(s, DIAG_STORAGE_UNAVAILABLE, why, out);
	scada_say_answer(s, s->candidate.id, DIAG_STORAGE_UNAVAILABLE, out);
	scada_next_offer(s, out);
}

void scada_store_failed(struct scada *s, const struct msg *in, struct outbox *out)
{
	if (is_awaited(s, in))
		give_up_offer(s, in->stored.reason, out);
}

/* A store that does not answer must not hold up contracts. */
void scada_watch_store(struct scada *s, struct outbox *out)
{
	if (s->storing != STORING_NOTHING && mono_since(s->now, s->storing_since) > SCADA_STORE_MS)
		give_up_offer(s, "the store does not answer", out);
}
