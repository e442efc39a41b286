/* SPDX-License-Identifier: MIT */
/* spaceheat-sqlite.so: the record of a running service, read with nothing but SQLite. */
#include "../support/store_bench.h"

#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "core/history/bucket.h"

/* A multiple of 6 h. */
#define START_S 1799798400

enum { SERIES = 3, SCANS = 60, ROWS = 12 };

struct views {
	bool loaded;
	struct store_bench *store;
	sqlite3 *db;
	int32_t id[SERIES];
	char got[4096];
};

static void put_row(struct views *v, enum store_tier tier, int64_t start_s, const uint8_t *bytes, int n)
{
	struct store_bench *b = v->store;

	assert_true(n > 0);
	assert_true(b->store.put_block(b->store.self, tier, start_s, bytes, (size_t)n, &b->e));
}

/* Sensor s reads 320 + 100 s + k in scan k of each row. */
static void put_exact(struct views *v, int row)
{
	static struct block_reading r[SERIES * SCANS];
	static uint8_t bytes[8192];
	int64_t start_s = START_S + 300 * row;
	struct block b = { .start_ms = start_s * 1000, .readings = r, .capacity = SERIES * SCANS };

	for (int s = 0; s < SERIES; s++) {
		b.series[b.n_series++] = (struct block_series){ v->id[s], b.n_readings, SCANS };
		for (int k = 0; k < SCANS; k++)
			r[b.n_readings++] = (struct block_reading){ b.start_ms + 5000 * k, 320 + 100 * s + k };
	}
	put_row(v, TIER_EXACT, start_s, bytes, block_encode(&b, bytes, sizeof(bytes)));
}

static void put_buckets(struct views *v, enum store_tier tier, int n)
{
	static struct bucket u[SERIES * 60];
	static uint8_t bytes[8192];
	struct bucket_block b = { .buckets = u, .capacity = SERIES * 60 };

	for (int s = 0; s < SERIES; s++) {
		b.series[b.n_series++] = (struct block_series){ v->id[s], b.n_buckets, 0 };
		for (int k = 0; k < n; k++) {
			if (k == 1)
				continue;	/* a minute without a reading */
			u[b.n_buckets++] = (struct bucket){ k, 12, 20000 + k, 19900, 20100, s == 2 ? 7 : 0 };
			b.series[s].count++;
		}
	}
	put_row(v, tier, START_S, bytes, bucket_encode(&b, bytes, sizeof(bytes)));
}

/* A local day after: seconds in a mode; and what the record lacks. */
static void put_figure_and_gap(struct views *v)
{
	struct store_bench *b = v->store;
	struct store_series is = { .kind = STORE_FIGURES, .name = TELEMETRY_RELAY_STATE, .map = { 1, 1, 0 }, .about = "a.scada",
		.by = "seconds.LocalControl" };
	struct bucket seconds = { 0, 1, 3600, 3600, 3600, 0 };
	struct bucket_block day = { .buckets = &seconds, .capacity = 1, .n_buckets = 1, .n_series = 1 };
	struct store_gap gap = { START_S * 1000LL, START_S * 1000LL + 90000, GAP_POWER_OFF, "-" };
	uint8_t bytes[256];

	BEGIN(b, STORE_DURABLE);
	assert_true(b->store.series_id(b->store.self, &is, &day.series[0].id, &b->e));
	day.series[0].count = 1;
	put_row(v, TIER_DAY, START_S + 86400, bytes, bucket_encode(&day, bytes, sizeof(bytes)));
	assert_true(b->store.put_gap(b->store.self, &gap, &b->e));
	COMMIT(b);
}

static void fill(struct views *v)
{
	struct store_bench *b = v->store;
	struct store_series is = { .name = TELEMETRY_WATER_TEMP_C, .map = { 1000, 16, 0 } };

	BEGIN(b, STORE_DURABLE);
	for (int s = 0; s < SERIES; s++) {
		snprintf(is.about, sizeof(is.about), "a.temp%d", s);
		snprintf(is.by, sizeof(is.by), "a.temp%d", s);
		assert_true(b->store.series_id(b->store.self, &is, &v->id[s], &b->e));
	}
	for (int row = 0; row < ROWS; row++)
		put_exact(v, row);
	put_buckets(v, TIER_MINUTE, 60);
	put_buckets(v, TIER_QUARTER, 24);
	put_buckets(v, TIER_DAY, 1);
	COMMIT(b);
}

