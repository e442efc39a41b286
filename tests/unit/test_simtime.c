/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/crew.h"
#include "run/runtime.h"
#include "run/single.h"

/* --- the heart: time stands while anything is under way ------------------------------------------- */

enum { HOPS = 40, TOKEN_STEPS = 100 };

/* Each tick starts a token with the time in it; each receiver hands it on until its hops are used up. */
static void pass_token(struct hand *h, const struct msg *in, struct outbox *out)
{
	int next = (int)(in->random[0] % CREW);

	if (in->type == MSG_TICK)
		say(out, &(struct msg){ .type = MSG_KEEP, .to = address_of(next),
			.keep = { .channel = HOPS, .code = in->now.ms } });
	if (in->type != MSG_KEEP)
		return;
	h->count++;
	h->wrong += in->keep.code != in->now.ms;
	if (in->keep.channel > 1)
		say(out, &(struct msg){ .type = MSG_KEEP, .to = address_of(next),
			.keep = { .channel = in->keep.channel - 1, .code = in->keep.code } });
}

static void count_instants(void *ctx, struct mono now, struct wall clock)
{
	struct crew *c = ctx;

	assert_int_equal(clock.ms, 1800000000000 + now.ms);
	c->instants++;
	c->last_instant_ms = now.ms;
}

/* Unpaced simulated time never moves while a message is in flight: every hop of every token happens in the
 * second in which the token set out, and none is lost. */
static void time_stands_while_messages_fly(void **state)
{
	struct crew *c = crew_new(CREW, TIME_OWNER, pass_token);
	int64_t hops = 0;

	(void)state;
	c->o.exit_after_ms = (TOKEN_STEPS - 1) * 1000;
	c->o.before_ticks = count_instants;
	c->o.before_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	for (int i = 0; i < CREW; i++) {
		assert_int_equal(c->hands[i].wrong, 0);
		hops += c->hands[i].count;
	}
	assert_int_equal(hops, (int64_t)CREW * HOPS * TOKEN_STEPS);
	assert_int_equal(c->instants, TOKEN_STEPS);
	assert_int_equal(c->last_instant_ms, (TOKEN_STEPS - 1) * 1000);
	assert_int_equal(runtime_count(c->runtime).refused, 0);
	crew_free(c);
}

/* A helper outside the mailboxes, like the guard: answers what it is asked, in its own thread, when it
 * likes. */
struct outside { struct crew *crew; pthread_t thread; sem_t asked; atomic_llong asked_ms; atomic_bool over; };

static void *answer_slowly(void *self)
{
	struct outside *o = self;

	for (;;) {
		while (sem_wait(&o->asked) != 0)
			;
		if (atomic_load(&o->over))
			return NULL;
		for (int i = 0; i < 3; i++)
			sched_yield();
		o->crew->post.post(o->crew->post.self, &(struct msg){ .type = MSG_KEEP, .to = TO_SCADA,
			.keep.code = atomic_load(&o->asked_ms) });
		o->crew->post.busy(o->crew->post.self, -1);
	}
}

static void ask_outside(void *ctx, struct mono now, struct wall clock)
{
	struct outside *o = ctx;

	(void)clock;
	o->crew->post.busy(o->crew->post.self, 1);
	atomic_store(&o->asked_ms, now.ms);
	sem_post(&o->asked);
}

static void check_answer(struct hand *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	if (in->type != MSG_KEEP)
		return;
	h->count++;
	h->wrong += in->keep.code != in->now.ms;
}

/* What a port says it is busy with holds time still until its answer is worked off. */
static void time_stands_while_a_port_is_busy(void **state)
{
	struct crew *c = crew_new(1, TIME_OWNER, check_answer);
	struct outside o = { .crew = c };

	(void)state;
	sem_init(&o.asked, 0, 0);
	c->o.exit_after_ms = 300000;
	c->o.before_ticks = ask_outside;
	c->o.before_ctx = &o;
	crew_open(c);
	assert_int_equal(pthread_create(&o.thread, NULL, answer_slowly, &o), 0);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->hands[0].count, 301);
	assert_int_equal(c->hands[0].wrong, 0);
	atomic_store(&o.over, true);
	sem_post(&o.asked);
	pthread_join(o.thread, NULL);
	sem_destroy(&o.asked);
	crew_free(c);
}

