/* SPDX-License-Identifier: MIT */
/* The hands on simulated time: another speed, a stop, a wrong clock on the wall, an AtomicTNode that is told something. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/crew.h"
#include "run/runtime.h"

static int64_t real_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- speed: 10 simulated seconds at speed 1 would take 10 s; from the second on it is not paced ------------------- */

static void hurry(void *ctx, struct mono now, struct wall clock)
{
	struct crew *c = ctx;

	(void)clock;
	c->last_instant_ms = now.ms;
	if (now.ms >= 1000)
		runtime_set_pace(c->runtime, (struct runtime_pace){ 0, false });
}

static void the_speed_changes_with_the_next_step(void **state)
{
	struct crew *c = crew_new(2, TIME_OWNER, NULL);
	int64_t began_ms = real_now_ms();

	(void)state;
	c->o.speed = 1;
	c->o.exit_after_ms = 60000;
	c->o.before_ticks = hurry;
	c->o.before_ctx = c;
	crew_open(c);
	assert_true(runtime_pace(c->runtime).speed == 1);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	assert_true(runtime_pace(c->runtime).speed == 0);
	assert_int_equal(c->last_instant_ms, 60000);
	assert_in_range(real_now_ms() - began_ms, 900, 30000);	/* the first second took its time, the others did not */
	crew_free(c);
}

/* --- pause ------------------------------------------------------------------------------------------------------- */

struct stop { struct crew *crew; _Atomic int64_t newest_ms; atomic_int repeats; };

static void stop_at_5_s(void *ctx, struct mono now, struct wall clock)
{
	struct stop *s = ctx;

	(void)clock;
	if (now.ms == 5000 && atomic_load(&s->newest_ms) == 4000)
		runtime_set_pace(s->crew->runtime, (struct runtime_pace){ 0, true });
	if (now.ms == atomic_load(&s->newest_ms))
		atomic_fetch_add(&s->repeats, 1);
	atomic_store(&s->newest_ms, now.ms);
}

static void *run_crew(void *ctx)
{
	struct crew *c = ctx;

	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	return NULL;
}

static void await(const struct stop *s, int repeats)
{
	const struct timespec nap = { .tv_nsec = 5000000 };
	int64_t end_ms = real_now_ms() + 20000;

	while (atomic_load(&s->repeats) < repeats && real_now_ms() < end_ms)
		nanosleep(&nap, NULL);
}

/* Time may stand before the actor has had its last tick. */
static void await_newest(const struct stop *s, int64_t ms)
{
	const struct timespec nap = { .tv_nsec = 5000000 };
	int64_t end_ms = real_now_ms() + 20000;

	while (atomic_load(&s->newest_ms) < ms && real_now_ms() < end_ms)
		nanosleep(&nap, NULL);
}

/* Time stands where it was; the guard hears the instant again so that its leases live; messages are still handled; and
 * then it goes on as if nothing had been. */
static void time_stands_and_goes_on(void **state)
{
	struct crew *c = crew_new(2, TIME_OWNER, NULL);
	struct stop s = { .crew = c };
	pthread_t thread;

	(void)state;
	c->o.exit_after_ms = 20000;
	c->o.before_ticks = stop_at_5_s;
	c->o.before_ctx = &s;
	crew_open(c);
	assert_int_equal(pthread_create(&thread, NULL, run_crew, c), 0);
	await(&s, 1);
	await_newest(&s, 5000);
	assert_true(runtime_pace(c->runtime).paused);
	assert_int_equal(atomic_load(&s.newest_ms), 5000);
	c->post.post(c->post.self, &(struct msg){ .type = MSG_KEEP, .to = address_of(1) });
	await(&s, 2);
	assert_int_equal(atomic_load(&s.newest_ms), 5000);
	runtime_set_pace(c->runtime, (struct runtime_pace){ 0, false });
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&s.newest_ms), 20000);
	assert_int_equal(c->hands[0].count, 0);
	crew_free(c);
}

