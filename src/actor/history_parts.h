/* SPDX-License-Identifier: MIT */
/* history_parts.h: what the files of the history actor share with each other and with nobody else. */
#ifndef ACTOR_HISTORY_PARTS_H
#define ACTOR_HISTORY_PARTS_H

#include "actor/history.h"

/* history_slot.c: readings, rows and statuses of the present */
void history_keep(struct history *, const struct msg *, struct outbox *);
void history_keep_command(struct history *, const struct msg *, struct outbox *);
void history_first_slot(struct history *);
void history_close_due(struct history *, struct outbox *);
/* The open row goes to what waits, as it is now; it stays open. */
void history_save_row(struct history *, struct outbox *);
struct mono history_slot_due(const struct history *);
struct uuid history_uid(struct history *);

/* history_write.c: what waits, and the store */
bool history_must_write(const struct history *);
/* Writes all that waits in one transaction. False: nothing was written; it waits on, the failure has been
 * said. */
bool history_write(struct history *, struct outbox *);
void history_write_contract(struct history *, const struct msg *, struct outbox *);
/* The row in h->work, with series numbers. */
void history_add_row(struct history *, int64_t start_s, struct outbox *);
void history_add_event(
	struct history *, int64_t at_ms, bool command, const struct msg_log *, struct outbox *);
void history_add_owed(struct history *, const struct store_owed *);
void history_add_acked(struct history *, struct uuid, struct outbox *);
void history_store_failed(struct history *, const struct err *, struct outbox *);
void history_prune(struct history *, struct outbox *);

/* history_read.c: rows back from memory and store */
/* Decodes the row into h->work with series numbers. False: the store failed. */
bool history_read_row(struct history *, int64_t start_s, bool *found, struct err *);
/* All readings of the slot into h->work, in the order of the store's ids. *rows: how many of its rows
 * there are. */
bool history_read_slot(struct history *, int64_t from_s, int64_t period_s, int *rows, struct err *);
/* What an earlier start left: its open row goes on, its slots without status are owed. */
bool history_remember(struct history *, struct err *);

/* history_send.c: what is owed, to the uplink */
void history_mode(struct history *, const struct msg *, struct outbox *);
void history_link(struct history *, const struct msg *, struct outbox *);
void history_sent(struct history *, const struct msg *, struct outbox *);
void history_acked(struct history *, const struct msg *, struct outbox *);
bool history_can_send(const struct history *);
void history_send(struct history *, struct outbox *);
void history_tell_owed(struct history *, struct outbox *);
struct mono history_send_due(const struct history *);

#endif
