/* SPDX-License-Identifier: MIT */
/* The exec driver with real programs: one that answers, and those that fail, hang, fork, flood or die. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "child_run.h"
#include "number_exec.h"
#include "spaceheat/driver.h"

static int64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct bench {
	char dir[40], program[64];
	struct component component;
	struct device device;
	const struct driver *driver;
};

/* A program of that body, opened. */
static void open_program(struct bench *b, const char *prefix, const char *body, const char *args)
{
	struct err e;
	FILE *f;

	memset(b, 0, sizeof(*b));
	strcpy(b->dir, "/tmp/spaceheat-exec-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->program, sizeof(b->program), "%s/p", b->dir);
	f = fopen(b->program, "w");
	assert_non_null(f);
	fprintf(f, "#!/bin/sh\n%s\n", body);
	fclose(f);
	chmod(b->program, 0700);
	snprintf(b->component.hw_uid, sizeof(b->component.hw_uid), "%s%.40s%s", prefix, b->program, args);
	b->driver = driver_sense("Generic__Exec");
	assert_non_null(b->driver);
	if (!b->driver->open(&b->device, &b->component, &e))
		fail_msg("%s", e.text);
}

static void close_program(struct bench *b)
{
	char path[80];

	b->driver->close(&b->device);
	unlink(b->program);
	snprintf(path, sizeof(path), "%s/pid", b->dir);
	unlink(path);
	rmdir(b->dir);
}

static bool read_it(struct bench *b, int64_t *value, struct err *e)
{
	return b->driver->read(&b->device, TELEMETRY_WATER_TEMP_C, value, e);
}

static void fails(struct bench *b, enum err_code code, const char *part)
{
	struct err e;
	int64_t value;

	assert_false(read_it(b, &value, &e));
	if (e.code != code || strstr(e.text, part) == NULL)
		fail_msg("code %d, not %d; \"%s\" of \"%s\"", (int)e.code, (int)code, part, e.text);
}

static int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Its last line is what it tells; arguments reach it as they are written, no shell makes something of them. */
static void a_program_tells_a_number(void **state)
{
	static const struct { const char *prefix, *body, *args; int64_t code; } cases[] = {
		{ "", "echo 48.25", "", 772 },
		{ "milli:", "echo 48250", "", 772 },
		{ "", "[ \"$1\" = '$HOME;ls' ] && [ \"$2\" = '*' ] && [ $# = 2 ] && echo 21", " $HOME;ls  *", 336 },
		{ "", "exec 1>&1; printf 7; exec >&-; sleep 0.1", "", 112 },
	};
	int files = open_files();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench b;
		struct err e;
		int64_t value;

		open_program(&b, cases[i].prefix, cases[i].body, cases[i].args);
		if (!read_it(&b, &value, &e))
			fail_msg("%s: %s", cases[i].body, e.text);
		assert_int_equal(value, cases[i].code);
		close_program(&b);
	}
	assert_int_equal(open_files(), files);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

/* It gets neither our environment, where passwords may be, nor our files. */
static void a_program_inherits_nothing(void **state)
{
	int fd = dup(STDIN_FILENO);	/* stays open over an exec */
	struct bench b;
	struct err e;
	int64_t value;

	(void)state;
	assert_true(fd > STDERR_FILENO);
	setenv("SPACEHEAT_SECRET", "x", 1);
	open_program(&b, "", "env | grep -qv -e ^PATH= -e ^LANG= -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD= && exit 1\n"
		"for f in /proc/self/fd/*; do case $f in */[0123]|*/10) ;; *) exit 2;; esac; done\n"
		"[ -z \"$(cat)\" ] && echo 1", "");
	if (!read_it(&b, &value, &e))
		fail_msg("%s", e.text);
	close_program(&b);
	unsetenv("SPACEHEAT_SECRET");
	close(fd);
}

static void failures_are_named(void **state)
{
	static const struct { const char *body; enum err_code code; const char *part; } cases[] = {
		{ "echo 48; exit 3", ERR_IO, "exit status 3" },
		{ "kill -SEGV $$", ERR_IO, "ended by signal 11" },
		{ "echo warm", ERR_FORMAT, "is no number" },
		{ "", ERR_FORMAT, "not one number" },
		{ "echo 48; echo 49", ERR_FORMAT, "not one number" },
		{ "echo 3000", ERR_RANGE, "beyond 1000" },
	};
	struct bench b;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		open_program(&b, "", cases[i].body, "");
		fails(&b, cases[i].code, cases[i].part);
		close_program(&b);
	}
	open_program(&b, "", "echo 1", "");
	chmod(b.program, 0600);
	fails(&b, ERR_IO, "Permission denied");
	unlink(b.program);
	fails(&b, ERR_ABSENT, "No such file");
	close_program(&b);
}

