/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* pipe2, addclosefrom */
#include "child_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 20 };		/* between looks whether it has ended, where nothing tells */

struct child {
	pid_t pid;
	int output, ended;	/* the pipe; readable when it has ended, -1 = not to be had here */
	int64_t until_ms;
	char *text;
	size_t used, size;
	bool flooded, closed;
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A group of its own, so that what it starts can be killed with it. */
static int spawn(char *const argv[], int output, pid_t *pid)
{
	char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", language[] = "LANG=C.UTF-8";
	char *const environment[] = { path, language, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	error = posix_spawn(pid, argv[0], &actions, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* False: nothing is left to read now. */
static bool read_some(struct child *c)
{
	ssize_t n = read(c->output, c->text + c->used, c->size - c->used);

	if (n < 0 && errno == EINTR)
		return true;
	if (n == 0)
		c->closed = true;
	if (n <= 0)
		return false;
	c->used += (size_t)n;
	c->flooded = c->used == c->size;
	return !c->flooded;
}

/* Not reaped: its number stays its own. */
static bool has_ended(const struct child *c)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid != 0;
}

/* Waits for output or the end. */
static void wait_for_news(const struct child *c, int64_t left_ms)
{
	struct pollfd fds[] = { { .fd = c->closed ? -1 : c->output, .events = POLLIN }, { .fd = c->ended, .events = POLLIN } };

	poll(fds, 2, (int)(c->ended < 0 && left_ms > LOOK_MS ? LOOK_MS : left_ms));
}

/* Until it has ended, printed too much or used up its time. True: ended by itself. A process that it left behind may hold
 * the pipe: what the child itself printed is there by then. */
static bool listen_to(struct child *c)
{
	for (;;) {
		int64_t left_ms = c->until_ms - now_ms();
		bool gone;

		if (left_ms <= 0)
			return false;
		wait_for_news(c, left_ms);
		gone = has_ended(c);
		while (!c->closed && !c->flooded && read_some(c))
			continue;
		if (gone || c->flooded)
			return !c->flooded;
	}
}

/* The group before the child is reaped: until then nobody else has its number. */
static void finish(struct child *c, bool by_itself, struct child_result *result)
{
	int status = 0;

	kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (c->flooded)
		*result = (struct child_result){ CHILD_FLOODED, 0 };
	else if (!by_itself)
		*result = (struct child_result){ CHILD_LATE, 0 };
	else if (WIFSIGNALED(status))
		*result = (struct child_result){ CHILD_SIGNALLED, WTERMSIG(status) };
	else
		*result = (struct child_result){ CHILD_EXITED, WEXITSTATUS(status) };
}

bool child_run(char *const argv[], int limit_ms, char *text, size_t size, struct child_result *result, struct err *e)
{
	struct child c = { .until_ms = now_ms() + limit_ms, .text = text, .size = size, .ended = -1 };
	int ends[2], error;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_set(e, ERR_IO, errno, "no pipe: %s", strerror(errno));
	error = spawn(argv, ends[1], &c.pid);
	close(ends[1]);
	c.output = ends[0];
	if (error != 0) {
		close(ends[0]);
		return err_set(e, error == ENOENT ? ERR_ABSENT : ERR_IO, error, "%s: %s", argv[0], strerror(error));
	}
	fcntl(c.output, F_SETFL, O_NONBLOCK);
	c.ended = (int)syscall(SYS_pidfd_open, c.pid, 0);
	finish(&c, listen_to(&c), result);
	close(c.output);
	if (c.ended >= 0)
		close(c.ended);
	text[c.used < size ? c.used : size - 1] = '\0';
	return true;
}
