/* SPDX-License-Identifier: MIT */
/* The rows of the store: series, blocks, events, numbers. */
#include <string.h>

#include "core/history/crc32.h"
#include "port/store_parts.h"

static const char *const kind_words[N_STORE_SERIES_KINDS] = {
	[STORE_READINGS] = "reading", [STORE_COMMANDS] = "command", [STORE_FIGURES] = "figure"
};

const char *store_text(sqlite3_stmt *st, int column)
{
	const unsigned char *text = sqlite3_column_text(st, column);

	return text != NULL ? (const char *)text : "";
}

static void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

/* --- series -------------------------------------------------------------------------------- */

static void bind_series(sqlite3_stmt *st, const struct store_series *is)
{
	bind_text(st, 1, is->about);
	bind_text(st, 2, is->by);
	bind_text(st, 3, telemetry_name_word(is->name));
	bind_text(st, 4, kind_words[is->kind]);
	sqlite3_bind_int64(st, 5, is->map.num);
	sqlite3_bind_int64(st, 6, is->map.den);
	sqlite3_bind_int64(st, 7, is->map.offset);
}

static bool is_known(struct store_known *k, const struct store_series *is, int32_t *id)
{
	for (int i = 0; i < k->n; i++) {
		int at = (k->next + i) % k->n;

		if (memcmp(&k->list[at].is, is, sizeof(*is)) != 0)
			continue;
		k->next = at + 1;
		*id = k->list[at].id;
		return true;
	}
	return false;
}

static void remember(struct store_known *k, const struct store_series *is, int32_t id)
{
	if (k->n == STORE_KNOWN)
		return;
	memcpy(&k->list[k->n].is, is, sizeof(*is));
	k->list[k->n++].id = id;
}

static bool ask_series(struct store_db *s, const struct store_series *is, int32_t *id, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, ST_SERIES_ID, e);
	bool found;

	if (st == NULL)
		return false;
	bind_series(st, is);
	if (!store_row(s, ST_SERIES_ID, &found, "series", e))
		return false;
	if (found) {
		*id = sqlite3_column_int(st, 0);
		store_reset(s, ST_SERIES_ID);
		return true;
	}
	st = store_statement(s, ST_SERIES_NEW, e);
	if (st == NULL)
		return false;
	bind_series(st, is);
	if (!store_run(s, ST_SERIES_NEW, "series", e))
		return false;
	*id = (int32_t)sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool series_id(void *self, const struct store_series *is, int32_t *id, struct err *e)
{
	struct store_db *s = self;

	if (s->db != NULL && is_known(&s->known, is, id))
		return true;
	if (!ask_series(s, is, id, e))
		return false;
	remember(&s->known, is, *id);
	return true;
}

static bool take_series(sqlite3_stmt *st, struct store_series *is)
{
	int name = 0, kind = 0;

	memset(is, 0, sizeof(*is));
	sqlite3_snprintf(sizeof(is->about), is->about, "%s", store_text(st, 0));
	sqlite3_snprintf(sizeof(is->by), is->by, "%s", store_text(st, 1));
	while (name < N_TELEMETRY_NAMES &&
		strcmp(telemetry_name_word((enum telemetry_name)name), store_text(st, 2)) != 0)
		name++;
	is->name = (enum telemetry_name)name;
	while (kind < N_STORE_SERIES_KINDS && strcmp(kind_words[kind], store_text(st, 3)) != 0)
		kind++;
	is->kind = (enum store_series_kind)kind;
	is->map = (struct code_map){ sqlite3_column_int64(st, 4), sqlite3_column_int64(st, 5),
		sqlite3_column_int64(st, 6) };
	return name < N_TELEMETRY_NAMES && kind < N_STORE_SERIES_KINDS && is->map.den > 0;
}

static bool get_series(void *self, int32_t id, struct store_series *is, bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_SERIES_GET, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, id);
	if (!store_row(s, ST_SERIES_GET, found, "series", e))
		return false;
	if (*found && !take_series(st, is)) {
		*found = false;
		s->damaged_rows++;
	}
	store_reset(s, ST_SERIES_GET);
	return true;
}

/* --- blocks -------------------------------------------------------------------------------- */

int64_t store_block_id(enum store_tier tier, int64_t start_s)
{
	const int64_t most_s = ((int64_t)1 << 40) - 1;

	start_s = start_s < 0 ? 0 : start_s > most_s ? most_s : start_s;
	return (((int64_t)TIER_DAY - (int64_t)tier) << 40) + start_s;
}

static bool put_block(void *self, enum store_tier tier, int64_t start_s, const uint8_t *bytes, size_t length,
	struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_BLOCK_PUT, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, store_block_id(tier, start_s));
	sqlite3_bind_int64(st, 2, crc32_of(0, bytes, length));
	sqlite3_bind_blob64(st, 3, bytes, length, SQLITE_STATIC);
	return store_run(s, ST_BLOCK_PUT, "block", e);
}

