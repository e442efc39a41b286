/* SPDX-License-Identifier: MIT */
#include "port/store_check.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

enum { BUSY_MS = 1000 };

static bool failed(sqlite3 *db, int rc, const char *path, struct err *e)
{
	int low = rc & 0xff;
	enum err_code code = low == SQLITE_BUSY || low == SQLITE_LOCKED ? ERR_BUSY :
		low == SQLITE_CORRUPT || low == SQLITE_NOTADB ? ERR_FORMAT : ERR_IO;

	return err_set(e, code, sqlite3_system_errno(db), "%.100s: %s", path, sqlite3_errmsg(db));
}

static bool look(sqlite3 *db, const char *path, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL);
	bool ok;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	ok = rc == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(st, 0), "ok") == 0;
	if (!ok && rc == SQLITE_ROW)
		err_set(e, ERR_FORMAT, 0, "%.100s: %.80s", path, (const char *)sqlite3_column_text(st, 0));
	else if (!ok)
		failed(db, rc, path, e);
	sqlite3_finalize(st);
	return ok;
}

bool store_check(const char *path, struct err *e)
{
	sqlite3 *db = NULL;
	int rc;
	bool ok;

	if (access(path, R_OK) != 0)
		return err_set(e, errno == ENOENT ? ERR_ABSENT : ERR_IO, errno, "%.100s: %s", path, strerror(errno));
	rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	sqlite3_busy_timeout(db, BUSY_MS);
	ok = (rc == SQLITE_OK || failed(db, rc, path, e)) && look(db, path, e);
	sqlite3_close(db);
	return ok;
}
