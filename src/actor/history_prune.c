/* SPDX-License-Identifier: MIT */
/* What is too old goes, and what the file has no room for. */
#include "actor/history_parts.h"
#include "core/civil.h"

enum { PARE_S = 6 * 3600, DAY_S = 86400 };

/* A day is kept in every case, and the local day that is not over: its row is made of them. */
static int64_t latest_kept(const struct history *h, int64_t now_s)
{
	int64_t today_s = zone_day_start_s(h->zone, now_s) - HISTORY_ROW_S;

	return today_s < now_s - DAY_S ? today_s : now_s - DAY_S;
}

/* The start of the oldest rows to keep: exact_days, or less when the file is full. */
static bool oldest_kept(struct history *h, int64_t *from_s, struct outbox *out, struct err *e)
{
	const struct store *s = h->store;
	int64_t now_s = wall_slot_s(h->clock, HISTORY_ROW_S), first = 0, latest_s = latest_kept(h, now_s);
	struct store_info info;
	bool found;

	*from_s = now_s - (int64_t)h->settings->history.exact_days * DAY_S;
	if (*from_s > latest_s)
		*from_s = latest_s;
	if (!s->info(s->self, &info, e) ||
		!s->next_block(s->self, TIER_EXACT, *from_s, now_s, &first, &found, e))
		return false;
	history_card_count(h, info.written_bytes, out);
	if (!found || info.bytes <= (int64_t)h->settings->history.max_mb << 20 || first + PARE_S > latest_s)
		return true;
	*from_s = first + PARE_S;
	record(out, LEVEL_INFO, LOG_GAP, NO_NODE, 0,
		"exact readings of 6 h were dropped early: the file has reached history.max_mb (%d MB)",
		h->settings->history.max_mb);
	return true;
}

/* A row goes when its last instant has reached the limit: what is younger can still be answered. */
static struct store_limits limits_of(const struct history *h, int64_t exact_s)
{
	int64_t now_s = h->clock.ms / 1000;

	return (struct store_limits){ .before_s = { [TIER_EXACT] = exact_s,
					      [TIER_MINUTE] = now_s - HISTORY_MINUTE_DAYS * DAY_S - TIER_MINUTE_ROW_S,
					      [TIER_QUARTER] = now_s - HISTORY_QUARTER_DAYS * DAY_S - TIER_QUARTER_ROW_S,
					      [TIER_DAY] = now_s - HISTORY_DAY_DAYS * DAY_S - DAY_S },
		.event_ms = h->clock.ms - (int64_t)HISTORY_EVENT_DAYS * DAY_S * 1000,
		.owed_s = now_s - HISTORY_QUARTER_DAYS * DAY_S,
		.gap_ms = h->clock.ms - (int64_t)HISTORY_DAY_DAYS * DAY_S * 1000 };
}

/* SF-54: what is given up leaves a gap, in the same transaction. */
static bool give_up(struct history *h, const struct store_aged *aged, struct err *e)
{
	struct store_gap g = { aged->from_s * 1000, aged->to_s * 1000, GAP_TOO_OLD, "-" };

	return aged->count == 0 || h->store->put_gap(h->store->self, &g, e);
}

static bool prune(struct history *h, struct store_aged *aged, struct outbox *out, struct err *e)
{
	const struct store *s = h->store;
	struct store_limits limits;
	int64_t from_s;

	if (!oldest_kept(h, &from_s, out, e) || !s->begin(s->self, STORE_DURABLE, e))
		return false;
	limits = limits_of(h, from_s);
	if (s->count_aged(s->self, limits.owed_s, aged, e) && give_up(h, aged, e) && s->prune(s->self, &limits, e) &&
		s->commit(s->self, e))
		return s->tidy(s->self, e);
	s->rollback(s->self);
	return false;
}

/* With a clock that may be years ahead nothing is called old; and nothing goes of which tiers are still to be made. */
void history_prune(struct history *h, struct outbox *out)
{
	struct store_aged aged = { 0 };
	struct err e;

	h->prune_at = mono_after(h->now, HISTORY_PRUNE_MS);
	if (h->failing || !h->trusted)
		return;
	if (h->tiers.behind) {
		h->prune_at = mono_after(h->now, HISTORY_RETRY_MS);
		return;
	}
	if (!prune(h, &aged, out, &e)) {
		history_store_failed(h, &e, out);
		return;
	}
	if (aged.count > 0)
		record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, aged.count,
			"%d statuses were never fetched and are too old now: given up", (int)aged.count);
	h->stored_owed -= aged.count;
}
