/* SPDX-License-Identifier: MIT */
/* inbound.h: what comes from the other side of the broker, turned into messages for an actor or into named
 * refusals; checks 1 to 3 and 5 to 12 of SF section 5, in that order (4 needs the house's time: actor/scada_gate.c
 * makes it, and lets a message over its rate count as that and nothing later). The `raw` of struct understand in
 * port.h. */
#ifndef CORE_WIRE_INBOUND_H
#define CORE_WIRE_INBOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/wire/types.h"
#include "spaceheat/msg.h"
#include "spaceheat/sign.h"

enum {
	INBOUND_SCADA_MEMORY = 16 * 1024,	/* arena for messages of at most 8192 bytes */
	INBOUND_ATN_MEMORY = 2 * 1024 * 1024,	/* ... of at most 256 KiB */
	INBOUND_MAX_ACKS = 64,			/* of one status.ack */
	INBOUND_MAX_CHANNELS = 64,		/* of one history.request */
	INBOUND_FORECASTS = 3,			/* parts of one of 72 h */
};

struct inbound_identity {
	char self_alias[ALIAS_SIZE];
	char other_alias[ALIAS_SIZE];
	struct uuid other_id;
	char ta_alias[ALIAS_SIZE];	/* the house's terminal asset, "" = not checked */
};

/* What of the last raw message is more than fits in one of ours, copied: part `next` of `first.parts` comes next. */
struct inbound_parts {
	struct msg first;
	int n, next;
	struct uuid acks[INBOUND_MAX_ACKS];
	char channels[INBOUND_MAX_CHANNELS][CHANNEL_NAME];
	struct msg_weather weather[INBOUND_FORECASTS];
	struct msg_prices prices[INBOUND_FORECASTS];
};

struct inbound {
	struct inbound_identity id;
	struct arena arena;
	uint64_t n_taken, n_ignored, n_refused;
	struct gt_sh_status_snapshot snapshot;	/* of the last raw message, in the arena */
	int snapshot_next;
	struct inbound_parts parts;
	const struct verify *verify;	/* check 12; NULL: no key is configured */
};

/* The memory is lent for the life of the struct. Signatures are not asked for until `verify` is set, which may be
 * done for inbound_scada alone. */
void inbound_init(struct inbound *, const struct inbound_identity *, void *memory, size_t size);

/* Messages from the AtomicTNode, for the SCADA. False, and counted: the topic is not `<other>/<word>` (check
 * 2). True: *out goes to TO_SCADA; MSG_REFUSED names the diagnostic, type and field. `self` is a struct
 * inbound. */
bool inbound_scada(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out);

/* The next part of the last status.ack or history.request, or false. `self` is a struct inbound. */
bool inbound_scada_more(void *self, struct msg *out);

/* Messages from the SCADA, for the AtomicTNode. False also for what it does not act on: a copy of a dispatch,
 * an alert, an empty snapshot. A snapshot yields its first reading; inbound_more the others. */
bool inbound_atn(void *self, const char *topic, const void *bytes, size_t length, bool retained,
	struct msg *out);
/* The next MSG_SCADA_SNAPSHOT of the last message, or false. */
bool inbound_more(struct inbound *, struct msg *out);

#endif
