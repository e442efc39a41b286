/* SPDX-License-Identifier: MIT */
/* sqlite_parts.h: what the files of spaceheat-sqlite.so share with each other and with nobody else. */
#ifndef MAIN_SQLITE_PARTS_H
#define MAIN_SQLITE_PARTS_H

#include <sqlite3ext.h>

#include "core/history/bucket.h"

enum { TIERS = 4, CAPACITY = 1 << 16, DAY_S = 25 * 3600 };

/* Numbers of the block table's tier, as in store.h. */
enum tier { EXACT, MINUTE, QUARTER, DAY };

/* bucket_s: from one bucket to the next; row_s: the longest time that a row may stand for. */
struct tier_form { const char *word; int64_t bucket_s, row_s; };
extern const struct tier_form sqlite_tiers[TIERS];

enum shape { READINGS, BUCKETS, DAMAGED, N_SHAPES };

/* The first columns of readings and buckets are the same. */
enum column { COLUMN_AT_MS, COLUMN_AT, COLUMN_SERIES, COLUMN_ABOUT, COLUMN_SENSOR, COLUMN_NAME, COLUMN_KIND, N_SHARED };
struct view { const char *name; enum shape shape; enum tier tier; };

struct table { sqlite3_vtab base; sqlite3 *db; const struct view *view; };

struct series { int32_t id; char about[104], sensor[104], name[64], kind[32]; int64_t num, den, offset; };

struct cursor {
	sqlite3_vtab_cursor base;
	sqlite3_stmt *rows;
	enum tier tier;
	int64_t start_s, damaged, rowid;
	const char *why;		/* of the row at hand; NULL: sound */
	bool done;
	/* what is asked for; series -1 and about empty: all */
	int64_t from_ms, to_ms, series;
	char about[104];
	struct series *all;
	int32_t n_all;
	/* the row, and where in it */
	struct block_series *of;	/* its series */
	int32_t n_of, at_of, at;
	const struct series *is;	/* of[at_of] */
	struct block block;
	struct bucket_block buckets;
};

/* Column n of the row the cursor is at, into x. */
void sqlite_result(const struct cursor *, sqlite3_context *, int n);

#endif
