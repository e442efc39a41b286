/* SPDX-License-Identifier: MIT */
/* The SQLite store: what was committed is there afterwards, whole or not at all. */
#include "../support/store_bench.h"

#include <stdio.h>

static struct contract_record a_contract(int64_t start_s)
{
	struct contract_record r;

	memset(&r, 0, sizeof(r));	/* compared as bytes, padding too */
	for (int i = 0; i < 16; i++) {
		r.id.b[i] = (uint8_t)(i + 1);
		r.report_uid.b[i] = (uint8_t)(255 - i);
	}
	r.start_s = start_s;
	r.end_s = start_s + 3600;
	r.ended_ms = -1;
	r.energy_mwh = INT64_MAX;
	r.energy_estimated_mwh = 7;
	r.remote_ms = 12345;
	r.log_seq = 99;
	r.max_power_w = -1;
	r.state = CONTRACT_LIVE;
	r.cause = CAUSE_RESTART;
	r.acks_status = 1;
	return r;
}

static struct uuid uid_of(int n)
{
	return uuid_random((uint64_t[2]){ (uint64_t)n, 77 });
}

static void put_contract(struct store_bench *b, const struct contract_record *r)
{
	BEGIN(b, STORE_DURABLE);
	assert_true(b->store.put_contract(b->store.self, CONTRACT_NOW, r, &b->e));
	COMMIT(b);
}

static void owe(struct store_bench *b, const struct store_owed *o)
{
	bool taken = false;

	assert_true(b->store.owe(b->store.self, o, &taken, &b->e));
	assert_true(taken);
}

/* The contract stored last is the contract found, to the last bit; before the first there is none. */
static void the_contract_comes_back(void **state)
{
	struct store_bench *b = *state;
	struct contract_record r = a_contract(1800000000), got;
	bool found;

	assert_true(b->store.get_contract(b->store.self, CONTRACT_NOW, &got, &found, &b->e));
	assert_false(found);
	put_contract(b, &r);
	r = a_contract(1800003600);
	put_contract(b, &r);
	store_bench_reopen(b);
	assert_true(b->store.get_contract(b->store.self, CONTRACT_NOW, &got, &found, &b->e));
	assert_true(found);
	assert_memory_equal(&got, &r, sizeof(r));
}

/* A contract row that was tampered with is no contract, and is reported. */
static void a_damaged_contract_is_none(void **state)
{
	struct store_bench *b = *state;
	struct contract_record r = a_contract(1800000000), got;
	struct store_info info;
	char text[300];
	bool found;

	put_contract(b, &r);
	store_bench_close(b);
	store_bench_by_hand(b, "UPDATE contract SET end_s = end_s + 60");
	store_bench_open(b);
	assert_true(b->store.get_contract(b->store.self, CONTRACT_NOW, &got, &found, &b->e));
	assert_false(found);
	assert_int_equal(got.state, CONTRACT_NONE);
	assert_true(b->store.notice(b->store.self, text, sizeof(text)));
	assert_non_null(strstr(text, "contract"));
	assert_true(b->store.info(b->store.self, &info, &b->e));
	assert_int_equal(info.damaged_rows, 1);
}

/* What was rolled back never happened, also for a contract (SF-60: as before or after, never between). */
static void a_rollback_leaves_nothing(void **state)
{
	struct store_bench *b = *state;
	struct contract_record r = a_contract(1800000000), next = a_contract(1900000000), got;
	int32_t owed;
	bool found;

	put_contract(b, &r);
	BEGIN(b, STORE_DURABLE);
	assert_true(b->store.put_contract(b->store.self, CONTRACT_NOW, &next, &b->e));
	owe(b, &(struct store_owed){ .uid = uid_of(1) });
	b->store.rollback(b->store.self);
	assert_true(b->store.get_contract(b->store.self, CONTRACT_NOW, &got, &found, &b->e));
	assert_true(found && got.start_s == r.start_s);
	assert_true(b->store.count_owed(b->store.self, &owed, &b->e));
	assert_int_equal(owed, 0);
}

/* An id that was rolled back is not told again: the series is made anew, and found. */
static void a_rollback_forgets_its_series(void **state)
{
	struct store_bench *b = *state;
	struct store_series is = { .kind = STORE_READINGS, .name = TELEMETRY_POWER_W, .map = { 1, 1, 0 }, .about = "a.m", .by = "a.m" };
	struct store_series got;
	int32_t id, again;
	bool found;

	BEGIN(b, STORE_SOON);
	assert_true(b->store.series_id(b->store.self, &is, &id, &b->e));
	b->store.rollback(b->store.self);
	BEGIN(b, STORE_SOON);
	assert_true(b->store.series_id(b->store.self, &is, &id, &b->e));
	assert_true(b->store.series_id(b->store.self, &is, &again, &b->e));
	assert_int_equal(again, id);
	assert_true(b->store.commit(b->store.self, &b->e));
	assert_true(b->store.get_series(b->store.self, id, &got, &found, &b->e));
	assert_true(found);
	assert_string_equal(got.about, "a.m");
}

/* Rows come back by tier and start, the newest version of each, across a restart; next_block walks them
 * in order. */
