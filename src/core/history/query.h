/* SPDX-License-Identifier: MIT */
/* query.h: one channel over any time as at most so many points, from the tier that suits each part of it.
 *
 * Pure: rows come through struct query_rows. A point stands for all readings of its part of the interval: mean weighted by
 * their number, least and most are never thinned away. */
#ifndef CORE_HISTORY_QUERY_H
#define CORE_HISTORY_QUERY_H

#include "core/history/tier.h"

enum { QUERY_MAX_POINTS = 4000, QUERY_MAX_SPANS = 64, QUERY_AUTO = N_STORE_TIERS };

/* One reading, or one bucket of a tier. */
struct query_bucket { int64_t at_ms, mean, min, max, wh; int32_t count; bool wh_known; };

/* Where rows are. Both return false when the store fails. */
struct query_rows {
	void *self;
	/* Calls `each` for what that row holds of the channel, in the order of time. */
	bool (*read)(void *self, enum store_tier, int64_t row_s, bool *found,
		void (*each)(void *ctx, const struct query_bucket *), void *ctx, struct err *);
	/* The first row of that tier that starts in [from_s, to_s). */
	bool (*next)(void *self, enum store_tier, int64_t from_s, int64_t to_s, int64_t *row_s, bool *found,
		struct err *);
};

struct query { int64_t from_ms, to_ms; int max_points, tier; };	/* tier: an enum store_tier, or QUERY_AUTO */

struct query_point { int64_t t_ms, v, min, max, wh; int32_t count; bool wh_known; };	/* wh_known: for all of it */
/* Which tier answered from when to when. */
struct query_span { int64_t from_ms, to_ms; enum store_tier tier; };

struct query_answer {
	int n_points, n_spans;
	struct query_span spans[QUERY_MAX_SPANS];	/* more than that: the last one goes on */
	struct query_point points[QUERY_MAX_POINTS];	/* parts without a reading are absent */
};

/* The tier a query of that length is best answered from: fine enough for a screen, and at most some 120 rows. */
enum store_tier query_tier(int64_t length_ms);
/* False: the store failed. max_points is 1 .. QUERY_MAX_POINTS and from_ms < to_ms. */
bool query_run(const struct query *, const struct zone *, const struct query_rows *, struct query_answer *,
	struct err *);

#endif
