/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE	/* madvise */
#include "port/control_conn.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

void conn_open(struct conn *c, int fd, int64_t now_ms)
{
	char *in = c->in, *out = c->out;

	memset(c, 0, sizeof(*c));
	c->in = in;
	c->out = out;
	c->fd = fd;
	c->tokens = CONN_PER_S;
	c->tokens_ms = now_ms;
}

void conn_close(struct conn *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	/* What a slow client left unread must not stay resident. */
	madvise(c->out, CONN_OUT, MADV_DONTNEED);
}

bool conn_read(struct conn *c)
{
	ssize_t n;

	memmove(c->in, c->in + c->taken, c->n_in - c->taken);
	c->n_in -= c->taken;
	c->taken = 0;
	if (c->n_in == CONN_LINE + 1)	/* full: its lines are worked off first */
		return true;
	n = recv(c->fd, c->in + c->n_in, CONN_LINE + 1 - c->n_in, MSG_DONTWAIT);
	if (n > 0)
		c->n_in += (size_t)n;
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

bool conn_line(struct conn *c, char **line, size_t *length)
{
	char *begin = c->in + c->taken, *end = memchr(begin, '\n', c->n_in - c->taken);
	bool was_skipping = c->skipping;

	if (end == NULL && c->n_in - c->taken <= CONN_LINE && !c->skipping)
		return false;
	c->skipping = end == NULL;
	*line = begin;
	*length = CONN_LINE + 1;
	if (end == NULL) {
		c->taken = c->n_in;
		return !was_skipping;
	}
	c->taken = (size_t)(end + 1 - c->in);
	if (was_skipping)
		return conn_line(c, line, length);
	*end = '\0';
	*length = (size_t)(end - begin);
	return true;
}

bool conn_may_ask(struct conn *c, int64_t now_ms)
{
	int64_t earned = (now_ms - c->tokens_ms) * CONN_PER_S / 1000;

	if (earned > 0) {
		c->tokens = earned > CONN_PER_S - c->tokens ? CONN_PER_S : c->tokens + (int)earned;
		c->tokens_ms = c->tokens == CONN_PER_S ? now_ms : c->tokens_ms + earned * 1000 / CONN_PER_S;
	}
	if (c->tokens == 0)
		return false;
	c->tokens--;
	return true;
}

size_t conn_room(const struct conn *c)
{
	return CONN_OUT - c->n_out;
}

void conn_put(struct conn *c, const char *bytes, size_t length)
{
	if (c->head + c->n_out + length > CONN_OUT) {
		memmove(c->out, c->out + c->head, c->n_out);
		c->head = 0;
	}
	memcpy(c->out + c->head + c->n_out, bytes, length);
	c->n_out += length;
}

bool conn_flush(struct conn *c)
{
	while (c->n_out > 0) {
		ssize_t n = send(c->fd, c->out + c->head, c->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		c->head += (size_t)n;
		c->n_out -= (size_t)n;
	}
	c->head = 0;
	return true;
}