static void blocks_come_back(void **state)
{
	struct store_bench *b = *state;
	int64_t start;
	bool found;

	store_bench_put(b, 600, "one");
	store_bench_put(b, 300, "two");
	store_bench_put(b, 600, "one, grown");
	store_bench_reopen(b);
	assert_true(store_bench_has(b, 600, "one, grown"));
	assert_true(store_bench_has(b, 300, "two"));
	assert_false(store_bench_has(b, 900, ""));
	assert_true(b->store.next_block(b->store.self, TIER_EXACT, 301, 9999, &start, &found, &b->e));
	assert_true(found && start == 600);
	assert_true(b->store.next_block(b->store.self, TIER_EXACT, 0, 300, &start, &found, &b->e));
	assert_false(found);
	assert_true(b->store.next_block(b->store.self, TIER_MINUTE, 0, 9999, &start, &found, &b->e));
	assert_false(found);
}

/* A row whose bytes changed on the disk is as good as absent, and counted. */
static void a_damaged_row_is_absent(void **state)
{
	struct store_bench *b = *state;
	struct store_info info;

	store_bench_put(b, 300, "abcdef");
	store_bench_close(b);
	store_bench_by_hand(b, "UPDATE block SET bytes = CAST('abcdeg' AS BLOB)");
	store_bench_open(b);
	assert_false(store_bench_has(b, 300, "abcdef"));
	assert_false(store_bench_has(b, 300, "abcdeg"));
	assert_true(b->store.info(b->store.self, &info, &b->e));
	assert_int_equal(info.damaged_rows, 2);
	assert_true(info.bytes > 0);
}

static struct store_series a_series(const char *about, int64_t num)
{
	struct store_series s = {
		.kind = STORE_READINGS, .name = TELEMETRY_WATER_TEMP_C, .map = { num, 16, -3 }
	};

	snprintf(s.about, sizeof(s.about), "%s", about);
	snprintf(s.by, sizeof(s.by), "a.m");
	return s;
}

static int32_t id_of(struct store_bench *b, const struct store_series *s)
{
	int32_t id = -1;

	BEGIN(b, STORE_SOON);
	assert_true(b->store.series_id(b->store.self, s, &id, &b->e));
	COMMIT(b);
	return id;
}

/* A series keeps its id across restarts; another map, name or kind is another series. */
static void series_ids_are_stable(void **state)
{
	struct store_bench *b = *state;
	struct store_series a = a_series("a.tank.temp0", 1000), c = a_series("a.tank.temp0", 1800), got;
	int32_t id_a = id_of(b, &a), id_c = id_of(b, &c);
	bool found;

	assert_int_not_equal(id_a, id_c);
	store_bench_reopen(b);
	assert_int_equal(id_of(b, &c), id_c);
	assert_int_equal(id_of(b, &a), id_a);
	a.kind = STORE_COMMANDS;
	assert_int_not_equal(id_of(b, &a), id_a);
	assert_true(b->store.get_series(b->store.self, id_c, &got, &found, &b->e));
	assert_true(found);
	assert_string_equal(got.about, "a.tank.temp0");
	assert_string_equal(got.by, "a.m");
	assert_true(got.name == TELEMETRY_WATER_TEMP_C && got.kind == STORE_READINGS);
	assert_true(got.map.num == 1800 && got.map.den == 16 && got.map.offset == -3);
	assert_true(b->store.get_series(b->store.self, 12345, &got, &found, &b->e));
	assert_false(found);
}

struct seen { int n; int64_t at[8]; char text[8][32]; };

static bool see(void *ctx, const struct store_event *v)
{
	struct seen *s = ctx;

	s->at[s->n] = v->at_ms;
	snprintf(s->text[s->n], sizeof(s->text[0]), "%s %s %s %d %s", v->level, v->code, v->node, v->value,
		v->text);
	return ++s->n < 3;
}

/* Events come back in the order of their time, exactly those of the interval, until the reader has enough. */
static void events_come_back(void **state)
{
	struct store_bench *b = *state;
	struct store_event v = {
		.level = "I", .code = "RELAY", .node = "a.elt1.relay", .value = 1, .text = "on"
	};
	static const int64_t at[] = { 3000, 1000, 2000, 4000, 2500 };
	struct seen seen = { 0 };

	BEGIN(b, STORE_DURABLE);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		v.at_ms = at[i];
		assert_true(b->store.put_event(b->store.self, &v, &b->e));
	}
	COMMIT(b);
	assert_true(b->store.for_events(b->store.self, 1001, 4000, see, &seen, &b->e));
	assert_int_equal(seen.n, 3);
	assert_true(seen.at[0] == 2000 && seen.at[1] == 2500 && seen.at[2] == 3000);
	assert_string_equal(seen.text[0], "I RELAY a.elt1.relay 1 on");
	seen.n = 0;
	assert_true(b->store.for_events(b->store.self, 0, 9999, see, &seen, &b->e));
	assert_int_equal(seen.n, 3);	/* it said enough */
}