/* --- both runtimes do the same --------------------------------------------------------------------- */

/* A pipeline, so that each has one sender and the order of its mail is not left to chance. */
static void pipeline(struct hand *h, const struct msg *in, struct outbox *out)
{
	if (in->type == MSG_TICK && h->who == 0)
		for (int i = 0; i < 3; i++)
			say_to(out, 1, in->now.ms + i);
	if (in->type == MSG_KEEP && h->who + 1 < CREW)
		say_to(out, h->who + 1, in->keep.code * 3 + h->who);
}

static struct crew *pipeline_new(void)
{
	struct crew *c = crew_new(CREW, TIME_OWNER, pipeline);

	for (int i = 0; i < CREW; i++) {
		c->hands[i].trace = calloc(TRACE, sizeof(struct seen));
		assert_non_null(c->hands[i].trace);
		c->hands[i].every_ms = i == 0 ? 1000 : INT32_MAX;	/* a tick and mail may swap */
	}
	c->o.exit_after_ms = 600000;
	return c;
}

/* Each actor gets the same messages at the same times with the same random bits in threads as in the
 * runtime of one. */
static void same_as_single(void **state)
{
	struct crew *threads = pipeline_new(), *one = pipeline_new();
	struct single *single = single_open(&one->o);

	(void)state;
	assert_non_null(single);
	single_run(single, (struct mono){ one->o.exit_after_ms });
	single_close(single);
	crew_open(threads);
	assert_int_equal(runtime_run(threads->runtime), RUN_ENDED);
	for (int i = 0; i < CREW; i++) {
		assert_int_equal(threads->hands[i].n, one->hands[i].n);
		assert_true(one->hands[i].n > 600);
		/* the first tick and the first mail may swap */
		for (int k = i == 0 ? 0 : 4; k < one->hands[i].n; k++) {
			const struct seen *a = &threads->hands[i].trace[k], *b = &one->hands[i].trace[k];

			assert_int_equal(a->type, b->type);
			assert_int_equal(a->now_ms, b->now_ms);
			assert_int_equal(a->number, b->number);
			assert_true(a->random == b->random);
		}
	}
	crew_free(threads);
	crew_free(one);
}

/* --- stuck devices, ends of runs, pace --- */

static void open_gate_at_end(void *ctx, struct mono now, struct wall clock)
{
	struct crew *c = ctx;

	(void)clock;
	if (now.ms != 50000)
		return;
	sem_post(&c->gate);
	while (atomic_load(&c->entered) != 2)
		sched_yield();
}

/* In simulation a device step is waited for one real second, then time goes on without it and with it
 * again after. */
static void simulated_time_does_not_wait_for_a_stuck_device(void **state)
{
	struct crew *c = crew_new(3, TIME_OWNER, crew_bob_hangs);

	(void)state;
	c->actors[1].watch = WATCH_DEVICE;
	c->o.exit_after_ms = 100000;
	c->o.before_ticks = open_gate_at_end;
	c->o.before_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->hands[0].count, 102);	/* 101 ticks and the stop */
	assert_int_equal(c->hands[2].count, 102);
	assert_in_range(c->hands[1].count, 2, 54);	/* ticks it missed are not made up for */
	crew_free(c);
}

