/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* memfd_create */
#include "port/guard_socket.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "port/guard_child.h"

enum {
	HANG_MS = 8000,			/* SF-22 */
	LOOK_MS = 1000,			/* how often a silent guard is looked at */
	RETRY_MS = 250,			/* between attempts to start it again */
	STOP_MS = 1000,
	MAX_WANTS = 64,			/* unanswered at a time */
};

struct waiting { uint32_t seq; uint8_t relay, on; bool used; };

struct guard_socket {
	struct guard_socket_options options;
	int memfd, wake_fd;
	uint8_t *relays;
	pthread_t reader;
	bool reading;			/* the thread exists */

	pthread_mutex_t lock;		/* over all below */
	struct guard_child child;
	struct waiting wants[MAX_WANTS];
	int n_wants, n_ticks;		/* unanswered; each is one `busy` */
	int64_t heard_ms;		/* real: when it last spoke, or was first asked since */
	struct mono now;		/* simulated: of the last TICK */
	bool closing;
};

static void busy(const struct guard_socket *s, int delta)
{
	if (s->options.post.busy != NULL && delta != 0)
		s->options.post.busy(s->options.post.self, delta);
}

/* A full mailbox refuses and counts; there is nothing better to do here. */
static void post(const struct guard_socket *s, const struct msg *m)
{
	if (s->options.post.post != NULL)
		s->options.post.post(s->options.post.self, m);
}

/* --- to the guard, from any thread ---------------------------------------------------------- */

static void asked(struct guard_socket *s)
{
	if (s->n_wants + s->n_ticks == 0)
		s->heard_ms = guard_child_real_ms();
}

static struct waiting *free_want(struct guard_socket *s)
{
	for (int i = 0; i < MAX_WANTS; i++)
		if (!s->wants[i].used)
			return &s->wants[i];
	return NULL;
}

static bool socket_want(void *self, const struct guard_want *want, uint32_t seq, struct err *e)
{
	struct guard_socket *s = self;
	struct guard_frame f = { .want = *want };
	struct waiting *w;
	bool sent;

	busy(s, 1);
	pthread_mutex_lock(&s->lock);
	w = free_want(s);
	sent = w != NULL ? guard_child_send(&s->child, GUARD_WANT, seq, &f, e) :
		err_set(e, ERR_BUSY, 0, "guard: %d requests unanswered", MAX_WANTS);
	if (sent) {
		asked(s);
		*w = (struct waiting){ .seq = seq, .relay = want->relay, .on = want->on, .used = true };
		s->n_wants++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!sent)
		busy(s, -1);
	return sent;
}

/* A frame that is answered by TICKED. */
static bool send_ticked(struct guard_socket *s, enum guard_frame_type type, struct guard_frame *f,
	struct err *e)
{
	bool sent;

	busy(s, 1);
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
		busy(s, -1);
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

/* --- from the guard, in the reader's thread ------------------------------------------------- */

static void post_answer(const struct guard_socket *s, const struct guard_answer *a, uint32_t seq)
{
	struct msg m = { .type = MSG_ANSWER, .to = TO_RELAY, .answer = { .relay = a->relay, .on = a->on,
		.result = a->result, .renewal = a->renewal, .seq = seq, .held_for_ms = a->held_for_ms,
		.read_back = a->read_back } };

	post(s, &m);
}

static void post_event(const struct guard_socket *s, const struct guard_event *e)
{
	struct msg m = { .type = MSG_RELAY_EVENT, .to = TO_RELAY, .relay_event = { .kind = e->kind,
		.relay = e->relay, .on = e->on, .role = e->role, .value = e->value, .source = e->source } };

	snprintf(m.relay_event.text, sizeof(m.relay_event.text), "%.*s", (int)sizeof(e->text) - 1, e->text);
	post(s, &m);
}

static bool take_want(struct guard_socket *s, uint32_t seq)
{
	bool found = false;

	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < MAX_WANTS && !found; i++)
		if (s->wants[i].used && s->wants[i].seq == seq) {
			s->wants[i].used = false;
			s->n_wants--;
			found = true;
		}
	pthread_mutex_unlock(&s->lock);
	return found;
}

static bool take_tick(struct guard_socket *s)
{
	bool found;

	pthread_mutex_lock(&s->lock);
	found = s->n_ticks > 0;
	s->n_ticks -= found;
	pthread_mutex_unlock(&s->lock);
	return found;
}

static void on_answer(struct guard_socket *s, const struct guard_frame *f)
{
	if (!take_want(s, f->seq))
		return;
	post_answer(s, &f->answer, f->seq);
	busy(s, -1);
}

static void on_event(struct guard_socket *s, const struct guard_frame *f)
{
	post_event(s, &f->event);
}

static void on_ticked(struct guard_socket *s, const struct guard_frame *f)
{
	(void)f;
	if (take_tick(s))
		busy(s, -1);
}

static void (*const takers[])(struct guard_socket *, const struct guard_frame *) = {
	[GUARD_ANSWER] = on_answer, [GUARD_EVENT] = on_event, [GUARD_TICKED] = on_ticked,
};

static void take_frame(struct guard_socket *s, const struct guard_frame *f)
{
	pthread_mutex_lock(&s->lock);
	s->heard_ms = guard_child_real_ms();
	pthread_mutex_unlock(&s->lock);
	if (f->type < sizeof(takers) / sizeof(takers[0]) && takers[f->type] != NULL)
		takers[f->type](s, f);
}

