/* SPDX-License-Identifier: MIT */
/* What reaches the disk, and when: every write and sync of the store, in their order (SF-60). */
#include "../support/recorder.h"
#include "../support/store_bench.h"

struct bench { struct recorder record; struct store_bench *store; };

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	void *store;

	recorder_begin(&b->record);
	store_bench_setup(&store);
	b->store = store;
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	void *store = b->store;

	store_bench_teardown(&store);
	recorder_end();
	recorder_free(&b->record);
	free(b);
	return 0;
}

/* Writes to the log that no sync followed. */
static int not_synced(const struct bench *b)
{
	int n = 0;

	for (size_t i = 0; i < b->record.n; i++) {
		const struct op *o = &b->record.ops[i];

		if (o->file == FILE_WAL && o->kind == OP_WRITE)
			n++;
		else if (o->file == FILE_WAL && o->kind == OP_SYNC)
			n = 0;
	}
	return n;
}

/* What is committed SOON waits for no disk, and is on it with the next durable commit. */
static void a_durable_commit_takes_earlier_ones_along(void **state)
{
	struct bench *b = *state;
	struct store_bench *s = b->store;

	store_bench_put(s, 300, "first");
	assert_true(not_synced(b) > 0);
	BEGIN(s, STORE_DURABLE);
	assert_true(s->store.put_number(s->store.self, STORE_CLOSED_S, 300, &s->e));
	COMMIT(s);
	assert_int_equal(not_synced(b), 0);
}

/* Also when it has nothing of its own to write: SQLite alone would then sync nothing. */
static void even_an_empty_one(void **state)
{
	struct bench *b = *state;
	struct store_bench *s = b->store;

	store_bench_put(s, 300, "first");
	assert_true(not_synced(b) > 0);
	BEGIN(s, STORE_DURABLE);
	COMMIT(s);
	assert_int_equal(not_synced(b), 0);
}

/* A journal whose removal is forgotten by the disk would undo the making of the file, with all that came after. */
static void the_journal_of_a_new_file_is_gone_for_good(void **state)
{
	struct bench *b = *state;
	int removed = 0;

	for (size_t i = 0; i < b->record.n; i++) {
		const struct op *o = &b->record.ops[i];

		if (o->kind != OP_REMOVE || o->file != FILE_JOURNAL)
			continue;
		removed++;
		assert_int_equal(o->offset, 1);	/* with its directory synced */
	}
	assert_true(removed > 0);
}

/* One read that fails while a file is opened: SQLite calls that damage, but the file stays where it is. */
static void one_failed_read_is_no_damage(void **state)
{
	struct bench *b = *state;
	struct store_bench *s = b->store;

	store_bench_put(s, 300, "first");
	for (int i = 1; i < 40; i++) {
		store_bench_close(s);
		b->record.fail_read = i;
		(void)store_sqlite_open(s->path, &s->store, &s->e);
		b->record.fail_read = 0;
		assert_int_equal(store_bench_files(s, "corrupt"), 0);
		BEGIN(s, STORE_DURABLE);
		COMMIT(s);
		assert_true(store_bench_has(s, 300, "first"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_durable_commit_takes_earlier_ones_along, setup, teardown),
		cmocka_unit_test_setup_teardown(even_an_empty_one, setup, teardown),
		cmocka_unit_test_setup_teardown(one_failed_read_is_no_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(the_journal_of_a_new_file_is_gone_for_good, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
