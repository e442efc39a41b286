/* SPDX-License-Identifier: MIT */
/* inbound_parts.h: what the two directions of inbound share; for inbound*.c alone. */
#ifndef CORE_WIRE_INBOUND_PARTS_H
#define CORE_WIRE_INBOUND_PARTS_H

#include "core/wire/inbound.h"

/* How one type becomes a message. build: false is one more refusal; out->to = TO_NOBODY is "nothing to act
 * on". `message` lies in the arena until the next raw message. */
struct reception {
	const struct wire *wire;
	bool (*build)(struct inbound *, const void *message, struct msg *out, struct refusal *);
	bool may_be_retained;
};

struct receiver {
	const struct reception *list;
	int n;
	size_t max_bytes;
	enum address to;
};

struct raw { const char *topic; const void *bytes; size_t length; bool retained; };

bool inbound_receive(struct inbound *, const struct receiver *, const struct raw *, struct msg *out);

#endif
