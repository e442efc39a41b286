/* SPDX-License-Identifier: MIT */
/* daemon_sim.h: what spaceheatd has only when its house is simulated: faults on purpose, and the hands on its time.
 * Opened by none of this, a real house has no way in (SF-88). */
#ifndef MAIN_DAEMON_SIM_H
#define MAIN_DAEMON_SIM_H

#include <pthread.h>
#include <stdatomic.h>

#include "core/sim/fault.h"
#include "main/daemon.h"
#include "sim/store_faults.h"
#include "spaceheat/actor.h"
#include "spaceheat/driver.h"
#include "spaceheat/sim.h"

enum { DAEMON_MAX_ACTORS = 6 + N_SENSE_BUSES };

enum actor_wish { ACTOR_IS_SOUND, ACTOR_HANGS, ACTOR_CRASHES };

/* An actor in front of another one, whose step may be made to hang or to crash. */
struct actor_fault { struct actor actor; _Atomic int wish; };

struct daemon_sim {
	pthread_mutex_t lock;		/* over the schedule and the last instant; not held while anything is done */
	struct fault_schedule schedule;
	struct mono base, begun, now;	/* of the run; of this start; as of the last instant */
	struct wall clock;		/* the true one, then */
	struct actor_fault actors[DAEMON_MAX_ACTORS];
	struct store_faults disk;
};

/* Before anything is started: false, and *e says why, when a fault is wrong or the house is a real one. */
bool daemon_sim_check(const struct sim_orders *, const struct house *, const struct settings *, struct err *e);
/* The first stage: the orders are checked. */
bool daemon_open_sim(struct daemon *, struct err *e);
void daemon_close_sim(struct daemon *);

/* The rest is called of a simulated house alone. */

/* Once the clock is there (the true one): when the faults will be. */
void daemon_sim_begin(struct daemon *, struct mono now, struct wall clock);
/* Puts faults in front of d->actors and d->store. */
void daemon_sim_actors(struct daemon *);
void daemon_sim_store(struct daemon *);
/* The plant's heat goes on from start to start. */
void daemon_sim_keep(struct daemon *);
/* At each instant, with the true time, while nothing is under way: what is due begins and ends. */
void daemon_sim_tick(struct daemon *, struct mono now, struct wall clock);
/* All NULL of a real house. */
struct sim_door daemon_sim_door(struct daemon *);

#endif
