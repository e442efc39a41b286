/* SPDX-License-Identifier: MIT */
#include "core/control/contract.h"

#include <stdio.h>
#include <string.h>

#define GO(state, ...) { .legal = true, .next = (state), .act = { __VA_ARGS__ } }

const struct contract_cell contract_table[N_CONTRACT_STATES][E_N_EVENTS] = {
	[CONTRACT_NONE] = {
		[E_OFFER_AHEAD]     = GO(CONTRACT_PENDING, DO_STORE_THEN_ANSWER),
		[E_OFFER_NOW]       = GO(CONTRACT_LIVE,    DO_STORE_THEN_ANSWER),
		[E_OFFER_BAD]       = GO(CONTRACT_NONE,    DO_REFUSE),
		[E_STRANGER]        = GO(CONTRACT_NONE,    DO_COUNT, DO_REFUSE),
	},
	[CONTRACT_PENDING] = {
		[E_OFFER_AGAIN]     = GO(CONTRACT_PENDING, DO_ANSWER),
		[E_OFFER_BAD]       = GO(CONTRACT_PENDING, DO_REFUSE),
		[E_OFFER_CONFLICT]  = GO(CONTRACT_PENDING, DO_REFUSE),
		[E_OFFER_OVERLAP]   = GO(CONTRACT_PENDING, DO_REFUSE),
		[E_OFFER_LATER]     = GO(CONTRACT_PENDING, DO_REFUSE),
		[E_START_TIME]      = GO(CONTRACT_LIVE,    DO_STORE, DO_RELEASE),
		[E_END_MISSED]      = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_RELEASE),
		[E_END]             = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_RELEASE),
		[E_NODE_REMOVED]    = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_RELEASE),
		[E_STRANGER]        = GO(CONTRACT_PENDING, DO_COUNT, DO_REFUSE),
	},
	[CONTRACT_LIVE] = {
		[E_OFFER_AGAIN]     = GO(CONTRACT_LIVE,    DO_ANSWER),
		[E_OFFER_BAD]       = GO(CONTRACT_LIVE,    DO_REFUSE),
		[E_OFFER_CONFLICT]  = GO(CONTRACT_LIVE,    DO_REFUSE),
		[E_OFFER_OVERLAP]   = GO(CONTRACT_LIVE,    DO_REFUSE),
		[E_OFFER_LATER]     = GO(CONTRACT_LIVE,    DO_REFUSE),
		[E_BEAT]            = GO(CONTRACT_LIVE,    DO_REFRESH, DO_BEAT),
		/* Answered all the same: else one lost answer would end the talk. */
		[E_BEAT_MIS_ECHOED] = GO(CONTRACT_LIVE,    DO_COUNT, DO_BEAT),
		[E_END]             = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_RELEASE, DO_FOLLOW),
		[E_END_TIME]        = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_RELEASE, DO_FOLLOW),
		[E_END_MISSED]      = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_RELEASE, DO_FOLLOW),
		[E_NODE_REMOVED]    = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_END_NEXT, DO_RELEASE),
		[E_OFFER_REPLACES]  = GO(CONTRACT_LIVE,    DO_REPLACE),
		[E_OFFER_FOLLOWS]   = GO(CONTRACT_LIVE,    DO_STORE_NEXT),
		[E_NEXT_END]        = GO(CONTRACT_LIVE,    DO_END_NEXT),
		/* The house takes itself back: no contract in waiting may follow. */
		[E_TOO_COLD]        = GO(CONTRACT_ENDED,   DO_STORE, DO_REPORT, DO_END_NEXT, DO_RELEASE),
		[E_STRANGER]        = GO(CONTRACT_LIVE,    DO_COUNT, DO_REFUSE),
	},
	[CONTRACT_ENDED] = {
		[E_OFFER_AHEAD]     = GO(CONTRACT_PENDING, DO_STORE_THEN_ANSWER),
		[E_OFFER_NOW]       = GO(CONTRACT_LIVE,    DO_STORE_THEN_ANSWER),
		[E_OFFER_BAD]       = GO(CONTRACT_ENDED,   DO_REFUSE),
		[E_OFFER_CONFLICT]  = GO(CONTRACT_ENDED,   DO_REFUSE),
		[E_REPORT_ACK]      = GO(CONTRACT_NONE,    DO_STORE, DO_FORGET),
		[E_STRANGER]        = GO(CONTRACT_ENDED,   DO_COUNT, DO_REFUSE),
	},
};

