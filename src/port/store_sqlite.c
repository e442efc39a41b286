/* SPDX-License-Identifier: MIT */
/* One connection, whose `synchronous` is switched per transaction: FULL syncs the whole log at commit and
 * so makes earlier commits durable too, in order; two connections would fight over the write lock to gain
 * nothing. */
#include "port/store_sqlite.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/store_parts.h"

/* Pages. What was pruned is soon written again: to hand it back means to move other pages, which wears the card. */
enum { FREE_KEPT = 256, FREE_AT_ONCE = 64 };

#define STORE_SQL(c, sql) sql,
static const char *const sql_of[N_STORE_STATEMENTS] = { STORE_STATEMENTS(STORE_SQL) };

static enum err_code code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_NOMEM:
		return ERR_MEMORY;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_FORMAT;
	default:
		return ERR_IO;
	}
}

bool store_failed(struct store_db *s, const char *doing, struct err *e)
{
	int rc = s->db != NULL ? sqlite3_extended_errcode(s->db) : SQLITE_CANTOPEN;
	int kind = rc & 0xff;

	if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB)
		s->damaged = true;
	else if (kind == SQLITE_IOERR || kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN)
		s->broken = true;	/* the connection may be of a file system that is gone */
	return err_set(e, code_of(rc), s->db != NULL ? sqlite3_system_errno(s->db) : 0, "%s: %s: %s", s->path,
		doing, s->db != NULL ? sqlite3_errmsg(s->db) : "not open");
}

void store_say(struct store_db *s, const char *format, ...)
{
	va_list args;

	if (s->notice[0] != '\0')
		return;
	va_start(args, format);
	vsnprintf(s->notice, sizeof(s->notice), format, args);
	va_end(args);
}

sqlite3_stmt *store_statement(struct store_db *s, enum store_statement which, struct err *e)
{
	sqlite3_stmt **st = &s->statements[which];

	if (s->db == NULL) {
		store_failed(s, "use", e);
		return NULL;
	}
	if (*st == NULL && sqlite3_prepare_v3(s->db, sql_of[which], -1, SQLITE_PREPARE_PERSISTENT, st,
				   NULL) != SQLITE_OK) {
		store_failed(s, "prepare", e);
		return NULL;
	}
	sqlite3_reset(*st);
	return *st;
}

void store_reset(struct store_db *s, enum store_statement which)
{
	if (s->statements[which] != NULL) {
		sqlite3_reset(s->statements[which]);
		sqlite3_clear_bindings(s->statements[which]);	/* loans end here */
	}
}

bool store_row(struct store_db *s, enum store_statement which, bool *found, const char *doing, struct err *e)
{
	int rc = sqlite3_step(s->statements[which]);

	*found = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		store_failed(s, doing, e);
	store_reset(s, which);
	return rc == SQLITE_DONE;
}

bool store_run(struct store_db *s, enum store_statement which, const char *doing, struct err *e)
{
	bool row;

	if (!store_row(s, which, &row, doing, e))
		return false;
	if (row)	/* a pragma may answer */
		store_reset(s, which);
	return true;
}

static bool run(struct store_db *s, enum store_statement which, const char *doing, struct err *e)
{
	return store_statement(s, which, e) != NULL && store_run(s, which, doing, e);
}

static bool sqlite_begin(void *self, enum store_durability d, struct err *e)
{
	struct store_db *s = self;
	bool durable = d == STORE_DURABLE;

	if ((s->db == NULL || s->damaged || s->broken) && !store_file_open(s, e))
		return false;
	if (durable != s->durable && !run(s, durable ? ST_FULL : ST_NORMAL, "synchronous", e))
		return false;
	s->durable = durable;
	s->changes = sqlite3_total_changes(s->db);
	return run(s, ST_BEGIN, "begin", e);
}

static void sqlite_rollback(void *self)
{
	struct store_db *s = self;

	for (int i = 0; i < N_STORE_STATEMENTS; i++)
		store_reset(s, (enum store_statement)i);
	if (s->db != NULL && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->known.n = 0;
}

/* A transaction that changed nothing is no write to SQLite, and so no sync. A checkpoint begins with one. */
static bool sync_log(struct store_db *s, struct err *e)
{
	return sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL) == SQLITE_OK ||
		store_failed(s, "sync", e);
}

static bool sqlite_commit(void *self, struct err *e)
{
	struct store_db *s = self;
	bool changed = s->db != NULL && sqlite3_total_changes(s->db) != s->changes;

	if (!run(s, ST_COMMIT, "commit", e))
		return false;
	if (s->durable && s->unsynced && !changed && !sync_log(s, e))
		return false;
	s->suspected = false;
	s->unsynced = !s->durable && (s->unsynced || changed);
	return true;
}

static bool sqlite_tidy(void *self, struct err *e)
{
	struct store_db *s = self;

	sqlite3_stmt *st = store_statement(s, ST_FREE, e);
	char sql[64];
	int free_pages;
	bool found;

	if (st == NULL || !store_row(s, ST_FREE, &found, "tidy", e))
		return false;
	free_pages = found ? sqlite3_column_int(st, 0) : 0;
	store_reset(s, ST_FREE);
	if (free_pages <= FREE_KEPT)
		return true;
	snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)",
		free_pages - FREE_KEPT < FREE_AT_ONCE ? free_pages - FREE_KEPT : FREE_AT_ONCE);
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(s, "tidy", e);
}

/* What this process made the kernel send to disks since it began: pages, each counted once per time it was written. */
static int64_t written_bytes(void)
{
	FILE *f = fopen("/proc/self/io", "re");
	char line[128];
	long long bytes = -1;

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "write_bytes: %lld", &bytes) == 1)
			break;
	if (f != NULL)
		fclose(f);
	return bytes;
}

static bool sqlite_info(void *self, struct store_info *out, struct err *e)
{
	struct store_db *s = self;
	sqlite3_stmt *st = store_statement(s, ST_SIZE, e);
	bool found;

	*out = (struct store_info){ 0, s->damaged_rows, written_bytes() };
	if (st == NULL || !store_row(s, ST_SIZE, &found, "size", e))
		return false;
	if (found)
		out->bytes = sqlite3_column_int64(st, 0);
	store_reset(s, ST_SIZE);
	return true;
}

static bool sqlite_share(void *self, bool with_others, bool *shared, struct err *e)
{
	struct store_db *s = self;
	bool ok = store_file_share(s, with_others, e);

	*shared = s->db != NULL ? !s->alone : with_others;
	return ok;
}

static bool sqlite_notice(void *self, char *text, size_t size)
{
	struct store_db *s = self;

	if (s->notice[0] == '\0')
		return false;
	snprintf(text, size, "%s", s->notice);
	s->notice[0] = '\0';
	return true;
}

static void sqlite_close(void *self)
{
	store_file_close(self);
	free(self);
}

bool store_sqlite_open(const char *path, struct store *out, struct err *e)
{
	struct store_db *s = calloc(1, sizeof(*s));

	assert(s != NULL);	/* at start-up: nothing to fall back to */
	*out = (struct store){ .self = s,
		.begin = sqlite_begin,
		.commit = sqlite_commit,
		.rollback = sqlite_rollback,
		.tidy = sqlite_tidy,
		.info = sqlite_info,
		.share = sqlite_share,
		.notice = sqlite_notice,
		.close = sqlite_close };
	store_rows(out);
	store_owed(out);
	store_contract(out);
	snprintf(s->path, sizeof(s->path), "%s", path);
	return store_file_open(s, e);
}
