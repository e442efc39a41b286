/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <cmocka.h>

#include "../support/crew.h"
#include "run/runtime.h"

/* --- real time -------------------------------------------------------------------------------------- */

enum { LONG_HOPS = 100000, TOKENS = 16 };

static void pass_many(struct hand *h, const struct msg *in, struct outbox *out)
{
	if (in->type == MSG_TICK)	/* once: nobody asks for another */
		for (int i = 0; i < TOKENS / CREW; i++)
			say_to(out, (h->who + 1) % CREW, LONG_HOPS / TOKENS);
	if (in->type != MSG_KEEP)
		return;
	h->count++;
	if (in->keep.code > 1)
		say_to(out, (int)(in->random[1] % CREW), in->keep.code - 1);
	else if (atomic_fetch_add(&h->crew->stopped, 1) == TOKENS - 1)
		runtime_stop(h->crew->runtime);
}

/* A hundred thousand messages among eight threads: each arrives once. */
static void no_message_is_lost(void **state)
{
	struct crew *c = crew_new(CREW, TIME_REAL, pass_many);
	int64_t hops = 0;

	(void)state;
	for (int i = 0; i < CREW; i++)
		c->hands[i].every_ms = 0;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	for (int i = 0; i < CREW; i++)
		hops += c->hands[i].count;
	assert_int_equal(hops, LONG_HOPS);
	crew_free(c);
}

/* Asks for a wake-up in 30 ms; a message from the other makes it ask for an earlier one. */
static void wake_early(struct hand *h, const struct msg *in, struct outbox *out)
{
	if (h->who == 1) {
		say_to(out, 0, 0);
		return;
	}
	if (in->type == MSG_KEEP) {
		out->wake_at = mono_after(in->now, 30);
		h->every_ms = -in->now.ms - 30;		/* when it is due; below zero: no automatic wish */
	} else if (in->type == MSG_TICK && h->every_ms < 0) {
		h->wrong += in->now.ms < -h->every_ms;
		h->count++;
		runtime_stop(h->crew->runtime);
	} else if (in->type == MSG_TICK) {
		out->wake_at = mono_after(in->now, 3600000);
	}
}

/* On a real house a wake-up comes at its time, not before, also when it is wished for after the time
 * thread lay down. */
static void early_wish_wakes_the_time_thread(void **state)
{
	struct crew *c = crew_new(2, TIME_REAL, wake_early);

	(void)state;
	c->hands[0].every_ms = c->hands[1].every_ms = 0;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->hands[0].count, 1);
	assert_int_equal(c->hands[0].wrong, 0);
	crew_free(c);
}

static void count_flushes(struct hand *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	h->crew->entered += in->type == MSG_FLUSH && h->who == 0;
	h->wrong += in->type == MSG_FLUSH && h->who != 0;
	h->wrong += in->random[0] == 0 && in->random[1] == 0;
}

static void note_alive(void *ctx)
{
	struct crew *c = ctx;

	if (++c->alive >= 2 && c->entered >= 3)
		runtime_stop(c->runtime);
}

/* Flushes come by real time to those who want them, and as long as all check in the watchdog is patted. */
static void flushes_and_watchdog_by_real_time(void **state)
{
	struct crew *c = crew_new(2, TIME_REAL, count_flushes);

	(void)state;
	c->actors[0].flush = true;
	c->o.vital_ms = 800;		/* its eighth is the period of looks */
	c->o.alive = note_alive;
	c->o.alive_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->hands[0].wrong + c->hands[1].wrong, 0);
	crew_free(c);
}

/* --- check-ins --------------------------------------------------------------------------------------- */

enum { PATTED_WHILE_LATE = 1000000 };

static void alive_unless_late(void *ctx)
{
	struct crew *c = ctx;

	c->alive += c->logs[LOG_ACTOR_LATE] > 0 ? PATTED_WHILE_LATE : 1;
}

/* A vital actor that hangs ends the run with 70 once its time is over, and the log names it; from when it is late nobody
 * pats the watchdog. */
static void hanging_vital_actor_ends_the_run(void **state)
{
	struct crew *c = crew_new(3, TIME_REAL, crew_bob_hangs);
	int64_t begun_ms = real_ns() / 1000000;

	(void)state;
	c->o.vital_ms = 400;
	c->o.alive = alive_unless_late;
	c->o.alive_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ACTOR_DIED);
	assert_int_equal(c->logs[LOG_ACTOR_DEAD], 1);
	assert_memory_equal(c->last_log, "bob:", 4);
	assert_true(c->logs[LOG_ACTOR_LATE] >= 1);	/* said before it was given up */
	assert_in_range(real_ns() / 1000000 - begun_ms, 400, 10000);
	assert_true(c->alive < PATTED_WHILE_LATE);
	sem_post(&c->gate);
	crew_free(c);
}

/* Opens the gate when the log says that bob is late; ends the run when it says that he is back. */
static void late_then_back(void *ctx, const struct msg *m)
{
	struct crew *c = ctx;

	crew_sink(ctx, m);
	if (m->log.code != LOG_ACTOR_LATE || strncmp(m->log.text, "bob:", 4) != 0)
		return;		/* on a busy machine others may be late, too */
	c->stopped++;
	if (m->log.level == LEVEL_WARNING)
		sem_post(&c->gate);
	else
		runtime_stop(c->runtime);
}

