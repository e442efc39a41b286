/* SPDX-License-Identifier: MIT */
/* Who may open the store's file, and when. The others are processes of their own: this program again, with a word that
 * says what to do, for a lock holds between processes. */
#include "../support/store_bench.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/db_whole.h"

enum { ALL_WELL = 0, LOCKED = 5, OTHERWISE = 9 };

/* --- the others ---------------------------------------------------------------------------- */

/* How many rows there are; the connection stays open until the other side closes its end of the pipe. */
static int read_rows(const char *path, int told_fd, int until_fd)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *db = NULL;
	int rc, rows = -1;
	char c;

	sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	rc = sqlite3_prepare_v2(db, "SELECT count(*) FROM block", -1, &st, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		rows = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	if (write(told_fd, &rows, sizeof(rows)) != sizeof(rows))
		return OTHERWISE;
	while (until_fd >= 0 && read(until_fd, &c, 1) > 0)
		;
	sqlite3_close(db);
	return rc == SQLITE_ROW ? ALL_WELL : rc;
}

/* Writes rows 300, 600, ... durably and dies as a program does whose power goes: nothing is closed. */
static int write_and_die(const char *path, bool shared, int rows)
{
	struct store_bench b = { .dir = "" };
	bool unused;

	snprintf(b.path, sizeof(b.path), "%s", path);
	store_bench_open(&b);
	assert_true(b.store.share(b.store.self, shared, &unused, &b.e));
	for (int i = 1; i <= rows; i++) {
		BEGIN(&b, STORE_DURABLE);
		assert_true(b.store.put_block(b.store.self, TIER_EXACT, 300 * i, (const uint8_t *)"row", 3, &b.e));
		COMMIT(&b);
	}
	kill(getpid(), SIGKILL);
	return OTHERWISE;
}

static int be_another(char **argv)
{
	if (strcmp(argv[1], "read") == 0)
		return read_rows(argv[2], atoi(argv[3]), atoi(argv[4]));
	return write_and_die(argv[2], strcmp(argv[1], "share") == 0, atoi(argv[3]));
}

/* --- asking them --------------------------------------------------------------------------- */

struct reader { pid_t pid; int rows, until; };

static pid_t another(const char *word, const char *path, const char *a, const char *b)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	execl("/proc/self/exe", "test_store_share", word, path, a, b, NULL);
	_exit(OTHERWISE);
}

static int end_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static struct reader reader_open(const struct store_bench *b)
{
	struct reader r = { .rows = -1 };
	int told[2], until[2];
	char a[16], c[16];

	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(until), 0);
	fcntl(until[1], F_SETFD, FD_CLOEXEC);
	fcntl(told[0], F_SETFD, FD_CLOEXEC);
	snprintf(a, sizeof(a), "%d", told[1]);
	snprintf(c, sizeof(c), "%d", until[0]);
	r.pid = another("read", b->path, a, c);
	close(told[1]);
	close(until[0]);
	assert_int_equal(read(told[0], &r.rows, sizeof(r.rows)), sizeof(r.rows));
	close(told[0]);
	r.until = until[1];
	return r;
}

static int reader_close(const struct reader *r)
{
	close(r->until);
	return end_of(r->pid);
}

static bool share(struct store_bench *b, bool with_others)
{
	bool shared = !with_others;

	assert_true(b->store.share(b->store.self, with_others, &shared, &b->e));
	return shared;
}

/* --- what may be relied on ----------------------------------------------------------------- */

/* Alone: nobody else reads, and there is no file of shared memory for the kernel to write. */
static void alone_nobody_else_reads(void **state)
{
	struct store_bench *b = *state;
	struct reader r;

	store_bench_put(b, 300, "one");
	assert_int_equal(store_bench_files(b, "-shm"), 0);
	r = reader_open(b);
	assert_int_equal(r.rows, -1);
	assert_int_equal(reader_close(&r), LOCKED);
	store_bench_put(b, 600, "two");
	assert_true(store_bench_has(b, 300, "one") && store_bench_has(b, 600, "two"));
}

