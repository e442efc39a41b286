/* SPDX-License-Identifier: MIT */
/* scada.h: the actor that decides: it holds the picture of the house and the contract, computes the
 * control mode, and says what each relay should be. No port, no driver: messages in, messages out. */
#ifndef ACTOR_SCADA_H
#define ACTOR_SCADA_H

#include "core/control/beats.h"
#include "core/control/contract.h"
#include "core/control/gate.h"
#include "core/control/homealone.h"
#include "core/control/mode.h"
#include "spaceheat/actor.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"

enum {
	SCADA_TICK_MS = 1000,
	SCADA_RENEW_MS = 10000,		/* all WANTs again: leases last 30 s */
	SCADA_BLIND_MS = 300000,	/* SF-83 */
	SCADA_STALE_MS = 30000,		/* SF-80 */
	SCADA_REPORT_MS = 60000,	/* a report owed is sent again */
	SCADA_STATUS_MS = 300000,	/* the STATUS line of a simulation */
	SCADA_MAX_REPORTS = 8,
	SCADA_MAX_REPLIES = 32,
};

/* The newest of one channel, and what of it was last kept for history and status. */
struct scada_channel {
	enum quality quality;
	int64_t code, kept_code;
	struct mono at;
	struct wall tick, kept;
	bool has_kept;
};

struct scada_relay {
	bool asked, wanted, on;		/* asked: since this start */
	enum relay_mover wanted_by, by;
	uint32_t seq;			/* of its last WANT */
	struct mono asked_at;
	enum guard_result result;	/* the guard's last answer */
	bool dispatched, dispatch_on;	/* a relay dispatch is in force */
	struct mono dispatch_until;
	struct gate_order order;
	struct msg_send_result answered;	/* to the last accepted dispatch, for a duplicate of it */
};

/* A dispatch that the guard has been asked about. */
struct scada_reply { uint32_t seq; struct msg_send_result result; };

/* Metered energy of the contract, and what `p` last said. */
struct scada_power {
	bool known, reported;
	int32_t w, reported_w;
	struct mono at, read_at;	/* the account's time; the last good reading's */
	int64_t rest;			/* W ms not yet a whole mWh */
};

struct scada_counts { uint32_t refused[N_DIAGNOSTICS], ignored, mis_echoed, replies_lost; };

struct scada {
	const struct house *house;
	const struct settings *settings;
	const struct pool *pool;
	/* as of the message in hand */
	struct mono now;
	struct wall clock;
	bool clock_trusted, started, link_up;
	uint64_t random;

	struct scada_channel channels[HOUSE_MAX_CHANNELS];
	struct scada_relay relays[HOUSE_MAX_RELAYS];
	struct scada_reply replies[SCADA_MAX_REPLIES];
	struct homealone homealone;
	bool local_wants[HOUSE_MAX_RELAYS];	/* its last decision */
	struct scada_power power;
	struct scada_counts counts;

	struct contract_record contract, candidate;
	bool storing, waiting, restored;	/* restored: the record came from the store, not looked at yet */
	uint32_t store_seq;
	struct msg_offer waiting_offer;
	struct beats beats;
	struct gate_order beat_order, offer_order, end_order;
	bool atn_wants_local, beat_late_said, beat_lost_said;
	bool beat_due;			/* sent once the mode that follows from this message is known */
	struct msg_send_report reports[SCADA_MAX_REPORTS];
	int n_reports;
	int64_t log_seq, age_limit_ms, synced_slot_s;
	int32_t owed;

	struct mode mode;
	struct msg_mode told;		/* what uplink and history were last told */
	bool mode_known, safe_mode;
	struct mono next_tick, last_tick, seeing_since, next_report, next_status, next_keep;
	uint32_t next_seq;
};

/* `record`: the contract row of the store (state None when there is none). Borrows the pointers. */
void scada_init(struct scada *, const struct house *, const struct settings *, const struct pool *,
	const struct contract_record *record);
void scada_step(void *self, const struct msg *in, struct outbox *out);

#endif
