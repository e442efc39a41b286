/* SPDX-License-Identifier: MIT */
/* cli_replay.h: `spaceheat replay`: stored days again, under another configuration. */
#ifndef MAIN_CLI_REPLAY_H
#define MAIN_CLI_REPLAY_H

#include "cli/place.h"
#include "whole/replay.h"

enum { REPLAY_SETS = 16, REPLAY_SET_SIZE = 512, REPLAY_CHANGES = 24 };

struct replay_words {
	struct cli *cli;
	const char *from, *to, *db, *config;
	char set[REPLAY_SETS][REPLAY_SET_SIZE];
	int n_sets;
	bool plan, no_plan, all;
	struct place *place;		/* as it is */
	struct loaded *changed;
	struct zone zone[2];
	struct store store;
	bool is_open;			/* the store */
	struct replay_options o;
	struct replay_result decided;
	struct replay_what_if what_if;
	bool asked;			/* something is changed */
};

int cli_replay(struct cli *, int argc, char **argv);
/* What came of it, on stdout. */
void cli_replay_text(const struct replay_words *);
void cli_replay_json(const struct replay_words *);

#endif
