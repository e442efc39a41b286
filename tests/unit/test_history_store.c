/* SPDX-License-Identifier: MIT */
/* The history actor and its store: restarts, power cuts, contracts, events, a disk that fails, rows too
 * old. */
#include "../support/history_bench.h"
#include "../support/tap.h"

#include <stdio.h>
#include <sys/stat.h>

/* After a clean stop the slot goes on where it was: its status holds what was read before and after. */
static void a_stop_continues_the_slot(void **state)
{
	struct bench *b = *state;

	for (int64_t t = 0; t < 100000; t += 5000)
		hbench_keep(b, TANK, t, 300);
	hbench_step(
		b, (struct msg){ .type = MSG_KEEP_COMMAND, .keep_command = { RELAY_NODE, false, b->clock } });
	hbench_stop(b);
	hbench_open(b);
	hbench_time(b, 150000);
	hbench_go_remote(b);
	for (int64_t t = 150000; t < 300000; t += 5000)
		hbench_keep(b, TANK, t, 301);
	hbench_tick(b, 300000);
	assert_int_equal(b->n_sent, 1);
	assert_int_equal(hbench_status_readings(&b->sent[0]), 20 + 30);
}

/* A slot that ended while the service was down is still owed, with what it had. */
static void a_slot_ended_while_down_is_owed(void **state)
{
	struct bench *b = *state;

	hbench_run_slot(b, 0);
	hbench_keep(b, TANK, 310000, 300);
	hbench_stop(b);
	hbench_open(b);
	hbench_time(b, 7200000);
	hbench_go_remote(b);
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	hbench_tick(b, 7205000);
	assert_int_equal(b->n_sent, 2);
	assert_int_equal(hbench_status_slot(&b->sent[1]), START_MS / 1000 + 300);
	assert_int_equal(hbench_status_readings(&b->sent[1]), 1);
}

/* A power cut takes readings of the open slot at most: ids and contents of what is owed stay (SF-60,
 * SF-52). */
static void a_power_cut_keeps_what_is_owed(void **state)
{
	struct bench *b = *state;

	b->deaf = true;
	hbench_go_remote(b);
	hbench_run_slot(b, 0);
	hbench_run_slot(b, 300000);
	hbench_keep(b, TANK, 605000, 1);
	hbench_power_cut(b);
	b->deaf = false;
	hbench_open(b);
	hbench_time(b, 700000);
	hbench_go_remote(b);
	hbench_tick(b, 702000);
	assert_int_equal(b->n_sent, 4);
	hbench_assert_same(&b->sent[0], &b->sent[2]);
	hbench_assert_same(&b->sent[1], &b->sent[3]);
}

/* A house whose channels were renumbered and partly replaced still sends the old slot as it was. */
static void an_old_slot_survives_a_new_house(void **state)
{
	struct bench *b = *state;
	struct channel tank = b->house.channels[TANK];

	b->deaf = true;
	hbench_go_remote(b);
	hbench_run_slot(b, 0);
	hbench_stop(b);
	b->house.channels[0] = b->house.channels[RELAY];
	b->house.channels[1] = tank;
	b->house.channels[1].map = (struct code_map){ 1800, 16, 32000 };
	b->house.channels[1].name = TELEMETRY_WATER_TEMP_F;
	b->house.n_channels = 2;	/* the meter is gone */
	hbench_open(b);
	hbench_time(b, 400000);
	hbench_go_remote(b);
	hbench_tick(b, 402000);
	assert_int_equal(b->n_sent, 2);
	hbench_assert_same(&b->sent[0], &b->sent[1]);
}

/* With commit_s below a row a power cut costs no more than that. */
static void commit_s_bounds_the_loss(void **state)
{
	struct bench *b = *state;

	b->settings.history.commit_s = 60;
	for (int64_t t = 0; t <= 130000; t += 5000) {
		hbench_keep(b, TANK, t, 9);
		hbench_tick(b, t);
	}
	hbench_power_cut(b);
	hbench_open(b);
	hbench_time(b, 200000);
	hbench_go_remote(b);
	hbench_tick(b, 300000);
	assert_int_equal(b->n_sent, 1);
	assert_true(hbench_status_readings(&b->sent[0]) >= (130 - 60) / 5);
}

static struct msg a_store(uint32_t seq)
{
	struct msg m = { .type = MSG_STORE, .store = { .seq = seq } };

	m.store.record.id = uuid_random((uint64_t[2]){ 5, 6 });
	m.store.record.end_s = START_MS / 1000 + 3600;
	m.store.record.state = CONTRACT_LIVE;
	return m;
}

