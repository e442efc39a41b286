/* SPDX-License-Identifier: MIT */
/* history.h: the actor that keeps the house's record and owes the AtomicTNode everything it could not
 * send.
 *
 * * Promises: readings kept are in the store at the end of each 5-minute row and when the program stops;
 * a contract record is durable before MSG_STORED is said; events are on the disk within a real second;
 * each status has one uid, kept until it is acknowledged, and one content, and each slot one status,
 * wherever the clock is set (SF-52). While the store fails it goes on in memory for 6 h (SF-61). It owns
 * the store alone. */
#ifndef ACTOR_HISTORY_H
#define ACTOR_HISTORY_H

#include "core/control/forecast.h"
#include "core/history/slot.h"
#include "core/history/status.h"
#include "core/history/tier.h"
#include "spaceheat/actor.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"
#include "spaceheat/store.h"

enum {
	HISTORY_ROW_S = 300,
	HISTORY_ROW_BYTES = 64 * 1024,		/* of one packed row, at most */
	HISTORY_MAX_ROWS = 72,			/* 6 h of rows that the store did not take */
	HISTORY_MAX_OWED = 512,			/* 6 h of statuses of one minute, and some */
	HISTORY_MAX_EVENTS = 1024,
	HISTORY_MAX_ACKED = 64,
	HISTORY_MAX_UNDER_WAY = 32,		/* statuses handed to the uplink, not acknowledged */
	HISTORY_GRACE_MS = 2000,		/* how late a real sensor's reading may come */
	HISTORY_RETRY_MS = 60000,		/* SF-61 */
	HISTORY_PRUNE_MS = 3600 * 1000,
	HISTORY_EVENT_DAYS = 28,
	HISTORY_MINUTE_DAYS = 7,
	HISTORY_QUARTER_DAYS = 28,
	HISTORY_DAY_DAYS = 400,
	HISTORY_MAX_UNPROVEN = 2560,		/* two minutes of the fastest sending, and some */
	HISTORY_DOUBTED = 64,
	HISTORY_RESEND_MS = 60000,		/* a status that was not acknowledged is sent again */
	HISTORY_MAX_GAPS = 64,
	HISTORY_GAP_MS = 60000,			/* a shorter silence is no gap */
	HISTORY_ALONE_S = 3600,			/* so often the file is wished alone while somebody else has it */
	HISTORY_CARD_BYTES = 50 * 1000 * 1000,	/* a day: more is worth a line */
};

/* What waits for the next commit. Rows hold series numbers of struct history_series, not yet the store's
 * ids. whole: what the store has of that row is in it too. */
struct history_row { int64_t start_s; size_t length; uint8_t *bytes; bool whole; };
struct history_event { int64_t at_ms; bool command; struct msg_log log; };
struct history_waiting {
	struct history_row rows[HISTORY_MAX_ROWS];	/* oldest first */
	struct store_owed owed[HISTORY_MAX_OWED];
	struct uuid acked[HISTORY_MAX_ACKED];
	struct history_event *events;			/* HISTORY_MAX_EVENTS */
	struct store_gap gaps[HISTORY_MAX_GAPS];
	int n_rows, n_owed, n_acked, n_events, n_gaps;
	int64_t closed_s;
	bool closed_moved;
	int64_t lost_rows, lost_events, lost_owed;	/* since the store began to fail */
};

/* Series are numbered as the house's channels, then one per commanded relay, then those of rows from
 * before a change of the house. id: the store's, 0 = not asked yet. */
struct history_series {
	struct store_series is[BLOCK_MAX_SERIES];
	int32_t id[BLOCK_MAX_SERIES];
	int32_t n, command_of[HOUSE_MAX_NODES];		/* -1: none */
};

struct history_counts {
	uint64_t kept, late, full, statuses, sent, acked, commits, failed, unreadable, renamed;
};

/* What an earlier start left: its open slot, and the end of the latest slot with a status.
 * fresh: not yet acted on; more: the open slot has readings. */
struct history_left { int64_t closed_s, highest_s; bool fresh, more; };

/* The tiers above exact. A row that is over waits in `closed` for the next commit; were there two of them (the store
 * fails), the first is made anew of the exact rows later, like all before `done_s` that was never made. */
struct history_tiers {
	struct tier_row open[N_STORE_TIERS], closed[N_STORE_TIERS], scratch;
	struct tier_cell *memory;		/* of all of them */
	bool whole[N_STORE_TIERS];		/* all exact rows before the open one are in it */
	bool waits[N_STORE_TIERS], known, behind;	/* known: done_s was read; behind: there is more to make */
	int64_t done_s[N_STORE_TIERS];
};

/* How the local day goes: what no reading tells. pending: since the last exact row was closed. */
struct history_day {
	int64_t day_s, mode_ms[N_CONTROL_MODES], pending_ms[N_CONTROL_MODES];
	int64_t closed_s, closed_ms[N_CONTROL_MODES];
	struct mono counted;
	enum control_mode mode;
	bool mode_known;
	int64_t card_day_s, card_bytes, card_base;	/* base: of the store's count when card_bytes was counted */
	bool card_told;
};