static bool is_there(const char *dir)
{
	char path[80];
	pid_t pid = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/pid", dir);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%d", &pid), 1);
	fclose(f);
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	if (fscanf(f, "%*d %*s %15s", path) != 1)
		path[0] = 'Z';
	fclose(f);
	return path[0] != 'Z';
}

/* A killed process needs a moment to be gone. */
static bool ends_soon(const char *dir)
{
	for (int i = 0; i < 500 && is_there(dir); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	return !is_there(dir);
}

/* One that hangs is killed with what it started, and takes no longer than its limit. */
static void a_program_that_hangs_is_killed(void **state)
{
	struct bench b;
	int64_t began_ms = real_ms();

	(void)state;
	open_program(&b, "", "trap '' TERM INT\nsleep 60 &\necho $! >${0%p}pid\nwait", "");
	fails(&b, ERR_TIMEOUT, "not done in 3 s");
	assert_true(real_ms() - began_ms >= EXEC_LIMIT_MS && real_ms() - began_ms < EXEC_LIMIT_MS + 5000);
	assert_true(ends_soon(b.dir));
	close_program(&b);
}

/* One that leaves a process behind, which holds its output, is not waited for, and the rest is killed. */
static void a_program_that_forks_leaves_nothing(void **state)
{
	struct bench b;
	struct err e;
	int64_t value, began_ms = real_ms();

	(void)state;
	open_program(&b, "", "sleep 60 &\necho $! >${0%p}pid\necho 48.25", "");
	if (!read_it(&b, &value, &e))
		fail_msg("%s", e.text);
	assert_int_equal(value, 772);
	assert_true(real_ms() - began_ms < EXEC_LIMIT_MS);
	assert_true(ends_soon(b.dir));
	close_program(&b);
}

/* One that floods is killed after its first characters. */
static void a_program_that_floods_is_killed(void **state)
{
	struct bench b;
	int64_t began_ms = real_ms();

	(void)state;
	open_program(&b, "", "echo $$ >${0%p}pid\nwhile :; do echo 48.25; done", "");
	fails(&b, ERR_RANGE, "more than 63 characters");
	assert_true(real_ms() - began_ms < EXEC_LIMIT_MS);
	assert_true(ends_soon(b.dir));
	close_program(&b);
}

/* After three failures it rests: the same is said, and nothing is started. A good answer in between begins anew. */
static void a_failing_program_rests(void **state)
{
	struct bench b;
	struct err e;
	char path[80], text[16] = "";
	int64_t value;
	FILE *f;

	(void)state;
	open_program(&b, "", "echo x >>${0%p}pid\n[ $(wc -l <${0%p}pid) != 3 ] && exit 4\necho 48.25", "");
	for (int i = 0; i < 9; i++) {
		if (i == 2)
			assert_true(read_it(&b, &value, &e));
		else
			fails(&b, ERR_IO, "exit status 4");
	}
	snprintf(path, sizeof(path), "%s/pid", b.dir);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_int_equal(fread(text, 1, sizeof(text), f), 2 * (3 + EXEC_TRIES));
	fclose(f);
	close_program(&b);
}

static void what_is_no_program_is_refused(void **state)
{
	static const char *const bad[] = { "", "relative", "milli:", "sh -c date", " ", "milli:x",
		"/a 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16",
		"/opt/a/program/with/a/name/that/houses.json/has/no/place/for/in" };
	const struct driver *driver = driver_sense("Generic__Exec");

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct component c = { .kind = COMPONENT_TEMP_SENSOR };
		struct device d = { .fd = -1 };
		struct err e;

		snprintf(c.hw_uid, sizeof(c.hw_uid), "%s", bad[i]);
		assert_false(driver->open(&d, &c, &e));
		assert_int_equal(e.code, ERR_CONFIG);
		assert_non_null(strstr(e.text, "write its absolute path"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_tells_a_number),
		cmocka_unit_test(a_program_inherits_nothing),
		cmocka_unit_test(failures_are_named),
		cmocka_unit_test(a_program_that_hangs_is_killed),
		cmocka_unit_test(a_program_that_forks_leaves_nothing),
		cmocka_unit_test(a_program_that_floods_is_killed),
		cmocka_unit_test(a_failing_program_rests),
		cmocka_unit_test(what_is_no_program_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
