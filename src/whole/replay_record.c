/* SPDX-License-Identifier: MIT */
#include "whole/replay_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROW_READINGS = 64 * 1024, ROW_BYTES = 512 * 1024, MISSES = 64 };

/* --- whose series ------------------------------------------------------------------------------------------------ */

static bool same_place(const struct record *r, const struct channel *c, const struct store_series *s)
{
	return s->kind == STORE_READINGS && s->name == c->name && strcmp(s->about, house_alias(r->house, c->about)) == 0 &&
		strcmp(s->by, house_alias(r->house, c->by)) == 0;
}

static int channel_of(const struct record *r, const struct store_series *s)
{
	for (int i = 0; i < r->house->n_channels; i++) {
		const struct channel *c = &r->house->channels[i];

		if (same_place(r, c, s) && s->map.num == c->map.num && s->map.den == c->map.den &&
			s->map.offset == c->map.offset)
			return i;
	}
	return -1;
}

static bool read_series(struct record *r, struct err *e)
{
	struct store_series s;
	int misses = 0;
	bool found;

	for (int id = 0; id < RECORD_SERIES; id++)
		r->channel_of[id] = -1;
	for (int id = 1; id < RECORD_SERIES && misses < MISSES; id++) {
		if (!r->store->get_series(r->store->self, id, &s, &found, e))
			return false;
		misses = found ? 0 : misses + 1;
		if (found)
			r->channel_of[id] = (int16_t)channel_of(r, &s);
		if (r->channel_of[id] >= 0)
			r->known[r->channel_of[id]] = true;
	}
	return true;
}

bool record_open(struct record *r, const struct store *store, const struct house *house,
	const bool needs[HOUSE_MAX_CHANNELS], struct err *e)
{
	*r = (struct record){ .store = store, .house = house };
	r->bytes = malloc(ROW_BYTES);
	r->row = malloc(sizeof(*r->row) * ROW_READINGS);
	r->block.readings = malloc(sizeof(*r->block.readings) * ROW_READINGS);
	r->block.capacity = ROW_READINGS;
	if (r->bytes == NULL || r->row == NULL || r->block.readings == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	if (!read_series(r, e))
		return false;
	for (int i = 0; i < house->n_channels; i++)
		if (needs[i] && !r->known[i])
			return err_set(e, ERR_ABSENT, 0, "no channel %s/%s in it - it is the record of another house than %s",
				house_alias(house, house->channels[i].by), telemetry_name_word(house->channels[i].name),
				house->key);
	return true;
}

void record_close(struct record *r)
{
	free(r->bytes);
	free(r->row);
	free(r->block.readings);
	*r = (struct record){ .store = NULL };
}

/* --- readings ------------------------------------------------------------------------------------------------------ */

bool record_first(const struct record *r, int64_t from_s, int64_t to_s, int64_t *start_s, bool *found, struct err *e)
{
	return r->store->next_block(r->store->self, TIER_EXACT, from_s - from_s % RECORD_ROW_S, to_s, start_s, found, e);
}

void record_seek(struct record *r, int64_t from_s, int64_t to_s)
{
	r->n = r->next = 0;
	r->next_row_s = from_s - from_s % RECORD_ROW_S;
	r->end_s = to_s;
}

static int by_time(const void *a, const void *b)
{
	const struct record_reading *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	return (x->channel > y->channel) - (x->channel < y->channel);
}

static void take_block(struct record *r)
{
	r->n = r->next = 0;
	for (int32_t i = 0; i < r->block.n_series; i++) {
		const struct block_series *s = &r->block.series[i];
		int channel = s->id >= 0 && s->id < RECORD_SERIES ? r->channel_of[s->id] : -1;

		for (int32_t k = 0; channel >= 0 && k < s->count; k++)
			r->row[r->n++] = (struct record_reading){ r->block.readings[s->first + k].at_ms,
				r->block.readings[s->first + k].code, channel };
	}
	qsort(r->row, (size_t)r->n, sizeof(*r->row), by_time);
}

/* False with *more false: there are none; a row that is damaged is as one that is missing. */
static bool next_row(struct record *r, bool *more, struct err *e)
{
	int64_t start_s;
	size_t length;
	bool found;

	if (!r->store->next_block(r->store->self, TIER_EXACT, r->next_row_s, r->end_s, &start_s, more, e))
		return false;
	if (!*more)
		return true;
	if (!r->store->get_block(r->store->self, TIER_EXACT, start_s, r->bytes, ROW_BYTES, &length, &found, e))
		return false;
	r->next_row_s = start_s + 1;
	r->n = r->next = 0;
	r->block.start_ms = start_s * 1000;
	if (found && block_decode(r->bytes, length, &r->block)) {
		take_block(r);
		r->rows++;
	}
	return true;
}

bool record_next(struct record *r, int64_t before_ms, const struct record_reading **out, struct err *e)
{
	bool more = true;

	*out = NULL;
	while (r->next == r->n && more && r->next_row_s * 1000 < before_ms)
		if (!next_row(r, &more, e))
			return false;
	if (r->next < r->n && r->row[r->next].at_ms < before_ms)
		*out = &r->row[r->next++];
	return true;
}

/* --- events --------------------------------------------------------------------------------------------------------- */

struct wanted { const struct record *record; struct record_events *to; const int *codes; int n_codes; bool full; };

bool record_events_add(struct record_events *v, const struct record_event *e)
{
	if (v->n == v->room) {
		int room = v->room > 0 ? 2 * v->room : 256;
		struct record_event *more = realloc(v->at, sizeof(*more) * (size_t)room);

		if (more == NULL)
			return false;
		v->at = more;
		v->room = room;
	}
	v->at[v->n++] = *e;
	return true;
}

void record_events_free(struct record_events *v)
{
	free(v->at);
	*v = (struct record_events){ .n = 0 };
}

static bool take_event(void *ctx, const struct store_event *v)
{
	struct wanted *w = ctx;
	struct record_event e = { .at_ms = v->at_ms, .node = house_node(w->record->house, v->node), .value = v->value };

	if (v->command)
		return true;
	for (int i = 0; i < w->n_codes; i++) {
		if (strcmp(v->code, log_code_name((enum log_code)w->codes[i])) != 0)
			continue;
		e.code = w->codes[i];
		snprintf(e.text, sizeof(e.text), "%s", v->text);
		w->full = !record_events_add(w->to, &e);
	}
	return !w->full;
}

bool record_events(const struct record *r, int64_t from_ms, int64_t to_ms, const int codes[], int n_codes,
	struct record_events *to, struct err *e)
{
	struct wanted w = { .record = r, .to = to, .codes = codes, .n_codes = n_codes };

	if (!r->store->for_events(r->store->self, from_ms, to_ms, take_event, &w, e))
		return false;
	return !w.full || err_set(e, ERR_MEMORY, 0, "out of memory");
}
