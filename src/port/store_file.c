/* SPDX-License-Identifier: MIT */
/* The file of the store: opening, checking, making it, and putting aside what cannot be used. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "port/store_parts.h"

enum { CORRUPT_KEPT = 2, ASIDE_SIZE = STORE_PATH + 64, BUSY_MS = 2000 };

enum verdict { FILE_GOOD, FILE_EMPTY, FILE_DAMAGED, FILE_NEWER, FILE_UNUSABLE };

/* Before the first table is made: freed pages can then be handed back. EXTRA: the change to WAL goes through a journal,
 * and a disk that forgot the removal of that would undo the file with all that came after. */
static const char pragmas[] =
	STORE_PAGE_SIZE
	"PRAGMA synchronous=EXTRA;"
	"PRAGMA auto_vacuum=INCREMENTAL;"
	"PRAGMA journal_mode=WAL;"
	"PRAGMA synchronous=NORMAL;"
	"PRAGMA cache_size=-256;"
	"PRAGMA wal_autocheckpoint=4000;"
	"PRAGMA journal_size_limit=4194304;";

/* Numbers in contract are those of names.h, whose lists only grow at the end. */
static const char schema[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE series("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, about TEXT NOT NULL, sensor TEXT NOT NULL, name TEXT NOT "
	"NULL,"
	" kind TEXT NOT NULL, num INTEGER NOT NULL, den INTEGER NOT NULL, \"offset\" INTEGER NOT NULL,"
	" UNIQUE(about, sensor, name, kind, num, den, \"offset\"));"
	STORE_BLOCK_TABLE("block")
	STORE_EVENT_TABLE("event")
	STORE_CONTRACT_TABLE("contract")
	STORE_LEDGER
	STORE_LEDGER_VIEWS
	STORE_GAP_TABLES
	"PRAGMA user_version=4;"
	"COMMIT;";

bool store_set_up(struct store_db *s)
{
	return sqlite3_exec(s->db, pragmas, NULL, NULL, NULL) == SQLITE_OK;
}

void store_file_close(struct store_db *s)
{
	s->known.n = 0;
	for (int i = 0; i < N_STORE_STATEMENTS; i++) {
		sqlite3_finalize(s->statements[i]);
		s->statements[i] = NULL;
	}
	sqlite3_close_v2(s->db);
	s->db = NULL;
	s->durable = s->unsynced = false;
}

/* The first column of a query's first row, as text. False: it failed. */
static bool ask(sqlite3 *db, const char *sql, char *out, size_t size)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(db, sql, -1, &st, NULL);
	const char *text = NULL;

	out[0] = '\0';
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		text = (const char *)sqlite3_column_text(st, 0);
	if (text != NULL)
		snprintf(out, size, "%s", text);
	else if (rc == SQLITE_ROW)
		rc = SQLITE_NOMEM;	/* no answer is not "damaged": what was there must stay (SF-27) */
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE;
}

static enum verdict verdict_of_error(struct store_db *s, struct err *e)
{
	s->damaged = false;
	store_failed(s, "open", e);
	return s->damaged ? FILE_DAMAGED : FILE_UNUSABLE;
}

static bool connect_as(struct store_db *s, bool alone)
{
	s->alone = alone;
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK)
		return false;
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, alone ? 0 : BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return !alone || sqlite3_exec(s->db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK;
}

/* Alone, the log's index is in our own memory. Shared, it is a file in memory common to all (-shm), and the kernel writes
 * its pages to the card after each commit: as much as all the rest. The first question takes the lock; while somebody else
 * has the file open we share it with him. */
static bool connect_to(struct store_db *s, int *version)
{
	char text[64];

	for (bool alone = !s->share;; alone = false) {
		if (connect_as(s, alone) && ask(s->db, "PRAGMA user_version", text, sizeof(text))) {
			*version = atoi(text);
			return true;
		}
		if (!alone || s->db == NULL || (sqlite3_errcode(s->db) & 0xff) != SQLITE_BUSY)
			return false;
		sqlite3_close_v2(s->db);
		s->db = NULL;
	}
}

/* Looks without writing: a file of a newer version must stay as it is. */
static enum verdict look(struct store_db *s, int *version, struct err *e)
{
	char text[64];

	if (*version > STORE_SCHEMA)
		return FILE_NEWER;
	if (!ask(s->db, s->damaged ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", text, sizeof(text)))
		return verdict_of_error(s, e);
	if (strcmp(text, "ok") != 0) {
		err_set(e, ERR_FORMAT, 0, "%s: %s", s->path, text);
		return FILE_DAMAGED;
	}
	if (!ask(s->db, "SELECT count(*) FROM sqlite_master", text, sizeof(text)))
		return verdict_of_error(s, e);
	if (*version == 0 && strcmp(text, "0") != 0) {
		err_set(e, ERR_FORMAT, 0, "%s: tables of another program", s->path);
		return FILE_DAMAGED;
	}
	return *version == 0 ? FILE_EMPTY : FILE_GOOD;
}

static enum verdict open_and_look(struct store_db *s, int *version, struct err *e)
{
	enum verdict v;

	if (!connect_to(s, version))
		return verdict_of_error(s, e);
	v = look(s, version, e);
	if (v != FILE_GOOD && v != FILE_EMPTY)
		return v;
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	if (!store_set_up(s))
		return verdict_of_error(s, e);
	if (v == FILE_EMPTY && sqlite3_exec(s->db, schema, NULL, NULL, NULL) != SQLITE_OK)
		return verdict_of_error(s, e);
	if (v == FILE_GOOD && *version < STORE_SCHEMA && !store_migrate(s, *version, e))
		return s->damaged ? FILE_DAMAGED : FILE_UNUSABLE;
	return FILE_GOOD;
}

/* What was just closed need not be looked at again. */
bool store_file_share(struct store_db *s, bool with_others, struct err *e)
{
	int version;

	s->share = with_others;
	if (s->db == NULL || s->alone != with_others)
		return true;
	store_file_close(s);
	if (connect_to(s, &version)) {
		sqlite3_db_config(s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
		if (store_set_up(s)) {
			s->unsynced = true;	/* nothing is known of what the close did */
			return true;
		}
	}
	store_failed(s, "open anew", e);
	store_file_close(s);
	return false;
}

/* --- putting aside ------------------------------------------------------------------------- */

static bool is_aside(const char *name, const char *base)
{
	size_t n = strlen(base), length = strlen(name);

	return strncmp(name, base, n) == 0 && strncmp(name + n, ".corrupt-", 9) == 0 &&
		(length < 4 || strcmp(name + length - 4, "-wal") != 0);
}

/* Names hold their time, so the least is the oldest. Returns how many there are. */
static int oldest_aside(const char *dir, const char *base, char *oldest, size_t size)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	int n = 0;

	oldest[0] = '\0';
	while (d != NULL && (entry = readdir(d)) != NULL)
		if (is_aside(entry->d_name, base) && (++n == 1 || strcmp(entry->d_name, oldest) < 0))
			snprintf(oldest, size, "%s", entry->d_name);
	if (d != NULL)
		closedir(d);
	return n;
}

static void remove_with_log(const char *path)
{
	char wal[ASIDE_SIZE * 2 + 8];

	snprintf(wal, sizeof(wal), "%s-wal", path);
	unlink(path);
	unlink(wal);
}

static void keep_two(const char *path)
{
	char dir[STORE_PATH], oldest[256], full[ASIDE_SIZE * 2];
	const char *slash = strrchr(path, '/'), *base = slash != NULL ? slash + 1 : path;

	snprintf(dir, sizeof(dir), "%.*s", slash != NULL ? (int)(slash - path) + 1 : 2,
		slash != NULL ? path : "./");
	for (int i = 0; i < 16 && oldest_aside(dir, base, oldest, sizeof(oldest)) > CORRUPT_KEPT; i++) {
		snprintf(full, sizeof(full), "%s%s", dir, oldest);
		remove_with_log(full);
	}
}

/* The log goes along: it is part of what was there. */
static bool put_aside(struct store_db *s, const char *word, char *name, size_t size, struct err *e)
{
	char from[ASIDE_SIZE], to[ASIDE_SIZE + 8], when[32];
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &tm);
	snprintf(name, size, "%s.%s-%s", s->path, word, when);
	if (rename(s->path, name) != 0)
		return err_set(e, ERR_IO, errno, "%s: cannot be moved aside: %s", s->path, strerror(errno));
	snprintf(from, sizeof(from), "%s-wal", s->path);
	snprintf(to, sizeof(to), "%s-wal", name);
	rename(from, to);
	snprintf(from, sizeof(from), "%s-shm", s->path);
	unlink(from);
	keep_two(s->path);
	return true;
}

/* False: it could not be put aside. */
static bool replace_file(struct store_db *s, enum verdict v, int version, struct err *e)
{
	char name[ASIDE_SIZE];
	struct err why = *e;

	if (!put_aside(s, v == FILE_NEWER ? "newer" : "corrupt", name, sizeof(name), e))
		return false;
	if (v == FILE_NEWER)
		store_say(s,
			"history was written by a newer version (schema %d, this one reads up to %d) - moved "
			"to %s, "
			"a new one is used; install the newer version and move it back",
			version, STORE_SCHEMA, name);
	else
		/* The name first: a line is cut at its end. */
		store_say(s, "history is damaged - moved to %s, a new one is used (%.100s)", name, why.text);
	return true;
}

/* A connection that was told of damage may have read nonsense from a disk that failed for a while. A fresh one looks more
 * closely; when it finds nothing and damage is told again before anything could be written, it is so. */
static enum verdict look_anew(struct store_db *s, int *version, struct err *e)
{
	bool told = s->damaged, again = s->suspected;
	enum verdict v = FILE_DAMAGED;

	err_set(e, ERR_FORMAT, 0, "found while it was in use");
	for (int i = 0; i < 2 && v == FILE_DAMAGED && !(told && again); i++) {	/* SQLite takes one failed read for damage */
		store_file_close(s);
		s->damaged = told;
		v = open_and_look(s, version, e);
	}
	s->suspected = told && v == FILE_GOOD;
	s->damaged = told && v == FILE_UNUSABLE;	/* still to be seen */
	s->broken = false;
	return v;
}

bool store_file_open(struct store_db *s, struct err *e)
{
	int version = 0;
	enum verdict v;

	store_file_close(s);
	v = look_anew(s, &version, e);
	if (v == FILE_DAMAGED || v == FILE_NEWER) {
		store_file_close(s);
		if (!replace_file(s, v, version, e))
			return false;
		s->damaged = false;
		v = open_and_look(s, &version, e);
	}
	s->unsynced = v == FILE_GOOD;	/* a program that was killed may have left some */
	if (v == FILE_GOOD)
		return true;
	store_file_close(s);
	return false;
}