#define SECOND(constant, words) words,

const char *contract_event_words(enum contract_event e)
{
	static const char *const list[] = { CONTRACT_EVENTS(SECOND) };

	return e < E_N_EVENTS ? list[e] : "nothing";
}

const char *contract_action_words(enum contract_action a)
{
	static const char *const list[] = { CONTRACT_ACTIONS(SECOND) };

	return a < DO_N_ACTIONS ? list[a] : "?";
}

bool contract_is_open(const struct contract_record *r)
{
	return r->state == CONTRACT_PENDING || r->state == CONTRACT_LIVE;
}

static bool same_content(const struct contract_record *r, const struct msg_offer *o)
{
	return r->start_s == o->start_s && r->end_s == o->end_s && r->max_power_w == o->max_power_w &&
		r->acks_status == o->acks_status && r->has_replaces == o->has_replaces &&
		(!o->has_replaces || uuid_equal(r->replaces, o->replaces));
}

static enum contract_event because(enum diag *why, enum diag diag, enum contract_event event)
{
	*why = diag;
	return event;
}

/* The offer's own conditions, in the order of the specification. */
static enum contract_event judge_conditions(const struct msg_offer *o, const struct contract_terms *t, enum diag *why)
{
	if (o->start_s * 1000 > t->clock.ms + CONTRACT_LEAD_MS)
		return because(why, DIAG_CONTRACT_TOO_EARLY, E_OFFER_BAD);
	if (o->end_s * 1000 <= t->clock.ms)
		return because(why, DIAG_CONTRACT_EXPIRED, E_OFFER_BAD);
	if (o->max_power_w > t->nameplate_w)
		return because(why, DIAG_OVER_NAMEPLATE, E_OFFER_BAD);
	if (t->sla_hold)
		return because(why, DIAG_SLA_HOLD, E_OFFER_BAD);
	return because(why, DIAG_NONE, o->start_s * 1000 > t->clock.ms ? E_OFFER_AHEAD : E_OFFER_NOW);
}

/* The same conditions, for an offer that stands beside a Live contract. `good`: what it is when they hold. */
static enum contract_event judge_beside(const struct msg_offer *o, const struct contract_terms *t,
	enum contract_event good, enum diag *why)
{
	enum contract_event event = judge_conditions(o, t, why);

	if (event == E_OFFER_AHEAD && good == E_OFFER_REPLACES)	/* the new one must be Live at once */
		return because(why, DIAG_CONTRACT_TOO_EARLY, E_OFFER_BAD);
	return event == E_OFFER_BAD ? event : good;
}

/* Another id, beside an open contract and perhaps its successor. */
static enum contract_event judge_other(const struct contract_record *r, const struct contract_record *next,
	const struct msg_offer *o, const struct contract_terms *t, enum diag *why)
{
	bool live = r->state == CONTRACT_LIVE, has_next = contract_is_open(next);

	if (live && o->has_replaces && uuid_equal(o->replaces, r->id) && !(has_next && o->end_s > next->start_s))
		return judge_beside(o, t, E_OFFER_REPLACES, why);
	if (o->start_s < r->end_s || (has_next && o->start_s < next->end_s))
		return because(why, DIAG_CONTRACT_OVERLAP, E_OFFER_OVERLAP);
	if (live && !has_next && o->start_s == r->end_s)
		return judge_beside(o, t, E_OFFER_FOLLOWS, why);
	return because(why, DIAG_CONTRACT_TOO_EARLY, E_OFFER_LATER);
}

enum contract_event contract_judge_offer(const struct contract_record *r, const struct contract_record *next,
	const struct msg_offer *o, const struct contract_terms *t, enum diag *why)
{
	bool is_next = contract_is_open(next) && uuid_equal(next->id, o->contract);
	const struct contract_record *same = is_next ? next : r;
	bool same_id = is_next || (r->state != CONTRACT_NONE && uuid_equal(r->id, o->contract));

	if (same_id && contract_is_open(same) && same_content(same, o))
		return because(why, DIAG_NONE, E_OFFER_AGAIN);
	if (same_id)	/* also of one that has ended: an id is used once */
		return because(why, DIAG_CONTRACT_CONFLICT, E_OFFER_CONFLICT);
	if (!contract_is_open(r))
		return judge_conditions(o, t, why);
	return judge_other(r, next, o, t, why);
}