/* What is due at the very instant of the end is still done, and all it causes. */
static void last_instant_is_done(void **state)
{
	struct crew *c = crew_new(CREW, TIME_OWNER, pass_token);

	(void)state;
	c->o.exit_after_ms = 2500;	/* between two steps: the last one is shorter */
	c->o.before_ticks = count_instants;
	c->o.before_ctx = c;
	for (int i = 0; i < CREW; i++)
		c->hands[i].every_ms = 500;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->last_instant_ms, 2500);
	assert_int_equal(c->instants, 4);	/* 0, 1000, 2000, 2500 */
	for (int i = 1; i < CREW; i++)
		c->hands[0].count += c->hands[i].count;
	assert_int_equal(c->hands[0].count, 4 * CREW * HOPS);
	crew_free(c);
}

static bool third_time(void *ctx)
{
	struct crew *c = ctx;

	return ++c->n_stops == 3;
}

/* At the end the run waits, with its actors alive, for what main still awaits from outside. */
static void end_waits_until_finished(void **state)
{
	struct crew *c = crew_new(1, TIME_OWNER, NULL);

	(void)state;
	c->o.exit_after_ms = 1000;
	c->o.finished = third_time;
	c->o.finished_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->n_stops, 3);
	crew_free(c);
}

/* At slow speeds the steps are short: 50 ms of real time each. */
static void slow_speeds_have_short_steps(void **state)
{
	struct crew *c = crew_new(1, TIME_OWNER, NULL);

	(void)state;
	c->o.speed = 2;
	c->o.exit_after_ms = 500;
	c->o.before_ticks = count_instants;
	c->o.before_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_int_equal(c->instants, 6);	/* every 100 ms */
	crew_free(c);
}

/* --- across a broker ------------------------------------------------------------------------------- */

enum { IN_FLIGHT = 64 };

/* A broker in a thread: it forwards what it is given, late, and counts it as taken after it is in a
 * mailbox. */
struct broker {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t news;
	struct { bool to_atn; int64_t number; } queue[IN_FLIGHT];
	int n;
	bool over;
	struct traffic door[2];		/* by receiver: SIDE_SCADA, SIDE_ATN */
	struct post *post[2];
};