static bool next(struct store_bench *b, int64_t after, struct store_owed *o)
{
	bool found;

	assert_true(b->store.next_owed(b->store.self, after, o, &found, &b->e));
	return found;
}

/* What is owed is owed across restarts, oldest first, with its uid and whether it was sent, until it is
 * forgotten. */
static void owed_until_forgotten(void **state)
{
	struct store_bench *b = *state;
	struct store_owed o;
	int32_t n;

	BEGIN(b, STORE_DURABLE);
	for (int i = 0; i < 3; i++)
		owe(b, &(struct store_owed){
			       .uid = uid_of(i), .slot_s = 300 * i, .period_s = 300, .tier = TIER_EXACT });
	assert_true(b->store.mark_sent(b->store.self, uid_of(1), TIER_MINUTE, &b->e));
	COMMIT(b);
	store_bench_reopen(b);
	assert_true(next(b, 0, &o) && uuid_equal(o.uid, uid_of(0)) && !o.sent && o.period_s == 300);
	BEGIN(b, STORE_DURABLE);
	assert_true(b->store.forget(b->store.self, uid_of(0), &b->e));
	assert_true(b->store.forget(b->store.self, uid_of(55), &b->e));	/* never owed: nothing to do */
	COMMIT(b);
	assert_true(next(b, 0, &o) && uuid_equal(o.uid, uid_of(1)) && o.sent && o.slot_s == 300 &&
		o.tier == TIER_MINUTE);
	assert_true(next(b, o.n, &o) && uuid_equal(o.uid, uid_of(2)));
	assert_false(next(b, o.n, &o));
	assert_true(b->store.count_owed(b->store.self, &n, &b->e));
	assert_int_equal(n, 2);
}

/* A uid that stands for one status is refused to another, and the transaction goes on; the same status again
 * is owed once, and stays sent. */
static void one_uid_is_one_status(void **state)
{
	struct store_bench *b = *state;
	struct store_owed first = { .uid = uid_of(3), .slot_s = 300, .period_s = 300, .sent = true };
	struct store_owed other = { .uid = uid_of(3), .slot_s = 600, .period_s = 300 }, got;
	bool taken = true;

	BEGIN(b, STORE_DURABLE);
	owe(b, &first);
	assert_true(b->store.owe(b->store.self, &other, &taken, &b->e));
	assert_false(taken);
	first.sent = false;
	owe(b, &first);
	COMMIT(b);
	assert_true(next(b, 0, &got) && got.slot_s == 300 && got.sent);
	assert_false(next(b, got.n, &got));
}

/* The order number of what is owed never comes again while the store is open, so a reader's place in the list stays
 * right. */
static void order_numbers_are_never_reused(void **state)
{
	struct store_bench *b = *state;
	struct store_owed first, second;

	for (int i = 0; i < 2; i++) {
		BEGIN(b, STORE_DURABLE);
		owe(b, &(struct store_owed){ .uid = uid_of(9) });
		COMMIT(b);
		assert_true(next(b, 0, i == 0 ? &first : &second));
		BEGIN(b, STORE_DURABLE);
		assert_true(b->store.forget(b->store.self, uid_of(9), &b->e));
		COMMIT(b);
	}
	assert_true(second.n > first.n);
}

/* Pruning drops what is older than its limit, tells before how many statuses that gives up, and keeps the rest. */
static void pruning_keeps_the_young(void **state)
{
	struct store_bench *b = *state;
	struct store_limits limits = { .before_s = { 600, 0, 0, 0 }, .owed_s = 600 };
	struct store_aged aged;
	int64_t value;
	int32_t n;
	bool found;

	store_bench_put(b, 300, "old");
	store_bench_put(b, 600, "young");
	BEGIN(b, STORE_DURABLE);
	for (int i = 1; i <= 2; i++)
		owe(b, &(struct store_owed){ .uid = uid_of(i), .slot_s = 300 * i });
	assert_true(b->store.put_number(b->store.self, STORE_CLOSED_S, 4711, &b->e));
	assert_true(b->store.count_aged(b->store.self, 600, &aged, &b->e));
	assert_true(aged.count == 1 && aged.from_s == 300);
	assert_true(b->store.prune(b->store.self, &limits, &b->e));
	COMMIT(b);
	assert_true(b->store.tidy(b->store.self, &b->e));
	assert_false(store_bench_has(b, 300, "old"));
	assert_true(store_bench_has(b, 600, "young"));
	assert_true(b->store.count_owed(b->store.self, &n, &b->e));
	assert_int_equal(n, 1);
	assert_true(b->store.get_number(b->store.self, STORE_CLOSED_S, &value, &found, &b->e));
	assert_true(found && value == 4711);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_bench_setup, store_bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_contract_comes_back),
		TEST(a_damaged_contract_is_none),
		TEST(a_rollback_leaves_nothing),
		TEST(a_rollback_forgets_its_series),
		TEST(blocks_come_back),
		TEST(a_damaged_row_is_absent),
		TEST(series_ids_are_stable),
		TEST(events_come_back),
		TEST(owed_until_forgotten),
		TEST(one_uid_is_one_status),
		TEST(order_numbers_are_never_reused),
		TEST(pruning_keeps_the_young),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
