/* SPDX-License-Identifier: MIT */
/* uplink.h: the one sender of the SCADA: turns what scada and history want sent into messages of the wire,
 * in order, and never has more under way than the net port takes without waiting.
 *
 * Promises: at most 16 messages and 512 KiB unacknowledged; small live messages go before buffers;
 * SendTimeUnixMs strictly increases; every refusal says why and what to do (SF-6); a pool buffer handed
 * over is always given back; while the link is down nothing waits here: what must not be lost is kept by
 * its sender. */
#ifndef ACTOR_UPLINK_H
#define ACTOR_UPLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/actor.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"
#include "spaceheat/sign.h"

enum {
	UPLINK_MAX_UNACKED = 16,
	UPLINK_MAX_UNACKED_BYTES = 512 * 1024,
	UPLINK_QUEUE = 64,
	UPLINK_RETRY_MS = 200,		/* after the port was busy */
	UPLINK_TEXT = 4096,		/* the longest small message */
};

/* Handed to the broker, not acknowledged yet. */
struct uplink_sent {
	bool used, status;		/* status: history waits for its uid */
	int32_t token;
	size_t bytes;
	struct uuid uid;
};

struct uplink_counts {
	uint64_t messages, bytes, acked;
	uint64_t dropped_down, dropped_full;	/* not sent: no link; the queue was full */
};

struct uplink {
	const struct house *house;
	const struct settings *settings;
	const struct net *net;
	const struct pool *pool;
	const char *version;
	const struct sign *sign;	/* NULL: nothing is signed */
	struct uuid boot_id;

	bool started, up, ever_up;
	bool busy;			/* the port took nothing more: try again at the next wake-up */
	bool state_due, power_due;	/* what was said last counts, so neither stands in the queue */
	int32_t power_w;
	char reason[LINK_TEXT];		/* why the link is down, as told last */
	struct msg_mode mode;
	int64_t last_send_ms;
	uint64_t dropped_at_down;	/* counts.dropped_down when the link was lost */
	struct uplink_sent sent[UPLINK_MAX_UNACKED + 2];	/* +2: the state ignores the window */
	int n_sent;
	size_t sent_bytes;
	struct msg queue[UPLINK_QUEUE];	/* small ones, oldest first, from `head` on */
	int head, n_queue;
	struct msg_send_buffer buffers[POOL_BUFFERS];
	int n_buffers;
	struct uplink_counts counts;
	struct wall link_since, last_ack;	/* 0 = never: for people only */
	char text[UPLINK_TEXT];
};

/* Borrows the pointers for the life of the actor. `boot_id`: this start's; zero: made of the first
 * message's random bits. Until the first MSG_LINK up nothing is sent: without a broker (uplink_wanted)
 * that is for ever. */
void uplink_init(struct uplink *, const struct house *, const struct settings *, const struct net *,
	const struct pool *, const char *version, struct uuid boot_id);
void uplink_step(void *self, const struct msg *in, struct outbox *out);

/* From now on every message whose type has a Sig carries one. */
void uplink_sign(struct uplink *, const struct sign *);
/* Is there a broker to talk to? */
bool uplink_wanted(const struct settings *);
/* <scada alias>/<type>. */
const char *uplink_topic(const struct house *, const char *type, char *out, size_t size);
/* The last will: scada.state.100 `offline` with the time of connecting and without Mode. Its length, or
 * -1. Its topic is uplink_topic(house, "scada.state.100"); it is retained. */
int uplink_will(const struct house *, const char *version, struct uuid boot_id, struct wall now, char *out,
	size_t size);

#endif