/* A hanging device is reported once, and once more when it is back; nobody dies of it. */
static void hanging_device_is_reported(void **state)
{
	struct crew *c = crew_new(3, TIME_REAL, crew_bob_hangs);

	(void)state;
	c->o.vital_ms = 1200;
	c->actors[1].watch = WATCH_DEVICE;
	c->o.sink = late_then_back;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->stopped, 2);
	assert_int_equal(c->logs[LOG_ACTOR_DEAD], 0);
	crew_free(c);
}

/* --- boxes, order of stopping, ends of runs ---------------------------------------------------------- */

enum { FLOOD = 500 };

/* "ann" waits at the gate until "bob" has said too much to her. */
static void flood_ann(struct hand *h, const struct msg *in, struct outbox *out)
{
	struct post *post = &h->crew->post;

	(void)out;
	h->count += in->type == MSG_KEEP;
	if (in->type != MSG_TICK)
		return;
	if (h->who == 0) {
		while (sem_wait(&h->crew->gate) != 0)
			;
		return;
	}
	while (atomic_load(&h->crew->entered) == 0)	/* until ann is in her step: her box is free */
		sched_yield();
	for (int i = 0; i < FLOOD; i++)
		h->wrong += !post->post(post->self, &(struct msg){ .type = MSG_KEEP, .to = address_of(0) });
	sem_post(&h->crew->gate);
}

static void flood_begin(struct hand *h, const struct msg *in, struct outbox *out)
{
	if (h->who == 0)
		atomic_store(&h->crew->entered, 1);
	flood_ann(h, in, out);
}

static void stop_at_gap(void *ctx, const struct msg *m)
{
	struct crew *c = ctx;

	crew_sink(ctx, m);
	if (m->log.code == LOG_GAP)
		runtime_stop(c->runtime);
}

/* A full mailbox refuses, which is counted and reported with the name of its actor; what it took is
 * delivered. */
static void full_mailbox_is_reported(void **state)
{
	struct crew *c = crew_new(2, TIME_REAL, flood_begin);

	(void)state;
	c->hands[0].every_ms = c->hands[1].every_ms = 0;
	c->o.sink = stop_at_gap;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->hands[0].count + c->hands[1].wrong, FLOOD);
	assert_true(c->hands[1].wrong > 0);
	assert_int_equal(runtime_count(c->runtime).refused, c->hands[1].wrong);
	assert_memory_equal(c->last_log, "ann: mailbox full", 17);
	crew_free(c);
}

static void note_stop(struct hand *h, const struct msg *in, struct outbox *out)
{
	if (in->type == MSG_STOP) {
		h->crew->stops[h->crew->n_stops++] = h->who;	/* joined one by one: no two at once */
		for (int i = 0; i < CREW; i++)
			say_to(out, i, h->who);
	}
	if (in->type == MSG_KEEP && in->keep.code > h->who)
		h->count++;
	h->wrong += in->type == MSG_KEEP && in->keep.code <= h->who;
}

/* Actors stop in reverse order, each with the stop as its last message; what they say then reaches all
 * that stop later. */
static void stop_is_in_reverse_order(void **state)
{
	struct crew *c = crew_new(CREW, TIME_OWNER, note_stop);

	(void)state;
	c->o.exit_after_ms = 5000;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->n_stops, CREW);
	for (int i = 0; i < CREW; i++) {
		assert_int_equal(c->stops[i], CREW - 1 - i);
		assert_int_equal(c->hands[i].count, CREW - 1 - i);
		assert_int_equal(c->hands[i].wrong, 0);
	}
	crew_free(c);
}

static void *stop_soon(void *self)
{
	runtime_stop(self);
	return NULL;
}

/* A stop from another thread ends a run in which nothing is due for an hour; before the run it ends it at
 * once. */
static void stop_wakes_a_sleeping_runtime(void **state)
{
	struct crew *c = crew_new(2, TIME_REAL, NULL);
	pthread_t thread;

	(void)state;
	c->hands[0].every_ms = c->hands[1].every_ms = 3600000;
	crew_open(c);
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, c->runtime), 0);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	pthread_join(thread, NULL);
	crew_free(c);
}

/* Simulated time is never faster than asked for. */
static void pace_is_a_ceiling(void **state)
{
	struct crew *c = crew_new(1, TIME_OWNER, NULL);
	int64_t begun_ns = real_ns();

	(void)state;
	c->o.speed = 100;
	c->o.exit_after_ms = 21000;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_true(real_ns() - begun_ns >= 200 * (int64_t)1000000);	/* 20 steps after the first */
	crew_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_message_is_lost),
		cmocka_unit_test(early_wish_wakes_the_time_thread),
		cmocka_unit_test(flushes_and_watchdog_by_real_time),
		cmocka_unit_test(hanging_vital_actor_ends_the_run),
		cmocka_unit_test(hanging_device_is_reported),
		cmocka_unit_test(full_mailbox_is_reported),
		cmocka_unit_test(stop_is_in_reverse_order),
		cmocka_unit_test(stop_wakes_a_sleeping_runtime),
		cmocka_unit_test(pace_is_a_ceiling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
