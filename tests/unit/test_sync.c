/* SPDX-License-Identifier: MIT */
/* What is on the disk when we say so (SF-34, SF-60): each sync that the program or SQLite asks for is counted here, for
 * this program's own fsync and fdatasync stand before those of the C library. */
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../support/store_bench.h"
#include "port/small_file.h"

/* Of this program alone: what stands before the C library's has no other place for it. */
static int n_syncs, fails;

static int count(long which, int fd)
{
	n_syncs++;
	if (fails > 0 && fails-- > 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(which, fd);
}

int fsync(int fd)
{
	return count(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return count(SYS_fdatasync, fd);
}

static void put(struct store_bench *b, enum store_durability d, int64_t start_s)
{
	struct contract_record r = { .state = CONTRACT_LIVE, .start_s = start_s, .end_s = start_s + 3600 };

	BEGIN(b, d);
	assert_true(b->store.put_contract(b->store.self, CONTRACT_NOW, &r, &b->e));
	COMMIT(b);
}

/* What is answered after its commit is on the disk then; what is written each few minutes waits for nobody. */
static void a_durable_commit_is_synced(void **state)
{
	struct store_bench *b = *state;

	put(b, STORE_SOON, 60);
	n_syncs = 0;
	put(b, STORE_SOON, 120);
	assert_int_equal(n_syncs, 0);
	put(b, STORE_DURABLE, 180);
	assert_true(n_syncs >= 1);
	n_syncs = 0;
	put(b, STORE_DURABLE, 240);
	assert_true(n_syncs >= 1);
}

/* A commit whose sync fails is a commit that failed: nothing is acknowledged on the strength of it. */
static void a_failed_sync_is_a_failed_commit(void **state)
{
	struct store_bench *b = *state;
	struct contract_record r = { .state = CONTRACT_LIVE, .start_s = 60, .end_s = 3660 };

	put(b, STORE_DURABLE, 120);
	BEGIN(b, STORE_DURABLE);
	assert_true(b->store.put_contract(b->store.self, CONTRACT_NOW, &r, &b->e));
	fails = 1;
	assert_false(b->store.commit(b->store.self, &b->e));
	fails = 0;
	b->store.rollback(b->store.self);
}

static void path_in(const struct store_bench *b, char path[128])
{
	snprintf(path, 128, "%s/small", b->dir);
}

/* The file before it takes its name, the folder after. */
static void a_small_file_is_synced(void **state)
{
	struct store_bench *b = *state;
	char path[128];

	path_in(b, path);
	n_syncs = 0;
	assert_true(small_file_replace(path, "one", 3, &b->e));
	assert_int_equal(n_syncs, 2);
}

static void a_failed_sync_replaces_nothing(void **state)
{
	struct store_bench *b = *state;
	char path[128], text[8] = "";
	FILE *f;

	path_in(b, path);
	assert_true(small_file_replace(path, "one", 3, &b->e));
	fails = 1;
	assert_false(small_file_replace(path, "two", 3, &b->e));
	fails = 0;
	assert_int_equal(b->e.code, ERR_IO);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "one");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_bench_setup, store_bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_durable_commit_is_synced),
		TEST(a_failed_sync_is_a_failed_commit),
		TEST(a_small_file_is_synced),
		TEST(a_failed_sync_replaces_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