/* --- when it dies --------------------------------------------------------------------------- */

static void post_driver(const struct guard_socket *s, const char *text)
{
	struct guard_event e = { .kind = GUARD_EVENT_DRIVER, .relay = GUARD_NO_RELAY };

	snprintf(e.text, sizeof(e.text), "%.*s", (int)sizeof(e.text) - 1, text);
	post_event(s, &e);
}

/* Nobody will answer what was asked: DriverError, and simulated time need not wait any more. */
static void settle(struct guard_socket *s)
{
	struct waiting wants[MAX_WANTS];
	int n_ticks;

	pthread_mutex_lock(&s->lock);
	memcpy(wants, s->wants, sizeof(wants));
	n_ticks = s->n_ticks;
	memset(s->wants, 0, sizeof(s->wants));
	s->n_wants = s->n_ticks = 0;
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < MAX_WANTS; i++) {
		struct guard_answer a = { .relay = wants[i].relay, .result = GUARD_DRIVER_ERROR };

		if (!wants[i].used)
			continue;
		post_answer(s, &a, wants[i].seq);
		busy(s, -1);
	}
	busy(s, -n_ticks);
}

static void bury(struct guard_socket *s)
{
	struct guard_child dead;

	pthread_mutex_lock(&s->lock);
	dead = s->child;
	s->child = (struct guard_child){ .pid = -1, .fd = -1 };
	pthread_mutex_unlock(&s->lock);
	guard_child_end(&dead, 0);
}

static bool is_closing(struct guard_socket *s)
{
	bool closing;

	pthread_mutex_lock(&s->lock);
	closing = s->closing;
	pthread_mutex_unlock(&s->lock);
	return closing;
}

static void wait_to_retry(const struct guard_socket *s)
{
	struct pollfd wake = { .fd = s->wake_fd, .events = POLLIN };

	poll(&wake, 1, RETRY_MS);
}

/* The new guard's first act was the fail state of every relay. */
static void tell_fail_states(const struct guard_socket *s)
{
	for (int i = 0; i < s->options.settings->n_relays; i++) {
		struct guard_event e = { .kind = GUARD_EVENT_MOVED, .relay = (uint8_t)i, .text = "guard restarted" };

		post_event(s, &e);
	}
}

static bool start_again(struct guard_socket *s, struct err *e)
{
	struct guard_child child;
	struct mono now;

	pthread_mutex_lock(&s->lock);
	now = s->now;
	pthread_mutex_unlock(&s->lock);
	if (!guard_child_start(&s->options, s->memfd, now, &child, e))
		return false;
	pthread_mutex_lock(&s->lock);
	s->child = child;
	pthread_mutex_unlock(&s->lock);
	tell_fail_states(s);
	return true;
}

/* Tries until it runs again or we are closed. Simulated time waits for the first attempt only. */
static void revive(struct guard_socket *s)
{
	struct err e;
	bool running;

	busy(s, 1);
	bury(s);
	post_driver(s, "guard died, starting it again");
	settle(s);
	running = start_again(s, &e);
	if (!running)
		post_driver(s, e.text);
	busy(s, -1);
	while (!running && !is_closing(s)) {
		wait_to_retry(s);
		running = start_again(s, &e);
	}
}

/* --- the reader ----------------------------------------------------------------------------- */

static int hang_ms(const struct guard_socket *s)
{
	return s->options.hang_ms > 0 ? s->options.hang_ms : HANG_MS;
}

/* Kills a guard that owes an answer for too long; its end is then seen like any other. */
static void watch_over(struct guard_socket *s)
{
	int64_t now_ms = guard_child_real_ms();

	pthread_mutex_lock(&s->lock);
	if (s->n_wants + s->n_ticks > 0 && now_ms - s->heard_ms >= hang_ms(s) && s->child.pid > 0)
		kill(s->child.pid, SIGKILL);
	pthread_mutex_unlock(&s->lock);
}

/* Only this thread changes child.fd, so it may use it unlocked. False: the guard has gone. */
static bool receive(struct guard_socket *s)
{
	struct guard_frame f;
	ssize_t n = recv(s->child.fd, &f, sizeof(f), MSG_DONTWAIT);

	if (n == sizeof(f))
		take_frame(s, &f);
	return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void *read_on(void *self)
{
	struct guard_socket *s = self;
	int look_ms = hang_ms(s) / 4 < LOOK_MS ? hang_ms(s) / 4 : LOOK_MS;

	while (!is_closing(s)) {
		struct pollfd p[2] = { { .fd = s->child.fd, .events = POLLIN },
			{ .fd = s->wake_fd, .events = POLLIN } };

		if (poll(p, 2, look_ms) > 0 && p[0].revents != 0 && !receive(s))
			revive(s);
		watch_over(s);
	}
	return NULL;
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
	error = pthread_create(&s->reader, NULL, read_on, s);
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
	busy(s, -(s->n_wants + s->n_ticks));
	if (s->relays != NULL)
		munmap(s->relays, GUARD_MAX_RELAYS);
	if (s->memfd >= 0)
		close(s->memfd);
	if (s->wake_fd >= 0)
		close(s->wake_fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
