/* SPDX-License-Identifier: MIT */
/* guard_socket.h: the service's side of the guard process: starts it, speaks to it, restarts it when it dies.
 *
 * A dead guard runs again within 1 s (SF-21), a hung one is killed after 8 s. Each WANT is answered exactly
 * once: by the guard, or, when it died first, with DriverError. */
#ifndef PORT_GUARD_SOCKET_H
#define PORT_GUARD_SOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"

struct guard_socket;	/* owns the child, its socket, a thread */

struct guard_socket_options {
	const char *program;		/* path of spaceheat-guard */
	const char *state_dir;		/* where it keeps guard.state and guard.config */
	const struct settings *settings;	/* both are loans for the life of the guard_socket */
	const struct house *house;
	bool simulated;			/* simulated relays and simulated time */
	struct mono start;		/* simulated: the time to begin with */
	struct post post;		/* must be usable from the open on */
	int hang_ms;			/* 0: 8000; tests wait less */
};

/* Starts the guard and waits: HELLO within 2 s, READY within 2 s. NULL: *e has the guard's reason. */
struct guard_socket *guard_socket_open(const struct guard_socket_options *, struct err *e);
struct guard_port guard_socket_port(struct guard_socket *);
/* Simulated: GUARD_MAX_RELAYS bytes, [i] = 1 while relay i is energised; valid until the close. Else NULL. */
const volatile uint8_t *guard_socket_relays(const struct guard_socket *);
/* The present child; changes when it is restarted. */
pid_t guard_socket_pid(struct guard_socket *);
/* STOP, so that all relays are in their fail state, then waits for the end. */
void guard_socket_close(struct guard_socket *);

#endif
