/* SPDX-License-Identifier: MIT */
/* port.h: the doors to the outside, as structs of functions. Each has a real side (src/port) and a
 * simulated one (src/sim). The bus is in driver.h, the store in store.h. */
#ifndef SPACEHEAT_PORT_H
#define SPACEHEAT_PORT_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/err.h"
#include "spaceheat/guard.h"
#include "spaceheat/msg.h"
#include "spaceheat/series.h"

/* The way from a port's own thread into the runtime. */
struct post {
	void *self;
	/* Puts a message into its receiver's mailbox; false: box full, counted there. Any thread. */
	bool (*post)(void *self, const struct msg *);
	/* Work under way outside the mailboxes (a TICK or WANT not yet answered): +1 before, -1 after all it
	 * caused has been posted. Simulated time stands still meanwhile. Any thread. */
	void (*busy)(void *self, int delta);
};

/* Counters of messages across the broker, kept in the simulated clock's file. NULL functions: not simulated. */
struct traffic {
	void *self;
	void (*sent)(void *self, int delta);	/* +1 before publishing, -1 if publishing failed */
	void (*taken)(void *self, int delta);	/* +1 after a live message from the other side is in a mailbox */
};

/* Turns a raw message into one for an actor. False: nothing we act on (counted by the caller).
 * Pure apart from its own counters; called in the port's thread. */
struct understand {
	void *self;
	bool (*raw)(void *self, const char *topic, const void *bytes, size_t length, bool retained,
		struct msg *out);
	/* Further messages of the same raw one (readings of a snapshot), until it says false. May be NULL. */
	bool (*more)(void *self, struct msg *out);
};

struct net {
	void *self;
	/* Hands a message to the broker; *token names it in the MSG_PUBACK to come (qos 1). False at once when
	 * there is no connection. */
	bool (*publish)(void *self, const char *topic, const void *bytes, size_t length, int qos, bool retain,
		int *token, struct err *);
};

struct guard_port {
	void *self;
	bool (*want)(void *self, const struct guard_want *, uint32_t seq, struct err *);
	bool (*reading)(void *self, const struct guard_reading *, struct err *);
	/* Tells the guard the time (simulation only); answered by busy(-1). */
	bool (*tick)(void *self, struct mono now, struct err *);
	/* A local person resets the trip and every lock (SF-15, SF-17, SF-86). */
	bool (*reset)(void *self, struct err *);
	/* Only the locks of that relay; GUARD_NO_RELAY: only the trip. */
	bool (*reset_one)(void *self, int relay, struct err *);
};

/* Where the control actor hands over what people asked for. Never waits; any thread. */
struct control_port {
	void *self;
	void (*take)(void *self, const struct msg *);
};

/* Files the planner looks into, and small ones of the state directory in which it remembers. Called in its thread; a disk
 * may be waited for. */
enum forecast_file { FORECAST_FILE_WEATHER, FORECAST_FILE_PRICES, N_FORECAST_FILES };
struct forecast_port {
	void *self;
	/* The rows of that file, read anew when its name, size or time of change differ from the last look; lent until the
	 * next one. False: not there, or wrong: err names file and line, as long as it stays so. */
	bool (*rows)(void *self, enum forecast_file, const char *path, struct series_view *, struct err *);
	/* False: there is none. The text ends with NUL. */
	bool (*recall)(void *self, const char *name, char *text, size_t size);
	bool (*keep)(void *self, const char *name, const char *text, size_t length, struct err *);
};

/* Four buffers for messages too long for a struct msg. take: an index, or -1 when all are in use. */
enum { POOL_BUFFERS = 4, POOL_BUFFER_SIZE = 256 * 1024 };
struct pool {
	void *self;
	int (*take)(void *self);
	char *(*bytes)(void *self, int index);
	void (*give)(void *self, int index);
};

#endif
