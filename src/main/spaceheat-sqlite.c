/* SPDX-License-Identifier: MIT */
/* spaceheat-sqlite.so: history.db for the plain sqlite3 program: the blocks of each tier as tables that can be read.
 *
 *   .load ./spaceheat-sqlite
 *   reading_exact                                  one row per reading: code as the sensor said it, value on the wire
 *   reading_minute, reading_quarter, reading_day   one row per bucket: mean, min, max, count, wh
 *   row_damaged                                    the blocks that cannot be read, which the others leave out
 *
 * Tables without a declaration (eponymous, read-only). What a query asks of at_ms, series and about is applied before a
 * block is decoded or a row made. Nothing is written, so it may be used beside the service. */
#include <string.h>

#include "core/history/crc32.h"
#include "main/sqlite_parts.h"

SQLITE_EXTENSION_INIT1

#define SHARED "at_ms INTEGER, at TEXT, series INTEGER, about TEXT, sensor TEXT, name TEXT, kind TEXT, "

static const char *const declarations[N_SHAPES] = {
	[READINGS] = "CREATE TABLE x(" SHARED "code INTEGER, value INTEGER)",
	[BUCKETS] = "CREATE TABLE x(" SHARED "mean INTEGER, min INTEGER, max INTEGER, count INTEGER, wh INTEGER)",
	[DAMAGED] = "CREATE TABLE x(at_ms INTEGER, at TEXT, tier TEXT, start_s INTEGER, bytes INTEGER, why TEXT)",
};

static const struct view views[] = {
	{ "reading_exact", READINGS, EXACT }, { "reading_minute", BUCKETS, MINUTE },
	{ "reading_quarter", BUCKETS, QUARTER }, { "reading_day", BUCKETS, DAY }, { "row_damaged", DAMAGED, EXACT },
};

/* --- tables -------------------------------------------------------------------------------- */

static int connect(sqlite3 *db, void *view, int argc, const char *const *argv, sqlite3_vtab **out, char **message)
{
	const struct view *v = view;
	struct table *t;
	int rc = sqlite3_declare_vtab(db, declarations[v->shape]);

	(void)argc;
	(void)argv;
	(void)message;
	if (rc != SQLITE_OK)
		return rc;
	t = sqlite3_malloc(sizeof(*t));
	if (t == NULL)
		return SQLITE_NOMEM;
	*t = (struct table){ .db = db, .view = v };
	*out = &t->base;
	return SQLITE_OK;
}

static int disconnect(sqlite3_vtab *t)
{
	sqlite3_free(t);
	return SQLITE_OK;
}

/* What filter() is given, in this order. */
enum { WANT_FROM = 1, WANT_TO = 2, WANT_SERIES = 4, WANT_ABOUT = 8, WANTS = 4 };

static int want_of(const struct sqlite3_index_constraint *c, enum shape shape)
{
	if (c->iColumn == COLUMN_AT_MS && (c->op == SQLITE_INDEX_CONSTRAINT_GE || c->op == SQLITE_INDEX_CONSTRAINT_GT))
		return WANT_FROM;
	if (c->iColumn == COLUMN_AT_MS && (c->op == SQLITE_INDEX_CONSTRAINT_LE || c->op == SQLITE_INDEX_CONSTRAINT_LT))
		return WANT_TO;
	if (shape == DAMAGED || c->op != SQLITE_INDEX_CONSTRAINT_EQ)
		return 0;
	return c->iColumn == COLUMN_SERIES ? WANT_SERIES : c->iColumn == COLUMN_ABOUT ? WANT_ABOUT : 0;
}

/* SQLite looks at each row once more, so what is used here may be wider than what was asked. */
static int best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	int at[WANTS] = { -1, -1, -1, -1 }, n = 0;

	for (int i = 0; i < info->nConstraint; i++)
		for (int k = 0; k < WANTS && info->aConstraint[i].usable; k++)
			if (want_of(&info->aConstraint[i], ((struct table *)base)->view->shape) == 1 << k &&
				(1 << k != WANT_ABOUT || strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0))
				at[k] = i;
	info->estimatedCost = 1e7;
	for (int k = 0; k < WANTS; k++) {
		if (at[k] < 0)
			continue;
		info->idxNum |= 1 << k;
		info->aConstraintUsage[at[k]].argvIndex = ++n;
		info->estimatedCost /= k < 2 ? 10 : 5;
	}
	return SQLITE_OK;
}

/* --- cursors ------------------------------------------------------------------------------- */

static int close_cursor(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	sqlite3_finalize(c->rows);
	sqlite3_free(c->all);
	sqlite3_free(c->block.readings);
	sqlite3_free(c->buckets.buckets);
	sqlite3_free(c);
	return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *base, sqlite3_vtab_cursor **out)
{
	struct cursor *c = sqlite3_malloc(sizeof(*c));

	if (c == NULL)
		return SQLITE_NOMEM;
	memset(c, 0, sizeof(*c));
	c->base.pVtab = base;
	c->block.capacity = c->buckets.capacity = CAPACITY;
	c->block.readings = sqlite3_malloc64(CAPACITY * sizeof(*c->block.readings));
	c->buckets.buckets = sqlite3_malloc64(CAPACITY * sizeof(*c->buckets.buckets));
	*out = &c->base;
	if (c->block.readings != NULL && c->buckets.buckets != NULL)
		return SQLITE_OK;
	close_cursor(&c->base);
	return SQLITE_NOMEM;
}

