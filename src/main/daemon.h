/* SPDX-License-Identifier: MIT */
/* daemon.h: spaceheatd put together: every actor, port and process of one house, opened in order and closed in the
 * reverse. Wiring only: what any of them does is elsewhere. */
#ifndef MAIN_DAEMON_H
#define MAIN_DAEMON_H

#include <stdbool.h>

#include "port/load.h"
#include "spaceheat/err.h"

struct daemon;

enum { EXIT_SECOND_INSTANCE = 75, EXIT_CONFIGURATION = 78, EXIT_SOFTWARE = 70,
	EXIT_BAD_FAULT = 2 };

/* What a simulated house is to suffer. */
struct sim_orders {
	const char *const *faults;	/* as written; see core/sim/fault.h */
	int n_faults;
	int64_t since_ms;		/* true Unix ms their times count from; 0: this start, the first of the run */
	int off_s;			/* the power was away so long: the clock goes on after that */
};

struct daemon_options {
	struct loaded *loaded;	/* a reload changes its settings of the live class */
	const char *config;	/* the file it was read from, read again by a reload */
	const char *fallback;	/* why it was read from the last good copy instead; "" when it was not */
	const char *program;	/* argv[0]: the guard lies beside it */
	struct sim_orders sim;
	int await_atn_ms;	/* simulation: how long to wait, in real time, for an AtomicTNode that follows the clock */
};

/* Opens everything that control needs; what it does not need (store, broker) may fail with a line.
 * NULL: *e says what, and the exit code is in *exit_code. */
struct daemon *daemon_open(const struct daemon_options *, int *exit_code, struct err *e);
/* Runs until stopped; returns the exit code. */
int daemon_run(struct daemon *);
/* Any thread: ends daemon_run. */
void daemon_stop(struct daemon *);
void daemon_close(struct daemon *);
/* A thread is stuck in a device or a disk: only the guard may be closed, then the process must end. */
bool daemon_is_stuck(const struct daemon *);
void daemon_abandon(struct daemon *);

/* The next two are for one thread beside daemon_run, which may wait for disks: nothing that controls waits for it. */

/* Call twice a second: readiness, trust in the clock, steps of it, the end of safe mode. */
void daemon_look(struct daemon *);
/* SIGHUP (SF-25). Checks the configuration whole; a wrong one changes nothing. Settings of the live class are taken over
 * between two steps of the actors; others end daemon_run, and daemon_next has what to open then. */
void daemon_reload(struct daemon *);
/* What is to be opened after this one was closed, or NULL. The caller frees it. */
struct loaded *daemon_next(struct daemon *);

/* daemon_lock.c: one service per state directory. Returns a descriptor that holds the lock, or -1: *e says why, and
 * `second` whether it is because another runs (SF-26). */
int daemon_lock(const char *state_dir, bool *second, struct err *e);

#endif
