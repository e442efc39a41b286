/* SPDX-License-Identifier: MIT */
/* sim_ask.h: the part of `spaceheat sim` that asks the running service. */
#ifndef CLI_SIM_ASK_H
#define CLI_SIM_ASK_H

#include <cjson/cJSON.h>

#include "cli/verbs.h"
#include "port/control_call.h"

/* Asks for `what` (status, speed, pause, ...), with one more argument when `key` is not NULL (`value` is freed), and
 * prints the simulation as it is then. Returns the exit code. */
int sim_ask(struct cli *, const char *what, const char *key, cJSON *value);

#endif
