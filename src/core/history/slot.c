/* SPDX-License-Identifier: MIT */
#include "core/history/slot.h"

#include <string.h>

bool slot_add(struct slot *s, int32_t series, int64_t at_ms, int64_t code)
{
	if (s->n == s->capacity)
		return false;
	s->log[s->n++] = (struct slot_entry){ at_ms, code, series };
	return true;
}

bool slot_add_block(struct slot *s, const struct block *b, int64_t from_ms, int64_t to_ms)
{
	for (int32_t i = 0; i < b->n_series; i++) {
		const struct block_series *of = &b->series[i];
		const struct block_reading *r = &b->readings[of->first];

		for (int32_t k = 0; k < of->count; k++)
			if (r[k].at_ms >= from_ms && r[k].at_ms < to_ms &&
				!slot_add(s, of->id, r[k].at_ms, r[k].code))
				return false;
	}
	return true;
}

static bool within(const struct slot_entry *e, int64_t from_ms, int64_t to_ms)
{
	return e->at_ms >= from_ms && e->at_ms < to_ms;
}

/* A counting sort: first how many of each series, then each into its place. */
bool slot_group(const struct slot *s, int64_t from_ms, int64_t to_ms, struct block *b)
{
	int32_t count[BLOCK_MAX_SERIES] = { 0 }, place[BLOCK_MAX_SERIES];
	int32_t fits = 0, i;

	for (i = 0; i < s->n; i++) {
		if (!within(&s->log[i], from_ms, to_ms))
			continue;
		if (fits == b->capacity)
			break;
		count[s->log[i].series]++;
		fits++;
	}
	b->n_series = b->n_readings = 0;
	for (int32_t k = 0; k < BLOCK_MAX_SERIES; k++) {
		place[k] = b->n_readings;
		if (count[k] > 0)
			b->series[b->n_series++] = (struct block_series){ k, b->n_readings, count[k] };
		b->n_readings += count[k];
	}
	for (int32_t k = 0; k < i; k++)
		if (within(&s->log[k], from_ms, to_ms))
			b->readings[place[s->log[k].series]++] =
				(struct block_reading){ s->log[k].at_ms, s->log[k].code };
	return i == s->n;
}

void slot_drop_before(struct slot *s, int64_t ms)
{
	int32_t n = 0;

	for (int32_t i = 0; i < s->n; i++)
		if (s->log[i].at_ms >= ms)
			s->log[n++] = s->log[i];
	s->n = n;
}