/* What came before the clock was trusted, against the monotonic clock (SF-70). */
struct history_early { int64_t mono_ms, code; int32_t index; bool command; };
struct history_undated { struct history_early *list; int32_t n, capacity; };

/* When a channel was last heard of; 0: not yet. */
struct history_seen { int64_t last_ms; };

/* A history.request as far as it has come: numbers of series. parts: how many came, -1: refused. */
struct history_ask { int parts; struct store_request request; };

/* Who else may open the file. Seconds are real ones, counted by MSG_FLUSH: it is people who wait. wanted: as the store was
 * last told; open: as it was found; again_s: until it is wished alone again, should somebody have kept it. */
struct history_share { int32_t left_s, again_s; bool wanted, open; };

struct history_under_way { struct uuid uid; struct mono since; };

/* Statuses that the broker has and the AtomicTNode has not shown to have. */
struct history_proof {
	struct history_under_way list[HISTORY_MAX_UNPROVEN];
	int n;
	struct uuid doubted[HISTORY_DOUBTED];
	unsigned int n_doubted;			/* ever */
	bool lost;				/* the link, since the last beat */
	bool beats;				/* it does; heard: when last */
	struct mono heard;
};

struct archive;

struct history {
	const struct house *house;
	const struct settings *settings;
	const struct store *store;
	const struct pool *pool;
	/* as of the message in hand */
	struct mono now;
	struct wall clock;
	uint64_t random[2], uids;

	bool trusted, started;		/* trusted: the clock */
	bool remembers;			/* what an earlier start left has been looked at */
	int64_t row_s, slot_s;		/* the open row and the open status slot */
	int64_t first_slot_s;		/* the open slot when the actor started */
	int64_t highest_s;		/* the end of the latest slot with a status, whatever the clock did since */
	int64_t asked_row_s;		/* of the clock, when going back there was last considered */
	struct history_left left;
	int64_t period_s, grace_ms;
	struct mono save_at;		/* the open row is written then, if commit_s is less than a row */
	const struct zone *zone;
	struct price_table paid;	/* what hours cost, as the planner was told */
	struct mono began;		/* the first message */
	int64_t began_ms;		/* the same by the wall clock, as far as it is known */
	bool begun, gap_due, closing;	/* gap_due: the time before the start is not accounted for; closing: a row is */
	struct history_undated undated;
	struct bucket_block buckets;	/* a row of a tier on its way to or from the store */
	struct history_tiers tiers;
	struct history_day day;
	struct history_seen seen[HOUSE_MAX_CHANNELS];
	int64_t late_from_ms, late_to_ms;	/* of readings that came too late; 0: none */
	struct slot open, gather;
	struct block work;
	struct block kept;		/* the last row that was put together, with series numbers: */
	int64_t kept_s;			/* where it starts; -1: none */
	struct status_room *room;
	uint8_t *row_memory;		/* of waiting.rows */
	uint8_t *bytes;			/* HISTORY_ROW_BYTES: a row on its way to or from the store */
	bool whole;			/* the open row holds what is already known of it */
	int64_t row_lost;		/* readings that did not fit or came too late, not yet said */
	struct mono lost_at;		/* the first of them */

	struct history_series series;
	struct history_waiting waiting;
	struct contract_book batch;	/* records that are stored together, as they come */
	uint16_t batch_places;
	int batch_parts;		/* -1: one was missed */
	bool failing, noticed;		/* noticed: a line about the file was said that no write has ended yet */
	struct mono retry_at, prune_at;

	bool remote, link_up, acks_status;
	bool live_waits, backlog;	/* backlog: there may be something owed behind the cursor */
	struct store_owed live;
	int64_t cursor;			/* n of the last owed one looked at */
	struct history_ask ask;
	struct history_under_way under_way[HISTORY_MAX_UNDER_WAY];
	int n_under_way, n_handed, n_window;	/* handed: buffers the uplink still has */
	struct history_proof proof;
	struct mono window;		/* n_window were sent in the second that began then */
	int32_t stored_owed, told_owed;
	struct mono told_at;
	struct history_counts counts;
	struct archive *archive;
	struct history_share share;
	int64_t last_ack_ms;
};

/* Borrows the pointers for the life of the actor. False: out of memory. */
bool history_init(struct history *, const struct house *, const struct settings *, const struct store *,
	const struct pool *);
void history_free(struct history *);
/* Where local days begin; borrowed. Without it: UTC. */
void history_zone(struct history *, const struct zone *);
/* Where people's questions are answered; lent for the life of the actor, used while a MSG_ARCHIVE is answered. */
void history_show(struct history *, struct archive *);
void history_step(void *self, const struct msg *in, struct outbox *out);

#endif
