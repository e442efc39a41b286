/* SPDX-License-Identifier: MIT */
/* Opening and closing, threads and their loop, posting. Time is in runtime_time.c. */
#define _GNU_SOURCE	/* pthread_setname_np */
#include "run/runtime_parts.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STACK_BYTES = 512 * 1024 };

static int64_t boottime_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct wall realtime(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (struct wall){ (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 };
}

void runtime_now(struct runtime *r, struct mono *now, struct wall *clock)
{
	struct clock_reading reading;

	if (r->o.time == TIME_FOLLOWER) {
		reading = clockfile_read(r->o.clock);
		*now = reading.mono;
		*clock = reading.wall;
	} else if (r->o.time == TIME_OWNER) {
		now->ms = atomic_load(&r->now_ms);
		clock->ms = now->ms + r->wall_offset_ms + atomic_load(&r->skew_ms);
	} else {
		now->ms = boottime_ms() - r->boot_ms;
		*clock = realtime();
	}
}

static void stamp(struct runtime *r, struct msg *m)
{
	runtime_now(r, &m->now, &m->clock);
	m->clock_trusted = atomic_load(&r->trusted);
}

static void log_message(struct runtime *r, const struct msg *m)
{
	struct msg stamped = *m;

	if (r->o.sink == NULL)
		return;
	stamp(r, &stamped);
	pthread_mutex_lock(&r->sink_lock);
	r->o.sink(r->o.sink_ctx, &stamped);
	pthread_mutex_unlock(&r->sink_lock);
}

void runtime_log(struct runtime *r, enum log_level level, enum log_code code, const char *format, ...)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG,
		.log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = NO_NODE } };
	va_list args;

	va_start(args, format);
	vsnprintf(m.log.text, sizeof(m.log.text), format, args);
	va_end(args);
	log_message(r, &m);
}

void runtime_ring_if_idle(struct runtime *r, bool idle)
{
	if (idle && atomic_load(&r->ring_when_idle))
		bell_ring(r->bell);
}

static bool post_message(void *self, const struct msg *m)
{
	struct runtime *r = self;

	if (m->to == TO_LOG) {
		log_message(r, m);
		return true;
	}
	if (m->to >= N_ADDRESSES || r->index[m->to] < 0) {
		atomic_fetch_add(&r->unknown, 1);
		return false;
	}
	return mailbox_put(&r->workers[r->index[m->to]].slot.box, m);
}

static void post_busy(void *self, int delta)
{
	struct runtime *r = self;

	if (delta > 0)
		tally_start(&r->tally, (uint64_t)delta);
	else if (delta < 0)
		runtime_ring_if_idle(r, tally_finish(&r->tally, (uint64_t)-delta));
}

struct post runtime_post(struct runtime *r)
{
	return r->post;
}

struct pool runtime_pool(struct runtime *r)
{
	return buffers_pool(&r->buffers);
}

struct runtime_counts runtime_count(struct runtime *r)
{
	struct runtime_counts n = { .unknown = atomic_load(&r->unknown), .room = MAILBOX_NORMAL };

	for (int i = 0; i < r->o.n_actors; i++) {
		uint32_t most = (uint32_t)mailbox_most(&r->workers[i].slot.box);

		n.most = most > n.most ? most : n.most;
		n.refused += mailbox_refused(&r->workers[i].slot.box);
		n.said_too_much += atomic_load(&r->workers[i].slot.said_too_much);
	}
	return n;
}

static void defaults(struct runtime_options *o)
{
	o->vital_ms = o->vital_ms > 0 ? o->vital_ms : SUPERVISE_LIMIT_MS;
	o->stop_ms = o->stop_ms > 0 ? o->stop_ms : 4000;
}

static void set_clock(struct runtime *r)
{
	struct clock_reading from = { .wall = r->o.start };

	if (r->o.clock != NULL)
		from = clockfile_read(r->o.clock);
	atomic_store(&r->now_ms, from.mono.ms);
	r->wall_offset_ms = from.wall.ms - from.mono.ms;
	r->boot_ms = boottime_ms();
	r->bell = r->o.clock != NULL ? clockfile_bell(r->o.clock) : &r->own_bell;
}

/* A simulation that goes on must not draw again what its earlier part drew: ids would repeat. */
static uint64_t resumed_salt(const struct runtime *r)
{
	return (uint64_t)atomic_load(&r->now_ms) * 0x9E3779B97F4A7C15u;
}

static bool fill(struct runtime *r)
{
	bool made = buffers_init(&r->buffers);

	for (int i = 0; i < r->o.n_actors; i++) {
		struct worker *w = &r->workers[i];

		made = slot_init(&w->slot, &r->o.actors[i], &r->tally, MAILBOX_NORMAL) && made;
		dice_init(&w->slot.dice, r->o.time == TIME_REAL, r->o.seed ^ resumed_salt(r), w->slot.actor.name);
		pthread_mutex_init(&w->in_step, NULL);
		w->runtime = r;
	}
	return made;
}

struct runtime *runtime_open(const struct runtime_options *options)
{
	struct runtime *r;

	if (options->n_actors > RUNTIME_MAX_ACTORS)
		return NULL;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return NULL;
	r->o = *options;
	r->post = (struct post){ .self = r, .post = post_message, .busy = post_busy };
	pthread_mutex_init(&r->sink_lock, NULL);
	atomic_store(&r->trusted, options->time != TIME_REAL || options->clock_trusted);
	atomic_store(&r->speed, options->speed);
	defaults(&r->o);
	set_clock(r);
	if (fill(r) && slot_index(options->actors, options->n_actors, r->index))
		return r;
	runtime_close(r);
	return NULL;
}

