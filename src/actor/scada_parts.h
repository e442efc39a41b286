/* SPDX-License-Identifier: MIT */
/* scada_parts.h: what the files of the scada actor share with each other and with nobody else. */
#ifndef ACTOR_SCADA_PARTS_H
#define ACTOR_SCADA_PARTS_H

#include "actor/scada.h"

/* 64 fresh random bits; never 0. */
uint64_t scada_random(struct scada *);
struct uuid scada_uuid(struct scada *);

/* scada_contract.c */
void scada_offer(struct scada *, const struct msg *, struct outbox *);
void scada_beat(struct scada *, const struct msg *, struct outbox *);
void scada_end(struct scada *, const struct msg *, struct outbox *);
void scada_report_ack(struct scada *, const struct msg *, struct outbox *);
void scada_stored(struct scada *, const struct msg *, struct outbox *);
void scada_store_failed(struct scada *, const struct msg *, struct outbox *);
void scada_send_beat(struct scada *, struct outbox *);
void scada_send_reports(struct scada *, struct outbox *);
void scada_contract_tick(struct scada *, struct outbox *);
void scada_contract_keep(struct scada *, struct outbox *);	/* its energy so far, to the store */
void scada_refuse_offer(struct scada *, struct uuid id, enum diag, struct outbox *);

/* scada_relay.c */
void scada_dispatch(struct scada *, const struct msg *, struct outbox *);
void scada_refuse_dispatch(struct scada *, const struct msg_dispatch *, enum diag, struct outbox *);
void scada_answer(struct scada *, const struct msg *, struct outbox *);
void scada_relay_event(struct scada *, const struct msg *, struct outbox *);
void scada_unsupported(struct scada *, const struct msg *, struct outbox *);
void scada_release_dispatches(struct scada *);
bool scada_dispatched(const struct scada *);
void scada_drive(struct scada *, bool decide, struct outbox *);	/* asks the guard for what should be */
/* Asks the guard for what the operator wants now; returns the seq of the request. */
uint32_t scada_ask_operator(struct scada *, int relay, struct outbox *);

/* scada_operator.c */
void scada_operator(struct scada *, const struct msg *, struct outbox *);
void scada_operator_answer(struct scada *, const struct msg_answer *, struct outbox *);
bool scada_operated(const struct scada *);	/* a person at the house holds a relay */
int64_t scada_setpoint_mc(const struct scada *);
void scada_lock_event(struct scada *, const struct msg_relay_event *);	/* what can be reset begins or ends */

/* scada_view.c */
void scada_query(struct scada *, const struct msg *, struct outbox *);
void scada_news(const struct msg_news *, struct outbox *);

/* scada_reading.c */
void scada_reading(struct scada *, const struct msg *, struct outbox *);
void scada_own_reading(struct scada *, int channel, int64_t code, struct outbox *);	/* of a relay, read here */
void scada_keep_relays(struct scada *, struct outbox *);
bool scada_power_known(const struct scada *);	/* metered within the last 5 s (SF-85) */
bool scada_present(const struct scada *, int channel);	/* good, and no old news (SF-3) */
bool scada_seeing(const struct scada *);
struct reading_mc scada_node_mc(const struct scada *, int node);
void scada_picture(const struct scada *, struct homealone_picture *);
void scada_energy(struct scada *);		/* brings the account up to now */
void scada_send_power(struct scada *, struct outbox *);

/* scada_gate.c */
bool scada_admit(struct scada *, const struct msg *, struct outbox *);	/* false: over its rate, dealt with */
void scada_refused(struct scada *, const struct msg *, struct outbox *);
void scada_count_refusal(struct scada *, enum diag, const char *what, struct outbox *);

/* scada_talk.c */
void scada_snapshot(struct scada *, const struct msg *, struct outbox *);
void scada_status_line(struct scada *, struct outbox *);

#endif
