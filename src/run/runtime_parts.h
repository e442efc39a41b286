/* SPDX-License-Identifier: MIT */
/* runtime_parts.h: what the files of the runtime share with each other and with nobody else. */
#ifndef RUN_RUNTIME_PARTS_H
#define RUN_RUNTIME_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "run/bell.h"
#include "run/pool.h"
#include "run/runtime.h"
#include "run/slot.h"
#include "run/supervise.h"
#include "run/tally.h"

enum {
	SECOND_MS = 1000,
	STUCK_MS = 1000,	/* a device step older than this is not waited for (simulation) */
	LOOK_AGAIN_MS = 50,	/* while time stands: for stuck devices and messages that never come */
};

struct worker {
	struct slot slot;
	struct runtime *runtime;
	pthread_t thread;
	pthread_mutex_t in_step;	/* held during a step, and by who wants none to begin */
	bool made;			/* its thread; not yet joined */
	atomic_bool ended;		/* its thread has nothing more to do */
	struct checkin checkin;
	uint32_t refused_told;		/* of its mailbox, when last reported */
};

struct runtime {
	struct runtime_options o;
	struct worker workers[RUNTIME_MAX_ACTORS];
	int index[N_ADDRESSES];
	struct post post;
	struct buffers buffers;
	struct tally tally;
	atomic_bool stopping, abandoned;	/* abandoned: no MSG_STOP any more, threads just end */
	bell_word own_bell, *bell;
	atomic_bool ring_when_idle;
	_Atomic int64_t planned_ms;		/* REAL: when the time thread wakes; earlier wishes ring */
	_Atomic int64_t now_ms;			/* OWNER */
	int64_t wall_offset_ms;			/* OWNER: true wall = mono + this */
	_Atomic int64_t skew_ms;		/* OWNER: our wall clock less the true one */
	_Atomic double speed;			/* OWNER */
	atomic_bool paused;			/* OWNER */
	int64_t boot_ms;			/* REAL: CLOCK_BOOTTIME at start */
	int64_t next_second_ms;			/* real time of the next look at everybody */
	pthread_mutex_t sink_lock;
	_Atomic uint64_t unknown;
	atomic_bool trusted;			/* the wall clock */
	struct worker *dead;
};

/* runtime.c */
void runtime_log(struct runtime *, enum log_level, enum log_code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void runtime_ring_if_idle(struct runtime *, bool idle);

/* runtime_time.c: what the time thread does until the run is over. */
void runtime_keep_time(struct runtime *);

/* runtime_second.c: once a real second: flushes, check-ins, lost messages. False: a vital actor is dead. */
bool runtime_second(struct runtime *);
/* Stuck devices are no longer under way. */
void runtime_forgive(struct runtime *);
/* How long that second is: less when vital_ms is short. */
int64_t runtime_second_ms(const struct runtime *);
/* Real time until the next second is due. */
int64_t runtime_second_in_ns(const struct runtime *);

#endif
