/* SPDX-License-Identifier: MIT */
/* fault.h: what can be made to break in a simulated house, how a person writes it, and when it begins and ends. Pure.
 *
 *   WHAT[:NODE]=KIND[,key=value]@WHEN[+FOR]     sensor:a.tank.temp0=stuck@06:00+2h
 *
 * A struct fault_spec is a plain value without a pointer: it knows nothing of who wrote it or of who carries it out, so
 * a command line, the control socket and a seeded injector (one random stream per kind) may all make one. */
#ifndef CORE_SIM_FAULT_H
#define CORE_SIM_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/names.h"
#include "spaceheat/settings.h"
#include "spaceheat/when.h"

enum fault_kind {
	FAULT_SENSOR_OPEN, FAULT_SENSOR_SHORT, FAULT_SENSOR_STUCK, FAULT_SENSOR_JUMP, FAULT_SENSOR_CRC,
	FAULT_SENSOR_POWERUP85, FAULT_SENSOR_SLOW,
	FAULT_RELAY_STUCKOPEN, FAULT_RELAY_WELDED, FAULT_RELAY_NOLOAD,
	FAULT_METER_SILENT, FAULT_METER_REVERSED,
	FAULT_BROKER_DOWN, FAULT_BROKER_SLOW, FAULT_BROKER_FLAP,
	FAULT_ATN_SILENT, FAULT_ATN_REPLAY, FAULT_ATN_HOSTILE,
	FAULT_CLOCK_STEP, FAULT_CLOCK_UNSYNC,
	FAULT_DISK_FULL, FAULT_DISK_READONLY, FAULT_DISK_CORRUPT,
	FAULT_ACTOR_HANG, FAULT_ACTOR_CRASH,
	FAULT_POWER_CUT,
	FAULT_WEATHER_COLD,
	N_FAULT_KINDS,
};

/* What NODE may be. */
enum fault_place { PLACE_NONE, PLACE_SENSOR, PLACE_RELAY, PLACE_METER, PLACE_ACTOR };

enum { FAULT_MAX = 32, FAULT_TEXT = 192, FAULT_EXPLAINS = 6 };

struct fault_row {
	const char *what, *word;
	enum fault_place place;
	const char *key;		/* that it needs, or NULL */
	double low, high;		/* what the key may be */
	const char *unit;
	bool instant;			/* over as soon as it is done: takes no FOR */
	bool once;			/* a start of the service after it does not do it again */
	int n_explains;
	enum log_code explains[FAULT_EXPLAINS];	/* critical alerts that are this fault's doing */
	const char *says;		/* one sentence */
};
extern const struct fault_row fault_rows[N_FAULT_KINDS];

enum fault_when { WHEN_NOW, WHEN_OFFSET, WHEN_LOCAL };

struct fault_spec {
	enum fault_kind kind;
	char node[ALIAS_SIZE];		/* alias, or name of an actor; "" = none */
	double value;			/* of the key */
	enum fault_when when;
	int64_t at_ms;			/* after the beginning, or after local midnight */
	int64_t for_ms;			/* 0: until it is cleared */
};

/* Understands the text. False: *e says what is wrong, what is allowed, and which was probably meant. */
bool fault_parse(const char *text, struct fault_spec *, struct err *e);
/* Does the house have that node, of the right kind? An empty node becomes the one that is meant (the house's meter,
 * the actor scada). False: see e. */
bool fault_place(struct fault_spec *, const struct house *, const struct settings *, struct err *e);
/* The same text again, in its shortest form; cut at `size`. */
void fault_write(const struct fault_spec *, char *out, size_t size);
/* Do both break the same thing, so that only one of them can stand? */
bool fault_same_target(const struct fault_spec *, const struct fault_spec *);

enum { N_FAULT_ACTORS = 7 };
extern const char *const fault_actors[N_FAULT_ACTORS];

/* The table as Markdown; returns the length, as snprintf does. */
size_t fault_print(char *out, size_t size);

/* --- when ---------------------------------------------------------------------------------------------- */

enum fault_state { FAULT_FREE, FAULT_WAITS, FAULT_STANDS };

struct fault {
	enum fault_state state;
	int32_t number;			/* from 1, in the order of adding */
	struct fault_spec spec;
	struct mono begin, end;		/* end MONO_NEVER: until it is cleared */
	uint32_t turn;			/* the later it began, the higher */
};

/* One list of faults and the order in which they come. All zero: empty. */
struct fault_schedule { struct fault list[FAULT_MAX]; int32_t added; uint32_t turns; };

/* What times count from: the run's beginning, or the moment somebody asks. local_ms: milliseconds since the house's
 * midnight then. */
struct fault_origin { struct mono at; int64_t local_ms; };

struct fault_event { bool begins; struct fault fault; };

/* The number it got, or 0: FAULT_MAX of them wait or stand already. */
int32_t fault_schedule_add(struct fault_schedule *, const struct fault_spec *, struct fault_origin);
/* A run that goes on at `now`: what is over is forgotten, and what is done once and began before is not done again. */
void fault_schedule_resume(struct fault_schedule *, struct mono now);
/* The next begin or end that is due, in the order of their times; call until it is false. An instant fault only
 * begins. */
bool fault_schedule_next(struct fault_schedule *, struct mono now, struct fault_event *);
/* Everything that stands is due to end now, what waits never begins. Returns how many that were. */
int fault_schedule_clear(struct fault_schedule *, struct mono now);
/* The fault of that target which began last and still stands, or NULL. */
const struct fault *fault_schedule_standing(const struct fault_schedule *, const struct fault_spec *target);

/* 15m, 2h, 1h30m, 45s; not 0, at most 400 days or so. */
bool fault_read_duration(const char *, int64_t *ms);

#endif
