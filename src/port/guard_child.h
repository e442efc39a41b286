/* SPDX-License-Identifier: MIT */
/* guard_child.h: starts one guard process, brings it to READY, and ends it. */
#ifndef PORT_GUARD_CHILD_H
#define PORT_GUARD_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "port/guard_socket.h"

struct guard_child { pid_t pid; int fd; };	/* fd: our end of its socket; -1 = none */

int64_t guard_child_real_ms(void);
/* memfd: of simulated relays, or -1. now: the simulated time of its START. */
bool guard_child_start(const struct guard_socket_options *, int memfd, struct mono now, struct guard_child *,
	struct err *);
/* Fills version, type and seq; never waits. */
bool guard_child_send(const struct guard_child *, enum guard_frame_type, uint32_t seq, struct guard_frame *,
	struct err *);
/* Waits at most wait_ms for its end, kills it then, and reaps it. Closes fd. */
void guard_child_end(struct guard_child *, int wait_ms);

#endif
