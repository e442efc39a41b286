/* SPDX-License-Identifier: MIT */
/* scada.h: the actor that decides: it holds the picture of the house and the contract, computes the
 * control mode, and says what each relay should be. No port, no driver: messages in, messages out. */
#ifndef ACTOR_SCADA_H
#define ACTOR_SCADA_H

#include "core/control/beats.h"
#include "actor/scada_heat.h"
#include "core/control/alerts.h"
#include "core/control/contract.h"
#include "core/control/energy.h"
#include "core/control/gate.h"
#include "core/control/homealone.h"
#include "core/control/mode.h"
#include "core/control/sla.h"
#include "core/control/worry.h"
#include "spaceheat/actor.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"
#include "spaceheat/view.h"

enum {
	SCADA_TICK_MS = 1000,		/* in a simulation as often as the meter is read, if that is less often */
	SCADA_LOOK_MS = 15000,		/* three polls of a sensor */
	SCADA_RENEW_MS = 10000,		/* all WANTs again: leases last 30 s */
	SCADA_BLIND_MS = 300000,	/* SF-83 */
	SCADA_STALE_MS = 30000,		/* SF-80 */
	SCADA_REPORT_MS = 60000,	/* a report owed is sent again */
	SCADA_STATUS_MS = 300000,	/* the STATUS line of a simulation */
	SCADA_STORE_MS = 5000,		/* a store that takes longer is unavailable */
	SCADA_RESTORE_MS = 10000,	/* what the store did not take is written again */
	SCADA_REFUSAL_MS = 60000,	/* one event row for each diagnostic in this time */
	SCADA_KEEP_MS = 60000,		/* the contract's energy so far is stored; with a beat that tells it too, */
	SCADA_KEEP_LEAST_MS = 10000,	/* but no more often than this */
	SCADA_MAX_REPLIES = 32,
	SCADA_RATES = 12,		/* check 4: eleven types, and one for all that we do not know */
	SCADA_MAX_RETAINED = 16,
	SCADA_MAX_ASKS = 8,		/* requests of people that wait for the guard */
	SCADA_OPERATOR_MAX_MIN = 24 * 60,
	SCADA_STARTS = 16,		/* remembered per relay; the guard allows fewer in an hour */
	SCADA_REFUSAL_LINE_MS = 300000,	/* one log line more, after GATE_BURST of one diagnostic */
};

/* What came and was refused: rates, lines that are due, topics that hold a retained command (hashes). */
struct scada_gate {
	struct gate_rate rates[SCADA_RATES], lines[N_DIAGNOSTICS];
	uint64_t retained[SCADA_MAX_RETAINED];
	int n_retained;
};

/* The newest of one channel, and what of it was last kept for history and status. */
struct scada_channel {
	enum quality quality;
	int64_t code, kept_code;
	int64_t mc;			/* the code of a thermometer, in milli-degrees */
	struct mono at;
	struct wall tick, kept;
	bool has_kept;
	uint32_t errors;		/* readings that were not good */
	enum quality last_error;
};

/* What a channel is to the guard and to decisions, by roles and zones: where to look for its node in roles.store and
 * roles.buffer (from and the last; none: from is after it). */
struct scada_part { bool temperature, decides; int8_t store[2], buffer[2]; };

struct scada_relay {
	bool asked, wanted, on;		/* asked: since this start */
	bool known;			/* the guard has said what it is */
	bool delayed;			/* wished on, and waiting for this house's turn since: */
	struct mono delayed_at;
	enum relay_mover wanted_by, by;
	uint32_t seq;			/* of its last WANT */
	struct mono asked_at;
	enum guard_result result;	/* the guard's last answer */
	bool dispatched, dispatch_on;	/* a relay dispatch is in force */
	struct mono dispatch_until;
	struct gate_order order;
	struct msg_send_result answered;	/* to the last accepted dispatch, for a duplicate of it */
	bool operated, operate_on;	/* a person at the house holds it, */
	struct mono operate_until;	/* so long */
	struct wall moved, held_until;	/* 0 = not seen; not known */
	enum relay_read_back read_back;	/* with the guard's last answer, */
	struct mono read_back_at;	/* then */
	struct mono starts[SCADA_STARTS];	/* ring */
	uint32_t n_starts;
	uint32_t locks;			/* bits of enum guard_event_kind: what the guard has found wrong with it */
};

/* A dispatch that the guard has been asked about. */
struct scada_reply { uint32_t seq; struct msg_send_result result; };

/* A request of a person that the guard has been asked about. */
struct scada_ask { uint32_t seq, ticket; };

/* A setpoint that a person holds for a time. */
struct scada_hold { bool on; int64_t setpoint_mc; struct mono until; };

/* Metered power, and what `p` last said. */
struct scada_power {
	bool known, reported;
	int32_t w, reported_w;
	struct mono read_at;		/* of the last good reading */
};

/* The one store that an answer waits for: what the record becomes once it is on the disk. */
enum scada_storing { STORING_NOTHING, STORING_NEW, STORING_NEXT, STORING_REPLACE };

