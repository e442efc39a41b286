/* SPDX-License-Identifier: MIT */
/* Rows of the store that come and go: what is owed and asked for, gaps; and what is too old. */
#include <string.h>

#include "port/store_parts.h"

static void bind_uuid(sqlite3_stmt *st, int i, const struct uuid *u)
{
	sqlite3_bind_blob(st, i, u->b, sizeof(u->b), SQLITE_STATIC);
}

/* --- what is owed -------------------------------------------------------------------------- */

/* The first column of its row; 0: there is none. */
static bool get_n(struct store_db *s, enum store_statement which, int64_t *n, struct err *e)
{
	bool found;

	*n = 0;
	if (!store_row(s, which, &found, "owed", e))
		return false;
	if (found)
		*n = sqlite3_column_int64(s->statements[which], 0);
	store_reset(s, which);
	return true;
}

/* By looking at all that is owed, oldest first: it is little, the oldest is sent first, and an index by random uids
 * would cost a page with each. *n 0: it is not owed. */
static bool find(struct store_db *s, struct uuid uid, int64_t *n, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, ST_OWED_FIND, e);

	if (st == NULL)
		return false;
	bind_uuid(st, 1, &uid);
	return get_n(s, ST_OWED_FIND, n, e);
}

static bool next_n(struct store_db *s, int64_t *n, struct err *e)
{
	if (store_statement(s, ST_OWED_LAST, e) == NULL || !get_n(s, ST_OWED_LAST, n, e))
		return false;
	*n = s->owed_n = (*n > s->owed_n ? *n : s->owed_n) + 1;
	return true;
}

static bool owe(void *self, const struct store_owed *o, bool *taken, struct err *e)
{
	struct store_db *s = self;
	enum store_statement which = ST_OWE_AGAIN;
	sqlite3_stmt *st;
	int64_t n;

	if (!find(s, o->uid, &n, e))
		return false;
	if (n == 0) {
		which = ST_OWE;
		if (!next_n(s, &n, e))
			return false;
	}
	st = store_statement(s, which, e);
	if (st == NULL)
		return false;
	bind_uuid(st, 1, &o->uid);
	sqlite3_bind_int64(st, 2, o->slot_s);
	sqlite3_bind_int64(st, 3, o->period_s);
	sqlite3_bind_int64(st, 4, o->tier);
	sqlite3_bind_int64(st, 5, o->sent);
	sqlite3_bind_int64(st, 6, o->by_age);
	sqlite3_bind_int64(st, 7, o->request);
	sqlite3_bind_int64(st, 8, n);
	if (!store_run(s, which, "owed", e))
		return false;
	*taken = sqlite3_changes(s->db) > 0;
	return true;
}

static bool mark_sent(void *self, struct uuid uid, enum store_tier tier, struct err *e)
{
	sqlite3_stmt *st;
	int64_t n;

	if (!find(self, uid, &n, e))
		return false;
	st = store_statement(self, ST_SENT, e);
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, n);
	sqlite3_bind_int(st, 2, (int)tier);
	return store_run(self, ST_SENT, "owed", e);
}

static bool forget(void *self, struct uuid uid, struct err *e)
{
	sqlite3_stmt *st;
	int64_t n;

	if (!find(self, uid, &n, e))
		return false;
	st = store_statement(self, ST_FORGET, e);
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, n);
	return store_run(self, ST_FORGET, "owed", e);
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
		.sent = sqlite3_column_int(st, 5) != 0, .by_age = sqlite3_column_int(st, 6) != 0,
		.request = sqlite3_column_int(st, 7) };
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

static bool count_aged(void *self, int64_t before_s, struct store_aged *out, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_OWED_AGED, e);
	bool found;

	*out = (struct store_aged){ 0 };
	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, before_s);
	if (!store_row(s, ST_OWED_AGED, &found, "owed", e))
		return false;
	if (found)
		*out = (struct store_aged){ sqlite3_column_int(st, 0), sqlite3_column_int64(st, 1),
			sqlite3_column_int64(st, 2) };
	store_reset(s, ST_OWED_AGED);
	return true;
}

/* --- what somebody asked for --------------------------------------------------------------- */

