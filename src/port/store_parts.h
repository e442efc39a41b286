/* SPDX-License-Identifier: MIT */
/* store_parts.h: what the files of the SQLite store share with each other and with nobody else. */
#ifndef PORT_STORE_PARTS_H
#define PORT_STORE_PARTS_H

#include <sqlite3.h>

#include "spaceheat/store.h"

enum { STORE_SCHEMA = 4, STORE_PATH = 512 };

/* Statements are prepared when first used and kept. X(CONSTANT, "sql"). */
#define STORE_STATEMENTS(X) \
	X(ST_FULL, "PRAGMA synchronous=FULL") \
	X(ST_NORMAL, "PRAGMA synchronous=NORMAL") \
	X(ST_BEGIN, "BEGIN IMMEDIATE") \
	X(ST_COMMIT, "COMMIT") \
	X(ST_SERIES_ID, "SELECT id FROM series WHERE about=?1 AND sensor=?2 AND name=?3 AND kind=?4 " \
		"AND num=?5 AND den=?6 AND \"offset\"=?7") \
	X(ST_SERIES_NEW, "INSERT INTO series(about,sensor,name,kind,num,den,\"offset\") " \
		"VALUES(?1,?2,?3,?4,?5,?6,?7)") \
	X(ST_SERIES_GET, "SELECT about,sensor,name,kind,num,den,\"offset\" FROM series WHERE id=?1") \
	X(ST_BLOCK_PUT, "INSERT INTO block(id,crc,bytes) VALUES(?1,?2,?3) " \
		"ON CONFLICT(id) DO UPDATE SET crc=?2, bytes=?3") \
	X(ST_BLOCK_GET, "SELECT crc,bytes FROM block WHERE id=?1") \
	X(ST_BLOCK_NEXT, "SELECT start_s FROM block WHERE id>=?1 AND id<?2 ORDER BY id LIMIT 1") \
	X(ST_BLOCK_LAST, "SELECT start_s FROM block WHERE id>=?1 AND id<?2 ORDER BY id DESC LIMIT 1") \
	X(ST_EVENT_PUT, "INSERT INTO event(id,command,level,code,node,value,text) VALUES(coalesce(1+" \
		"(SELECT max(id) FROM event WHERE id>=?1<<16 AND id<(?1+1)<<16), ?1<<16),?2,?3,?4,?5,?6,?7)") \
	X(ST_EVENT_GET, "SELECT at_ms,command,level,code,node,value,text FROM event " \
		"WHERE id>=?1<<16 AND id<?2<<16 ORDER BY id") \
	X(ST_CONTRACT_PUT, "INSERT OR REPLACE INTO contract " \
		"VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22)") \
	X(ST_CONTRACT_GET, "SELECT * FROM contract WHERE place=?1") \
	X(ST_CONTRACT_DROP, "DELETE FROM contract WHERE place=?1") \
	X(ST_OWED_FIND, "SELECT n FROM owed WHERE uid=?1 ORDER BY n LIMIT 1") \
	X(ST_OWED_LAST, "SELECT n FROM owed ORDER BY n DESC LIMIT 1") \
	X(ST_OWE, "INSERT INTO ledger(n,uid,value,period_s,tier,sent,by_age,request) VALUES(?8,?1,?2,?3,?4,?5,?6,?7)") \
	X(ST_OWE_AGAIN, "UPDATE ledger SET sent=max(sent,?5), by_age=min(by_age,?6) " \
		"WHERE n=?8 AND value=?2 AND period_s=?3 AND request=?7") \
	X(ST_SENT, "UPDATE ledger SET sent=1, by_age=0, tier=?2 WHERE n=?1") \
	X(ST_FORGET, "DELETE FROM ledger WHERE n=?1") \
	X(ST_OWED_NEXT, "SELECT n,uid,slot_s,period_s,tier,sent,by_age,request FROM owed WHERE n>?1 " \
		"ORDER BY n LIMIT 1") \
	X(ST_OWED_AGED, "SELECT count(*),min(slot_s),max(slot_s+period_s) FROM owed WHERE slot_s<?1") \
	X(ST_REQUEST_PUT, "INSERT INTO request(series) VALUES(?1)") \
	X(ST_REQUEST_GET, "SELECT series FROM request WHERE id=?1") \
	X(ST_GAP_LONGER, "UPDATE gap SET from_ms=min(from_ms,?1), to_ms=max(to_ms,?2) " \
		"WHERE cause=?3 AND about=?4 AND from_ms<=?2 AND to_ms>=?1") \
	X(ST_GAP_PUT, "INSERT INTO gap(from_ms,to_ms,cause,about) VALUES(?1,?2,?3,?4)") \
	X(ST_GAP_GET, "SELECT from_ms,to_ms,cause,about FROM gap WHERE to_ms>?1 AND from_ms<?2 ORDER BY from_ms,id") \
	X(ST_OWED_COUNT, "SELECT count(*) FROM owed") \
	X(ST_NUMBER_PUT, "INSERT INTO ledger(n,value) VALUES((1<<48)+?1,?2) " \
		"ON CONFLICT(n) DO UPDATE SET value=?2 WHERE value<>?2") \
	X(ST_NUMBER_GET, "SELECT value FROM ledger WHERE n=(1<<48)+?1") \
	X(ST_PRUNE_BLOCKS, "DELETE FROM block WHERE id>=?1 AND id<?2") \
	X(ST_PRUNE_OWED, "DELETE FROM ledger WHERE n<1<<48 AND value<?1") \
	X(ST_PRUNE_REQUESTS, "DELETE FROM request WHERE id NOT IN (SELECT request FROM owed)") \
	X(ST_PRUNE_GAPS, "DELETE FROM gap WHERE to_ms<?1") \
	X(ST_PRUNE_EVENTS, "DELETE FROM event WHERE id<?1<<16") \
	X(ST_FREE, "PRAGMA freelist_count") \
	X(ST_SIZE, "SELECT (page_count-freelist_count)*page_size FROM pragma_page_count, " \
		"pragma_freelist_count, pragma_page_size")

