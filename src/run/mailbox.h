/* SPDX-License-Identifier: MIT */
/* mailbox.h: one actor's bounded mailbox: first in, first out; a full one refuses and counts, never blocks,
 * never grows.
 *
 * Commands, answers and what must not be lost may use slots that other messages cannot fill; a tick, a
 * flush and the stop have a slot each. It also holds the time at which its actor wants to be woken, and
 * counts its messages as under way from before they are in it until after their step has posted its own. */
#ifndef RUN_MAILBOX_H
#define RUN_MAILBOX_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "run/tally.h"
#include "spaceheat/msg.h"
#include "spaceheat/when.h"

enum { MAILBOX_NORMAL = 64, MAILBOX_RESERVED = 32 };

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t mail;
	struct tally *tally;
	struct msg *ring;
	int size, head, count;		/* slots; oldest; in use */
	int normal, in_mail;		/* slots for anything; in use by other than tick, flush, stop */
	bool tick_waits, flush_waits, closed;
	bool in_step, forgiven;		/* its actor is in a step; that and all mail are not waited for */
	struct mono due, ticked;	/* wanted wake-up; the last instant ticked */
	int64_t step_real_ms;		/* when the step in hand began */
	uint32_t refused;
	int most;			/* of in_mail, ever */
	bool alone;			/* one thread has it: no lock, and nobody looks how long a step takes */
};

/* `normal`: slots for anything (MAILBOX_NORMAL; more in a runtime of one thread). Due at once. */
bool mailbox_init(struct mailbox *, struct tally *, int normal);
void mailbox_destroy(struct mailbox *);

/* False: full (counted) or closed. A tick or flush that still waits is not doubled: true. After MSG_STOP the
 * box is closed. */
bool mailbox_put(struct mailbox *, const struct msg *);
/* The oldest message. False: none came within wait_ms (0: does not wait). Each take is followed by one
 * mailbox_done. */
bool mailbox_take(struct mailbox *, struct msg *, int wait_ms);
/* The step is over and what it said is posted. True: now nothing is under way in the whole runtime. */
bool mailbox_done(struct mailbox *, struct mono wake_at);

/* The same two for a box that one thread has alone, without a copy: the message stays where it is during its step. NULL: there
 * is none. */
struct msg *mailbox_head(struct mailbox *);
void mailbox_drop(struct mailbox *, struct mono wake_at);

/* Puts a MSG_TICK when the actor is due; at most one per instant. Returns when it will be due next. */
struct mono mailbox_tick(struct mailbox *, struct mono now);
struct mono mailbox_due(struct mailbox *);	/* the same without putting anything */
/* If its actor's step has taken longer than limit_ms of real time, neither the step nor the mail behind it
 * counts as under way until the step ends. True as mailbox_done. */
bool mailbox_forgive(struct mailbox *, int64_t limit_ms);
/* Nothing goes in any more, and a waiting taker wakes: take then empties the box and returns false at
 * once. */
void mailbox_close(struct mailbox *);
uint32_t mailbox_refused(struct mailbox *);
/* How many messages ever waited in it at once. */
int mailbox_most(struct mailbox *);

#endif
