/* SPDX-License-Identifier: MIT */
/* atn_post.h: publishes one message as the AtomicTNode and waits for what the SCADA says to it. */
#ifndef CLI_ATN_POST_H
#define CLI_ATN_POST_H

#include "cli/place.h"
#include "core/control/atn_wire.h"
#include "spaceheat/msg.h"

enum { ATN_CONNECT_MS = 5000, ATN_ANSWER_MS = 2000 };

struct atn_wait {
	/* Is this the answer? Called for every message of the SCADA, also to take its beats. */
	bool (*is_answer)(void *ctx, const struct msg *);
	/* After the answer: a message to send before leaving; false: none. May be NULL. */
	bool (*then)(void *ctx, const struct msg *, struct atn_message *);
	void *ctx;
};

/* False, and *e says why: no broker, or (ERR_TIMEOUT) no answer. */
bool atn_post(const struct place *, const struct atn_message *, const struct atn_wait *, struct msg *answer,
	struct err *e);

/* Is the configured broker on this machine? */
bool atn_is_loopback(const struct settings *);
/* Options for a connection as the AtomicTNode: broker and credentials of the configuration, the SCADA's
 * topics. The texts live in the settings, the house and *room. */
struct atn_room { char password[256], topic[ALIAS_SIZE + 4]; };
struct net_options;
bool atn_net_options(const struct loaded *, const char *client_id, struct atn_room *, struct net_options *,
	struct err *);
/* Who is who, for core/wire/inbound. */
struct inbound_identity;
struct inbound_identity atn_identity(const struct house *);

#endif
