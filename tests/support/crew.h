/* SPDX-License-Identifier: MIT */
/* crew.h: a crew of actors for tests of the runtimes: each notes what it gets and does as its test says. */
#ifndef TESTS_CREW_H
#define TESTS_CREW_H

#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>

#include "run/runtime.h"

enum { CREW = 8, TRACE = 20000 };

struct seen { enum msg_type type; int64_t now_ms; uint64_t random; int64_t number; };

struct crew;
struct hand;

typedef void crew_act(struct hand *, const struct msg *, struct outbox *);

/* One actor of a test: what it does is `act`; what it needs for that is here. */
struct hand {
	struct crew *crew;
	int who;
	int64_t every_ms, count, wrong;
	struct seen *trace;
	int n;
	crew_act *act;
};

struct crew {
	struct hand hands[CREW];
	struct actor actors[CREW];
	struct runtime_options o;
	struct runtime *runtime;
	struct post post;
	atomic_int logs[N_LOG_CODES];
	char last_log[LOG_TEXT];
	int stops[CREW], n_stops;
	atomic_int stopped;
	sem_t gate;
	atomic_int entered;
	int64_t instants, last_instant_ms;
	atomic_int alive;
};

/* A crew of n, all doing the same, one a second; the first is ann at TO_SCADA, then bob, cyd, dan, eve,
 * fay, gus, hal. Its options may be changed until crew_open. */
struct crew *crew_new(int n, enum time_source, crew_act *);
void crew_open(struct crew *);
void crew_free(struct crew *);
/* Its log sink: counts by code and keeps the last text. */
void crew_sink(void *crew, const struct msg *);

/* Counts; "bob" stays in the step of his first tick, with `entered` 1, until the gate opens; then it is 2. */
crew_act crew_bob_hangs;

enum address address_of(int who);
/* A MSG_KEEP with that number as its code. */
void say_to(struct outbox *, int who, int64_t number);

#endif
