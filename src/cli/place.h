/* SPDX-License-Identifier: MIT */
/* place.h: the house a verb speaks of and the time there: the configuration that -c, the environment, the
 * running demo or /etc names, and the simulated or the wall clock. */
#ifndef CLI_PLACE_H
#define CLI_PLACE_H

#include "cli/verbs.h"
#include "port/load.h"

struct place {
	char cfg[PATH_SIZE];
	struct loaded loaded;
	struct problems problems;
};

/* Loads it, or says what is wrong and returns an exit code other than 0. Free with free(). */
int place_open(struct cli *, const char *verb, struct place **);
/* The house's time now. speed may be NULL; 0 means not paced, 1 for a real house. Else an exit code, told. */
int place_time(struct cli *, const char *verb, const struct place *, struct wall *, double *speed);

/* The same as a time stamp for a message: in a simulation no two calls give the same. */
int place_stamp(struct cli *, const char *verb, const struct place *, struct wall *);

#endif
