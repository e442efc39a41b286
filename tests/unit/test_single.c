/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/mailbox.h"
#include "run/single.h"

enum { TRACE = 4096, ACTORS = 3 };

/* Without padding, so that traces may be compared as bytes. */
struct seen { int who; enum msg_type type; int64_t now_ms, clock_ms; uint64_t random; int64_t number; };

struct world;
struct player { struct world *world; int who; int64_t every_ms; };

/* Three actors that note what they get in one common trace. */
struct world {
	struct player players[ACTORS];
	struct actor actors[ACTORS];
	struct single *single;
	struct seen trace[TRACE];
	int n;
	struct msg_log last_log;
	struct msg log_stamps;
	int n_logs;
	int64_t stop_at_ms;
};

static const enum address addresses[ACTORS] = { TO_SCADA, TO_HISTORY, TO_UPLINK };

static void remember(struct world *w, struct seen s)
{
	if (w->n < TRACE)
		w->trace[w->n++] = s;
}

static void say_number(struct outbox *out, enum address to, int32_t number)
{
	say(out, &(struct msg){ .type = MSG_KEEP, .to = to, .keep.channel = number });
}

/* The first hands a number on to the second, that to the third, each adding one. The stop is passed on
 * likewise. */
static void player_step(void *self, const struct msg *in, struct outbox *out)
{
	struct player *p = self;

	remember(p->world,
		(struct seen){ p->who, in->type, in->now.ms, in->clock.ms, in->random[0] ^ in->random[1],
			in->type == MSG_KEEP ? in->keep.channel : 0 });
	if (in->type == MSG_TICK) {
		out->wake_at = mono_after(in->now, p->every_ms);
		if (p->who == 0)
			say_number(out, TO_HISTORY, 1);
		if (in->now.ms == p->world->stop_at_ms)
			single_stop(p->world->single);
	}
	if (in->type == MSG_KEEP && p->who == 1)
		say_number(out, TO_UPLINK, in->keep.channel + 1);
	if (in->type == MSG_STOP && p->who == 2) {
		say_number(out, TO_HISTORY, 100);
		note(out, LEVEL_INFO, LOG_BOOT, NO_NODE, "stops");
	}
}

static void before(void *ctx, struct mono now, struct wall clock)
{
	struct world *w = ctx;

	remember(w, (struct seen){ -1, MSG_TICK, now.ms, clock.ms, 0, 0 });
}

static void sink(void *ctx, const struct msg *m)
{
	struct world *w = ctx;

	w->n_logs++;
	w->log_stamps = *m;
}

static void open_world(struct world *w, uint64_t seed)
{
	static const char *const names[ACTORS] = { "first", "second", "third" };
	struct runtime_options o = { .actors = w->actors,
		.n_actors = ACTORS,
		.start = { 1800000000000 },
		.seed = seed,
		.before_ticks = before,
		.before_ctx = w,
		.sink = sink,
		.sink_ctx = w };

	memset(w, 0, sizeof(*w));
	w->stop_at_ms = -1;
	for (int i = 0; i < ACTORS; i++) {
		w->players[i] = (struct player){ w, i, i == 0 ? 1000 : 3000 };
		w->actors[i] = (struct actor){ names[i], addresses[i], WATCH_VITAL, i == 1, player_step,
			&w->players[i] };
	}
	w->single = single_open(&o);
	assert_non_null(w->single);
}

static int setup(void **state)
{
	*state = test_calloc(1, sizeof(struct world));
	return 0;
}

static int teardown(void **state)
{
	test_free(*state);
	return 0;
}

static void is_seen(const struct seen *s, int who, enum msg_type type, int64_t now_ms)
{
	assert_int_equal(s->who, who);
	assert_int_equal(s->type, type);
	assert_int_equal(s->now_ms, now_ms);
	assert_int_equal(s->clock_ms, 1800000000000 + now_ms);
}

/* A step is: before_ticks, ticks in the given order, then what they caused, all at the same time. */
static void order_of_a_step(void **state)
{
	struct world *w = *state;

	open_world(w, 1);
	single_run(w->single, (struct mono){ 1000 });
	is_seen(&w->trace[0], -1, MSG_TICK, 0);
	is_seen(&w->trace[1], 0, MSG_TICK, 0);
	is_seen(&w->trace[2], 1, MSG_TICK, 0);
	is_seen(&w->trace[3], 1, MSG_KEEP, 0);
	is_seen(&w->trace[4], 2, MSG_TICK, 0);
	is_seen(&w->trace[5], 2, MSG_KEEP, 0);
	assert_int_equal(w->trace[5].number, 2);
	is_seen(&w->trace[6], -1, MSG_TICK, 1000);
	is_seen(&w->trace[7], 0, MSG_TICK, 1000);
	is_seen(&w->trace[8], 1, MSG_KEEP, 1000);	/* only the first is due */
	is_seen(&w->trace[9], 2, MSG_KEEP, 1000);
	assert_int_equal(w->n, 10);
	single_close(w->single);
}

