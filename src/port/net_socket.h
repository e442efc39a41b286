/* SPDX-License-Identifier: MIT */
/* net_socket.h: what paho hides: the descriptor of our connection, tuned for commands that must not wait;
 * and the reason why a broker cannot be reached, in words. */
#ifndef PORT_NET_SOCKET_H
#define PORT_NET_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

enum { NET_MAX_FDS = 64 };

/* The descriptors of this process whose other end listens on `port`. */
struct net_fds { int n, fd[NET_MAX_FDS]; };

void net_fds_find(struct net_fds *, int port);
/* The first of `now` that is not in `before`; -1: none. */
int net_fds_new(const struct net_fds *now, const struct net_fds *before);

/* TCP_NODELAY (without it an answer waits up to 40 ms for the delayed acknowledgement of the one before),
 * TCP_USER_TIMEOUT, a send buffer that takes the whole window of the uplink, and close-on-exec (a child
 * started later would inherit the connection). */
void net_socket_tune(int fd);
/* Would `length` more bytes fit the send buffer without waiting? */
bool net_socket_takes(int fd, size_t length);

/* Writes why the broker cannot be reached ("connection refused"), from a short attempt of our own; "" when
 * TCP connects. `stop` is asked now and then; true ends the attempt. */
void net_socket_diagnose(const char *host, int port, bool (*stop)(void *), void *ctx, char *out, size_t size);

/* The same, but keeps the connection: its descriptor, or -1 with the reason (or none, when stopped). */
int net_socket_reach(const char *host, int port, bool (*stop)(void *), void *ctx, char *out, size_t size);
/* From now on it blocks, for so long at most in each call. */
void net_socket_patience(int fd, int ms);

#endif