#define STORE_STATEMENT(c, sql) c,
enum store_statement { STORE_STATEMENTS(STORE_STATEMENT) N_STORE_STATEMENTS };

enum { STORE_KNOWN = 128 };

/* The ids last told, in the order they were asked for: each row asks for all of them again. */
struct store_known { struct { struct store_series is; int32_t id; } list[STORE_KNOWN]; int n, next; };

struct store_db {
	char path[STORE_PATH];
	sqlite3 *db;			/* NULL: not open */
	sqlite3_stmt *statements[N_STORE_STATEMENTS];
	bool share, alone;		/* others are to have it too; how it was opened */
	bool durable;			/* as `synchronous` is set */
	bool unsynced;			/* something was committed SOON since the last sync */
	int64_t changes;		/* of the connection, when the transaction began */
	bool damaged, broken;		/* look at it closely, or only open it anew, at the next begin */
	bool suspected;			/* damage was told, a close look found none, and nothing was written since */
	int64_t owed_n;			/* the highest ever given: what is forgotten does not come again */
	int64_t damaged_rows;
	struct store_known known;	/* of this connection; forgotten with what is rolled back */
	char notice[300];
};

/* store_sqlite.c */
/* Fills err from the last failure; remembers what it means for the file. Returns false. */
bool store_failed(struct store_db *, const char *doing, struct err *);
/* A line for notice(); the first one is kept until it was read. */
void store_say(struct store_db *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The statement, reset and ready to bind; NULL: err is filled. */
sqlite3_stmt *store_statement(struct store_db *, enum store_statement, struct err *);
/* Runs a bound statement that gives no row. */
bool store_run(struct store_db *, enum store_statement, const char *doing, struct err *);
/* Runs a bound statement to its next row. Reset it when *found was used. */
bool store_row(struct store_db *, enum store_statement, bool *found, const char *doing, struct err *);
void store_reset(struct store_db *, enum store_statement);

/* store_file.c */
bool store_file_open(struct store_db *, struct err *);
void store_file_close(struct store_db *);
/* As struct store's `share`. False: it is closed, and begin() opens it again. */
bool store_file_share(struct store_db *, bool with_others, struct err *);

/* store_migrate.c: brings an older schema up to STORE_SCHEMA in one transaction, after a copy beside it (SF-64). */
bool store_migrate(struct store_db *, int version, struct err *);
/* How a connection is set up, and the size of pages: small ones, for a commit gives the card whole pages. */
#define STORE_PAGE_SIZE "PRAGMA page_size=512;"
bool store_set_up(struct store_db *);
/* What the table of contracts is, in this schema. */
#define STORE_CONTRACT_TABLE(name) \
	"CREATE TABLE " name "(" \
	" place INTEGER PRIMARY KEY, id BLOB NOT NULL, replaces BLOB NOT NULL," \
	" report_uid BLOB NOT NULL, start_s INTEGER NOT NULL, end_s INTEGER NOT NULL," \
	" ended_ms INTEGER NOT NULL, energy_mwh INTEGER NOT NULL, energy_estimated_mwh INTEGER NOT NULL," \
	" remote_ms INTEGER NOT NULL, log_seq INTEGER NOT NULL, max_power_w INTEGER NOT NULL," \
	" state INTEGER NOT NULL, outcome INTEGER NOT NULL, cause INTEGER NOT NULL," \
	" acks_status INTEGER NOT NULL, has_replaces INTEGER NOT NULL, sla_hold INTEGER NOT NULL," \
	" has_register INTEGER NOT NULL, register_wh INTEGER NOT NULL, relays INTEGER NOT NULL," \
	" crc INTEGER NOT NULL);"

/* Each table is one b-tree in the order of its rows' time, so that a commit touches the last page of each and no index:
 * what is written to the card is whole pages. Of the blocks the exact ones come last, for they are the most. */
#define STORE_BLOCK_TABLE(name) \
	"CREATE TABLE " name "(" \
	" id INTEGER PRIMARY KEY, tier INTEGER AS (3-(id>>40)), start_s INTEGER AS (id&0xffffffffff)," \
	" crc INTEGER NOT NULL, bytes BLOB NOT NULL);"
#define STORE_EVENT_TABLE(name) \
	"CREATE TABLE " name "(" \
	" id INTEGER PRIMARY KEY, at_ms INTEGER AS (id>>16), command INTEGER NOT NULL, level TEXT NOT NULL," \
	" code TEXT NOT NULL, node TEXT NOT NULL, value INTEGER NOT NULL, text TEXT NOT NULL);"

/* Numbers stand behind what is owed, on the page that a new status touches anyway. Each of the two is read through its
 * view. */
#define STORE_LEDGER \
	"CREATE TABLE ledger(" \
	" n INTEGER PRIMARY KEY, value INTEGER NOT NULL, uid BLOB, period_s INTEGER, tier INTEGER, sent INTEGER," \
	" by_age INTEGER, request INTEGER);"
#define STORE_LEDGER_VIEWS \
	"CREATE VIEW owed AS SELECT n, uid, value AS slot_s, period_s, tier, sent, by_age, request FROM ledger" \
	" WHERE n<1<<48;" \
	"CREATE VIEW number AS SELECT n-(1<<48) AS key, value FROM ledger WHERE n>=1<<48;"
#define STORE_GAP_TABLES \
	"CREATE TABLE gap(" \
	" id INTEGER PRIMARY KEY, from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, cause TEXT NOT NULL," \
	" about TEXT NOT NULL);" \
	"CREATE INDEX gap_of ON gap(about, cause, to_ms);" \
	"CREATE INDEX gap_to ON gap(to_ms);" \
	"CREATE TABLE request(id INTEGER PRIMARY KEY AUTOINCREMENT, series BLOB NOT NULL);"

/* store_rows.c */
/* "" for NULL. */
const char *store_text(sqlite3_stmt *, int column);
/* The row's key. Times no house has count as the nearest one it can have. */
int64_t store_block_id(enum store_tier, int64_t start_s);

/* store_rows.c, store_owed.c: fill the functions that read and write rows. store_contract.c: those of the contract. */
void store_rows(struct store *);
void store_owed(struct store *);
void store_contract(struct store *);

#endif
