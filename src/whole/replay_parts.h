/* SPDX-License-Identifier: MIT */
/* replay_parts.h: what the files of replay share with each other and with nobody else. */
#ifndef WHOLE_REPLAY_PARTS_H
#define WHOLE_REPLAY_PARTS_H

#include "core/control/local.h"
#include "whole/replay.h"

/* What was done and what was decided again, each in the order of time: HEAT, RELAY, of the record MODE and BOOT too. A
 * start of the service is a HEAT into the start state. */
struct replay_run {
	const struct replay_options *o;
	enum local_kind kind;
	struct record_events done, again;
	uint8_t *saw;			/* each RECORD_ROW_S of the span: were there readings? */
	int64_t n_saw;
};

bool replay_run_open(struct replay_run *, const struct replay_options *, struct err *);
void replay_run_close(struct replay_run *);
/* There was a reading in that second. */
void replay_run_saw(struct replay_run *, int64_t at_s);
/* The machine begins anew. */
void replay_run_starts(struct replay_run *, struct record_events *, int64_t at_ms);
/* Second by second through the span. */
bool replay_compare(const struct replay_run *, struct replay_result *, struct err *);

#endif