static void count_soon(void *ctx, const struct tap_commit *c)
{
	int *n = ctx;

	*n += c->readings && c->durability == STORE_SOON;
}

/* A row that only SQLite's log holds would be lost with those after it, up to the next sync. */
static void saved_readings_are_synced(void **state)
{
	struct bench *b = *state;
	struct tap tap = { .committed = count_soon };
	int soon = 0;

	tap.ctx = &soon;
	b->settings.history.commit_s = 60;
	tap_listen(&tap, &b->store);
	hbench_run_slot(b, 0);
	assert_true(tap.n_committed >= 4);
	assert_int_equal(soon, 0);
}

/* A contract is on the disk when MSG_STORED is said: another reader finds it there (SF-34). */
static void a_contract_is_stored_before_it_is_said(void **state)
{
	struct bench *b = *state;
	struct contract_record got;
	struct store other;
	struct err e;
	bool found;

	b->settings.history.share = true;
	hbench_step(b, a_store(41));
	assert_int_equal(b->n_stored, 1);
	assert_int_equal(b->last_stored.seq, 41);
	assert_true(store_sqlite_open(b->path, &other, &e));
	assert_true(other.get_contract(other.self, CONTRACT_NOW, &got, &found, &e));
	assert_true(found && got.state == CONTRACT_LIVE && got.end_s == START_MS / 1000 + 3600);
	other.close(other.self);
}

/* Opens a bench whose directory does not exist yet. */
static void without_directory(struct bench *b, char dir[96])
{
	struct err e;

	hbench_power_cut(b);
	snprintf(dir, 96, "%s/absent", b->dir);
	snprintf(b->path, sizeof(b->path), "%.80s/h.db", dir);
	assert_false(store_sqlite_open(b->path, &b->store, &e));
	hbench_start(b);
}

/* Without a disk a contract is refused by name, there is one E line, live statuses go up, and when the
 * disk comes everything is written within a minute (SF-61). */
static void a_failing_store_holds_up_nothing(void **state)
{
	struct bench *b = *state;
	uint8_t bytes[4096];
	char dir[96];
	size_t length;
	struct err e;
	bool found;

	without_directory(b, dir);
	hbench_go_remote(b);
	hbench_step(b, a_store(7));
	assert_int_equal(b->n_failed, 1);
	assert_int_equal(b->last_stored.seq, 7);
	assert_true(b->last_stored.reason[0] != '\0');
	for (int i = 0; i < 3; i++)
		hbench_run_slot(b, 300000 * i);
	assert_int_equal(b->n_sent, 3);
	assert_int_equal(hbench_status_readings(&b->sent[2]), 60);
	assert_int_equal(b->n_lines[LEVEL_ERROR], 1);
	assert_int_equal(mkdir(dir, 0700), 0);
	for (int i = 1; i <= 6; i++)
		hbench_tick(b, 900000 + 10000 * i);
	assert_int_equal(b->n_lines[LEVEL_ERROR], 1);
	for (int i = 0; i < 3; i++) {
		assert_true(b->store.get_block(b->store.self, TIER_EXACT, START_MS / 1000 + 300 * i, bytes,
			sizeof(bytes), &length, &found, &e));
		assert_true(found);
	}
	hbench_step(b, a_store(8));
	assert_int_equal(b->n_stored, 1);
	hbench_remove_files(dir);
}

/* What is owed while the disk fails is owed afterwards; after 6 h the oldest goes, and the gap is on
 * record. */
static void six_hours_are_remembered(void **state)
{
	struct bench *b = *state;
	char dir[96];

	without_directory(b, dir);
	for (int i = 0; i < 75; i++)
		hbench_run_slot(b, 300000 * i);
	assert_int_equal(b->n_gaps, 0);
	assert_int_equal(mkdir(dir, 0700), 0);
	hbench_tick(b, 300000 * 75 + 61000);
	assert_int_equal(b->n_gaps, 1);
	hbench_go_remote(b);
	for (int i = 62; i < 90; i++)
		hbench_tick(b, 300000 * 75 + 1000 * i);
	assert_int_equal(b->n_sent, 72);
	assert_int_equal(hbench_status_slot(&b->sent[0]), START_MS / 1000 + 900);
	assert_int_equal(b->n_gaps, 1 + 3);
	hbench_remove_files(dir);
}

struct found { int n, commands; char text[64]; };

static bool find_event(void *ctx, const struct store_event *v)
{
	struct found *f = ctx;

	f->n++;
	f->commands += v->command;
	snprintf(f->text, sizeof(f->text), "%s %s %s %d %s", v->level, v->code, v->node, v->value, v->text);
	return true;
}

static struct found events(struct bench *b)
{
	struct found f = { 0 };
	struct err e;

