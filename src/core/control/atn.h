/* SPDX-License-Identifier: MIT */
/* atn.h: the decisions of the reference AtomicTNode: when it offers, beats, asks and dispatches. Pure: a
 * table for the talk about the contract, a thermostat with a clock for the heat; src/actor/atn sends.
 *
 * Windows: a contract runs to the end of the six-hour block of the house's local day (00, 06, 12, 18), or to
 * the end of the next block when less than an hour would remain. The first offer comes at mono 4.5 min and
 * starts at the next five-minute boundary; one that follows an ended contract at the present whole minute. Four minutes
 * before its end a Live contract's successor is offered, whose id and window follow from it: after a restart it is offered
 * again with the same content. */
#ifndef CORE_CONTROL_ATN_H
#define CORE_CONTROL_ATN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/names.h"
#include "spaceheat/uuid.h"
#include "spaceheat/when.h"

enum {
	ATN_FIRST_OFFER_MS = 270000,
	ATN_BLOCK_S = 6 * 3600,
	ATN_SHORTEST_S = 3600,
	ATN_REPEAT_MS = 10000,		/* an unanswered offer */
	ATN_RETRY_MS = 60000,		/* after a refusal, or a contract that ended early */
	ATN_AFTER_END_MS = 2000,	/* the SCADA must have noticed the end itself, else they overlap */
	ATN_START_MARGIN_MS = 1000,	/* the same for the start: a beat counts only while Live */
	ATN_BEAT_MS = 60000,
	ATN_FOLLOW_S = 240,		/* a successor is offered so long before the end */
	ATN_FRESH_MS = 150000,		/* a SCADA that did not beat for so long is not commanded */
};

#define ATN_STATES(X) \
	X(ATN_NO_CONTRACT, "NoContract") \
	X(ATN_OFFERED, "Offered") \
	X(ATN_ACCEPTED, "Accepted") \
	X(ATN_LIVE, "Live")

#define ATN_EVENTS(X) \
	X(ATN_E_OFFER_DUE, "time to offer") \
	X(ATN_E_ACCEPTED, "answered Accepted") \
	X(ATN_E_REFUSED, "answered Refused") \
	X(ATN_E_GONE, "the SCADA reports it ended, or does not know it") \
	X(ATN_E_START, "start reached") \
	X(ATN_E_BEAT_DUE, "time to beat") \
	X(ATN_E_END, "end reached") \
	X(ATN_E_FOLLOW_DUE, "time to offer a successor") \
	X(ATN_E_NEXT_ACCEPTED, "the successor is accepted") \
	X(ATN_E_NEXT_REFUSED, "the successor is refused") \
	X(ATN_E_END_NEXT, "it is over, and a successor was offered")

#define ATN_ACTIONS(X) \
	X(ATN_DO_NOTHING, "-") \
	X(ATN_DO_NEW_OFFER, "a new id and window") \
	X(ATN_DO_SEND_OFFER, "send the offer") \
	X(ATN_DO_KEEP, "keep it in the memo") \
	X(ATN_DO_SEND_BEAT, "send a beat") \
	X(ATN_DO_ASK, "ask for a snapshot") \
	X(ATN_DO_SOON, "offer anew in 2 s") \
	X(ATN_DO_LATER, "offer anew in 60 s") \
	X(ATN_DO_TELL, "log it") \
	X(ATN_DO_OFFER_NEXT, "offer the successor") \
	X(ATN_DO_NEXT_KEPT, "it need not be offered again") \
	X(ATN_DO_NEXT_GONE, "give it up") \
	X(ATN_DO_FOLLOW, "it takes its place; offer it again")

#define ATN_FIRST(constant, words) constant,
enum atn_state { ATN_STATES(ATN_FIRST) N_ATN_STATES };
enum atn_event { ATN_EVENTS(ATN_FIRST) N_ATN_EVENTS };	/* N_ATN_EVENTS: nothing happened */
enum atn_action { ATN_ACTIONS(ATN_FIRST) N_ATN_ACTIONS };

enum { ATN_MAX_ACTIONS = 4 };

struct atn_cell {
	bool legal;		/* a cell nobody wrote: ignored */
	enum atn_state next;
	enum atn_action act[ATN_MAX_ACTIONS];
};

extern const struct atn_cell atn_table[N_ATN_STATES][N_ATN_EVENTS];

const char *atn_state_name(enum atn_state);
const char *atn_event_words(enum atn_event);
const char *atn_action_words(enum atn_action);

/* The contract as the AtomicTNode sees it: what it must remember to say the same again. */
struct atn_contract { struct uuid id; int64_t start_s, end_s; int32_t max_power_w; };

