/* SPDX-License-Identifier: MIT */
/* history_parts.h: what the files of the history actor share with each other and with nobody else. */
#ifndef ACTOR_HISTORY_PARTS_H
#define ACTOR_HISTORY_PARTS_H

#include "actor/history.h"
#include "core/history/archive.h"

/* history.c */
void history_handle(struct history *, const struct msg *, struct outbox *);

/* history_slot.c: readings, rows and statuses of the present */
void history_keep(struct history *, const struct msg *, struct outbox *);
void history_keep_command(struct history *, const struct msg *, struct outbox *);
void history_first_slot(struct history *);
void history_close_due(struct history *, struct outbox *);
/* The open row goes to what waits, as it is now; it stays open. */
void history_save_row(struct history *, struct outbox *);
struct mono history_slot_due(const struct history *);
struct uuid history_uid(struct history *);
/* The open slot's status is owed from now on, and goes up at once if it can; the next one is not open yet. */
void history_make_status(struct history *);
void history_lost(struct history *, int64_t readings);
void history_say_lost(struct history *, struct outbox *);

/* history_open.c: which row and slot are open when the clock does not simply go on */
/* Has the slot a status? Then it must not change. Of the open row's slots: those that are over. */
bool history_is_made(struct history *, int64_t slot_s);
/* The first row from row_s on that may still be written. */
int64_t history_next_row(struct history *, int64_t row_s);
/* What is already known of the open row is put into it. */
void history_load_row(struct history *);
/* After the clock was set back: stays where it is, and what comes is late, until the clock is where nothing
 * was recorded, or here again. */
void history_follow_clock(struct history *, struct outbox *);
/* Rows begun without asking the store get what it has of them; statuses made twice are dropped. False: the
 * store failed; it may be tried again. */
bool history_complete(struct history *, struct err *);

/* history_tier.c: the tiers above exact */
bool history_tier_room(struct history *);
void history_tier_start(struct history *);
/* The exact row in h->work, with series numbers, is over. */
void history_tier_feed(struct history *, int64_t row_s);
/* Makes some of what was never made; tiers.behind says whether there is more. Only while nothing waits. */
bool history_make_tiers(struct history *, struct err *);
/* An exact row is written that may have been part of tiers already. */
void history_tiers_again(struct history *, int64_t row_s);
struct mono history_tiers_due(const struct history *);
bool history_tiers_read(struct history *, struct err *);
/* Inside a transaction; and after it. */
bool history_put_tiers(struct history *, struct err *);
void history_tiers_written(struct history *);
bool history_tiers_wait(const struct history *);

/* history_figures.c: what a local day came to */
/* The exact row in h->work, to a row of a tier above. */
void history_feed(struct history *, struct tier_row *, int64_t row_s);
/* To h->buckets, which is on its way to the store. */
bool history_add_figure(struct history *, const char *what, int64_t value, struct err *);
/* MSG_PAID: what hours cost, as the planner knows it. */
void history_paid(struct history *, const struct msg *, struct outbox *);
bool history_put_figures(struct history *, const struct tier_row *, struct err *);

/* history_day.c: what no reading tells of a local day */
void history_day_mode(struct history *, enum control_mode);
void history_day_close(struct history *, int64_t row_s);
bool history_day_read(struct history *, struct err *);
bool history_put_day(struct history *, struct err *);
void history_card_count(struct history *, int64_t written_bytes, struct outbox *);

/* history_gap.c: what the record lacks */
/* node: an index, or NO_NODE for the whole house. */
void history_add_gap(struct history *, int64_t from_ms, int64_t to_ms, enum gap_cause, int node);
bool history_put_gaps(struct history *, struct err *);
/* Silent channels of the exact row in h->work. */
void history_gap_row(struct history *, int64_t row_s);
void history_gap_clock(struct history *, int64_t from_s, int64_t to_s);
bool history_gap_power(struct history *, struct err *);

/* history_early.c */
/* True: the message is dealt with; nothing is dated yet (SF-70). */
bool history_wait_for_trust(struct history *, const struct msg *, struct outbox *);

/* history_write.c: what waits, and the store */
bool history_must_write(const struct history *);
/* Writes all that waits in one transaction. False: nothing was written; it waits on, the failure has been
 * said. */
