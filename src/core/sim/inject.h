/* SPDX-License-Identifier: MIT */
/* inject.h: faults by chance: which come, when, where and for how long follows from a seed alone. Pure.
 *
 * One random stream per class of fault (splitmix64, seed XOR FNV-1a of the class's name): leaving one class out, or making it
 * rarer, changes no fault of another. The rates stand in one table. Of one class only one fault stands at a time. */
#ifndef CORE_SIM_INJECT_H
#define CORE_SIM_INJECT_H

#include "core/sim/fault.h"

enum inject_class { INJECT_SENSOR, INJECT_RELAY, INJECT_METER, INJECT_BROKER, INJECT_ATN, INJECT_CLOCK, INJECT_DISK,
	INJECT_POWER, INJECT_ACTOR, INJECT_WEATHER, N_INJECT_CLASSES };
enum inject_profile { INJECT_CALM, INJECT_NORMAL, INJECT_STORM, N_INJECT_PROFILES };
enum { INJECT_KINDS = 8 };

struct inject_row {
	const char *name;			/* as fault_rows[].what */
	double per_day[N_INJECT_PROFILES];
	int min_s, max_s;			/* how long it stands */
	double low, high;			/* of the key, if its kind has one; below zero half of the times if it may be */
	int n_kinds;
	enum fault_kind kinds[INJECT_KINDS];
};
extern const struct inject_row inject_rows[N_INJECT_CLASSES];

struct inject_wish {
	enum inject_profile profile;
	uint32_t classes;			/* bits of enum inject_class */
	uint64_t seed;
	int64_t from_s, to_s;			/* of the run: faults begin in there */
};

/* "calm", "normal", "storm", or "only=CLASS,CLASS" (of storm's rates). False: see e. */
bool inject_parse(const char *text, struct inject_wish *, struct err *e);
enum inject_class inject_class_of(enum fault_kind);
/* The faults in the order of their times, each WHEN_OFFSET from the run's beginning; at most `max`. Returns how many. */
int inject_make(const struct inject_wish *, const struct house *, const struct settings *, struct fault_spec out[], int max);
/* The table as Markdown; returns the length, as snprintf does. */
size_t inject_print(char *out, size_t size);

#endif
