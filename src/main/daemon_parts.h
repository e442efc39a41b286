/* SPDX-License-Identifier: MIT */
/* daemon_parts.h: what spaceheatd is made of; shared by the files src/main/daemon_*.c alone. */
#ifndef MAIN_DAEMON_PARTS_H
#define MAIN_DAEMON_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "actor/control.h"
#include "actor/history.h"
#include "actor/meter.h"
#include "actor/planner.h"
#include "actor/relay.h"
#include "actor/scada.h"
#include "actor/sensor.h"
#include "actor/uplink.h"
#include "core/life/cert.h"
#include "core/life/life.h"
#include "core/life/trust.h"
#include "core/wire/inbound.h"
#include "main/daemon.h"
#include "main/daemon_sim.h"
#include "port/control_socket.h"
#include "port/forecast_files.h"
#include "port/guard_socket.h"
#include "port/net_paho.h"
#include "port/sign_sodium.h"
#include "port/notify.h"
#include "run/log.h"
#include "run/runtime.h"
#include "sim/world.h"
#include "spaceheat/store.h"

struct daemon {
	struct loaded *loaded, *next;	/* next: what a reload wants opened instead */
	const char *config, *program;
	char fallback[PROBLEM_TEXT];	/* why we run on the last good copy, or "" */
	int exit_code, lock, await_atn_ms;
	bool stateless;			/* the state directory cannot be used: control goes on without it */
	struct wall start;
	int utc_offset_s;
	struct zone zone;
	struct uuid boot_id;

	struct notify notify;
	struct life life;
	struct life_start life_start;
	struct err life_err;		/* why the record of starts could not be written */
	int64_t begun_ms, newest_ms;	/* since the machine's boot; the newest time ever stored */
	atomic_bool decided;		/* scada's first decision was made */
	_Atomic int64_t decided_ms;
	bool said_ready, said_stable, in_order;
	enum trust trust;
	bool trusted;
	struct stepwatch steps;
	bool disk_low;
	int64_t next_disk_ms;
	struct sim_orders orders;
	struct daemon_sim sim;
	int64_t cert_due_ms;		/* when our certificate is looked at again */
	enum cert_stage cert_said;

	struct log_sink log;
	struct clockfile *clock;
	struct runtime *runtime;
	struct post post;
	struct pool pool;
	char guard_path[PATH_SIZE];	/* borrowed by the guard socket for its restarts */
	struct guard_socket *guard;
	struct guard_port guard_port;
	struct world *world;
	struct bus bus;
	struct store store;
	pthread_mutex_t link_lock;	/* over paho: a reload makes it anew while others ask it */
	struct net_paho *paho;
	struct net net;
	struct sign_keys atn_keys;
	struct sign_secret house_key;
	struct verify verify;		/* without function: no key is configured */
	struct sign sign;		/* without function: our messages go unsigned */
	struct inbound inbound;
	char inbound_memory[INBOUND_SCADA_MEMORY];
	struct control_socket *socket;	/* NULL: switched off */
	struct control_port control_port;
	bool listens;			/* people can reach us */
	struct err control_said;	/* why not, or what is odd about it; "" = nothing */

	struct history *history;
	struct scada scada;
	struct relay relay;
	struct i2c i2c;			/* of thermistors */
	struct sensor sensors[N_SENSE_BUSES];
	struct meter meter;
	struct uplink uplink;
	struct control control;
	struct planner planner;
	struct forecast_files forecasts;
	struct actor actors[DAEMON_MAX_ACTORS];
	int n_actors;
};

/* One part of the service: opened in order, closed in reverse. open false: *e says why the service cannot run. */
struct stage {
	const char *name;
	bool (*open)(struct daemon *, struct err *);
	void (*close)(struct daemon *);
};

extern const struct stage daemon_stages[];
extern const int daemon_n_stages;

/* daemon_keys.c: the stage that reads the keys of contract.*, and what is said of them at the start. */
bool daemon_open_keys(struct daemon *, struct err *);
void daemon_close_keys(struct daemon *);
void daemon_say_keys(struct daemon *);


/* A line through the log sink, from before or beside the actors; daemon_record: and a row of the event table. */
void daemon_say(struct daemon *, enum log_level, enum log_code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void daemon_record(struct daemon *, enum log_level, enum log_code, int32_t value, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* daemon_net.c: the connection to the broker, which a reload makes anew. */
bool daemon_open_net(struct daemon *, struct err *);
void daemon_close_net(struct daemon *);

/* daemon_life.c */
bool daemon_open_life(struct daemon *, struct err *);
void daemon_close_life(struct daemon *);
void daemon_say_life(struct daemon *);
/* Its own lines and READY follow from what is logged: takes each line before it is written. */
void daemon_hear(void *daemon, const struct msg *);
/* The uplink waits so long before it connects. */
int64_t daemon_link_pause_ms(const struct daemon *);

/* Has the wall clock been set since the last look? Always by the same thread. */
void daemon_see_clock(struct daemon *);
/* The line about why it is trusted, or not. */
void daemon_say_trust(struct daemon *, enum trust);

/* daemon_zone.c: the civil time of days, prices and schedules. */
bool daemon_read_zone(const struct daemon *, const struct settings *, struct zone *, struct err *);

/* daemon_cert.c: called often, looks rarely. */
void daemon_look_at_certificate(struct daemon *);

#endif