/* Per zone, per relay, and of the house. */
struct scada_worries {
	enum worry_cold cold[SETTINGS_MAX_ZONES];
	struct worry_fall fall[SETTINGS_MAX_ZONES];
	struct worry_long lease[HOUSE_MAX_RELAYS];
	bool cycling[HOUSE_MAX_RELAYS], outbox;
	struct worry_flow flow;
};

struct scada_counts { uint32_t refused[N_DIAGNOSTICS], ignored, mis_echoed, replies_lost; };

/* Refusals of one kind: the first of a minute is an event, the others are counted until the next. */
struct scada_refusals { bool told; struct mono told_at; uint32_t since; };

struct scada {
	const struct house *house;
	const struct settings *settings;
	const struct pool *pool;
	/* as of the message in hand */
	struct mono now;
	struct wall clock;
	bool clock_trusted, started, link_up;
	int64_t tick_ms;
	int guard_at;			/* where in the outbox the guard's readings of this step are; -1: none yet */
	bool unsettled;			/* readings came in this instant, and what follows from them is not decided */
	uint64_t random;

	struct scada_channel channels[HOUSE_MAX_CHANNELS];
	struct scada_part parts[HOUSE_MAX_CHANNELS];
	unsigned int parts_of;		/* settings.taken when they were found */
	uint32_t n_qualities;		/* how often one of them became better or worse */
	int16_t temperature_of[HOUSE_MAX_NODES];	/* a node's temperature channel, -1: none */
	int16_t first_flow_of[HOUSE_MAX_NODES];		/* the same of its flow */
	struct scada_relay relays[HOUSE_MAX_RELAYS];
	struct scada_reply replies[SCADA_MAX_REPLIES];
	struct homealone homealone;
	struct scada_heat heat;		/* in its place where the house's model is known */
	bool local_wants[HOUSE_MAX_RELAYS];	/* the last decision of either */
	struct scada_power power;
	struct scada_counts counts;
	struct scada_refusals refusals[N_DIAGNOSTICS];
	bool blind_said;
	struct scada_gate gate;

	struct contract_record contract, next;	/* next: its successor, state None when there is none */
	struct contract_record reports[CONTRACT_MAX_OWED];	/* ended, their reports not acknowledged; None: free */
	struct contract_record candidate, replaced;
	enum scada_storing storing;
	bool waiting, restored;		/* restored: the records came from the store, not looked at yet */
	bool standing;			/* contract.standing is the contract */
	bool hold_to_start;		/* dispatches of an ended contract are kept until its successor starts */
	/* Places of the book: to be stored at the end of this step; not known to be on the disk. */
	uint16_t dirty, unsaved;
	int reserved;			/* the place among those owed that a replaced one will take */
	uint32_t store_seq, offer_seq, book_seq;
	struct mono storing_since, save_at;
	struct energy energy;
	int64_t kept_wh;		/* of it, on the disk since: */
	struct mono kept_at;
	struct sla sla;
	struct alerts alerts;
	struct scada_worries worries;
	struct msg_offer waiting_offer;
	struct beats beats;
	struct gate_order beat_order, offer_order, end_order, ack_order, standing_order, status_ack_order, request_order, weather_order, prices_order,
		instruction_order;
	bool status_ack_open, request_open, weather_open, prices_open;	/* its first part was accepted, others are to come */
	bool atn_wants_local, beat_late_said, beat_lost_said;
	bool beat_due;			/* sent once the mode that follows from this message is known */
	int64_t log_seq, age_limit_ms, synced_slot_s;
	int32_t owed;

	struct scada_ask asks[SCADA_MAX_ASKS];
	struct scada_hold hold;
	bool tripped;
	struct view_boxes *boxes;	/* lent by the control socket; NULL: nobody looks */

	struct mode mode;
	struct msg_mode told;		/* what uplink and history were last told */
	bool mode_known, safe_mode;
	int64_t own_delay_ms;		/* of this house: not all of a street switch on at once (SF-58) */
	struct mono look_until;		/* after a start: until then the first readings are awaited */
	struct mono calm_until;		/* after boot, reconnect and a contract's start */
	struct mono next_tick, last_tick, seeing_since, next_report, next_status, next_keep;
	uint32_t next_seq;
};

/* `record`: the contract row of the store (state None when there is none). Borrows the pointers. */
void scada_init(struct scada *, const struct house *, const struct settings *, const struct pool *,
	const struct contract_record *record);
/* The speed of simulated time: how old a message may be depends on it. Between two steps only. */
void scada_pace(struct scada *, double speed);
/* The rest of the book, after scada_init: the successor and the reports owed. */
void scada_remember(struct scada *, const struct contract_book *);
/* The civil time of the place, for prices and schedules; must outlive the actor. Without it: UTC. */
void scada_heat_zone(struct scada *, const struct zone *);
/* Where views are written that MSG_QUERY asks for; must outlive the actor. */
void scada_show(struct scada *, struct view_boxes *);
void scada_step(void *self, const struct msg *in, struct outbox *out);

#endif
