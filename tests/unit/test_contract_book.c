/* SPDX-License-Identifier: MIT */
/* The book of contracts on the disk: every place on its own, changes together or not at all, and a file of before there
 * was a book (SF-34, SF-60, SF-64). */
#include "../support/history_bench.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

/* A contract row as the program of schema 1 wrote it, with its checksum. */
static const char schema_1[] =
	"DROP TABLE gap; DROP TABLE request; DROP VIEW owed; DROP VIEW number;"
	"CREATE TABLE number(key INTEGER PRIMARY KEY, value INTEGER NOT NULL);"
	"INSERT INTO number SELECT n-(1<<48), value FROM ledger WHERE n>=1<<48;"
	"DROP TABLE ledger;"
	"CREATE TABLE owed("
	" n INTEGER PRIMARY KEY AUTOINCREMENT, uid BLOB NOT NULL UNIQUE, slot_s INTEGER NOT NULL,"
	" period_s INTEGER NOT NULL, tier INTEGER NOT NULL, sent INTEGER NOT NULL);"
	"INSERT INTO owed VALUES(7, X'07000000000000000000000000000000', 1799999700, 300, 0, 1);"
	"INSERT INTO owed VALUES(9, X'08000000000000000000000000000000', 1800000000, 300, 0, 0);"
	"DROP TABLE block;"
	"CREATE TABLE block("
	" tier INTEGER NOT NULL, start_s INTEGER NOT NULL, crc INTEGER NOT NULL, bytes BLOB NOT NULL,"
	" PRIMARY KEY(tier, start_s));"
	"INSERT INTO block VALUES(0, 1799000100, 891568578, 'abc'), (3, 1798992000, 891568578, 'abc');"
	"DROP TABLE event;"
	"CREATE TABLE event("
	" id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, command INTEGER NOT NULL, level TEXT NOT NULL,"
	" code TEXT NOT NULL, node TEXT NOT NULL, value INTEGER NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX event_at ON event(at_ms);"
	"INSERT INTO event VALUES(1, 1799000100000, 0, 'info', 'STARTED', '-', 0, 'second'),"
	" (2, 1799000099999, 0, 'info', 'STARTED', '-', 0, 'first'),"
	" (3, 1799000100000, 1, 'info', 'RELAY', 'a.relay', 1, 'third');"
	"DROP TABLE contract;"
	"CREATE TABLE contract("
	" one INTEGER PRIMARY KEY CHECK(one = 1), id BLOB NOT NULL, replaces BLOB NOT NULL,"
	" report_uid BLOB NOT NULL, start_s INTEGER NOT NULL, end_s INTEGER NOT NULL,"
	" ended_ms INTEGER NOT NULL, energy_mwh INTEGER NOT NULL, energy_estimated_mwh INTEGER NOT NULL,"
	" remote_ms INTEGER NOT NULL, log_seq INTEGER NOT NULL, max_power_w INTEGER NOT NULL,"
	" state INTEGER NOT NULL, outcome INTEGER NOT NULL, cause INTEGER NOT NULL,"
	" acks_status INTEGER NOT NULL, has_replaces INTEGER NOT NULL, crc INTEGER NOT NULL);"
	"INSERT INTO contract VALUES(1, X'01020300000000000000000000000000', zeroblob(16),"
	" X'09000000000000000000000000000000', 1800000000, 1800003600, 0, 123456, 789, 60000, 42, -1, 2, 0, 0,"
	" 1, 0, 559266764);"
	"PRAGMA user_version=1;";