/* Shared and back: the others see each commit, and nothing is lost on either way. */
static void shared_everybody_reads(void **state)
{
	struct store_bench *b = *state;
	struct reader r;

	store_bench_put(b, 300, "one");
	assert_true(share(b, true));
	r = reader_open(b);
	assert_int_equal(r.rows, 1);
	store_bench_put(b, 600, "two");
	assert_int_equal(reader_close(&r), ALL_WELL);
	r = reader_open(b);
	assert_int_equal(r.rows, 2);
	assert_int_equal(reader_close(&r), ALL_WELL);
	assert_false(share(b, false));
	assert_int_equal(store_bench_files(b, "-shm"), 0);
	store_bench_put(b, 900, "three");
	assert_true(store_bench_has(b, 300, "one") && store_bench_has(b, 600, "two") && store_bench_has(b, 900, "three"));
	r = reader_open(b);
	assert_int_equal(reader_close(&r), LOCKED);
}

/* Who still reads is not disturbed, and nobody waits for him: it is had alone when he has gone. */
static void who_reads_is_not_disturbed(void **state)
{
	struct store_bench *b = *state;
	struct reader r;

	assert_true(share(b, true));
	store_bench_put(b, 300, "one");
	r = reader_open(b);
	assert_true(share(b, false));
	store_bench_put(b, 600, "two");
	assert_int_equal(reader_close(&r), ALL_WELL);
	assert_false(share(b, false));
	assert_true(store_bench_has(b, 300, "one") && store_bench_has(b, 600, "two"));
}

/* A program that has the file open does not keep the service from its record. */
static void who_was_there_first_stays(void **state)
{
	struct store_bench *b = *state;
	struct reader r;

	store_bench_put(b, 300, "one");
	share(b, true);
	r = reader_open(b);
	store_bench_reopen(b);
	store_bench_put(b, 600, "two");
	assert_true(store_bench_has(b, 300, "one"));
	assert_int_equal(reader_close(&r), ALL_WELL);
	assert_false(share(b, false));
}

/* Whatever a killed program left, memory it shared too, is taken up as it was committed, in either way. */
static void what_a_killed_one_left_is_taken_up(void **state)
{
	static const char *const ways[] = { "share", "alone" };
	struct store_bench *b = *state;
	char shm[128], nonsense[4096];

	memset(nonsense, 0x5A, sizeof(nonsense));
	for (int i = 0; i < 4; i++) {
		int fd;

		store_bench_close(b);
		unlink(b->path);
		assert_int_equal(end_of(another(ways[i / 2], b->path, "40", NULL)), -SIGKILL);
		snprintf(shm, sizeof(shm), "%s-shm", b->path);
		fd = i % 2 == 0 ? -1 : open(shm, O_RDWR | O_CREAT, 0600);
		if (fd >= 0) {
			assert_int_equal(write(fd, nonsense, sizeof(nonsense)), sizeof(nonsense));
			close(fd);
		}
		store_bench_open(b);
		assert_true(store_bench_has(b, 300, "row") && store_bench_has(b, 12000, "row"));
		store_bench_put(b, 12300, "more");
		assert_true(share(b, true));
		assert_true(store_bench_has(b, 300, "row") && store_bench_has(b, 12300, "more"));
		assert_true(db_is_whole(b->path));
		assert_false(share(b, false));
	}
}

/* A copy says who is in the way at once, and is one when it is shared. */
static void a_copy_needs_to_be_let_in(void **state)
{
	struct store_bench *b = *state;
	char to[128];

	snprintf(to, sizeof(to), "%s.copy", b->path);
	store_bench_put(b, 300, "one");
	assert_false(store_sqlite_backup(b->path, to, &b->e));
	assert_int_equal(b->e.code, ERR_BUSY);
	assert_int_equal(store_bench_files(b, ".copy"), 0);
	assert_true(share(b, true));
	assert_true(store_sqlite_backup(b->path, to, &b->e));
	assert_true(db_is_whole(to));
	assert_false(share(b, false));
}

int main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, store_bench_setup, store_bench_teardown)
	const struct CMUnitTest tests[] = {
		TEST(alone_nobody_else_reads),
		TEST(shared_everybody_reads),
		TEST(who_reads_is_not_disturbed),
		TEST(who_was_there_first_stays),
		TEST(what_a_killed_one_left_is_taken_up),
		TEST(a_copy_needs_to_be_let_in),
	};

	if (argc > 2 && (strcmp(argv[1], "read") == 0 || strcmp(argv[1], "share") == 0 || strcmp(argv[1], "alone") == 0))
		return be_another(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