	assert_true(b->store.for_events(b->store.self, 0, INT64_MAX, find_event, &f, &e));
	return f;
}

/* Events are rows after the next flush, and not a commit each before; relay commands are among them. */
static void events_are_rows_after_a_flush(void **state)
{
	struct bench *b = *state;
	struct msg m = { .type = MSG_EVENT,
		.log = { .level = LEVEL_WARNING,
			.code = LOG_BEAT_LOST,
			.node = NO_NODE,
			.value = 3,
			.text = "no beat" } };

	hbench_time(b, 1000);
	hbench_step(
		b, (struct msg){ .type = MSG_KEEP_COMMAND, .keep_command = { RELAY_NODE, true, b->clock } });
	hbench_time(b, 2000);
	hbench_step(b, m);
	assert_int_equal(events(b).n, 0);
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	assert_int_equal(events(b).n, 2);
	assert_int_equal(events(b).commands, 1);
	assert_string_equal(events(b).text, "W BEAT_LOST - 3 no beat");
}

/* A year of chatter between two flushes does not overflow anything: what waits is written when it is much. */
static void many_events_are_all_kept(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 3000; i++)
		hbench_step(b, (struct msg){ .type = MSG_EVENT,
				       .log = { .level = LEVEL_INFO, .code = LOG_MODE, .node = NO_NODE } });
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	assert_int_equal(events(b).n, 3000);
}

/* Minutes owed across a restart in the middle of a row come up with what each had. */
static void short_slots_survive_a_restart(void **state)
{
	struct bench *b = *state;

	history_free(&b->history);
	b->settings.status_period_s = 60;
	hbench_start(b);
	for (int64_t t = 0; t < 150000; t += 5000) {
		hbench_tick(b, t);
		hbench_keep(b, TANK, t, 5);
	}
	hbench_stop(b);
	hbench_open(b);
	hbench_time(b, 1000000);
	hbench_go_remote(b);
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	for (int i = 1; i < 5; i++)
		hbench_tick(b, 1000000 + 1000 * i);
	assert_true(b->n_sent >= 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hbench_status_slot(&b->sent[i]), START_MS / 1000 + 60 * i);
		assert_int_equal(hbench_status_readings(&b->sent[i]), i < 2 ? 12 : 6);
	}
}

static bool count_gap(void *ctx, const struct store_gap *g)
{
	struct store_gap *sum = ctx;

	if (g->cause != GAP_TOO_OLD)
		return true;
	assert_true(sum->to_ms == 0);	/* one record */
	*sum = *g;
	return true;
}

/* Rows beyond exact_days go within the hour; statuses owed of them are still owed, from the tiers, for 28 days, and then
 * leave one gap record (SF-54). */
static void old_rows_go(void **state)
{
	struct bench *b = *state;
	int64_t day = 86400000, row;
	struct store_gap gap = { 0 };
	struct err e;
	bool found;

	b->settings.history.exact_days = 1;
	hbench_run_slot(b, 0);
	hbench_run_slot(b, 300000);
	for (int64_t t = 600000; t <= day + 4200000; t += 300000)
		hbench_tick(b, t);
	assert_true(b->store.next_block(b->store.self, TIER_EXACT, 0, INT64_MAX, &row, &found, &e));
	assert_true(found && row >= (START_MS + 600000) / 1000 && row <= (START_MS + 4200000) / 1000);
	assert_int_equal(b->owed, (day + 4200000) / 300000);
	for (int64_t t = day + 4200000; t <= 29 * day; t += 300000)
		hbench_tick(b, t);
	assert_in_range(b->owed, 28 * 288, 28 * 288 + 12);
	assert_true(b->n_gaps >= 1);
	assert_true(b->store.for_gaps(b->store.self, 0, INT64_MAX, count_gap, &gap, &e));
	assert_int_equal(gap.from_ms, START_MS);
	assert_in_range(gap.to_ms - START_MS, day - 3600000, day);
	assert_int_equal(b->n_lines[LEVEL_ERROR], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hbench_setup, hbench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stop_continues_the_slot),
		TEST(a_slot_ended_while_down_is_owed),
		TEST(a_power_cut_keeps_what_is_owed),
		TEST(an_old_slot_survives_a_new_house),
		TEST(commit_s_bounds_the_loss),
		TEST(saved_readings_are_synced),
		TEST(a_contract_is_stored_before_it_is_said),
		TEST(a_failing_store_holds_up_nothing),
		TEST(six_hours_are_remembered),
		TEST(events_are_rows_after_a_flush),
		TEST(many_events_are_all_kept),
		TEST(short_slots_survive_a_restart),
		TEST(old_rows_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
