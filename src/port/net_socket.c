/* SPDX-License-Identifier: MIT */
#include "port/net_socket.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { USER_TIMEOUT_MS = 30000, SEND_BUFFER = 1024 * 1024, DIAGNOSE_MS = 2000, DIAGNOSE_STEP_MS = 50 };

static int peer_port(int fd)
{
	struct sockaddr_storage a;
	socklen_t length = sizeof(a);

	if (getpeername(fd, (struct sockaddr *)&a, &length) != 0)
		return -1;
	if (a.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)&a)->sin_port);
	if (a.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a)->sin6_port);
	return -1;
}

void net_fds_find(struct net_fds *fds, int port)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *d;

	fds->n = 0;
	while (dir && fds->n < NET_MAX_FDS && (d = readdir(dir))) {
		int fd = atoi(d->d_name);

		if (d->d_name[0] != '.' && fd != dirfd(dir) && peer_port(fd) == port)
			fds->fd[fds->n++] = fd;
	}
	if (dir)
		closedir(dir);
}

static bool has(const struct net_fds *fds, int fd)
{
	for (int i = 0; i < fds->n; i++)
		if (fds->fd[i] == fd)
			return true;
	return false;
}

int net_fds_new(const struct net_fds *now, const struct net_fds *before)
{
	for (int i = 0; i < now->n; i++)
		if (!has(before, now->fd[i]))
			return now->fd[i];
	return -1;
}

void net_socket_tune(int fd)
{
	static const int one = 1, timeout = USER_TIMEOUT_MS, buffer = SEND_BUFFER;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool net_socket_takes(int fd, size_t length)
{
	int waiting = 0, buffer = 0;
	socklen_t size = sizeof(buffer);

	if (fd < 0 || ioctl(fd, SIOCOUTQ, &waiting) != 0 || waiting <= 0)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, &size) != 0)
		return true;
	/* The kernel reports twice what may be used: the other half is its own bookkeeping. */
	return (size_t)waiting + length <= (size_t)buffer / 2;
}

static int finish_connect(int fd, bool (*stop)(void *), void *ctx)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	int e = 0;
	socklen_t size = sizeof(e);

	for (int waited = 0; waited < DIAGNOSE_MS && !stop(ctx); waited += DIAGNOSE_STEP_MS) {
		if (poll(&p, 1, DIAGNOSE_STEP_MS) <= 0)
			continue;
		return getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &size) == 0 ? e : errno;
	}
	return ETIMEDOUT;
}

/* 0 and a descriptor, or an errno and none. */
static int try_connect(const struct addrinfo *a, bool (*stop)(void *), void *ctx, int *fd)
{
	int e = 0;

	*fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return errno;
	if (connect(*fd, a->ai_addr, a->ai_addrlen) != 0)
		e = errno == EINPROGRESS ? finish_connect(*fd, stop, ctx) : errno;
	if (e != 0) {
		close(*fd);
		*fd = -1;
	}
	return e;
}

static const char *reason_of(int e)
{
	static const struct { int e; const char *text; } known[] = {
		{ ECONNREFUSED, "connection refused" },
		{ ETIMEDOUT, "no answer" },
		{ EHOSTUNREACH, "host unreachable" },
		{ ENETUNREACH, "network unreachable" },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].e == e)
			return known[i].text;
	return "cannot connect";
}

int net_socket_reach(const char *host, int port, bool (*stop)(void *), void *ctx, char *out, size_t size)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char service[12];
	int e, fd;

	out[0] = '\0';
	if (stop(ctx))
		return -1;
	snprintf(service, sizeof(service), "%d", port);
	e = getaddrinfo(host, service, &hints, &list);
	if (e != 0) {
		snprintf(out, size, "name not found");
		return -1;
	}
	e = try_connect(list, stop, ctx, &fd);
	freeaddrinfo(list);
	if (e != 0)
		snprintf(out, size, "%s", reason_of(e));
	return fd;
}

void net_socket_diagnose(const char *host, int port, bool (*stop)(void *), void *ctx, char *out, size_t size)
{
	int fd = net_socket_reach(host, port, stop, ctx, out, size);

	if (fd >= 0)
		close(fd);
}

void net_socket_patience(int fd, int ms)
{
	struct timeval t = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	int flags = fcntl(fd, F_GETFL);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
	fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}
