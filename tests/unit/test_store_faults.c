/* SPDX-License-Identifier: MIT */
/* The store in front of the store: a disk that is full, that can only be read, that is damaged; else it is not there. */
#include "../support/store_bench.h"

#include <stdio.h>

#include "sim/store_faults.h"

static void damage(void *ctx, struct store *inner)
{
	struct store_bench *b = ctx;
	FILE *f;

	inner->close(inner->self);
	f = fopen(b->path, "r+b");
	assert_non_null(f);
	fputs("this is no database any more", f);
	fclose(f);
	(void)store_sqlite_open(b->path, inner, &b->e);
}

/* The bench's store goes behind the front until put_back. */
static struct store_faults *put_front(struct store_bench *b)
{
	struct store_faults *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->inner = b->store;
	f->damage_it = damage;
	f->ctx = b;
	b->store = store_faults_front(f);
	return f;
}

static void put_back(struct store_bench *b, struct store_faults *f)
{
	b->store = f->inner;
	free(f);
}

static void every_function_is_there(void **state)
{
	struct store_bench *b = *state;
	struct store_faults *f = put_front(b);
	void *const *members = (void *const *)&b->store;

	for (size_t i = 0; i < sizeof(b->store) / sizeof(void *); i++)
		assert_non_null(members[i]);
	store_bench_put(b, 300, "seen through it");
	assert_true(store_bench_has(b, 300, "seen through it"));
	put_back(b, f);
	assert_true(store_bench_has(b, 300, "seen through it"));
}

static void a_full_disk_refuses_the_commit(void **state)
{
	struct store_bench *b = *state;
	struct store_faults *f = put_front(b);

	store_faults_set(f, STORE_FULL);
	BEGIN(b, STORE_DURABLE);
	assert_true(b->store.put_block(b->store.self, TIER_EXACT, 300, (const uint8_t *)"x", 1, &b->e));
	assert_false(b->store.commit(b->store.self, &b->e));
	assert_int_equal(b->e.code, ERR_IO);
	assert_non_null(strstr(b->e.text, "full"));
	b->store.rollback(b->store.self);
	assert_false(store_bench_has(b, 300, "x"));
	store_faults_set(f, STORE_SOUND);
	store_bench_put(b, 300, "y");
	assert_true(store_bench_has(b, 300, "y"));
	put_back(b, f);
}

static void a_read_only_disk_refuses_to_begin(void **state)
{
	struct store_bench *b = *state;
	struct store_faults *f = put_front(b);

	store_bench_put(b, 300, "before");
	store_faults_set(f, STORE_READ_ONLY);
	assert_false(b->store.begin(b->store.self, STORE_SOON, &b->e));
	assert_non_null(strstr(b->e.text, "only be read"));
	assert_true(store_bench_has(b, 300, "before"));
	store_faults_set(f, STORE_SOUND);
	store_bench_put(b, 600, "after");
	put_back(b, f);
}

/* The damage is found by the next begin, put aside and said; the store that is used then is another one. */
static void damage_is_put_aside(void **state)
{
	struct store_bench *b = *state;
	struct store_faults *f = put_front(b);
	char notice[240];

	store_bench_put(b, 300, "lost");
	store_faults_damage(f);
	assert_true(store_bench_has(b, 300, "lost"));	/* not yet */
	store_bench_put(b, 600, "new");
	assert_false(store_bench_has(b, 300, "lost"));
	assert_true(store_bench_has(b, 600, "new"));
	assert_true(b->store.notice(b->store.self, notice, sizeof(notice)));
	assert_non_null(strstr(notice, "history is damaged"));
	assert_int_equal(store_bench_files(b, ".corrupt-"), 1);
	put_back(b, f);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, store_bench_setup, store_bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_function_is_there),
		TEST(a_full_disk_refuses_the_commit),
		TEST(a_read_only_disk_refuses_to_begin),
		TEST(damage_is_put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
