/* SPDX-License-Identifier: MIT */
/* relay.h: the actor between scada and the guard: passes requests on, brings answers back, keeps none alive.
 *
 * It never renews by itself: a dead scada must let leases lapse (SF-11). Each MSG_WANT gets one answer. */
#ifndef ACTOR_RELAY_H
#define ACTOR_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/actor.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"

enum { RELAY_PENDING = 64 };

struct relay {
	const struct house *house;
	const struct settings *settings;
	struct guard_port port;
	uint32_t pending[RELAY_PENDING];	/* seq of requests the guard has not answered yet; 0 = free */
	uint32_t next;				/* where the next one goes */
	uint32_t strays;			/* answers nobody waits for */
	bool lost;				/* the guard cannot be reached; said once */
};

/* house, settings and what the port points to must outlive the actor. */
void relay_init(struct relay *, const struct house *, const struct settings *, const struct guard_port *);
void relay_step(void *self, const struct msg *in, struct outbox *out);

#endif
