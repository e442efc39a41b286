/* SPDX-License-Identifier: MIT */
/* replay_parts.h: what the files of replay share with each other and with nobody else. */
#ifndef WHOLE_REPLAY_PARTS_H
#define WHOLE_REPLAY_PARTS_H

#include "core/control/local.h"
#include "whole/replay.h"
#include "whole/replay_stage.h"

/* What was done and what was decided again, each in the order of time: HEAT, RELAY, of the record MODE and BOOT too. A
 * start of the service is a HEAT into the start state. */
struct replay_run {
	const struct replay_options *o;
	enum local_kind kind;
	struct record_events done, again;
	uint8_t *saw;			/* each RECORD_ROW_S of the span: were there readings? */
	int64_t n_saw;
};

/* What the record says was foretold, up to where the run is. A price of another kind of tariff is none of this one's. */
struct replay_forecasts {
	struct record_events told;
	int next;
	struct forecast_weather weather;	/* n 0: none */
	struct price_table prices;
	int64_t weather_ms, prices_ms;		/* when it was made; INT64_MAX: never */
	struct fit fit;
	bool priced, prices_too;
	bool fitted, fit_too;			/* fit_too: to be set where the house is the recorded one, not its model */
};

/* From a week before from_s on. */
bool replay_forecasts_open(struct replay_forecasts *, const struct record *, const struct replay_options *, int64_t from_s,
	struct err *);
void replay_forecasts_close(struct replay_forecasts *);
/* Once a second, before anybody is woken in it: the planner believes what was told up to then. */
void replay_forecasts_second(struct replay_forecasts *, struct replay_stage *, struct wall);

bool replay_run_open(struct replay_run *, const struct replay_options *, struct err *);
void replay_run_close(struct replay_run *);
/* There was a reading in that second. */
void replay_run_saw(struct replay_run *, int64_t at_s);
/* The machine begins anew. */
void replay_run_starts(struct replay_run *, struct record_events *, int64_t at_ms);
/* Second by second through the span. */
bool replay_compare(const struct replay_run *, struct replay_result *, struct err *);

#endif
