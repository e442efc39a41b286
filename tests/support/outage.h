/* SPDX-License-Identifier: MIT */
/* outage.h: a house without its AtomicTNode for a time, with power cuts inside, and what came up after it. */
#ifndef TESTS_OUTAGE_H
#define TESTS_OUTAGE_H

#include "history_bench.h"

/* Power goes at cut_s[i] (seconds of the run) for cut_for_s[i] seconds; whole multiples of 10. */
struct outage {
	int64_t days_s;
	int n_cuts;
	int64_t cut_s[4], cut_for_s[4];
	bool acks_status;	/* the AtomicTNode acknowledges itself, and loses every 50th acknowledgement */
	int64_t drained_s;	/* out: from the first status that came up to nothing owed */
};

/* Runs it and asserts (cmocka) all that history.md promises of it. */
void outage_run(struct bench *, struct outage *);

#endif
