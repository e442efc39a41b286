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
void scada_contract_tick(struct scada *, struct outbox *);
/* The contract becomes that record, whose state is new: beats and account begin, the log gets its row. */
void scada_enter(struct scada *, const struct contract_record *, struct outbox *);
void scada_log_contract(struct scada *, const struct contract_record *, struct outbox *);
void scada_say_answer(struct scada *, struct uuid, enum diag why, struct outbox *);

void scada_beats_back(struct scada *, struct outbox *);	/* the line that ends BEAT_LATE or BEAT_LOST, if all is well */

/* scada_standing.c */
bool scada_is_standing(const struct scada *, struct uuid);
void scada_standing_tick(struct scada *, struct outbox *);
void scada_standing_heard(struct scada *, struct outbox *);
void scada_standing_dispatch(struct scada *, int64_t send_ms, struct outbox *);

/* scada.c */
void scada_settle_mode(struct scada *, struct outbox *);

/* scada_book.c: the records, and what of them is on the disk */
void scada_dirty(struct scada *, int place);
void scada_book_flush(struct scada *, struct outbox *);	/* what is dirty, in one transaction */
/* Stores the candidate, and then answers. */
void scada_store_candidate(struct scada *, enum scada_storing, struct outbox *);
void scada_owe(struct scada *, const struct contract_record *ended, struct outbox *);
bool scada_forget_report(struct scada *, const struct msg_report_ack *);	/* false: no such report is owed */
bool scada_owes(const struct scada *, struct uuid);
void scada_send_reports(struct scada *, struct outbox *);
void scada_contract_keep(struct scada *, struct outbox *);	/* its energy so far, to the store */
int64_t scada_relay_set(const struct scada *);
void scada_next_offer(struct scada *, struct outbox *);	/* one that waited for a commit */
void scada_watch_store(struct scada *, struct outbox *);	/* one that does not answer is given up */

/* scada_relay.c */
void scada_dispatch(struct scada *, const struct msg *, struct outbox *);
void scada_refuse_dispatch(struct scada *, const struct msg_dispatch *, enum diag, struct outbox *);
void scada_answer(struct scada *, const struct msg *, struct outbox *);
void scada_relay_event(struct scada *, const struct msg *, struct outbox *);

/* scada_history.c: what the AtomicTNode says to the history goes through the gate first */
bool scada_is_later_part(const struct msg *);
void scada_status_ack(struct scada *, const struct msg *, struct outbox *);
void scada_history_request(struct scada *, const struct msg *, struct outbox *);
/* scada_contract.c: check 13, where a refusal is counted and logged but not answered */
bool scada_fresh(struct scada *, struct gate_order *, int64_t send_ms, const char *what, struct outbox *);
void scada_release_dispatches(struct scada *);
bool scada_dispatched(const struct scada *);
void scada_drive(struct scada *, bool decide, struct outbox *);	/* asks the guard for what should be */
/* Asks the guard for what the operator wants now; returns the seq of the request. */
uint32_t scada_ask_operator(struct scada *, int relay, struct outbox *);

/* scada_heat.c */
bool scada_heats_by_model(const struct scada *);
bool scada_is_source(const struct scada *, int relay);	/* it heats: pump, element or boiler */
void scada_plan(struct scada *, const struct msg *, struct outbox *);	/* from the planner */
void scada_heat(struct scada *, struct outbox *);	/* each tick: local_wants anew */
bool scada_hands_back(const struct scada *, int relay);	/* a wall thermostat has it meanwhile */
int64_t scada_scheduled_mc(const struct scada *);	/* the setpoint of this hour */
struct tariff scada_tariff(const struct scada *);

double scada_water_c(const struct scada *);	/* mean of all tanks, by what they hold; NAN: none is measured */
/* scada_heat_say.c: what changed, as events */
void scada_say_level(struct scada *, enum ladder_level before, struct outbox *);
void scada_say_heat(struct scada *, struct outbox *);

/* scada_forecast.c */
void scada_weather(struct scada *, const struct msg *, struct outbox *);	/* from the AtomicTNode, to the planner */
void scada_prices(struct scada *, const struct msg *, struct outbox *);
void scada_outlook(struct scada *, const struct msg *, struct outbox *);	/* from the planner */
void scada_foresee(const struct scada *, struct house_heat_inputs *);

/* scada_ally.c */
void scada_instruct(struct scada *, const struct msg *, struct outbox *);
void scada_answer_instruction(const struct msg_instruction *, enum diag, struct outbox *);
bool scada_instructed(const struct scada *);		/* an energy instruction is in force */
int64_t scada_slot_now(const struct scada *);		/* its start, Unix seconds; -1: none */
bool scada_ally(struct scada *, const struct house_heat_inputs *);	/* true: it gives the wish, in heat.ally */
void scada_ally_full(struct scada *);
void scada_slots_tick(struct scada *, struct outbox *);
bool scada_overrun(const struct scada *);

/* scada_operator.c */
void scada_operator(struct scada *, const struct msg *, struct outbox *);
void scada_operator_answer(struct scada *, const struct msg_answer *, struct outbox *);
bool scada_operated(const struct scada *);	/* a person at the house holds a relay */
int64_t scada_setpoint_mc(const struct scada *);
void scada_lock_event(struct scada *, const struct msg_relay_event *);	/* what can be reset begins or ends */

/* scada_view.c */
int scada_starts_1h(const struct scada *, const struct scada_relay *);	/* of the last 60 min */
/* scada_explain.c */
void scada_explain(const struct scada *, const struct msg_query *, struct view_explain *);
void scada_query(struct scada *, const struct msg *, struct outbox *);
void scada_news(const struct msg_news *, struct outbox *);

/* scada_reading.c */
void scada_reading(struct scada *, const struct msg *, struct outbox *);
void scada_readings(struct scada *, const struct msg *, struct outbox *);
void scada_own_reading(struct scada *, int channel, int64_t code, struct outbox *);	/* of a relay, read here */
void scada_keep_relays(struct scada *, struct outbox *);
bool scada_power_known(const struct scada *);	/* metered within the last 5 s (SF-85) */
bool scada_present(const struct scada *, int channel);	/* good, and no old news (SF-3) */
bool scada_seeing(const struct scada *);
void scada_index_channels(struct scada *);
struct reading_mc scada_node_mc(const struct scada *, int node);
void scada_picture(const struct scada *, struct homealone_picture *);
void scada_energy(struct scada *);		/* brings the account up to now */
void scada_send_power(struct scada *, struct outbox *);

/* scada_gate.c */
bool scada_admit(struct scada *, const struct msg *, struct outbox *);	/* false: over its rate, dealt with */
/* scada_alert.c */
void scada_alarm(struct scada *, const struct msg *, struct outbox *);
void scada_tell_alerts(struct scada *, struct outbox *);
void scada_worry(struct scada *, struct outbox *);	/* scada_worry.c: once per tick */
const char *scada_celsius(int64_t mc, char text[24]);	/* "15.2 C" */
void scada_say_breach(struct scada *, int zone, int64_t mc, struct outbox *);

void scada_refused(struct scada *, const struct msg *, struct outbox *);
void scada_count_refusal(struct scada *, enum diag, const char *what, struct outbox *);

/* scada_talk.c */
void scada_snapshot(struct scada *, const struct msg *, struct outbox *);
void scada_status_line(struct scada *, struct outbox *);

#endif
