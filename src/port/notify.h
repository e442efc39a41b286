/* SPDX-License-Identifier: MIT */
/* notify.h: tells the service manager how we are: one datagram per message, never waits, does nothing when nobody
 * asked for it.
 *
 * The protocol is sd_notify(3)'s, which its manual fixes for ever. libsystemd itself would bring five libraries and 1.2 MB
 * of resident memory for these few lines. */
#ifndef PORT_NOTIFY_H
#define PORT_NOTIFY_H

#include <stdbool.h>

struct notify { int fd; };	/* -1: nobody listens */

/* `address`: what $NOTIFY_SOCKET says ("/run/..." or "@abstract"); NULL or "": nobody listens. */
void notify_open(struct notify *, const char *address);
/* Lines of KEY=value, like "READY=1\nSTATUS=...". Any thread. False: not delivered. */
bool notify_say(const struct notify *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void notify_close(struct notify *);

#endif
