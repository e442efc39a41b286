/* SPDX-License-Identifier: MIT */
/* actor.h: an actor is a name, a mailbox and one step function that owns its state alone.
 *
 * step() gets one message, changes only its own struct and puts what it wants sent into the outbox. It
 * must return within milliseconds, except device and disk actors (watch = WATCH_DEVICE). */
#ifndef SPACEHEAT_ACTOR_H
#define SPACEHEAT_ACTOR_H

#include "spaceheat/msg.h"
#include "spaceheat/when.h"

enum { OUTBOX_MAX = 96 };

struct outbox {
	int n, dropped;			/* dropped: said after the box was full; the runtime reports it */
	struct mono wake_at;		/* in: the wake-up asked for before; out: the one wanted now (MONO_NEVER: none) */
	struct msg box[OUTBOX_MAX];
};

/* WATCH_VITAL: an actor that does not check in for 8 s ends the process (SF-22).
 * WATCH_DEVICE: it may be stuck in a device or a disk; reported ACTOR_LATE, nothing else waits. */
enum watch { WATCH_VITAL, WATCH_DEVICE };

struct actor {
	const char *name;		/* "scada", "sensor w1" */
	enum address address;
	enum watch watch;
	bool flush;			/* wants MSG_FLUSH once a real second */
	void (*step)(void *self, const struct msg *in, struct outbox *out);
	void *self;
};

/* Puts a message into the outbox. `to` and `type` must be set; `from` and the stamps are the runtime's. */
void say(struct outbox *, const struct msg *);
/* A log line: to the log sink alone. */
void note(struct outbox *, enum log_level, enum log_code, int node, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* A log line that is also a row of the event table, and begins or ends an alert if its code is of that kind. `value`: see struct msg_log. */
void record(struct outbox *, enum log_level, enum log_code, int node, int32_t value, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

#endif