bool history_write(struct history *, struct outbox *);
bool history_write_events(struct history *, struct outbox *);
bool history_ask_ids(struct history *, struct err *);
void history_write_contract(struct history *, const struct msg *, struct outbox *);
/* The row in h->work, with series numbers. */
void history_add_row(struct history *, int64_t start_s, struct outbox *);
void history_add_event(
	struct history *, int64_t at_ms, bool command, const struct msg_log *, struct outbox *);
void history_add_owed(struct history *, const struct store_owed *);
/* The slot was given a status while the store could not be asked; it now has more readings, or is in the
 * store with another status. */
void history_owe_again(struct history *, int64_t slot_s);
void history_unowe(struct history *, int64_t from_s, int64_t to_s);
void history_add_acked(struct history *, struct uuid, struct outbox *);
void history_store_failed(struct history *, const struct err *, struct outbox *);
/* history_share.c: opens the file to others, and closes it, as wished now; real seconds pass with MSG_FLUSH */
void history_share(struct history *, const struct msg *, struct outbox *);
/* For so many seconds from now; 0: no longer. False: the store failed. */
bool history_share_for(struct history *, int32_t seconds, struct archive_share *, struct outbox *, struct err *);

/* history_prune.c */
void history_prune(struct history *, struct outbox *);

/* history_read.c: rows back from memory and store */
/* The last row that was put together, into h->work without decoding it. False: it is not that one. */
bool history_take_kept(struct history *, int64_t start_s);
/* The row into h->work with series numbers. False: the store failed. */
bool history_read_row(struct history *, int64_t start_s, bool *found, struct err *);
/* The same; of the store's rows one series is enough, others may be there too. -1: all. */
bool history_read_row_of(struct history *, int64_t start_s, int32_t series, bool *found, struct err *);
bool history_read_stored_of(struct history *, int64_t start_s, int32_t series, bool *found, struct err *);
bool history_read_tier_of(
	struct history *, enum store_tier, int64_t start_s, int32_t series, bool *found, struct err *);
/* The same as history_read_row, of the store alone. */
bool history_read_stored(struct history *, int64_t start_s, bool *found, struct err *);
/* All readings of the slot into h->work, in the order of the store's ids. *rows: how many of its rows
 * there are. */
bool history_read_slot(struct history *, int64_t from_s, int64_t period_s, int *rows, struct err *);
/* A row of a tier above exact into h->buckets, with series numbers. */
bool history_read_tier(struct history *, enum store_tier, int64_t start_s, bool *found, struct err *);
/* The buckets of the slot that begin in it, and its commands, into h->work: as history_read_slot. */
bool history_read_buckets(struct history *, const struct store_owed *, int *rows, struct err *);
/* What an earlier start left: its open slot goes on, its slots without status are owed. */
bool history_remember(struct history *, struct err *);

/* history_send.c: what is owed, to the uplink */
void history_mode(struct history *, const struct msg *, struct outbox *);
void history_link(struct history *, const struct msg *, struct outbox *);
void history_sent(struct history *, const struct msg *, struct outbox *);
void history_acked(struct history *, const struct msg *, struct outbox *);
void history_status_ack(struct history *, const struct msg *, struct outbox *);
/* It can never be sent, or must not: it is forgotten, and the gap is on record (SF-54). */
void history_give_up(struct history *, const struct store_owed *, const char *why, struct outbox *);
/* What is under way is sent again at once. */
void history_send_again(struct history *);
void history_start_over(struct history *);
/* It is the AtomicTNode's now: nothing is owed under that id any more. */
void history_delivered(struct history *, struct uuid, struct outbox *);
/* history_proof.c: what the broker acknowledged, until a beat shows that somebody was there to get it */
void history_heard(struct history *, const struct msg *, struct outbox *);
/* The broker has it. False: nothing but that will ever be heard of it. */
bool history_hold(struct history *, const struct history_under_way *);
bool history_is_unproven(const struct history *, struct uuid);
void history_drop_unproven(struct history *, struct uuid);
/* All that is held is owed again. */
void history_doubt(struct history *);
/* history_archive.c */
void history_view(struct history *, const struct msg *, struct outbox *);
void history_ask_archive(struct history *, const struct msg *, struct outbox *);
/* history_ask.c */
/* "alias", "alias/TelemetryName", or of a figure of the day "alias/what". */
bool history_is_named(const struct store_series *, const char *name);
void history_request(struct history *, const struct msg *, struct outbox *);
bool history_can_send(const struct history *);
void history_send(struct history *, struct outbox *);
void history_tell_owed(struct history *, struct outbox *);
struct mono history_send_due(const struct history *);

#endif