/* What it foretells: each hour from start_s on. The market's price, without distribution. */
enum { ATN_FORECAST_HOURS = 54, ATN_FORECAST_S = 3600 };	/* 48 h of it are left when the next one is late by six */
struct atn_forecast_hour { double out_c, wind_ms, sun_w_m2, usd_per_mwh; };
struct atn_forecast { int64_t start_s; int n; struct atn_forecast_hour hour[ATN_FORECAST_HOURS]; };

/* What outlives the program. */
struct atn_memory {
	bool has_contract;
	struct atn_contract contract;
	uint64_t scada_beat;	/* the last Beat of the SCADA: the next EchoBeat; 0 = none */
};

struct atn_talk {
	enum atn_state state;
	struct atn_contract contract;	/* zero id: none */
	bool first;			/* no contract was offered since the start of the program */
	struct mono next_offer, next_beat;
	enum atn_next { ATN_NEXT_NONE, ATN_NEXT_OFFERED, ATN_NEXT_ACCEPTED, ATN_NEXT_REFUSED } next;
	struct mono next_follow;	/* the successor's offer is sent again */
};

/* What follows on a contract: known from it alone. */
struct atn_contract atn_successor(const struct atn_contract *);

/* A contract that is not over yet (remembered from before) is offered again with the same content, at once:
 * the SCADA answers the same offer the same. `past` may be NULL. */
void atn_talk_start(struct atn_talk *, const struct atn_contract *past, struct mono now, struct wall clock);
/* What time alone brings, one event at a time; N_ATN_EVENTS: nothing is due. Without a line to the SCADA
 * (`reachable` false) nothing that must be sent is due. */
enum atn_event atn_talk_due(const struct atn_talk *, struct mono now, struct wall clock, bool reachable);
/* `event` (the contract is gone, or over), or what it is when a successor was offered. */
enum atn_event atn_over(const struct atn_talk *, enum atn_event event);
/* Applies the table: state and timers change here; what is to be sent, kept and told stands in the cell. A
 * new offer takes `fresh_id`. A cell that is not legal changes nothing. */
const struct atn_cell *atn_talk_apply(struct atn_talk *, enum atn_event, struct mono now, struct wall clock,
	int utc_offset_s, struct uuid fresh_id);
/* When atn_talk_due has something next. */
struct mono atn_talk_wake(const struct atn_talk *, struct mono now, struct wall clock, bool reachable);
/* The window of an offer made now. */
void atn_window(struct wall clock, int utc_offset_s, bool first, int64_t *start_s, int64_t *end_s);

enum {
	/* When power is cheap, and in peak hours: 59 C heats the reference house on its coldest night. */
	ATN_TANK_ON_MC = 62000, ATN_TANK_OFF_MC = 68000,
	ATN_PEAK_TANK_ON_MC = 55000, ATN_PEAK_TANK_OFF_MC = 59000,
	ATN_TOP_AGE_MS = 180000,	/* a tank temperature older than this decides nothing */
	ATN_RESULT_MS = 10000,		/* a dispatch without result is sent again after this */
	ATN_HELD_MS = 120000,		/* a held or refused one after this */
};

/* Peak hours of the reference tariff, local time. */
bool atn_is_peak(struct wall clock, int utc_offset_s);
/* The element's thermostat: whether to charge, given whether it did before. */
bool atn_wants_charge(bool charging, int64_t tank_top_mc, bool peak);

enum atn_sent { ATN_SENT_NOTHING, ATN_SENT_WAITING, ATN_SENT_DONE, ATN_SENT_HELD };

struct atn_charge {	/* of one element relay */
	bool charging;
	bool on;			/* the state asked for last */
	enum atn_sent sent;
	struct mono sent_at;
	int64_t send_ms;		/* SendTimeUnixMs of that dispatch */
};

struct atn_picture {
	bool may;			/* RemoteControl by a SCADA beat younger than ATN_FRESH_MS */
	bool top_known;
	int64_t top_mc;
	int64_t warmer_mc;		/* how much hotter than ATN_TANK_* this house's source makes its water */
	struct mono top_at;
	int utc_offset_s;
	int64_t hold_ms;		/* dispatch.hold_s of the SCADA: renewed at half of it */
};

/* True: dispatch charge->charging now (and say so with atn_charge_sent). */
bool atn_charge_due(struct atn_charge *, const struct atn_picture *, struct mono now, struct wall clock);
/* When a repeat or renewal is due; MONO_NEVER while nothing waits. */
struct mono atn_charge_wake(const struct atn_charge *, const struct atn_picture *);
void atn_charge_sent(struct atn_charge *, bool on, int64_t send_ms, struct mono now);
/* The result of the dispatch sent at about_send_ms came; others are ignored. */
void atn_charge_result(struct atn_charge *, int64_t about_send_ms, bool done);

/* The table as markdown, one row per cell that is written; returns the length, at most size - 1. */
size_t atn_print(char *out, size_t size);

#endif