/* The same seed gives the same run, bit for bit; another seed other random bits. */
static void repeats_bit_for_bit(void **state)
{
	struct world *a = *state, *b = test_calloc(1, sizeof(*b));

	open_world(a, 7);
	open_world(b, 7);
	single_run(a->single, (struct mono){ 600000 });
	for (int64_t t = 0; t <= 600000; t += 100000)	/* in pieces, too */
		single_run(b->single, (struct mono){ t });
	single_close(a->single);
	single_close(b->single);
	assert_true(a->n > 1000);
	assert_int_equal(a->n, b->n);
	assert_memory_equal(a->trace, b->trace, sizeof(a->trace));
	open_world(b, 8);
	single_run(b->single, (struct mono){ 1000 });
	single_close(b->single);
	assert_true(a->trace[1].random != b->trace[1].random);
	assert_true(a->trace[1].random != a->trace[2].random);
	test_free(b);
}

/* Runs up to and including the time asked for, and no actor wakes before its time. */
static void runs_until_and_wakes_in_time(void **state)
{
	struct world *w = *state;
	struct mono now;
	struct wall clock;
	int ticks = 0;

	open_world(w, 1);
	single_run(w->single, (struct mono){ 9000 });
	single_now(w->single, &now, &clock);
	assert_int_equal(now.ms, 9000);
	assert_int_equal(clock.ms, 1800000009000);
	for (int i = 0; i < w->n; i++)
		if (w->trace[i].who == 2 && w->trace[i].type == MSG_TICK)
			assert_int_equal(w->trace[i].now_ms, 3000 * ticks++);
	assert_int_equal(ticks, 4);
	single_close(w->single);
}

/* Told to stop, it returns after the step in hand. */
static void stops_when_told(void **state)
{
	struct world *w = *state;
	struct mono now;
	struct wall clock;

	open_world(w, 1);
	w->stop_at_ms = 5000;
	single_run(w->single, (struct mono){ 3600000 });
	single_now(w->single, &now, &clock);
	assert_int_equal(now.ms, 5000);
	single_close(w->single);
}

/* The last gets its stop first; what it says then reaches those that stop later; a stop is an actor's last
 * message. */
static void stops_in_reverse_order(void **state)
{
	struct world *w = *state;
	int from;

	open_world(w, 1);
	single_run(w->single, (struct mono){ 0 });
	from = w->n;
	single_close(w->single);
	assert_int_equal(w->n, from + 4);
	is_seen(&w->trace[from], 2, MSG_STOP, 0);
	is_seen(&w->trace[from + 1], 1, MSG_KEEP, 0);
	assert_int_equal(w->trace[from + 1].number, 100);
	is_seen(&w->trace[from + 2], 1, MSG_STOP, 0);
	is_seen(&w->trace[from + 3], 0, MSG_STOP, 0);
}

/* Log lines go to the sink, stamped with sender and both clocks. */
static void log_lines_are_stamped(void **state)
{
	struct world *w = *state;

	open_world(w, 1);
	single_run(w->single, (struct mono){ 2000 });
	single_close(w->single);
	assert_int_equal(w->n_logs, 1);
	assert_int_equal(w->log_stamps.from, TO_UPLINK);
	assert_int_equal(w->log_stamps.now.ms, 2000);
	assert_int_equal(w->log_stamps.clock.ms, 1800000002000);
	assert_string_equal(w->log_stamps.log.text, "stops");
}

/* A flush comes once a simulated minute, to those who want it. */
static void flush_each_minute(void **state)
{
	struct world *w = *state;
	int flushes = 0;

	open_world(w, 1);
	single_run(w->single, (struct mono){ 300000 });
	for (int i = 0; i < w->n; i++)
		if (w->trace[i].type == MSG_FLUSH) {
			assert_int_equal(w->trace[i].who, 1);
			flushes++;
		}
	assert_int_equal(flushes, 5);
	single_close(w->single);
}

/* What is for nobody here is counted, and does no harm. */
static void unknown_receivers_are_counted(void **state)
{
	struct world *w = *state;
	struct post post;

	open_world(w, 1);
	post = single_post(w->single);
	assert_false(post.post(post.self, &(struct msg){ .type = MSG_KEEP, .to = TO_METER }));
	assert_false(post.post(post.self, &(struct msg){ .type = MSG_KEEP, .to = TO_NOBODY }));
	assert_true(post.post(post.self, &(struct msg){ .type = MSG_KEEP, .to = TO_UPLINK }));
	assert_int_equal(single_count(w->single).unknown, 2);
	single_close(w->single);
}

