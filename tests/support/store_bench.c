/* SPDX-License-Identifier: MIT */
#include "store_bench.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

void store_bench_open(struct store_bench *b)
{
	assert_true(store_sqlite_open(b->path, &b->store, &b->e));
}

void store_bench_close(struct store_bench *b)
{
	b->store.close(b->store.self);
}

void store_bench_reopen(struct store_bench *b)
{
	store_bench_close(b);
	store_bench_open(b);
}

int store_bench_setup(void **state)
{
	struct store_bench *b = calloc(1, sizeof(*b));

	snprintf(b->dir, sizeof(b->dir), "/tmp/spaceheat-test-store-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/history.db", b->dir);
	store_bench_open(b);
	*state = b;
	return 0;
}

int store_bench_teardown(void **state)
{
	struct store_bench *b = *state;
	struct dirent *entry;
	DIR *d = opendir(b->dir);

	store_bench_close(b);
	while (d != NULL && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d != NULL)
		closedir(d);
	rmdir(b->dir);
	free(b);
	return 0;
}

int store_bench_files(const struct store_bench *b, const char *part)
{
	DIR *d = opendir(b->dir);
	struct dirent *entry;
	int n = 0;

	while ((entry = readdir(d)) != NULL)
		n += strstr(entry->d_name, part) != NULL && strstr(entry->d_name, "-wal") == NULL;
	closedir(d);
	return n;
}

void store_bench_by_hand(const struct store_bench *b, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(b->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

void store_bench_put(struct store_bench *b, int64_t start_s, const char *bytes)
{
	BEGIN(b, STORE_SOON);
	assert_true(b->store.put_block(
		b->store.self, TIER_EXACT, start_s, (const uint8_t *)bytes, strlen(bytes), &b->e));
	COMMIT(b);
}

bool store_bench_has(struct store_bench *b, int64_t start_s, const char *bytes)
{
	uint8_t got[64];
	size_t length;
	bool found;

	assert_true(b->store.get_block(
		b->store.self, TIER_EXACT, start_s, got, sizeof(got), &length, &found, &b->e));
	return found && length == strlen(bytes) && memcmp(got, bytes, length) == 0;
}
