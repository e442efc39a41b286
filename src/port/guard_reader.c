/* SPDX-License-Identifier: MIT */
/* The guard's socket is read in a thread of its own: answers and events go to the relay actor, and a guard that
 * hangs or dies is replaced. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "port/guard_parts.h"

enum {
	HANG_MS = 8000,			/* SF-22 */
	LOOK_MS = 1000,			/* how often a silent guard is looked at */
	RETRY_MS = 250,			/* between attempts to start it again */
};

/* A full mailbox refuses and counts; there is nothing better to do here. */
static void post(const struct guard_socket *s, const struct msg *m)
{
	if (s->options.post.post != NULL)
		s->options.post.post(s->options.post.self, m);
}

/* --- what it says --------------------------------------------------------------------------- */

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
	for (int i = 0; i < GUARD_MAX_WANTS && !found; i++)
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
	guard_socket_busy(s, -1);
}

static void on_event(struct guard_socket *s, const struct guard_frame *f)
{
	post_event(s, &f->event);
}

static void on_ticked(struct guard_socket *s, const struct guard_frame *f)
{
	(void)f;
	if (take_tick(s))
		guard_socket_busy(s, -1);
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
	struct guard_waiting wants[GUARD_MAX_WANTS];
	int n_ticks;

	pthread_mutex_lock(&s->lock);
	memcpy(wants, s->wants, sizeof(wants));
	n_ticks = s->n_ticks;
	memset(s->wants, 0, sizeof(s->wants));
	s->n_wants = s->n_ticks = 0;
	pthread_mutex_unlock(&s->lock);
	for (int i = 0; i < GUARD_MAX_WANTS; i++) {
		struct guard_answer a = { .relay = wants[i].relay, .result = GUARD_DRIVER_ERROR };

		if (!wants[i].used)
			continue;
		post_answer(s, &a, wants[i].seq);
		guard_socket_busy(s, -1);
	}
	guard_socket_busy(s, -n_ticks);
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

	guard_socket_busy(s, 1);
	bury(s);
	post_driver(s, "guard died, starting it again");
	settle(s);
	running = start_again(s, &e);
	if (!running)
		post_driver(s, e.text);
	guard_socket_busy(s, -1);
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

void *guard_reader_run(void *self)
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
