/* SPDX-License-Identifier: MIT */
/* cli_sim_run.h: `spaceheat sim --days N ...`: days of a simulated house in seconds. */
#ifndef MAIN_CLI_SIM_RUN_H
#define MAIN_CLI_SIM_RUN_H

#include "cli/verbs.h"

int cli_sim_run(struct cli *, int argc, char **argv);

#endif