static void by_hand(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static struct contract_record record_of(uint8_t id, enum contract_state state)
{
	struct contract_record r;

	memset(&r, 0, sizeof(r));
	r.id.b[0] = id;
	r.state = (uint8_t)state;
	r.register_wh = id * 1000;
	r.has_register = 1;
	r.sla_hold = 3;
	r.relays = INT64_MIN;
	return r;
}

/* One record of a batch on its way to the disk. */
static void give(struct bench *b, uint8_t id, int place, int part, int parts)
{
	struct msg m = { .type = MSG_STORE, .store = { .record = record_of(id, CONTRACT_LIVE), .seq = id,
		.place = (uint8_t)place, .part = (uint8_t)part, .parts = (uint8_t)parts } };

	hbench_step(b, m);
}

static uint8_t id_at(struct bench *b, int place)
{
	struct contract_record r;
	struct err e;
	bool found;

	assert_true(b->store.get_contract(b->store.self, place, &r, &found, &e));
	return found ? r.id.b[0] : 0;
}

/* Each place keeps its own record, to the last bit, also over a restart; an empty one empties its place. */
static void every_place_is_its_own(void **state)
{
	struct bench *b = *state;
	struct contract_record r, got;
	struct err e;
	bool found;

	for (int i = 0; i < N_CONTRACT_PLACES; i++)
		give(b, (uint8_t)(i + 1), i, 0, 1);
	hbench_stop(b);
	hbench_open(b);
	for (int i = 0; i < N_CONTRACT_PLACES; i++) {
		r = record_of((uint8_t)(i + 1), CONTRACT_LIVE);
		assert_true(b->store.get_contract(b->store.self, i, &got, &found, &e));
		assert_true(found);
		assert_memory_equal(&got, &r, sizeof(r));
	}
	hbench_step(b, (struct msg){ .type = MSG_STORE, .store = { .place = CONTRACT_NEXT } });
	assert_int_equal(id_at(b, CONTRACT_NEXT), 0);
	assert_int_equal(id_at(b, CONTRACT_OWED), 3);
}

/* Records that belong together reach the disk with the last of them, and are answered once. */
static void a_batch_is_written_whole(void **state)
{
	struct bench *b = *state;

	give(b, 1, CONTRACT_NOW, 0, 1);
	assert_int_equal(b->n_stored, 1);
	give(b, 2, CONTRACT_OWED, 0, 2);
	assert_int_equal(b->n_stored, 1);
	assert_int_equal(id_at(b, CONTRACT_OWED), 0);
	give(b, 2, CONTRACT_NOW, 1, 2);
	assert_int_equal(b->n_stored, 2);
	assert_int_equal(id_at(b, CONTRACT_NOW), 2);
	assert_int_equal(id_at(b, CONTRACT_OWED), 2);
}

/* A batch of which a part was lost is not written at all, and says so; the next one is. */
static void half_a_batch_is_nothing(void **state)
{
	struct bench *b = *state;

	give(b, 1, CONTRACT_NOW, 0, 1);
	give(b, 2, CONTRACT_OWED, 0, 3);
	give(b, 2, CONTRACT_NOW, 2, 3);
	assert_int_equal(b->n_failed, 1);
	assert_int_equal(id_at(b, CONTRACT_NOW), 1);
	assert_int_equal(id_at(b, CONTRACT_OWED), 0);
	give(b, 3, CONTRACT_NOW, 1, 2);
	assert_int_equal(b->n_failed, 2);
	give(b, 4, CONTRACT_NOW, 0, 1);
	assert_int_equal(id_at(b, CONTRACT_NOW), 4);
}

static bool add_text(void *ctx, const struct store_event *v)
{
	strcat(ctx, v->text);
	strcat(ctx, v->command ? " (command)" : ", ");
	return true;
}

/* Of the older file: its rows, its events in the order of their time, and what it owed. */
static void expect_what_was_there(struct bench *b)
{
	const struct store *s = &b->store;
	char texts[100] = "";
	struct store_owed o;
	int64_t closed_s;
	uint8_t bytes[8];
	struct err e;
	size_t n;
	bool found;

	for (int i = 0; i < 2; i++) {
		assert_true(s->get_block(s->self, i == 0 ? TIER_EXACT : TIER_DAY, i == 0 ? 1799000100 : 1798992000, bytes,
			sizeof(bytes), &n, &found, &e));
		assert_true(found && n == 3 && memcmp(bytes, "abc", 3) == 0);
	}
	assert_true(s->for_events(s->self, 1799000099999, 1799000100001, add_text, texts, &e));
	assert_string_equal(texts, "first, second, third (command)");
	assert_true(s->get_number(s->self, STORE_CLOSED_S, &closed_s, &found, &e));
	assert_true(found && closed_s > 0);
	assert_true(s->next_owed(s->self, 0, &o, &found, &e));
	assert_true(found && o.n == 7 && o.sent && !o.by_age && o.uid.b[0] == 7);
}

/* A file of schema 1 is brought up to date with all it holds, after a copy that the old program can read. */
static void an_older_file_is_brought_up(void **state)
{
	struct bench *b = *state;
	struct contract_record r;
	char copy[128];
	struct err e;
	bool found;

	hbench_stop(b);
	by_hand(b->path, schema_1);
	for (int i = 0; i < 2; i++) {
		hbench_open(b);
		assert_true(b->store.get_contract(b->store.self, CONTRACT_NOW, &r, &found, &e));
		assert_true(found);
		assert_int_equal(r.end_s, 1800003600);
		assert_int_equal(r.energy_mwh, 123456);
		assert_int_equal(r.register_wh, 0);
		expect_what_was_there(b);
		hbench_stop(b);
	}
	/* Pages as small as in a new file: this fails where they are not. */
	by_hand(b->path, "CREATE TEMP TABLE t(n CHECK(n=512)); INSERT INTO t SELECT page_size FROM pragma_page_size");
	snprintf(copy, sizeof(copy), "%s.schema1", b->path);
	by_hand(copy, "UPDATE contract SET one = 1 WHERE crc = 559266764");
	unlink(copy);
	hbench_open(b);
}

/* A file that cannot be copied first is not touched: the program runs without it and says why. */
static void without_a_copy_nothing_is_changed(void **state)
{
	struct bench *b = *state;
	char copy[128];
	struct err e;

	hbench_stop(b);
	by_hand(b->path, schema_1);
	snprintf(copy, sizeof(copy), "mkdir -p %s.schema1/x", b->path);
	assert_int_equal(system(copy), 0);
	assert_false(store_sqlite_open(b->path, &b->store, &e));
	assert_non_null(strstr(e.text, "migrate"));
	b->store.close(b->store.self);
	by_hand(b->path, "UPDATE contract SET one = 1 WHERE crc = 559266764");
	snprintf(copy, sizeof(copy), "rm -r %s.schema1", b->path);
	assert_int_equal(system(copy), 0);
	hbench_open(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_place_is_its_own, hbench_setup, hbench_teardown),
		cmocka_unit_test_setup_teardown(a_batch_is_written_whole, hbench_setup, hbench_teardown),
		cmocka_unit_test_setup_teardown(half_a_batch_is_nothing, hbench_setup, hbench_teardown),
		cmocka_unit_test_setup_teardown(an_older_file_is_brought_up, hbench_setup, hbench_teardown),
		cmocka_unit_test_setup_teardown(without_a_copy_nothing_is_changed, hbench_setup, hbench_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
