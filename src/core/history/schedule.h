/* SPDX-License-Identifier: MIT */
/* schedule.h: the times of many series as a few rhythms they share, and what differs from them.
 *
 * A schedule is some runs of ticks at equal distance. A series' times are its schedule's ticks with edits:
 * so many ticks taken, so many skipped, so many times of its own. */
#ifndef CORE_HISTORY_SCHEDULE_H
#define CORE_HISTORY_SCHEDULE_H

#include "core/history/block.h"

struct run { int64_t first, period; int32_t ticks; };
struct schedule { struct run run[BLOCK_MAX_RUNS]; int32_t n_runs, ticks; };
struct schedules { struct schedule list[BLOCK_MAX_SCHEDULES]; int32_t n; };

/* Walks the ticks of a schedule; a NULL schedule has none. */
struct cursor { const struct schedule *of; int32_t run, tick; };

bool cursor_done(const struct cursor *);
int64_t cursor_tick(const struct cursor *);
void cursor_next(struct cursor *);
/* False: there are fewer ticks. Takes time by runs, not by ticks: a hostile block may claim billions. */
bool cursor_skip(struct cursor *, int32_t n);
int64_t run_last(const struct run *);

struct edit { int32_t take, skip, first_own, n_own; };

/* Produces the edits that make a series' times of a schedule's ticks, one by one. `at` and `cursor` move
 * on. False: the rest takes what follows. */
struct editing { const struct block_reading *r; int32_t n, at; struct cursor cursor; };
bool edit_next(struct editing *, struct edit *out);

/* The best schedule for a series: one there is, or a new one when that is cheaper. -1: none. */
int32_t schedule_for(struct schedules *, const struct block_reading *, int32_t n);

#endif
