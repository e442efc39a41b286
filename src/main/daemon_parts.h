/* SPDX-License-Identifier: MIT */
/* daemon_parts.h: what spaceheatd is made of; shared by the files src/main/daemon_*.c alone. */
#ifndef MAIN_DAEMON_PARTS_H
#define MAIN_DAEMON_PARTS_H

#include "actor/control.h"
#include "actor/history.h"
#include "actor/meter.h"
#include "actor/relay.h"
#include "actor/scada.h"
#include "actor/sensor.h"
#include "actor/uplink.h"
#include "core/wire/inbound.h"
#include "main/daemon.h"
#include "port/control_socket.h"
#include "port/guard_socket.h"
#include "port/net_paho.h"
#include "port/sign_sodium.h"
#include "run/log.h"
#include "run/runtime.h"
#include "sim/world.h"
#include "spaceheat/store.h"

enum { DAEMON_MAX_ACTORS = 7 };

struct daemon {
	const struct loaded *loaded;
	const char *program;
	int exit_code, lock, await_atn_ms;
	bool stateless;			/* the state directory cannot be used: control goes on without it */
	struct wall start;
	int utc_offset_s;
	struct uuid boot_id;

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
	struct sensor sensor;
	struct meter meter;
	struct uplink uplink;
	struct control control;
	struct actor actors[DAEMON_MAX_ACTORS];
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

/* A line through the log sink, from before or beside the actors. */
void daemon_say(struct daemon *, enum log_level, enum log_code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
