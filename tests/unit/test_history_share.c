/* SPDX-License-Identifier: MIT */
/* The history actor lets others open its file for a time and has it alone again, and nothing is lost on the way. */
#include "../support/history_bench.h"

#include <sqlite3.h>
#include <stdio.h>

#include "core/history/archive.h"

static const struct archive *ask_share(struct bench *b, int32_t seconds)
{
	static struct archive box;

	history_show(&b->history, &box);
	box.q = (struct archive_question){ .kind = ARCHIVE_SHARE, .share_s = seconds };
	hbench_step(b, (struct msg){ .type = MSG_ARCHIVE, .archive = { 1 } });
	return &box;
}

static void seconds_pass(struct bench *b, int n)
{
	for (int i = 0; i < n; i++)
		hbench_step(b, (struct msg){ .type = MSG_FLUSH });
}

/* Rows another program finds; -1: it is locked out. */
static int rows_seen(const struct bench *b)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	int rows = -1;

	sqlite3_open_v2(b->path, &db, SQLITE_OPEN_READONLY, NULL);
	if (sqlite3_prepare_v2(db, "SELECT count(*) FROM block WHERE tier=0", -1, &st, NULL) == SQLITE_OK &&
		sqlite3_step(st) == SQLITE_ROW)
		rows = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return rows;
}

/* Open for as long as was asked, in real seconds, and no longer; what waited for the store at either moment is there. */
static void it_is_shared_for_a_time(void **state)
{
	struct bench *b = *state;
	const struct archive *a;

	hbench_run_slot(b, 0);
	assert_int_equal(rows_seen(b), -1);
	hbench_keep(b, TANK, 301000, 7);
	hbench_step(b, (struct msg){ .type = MSG_EVENT,
		.log = { .level = LEVEL_INFO, .code = LOG_TEST, .node = NO_NODE, .text = "x" } });
	a = ask_share(b, 60);
	assert_true(a->outcome == ARCHIVE_DONE && a->share.open);
	assert_int_equal(a->share.for_s, 60);
	assert_int_equal(rows_seen(b), 1);
	hbench_run_slot(b, 300000);
	assert_int_equal(rows_seen(b), 2);
	seconds_pass(b, 59);
	assert_int_equal(rows_seen(b), 2);
	hbench_keep(b, TANK, 601000, 7);
	seconds_pass(b, 1);
	assert_int_equal(rows_seen(b), -1);
	hbench_run_slot(b, 600000);
	hbench_go_remote(b);
	for (int64_t ms = 901000; ms < 910000; ms += 1000)
		hbench_tick(b, ms);
	assert_int_equal(b->n_sent, 3);
	assert_int_equal(hbench_status_readings(&b->sent[1]), 60 + 1);
	assert_int_equal(hbench_status_readings(&b->sent[2]), 60 + 1);
	assert_int_equal(b->n_gaps, 0);
	assert_int_equal(b->n_lines[LEVEL_ERROR], 0);
}

/* It ends earlier when somebody says so. */
static void it_can_be_ended(void **state)
{
	struct bench *b = *state;

	hbench_run_slot(b, 0);
	ask_share(b, 900);
	assert_int_equal(rows_seen(b), 1);
	assert_false(ask_share(b, 0)->share.open);
	assert_int_equal(rows_seen(b), -1);
}

/* Those who want it open always have a setting, which counts from the next step on. */
static void it_can_be_always(void **state)
{
	struct bench *b = *state;

	hbench_run_slot(b, 0);
	b->settings.history.share = true;
	seconds_pass(b, 1);
	assert_int_equal(rows_seen(b), 1);
	assert_int_equal(ask_share(b, 0)->share.for_s, -1);
	assert_int_equal(rows_seen(b), 1);
	b->settings.history.share = false;
	seconds_pass(b, 1);
	assert_int_equal(rows_seen(b), -1);
}

/* A program that stays longer goes on, and is found to have gone within the hour. */
static void who_stays_is_left_alone(void **state)
{
	struct bench *b = *state;
	sqlite3 *db = NULL;

	hbench_run_slot(b, 0);
	ask_share(b, 60);
	assert_int_equal(sqlite3_open_v2(b->path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "SELECT 1 FROM block", NULL, NULL, NULL), SQLITE_OK);
	seconds_pass(b, 60);
	hbench_run_slot(b, 300000);
	assert_int_equal(rows_seen(b), 2);
	sqlite3_close(db);
	seconds_pass(b, HISTORY_ALONE_S);
	assert_int_equal(rows_seen(b), -1);
}

/* A store that fails is asked too: it will be open to others when it comes back. */
static void a_failing_store_is_no_reason(void **state)
{
	struct bench *b = *state;
	char path[sizeof(b->path)];

	hbench_power_cut(b);
	snprintf(path, sizeof(path), "%s", b->path);
	snprintf(b->path, sizeof(b->path), "%s/absent/h.db", b->dir);
	assert_false(store_sqlite_open(b->path, &b->store, &(struct err){ 0 }));
	hbench_start(b);
	hbench_run_slot(b, 0);
	assert_int_equal(ask_share(b, 900)->outcome, ARCHIVE_DONE);
	snprintf(b->path, sizeof(b->path), "%s", path);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, hbench_setup, hbench_teardown)
	const struct CMUnitTest tests[] = {
		TEST(it_is_shared_for_a_time),
		TEST(it_can_be_ended),
		TEST(it_can_be_always),
		TEST(who_stays_is_left_alone),
		TEST(a_failing_store_is_no_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
