/* SPDX-License-Identifier: MIT */
/* The rows of the store: series, blocks, events, what is owed, numbers. */
#include <string.h>

#include "core/history/crc32.h"
#include "port/store_parts.h"

static const char *const kind_words[] = { [STORE_READINGS] = "reading", [STORE_COMMANDS] = "command" };

static void bind_text(sqlite3_stmt *st, int i, const char *text)
{
	sqlite3_bind_text(st, i, text, -1, SQLITE_STATIC);
}

static const char *text_of(sqlite3_stmt *st, int i)
{
	const unsigned char *text = sqlite3_column_text(st, i);

	return text != NULL ? (const char *)text : "";
}

static void bind_uuid(sqlite3_stmt *st, int i, const struct uuid *u)
{
	sqlite3_bind_blob(st, i, u->b, sizeof(u->b), SQLITE_STATIC);
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

static bool series_id(void *self, const struct store_series *is, int32_t *id, struct err *e)
{
	struct store_db *s = self;
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

static bool take_series(sqlite3_stmt *st, struct store_series *is)
{
	int name = 0;

	memset(is, 0, sizeof(*is));
	sqlite3_snprintf(sizeof(is->about), is->about, "%s", text_of(st, 0));
	sqlite3_snprintf(sizeof(is->by), is->by, "%s", text_of(st, 1));
	while (name < N_TELEMETRY_NAMES &&
		strcmp(telemetry_name_word((enum telemetry_name)name), text_of(st, 2)) != 0)
		name++;
	is->name = (enum telemetry_name)name;
	is->kind = strcmp(text_of(st, 3), kind_words[STORE_COMMANDS]) == 0 ? STORE_COMMANDS : STORE_READINGS;
	is->map = (struct code_map){ sqlite3_column_int64(st, 4), sqlite3_column_int64(st, 5),
		sqlite3_column_int64(st, 6) };
	return name < N_TELEMETRY_NAMES && is->map.den > 0;
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

static bool put_block(void *self, enum store_tier tier, int64_t start_s, const uint8_t *bytes, size_t length,
	struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_BLOCK_PUT, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, tier);
	sqlite3_bind_int64(st, 2, start_s);
	sqlite3_bind_int64(st, 3, crc32_of(0, bytes, length));
	sqlite3_bind_blob64(st, 4, bytes, length, SQLITE_STATIC);
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
	sqlite3_bind_int64(st, 1, tier);
	sqlite3_bind_int64(st, 2, start_s);
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
	sqlite3_bind_int64(st, 1, tier);
	sqlite3_bind_int64(st, 2, from_s);
	sqlite3_bind_int64(st, 3, to_s);
	if (!store_row(s, ST_BLOCK_NEXT, found, "block", e))
		return false;
	if (*found)
		*start_s = sqlite3_column_int64(st, 0);
	store_reset(s, ST_BLOCK_NEXT);
	return true;
}

/* --- events -------------------------------------------------------------------------------- */

static bool put_event(void *self, const struct store_event *v, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_EVENT_PUT, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, v->at_ms);
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
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, to_ms);
	while (go_on) {
		if (!store_row(s, ST_EVENT_GET, &found, "event", e))
			return false;
		if (!found)
			return true;
		go_on = each(ctx, &(struct store_event){
			.at_ms = sqlite3_column_int64(st, 0), .command = sqlite3_column_int(st, 1) != 0,
			.level = text_of(st, 2), .code = text_of(st, 3), .node = text_of(st, 4),
			.value = sqlite3_column_int(st, 5), .text = text_of(st, 6) });
	}
	store_reset(s, ST_EVENT_GET);
	return true;
}

/* --- what is owed -------------------------------------------------------------------------- */

static bool owe(void *self, const struct store_owed *o, bool *taken, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_OWE, e);

	if (st == NULL)
		return false;
	bind_uuid(st, 1, &o->uid);
	sqlite3_bind_int64(st, 2, o->slot_s);
	sqlite3_bind_int64(st, 3, o->period_s);
	sqlite3_bind_int64(st, 4, o->tier);
	sqlite3_bind_int64(st, 5, o->sent);
	if (!store_run(s, ST_OWE, "owed", e))
		return false;
	*taken = sqlite3_changes(s->db) > 0;
	return true;
}

static bool by_uid(struct store_db *s, enum store_statement which, struct uuid uid, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, which, e);

	if (st == NULL)
		return false;
	bind_uuid(st, 1, &uid);
	return store_run(s, which, "owed", e);
}

static bool mark_sent(void *self, struct uuid uid, struct err *e)
{
	return by_uid(self, ST_SENT, uid, e);
}

static bool forget(void *self, struct uuid uid, struct err *e)
{
	return by_uid(self, ST_FORGET, uid, e);
}

static bool next_owed(void *self, int64_t after_n, struct store_owed *o, bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_OWED_NEXT, e);

	*found = false;
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, after_n);
	if (!store_row(s, ST_OWED_NEXT, found, "owed", e))
		return false;
	if (!*found)
		return true;
	*o = (struct store_owed){ .n = sqlite3_column_int64(st, 0), .slot_s = sqlite3_column_int64(st, 2),
		.period_s = sqlite3_column_int(st, 3), .tier = (enum store_tier)sqlite3_column_int(st, 4),
		.sent = sqlite3_column_int(st, 5) != 0 };
	if (sqlite3_column_bytes(st, 1) == (int)sizeof(o->uid.b))
		memcpy(o->uid.b, sqlite3_column_blob(st, 1), sizeof(o->uid.b));
	store_reset(s, ST_OWED_NEXT);
	return true;
}

static bool count_owed(void *self, int32_t *count, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_OWED_COUNT, e);
	bool found;

	if (st == NULL || !store_row(s, ST_OWED_COUNT, &found, "owed", e))
		return false;
	*count = found ? sqlite3_column_int(st, 0) : 0;
	store_reset(s, ST_OWED_COUNT);
	return true;
}

/* --- numbers, and what is too old ---------------------------------------------------------- */

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

static bool prune_one(struct store_db *s, enum store_statement which, int64_t limit, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, which, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, limit);
	return store_run(s, which, "prune", e);
}

static bool prune(void *self, int64_t block_s, int64_t event_ms, int32_t *dropped, struct err *e)
{
	struct store_db *s = self;

	if (!prune_one(s, ST_PRUNE_OWED, block_s, e))
		return false;
	*dropped = sqlite3_changes(s->db);
	return prune_one(s, ST_PRUNE_BLOCKS, block_s, e) && prune_one(s, ST_PRUNE_EVENTS, event_ms, e);
}

void store_rows(struct store *out)
{
	out->series_id = series_id;
	out->get_series = get_series;
	out->put_block = put_block;
	out->get_block = get_block;
	out->next_block = next_block;
	out->put_event = put_event;
	out->for_events = for_events;
	out->owe = owe;
	out->mark_sent = mark_sent;
	out->forget = forget;
	out->next_owed = next_owed;
	out->count_owed = count_owed;
	out->put_number = put_number;
	out->get_number = get_number;
	out->prune = prune;
}
