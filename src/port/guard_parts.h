/* SPDX-License-Identifier: MIT */
/* guard_parts.h: what guard_socket.c and guard_reader.c share with each other and with nobody else. */
#ifndef PORT_GUARD_PARTS_H
#define PORT_GUARD_PARTS_H

#include <pthread.h>

#include "port/guard_child.h"

enum { GUARD_MAX_WANTS = 64 };	/* unanswered at a time */

struct guard_waiting { uint32_t seq; uint8_t relay, on; bool used; };

struct guard_socket {
	struct guard_socket_options options;
	int memfd, wake_fd;
	uint8_t *relays;
	pthread_t reader;
	bool reading;			/* the thread exists */

	pthread_mutex_t lock;		/* over all below */
	struct guard_child child;
	struct guard_waiting wants[GUARD_MAX_WANTS];
	int n_wants, n_ticks;		/* unanswered; each is one `busy` */
	int64_t heard_ms;		/* real: when it last spoke, or was first asked since */
	struct mono now;		/* simulated: of the last TICK */
	bool closing;
};

/* Simulated time waits while anything is busy. */
void guard_socket_busy(const struct guard_socket *, int delta);
/* The reader's thread, until `closing`: takes what the guard says, kills it when it hangs, starts it again. */
void *guard_reader_run(void *guard_socket);

#endif
