/* SPDX-License-Identifier: MIT */
/* Older files brought up to date: one step per schema, all steps in one transaction, after a copy was made. */
#include <stdio.h>
#include <unistd.h>

#include "port/store_parts.h"

/* steps[n] makes schema n + 1 of schema n. */
static const char *const steps[STORE_SCHEMA] = {
	[1] = STORE_CONTRACT_TABLE("contract_new")
		"INSERT INTO contract_new SELECT 0, id, replaces, report_uid, start_s, end_s, ended_ms, energy_mwh,"
		" energy_estimated_mwh, remote_ms, log_seq, max_power_w, state, outcome, cause, acks_status,"
		" has_replaces, 0, 0, 0, 0, crc FROM contract;"
		"DROP TABLE contract;"
		"ALTER TABLE contract_new RENAME TO contract;",
	/* What was never sent gets its standard when it is. */
	[2] = STORE_LEDGER
		"INSERT INTO ledger SELECT n, slot_s, uid, period_s, tier, sent, sent=0, 0 FROM owed ORDER BY n;"
		"INSERT INTO ledger(n,value) SELECT (1<<48)+key, value FROM number ORDER BY key;"
		"DROP TABLE owed;"
		"DROP TABLE number;"
		STORE_LEDGER_VIEWS
		STORE_BLOCK_TABLE("block_new")
		"INSERT INTO block_new(id,crc,bytes) SELECT ((3-tier)<<40)+start_s AS k, crc, bytes FROM block ORDER BY k;"
		"DROP TABLE block;"
		"ALTER TABLE block_new RENAME TO block;"
		STORE_EVENT_TABLE("event_new")
		"INSERT INTO event_new(id,command,level,code,node,value,text) SELECT (at_ms<<16)-1+"
		" row_number() OVER (PARTITION BY at_ms ORDER BY id), command, level, code, node, value, text FROM event;"
		"DROP TABLE event;"
		"ALTER TABLE event_new RENAME TO event;"
		STORE_GAP_TABLES,
	/* Nothing but the number: blocks may be of format 5, which older programs cannot read. */
	[3] = "",
};

static bool run(struct store_db *s, const char *sql, struct err *e)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || store_failed(s, "migrate", e);
}

/* An older program can be put back on it. A copy of an attempt that failed is made anew. */
static bool copy(struct store_db *s, int version, struct err *e)
{
	char path[STORE_PATH + 32], *sql;
	bool ok;

	snprintf(path, sizeof(path), "%s.schema%d", s->path, version);
	unlink(path);
	sql = sqlite3_mprintf("VACUUM INTO %Q", path);
	ok = sql != NULL && run(s, sql, e);
	if (sql == NULL)
		err_set(e, ERR_MEMORY, 0, "%s: no memory to copy it", s->path);
	sqlite3_free(sql);
	return ok;
}

/* Pages of another size cost the card more and are as good otherwise: where it cannot be (no room, a reader) it is not. */
static bool make_pages_small(struct store_db *s, struct err *e)
{
	sqlite3_exec(s->db, "PRAGMA synchronous=EXTRA; PRAGMA journal_mode=DELETE;" STORE_PAGE_SIZE "VACUUM", NULL, NULL, NULL);
	return store_set_up(s) || store_failed(s, "migrate", e);
}

bool store_migrate(struct store_db *s, int version, struct err *e)
{
	char stamp[64];
	bool ok = copy(s, version, e) && make_pages_small(s, e) && run(s, "BEGIN IMMEDIATE", e);

	for (int v = version; ok && v < STORE_SCHEMA; v++)
		ok = run(s, steps[v], e);
	snprintf(stamp, sizeof(stamp), "PRAGMA user_version=%d; COMMIT", STORE_SCHEMA);
	ok = ok && run(s, stamp, e);
	if (!ok && !sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return ok;
}
