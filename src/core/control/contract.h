/* SPDX-License-Identifier: MIT */
/* contract.h: the state of the DispatchContract: a table of (state, event) cells and the pure functions that
 * turn the world into one event. Promises: the table never acts by itself; it says what to do, and its
 * actor (src/actor/scada) does it. Times on the wire are Unix; durations are monotonic. */
#ifndef CORE_CONTROL_CONTRACT_H
#define CORE_CONTROL_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/msg.h"
#include "spaceheat/when.h"

enum { CONTRACT_LEAD_MS = 5 * 60 * 1000 };	/* an offer may start at most this far ahead */

#define CONTRACT_EVENTS(X) \
	X(E_OFFER_AHEAD, "offer, start ahead") \
	X(E_OFFER_NOW, "offer, start reached") \
	X(E_OFFER_BAD, "offer with a condition false") \
	X(E_OFFER_AGAIN, "the same offer again") \
	X(E_OFFER_CONFLICT, "same id, other content") \
	X(E_OFFER_OVERLAP, "other id, overlapping") \
	X(E_OFFER_LATER, "other id, starting after the end") \
	X(E_BEAT, "beat, echo good") \
	X(E_BEAT_MIS_ECHOED, "beat, echo unknown or used") \
	X(E_END, "end message with this id") \
	X(E_STRANGER, "end or beat for another id") \
	X(E_REPORT_ACK, "report acknowledged") \
	X(E_START_TIME, "start reached") \
	X(E_END_TIME, "end reached") \
	X(E_END_MISSED, "end passed unseen") \
	X(E_NODE_REMOVED, "a node of the house is gone") \
	X(E_OFFER_REPLACES, "other id, replaces this one") \
	X(E_OFFER_FOLLOWS, "other id, starting at the end") \
	X(E_NEXT_END, "end message with the successor's id") \
	X(E_TOO_COLD, "a critical zone is too cold")

#define CONTRACT_ACTIONS(X) \
	X(DO_NOTHING, "-") \
	X(DO_STORE_THEN_ANSWER, "store, then answer Accepted") \
	X(DO_STORE, "store") \
	X(DO_ANSWER, "answer as before") \
	X(DO_REFUSE, "answer Refused") \
	X(DO_BEAT, "answer with a beat") \
	X(DO_REFRESH, "beat age 0") \
	X(DO_RELEASE, "let dispatches go, or hold them to a successor's start") \
	X(DO_REPORT, "report") \
	X(DO_FORGET, "stop reporting") \
	X(DO_COUNT, "count") \
	X(DO_REPLACE, "store both, then answer Accepted; report the old") \
	X(DO_STORE_NEXT, "store as successor, then answer Accepted") \
	X(DO_END_NEXT, "end a successor likewise; report it") \
	X(DO_FOLLOW, "a successor takes its place")

#define CONTRACT_FIRST(constant, words) constant,
enum contract_event { CONTRACT_EVENTS(CONTRACT_FIRST) E_N_EVENTS };	/* E_N_EVENTS: nothing happened */
enum contract_action { CONTRACT_ACTIONS(CONTRACT_FIRST) DO_N_ACTIONS };

enum { CONTRACT_MAX_ACTIONS = 5 };

struct contract_cell {
	bool legal;		/* a cell nobody wrote is refused: ignored and counted */
	enum contract_state next;
	enum contract_action act[CONTRACT_MAX_ACTIONS];
};

extern const struct contract_cell contract_table[N_CONTRACT_STATES][E_N_EVENTS];

const char *contract_event_words(enum contract_event);
const char *contract_action_words(enum contract_action);

/* What an offer is judged by. */
struct contract_terms {
	struct wall clock;
	int32_t nameplate_w;	/* what the house can draw */
	bool sla_hold;		/* a zone that was too cold is not warm again yet (SF-37) */
};

/* Which event an offer is in the present state, and for refusals why. `next`: the successor, state None when there is
 * none. */
enum contract_event contract_judge_offer(const struct contract_record *, const struct contract_record *next,
	const struct msg_offer *, const struct contract_terms *, enum diag *why);
/* Which event an end or beat with that id is: `known` when it names the Pending or Live contract. */
enum contract_event contract_judge_id(const struct contract_record *, struct uuid id, enum contract_event known);
/* What time alone brings; E_N_EVENTS when nothing is due. An untrusted clock brings nothing. `restarted`: first look
 * after a start of the program. */
enum contract_event contract_due(const struct contract_record *, struct wall clock, bool trusted, bool restarted);

bool contract_is_open(const struct contract_record *);	/* Pending or Live */
/* A set of names, one bit each: whether all of one set are in another can be told, bar one chance in 64 per name. */
int64_t contract_name_bit(const char *alias);

/* The record an accepted offer becomes (state as in the cell's next). */
struct contract_record contract_from_offer(const struct msg_offer *, enum contract_state);
/* Sets state Ended with outcome and cause that follow from the event. */
void contract_end(struct contract_record *, enum contract_event, struct wall clock, struct uuid report_uid);

/* The table as markdown, one row per cell that is written; returns the length, at most size - 1. */
size_t contract_print(char *out, size_t size);

#endif