/* A run that is stopped while time stands ends. */
static void a_paused_run_can_be_stopped(void **state)
{
	struct crew *c = crew_new(2, TIME_OWNER, NULL);
	struct stop s = { .crew = c };
	pthread_t thread;

	(void)state;
	c->o.before_ticks = stop_at_5_s;
	c->o.before_ctx = &s;
	crew_open(c);
	assert_int_equal(pthread_create(&thread, NULL, run_crew, c), 0);
	await(&s, 1);
	await_newest(&s, 5000);
	runtime_stop(c->runtime);
	pthread_join(thread, NULL);
	assert_int_equal(atomic_load(&s.newest_ms), 5000);
	crew_free(c);
}

/* --- a wrong clock ------------------------------------------------------------------------------------------------ */

/* Each actor's clock on the wall must be off by what was asked, from that very instant on; durations are not. */
static void expect_skew(struct hand *h, const struct msg *in, struct outbox *out)
{
	int64_t skew_ms = in->now.ms >= 10000 && in->now.ms < 20000 ? -3600000 : 0;

	(void)out;
	if (in->type != MSG_TICK)
		return;
	h->count++;
	h->wrong += in->clock.ms != 1800000000000 + in->now.ms + skew_ms;
	h->wrong += in->clock_trusted != (in->now.ms < 15000);
}

static void set_wrong(void *ctx, struct mono now, struct wall clock)
{
	struct crew *c = ctx;

	assert_int_equal(clock.ms, 1800000000000 + now.ms);	/* the true one */
	if (now.ms == 10000)
		runtime_skew(c->runtime, -3600000);
	if (now.ms == 15000)
		runtime_trust(c->runtime, false);
	if (now.ms == 20000)
		runtime_skew(c->runtime, 0);
}

static void a_skewed_clock_is_wrong_for_actors_alone(void **state)
{
	char dir[] = "/tmp/test_pace_XXXXXX", path[64];
	struct crew *c = crew_new(2, TIME_OWNER, expect_skew);
	struct clock_reading r;
	bool resumed;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	c->o.clock = clockfile_create(dir, (struct clock_reading){ .wall = { 1800000000000 } }, &resumed, &e);
	assert_non_null(c->o.clock);
	c->o.exit_after_ms = 30000;
	c->o.before_ticks = set_wrong;
	c->o.before_ctx = c;
	crew_open(c);
	assert_int_equal(runtime_run(c->runtime), RUN_ENDED);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(c->hands[i].count, 31);
		assert_int_equal(c->hands[i].wrong, 0);
	}
	r = clockfile_read(c->o.clock);
	assert_int_equal(r.wall.ms, 1800000000000 + 30000);
	clockfile_close(c->o.clock);
	crew_free(c);
	snprintf(path, sizeof(path), "%s/clock", dir);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

/* What the AtomicTNode is told it reads from the clock file; a new owner has told it nothing. */
static void the_atomictnode_is_told_through_the_clock(void **state)
{
	char dir[] = "/tmp/test_pace_XXXXXX", path[64];
	struct clock_reading start = { .wall = { 1800000000000 } };
	struct clockfile *owner, *reader;
	bool resumed;
	struct err e;

	(void)state;
	assert_non_null(mkdtemp(dir));
	owner = clockfile_create(dir, start, &resumed, &e);
	reader = clockfile_open(dir, &e);
	assert_true(owner != NULL && reader != NULL);
	assert_int_equal(clockfile_told_atn(reader), ATN_IS_SOUND);
	clockfile_tell_atn(owner, ATN_REPEATS);
	assert_int_equal(clockfile_told_atn(reader), ATN_REPEATS);
	clockfile_tell_atn(owner, ATN_IS_SILENT);
	clockfile_close(owner);
	owner = clockfile_create(dir, start, &resumed, &e);
	assert_true(owner != NULL && resumed);
	assert_int_equal(clockfile_told_atn(reader), ATN_IS_SOUND);
	clockfile_close(reader);
	clockfile_close(owner);
	snprintf(path, sizeof(path), "%s/clock", dir);
	unlink(path);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_speed_changes_with_the_next_step),
		cmocka_unit_test(time_stands_and_goes_on),
		cmocka_unit_test(a_paused_run_can_be_stopped),
		cmocka_unit_test(a_skewed_clock_is_wrong_for_actors_alone),
		cmocka_unit_test(the_atomictnode_is_told_through_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