static void load(struct views *v)
{
	char path[512], *message = NULL;
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 64);

	assert_true(n > 0);
	path[n] = '\0';
	for (int i = 0; i < 2; i++)	/* build/tests/test_sqlite_views */
		*strrchr(path, '/') = '\0';
	strcat(path, "/spaceheat-sqlite.so");
	assert_int_equal(sqlite3_open_v2(v->store->path, &v->db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_db_config(v->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
	v->loaded = sqlite3_load_extension(v->db, path, NULL, &message) == SQLITE_OK;
	snprintf(v->got, sizeof(v->got), "%s", message != NULL ? message : "");
	sqlite3_free(message);
}

static int setup(void **state)
{
	struct views *v = calloc(1, sizeof(*v));
	bool shared;

	store_bench_setup((void **)&v->store);
	fill(v);
	assert_true(v->store->store.share(v->store->store.self, true, &shared, &v->store->e) && shared);
	load(v);
	if (!v->loaded)
		fail_msg("%s", v->got);
	*state = v;
	return 0;
}

static int teardown(void **state)
{
	struct views *v = *state;

	assert_int_equal(sqlite3_close(v->db), SQLITE_OK);
	store_bench_teardown((void **)&v->store);
	free(v);
	return 0;
}

/* All rows, columns with | between them, rows with a blank. */
static const char *ask(struct views *v, const char *sql)
{
	sqlite3_stmt *st = NULL;
	size_t n = 0;

	if (sqlite3_prepare_v2(v->db, sql, -1, &st, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(v->db));
	v->got[0] = '\0';
	while (sqlite3_step(st) == SQLITE_ROW)
		for (int i = 0; i < sqlite3_column_count(st) && n < sizeof(v->got) - 200; i++) {
			const unsigned char *text = sqlite3_column_text(st, i);

			n += (size_t)snprintf(v->got + n, sizeof(v->got) - n, "%s%s", n == 0 ? "" : i == 0 ? " " : "|",
				text != NULL ? (const char *)text : "NULL");
		}
	if (sqlite3_finalize(st) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(v->db));
	return v->got;
}

/* Every reading is there, as the sensor said it and as it goes over the wire. */
static void readings_are_there(void **state)
{
	struct views *v = *state;

	assert_string_equal(ask(v, "SELECT count(*), min(code), max(code), sum(code) FROM reading_exact"),
		"2160|320|579|970920");
	assert_string_equal(ask(v, "SELECT at_ms, at, about, sensor, name, kind, code, value FROM reading_exact LIMIT 1"),
		"1799798400000|2027-01-13T00:00:00.000Z|a.temp0|a.temp0|WaterTempCTimes1000|reading|320|20000");
}

/* Buckets carry their own time; one without readings is not there. */
static void buckets_are_there(void **state)
{
	struct views *v = *state;

	assert_string_equal(ask(v, "SELECT count(*), min(at_ms), max(at_ms), sum(wh) FROM reading_minute"),
		"177|1799798400000|1799801940000|413");
	assert_string_equal(ask(v, "SELECT at_ms, mean, min, max, count, wh FROM reading_quarter WHERE about='a.temp2' "
				   "AND at_ms < 1799800200001"),
		"1799798400000|20000|19900|20100|12|7 1799800200000|20002|19900|20100|12|7");
	assert_string_equal(ask(v, "SELECT about, at, mean FROM reading_day ORDER BY about DESC LIMIT 1"),
		"a.temp2|2027-01-13T00:00:00.000Z|20000");
}

/* Figures of the day and gaps stand beside readings. */
static void figures_and_gaps_are_there(void **state)
{
	struct views *v = *state;

	put_figure_and_gap(v);
	assert_string_equal(ask(v, "SELECT at, about, sensor, mean FROM reading_day WHERE kind='figure'"),
		"2027-01-14T00:00:00.000Z|a.scada|seconds.LocalControl|3600");
	assert_string_equal(ask(v, "SELECT from_ms, to_ms, cause, about FROM gap"),
		"1799798400000|1799798490000|power_off|-");
}

/* What a query asks for is what it gets, whatever of it was applied before rows are made. */
static void questions_are_answered(void **state)
{
	struct views *v = *state;

	assert_string_equal(ask(v, "SELECT code FROM reading_exact WHERE about='a.temp1' AND at_ms>=1799798700000 "
				   "AND at_ms<1799798715000"), "420 421 422");
	assert_string_equal(ask(v, "SELECT code FROM reading_exact WHERE about='A.TEMP1' COLLATE NOCASE AND at_ms > "
				   "1799801995000-5001 AND at_ms<=1799801995000"), "478 479");
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact WHERE series=2 AND at_ms BETWEEN 1799798402500.5 "
				   "AND 1799798407500.5"), "1");
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact WHERE about='nobody'"), "0");
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact WHERE at_ms < NULL"), "0");
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact WHERE at_ms > 9223372036854775807"), "0");
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact a JOIN reading_exact b ON a.series=b.series AND "
				   "b.at_ms>=a.at_ms AND b.at_ms<=a.at_ms AND a.code<>b.code"), "0");
}

