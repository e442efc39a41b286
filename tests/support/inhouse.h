/* SPDX-License-Identifier: MIT */
/* inhouse.h: the whole service with its AtomicTNode in one process: real actors, real rules of the guard, real SQLite, the
 * simulated plant, an in-process broker. Runs under either runtime and notes what happened. */
#ifndef TESTS_INHOUSE_H
#define TESTS_INHOUSE_H

#include <pthread.h>

#include "actor/atn.h"
#include "actor/history.h"
#include "actor/meter.h"
#include "actor/planner.h"
#include "actor/relay.h"
#include "actor/scada.h"
#include "actor/sensor.h"
#include "actor/uplink.h"
#include "core/wire/inbound.h"
#include "port/load.h"
#include "run/single.h"
#include "sim/guard_sim.h"
#include "sim/net_sim.h"
#include "sim/world.h"
#include "spaceheat/store.h"

enum { INHOUSE_EVENTS = 8192, INHOUSE_ACTORS = 8, INHOUSE_STATUSES = 1024 };

/* A line of relay, mode, contract, refusal or hold, as the log sink saw it. */
struct inhouse_event { enum address from; int64_t second; int code, node, value; char text[LOG_TEXT]; };

struct inhouse {
	struct loaded loaded;
	char dir[128];
	struct runtime *threads;
	struct single *single;
	struct post post;
	struct pool pool;
	uint8_t relays[GUARD_MAX_RELAYS];
	struct guard_sim *guard;
	struct guard_port guard_port;
	struct world *world;
	struct bus bus;
	struct store store;
	struct net_sim *broker;
	struct net scada_net, atn_net;
	struct atn_memo memo;
	struct inbound scada_inbound, atn_inbound;
	void *scada_memory, *atn_memory;
	struct history history;
	struct scada scada;
	struct relay relay;
	struct sensor sensor;
	struct meter meter;
	struct uplink uplink;
	struct planner planner;
	struct atn atn;
	struct actor actors[INHOUSE_ACTORS];
	struct inhouse_event events[INHOUSE_EVENTS];
	int n_events;
	void (*prepare)(struct inhouse *);	/* or NULL */
	void (*each_second)(struct inhouse *, struct mono, struct wall);	/* before the ticks; set by prepare, or NULL */
	void (*hear)(struct inhouse *, const struct msg *);	/* every log line; set by prepare, or NULL */
	void (*elsewhere)(struct inhouse *, bool);	/* begins, ends: what the AtomicTNode does; or NULL */
	void *test;		/* of whoever prepares it */
	int statuses;		/* that came to the AtomicTNode */
	int repeats;		/* of them, uids it had before */
	struct uuid uids[INHOUSE_STATUSES];
	int64_t slots_s[INHOUSE_STATUSES];
	int64_t cut_from_s, cut_until_s;	/* simulated seconds in which there is no broker */
	bool cut;
	void (*atn_step)(void *self, const struct msg *, struct outbox *);
};

enum inhouse_manner { INHOUSE_SINGLE, INHOUSE_THREADS };

/* Makes a state directory of its own and opens everything; asserts (cmocka) on failure. Runs `seconds`
 * of simulated time, unpaced. */
struct inhouse *inhouse_run(enum inhouse_manner, const char *house, uint64_t seed, int64_t seconds);
/* The same in one thread, with an outage of the broker. */
struct inhouse *inhouse_run_cut(const char *house, uint64_t seed, int64_t seconds, int64_t cut_from_s,
	int64_t cut_until_s);
/* The same in one thread, with something done before time begins: a fault. */
struct inhouse *inhouse_run_with(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *));
/* The same with another AtomicTNode: its step gets the struct atn and may call atn_step itself. */
struct inhouse *inhouse_run_atn(enum inhouse_manner, const char *house, uint64_t seed, int64_t seconds,
	void (*step)(void *self, const struct msg *, struct outbox *));
/* The same, with something of the caller's in `test`. */
struct inhouse *inhouse_run_test(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *), void *test);
/* Removes the directory too. */
void inhouse_free(struct inhouse *);

#endif