static void copy_text(char *to, int size, sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	sqlite3_snprintf(size, to, "%s", text != NULL ? text : "");
}

static bool add_series(struct cursor *c, sqlite3_stmt *st)
{
	struct series *s = sqlite3_realloc64(c->all, ((uint64_t)c->n_all + 1) * sizeof(*s));

	if (s == NULL)
		return false;
	c->all = s;
	s += c->n_all++;
	memset(s, 0, sizeof(*s));
	s->id = sqlite3_column_int(st, 0);
	copy_text(s->about, sizeof(s->about), st, 1);
	copy_text(s->sensor, sizeof(s->sensor), st, 2);
	copy_text(s->name, sizeof(s->name), st, 3);
	copy_text(s->kind, sizeof(s->kind), st, 4);
	s->num = sqlite3_column_int64(st, 5);
	s->den = sqlite3_column_int64(st, 6);
	s->offset = sqlite3_column_int64(st, 7);
	return true;
}

static int load_series(struct cursor *c, sqlite3 *db)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT id,about,sensor,name,kind,num,den,\"offset\" FROM series ORDER BY id", -1,
		&st, NULL);

	c->n_all = 0;
	if (rc == SQLITE_OK)
		while ((rc = sqlite3_step(st)) == SQLITE_ROW && add_series(c, st))
			;
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? SQLITE_OK : rc == SQLITE_ROW ? SQLITE_NOMEM : rc;
}

