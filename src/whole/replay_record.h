/* SPDX-License-Identifier: MIT */
/* replay_record.h: a stored history as a stream: exact readings of a house's thermometers in the order of time, and the
 * events that say what was decided. Reads, never writes. */
#ifndef WHOLE_REPLAY_RECORD_H
#define WHOLE_REPLAY_RECORD_H

#include "core/history/block.h"
#include "spaceheat/store.h"

enum { RECORD_ROW_S = 300, RECORD_SERIES = 4096 };

struct record_reading { int64_t at_ms, code; int channel; };
struct record_event { int64_t at_ms; int code, node; int32_t value; char text[LOG_TEXT]; };	/* code: enum log_code */
struct record_events { struct record_event *at; int n, room; };

struct record {
	const struct store *store;
	const struct house *house;
	int16_t channel_of[RECORD_SERIES];	/* of a series' id; -1: none of this house's */
	bool known[HOUSE_MAX_CHANNELS];		/* the database has that channel */
	uint8_t *bytes;
	struct block block;
	struct record_reading *row;		/* the row in hand, in order */
	int n, next;
	int64_t next_row_s, end_s;
	int64_t rows;
};

/* Finds the house's channels among the database's. False: one that decisions need (`needs`, per channel) has no series of
 * its node, sensor and map; see err. */
bool record_open(struct record *, const struct store *, const struct house *, const bool needs[HOUSE_MAX_CHANNELS],
	struct err *);
void record_close(struct record *);
/* The start of the first exact row in [from_s, to_s). */
bool record_first(const struct record *, int64_t from_s, int64_t to_s, int64_t *start_s, bool *found, struct err *);
/* From now on readings of [from_s, to_s) are given. */
void record_seek(struct record *, int64_t from_s, int64_t to_s);
/* *out: the next reading before that time, NULL when there is none. */
bool record_next(struct record *, int64_t before_ms, const struct record_reading **out, struct err *);
/* Adds the events of [from_ms, to_ms) with one of these codes. */
bool record_events(const struct record *, int64_t from_ms, int64_t to_ms, const int codes[], int n_codes,
	struct record_events *, struct err *);
bool record_events_add(struct record_events *, const struct record_event *);
void record_events_free(struct record_events *);

#endif
