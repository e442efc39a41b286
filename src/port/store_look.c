/* SPDX-License-Identifier: MIT */
/* The store opened by somebody who only looks: nothing is made, migrated or put aside, and nobody is kept waiting. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "port/store_parts.h"
#include "port/store_sqlite.h"

enum { BUSY_MS = 1000 };

static const char LOCKED[] = "a running service holds it - make a copy (spaceheat history backup FILE) and read that";

static void look_close(void *self)
{
	store_file_close(self);
	free(self);
}

/* The number a query gives. */
static bool ask(struct store_db *s, const char *sql, int64_t *out, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else
		store_failed(s, "read", e);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW;
}

static bool open_it(struct store_db *s, struct err *e)
{
	int64_t version, tables;

	if (access(s->path, R_OK) != 0)
		return err_set(e, ERR_ABSENT, errno, "%s: cannot be read (%s) - name a history.db, or a copy made with: spaceheat history backup FILE", s->path, strerror(errno));
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return store_failed(s, "open", e);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (!ask(s, "PRAGMA user_version", &version, e) ||
		!ask(s, "SELECT count(*) FROM sqlite_master WHERE name IN ('series', 'block', 'event')", &tables, e))
		return false;
	if (tables != 3)
		return err_set(e, ERR_FORMAT, 0, "%s: not a record of this service", s->path);
	if (version != STORE_SCHEMA)
		return err_set(e, ERR_FORMAT, 0, "%s: schema %lld, this version reads %d - %s", s->path,
			(long long)version, STORE_SCHEMA,
			version > STORE_SCHEMA ? "install the newer version" : "start the service with it once");
	return true;
}

bool store_sqlite_look(const char *path, struct store *out, struct err *e)
{
	struct store_db *s = calloc(1, sizeof(*s));

	*out = (struct store){ .self = s, .close = look_close };
	if (s == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	if (strlen(path) >= sizeof(s->path)) {
		look_close(s);
		return err_set(e, ERR_RANGE, 0, "%.60s...: the name is too long", path);
	}
	strcpy(s->path, path);
	store_rows(out);
	if (open_it(s, e))
		return true;
	if (e->code == ERR_BUSY)
		err_set(e, ERR_BUSY, 0, "%.120s: %s", path, LOCKED);
	look_close(s);
	return false;
}