static const struct series *find_series(const struct cursor *c, int32_t id)
{
	int32_t from = 0, to = c->n_all;

	while (from < to) {
		int32_t middle = from + (to - from) / 2;

		if (c->all[middle].id == id)
			return &c->all[middle];
		if (c->all[middle].id < id)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

/* --- rows ---------------------------------------------------------------------------------- */

static bool is_wanted(const struct cursor *c, const struct block_series *s)
{
	return s->count > 0 && c->is != NULL && (c->series < 0 || c->series == s->id) &&
		(c->about[0] == '\0' || strcmp(c->about, c->is->about) == 0);
}

/* To the first wanted series from at_of on. False: the row has no more. */
static bool find_wanted(struct cursor *c)
{
	for (c->at = 0; c->at_of < c->n_of; c->at_of++) {
		c->is = find_series(c, c->of[c->at_of].id);
		if (is_wanted(c, &c->of[c->at_of]))
			return true;
	}
	return false;
}

static bool decode(struct cursor *c, const uint8_t *bytes, size_t length)
{
	if (c->tier == EXACT) {
		c->block.start_ms = (int64_t)((uint64_t)c->start_s * 1000);
		if (!block_decode(bytes, length, &c->block))
			return false;
		c->of = c->block.series;
		c->n_of = c->block.n_series;
		return true;
	}
	if (!bucket_decode(bytes, length, &c->buckets))
		return false;
	c->of = c->buckets.series;
	c->n_of = c->buckets.n_series;
	return true;
}

/* Reads the statement's row; what is wrong with it is in `why`. */
static void read_row(struct cursor *c)
{
	const uint8_t *bytes = sqlite3_column_blob(c->rows, 3);
	size_t length = (size_t)sqlite3_column_bytes(c->rows, 3);

	c->n_of = c->at_of = c->at = 0;
	c->tier = (enum tier)sqlite3_column_int(c->rows, 0);
	c->start_s = sqlite3_column_int64(c->rows, 1);
	c->why = NULL;
	if ((unsigned)c->tier >= TIERS)
		c->why = "a tier of a newer version";
	else if (bytes == NULL || sqlite3_column_int64(c->rows, 2) != crc32_of(0, bytes, length))
		c->why = "its checksum is wrong";
	else if (!decode(c, bytes, length))
		c->why = "its format is not known to this version";
}

static void report_damage(struct cursor *c)
{
	c->damaged++;
	sqlite3_log(SQLITE_CORRUPT, "history: the row of tier %d at %lld is left out: %s", (int)c->tier,
		(long long)c->start_s, c->why);
}

/* To the next row that has something to say. */
static int next_row(struct cursor *c)
{
	bool damaged = ((struct table *)c->base.pVtab)->view->shape == DAMAGED;
	int rc;

	while ((rc = sqlite3_step(c->rows)) == SQLITE_ROW) {
		read_row(c);
		if (c->why != NULL && !damaged)
			report_damage(c);
		if (damaged ? c->why != NULL : c->why == NULL && find_wanted(c))
			return SQLITE_OK;
	}
	c->done = true;
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int next(sqlite3_vtab_cursor *base)
{
	struct cursor *c = (struct cursor *)base;

	c->rowid++;
	if (c->at_of < c->n_of) {
		if (++c->at < c->of[c->at_of].count)
			return SQLITE_OK;
		c->at_of++;
		if (find_wanted(c))
			return SQLITE_OK;
	}
	return next_row(c);
}

/* The key of a row of schema 3; older files have one of (tier, start_s). */
#define KEY_OF(s) "((3-?1)<<40)+max(0,min(" s ",(1<<40)-1))"
#define ROWS "SELECT tier,start_s,crc,bytes FROM block "

static int prepare_rows(struct cursor *c, const struct table *t)
{
	bool all = t->view->shape == DAMAGED;
	int rc = sqlite3_prepare_v2(t->db, all ? ROWS "WHERE start_s>=?2 AND start_s<=?3 ORDER BY tier,start_s" :
		ROWS "WHERE id>=" KEY_OF("?2") " AND id<=" KEY_OF("?3") " ORDER BY id", -1, &c->rows, NULL);

	if (rc != SQLITE_OK && !all)
		rc = sqlite3_prepare_v2(t->db, ROWS "WHERE tier=?1 AND start_s>=?2 AND start_s<=?3 ORDER BY start_s", -1,
			&c->rows, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_int(c->rows, 1, (int)t->view->tier);
	sqlite3_bind_int64(c->rows, 2, c->from_ms / 1000 - (all ? 0 : sqlite_tiers[t->view->tier].row_s) - 1);
	sqlite3_bind_int64(c->rows, 3, c->to_ms / 1000 + 1);
	return SQLITE_OK;
}

/* A limit that is no integer (1e12, '5', NULL) is left to SQLite's own look at each row. */
static void take_wants(struct cursor *c, int wants, sqlite3_value **argv)
{
	int i = 0;

	c->from_ms = INT64_MIN;
	c->to_ms = INT64_MAX;
	c->series = -1;
	c->about[0] = '\0';
	for (int want = 1; want < 1 << WANTS; want <<= 1) {
		sqlite3_value *v;

		if ((wants & want) == 0)
			continue;
		v = argv[i++];
		if (want == WANT_ABOUT && sqlite3_value_type(v) == SQLITE_TEXT)
			sqlite3_snprintf(sizeof(c->about), c->about, "%s", (const char *)sqlite3_value_text(v));
		if (want == WANT_ABOUT || sqlite3_value_type(v) != SQLITE_INTEGER)
			continue;
		*(want == WANT_FROM ? &c->from_ms : want == WANT_TO ? &c->to_ms : &c->series) = sqlite3_value_int64(v);
	}
}

static int filter(sqlite3_vtab_cursor *base, int wants, const char *name, int argc, sqlite3_value **argv)
{
	struct cursor *c = (struct cursor *)base;
	const struct table *t = (const struct table *)base->pVtab;
	int rc;

	(void)name;
	(void)argc;
	sqlite3_finalize(c->rows);
	c->rows = NULL;
	c->done = false;
	c->rowid = c->n_of = c->at_of = 0;
	take_wants(c, wants, argv);
	rc = load_series(c, t->db);
	if (rc == SQLITE_OK)
		rc = prepare_rows(c, t);
	if (rc == SQLITE_OK)
		return next_row(c);
	sqlite3_free(base->pVtab->zErrMsg);
	base->pVtab->zErrMsg = sqlite3_mprintf("%s: this is no history.db, or it is not readable: %s", t->view->name,
		sqlite3_errmsg(t->db));
	return rc;
}

static int at_end(sqlite3_vtab_cursor *base)
{
	return ((struct cursor *)base)->done;
}

static int rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
	*out = ((struct cursor *)base)->rowid;
	return SQLITE_OK;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *x, int n)
{
	sqlite_result((const struct cursor *)base, x, n);
	return SQLITE_OK;
}

static const sqlite3_module module = {
	.iVersion = 1, .xConnect = connect, .xBestIndex = best_index, .xDisconnect = disconnect, .xDestroy = disconnect,
	.xOpen = open_cursor, .xClose = close_cursor, .xFilter = filter, .xNext = next, .xEof = at_end,
	.xColumn = column, .xRowid = rowid,
};

/* SQLite makes this name of the file's. */
__attribute__((visibility("default"))) int sqlite3_spaceheatsqlite_init(
	sqlite3 *db, char **message, const sqlite3_api_routines *api);
int sqlite3_spaceheatsqlite_init(sqlite3 *db, char **message, const sqlite3_api_routines *api)
{
	int rc = SQLITE_OK;

	SQLITE_EXTENSION_INIT2(api);
	/* Later SQLite itself says "database is locked", and not what to do. */
	if ((sqlite3_exec(db, "SELECT 1 FROM sqlite_master LIMIT 1", NULL, NULL, NULL) & 0xff) == SQLITE_BUSY) {
		*message = sqlite3_mprintf("the service has the file alone - run: spaceheat history share");
		return SQLITE_ERROR;
	}
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_create_module(db, views[i].name, &module, (void *)(uintptr_t)&views[i]);
	return rc;
}
