/* SPDX-License-Identifier: MIT */
/* slot.h: an actor with what a runtime keeps for it: mailbox, outbox, dice and the wake-up it asked for. */
#ifndef RUN_SLOT_H
#define RUN_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "run/dice.h"
#include "run/mailbox.h"
#include "run/tally.h"
#include "spaceheat/actor.h"
#include "spaceheat/port.h"

struct slot {
	struct actor actor;
	struct mailbox box;
	struct dice dice;
	struct outbox *out;
	struct mono asked;	/* the wake-up asked for; a tick at or after it uses it up */
	_Atomic uint64_t said_too_much;	/* messages an outbox had no room for */
};

bool slot_init(struct slot *, const struct actor *, struct tally *, int mailbox_normal);
void slot_destroy(struct slot *);

/* One message, stamped with both clocks, through one actor: random bits, step, and what it said is posted.
 * Returns how many messages it said beyond what the outbox holds. mailbox_done is the caller's. */
int slot_step(struct slot *, struct msg *, const struct post *);

/* Fills index[address] with the actor's place in the list, or -1; false when two have one address. */
bool slot_index(const struct actor *, int n, int index[N_ADDRESSES]);

#endif
