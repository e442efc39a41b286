/* SPDX-License-Identifier: MIT */
/* The columns of a row. */
#include <time.h>

#include "main/sqlite_parts.h"

SQLITE_EXTENSION_INIT3

const struct tier_form sqlite_tiers[TIERS] = {
	[EXACT] = { "exact", 0, 300 },
	[MINUTE] = { "minute", 60, 3600 },
	[QUARTER] = { "quarter", 900, 6 * 3600 },
	[DAY] = { "day", 0, DAY_S },
};

static void result_time(sqlite3_context *x, int64_t ms)
{
	int64_t s = ms / 1000 - (ms % 1000 < 0);
	time_t t = (time_t)s;
	struct tm tm;
	char text[64];

	if (s < 0 || s > 253402300799 || gmtime_r(&t, &tm) == NULL)
		return;	/* NULL: outside the years that can be written */
	sqlite3_snprintf(sizeof(text), text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(ms - s * 1000));
	sqlite3_result_text(x, text, -1, SQLITE_TRANSIENT);
}

static void result_text(sqlite3_context *x, const char *text)
{
	sqlite3_result_text(x, text, -1, SQLITE_TRANSIENT);
}

static void result_shared(const struct cursor *c, sqlite3_context *x, int column, int64_t at_ms)
{
	switch ((enum column)column) {
	case COLUMN_AT_MS:
		sqlite3_result_int64(x, at_ms);
		return;
	case COLUMN_AT:
		result_time(x, at_ms);
		return;
	case COLUMN_SERIES:
		sqlite3_result_int(x, c->is->id);
		return;
	case COLUMN_ABOUT:
		result_text(x, c->is->about);
		return;
	case COLUMN_SENSOR:
		result_text(x, c->is->sensor);
		return;
	case COLUMN_NAME:
		result_text(x, c->is->name);
		return;
	case COLUMN_KIND:
		result_text(x, c->is->kind);
		return;
	case N_SHARED:
		return;
	}
}

/* As code_map_apply, but for any numbers a file may hold: NULL where there is no answer. */
static void result_value(sqlite3_context *x, const struct series *s, int64_t code)
{
	__int128 n, q;

	if (s->den <= 0)
		return;
	n = (__int128)code * s->num + (__int128)s->offset * s->den;
	q = n >= 0 ? (n + s->den / 2) / s->den : -((-n + s->den / 2) / s->den);
	if (q >= INT64_MIN && q <= INT64_MAX)
		sqlite3_result_int64(x, (int64_t)q);
}

static void result_reading(const struct cursor *c, sqlite3_context *x, int column)
{
	const struct block_reading *r = &c->block.readings[c->of[c->at_of].first + c->at];

	if (column < N_SHARED)
		result_shared(c, x, column, r->at_ms);
	else if (column == N_SHARED)
		sqlite3_result_int64(x, r->code);
	else
		result_value(x, c->is, r->code);
}

static void result_bucket(const struct cursor *c, sqlite3_context *x, int column)
{
	const struct bucket *b = &c->buckets.buckets[c->of[c->at_of].first + c->at];
	const int64_t own[] = { b->mean, b->min, b->max, b->count, b->wh };
	uint64_t at_s = (uint64_t)c->start_s + (uint64_t)b->at * (uint64_t)sqlite_tiers[c->tier].bucket_s;

	if (column < N_SHARED)
		result_shared(c, x, column, (int64_t)(at_s * 1000));
	else
		sqlite3_result_int64(x, own[column - N_SHARED]);
}

static void result_damage(const struct cursor *c, sqlite3_context *x, int column)
{
	int64_t at_ms = (int64_t)((uint64_t)c->start_s * 1000);

	if (column == 0)
		sqlite3_result_int64(x, at_ms);
	else if (column == 1)
		result_time(x, at_ms);
	else if (column == 2)
		result_text(x, (unsigned)c->tier < TIERS ? sqlite_tiers[c->tier].word : "?");
	else if (column == 5)
		result_text(x, c->why);
	else
		sqlite3_result_int64(x, column == 3 ? c->start_s : sqlite3_column_bytes(c->rows, 3));
}

void sqlite_result(const struct cursor *c, sqlite3_context *x, int n)
{
	static void (*const of[N_SHAPES])(const struct cursor *, sqlite3_context *, int) = {
		[READINGS] = result_reading, [BUCKETS] = result_bucket, [DAMAGED] = result_damage };

	of[((const struct table *)c->base.pVtab)->view->shape](c, x, n);
}
