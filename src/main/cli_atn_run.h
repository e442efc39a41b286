/* SPDX-License-Identifier: MIT */
/* cli_atn_run.h: `spaceheat atn run`: the reference AtomicTNode as a program: its actor, a connection, a runtime. */
#ifndef MAIN_CLI_ATN_RUN_H
#define MAIN_CLI_ATN_RUN_H

#include "cli/verbs.h"

int cli_atn_run(struct cli *, int argc, char **argv);

#endif
