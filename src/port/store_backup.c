/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "port/store_parts.h"
#include "port/store_sqlite.h"

enum { LOCKED_MS = 200, BUSY_MS = 5000, PAGES = 256, TRIES = 100, NAP_MS = 50 };

static bool failed(sqlite3 *db, const char *path, const char *doing, struct err *e)
{
	bool busy = db != NULL && (sqlite3_errcode(db) & 0xff) == SQLITE_BUSY;

	return err_set(e, busy ? ERR_BUSY : ERR_IO, db != NULL ? sqlite3_system_errno(db) : 0, "%s: %s: %s", path, doing,
		db != NULL ? sqlite3_errmsg(db) : "out of memory");
}

/* Step by step, so that the writer is never kept waiting for long; it begins again when somebody wrote meanwhile. */
static bool copy(sqlite3 *from, sqlite3 *to, const char *path, struct err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = SQLITE_OK, naps = 0;

	if (b == NULL)
		return failed(to, path, "copy", e);
	while ((rc = sqlite3_backup_step(b, PAGES)) == SQLITE_OK ||
		((rc == SQLITE_BUSY || rc == SQLITE_LOCKED) && ++naps < TRIES))
		if (rc != SQLITE_OK)
			sqlite3_sleep(NAP_MS);
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE || failed(to, path, "copy", e);
}

static bool check(sqlite3 *db, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;
	bool ok = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL) == SQLITE_OK &&
		  sqlite3_step(st) == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;

	sqlite3_finalize(st);
	return ok || failed(db, path, "check", e);
}

/* Who has the file alone has it for long: no use waiting. A success keeps others from having it alone. */
static bool may_read(sqlite3 *db, const char *path, struct err *e)
{
	sqlite3_busy_timeout(db, LOCKED_MS);
	if (sqlite3_exec(db, "SELECT count(*) FROM sqlite_master", NULL, NULL, NULL) != SQLITE_OK)
		return failed(db, path, "read", e);
	sqlite3_busy_timeout(db, BUSY_MS);
	return true;
}

bool store_sqlite_backup(const char *path, const char *to, struct err *e)
{
	sqlite3 *from = NULL, *copied = NULL;
	bool ok;

	if (access(to, F_OK) == 0)
		return err_set(e, ERR_IO, EEXIST, "%s is there already - give another name", to);
	ok = sqlite3_open_v2(path, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK || failed(from, path, "open", e);
	ok = ok && may_read(from, path, e);
	ok = ok && (sqlite3_open_v2(to, &copied, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK ||
			   failed(copied, to, "open", e));
	ok = ok && copy(from, copied, to, e) && check(copied, to, e);
	if (!ok && copied != NULL)
		unlink(to);
	sqlite3_close(copied);
	sqlite3_close(from);
	return ok;
}
