/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* memfd_create */
#include "port/guard_socket.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "port/guard_parts.h"

enum { STOP_MS = 1000 };

void guard_socket_busy(const struct guard_socket *s, int delta)
{
	if (s->options.post.busy != NULL && delta != 0)
		s->options.post.busy(s->options.post.self, delta);
}

/* --- to the guard, from any thread ---------------------------------------------------------- */

static void asked(struct guard_socket *s)
{
	if (s->n_wants + s->n_ticks == 0)
		s->heard_ms = guard_child_real_ms();
}

static struct guard_waiting *free_want(struct guard_socket *s)
{
	for (int i = 0; i < GUARD_MAX_WANTS; i++)
		if (!s->wants[i].used)
			return &s->wants[i];
	return NULL;
}

static bool socket_want(void *self, const struct guard_want *want, uint32_t seq, struct err *e)
{
	struct guard_socket *s = self;
	struct guard_frame f = { .want = *want };
	struct guard_waiting *w;
	bool sent;

	guard_socket_busy(s, 1);
	pthread_mutex_lock(&s->lock);
	w = free_want(s);
	sent = w != NULL ? guard_child_send(&s->child, GUARD_WANT, seq, &f, e) :
		err_set(e, ERR_BUSY, 0, "guard: %d requests unanswered", GUARD_MAX_WANTS);
	if (sent) {
		asked(s);
		*w = (struct guard_waiting){ .seq = seq, .relay = want->relay, .on = want->on, .used = true };
		s->n_wants++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!sent)
		guard_socket_busy(s, -1);
	return sent;
}

/* A frame that is answered by TICKED. */
static bool send_ticked(struct guard_socket *s, enum guard_frame_type type, struct guard_frame *f,
	struct err *e)
{
	bool sent;

	guard_socket_busy(s, 1);
	pthread_mutex_lock(&s->lock);
	if (type == GUARD_TICK)
		s->now = (struct mono){ f->tick.mono_ms };
	sent = guard_child_send(&s->child, type, 0, f, e);
	if (sent) {
		asked(s);
		s->n_ticks++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!sent)
		guard_socket_busy(s, -1);
	return sent;
}

static bool send_plain(struct guard_socket *s, enum guard_frame_type type, struct guard_frame *f,
	struct err *e)
{
	bool sent;

	pthread_mutex_lock(&s->lock);
	sent = guard_child_send(&s->child, type, 0, f, e);
	pthread_mutex_unlock(&s->lock);
	return sent;
}

static bool socket_reading(void *self, const struct guard_reading *reading, struct err *e)
{
	struct guard_socket *s = self;
	struct guard_frame f = { .reading = *reading };

	return s->options.simulated ? send_ticked(s, GUARD_READING, &f, e) :
		send_plain(s, GUARD_READING, &f, e);
}

static bool socket_tick(void *self, struct mono now, struct err *e)
{
	struct guard_frame f = { .tick = { .mono_ms = now.ms } };

	return send_ticked(self, GUARD_TICK, &f, e);
}

static bool socket_reset_one(void *self, int relay, struct err *e)
{
	struct guard_frame f = { .reset = { .which = (uint8_t)relay } };

	return send_plain(self, GUARD_RESET, &f, e);
}

static bool socket_reset(void *self, struct err *e)
{
	return socket_reset_one(self, GUARD_ALL, e);
}

/* --- open and close ------------------------------------------------------------------------- */

static bool make_relays(struct guard_socket *s, struct err *e)
{
	void *map;

	s->memfd = memfd_create("spaceheat-relays", MFD_CLOEXEC);
	if (s->memfd < 0 || ftruncate(s->memfd, GUARD_MAX_RELAYS) != 0)
		return err_set(e, ERR_IO, errno, "memory of simulated relays: %s", strerror(errno));
	map = mmap(NULL, GUARD_MAX_RELAYS, PROT_READ, MAP_SHARED, s->memfd, 0);
	if (map == MAP_FAILED)
		return err_set(e, ERR_IO, errno, "memory of simulated relays: %s", strerror(errno));
	s->relays = map;
	return true;
}

/* Signals are for the main thread: the reader takes none. */
static int start_reader(struct guard_socket *s)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->reader, NULL, guard_reader_run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	s->reading = error == 0;
	return error;
}

static bool start_all(struct guard_socket *s, struct err *e)
{
	int error;

	if (s->options.simulated && !make_relays(s, e))
		return false;
	s->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->wake_fd < 0)
		return err_set(e, ERR_IO, errno, "eventfd: %s", strerror(errno));
	if (!guard_child_start(&s->options, s->memfd, s->now, &s->child, e))
		return false;
	error = start_reader(s);
	return error == 0 || err_set(e, ERR_IO, error, "guard's reader: %s", strerror(error));
}

struct guard_socket *guard_socket_open(const struct guard_socket_options *o, struct err *e)
{
	struct guard_socket *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_MEMORY, 0, "guard: out of memory");
		return NULL;
	}
	s->options = *o;
	s->memfd = s->wake_fd = -1;
	s->child = (struct guard_child){ .pid = -1, .fd = -1 };
	s->now = o->start;
	pthread_mutex_init(&s->lock, NULL);
	if (start_all(s, e))
		return s;
	guard_socket_close(s);
	return NULL;
}

struct guard_port guard_socket_port(struct guard_socket *s)
{
	return (struct guard_port){ .self = s, .want = socket_want, .reading = socket_reading,
		.tick = socket_tick, .reset = socket_reset, .reset_one = socket_reset_one };
}

const volatile uint8_t *guard_socket_relays(const struct guard_socket *s)
{
	return s->relays;
}

pid_t guard_socket_pid(struct guard_socket *s)
{
	pid_t pid;

	pthread_mutex_lock(&s->lock);
	pid = s->child.pid;
	pthread_mutex_unlock(&s->lock);
	return pid;
}

static void stop_reader(struct guard_socket *s)
{
	pthread_mutex_lock(&s->lock);
	s->closing = true;
	pthread_mutex_unlock(&s->lock);
	if (!s->reading)
		return;
	eventfd_write(s->wake_fd, 1);
	pthread_join(s->reader, NULL);
}

void guard_socket_close(struct guard_socket *s)
{
	struct guard_frame stop = { 0 };
	struct err e;

	stop_reader(s);
	if (guard_child_send(&s->child, GUARD_STOP, 0, &stop, &e))
		guard_child_end(&s->child, STOP_MS);
	else
		guard_child_end(&s->child, 0);
	guard_socket_busy(s, -(s->n_wants + s->n_ticks));
	if (s->relays != NULL)
		munmap(s->relays, GUARD_MAX_RELAYS);
	if (s->memfd >= 0)
		close(s->memfd);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