static bool get_block(void *self, enum store_tier tier, int64_t start_s, uint8_t *bytes, size_t size,
	size_t *length, bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_BLOCK_GET, e);
	const void *blob;

	*length = 0;
	*found = false;
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, store_block_id(tier, start_s));
	if (!store_row(s, ST_BLOCK_GET, found, "block", e))
		return false;
	if (!*found)
		return true;
	blob = sqlite3_column_blob(st, 1);
	*length = (size_t)sqlite3_column_bytes(st, 1);
	*found = blob != NULL && *length <= size && sqlite3_column_int64(st, 0) == crc32_of(0, blob, *length);
	if (*found)
		memcpy(bytes, blob, *length);
	else
		s->damaged_rows++;
	store_reset(s, ST_BLOCK_GET);
	return true;
}

static bool next_block(void *self, enum store_tier tier, int64_t from_s, int64_t to_s, int64_t *start_s,
	bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_BLOCK_NEXT, e);

	*found = false;
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, store_block_id(tier, from_s));
	sqlite3_bind_int64(st, 2, store_block_id(tier, to_s));
	if (!store_row(s, ST_BLOCK_NEXT, found, "block", e))
		return false;
	if (*found)
		*start_s = sqlite3_column_int64(st, 0);
	store_reset(s, ST_BLOCK_NEXT);
	return true;
}

static bool last_block(void *self, enum store_tier tier, int64_t before_s, int64_t *start_s, bool *found,
	struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_BLOCK_LAST, e);

	*found = false;
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, store_block_id(tier, 0));
	sqlite3_bind_int64(st, 2, store_block_id(tier, before_s));
	if (!store_row(s, ST_BLOCK_LAST, found, "block", e))
		return false;
	if (*found)
		*start_s = sqlite3_column_int64(st, 0);
	store_reset(s, ST_BLOCK_LAST);
	return true;
}

/* --- events -------------------------------------------------------------------------------- */

/* Times an event can have: the row's id holds it, and how many there were of the same millisecond. */
static int64_t at_most(int64_t ms)
{
	const int64_t most_ms = ((int64_t)1 << 46) - 1;

	return ms < 0 ? 0 : ms > most_ms ? most_ms : ms;
}

static bool put_event(void *self, const struct store_event *v, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_EVENT_PUT, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, at_most(v->at_ms));
	sqlite3_bind_int(st, 2, v->command);
	bind_text(st, 3, v->level);
	bind_text(st, 4, v->code);
	bind_text(st, 5, v->node);
	sqlite3_bind_int(st, 6, v->value);
	bind_text(st, 7, v->text);
	return store_run(s, ST_EVENT_PUT, "event", e);
}

static bool for_events(void *self, int64_t from_ms, int64_t to_ms,
	bool (*each)(void *ctx, const struct store_event *), void *ctx, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_EVENT_GET, e);
	bool found = true, go_on = true;

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, at_most(from_ms));
	sqlite3_bind_int64(st, 2, at_most(to_ms));
	while (go_on) {
		if (!store_row(s, ST_EVENT_GET, &found, "event", e))
			return false;
		if (!found)
			return true;
		go_on = each(ctx, &(struct store_event){
			.at_ms = sqlite3_column_int64(st, 0), .command = sqlite3_column_int(st, 1) != 0,
			.level = store_text(st, 2), .code = store_text(st, 3), .node = store_text(st, 4),
			.value = sqlite3_column_int(st, 5), .text = store_text(st, 6) });
	}
	store_reset(s, ST_EVENT_GET);
	return true;
}

/* --- numbers ------------------------------------------------------------------------------- */

static bool put_number(void *self, enum store_number key, int64_t value, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_NUMBER_PUT, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, key);
	sqlite3_bind_int64(st, 2, value);
	return store_run(s, ST_NUMBER_PUT, "number", e);
}

static bool get_number(void *self, enum store_number key, int64_t *value, bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_NUMBER_GET, e);

	*found = false;
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, key);
	if (!store_row(s, ST_NUMBER_GET, found, "number", e))
		return false;
	if (*found)
		*value = sqlite3_column_int64(st, 0);
	store_reset(s, ST_NUMBER_GET);
	return true;
}

void store_rows(struct store *out)
{
	out->series_id = series_id;
	out->get_series = get_series;
	out->put_block = put_block;
	out->get_block = get_block;
	out->next_block = next_block;
	out->last_block = last_block;
	out->put_event = put_event;
	out->for_events = for_events;
	out->put_number = put_number;
	out->get_number = get_number;
}
