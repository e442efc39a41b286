/* SPDX-License-Identifier: MIT */
/* sim.h: the door to the simulation itself, for people: its pace, and what is broken in it. On a real house every function
 * is NULL: nothing there can be broken on purpose (SF-88). */
#ifndef SPACEHEAT_SIM_H
#define SPACEHEAT_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"

enum { SIM_FAULTS = 32, SIM_FAULT_TEXT = 192 };

struct sim_fault {
	int32_t number;
	bool stands;			/* else it waits */
	int64_t begin_ms, end_ms;	/* the house's true time, Unix ms; end 0: until it is cleared */
	char text[SIM_FAULT_TEXT];	/* as it is written */
};

struct sim_view {
	int64_t t_ms;			/* the true time, whatever the service's clock says */
	double speed;			/* 0 = as fast as it goes */
	bool paused;
	int32_t added, cleared;		/* what this request did; -1: it did no such thing */
	int n_faults;
	struct sim_fault faults[SIM_FAULTS];
};

/* Any thread; none waits longer than a fifth of a second. */
struct sim_door {
	void *self;
	void (*look)(void *self, struct sim_view *);
	/* False: see err; nothing was changed. */
	bool (*speed)(void *self, double speed, struct err *);
	void (*pause)(void *self, bool paused);
	/* *number: what it is called from now on. False: it is wrong (see err). */
	bool (*fault)(void *self, const char *spec, int32_t *number, struct err *);
	/* Ends all that stand and forgets all that wait; returns how many those were. */
	int (*clear)(void *self);
};

#endif
