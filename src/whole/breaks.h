/* SPDX-License-Identifier: MIT */
/* breaks.h: carries out faults on a house in this process: each begins and ends when it is due. */
#ifndef WHOLE_BREAKS_H
#define WHOLE_BREAKS_H

#include "core/sim/inject.h"
#include "whole/hostile.h"
#include "whole/inhouse.h"

/* A fault of the run, and what became of it. */
struct break_row {
	struct fault_spec spec;		/* its time counts from the run's beginning */
	bool begun, ended;
	struct mono begin, end;
	bool told;			/* of a hang: it was said that it is late */
	bool found;			/* the service has said so */
	struct mono found_at;
};

struct breaks {
	struct inhouse *house;
	struct break_row *list;		/* by their times */
	int n, next, done;		/* all before `done` are over */
	bool flapping, slow;
	struct hostile hostile;
	bool hostile_speaks;		/* what is on the wire now is its word */
	int64_t skew_ms;
	bool unsync;
	struct mono lied;		/* when a thermometer lied last; MONO_NEVER: none has */
	struct mono last[N_INJECT_CLASSES];	/* when one of that class stood last; MONO_NEVER: none has */
};

/* Can it be done here? In one thread nothing hangs, and no broker is slow. False: see e. */
bool breaks_can(const struct fault_spec *, struct err *e);
/* The list is the caller's, for the life of the run. */
void breaks_open(struct breaks *, struct inhouse *, struct break_row *list, int n);
/* What is due by the run's present time begins and ends; a power cut moves that time. False: the service does not start
 * again, see e. */
bool breaks_step(struct breaks *, struct err *e);
/* How long ago a fault of that class stood last; INT64_MAX: never. */
int64_t breaks_since_ms(const struct breaks *, enum inject_class, struct mono now);

#endif