static void check_in(struct worker *w)
{
	atomic_store(&w->checkin.at_ms, real_ms());
}

static void finish_step(struct worker *w)
{
	struct runtime *r = w->runtime;

	runtime_ring_if_idle(r, mailbox_done(&w->slot.box, w->slot.asked));
	if (w->slot.asked.ms < atomic_load(&r->planned_ms))
		bell_ring(r->bell);
}

static void work_off(struct worker *w, struct msg *m)
{
	int lost;

	pthread_mutex_lock(&w->in_step);
	stamp(w->runtime, m);
	lost = slot_step(&w->slot, m, &w->runtime->post);
	pthread_mutex_unlock(&w->in_step);
	if (lost > 0)
		runtime_log(w->runtime, LEVEL_WARNING, LOG_GAP, "%s: said %d messages more than one step may",
			w->slot.actor.name, lost);
	finish_step(w);
}

/* An actor with nothing to do checks in all the same: that is how its thread shows that it lives. */
static void *worker_main(void *self)
{
	struct worker *w = self;
	int nap_ms = (int)(w->runtime->o.vital_ms / 8);
	bool stopped = false;
	struct msg m;

	while (!stopped && !atomic_load(&w->runtime->abandoned)) {
		check_in(w);
		if (!mailbox_take(&w->slot.box, &m, nap_ms))
			continue;
		stopped = m.type == MSG_STOP;
		work_off(w, &m);
	}
	atomic_store(&w->ended, true);
	bell_ring(w->runtime->bell);
	return NULL;
}

static bool make_thread(struct worker *w)
{
	pthread_attr_t attributes;
	char name[16];

	if (pthread_attr_init(&attributes) != 0)
		return false;
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	check_in(w);
	w->made = pthread_create(&w->thread, &attributes, worker_main, w) == 0;
	pthread_attr_destroy(&attributes);
	if (!w->made)
		return false;
	snprintf(name, sizeof(name), "%.15s", w->slot.actor.name);
	pthread_setname_np(w->thread, name);
	return true;
}

/* Signals are for the threads that main made: a sensor's read is never cut by one. */
static bool make_threads(struct runtime *r)
{
	sigset_t all, before;
	bool made = true;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int i = 0; i < r->o.n_actors && made; i++)
		made = make_thread(&r->workers[i]);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return made;
}

/* Waits for the thread to end, until that real time; false: it hangs. */
static bool join_until(struct worker *w, int64_t deadline_ms)
{
	while (w->made) {
		uint32_t seen = atomic_load(w->runtime->bell);
		int64_t left_ms = deadline_ms - real_ms();

		if (atomic_load(&w->ended)) {
			pthread_join(w->thread, NULL);
			w->made = false;
		} else if (left_ms <= 0) {
			return false;
		} else {
			bell_wait(w->runtime->bell, seen, left_ms * 1000000);
		}
	}
	return true;
}

static void stop_one(struct worker *w, int64_t deadline_ms)
{
	const struct msg stop = { .type = MSG_STOP };
	struct runtime *r = w->runtime;

	if (!w->made)
		return;
	mailbox_put(&w->slot.box, &stop);
	if (join_until(w, deadline_ms))
		return;
	runtime_log(r, LEVEL_WARNING, LOG_ACTOR_LATE, "%s: does not stop - left behind", w->slot.actor.name);
	if (w->slot.actor.watch == WATCH_VITAL)
		r->dead = w;
}

static void stop_all(struct runtime *r)
{
	int64_t deadline_ms = real_ms() + r->o.stop_ms;

	for (int i = r->o.n_actors - 1; i >= 0; i--)
		stop_one(&r->workers[i], deadline_ms);
}

static void abandon(struct runtime *r)
{
	atomic_store(&r->abandoned, true);
	for (int i = 0; i < r->o.n_actors; i++)
		mailbox_close(&r->workers[i].slot.box);
}

int runtime_run(struct runtime *r)
{
	bool made = make_threads(r);

	if (made)
		runtime_keep_time(r);
	else
		runtime_log(r, LEVEL_CRITICAL, LOG_ACTOR_DEAD, "no memory or no threads left to start with");
	if (r->dead == NULL)
		stop_all(r);
	abandon(r);
	if (r->dead != NULL)
		return RUN_ACTOR_DIED;
	return made ? RUN_ENDED : RUN_NO_THREADS;
}

bool runtime_left_behind(const struct runtime *r)
{
	for (int i = 0; i < r->o.n_actors; i++)
		if (r->workers[i].made)
			return true;
	return false;
}

void runtime_stop(struct runtime *r)
{
	atomic_store(&r->stopping, true);
	bell_ring(r->bell);
}

void runtime_close(struct runtime *r)
{
	int64_t deadline_ms;
	bool hangs = false;

	if (r == NULL)
		return;
	deadline_ms = real_ms() + r->o.stop_ms;
	for (int i = 0; i < r->o.n_actors; i++)
		hangs = !join_until(&r->workers[i], deadline_ms) || hangs;
	if (hangs)	/* it still uses all this; the process is about to end */
		return;
	for (int i = 0; i < r->o.n_actors; i++) {
		slot_destroy(&r->workers[i].slot);
		pthread_mutex_destroy(&r->workers[i].in_step);
	}
	buffers_destroy(&r->buffers);
	pthread_mutex_destroy(&r->sink_lock);
	free(r);
}
