/* SPDX-License-Identifier: MIT */
/* atn_parts.h: what atn.c asks of atn_send.c: each function makes one message and hands it to the broker. A
 * message that cannot be sent is lost: whatever matters is said again by its timer. */
#ifndef ACTOR_ATN_PARTS_H
#define ACTOR_ATN_PARTS_H

#include "actor/atn.h"

/* Fresh random bits; several may be drawn in one step. Never 0. */
uint64_t atn_draw(struct atn *, const struct msg *in);

void atn_send_offer(struct atn *, const struct msg *in, struct outbox *);
void atn_send_successor(struct atn *, const struct msg *in, struct outbox *);
void atn_send_beat(struct atn *, const struct msg *in, struct outbox *);
void atn_send_ask(struct atn *, struct outbox *);
void atn_send_report_ack(struct atn *, const struct msg_scada_report *, const struct msg *in,
	struct outbox *);
void atn_send_forecast(struct atn *, const struct atn_forecast *, const struct msg *in, struct outbox *);
/* Returns the SendTimeUnixMs it went with, or 0 when it did not go. */
int64_t atn_send_dispatch(struct atn *, bool on, const struct msg *in, struct outbox *);

#endif
