/* SPDX-License-Identifier: MIT */
#include "core/history/tier.h"

#include <string.h>

#include "core/civil.h"

enum { MS_PER_H = 3600 * 1000 };

static const struct { int64_t row_s, bucket_s; int32_t room; } shapes[N_STORE_TIERS] = {
	[TIER_EXACT] = { TIER_FEED_S, 0, 0 },
	[TIER_MINUTE] = { TIER_MINUTE_ROW_S, 60, TIER_MINUTE_ROW_S / 60 },
	[TIER_QUARTER] = { TIER_QUARTER_ROW_S, 900, TIER_QUARTER_ROW_S / 900 },
	[TIER_DAY] = { 0, 0, 1 },
};

int64_t tier_bucket_s(enum store_tier t)
{
	return shapes[t].bucket_s;
}

int32_t tier_room(enum store_tier t)
{
	return shapes[t].room;
}

int64_t tier_row_start_s(enum store_tier t, const struct zone *z, int64_t s)
{
	return t == TIER_DAY ? zone_day_start_s(z, s) : s - s % shapes[t].row_s;
}

int64_t tier_row_end_s(enum store_tier t, const struct zone *z, int64_t s)
{
	return t == TIER_DAY ? zone_day_end_s(z, s) : s - s % shapes[t].row_s + shapes[t].row_s;
}

int64_t tier_round(int64_t sum, int64_t n)
{
	return sum >= 0 ? (sum + n / 2) / n : -((-sum + n / 2) / n);
}

void tier_begin(struct tier_row *r, enum store_tier t, const struct zone *z, int64_t s)
{
	r->tier = t;
	r->open = true;
	r->start_s = tier_row_start_s(t, z, s);
	r->end_s = tier_row_end_s(t, z, s);
	r->bucket_s = t == TIER_DAY ? r->end_s - r->start_s : shapes[t].bucket_s;
	r->n_buckets = shapes[t].room;
	r->n_feeds = 0;
	r->last_feed_s = INT64_MIN;
	figures_begin(&r->figures);
	memset(r->held, 0, sizeof(r->held));
	memset(r->cells, 0, sizeof(*r->cells) * (size_t)r->room * BLOCK_MAX_SERIES);
}

static struct tier_cell *cell_at(const struct tier_row *r, int32_t series, int64_t at_ms)
{
	int64_t k = (at_ms - r->start_s * 1000) / (r->bucket_s * 1000);

	if (at_ms < r->start_s * 1000 || k >= r->n_buckets)
		return NULL;
	return &r->cells[series * r->room + k];
}

/* The power that was held counts up to `to_ms`, split where buckets end. */
static void credit(struct tier_row *r, int32_t series, int64_t to_ms)
{
	struct tier_held *h = &r->held[series];
	int64_t bucket_ms = r->bucket_s * 1000, start_ms = r->start_s * 1000;

	if (to_ms > h->until_ms)
		to_ms = h->until_ms;
	if (h->credited_ms < start_ms)
		h->credited_ms = start_ms;
	while (h->known && h->credited_ms < to_ms) {
		int64_t end_ms = h->credited_ms - (h->credited_ms - start_ms) % bucket_ms + bucket_ms;
		struct tier_cell *c = cell_at(r, series, h->credited_ms);

		end_ms = end_ms < to_ms ? end_ms : to_ms;
		if (c != NULL)
			c->w_ms += h->w * (end_ms - h->credited_ms);
		h->credited_ms = end_ms;
	}
}

static void hold(struct tier_row *r, int32_t series, int64_t at_ms, int64_t w)
{
	if (!r->held[series].known || at_ms >= r->held[series].credited_ms)	/* a late one changes nothing */
		r->held[series] = (struct tier_held){ w, at_ms + TIER_HOLD_MS, at_ms, true };
}

static void add(struct tier_cell *c, int64_t value)
{
	if (c->count == 0 || value < c->min)
		c->min = value;
	if (c->count == 0 || value > c->max)
		c->max = value;
	c->sum += value;
	c->count++;
}

static void feed_series(struct tier_row *r, int32_t series, const struct block_reading *b, int32_t n,
	const struct store_series *is)
{
	for (int32_t i = 0; i < n; i++) {
		struct tier_cell *c = cell_at(r, series, b[i].at_ms);
		int64_t value = code_map_apply(is->map, b[i].code);

		if (is->name == TELEMETRY_POWER_W) {
			credit(r, series, b[i].at_ms);
			hold(r, series, b[i].at_ms, value);
		}
		if (c != NULL)
			add(c, value);
	}
}

void tier_feed(struct tier_row *r, int64_t row_s, const struct block *b, const struct store_series *series)
{
	for (int32_t i = 0; i < b->n_series; i++) {
		const struct block_series *s = &b->series[i];

		if (series[s->id].kind == STORE_READINGS)
			feed_series(r, s->id, &b->readings[s->first], s->count, &series[s->id]);
	}
	for (int32_t i = 0; i < BLOCK_MAX_SERIES; i++)
		if (r->held[i].known)
			credit(r, i, (row_s + TIER_FEED_S) * 1000);
	r->n_feeds++;
	r->last_feed_s = row_s;
}

void tier_prime(struct tier_row *r, const struct block *b, const struct store_series *series)
{
	for (int32_t i = 0; i < b->n_series; i++) {
		const struct block_series *s = &b->series[i];
		const struct block_reading *last = &b->readings[s->first + s->count - 1];

		if (s->count > 0 && series[s->id].kind == STORE_READINGS && series[s->id].name == TELEMETRY_POWER_W)
			hold(r, s->id, last->at_ms, code_map_apply(series[s->id].map, last->code));
	}
}

int64_t tier_credited(const struct tier_row *r, int32_t series)
{
	int64_t w_ms = 0;

	for (int32_t k = 0; series >= 0 && k < r->n_buckets; k++)
		w_ms += r->cells[series * r->room + k].w_ms;
	return w_ms;
}

bool tier_add(struct bucket_block *b, int32_t id, const struct bucket *bucket)
{
	struct block_series *s = b->n_series > 0 ? &b->series[b->n_series - 1] : NULL;

	if (b->n_buckets == b->capacity)
		return false;
	if (s == NULL || s->id != id) {
		if (b->n_series == BLOCK_MAX_SERIES)
			return false;
		b->grid[b->n_series] = (struct code_map){ 0, 1, 0 };
		s = &b->series[b->n_series++];
		*s = (struct block_series){ id, b->n_buckets, 0 };
	}
	s->count++;
	b->buckets[b->n_buckets++] = *bucket;
	return true;
}

bool tier_collect(const struct tier_row *r, const struct store_series *series, const int32_t *ids, int32_t n_series,
	struct bucket_block *out)
{
	for (int32_t s = 0; s < n_series; s++)
		for (int32_t k = 0; k < r->n_buckets; k++) {
			const struct tier_cell *c = &r->cells[s * r->room + k];
			struct bucket b = { .at = k, .count = c->count, .min = c->min, .max = c->max };

			if (c->count == 0)
				continue;
			b.mean = tier_round(c->sum, c->count);
			/* Of minutes most have no reading of power, so theirs would not add up. */
			b.wh = series[s].name == TELEMETRY_POWER_W && r->tier != TIER_MINUTE ? tier_round(c->w_ms, MS_PER_H) : 0;
			if (!tier_add(out, ids != NULL ? ids[s] : s, &b))
				return false;
			out->grid[out->n_series - 1] = series[s].map;
		}
	return true;
}
