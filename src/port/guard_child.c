/* SPDX-License-Identifier: MIT */
#include "port/guard_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/settings/guard_config.h"

extern char **environ;

enum { HANDSHAKE_MS = 2000, FIRST_OWN_FD = 10 };

int64_t guard_child_real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- the process ---------------------------------------------------------------------------- */

/* The child gets the socket as 3 and the relays' memory as 4: sources must lie above, or one dup2 would
 * overwrite the other's source. */
static int lifted(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
}

static int spawn_with(const struct guard_socket_options *o, int socket, int memfd, pid_t *pid)
{
	char *argv[] = { (char *)(uintptr_t)"spaceheat-guard", (char *)(uintptr_t)o->state_dir, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, socket, GUARD_SOCKET_FD);
	if (memfd >= 0)
		posix_spawn_file_actions_adddup2(&actions, memfd, GUARD_SIM_FD);
	else
		posix_spawn_file_actions_addopen(&actions, GUARD_SIM_FD, "/dev/null", O_RDWR, 0);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(pid, o->program, &actions, &attributes, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static bool spawn(const struct guard_socket_options *o, int memfd, struct guard_child *c, struct err *e)
{
	int ends[2] = { -1, -1 }, theirs = -1, relays = -1, error;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return err_set(e, ERR_IO, errno, "guard: socketpair: %s", strerror(errno));
	theirs = lifted(ends[1]);
	relays = lifted(memfd);
	error = theirs < 0 || (memfd >= 0 && relays < 0) ? errno : spawn_with(o, theirs, relays, &c->pid);
	close(ends[1]);
	if (theirs >= 0)
		close(theirs);
	if (relays >= 0)
		close(relays);
	c->fd = ends[0];
	if (error == 0)
		return true;
	close(c->fd);
	*c = (struct guard_child){ .pid = -1, .fd = -1 };
	return err_set(e, ERR_IO, error, "guard: %s: %s", o->program, strerror(error));
}

void guard_child_end(struct guard_child *c, int wait_ms)
{
	int64_t until_ms = guard_child_real_ms() + wait_ms;
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	struct guard_frame ignored;
	int64_t left_ms;

	while (c->fd >= 0 && (left_ms = until_ms - guard_child_real_ms()) > 0)
		if (poll(&p, 1, (int)left_ms) > 0 &&
		    recv(c->fd, &ignored, sizeof(ignored), MSG_DONTWAIT) <= 0)
			break;	/* its end of the socket is closed: it has gone */
	if (c->fd >= 0)
		close(c->fd);
	if (c->pid > 0) {
		if (guard_child_real_ms() >= until_ms)
			kill(c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	*c = (struct guard_child){ .pid = -1, .fd = -1 };
}

/* --- the handshake -------------------------------------------------------------------------- */

bool guard_child_send(const struct guard_child *c, enum guard_frame_type type, uint32_t seq,
	struct guard_frame *f, struct err *e)
{
	f->version = GUARD_VERSION;
	f->type = (uint16_t)type;
	f->seq = seq;
	if (c->fd < 0)
		return err_set(e, ERR_BUSY, 0, "guard: not running, being restarted");
	if (send(c->fd, f, sizeof(*f), MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(*f))
		return true;
	return err_set(e, ERR_IO, errno, "guard: %s", strerror(errno));
}

/* The next frame of that type; a REFUSED ends the wait with the guard's reason. */
static bool await(const struct guard_child *c, enum guard_frame_type type, struct guard_frame *f,
	struct err *e)
{
	int64_t until_ms = guard_child_real_ms() + HANDSHAKE_MS, left_ms;
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	while ((left_ms = until_ms - guard_child_real_ms()) > 0) {
		if (poll(&p, 1, (int)left_ms) <= 0)
			continue;
		if (recv(c->fd, f, sizeof(*f), MSG_DONTWAIT) != sizeof(*f))
			return err_set(e, ERR_IO, 0, "guard: ended while it started");
		if (f->type == GUARD_REFUSED)
			return err_set(e, ERR_CONFIG, 0, "guard: refused: %.47s", f->refused.text);
		if (f->type == type)
			return true;
	}
	return err_set(e, ERR_TIMEOUT, 0, "guard: no %s within %d ms",
		type == GUARD_HELLO ? "HELLO" : "READY", HANDSHAKE_MS);
}

static bool send_config(const struct guard_socket_options *o, const struct guard_child *c, struct err *e)
{
	struct guard_frame f = { 0 };

	guard_config_limits(o->settings, o->house, &f.limits);
	if (!guard_child_send(c, GUARD_CONFIG_LIMITS, 0, &f, e))
		return false;
	guard_config_doors(o->settings, &f.doors);
	if (!guard_child_send(c, GUARD_CONFIG_DOORS, 0, &f, e))
		return false;
	for (int i = 0; i < o->settings->n_relays; i++) {
		memset(&f, 0, sizeof(f));
		guard_config_relay(o->settings, o->house, i, o->simulated, &f.relay);
		if (!guard_child_send(c, GUARD_CONFIG_RELAY, 0, &f, e))
			return false;
	}
	return true;
}

static bool shake_hands(const struct guard_socket_options *o, const struct guard_child *c, struct mono now,
	struct err *e)
{
	struct guard_frame f;

	if (!await(c, GUARD_HELLO, &f, e))
		return false;
	if (f.hello.version != GUARD_VERSION)
		return err_set(e, ERR_CONFIG, 0, "guard: version %u, not %d - install both programs anew",
			f.hello.version, GUARD_VERSION);
	if (!send_config(o, c, e))
		return false;
	memset(&f, 0, sizeof(f));
	f.tick.mono_ms = now.ms;
	return guard_child_send(c, GUARD_START, 0, &f, e) && await(c, GUARD_READY, &f, e);
}

bool guard_child_start(const struct guard_socket_options *o, int memfd, struct mono now,
	struct guard_child *c, struct err *e)
{
	*c = (struct guard_child){ .pid = -1, .fd = -1 };
	if (!spawn(o, memfd, c, e))
		return false;
	if (shake_hands(o, c, now, e))
		return true;
	guard_child_end(c, 0);
	return false;
}
