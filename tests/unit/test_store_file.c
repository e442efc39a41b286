/* SPDX-License-Identifier: MIT */
/* The SQLite store's file: a damaged, newer or absent one and a full disk stop nobody and lose nothing. */
#include "../support/store_bench.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "wb");

	for (size_t i = 0; i < size; i++)
		fputc((int)(i * 7 % 251), f);
	fclose(f);
}

/* A file that is no database is put aside, named in a line, and a new one works at once; two such files
 * are kept. */
static void a_damaged_file_is_put_aside(void **state)
{
	struct store_bench *b = *state;
	char text[300], old[192];

	store_bench_close(b);
	for (int i = 1; i <= 2; i++) {
		snprintf(old, sizeof(old), "%s.corrupt-2020010%dT000000Z", b->path, i);
		write_file(old, 10);
	}
	write_file(b->path, 9000);
	store_bench_open(b);
	assert_true(b->store.notice(b->store.self, text, sizeof(text)));
	assert_non_null(strstr(text, ".corrupt-"));
	assert_false(b->store.notice(b->store.self, text, sizeof(text)));
	store_bench_put(b, 300, "works");
	assert_true(store_bench_has(b, 300, "works"));
	assert_int_equal(store_bench_files(b, ".corrupt-"), 2);
	assert_int_equal(store_bench_files(b, ".corrupt-20200101"), 0);
}

/* Damage inside a database, where opening it does not read, is looked for at start and does the same. */
static void damage_inside_is_found(void **state)
{
	struct store_bench *b = *state;
	FILE *f;

	for (int i = 0; i < 2000; i++)
		store_bench_put(b, 300 * i, "0123456789012345678901234567890123456789");
	store_bench_close(b);
	f = fopen(b->path, "r+b");
	fseek(f, -2 * 4096, SEEK_END);
	for (int i = 0; i < 4096; i++)
		fputc(0xA7, f);
	fclose(f);
	store_bench_open(b);
	assert_int_equal(store_bench_files(b, ".corrupt-"), 1);
	store_bench_put(b, 300, "works");
}

enum { MANY = 400, WIDE = 2000, REST = 700 * 1024 };	/* more than SQLite keeps in its cache */

/* Writes rubbish over all but the first page, or again what was there before. */
static void overwrite(const struct store_bench *b, char *kept, bool back)
{
	int fd = open(b->path, O_RDWR);
	char *rubbish = calloc(1, REST);

	assert_true(fd >= 0 && rubbish != NULL);
	if (!back)
		assert_int_equal(pread(fd, kept, REST, 4096), REST);
	assert_int_equal(pwrite(fd, back ? kept : rubbish, REST, 4096), REST);
	close(fd);
	free(rubbish);
}

/* One transaction that touches all there is. */
static bool put_many(struct store_bench *b)
{
	static const uint8_t bytes[WIDE] = { 1 };
	struct store *s = &b->store;
	bool ok = s->begin(s->self, STORE_DURABLE, &b->e), begun = ok;

	for (int i = 0; i < MANY && ok; i++)
		ok = s->put_block(s->self, TIER_EXACT, 300 * i, bytes, sizeof(bytes), &b->e);
	if (ok && s->commit(s->self, &b->e))
		return true;
	if (begun)
		s->rollback(s->self);
	return false;
}

static char *damage_in_use(struct store_bench *b)
{
	char *kept = malloc(REST);

	assert_non_null(kept);
	assert_true(put_many(b));
	store_bench_reopen(b);
	overwrite(b, kept, false);
	assert_false(put_many(b));
	assert_int_equal(b->e.code, ERR_FORMAT);
	return kept;
}

/* A connection that reads nonsense for a while (a failing disk) says the file is damaged; a fresh look finds it whole: the
 * record and the contract stay. */
static void a_good_file_is_not_put_aside(void **state)
{
	struct store_bench *b = *state;
	char text[300], *kept = damage_in_use(b);

	overwrite(b, kept, true);
	assert_true(put_many(b));
	assert_false(b->store.notice(b->store.self, text, sizeof(text)));
	assert_int_equal(store_bench_files(b, "corrupt"), 0);
	free(kept);
}

/* One that is damaged indeed goes, though it was opened already. */
static void damage_in_use_is_put_aside(void **state)
{
	struct store_bench *b = *state;
	char text[300], *kept = damage_in_use(b);

	assert_true(put_many(b));
	assert_true(b->store.notice(b->store.self, text, sizeof(text)));
	assert_int_equal(store_bench_files(b, "corrupt"), 1);
	free(kept);
}

/* A file of a newer version is left as it is, beside a new one, and the line says so. */
static void a_newer_file_is_left_alone(void **state)
{
	struct store_bench *b = *state;
	char text[300];

	store_bench_put(b, 300, "of the future");
	store_bench_close(b);
	store_bench_by_hand(b, "PRAGMA user_version=99");
	store_bench_open(b);
	assert_true(b->store.notice(b->store.self, text, sizeof(text)));
	assert_non_null(strstr(text, "newer version (schema 99"));
	assert_false(store_bench_has(b, 300, "of the future"));
	assert_int_equal(store_bench_files(b, ".newer-"), 1);
}

/* Without its directory the store says why, harms nobody, and works at the first begin after the
 * directory is there. */
static void a_missing_directory_heals(void **state)
{
	struct store_bench *b = *state;
	char dir[96], path[128];
	struct store s;
	struct err e;
	bool found;
	int64_t value;

	snprintf(dir, sizeof(dir), "%s/sub", b->dir);
	snprintf(path, sizeof(path), "%s/history.db", dir);
	assert_false(store_sqlite_open(path, &s, &e));
	assert_non_null(strstr(e.text, path));
	assert_false(s.begin(s.self, STORE_DURABLE, &e));
	assert_false(s.get_number(s.self, STORE_CLOSED_S, &value, &found, &e));
	s.rollback(s.self);
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_true(s.begin(s.self, STORE_DURABLE, &e));
	assert_true(s.put_number(s.self, STORE_CLOSED_S, 5, &e) && s.commit(s.self, &e));
	assert_true(s.get_number(s.self, STORE_CLOSED_S, &value, &found, &e));
	assert_true(found && value == 5);
	s.close(s.self);
	unlink(path);
	rmdir(dir);
}

/* From now on no file may grow beyond `bytes`, as on a full disk. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A full disk fails the transaction, not what was there before, and the same store goes on when there is
 * room. */
static void a_full_disk_loses_nothing(void **state)
{
	struct store_bench *b = *state;
	static const uint8_t big[300000];
	bool ok;

	store_bench_put(b, 300, "before");
	limit_files(100000);
	ok = b->store.begin(b->store.self, STORE_DURABLE, &b->e) &&
		b->store.put_block(b->store.self, TIER_EXACT, 1200, big, sizeof(big), &b->e) &&
		b->store.commit(b->store.self, &b->e);
	if (!ok)
		b->store.rollback(b->store.self);
	limit_files(RLIM_INFINITY);
	assert_false(ok);
	store_bench_put(b, 600, "after");
	assert_true(store_bench_has(b, 300, "before"));
	assert_true(store_bench_has(b, 600, "after"));
	assert_int_equal(store_bench_files(b, ".corrupt-"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, store_bench_setup, store_bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_damaged_file_is_put_aside),
		TEST(damage_inside_is_found),
		TEST(a_good_file_is_not_put_aside),
		TEST(damage_in_use_is_put_aside),
		TEST(a_newer_file_is_left_alone),
		TEST(a_missing_directory_heals),
		TEST(a_full_disk_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
