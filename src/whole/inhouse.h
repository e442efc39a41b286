/* SPDX-License-Identifier: MIT */
/* inhouse.h: the whole service with its AtomicTNode in one process: real actors, real rules of the guard, real SQLite, the
 * simulated plant, an in-process broker. It notes what happened. Under the single-threaded runtime it is bit-identical on
 * repeat, and its power may be cut; under the threaded one it only runs. */
#ifndef WHOLE_INHOUSE_H
#define WHOLE_INHOUSE_H

#define INHOUSE_VERSION "sim"

#include <stdio.h>

#include "actor/atn.h"
#include "actor/history.h"
#include "actor/meter.h"
#include "actor/planner.h"
#include "actor/relay.h"
#include "actor/scada.h"
#include "actor/sensor.h"
#include "actor/uplink.h"
#include "core/wire/inbound.h"
#include "port/forecast_files.h"
#include "port/load.h"
#include "run/single.h"
#include "sim/forecaster.h"
#include "sim/guard_sim.h"
#include "sim/net_sim.h"
#include "sim/store_faults.h"
#include "sim/world.h"
#include "spaceheat/store.h"
#include "spaceheat/zone.h"

enum { INHOUSE_EVENTS = 8192, INHOUSE_ACTORS = 8, INHOUSE_KEPT = 16 };

enum inhouse_manner { INHOUSE_SINGLE, INHOUSE_THREADS };
enum inhouse_atn { INHOUSE_ATN_SOUND, INHOUSE_ATN_SILENT, INHOUSE_ATN_REPEATS, INHOUSE_ATN_HOSTILE };

extern const struct uuid inhouse_boot_id;

/* A line of relay, mode, contract, refusal or hold, as the log sink saw it. */
struct inhouse_event { enum address from; int64_t second; int code, node, value; char text[LOG_TEXT]; };

/* The statuses that came to the AtomicTNode, each uid once; found by a table of hashes. */
struct inhouse_statuses { struct uuid *uids; int64_t *slots_s; int32_t *table; int n, capacity, repeats; };

/* The AtomicTNode's last message of each topic, for a fault that says it again. */
struct inhouse_kept { char topic[160]; size_t length; char bytes[4096]; };

struct inhouse_options {
	enum inhouse_manner manner;
	const char *house, *houses_file;
	const char *start;		/* NULL: that of the demo */
	const char *weather_file, *price_file;	/* NULL: seeded. Else what happens, and what is foretold */
	uint64_t seed;
	int64_t seconds;		/* of a run in threads */
	bool plan;			/* with the optimiser; without, the house goes by its tariff */
	void (*atn_step)(void *self, const struct msg *, struct outbox *);	/* NULL: the reference AtomicTNode */
	/* NULL or: sees every line and event; every message that either side publishes and the other one gets. */
	void (*line)(void *ctx, const struct msg *);
	void (*sent)(void *ctx, enum net_sim_side from, const char *topic, const void *bytes, size_t length);
	void *ctx;
};

struct inhouse {
	struct inhouse_options o;
	struct loaded loaded;
	char dir[128];
	struct wall start;
	int utc_offset_s;
	struct runtime *threads;
	struct single *single;
	int64_t boot_ms;		/* of the run, when this start of the service began */
	int boots;
	struct post post;
	struct pool pool;
	uint8_t relays[GUARD_MAX_RELAYS];
	struct guard_sim *guard;
	struct guard_port guard_port;
	struct world *world;
	struct bus bus;
	struct store_faults disk;
	struct store store;
	struct net_sim *broker;
	struct net scada_net, atn_net, atn_inner;
	struct atn_memo memo;
	struct atn_memory remembered;
	enum inhouse_atn atn_is;
	struct inhouse_kept *kept;
	int n_kept;
	struct inbound scada_inbound, atn_inbound;
	void *scada_memory, *atn_memory;
	struct history history;
	struct scada scada;
	struct relay relay;
	struct sensor sensor;
	struct meter meter;
	struct uplink uplink;
	struct planner planner;
	struct forecast_files forecasts;
	struct forecaster forecaster;	/* whom the AtomicTNode asks */
	struct atn atn;
	struct actor actors[INHOUSE_ACTORS];
	struct inhouse_event events[INHOUSE_EVENTS];
	int n_events;
	struct inhouse_statuses told;
	_Atomic int64_t messages;	/* from both sides, which may be threads */
	struct zone zone;
	/* Whoever watches sets them once it is open; each may be NULL. elsewhere: what the AtomicTNode does begins, ends. */
	void (*each_second)(struct inhouse *, struct mono, struct wall);
	void (*hear)(struct inhouse *, const struct msg *);
	void (*elsewhere)(struct inhouse *, bool);
	void *test;
};

/* Makes a state directory of its own (in memory where the machine has such a place) and opens everything. NULL: see err. */
struct inhouse *inhouse_open(const struct inhouse_options *, struct err *);
/* Runs up to that time of the run. One thread: goes on from there when called again; threads: once, options.seconds. */
bool inhouse_run_to(struct inhouse *, struct mono until);
/* One thread, between two runs: the service ends at once, nothing that waited is written, and after off_ms it starts anew; the
 * house cools on meanwhile, and broker and AtomicTNode, other machines, live on. reboot: a power cut, after which the guard does
 * not know how long relays have rested. */
bool inhouse_restart(struct inhouse *, int64_t off_ms, bool reboot, struct err *);
/* Time of the run: goes on over restarts. */
struct mono inhouse_now(struct inhouse *, struct wall *clock);
/* Removes the directory too. NULL is fine. */
void inhouse_close(struct inhouse *);

/* inhouse_net.c */
bool inhouse_open_broker(struct inhouse *, struct err *);
void inhouse_close_broker(struct inhouse *);
/* The service's connection is gone; the broker publishes its last will; the service connects anew. */
void inhouse_leave_broker(struct inhouse *);
void inhouse_will(struct inhouse *);
bool inhouse_join_broker(struct inhouse *, struct err *);
/* inhouse_dir.c: the directory with its configuration, read. */
bool inhouse_load(struct inhouse *, struct err *);
void inhouse_unload(struct inhouse *);

#endif
