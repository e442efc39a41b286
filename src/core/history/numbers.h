/* SPDX-License-Identifier: MIT */
/* numbers.h: the numbers of a block on their way into bytes and back, in one of two forms: `plain` varints,
 * or `packed` by an arithmetic coder that learns from the block as it goes.
 *
 * What a block says, and in which order, is the same in both forms: block.c and bucket.c say it once. Never
 * leaves its bytes; a failure stays (numbers_bad). */
#ifndef CORE_HISTORY_NUMBERS_H
#define CORE_HISTORY_NUMBERS_H

#include "core/history/grid.h"
#include "core/history/level.h"
#include "core/history/varint.h"

/* What a number is about: numbers of one field resemble each other. The order is part of no form. */
enum number_field {
	FIELD_SCHEDULES, FIELD_RUNS, FIELD_FIRST_TICK, FIELD_PERIOD, FIELD_TICKS,
	FIELD_SERIES, FIELD_ID, FIELD_COUNT, FIELD_USES,
	FIELD_EDITS, FIELD_TAKE, FIELD_SKIP, FIELD_OWN, FIELD_OWN_TIME,
	FIELD_AT, FIELD_NUM, FIELD_DEN, FIELD_OFFSET, FIELD_HAS_WH, N_NUMBER_FIELDS
};

/* Steps from the mean down to the least and up to the most: how many is like those before, and follows from where between
 * two steps the mean is. */
enum { STEPS_DOWN, STEPS_UP, N_STEPS, STEPS_ALIKE = 6 };

enum { NUMBERS_COLUMNS = 5, NUMBERS_HEAD = 3 };	/* head of the packed form: format byte, length mod 65536 */

struct number_model { struct chance other; struct magnitude size; uint64_t last; };

struct numbers {
	bool packed;
	uint8_t *out;
	struct varint_out to;
	struct varint_in from;
	struct coder coder;
	struct number_model field[N_NUMBER_FIELDS], start[NUMBERS_COLUMNS];
	struct level_model model[NUMBERS_COLUMNS];
	struct level level[NUMBERS_COLUMNS];
	struct magnitude steps[N_STEPS][GRID_PHASES][STEPS_ALIKE];
	uint64_t steps_before[N_STEPS];
};

/* Begins with the format byte. */
void numbers_write(struct numbers *, uint8_t *bytes, size_t size, uint8_t format, bool packed);
/* Returns the length, -1: it did not fit. */
int numbers_written(struct numbers *);
/* The format byte has been looked at by the caller. */
void numbers_read(struct numbers *, const uint8_t *bytes, size_t length, bool packed);
/* Has all been read, nothing else, and nothing wrong? */
bool numbers_all_read(const struct numbers *);
bool numbers_bad(const struct numbers *);
void numbers_fail(struct numbers *);

void numbers_put(struct numbers *, enum number_field, uint64_t);
uint64_t numbers_get(struct numbers *, enum number_field);
/* Bad, and 0, above `max`. */
int32_t numbers_get_count(struct numbers *, enum number_field, int32_t max);

/* Values of a series, in their order. Columns are kinds of values that differ in manner. */
void numbers_put_value(struct numbers *, int column, bool first, int64_t);
int64_t numbers_get_value(struct numbers *, int column, bool first);

/* Steps, packed only: of each bucket down, then up. first: of a series. */
void numbers_put_steps(struct numbers *, int which, int phase, bool first, uint64_t);
uint64_t numbers_get_steps(struct numbers *, int which, int phase, bool first);

#endif
