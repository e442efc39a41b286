/* SPDX-License-Identifier: MIT */
#include "whole/records.h"

#include <stdio.h>
#include <string.h>

#include "core/history/tier.h"

enum { HOUR_S = 3600, ROW_S = 300 };

struct span { int64_t from_s, to_s; };

/* The newest of that tier which ended an hour ago or earlier. */
static struct span newest(enum store_tier t, const struct zone *z, int64_t now_s)
{
	int64_t by_s = now_s - HOUR_S, from_s;

	if (t == TIER_EXACT)
		return (struct span){ by_s - by_s % ROW_S - ROW_S, by_s - by_s % ROW_S };
	from_s = tier_row_start_s(t, z, by_s);	/* the one that may still be open then */
	if (tier_row_end_s(t, z, by_s) > by_s)
		from_s = tier_row_start_s(t, z, from_s - 1);
	return (struct span){ from_s, tier_row_end_s(t, z, from_s) };
}

static bool of_the_house(void *ctx, const struct store_gap *g)
{
	bool *found = ctx;

	*found = *found || strcmp(g->about, "-") == 0;
	return !*found;
}

bool records_kept(const struct store *s, const struct zone *z, int64_t start_s, int64_t now_s, char why[RECORDS_WHY])
{
	static const char *const names[N_STORE_TIERS] = { "five minute", "minute", "quarter", "day" };

	for (int t = 0; t < N_STORE_TIERS; t++) {
		struct span row = newest((enum store_tier)t, z, now_s);
		bool found = false, gap = false;
		int64_t found_s;
		struct err unused;

		if (row.to_s <= start_s + ROW_S)
			continue;
		if (s->next_block(s->self, (enum store_tier)t, row.from_s, row.from_s + 1, &found_s, &found, &unused) && found)
			continue;
		if (s->for_gaps(s->self, row.from_s * 1000, row.to_s * 1000, of_the_house, &gap, &unused) && gap)
			continue;
		snprintf(why, RECORDS_WHY, "no %s row of %lld min ago, and no gap record", names[t],
			(long long)(now_s - row.from_s) / 60);
		return false;
	}
	return true;
}
