/* SPDX-License-Identifier: MIT */
/* replay.h: stored days again, under another configuration.
 *
 * replay_decide: the recorded readings go through local control once more, and what it decides is held against what the
 * record says was decided. Temperatures are the recorded ones, whatever is decided: it shows where decisions part, not
 * what would have come of them. replay_what_if: the plant model of the house in the recorded outdoor temperature, under
 * both configurations: what would have come of them, as far as the model is right.
 *
 * Deterministic: the same record and configurations give the same result. */
#ifndef WHOLE_REPLAY_H
#define WHOLE_REPLAY_H

#include "port/load.h"
#include "spaceheat/zone.h"
#include "whole/replay_record.h"

enum {
	REPLAY_MOST_DAYS = 28,
	REPLAY_WARM_S = 6 * 3600,	/* before the span, in which the machine follows the record */
	REPLAY_LOOK_S = 7 * 86400,	/* how far back the state before that is looked for */
	REPLAY_MOST_DIFFERENCES = 4096,
};

struct replay_options {
	const struct store *store;
	const struct loaded *as_is, *changed;	/* of one house */
	const struct zone *zone[2];		/* of each */
	int64_t from_s, to_s;
	bool plan, as_is_plan;			/* with the optimiser; as_is: of replay_what_if alone */
};

/* From..to both stood in another state than the other. why: the line of the last transition of each; top and wish: as they
 * were when it began, a wish without its values. */
struct replay_difference {
	int64_t from_ms, to_ms;
	int done, again;			/* enum local_state */
	int done_top, again_top;		/* enum top_mode */
	char done_why[LOG_TEXT], again_why[LOG_TEXT], done_wish[LOG_TEXT], again_wish[LOG_TEXT];
};

struct replay_side {
	double on_s, peak_s;			/* of the source's relay; peak: by the changed configuration's tariff */
	int starts, transitions;
};

struct replay_result {
	struct replay_difference *list;		/* the caller frees */
	int n;
	bool cut;				/* there are more than REPLAY_MOST_DIFFERENCES */
	int edges;				/* of them, those no longer than edge_s */
	double edge_s;				/* what the record cannot tell: kept readings are so far apart; 0: all are kept */
	double compared_s, differ_s;
	double top_s, wish_s;			/* of compared_s, in another top mode, or with another wish */
	double other_s, blank_s;		/* not compared: others had the controls; no readings */
	double foretold_s;			/* of the span: a forecast of the weather is on record */
	int starts_of_service;			/* in the span */
	int64_t begun_s;			/* where the machine began to follow the record */
	struct replay_side done, again;
	double source_w;			/* nameplate */
};

/* Does the record say that a plan was followed in [from_s, to_s)? */
bool replay_was_planned(const struct replay_options *, bool *planned, struct err *);
bool replay_decide(const struct replay_options *, struct replay_result *, struct err *);

struct replay_case { double kwh, peak_kwh, cost, cold_kh, mean_c, lowest_c, end_kwh; int starts; };
struct replay_what_if {
	struct replay_case as_is, changed;
	double mean_out_c, wind_ms;
	bool sky_known;				/* a simulated house: wind and sun are those of its seed */
};
/* False also when the house has no model. end_kwh: heat in water, room and walls at the end, above that of as_is. */
bool replay_what_if(const struct replay_options *, struct replay_what_if *, struct err *);

/* Shared by the files of this: which channels decisions look at; the source's relay, -1: none. */
void replay_needs(const struct loaded *, bool needs[HOUSE_MAX_CHANNELS]);
int replay_source(const struct loaded *);
bool replay_peak(const struct loaded *, const struct zone *, int64_t unix_s);

#endif