enum contract_event contract_judge_id(const struct contract_record *r, struct uuid id, enum contract_event known)
{
	return contract_is_open(r) && uuid_equal(r->id, id) ? known : E_STRANGER;
}

enum contract_event contract_due(const struct contract_record *r, struct wall clock, bool trusted, bool restarted)
{
	bool over = clock.ms >= r->end_s * 1000;

	if (!trusted || !contract_is_open(r))
		return E_N_EVENTS;
	if (over && (restarted || r->state == CONTRACT_PENDING))
		return E_END_MISSED;
	if (over)
		return E_END_TIME;
	if (r->state == CONTRACT_PENDING && clock.ms >= r->start_s * 1000)
		return E_START_TIME;
	return E_N_EVENTS;
}

int64_t contract_name_bit(const char *alias)
{
	uint64_t h = 14695981039346656037u;	/* FNV-1a */

	for (; *alias != '\0'; alias++)
		h = (h ^ (uint8_t)*alias) * 1099511628211u;
	return (int64_t)(1ULL << ((h ^ h >> 32) & 63));
}

struct contract_record contract_from_offer(const struct msg_offer *o, enum contract_state state)
{
	return (struct contract_record){
		.id = o->contract, .replaces = o->replaces, .has_replaces = o->has_replaces,
		.start_s = o->start_s, .end_s = o->end_s, .max_power_w = o->max_power_w,
		.acks_status = o->acks_status, .state = (uint8_t)state,
	};
}

void contract_end(struct contract_record *r, enum contract_event event, struct wall clock, struct uuid report_uid)
{
	static const struct { enum contract_outcome outcome; enum cause cause; } ends[E_N_EVENTS] = {
		[E_END]          = { OUTCOME_BY_ATN, CAUSE_ATN_ENDED },
		[E_END_TIME]     = { OUTCOME_COMPLETED, CAUSE_END_OF_CONTRACT },
		[E_END_MISSED]   = { OUTCOME_UNKNOWN, CAUSE_RESTART },
		[E_NODE_REMOVED] = { OUTCOME_BY_SCADA, CAUSE_NODE_REMOVED },
		[E_NEXT_END]     = { OUTCOME_BY_ATN, CAUSE_ATN_ENDED },
		[E_OFFER_REPLACES] = { OUTCOME_BY_ATN, CAUSE_ATN_ENDED },
		[E_TOO_COLD]     = { OUTCOME_BY_SCADA, CAUSE_SLA_BREACH },
	};

	r->state = CONTRACT_ENDED;
	r->outcome = (uint8_t)ends[event].outcome;
	r->cause = (uint8_t)ends[event].cause;
	r->ended_ms = clock.ms;
	r->report_uid = report_uid;
}

static size_t print_cell(char *out, size_t size, int state, int event)
{
	const struct contract_cell *cell = &contract_table[state][event];
	size_t n;

	n = (size_t)snprintf(out, size, "| %s | %s | %s | ", contract_state_name((enum contract_state)state),
		contract_event_words((enum contract_event)event),
		cell->legal ? contract_state_name(cell->next) : "unchanged");
	if (!cell->legal)
		return n + (size_t)snprintf(out + n, n < size ? size - n : 0, "ignored, counted |\n");
	for (int i = 0; i < CONTRACT_MAX_ACTIONS && n < size; i++)
		if (i == 0 || cell->act[i] != DO_NOTHING)
			n += (size_t)snprintf(out + n, size - n, "%s%s", i ? "; " : "",
				contract_action_words(cell->act[i]));
	return n + (n < size ? (size_t)snprintf(out + n, size - n, " |\n") : 0);
}

size_t contract_print(char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "| State | Event | Next | Action |\n|---|---|---|---|\n");

	for (int s = 0; s < N_CONTRACT_STATES; s++)
		for (int e = 0; e < E_N_EVENTS && n < size; e++)
			n += print_cell(out + n, size - n, s, e);
	return n < size ? n : size - 1;
}