static bool put_request(void *self, const struct store_request *r, int32_t *id, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_REQUEST_PUT, e);

	if (st == NULL)
		return false;
	sqlite3_bind_blob(st, 1, r->series, (int)sizeof(r->series[0]) * r->n, SQLITE_STATIC);
	if (!store_run(s, ST_REQUEST_PUT, "request", e))
		return false;
	*id = (int32_t)sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool get_request(void *self, int32_t id, struct store_request *r, bool *found, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_REQUEST_GET, e);
	int bytes;

	*found = false;
	r->n = 0;
	if (st == NULL)
		return false;
	sqlite3_bind_int(st, 1, id);
	if (!store_row(s, ST_REQUEST_GET, found, "request", e))
		return false;
	if (!*found)
		return true;
	bytes = sqlite3_column_bytes(st, 0);
	if (bytes > (int)sizeof(r->series))
		bytes = (int)sizeof(r->series);
	if (bytes > 0)
		memcpy(r->series, sqlite3_column_blob(st, 0), (size_t)bytes);
	r->n = bytes / (int)sizeof(r->series[0]);
	store_reset(s, ST_REQUEST_GET);
	return true;
}

/* --- gaps ---------------------------------------------------------------------------------- */

static bool run_gap(struct store_db *s, enum store_statement which, const struct store_gap *g, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, which, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, g->from_ms);
	sqlite3_bind_int64(st, 2, g->to_ms);
	sqlite3_bind_text(st, 3, gap_cause_name(g->cause), -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, g->about, -1, SQLITE_STATIC);
	return store_run(s, which, "gap", e);
}

static bool put_gap(void *self, const struct store_gap *g, struct err *e)
{
	struct store_db *s = self;

	if (!run_gap(s, ST_GAP_LONGER, g, e))
		return false;
	return sqlite3_changes(s->db) > 0 || run_gap(s, ST_GAP_PUT, g, e);
}

static struct store_gap take_gap(sqlite3_stmt *st)
{
	struct store_gap g = { .from_ms = sqlite3_column_int64(st, 0), .to_ms = sqlite3_column_int64(st, 1) };
	int cause = 0;

	while (cause < N_GAP_CAUSES - 1 &&
		strcmp(gap_cause_name((enum gap_cause)cause), store_text(st, 2)) != 0)
		cause++;
	g.cause = (enum gap_cause)cause;
	sqlite3_snprintf(sizeof(g.about), g.about, "%s", store_text(st, 3));
	return g;
}

static bool for_gaps(void *self, int64_t from_ms, int64_t to_ms,
	bool (*each)(void *ctx, const struct store_gap *), void *ctx, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_GAP_GET, e);
	bool found = true, go_on = true;

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, to_ms);
	while (go_on) {
		struct store_gap g;

		if (!store_row(s, ST_GAP_GET, &found, "gap", e))
			return false;
		if (!found)
			return true;
		g = take_gap(st);
		go_on = each(ctx, &g);
	}
	store_reset(s, ST_GAP_GET);
	return true;
}

/* --- what is too old ----------------------------------------------------------------------- */

static bool prune_one(struct store_db *s, enum store_statement which, int64_t limit, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, which, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, limit);
	return store_run(s, which, "prune", e);
}

static bool prune_tier(struct store_db *s, enum store_tier t, int64_t before_s, struct err *e)
{
	sqlite3_stmt *st = store_statement(s, ST_PRUNE_BLOCKS, e);

	if (st == NULL)
		return false;
	sqlite3_bind_int64(st, 1, store_block_id(t, 0));
	sqlite3_bind_int64(st, 2, store_block_id(t, before_s));
	return store_run(s, ST_PRUNE_BLOCKS, "prune", e);
}

static bool prune(void *self, const struct store_limits *l, struct err *e)
{
	struct store_db *s = self;

	for (enum store_tier t = TIER_EXACT; t < N_STORE_TIERS; t++)
		if (!prune_tier(s, t, l->before_s[t], e))
			return false;
	return prune_one(s, ST_PRUNE_OWED, l->owed_s, e) &&
	       prune_one(s, ST_PRUNE_EVENTS, l->event_ms < 0 ? 0 : l->event_ms, e) &&
	       prune_one(s, ST_PRUNE_GAPS, l->gap_ms, e) &&
	       (store_statement(s, ST_PRUNE_REQUESTS, e) != NULL && store_run(s, ST_PRUNE_REQUESTS, "prune", e));
}

void store_owed(struct store *out)
{
	out->owe = owe;
	out->mark_sent = mark_sent;
	out->forget = forget;
	out->next_owed = next_owed;
	out->count_owed = count_owed;
	out->count_aged = count_aged;
	out->put_request = put_request;
	out->get_request = get_request;
	out->put_gap = put_gap;
	out->for_gaps = for_gaps;
	out->prune = prune;
}