/* A damaged row costs its own readings, and is listed with what is wrong with it. */
static void damage_is_left_out_and_listed(void **state)
{
	struct views *v = *state;
	char sql[200];
	sqlite3 *db;

	assert_string_equal(ask(v, "SELECT count(*) FROM row_damaged"), "0");
	snprintf(sql, sizeof(sql), "UPDATE block SET bytes=substr(bytes,1,20) WHERE tier=0 AND start_s=%d;"
		"UPDATE block SET bytes=x'63', crc=%lld WHERE tier=1", START_S + 300, 0x06b9df6fll);
	assert_int_equal(sqlite3_open(v->store->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact"), "1980");
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_minute"), "0");
	assert_string_equal(ask(v, "SELECT tier, start_s, bytes, why FROM row_damaged"),
		"exact|1799798700|20|its checksum is wrong minute|1799798400|1|its format is not known to this version");
}

/* The service goes on writing; the next question sees it, and nothing here can write. */
static void the_service_writes_on(void **state)
{
	struct views *v = *state;

	BEGIN(v->store, STORE_SOON);
	put_exact(v, ROWS);
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact"), "2160");
	COMMIT(v->store);
	assert_string_equal(ask(v, "SELECT count(*) FROM reading_exact"), "2340");
	assert_int_equal(sqlite3_exec(v->db, "DELETE FROM reading_exact", NULL, NULL, NULL), SQLITE_ERROR);
}

/* Alone with the file, the service is named, and what to do. */
static void a_file_had_alone_says_so(void **state)
{
	struct views *v = *state;
	bool shared;

	sqlite3_close(v->db);
	assert_true(v->store->store.share(v->store->store.self, false, &shared, &v->store->e) && !shared);
	load(v);
	assert_false(v->loaded);
	assert_non_null(strstr(v->got, "run: spaceheat history share"));
}

/* Another file is told apart with a sentence. */
static void another_file_is_refused(void **state)
{
	struct views *v = *state;
	bool shared;

	store_bench_close(v->store);
	store_bench_by_hand(v->store, "ALTER TABLE block RENAME TO elsewhere");
	store_bench_open(v->store);
	assert_true(v->store->store.share(v->store->store.self, true, &shared, &v->store->e));
	assert_int_equal(sqlite3_exec(v->db, "SELECT count(*) FROM reading_exact", NULL, NULL, NULL), SQLITE_ERROR);
	assert_non_null(strstr(sqlite3_errmsg(v->db), "no history.db"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(readings_are_there, setup, teardown),
		cmocka_unit_test_setup_teardown(figures_and_gaps_are_there, setup, teardown),
		cmocka_unit_test_setup_teardown(buckets_are_there, setup, teardown),
		cmocka_unit_test_setup_teardown(questions_are_answered, setup, teardown),
		cmocka_unit_test_setup_teardown(damage_is_left_out_and_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(the_service_writes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_had_alone_says_so, setup, teardown),
		cmocka_unit_test_setup_teardown(another_file_is_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
