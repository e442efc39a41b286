/* SPDX-License-Identifier: MIT */
/* control.h: the actor that hands what the others tell people to the control socket, and does nothing else.
 *
 * It gives the socket's thread a mailbox like everybody's: whoever tells something never waits for it (UI-7). */
#ifndef ACTOR_CONTROL_H
#define ACTOR_CONTROL_H

#include "spaceheat/actor.h"
#include "spaceheat/port.h"

struct control { const struct control_port *port; };

/* The port is asked for at each message, so it may be filled in later; a NULL function: nobody listens. */
void control_init(struct control *, const struct control_port *);
void control_step(void *self, const struct msg *in, struct outbox *out);

#endif
