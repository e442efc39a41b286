/* SPDX-License-Identifier: MIT */
#include "port/control_call.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char service_path[] = "/run/spaceheat/control.sock";

/* Of the demo only if it is ours: anybody may make a folder in /tmp. */
static bool demo_path(char path[CALL_PATH])
{
	char dir[CALL_PATH];
	struct stat st;

	snprintf(dir, sizeof(dir), "/tmp/spaceheat-demo-%lu", (unsigned long)getuid());
	snprintf(path, CALL_PATH, "/tmp/spaceheat-demo-%lu/control.sock", (unsigned long)getuid());
	return lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == getuid() && lstat(path, &st) == 0;
}

void control_call_find(const char *given, char path[CALL_PATH], bool *demo)
{
	const char *said = given != NULL ? given : getenv("SPACEHEAT_SOCKET");
	struct stat st;

	*demo = false;
	if (said != NULL && said[0] != '\0') {
		snprintf(path, CALL_PATH, "%s", said);
		return;
	}
	/* A folder that may not be looked into has a service in it: the refusal is its to tell. */
	if (lstat(service_path, &st) != 0 && errno != EACCES)
		*demo = demo_path(path);
	if (!*demo)
		snprintf(path, CALL_PATH, "%s", service_path);
}

bool control_call_open(struct control_call *c, const char *path, struct err *e)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int error;

	c->n = c->taken = 0;
	c->fd = -1;
	if (strlen(path) >= sizeof(a.sun_path))
		return err_set(e, ERR_ABSENT, ENAMETOOLONG, "%.100s... is longer than a socket's address may be", path);
	memcpy(a.sun_path, path, strlen(path) + 1);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0)
		return err_set(e, ERR_IO, errno, "socket: %s", strerror(errno));
	if (connect(c->fd, (const struct sockaddr *)&a, sizeof(a)) == 0)
		return true;
	error = errno;
	control_call_close(c);
	if (error == ENOENT)
		return err_set(e, ERR_ABSENT, error, "no socket %s", path);
	if (error == ECONNREFUSED)
		return err_set(e, ERR_ABSENT, error, "nobody listens at %s", path);
	return err_set(e, ERR_IO, error, "%s: %s", path, strerror(error));
}

bool control_call_send(struct control_call *c, const char *line, struct err *e)
{
	size_t left = strlen(line);

	while (left > 0) {
		ssize_t n = send(c->fd, line, left, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return err_set(e, ERR_ABSENT, errno, "the service has gone: %s", strerror(errno));
		if (n > 0) {
			line += n;
			left -= (size_t)n;
		}
	}
	return true;
}

static char *whole_line(struct control_call *c)
{
	char *begin = c->in + c->taken, *end = memchr(begin, '\n', c->n - c->taken);

	if (end == NULL)
		return NULL;
	*end = '\0';
	c->taken = (size_t)(end + 1 - c->in);
	return begin;
}

static bool read_more(struct control_call *c, int timeout_ms, struct err *e)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	ssize_t n;
	int ready;

	memmove(c->in, c->in + c->taken, c->n - c->taken);
	c->n -= c->taken;
	c->taken = 0;
	if (c->n == CALL_LINE)
		return err_set(e, ERR_FORMAT, 0, "a line of the service is longer than 64 KiB");
	ready = poll(&p, 1, timeout_ms);
	if (ready == 0)
		return err_set(e, ERR_TIMEOUT, 0, "no answer");
	n = ready > 0 ? recv(c->fd, c->in + c->n, CALL_LINE - c->n, 0) : -1;
	if (n == 0 || (n < 0 && errno != EINTR))
		return err_set(e, ERR_ABSENT, n < 0 ? errno : 0, "the service has ended the conversation");
	c->n += n > 0 ? (size_t)n : 0;
	return true;
}

bool control_call_take(struct control_call *c, int timeout_ms, char **line, struct err *e)
{
	while ((*line = whole_line(c)) == NULL)
		if (!read_more(c, timeout_ms, e))
			return false;
	return true;
}

void control_call_close(struct control_call *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}