static void *broker_main(void *self)
{
	struct broker *b = self;

	pthread_mutex_lock(&b->lock);
	while (!b->over) {
		bool to_atn = b->queue[0].to_atn;
		struct msg m = { .type = MSG_KEEP,
			.to = to_atn ? TO_HISTORY : TO_SCADA,
			.keep.code = b->queue[0].number };

		if (b->n == 0) {
			pthread_cond_wait(&b->news, &b->lock);
			continue;
		}
		memmove(&b->queue[0], &b->queue[1], sizeof(b->queue[0]) * (size_t)--b->n);
		pthread_mutex_unlock(&b->lock);
		sched_yield();
		if (b->post[to_atn]->post(b->post[to_atn]->self, &m))
			b->door[to_atn].taken(b->door[to_atn].self, 1);
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

static void publish(struct broker *b, struct traffic *own, bool to_atn, int64_t number)
{
	own->sent(own->self, 1);
	pthread_mutex_lock(&b->lock);
	assert_true(b->n < IN_FLIGHT);
	b->queue[b->n].to_atn = to_atn;
	b->queue[b->n++].number = number;
	pthread_cond_signal(&b->news);
	pthread_mutex_unlock(&b->lock);
}

/* What both sides of a conversation need; the SCADA's hand is ann, the AtomicTNode's is bob of another
 * crew. */
struct talk { struct broker broker; struct traffic scada_door, atn_door; };

static struct talk *talk_of(struct hand *h)
{
	return h->crew->o.alive_ctx;
}

/* The AtomicTNode sends the time every third second; the SCADA sends it back with its own time each
 * second. */
static void scada_talks(struct hand *h, const struct msg *in, struct outbox *out)
{
	struct talk *t = talk_of(h);

	(void)out;
	if (in->type == MSG_TICK)
		publish(&t->broker, &t->scada_door, true, in->now.ms);
	if (in->type != MSG_KEEP)
		return;
	h->count++;
	h->wrong += in->keep.code != in->now.ms;
}

static void atn_talks(struct hand *h, const struct msg *in, struct outbox *out)
{
	struct talk *t = talk_of(h);

	(void)out;
	if (in->type == MSG_KEEP) {
		h->count++;
		h->wrong += in->keep.code != in->now.ms;
	}
	if (in->type == MSG_KEEP || in->type == MSG_TICK)
		publish(&t->broker, &t->atn_door, false, in->now.ms);
}

static void *run_crew(void *self)
{
	struct crew *c = self;

	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	return NULL;
}

static void broker_open(struct talk *t, struct crew *scada, struct crew *atn)
{
	struct broker *b = &t->broker;

	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->news, NULL);
	b->door[SIDE_SCADA] = t->scada_door = clockfile_traffic(scada->o.clock, SIDE_SCADA);
	b->door[SIDE_ATN] = t->atn_door = clockfile_traffic(atn->o.clock, SIDE_ATN);
	b->post[SIDE_SCADA] = &scada->post;
	b->post[SIDE_ATN] = &atn->post;
	assert_int_equal(pthread_create(&b->thread, NULL, broker_main, b), 0);
}

static void broker_close(struct broker *b)
{
	pthread_mutex_lock(&b->lock);
	b->over = true;
	pthread_cond_signal(&b->news);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_cond_destroy(&b->news);
	pthread_mutex_destroy(&b->lock);
}

static void talk_close(struct talk *t, struct crew *scada, struct crew *atn)
{
	struct clockfile *clock = atn->o.clock;

	broker_close(&t->broker);
	crew_free(scada);
	crew_free(atn);
	clockfile_close(clock);
	free(t);
}

/* Two runtimes, one clock, unpaced, a slow broker between them: every message and every answer arrives in the
 * simulated second it was sent in; the follower's run ends with the owner's. */
static void time_stands_across_the_broker(void **state)
{
	enum { LAST_MS = 300000 };
	struct crew *scada = crew_new(1, TIME_OWNER, scada_talks),
		    *atn = crew_new(2, TIME_FOLLOWER, atn_talks);
	char dir[] = "/tmp/test_runtime-XXXXXX", path[64];
	struct talk *t = calloc(1, sizeof(*t));
	pthread_t thread;
	bool resumed;
	struct err e;

	(void)state;
	assert_non_null(t);
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/clock", dir);
	scada->o.clock =
		clockfile_create(dir, (struct clock_reading){ .wall = scada->o.start }, &resumed, &e);
	atn->o.clock = clockfile_open(dir, &e);
	assert_true(scada->o.clock != NULL && atn->o.clock != NULL);
	scada->o.exit_after_ms = LAST_MS;
	scada->o.hold_ms = 60000;
	scada->o.alive_ctx = atn->o.alive_ctx = t;	/* a pointer for the actors; no `alive` is set */
	atn->hands[0].act = NULL;
	atn->hands[1].every_ms = 3000;
	crew_open(scada);
	crew_open(atn);
	broker_open(t, scada, atn);
	assert_int_equal(pthread_create(&thread, NULL, run_crew, atn), 0);
	assert_int_equal(runtime_run(scada->runtime), RUN_ENDED);
	clockfile_close(scada->o.clock);
	pthread_join(thread, NULL);
	assert_int_equal(scada->hands[0].wrong, 0);
	assert_int_equal(atn->hands[1].wrong, 0);
	assert_int_equal(atn->hands[1].count, LAST_MS / 1000 + 1);
	assert_int_equal(scada->hands[0].count, LAST_MS / 1000 + 1 + LAST_MS / 3000 + 1);
	unlink(path);
	rmdir(dir);
	talk_close(t, scada, atn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_stands_while_messages_fly),
		cmocka_unit_test(time_stands_while_a_port_is_busy),
		cmocka_unit_test(same_as_single),
		cmocka_unit_test(simulated_time_does_not_wait_for_a_stuck_device),
		cmocka_unit_test(last_instant_is_done),
		cmocka_unit_test(end_waits_until_finished),
		cmocka_unit_test(slow_speeds_have_short_steps),
		cmocka_unit_test(time_stands_across_the_broker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
