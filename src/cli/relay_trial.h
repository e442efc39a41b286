/* SPDX-License-Identifier: MIT */
/* relay_trial.h: one relay's commissioning test: what was measured, what is to be thought of it, and its report. */
#ifndef CLI_RELAY_TRIAL_H
#define CLI_RELAY_TRIAL_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/house.h"

enum trial_phase { TRIAL_BEFORE, TRIAL_ON, TRIAL_OFF, N_TRIAL_PHASES };

struct relay_trial {
	char node[ALIAS_SIZE];
	bool known[N_TRIAL_PHASES];
	double w[N_TRIAL_PHASES];	/* power of the whole heating */
	double expected_w[2];
	enum relay_read_back found[N_TRIAL_PHASES];	/* what its line or board said at the end of each */
	char reason[160];		/* why it failed, set before when it could not be done; "" = passed */
};

/* What is commanded in that phase. */
bool trial_commands(enum trial_phase);
/* Sets the reason from the numbers, unless there is one already. */
void trial_judge(struct relay_trial *);
/* The line of text for people. */
void trial_line(const struct relay_trial *, char *out, size_t size);
/* The same as an object, to be freed. */
cJSON *trial_object(const struct relay_trial *);
/* Writes the report as DIR/TIME.json, DIR made when it is not there; `path` is its name. False: errno. */
bool trial_write(const char *dir, int64_t t_ms, const cJSON *report, char *path, size_t size);

#endif