/* Four buffers, each taken once until given back, none overlapping. */
static void pool_lends_four_buffers(void **state)
{
	struct world *w = *state;
	struct pool pool;
	int index[POOL_BUFFERS];

	open_world(w, 1);
	pool = single_pool(w->single);
	for (int i = 0; i < POOL_BUFFERS; i++) {
		index[i] = pool.take(pool.self);
		assert_in_range(index[i], 0, POOL_BUFFERS - 1);
		memset(pool.bytes(pool.self, index[i]), i + 1, POOL_BUFFER_SIZE);
	}
	assert_int_equal(pool.take(pool.self), -1);
	for (int i = 0; i < POOL_BUFFERS; i++) {
		assert_int_equal(pool.bytes(pool.self, index[i])[0], i + 1);
		assert_int_equal(pool.bytes(pool.self, index[i])[POOL_BUFFER_SIZE - 1], i + 1);
	}
	pool.give(pool.self, index[2]);
	assert_int_equal(pool.take(pool.self), index[2]);
	single_close(w->single);
}

/* Two actors with one address are a mistake that is found at once. */
static void double_address_is_refused(void **state)
{
	struct world *w = *state;
	struct actor twice[2] = { { "a", TO_SCADA, WATCH_VITAL, false, player_step, w },
		{ "b", TO_SCADA, WATCH_VITAL, false, player_step, w } };
	struct runtime_options o = { .actors = twice, .n_actors = 2 };

	assert_null(single_open(&o));
	assert_null(runtime_open(&o));
	o.n_actors = RUNTIME_MAX_ACTORS + 1;
	assert_null(single_open(&o));
	assert_null(runtime_open(&o));
}

/* A held actor gets nothing; when it returns it gets what waited, with the clocks of that time, and what found no room in a
 * mailbox as threads have it is lost, known, and not counted as a fault of the others. */
static void a_held_actor_catches_up(void **state)
{
	struct world *w = *state;
	struct msg m = { .type = MSG_KEEP, .to = TO_UPLINK };
	struct post p;
	int n;

	open_world(w, 1);
	single_run(w->single, (struct mono){ 3000 });
	single_hold(w->single, TO_UPLINK);
	p = single_post(w->single);
	n = w->n;
	single_run(w->single, (struct mono){ 10000 });
	for (int i = n; i < w->n; i++)
		assert_int_not_equal(w->trace[i].who, 2);
	for (int i = 0; i < MAILBOX_NORMAL; i++)
		p.post(p.self, &m);
	n = w->n;
	assert_int_equal(single_release(w->single, TO_UPLINK), 7);	/* seven of those had come before */
	assert_int_equal(w->n, n + MAILBOX_NORMAL + 1);		/* and the tick */
	for (int i = n; i < w->n; i++)
		assert_true(w->trace[i].who == 2 && w->trace[i].now_ms == 10000);
	assert_int_equal(single_count(w->single).refused, 0);
	assert_in_range(single_count(w->single).most, 1, 8);
	n = w->n;
	single_run(w->single, (struct mono){ 20000 });
	assert_true(w->n > n + 10);
	single_close(w->single);
}

/* The house's machine goes down for 90 s and comes again: its actors begin at time 0, and what they were owed is lost; the
 * AtomicTNode ticks on meanwhile, by clocks that know nothing of it. */
static void the_other_machine_lives_on(void **state)
{
	struct world *w = *state;
	struct actor two[2] = { { "house", TO_SCADA, WATCH_VITAL, false, player_step, &w->players[1] },
		{ "atn", TO_ATN, WATCH_VITAL, false, player_step, &w->players[2] } };
	struct runtime_options o = { .actors = two, .n_actors = 2, .start = { 1800000000000 }, .seed = 1 };
	struct msg m = { .type = MSG_KEEP, .to = TO_SCADA };
	struct seen *s = w->trace;
	int n;

	w->stop_at_ms = -1;
	for (int i = 0; i < ACTORS; i++)
		w->players[i] = (struct player){ w, i, 60000 };
	w->single = single_open(&o);
	single_run(w->single, (struct mono){ 70000 });
	assert_int_equal(w->n, 4);
	assert_true(single_post(w->single).post(single_post(w->single).self, &m));
	single_end(w->single);
	assert_false(single_post(w->single).post(single_post(w->single).self, &m));
	single_pass(w->single, 90000);
	assert_int_equal(w->n, 5);
	assert_true(s[4].who == 2 && s[4].now_ms == 120000 && s[4].clock_ms == 1800000120000);
	assert_true(single_begin(w->single, 2));
	n = w->n;
	single_run(w->single, (struct mono){ 20000 });
	assert_int_equal(w->n, n + 2);
	assert_true(s[5].who == 1 && s[5].type == MSG_TICK && s[5].now_ms == 0 && s[5].clock_ms == 1800000160000);
	assert_true(s[6].who == 2 && s[6].now_ms == 180000 && s[6].clock_ms == 1800000180000);
	assert_true(s[5].random != s[0].random);
	single_end(w->single);
	single_close(w->single);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(order_of_a_step),
		TEST(repeats_bit_for_bit),
		TEST(runs_until_and_wakes_in_time),
		TEST(stops_when_told),
		TEST(stops_in_reverse_order),
		TEST(log_lines_are_stamped),
		TEST(flush_each_minute),
		TEST(unknown_receivers_are_counted),
		TEST(pool_lends_four_buffers),
		TEST(double_address_is_refused),
		TEST(a_held_actor_catches_up),
		TEST(the_other_machine_lives_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
