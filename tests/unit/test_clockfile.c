/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/clockfile.h"

static const struct clock_reading start = { { 0 }, { 1800000000000 }, 60 };

/* The owner's and the AtomicTNode's view of one clock; what each side's net port counts with. */
struct fixture {
	char dir[64];
	struct clockfile *owner, *atn;
	struct traffic scada_door, atn_door;
	int64_t real_ms;
};

static int setup(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));
	bool resumed;
	struct err e;

	*state = f;
	snprintf(f->dir, sizeof(f->dir), "/tmp/test_clockfile-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	f->owner = clockfile_create(f->dir, start, &resumed, &e);
	f->atn = clockfile_open(f->dir, &e);
	f->scada_door = clockfile_traffic(f->owner, SIDE_SCADA);
	f->atn_door = clockfile_traffic(f->atn, SIDE_ATN);
	return f->owner == NULL || f->atn == NULL || resumed;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char path[96];

	clockfile_close(f->atn);
	clockfile_close(f->owner);
	snprintf(path, sizeof(path), "%s/clock", f->dir);
	unlink(path);
	rmdir(f->dir);
	test_free(f);
	return 0;
}

static struct mono at(int64_t ms)
{
	return (struct mono){ ms };
}

static bool settled(struct fixture *f, int64_t now_ms)
{
	return clockfile_settled(f->owner, at(now_ms), f->real_ms);
}

/* The looks of a time thread that waits that long. True: it moved time meanwhile. */
static bool settled_within(struct fixture *f, int64_t now_ms, int64_t wait_ms)
{
	for (int64_t end = f->real_ms + wait_ms; f->real_ms < end; f->real_ms += 50)
		if (settled(f, now_ms))
			return true;
	return settled(f, now_ms);
}

static void scada_sends(struct fixture *f) { f->scada_door.sent(f->scada_door.self, 1); }
static void scada_takes(struct fixture *f) { f->scada_door.taken(f->scada_door.self, 1); }
static void atn_sends(struct fixture *f) { f->atn_door.sent(f->atn_door.self, 1); }

/* The AtomicTNode has worked off one message. */
static void atn_takes(struct fixture *f)
{
	f->atn_door.taken(f->atn_door.self, 1);
	clockfile_handled(f->atn, clockfile_arrived(f->atn));
}

/* What the owner writes every reader sees, whole. */
static void readers_see_what_the_owner_wrote(void **state)
{
	struct fixture *f = *state;
	struct clock_reading r = clockfile_read(f->atn);

	assert_int_equal(r.mono.ms, 0);
	assert_int_equal(r.wall.ms, start.wall.ms);
	assert_true(r.speed == 60);
	clockfile_write(f->owner, (struct clock_reading){ { 1000 }, { start.wall.ms + 1000 }, 3600 });
	r = clockfile_read(f->atn);
	assert_int_equal(r.mono.ms, 1000);
	assert_int_equal(r.wall.ms, start.wall.ms + 1000);
	assert_true(r.speed == 3600);
	assert_true(clockfile_running(f->atn));
}

struct hammer { struct clockfile *clock; atomic_bool over; };

static void *write_often(void *self)
{
	struct hammer *h = self;

	for (int64_t i = 1; i <= 20000; i++)
		clockfile_write(h->clock, (struct clock_reading){ { i }, { start.wall.ms + i }, (double)i });
	atomic_store(&h->over, true);
	return NULL;
}

/* A reader never sees half of one time and half of another, and time never goes back. */
static void reading_is_consistent(void **state)
{
	struct fixture *f = *state;
	struct hammer h = { .clock = f->owner };
	int64_t last_ms = 0;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_often, &h), 0);
	while (!atomic_load(&h.over)) {
		struct clock_reading r = clockfile_read(f->atn);

		assert_int_equal(r.wall.ms, start.wall.ms + r.mono.ms);
		assert_true(r.mono.ms == 0 || r.speed == (double)r.mono.ms);
		assert_true(r.mono.ms >= last_ms);
		last_ms = r.mono.ms;
	}
	pthread_join(thread, NULL);
}

/* A directory without a simulation, or with one that is over, has no clock; a directory with an odd file
 * has none either. */
static void no_clock_without_a_simulation(void **state)
{
	struct fixture *f = *state;
	char path[96];
	struct err e;
	FILE *file;

	assert_null(clockfile_open("/nonexistent", &e));
	assert_int_equal(e.code, ERR_ABSENT);
	clockfile_close(f->owner);
	f->owner = NULL;
	assert_false(clockfile_running(f->atn));
	assert_null(clockfile_open(f->dir, &e));
	assert_int_equal(e.code, ERR_ABSENT);
	snprintf(path, sizeof(path), "%s/clock", f->dir);
	clockfile_close(f->atn);
	f->atn = NULL;
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("not a clock", file);
	fclose(file);
	assert_null(clockfile_open(f->dir, &e));
	assert_int_equal(e.code, ERR_ABSENT);
}

/* A service that starts anew in the same directory goes on at the time the last one reached, at its own
 * speed. */
static void time_goes_on_after_a_restart(void **state)
{
	struct fixture *f = *state;
	struct clock_reading other = { { 0 }, { 1 }, 600 };
	bool resumed = false;
	struct err e;

	clockfile_write(f->owner, (struct clock_reading){ { 5000 }, { start.wall.ms + 5000 }, 60 });
	clockfile_close(f->owner);
	f->owner = clockfile_create(f->dir, other, &resumed, &e);
	assert_non_null(f->owner);
	assert_true(resumed);
	assert_int_equal(clockfile_read(f->owner).mono.ms, 5000);
	assert_int_equal(clockfile_read(f->owner).wall.ms, start.wall.ms + 5000);
	assert_true(clockfile_read(f->owner).speed == 600);
	assert_true(clockfile_running(f->atn));
}

/* The file is nobody else's to read or write. */
static void file_is_private(void **state)
{
	struct fixture *f = *state;
	char path[96];
	struct stat st;

	snprintf(path, sizeof(path), "%s/clock", f->dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Nobody follows the clock: time moves, whatever is sent. */
static void nobody_is_not_waited_for(void **state)
{
	struct fixture *f = *state;

	assert_false(clockfile_followed(f->owner));
	assert_true(settled(f, 0));
	scada_sends(f);
	scada_sends(f);
	assert_true(settled(f, 1000));
	clockfile_until(f->atn, at(5000));
	assert_true(clockfile_followed(f->owner));
	assert_true(settled(f, 2000));		/* what nobody was there to take is not missed later */
}

/* Time stands while the AtomicTNode has something due, and moves up to and including `until`. */
static void time_stands_while_the_other_is_due(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(59999));
	assert_true(settled(f, 59000));
	assert_false(settled(f, 60000));
	clockfile_until(f->atn, at(119999));
	assert_true(settled(f, 60000));
}

/* Time stands while a message is on its way to either side, until it is handled there. */
static void time_stands_while_a_message_is_on_its_way(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(1000000));
	scada_sends(f);
	assert_false(settled(f, 0));
	f->atn_door.taken(f->atn_door.self, 1);		/* in a mailbox there: not handled yet */
	assert_false(settled(f, 0));
	atn_sends(f);					/* its answer */
	clockfile_handled(f->atn, clockfile_arrived(f->atn));
	assert_false(settled(f, 0));
	scada_takes(f);
	assert_true(settled(f, 0));
}

/* A publish that failed is not waited for. */
static void failed_publish_is_taken_back(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(1000000));
	scada_sends(f);
	assert_false(settled(f, 0));
	f->scada_door.sent(f->scada_door.self, -1);
	assert_true(settled(f, 0));
}

/* A message published by hand makes more taken than sent: the new zero at once, and messages count as
 * before. */
static void handmade_message_is_the_new_zero(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(1000000));
	assert_true(settled(f, 0));
	scada_takes(f);
	assert_true(settled(f, 0));
	atn_sends(f);
	assert_false(settled(f, 0));
	scada_takes(f);
	assert_true(settled(f, 0));
	atn_takes(f);
	assert_true(settled(f, 0));
	scada_sends(f);
	assert_false(settled(f, 0));
}

/* A lost message costs one pause of a second, not more and not less, and no further one. */
static void lost_message_costs_one_pause(void **state)
{
	struct fixture *f = *state;
	int64_t begun_ms;

	clockfile_until(f->atn, at(1000000));
	assert_true(settled(f, 0));
	scada_sends(f);
	begun_ms = f->real_ms;
	assert_true(settled_within(f, 0, 5000));
	assert_in_range(f->real_ms - begun_ms, 950, 1100);
	assert_true(settled(f, 1000));
	scada_sends(f);
	assert_true(settled(f, 2000));		/* it is not waited for */
	clockfile_until(f->atn, at(2000000));	/* it lives */
	scada_sends(f);
	assert_false(settled(f, 3000));		/* it is waited for again */
	atn_takes(f);
	assert_true(settled(f, 3000));
}

/* A dead AtomicTNode costs one pause, and is waited for again when it is back. */
static void dead_other_costs_one_pause(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(500));
	assert_true(settled(f, 0));
	assert_false(settled_within(f, 1000, 900));
	assert_true(settled_within(f, 1000, 300));
	for (int64_t t = 2000; t < 20000; t += 1000)
		assert_true(settled(f, t));
	clockfile_until(f->atn, at(20500));
	assert_true(settled(f, 20000));
	assert_false(settled(f, 21000));
}

/* An AtomicTNode that ends properly is not waited for at all. */
static void closed_other_costs_nothing(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(500));
	assert_false(settled(f, 1000));
	clockfile_close(f->atn);
	f->atn = NULL;
	assert_true(settled(f, 1000));
	assert_false(clockfile_followed(f->owner));
}

/* The pause is of waiting: time in which the process itself did not run does not count. */
static void stopped_process_has_not_waited(void **state)
{
	struct fixture *f = *state;

	clockfile_until(f->atn, at(500));
	assert_false(settled(f, 1000));
	f->real_ms += 60000;
	assert_false(settled(f, 1000));
}

/* Who is neither the SCADA nor the AtomicTNode counts nothing. */
static void door_without_a_clock_does_nothing(void **state)
{
	struct traffic door = clockfile_traffic(NULL, SIDE_ATN);

	(void)state;
	door.sent(door.self, 1);
	door.taken(door.self, 1);
}

struct tasks { struct fixture *f; atomic_bool waiting; };

static void *take_later(void *self)
{
	struct tasks *t = self;

	while (!atomic_load(&t->waiting))
		usleep(100);
	atn_takes(t->f);
	return NULL;
}

/* The owner, asleep, is woken by what the AtomicTNode takes: no ring is lost between looking and sleeping. */
static void taking_wakes_the_owner(void **state)
{
	struct fixture *f = *state;
	struct tasks t = { .f = f };
	pthread_t thread;

	clockfile_until(f->atn, at(1000000));
	scada_sends(f);
	assert_int_equal(pthread_create(&thread, NULL, take_later, &t), 0);
	assert_false(settled(f, 0));
	atomic_store(&t.waiting, true);
	while (!settled(f, 0))
		clockfile_wait_settled(f->owner, 600000);
	pthread_join(thread, NULL);
}

static void *write_later(void *self)
{
	struct tasks *t = self;

	while (!atomic_load(&t->waiting))
		usleep(100);
	clockfile_write(t->f->owner, (struct clock_reading){ { 1000 }, { start.wall.ms + 1000 }, 60 });
	return NULL;
}

/* A reader, asleep, is woken when time moves. */
static void writing_wakes_the_reader(void **state)
{
	struct fixture *f = *state;
	struct tasks t = { .f = f };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, write_later, &t), 0);
	atomic_store(&t.waiting, true);
	while (clockfile_read(f->atn).mono.ms == 0)
		clockfile_wait(f->atn, at(0), 600000);
	pthread_join(thread, NULL);
}

/* The counters reach over processes: what a child counts its parent sees, and is woken by. */
static void counters_reach_over_processes(void **state)
{
	struct fixture *f = *state;
	pid_t child;
	int status;

	clockfile_until(f->atn, at(1000000));
	atn_sends(f);
	assert_false(settled(f, 0));
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct err e;
		struct clockfile *c = clockfile_open(f->dir, &e);

		if (c == NULL)
			_exit(1);
		clockfile_traffic(c, SIDE_SCADA).taken(c, 1);
		_exit(0);
	}
	while (!settled(f, 0))
		clockfile_wait_settled(f->owner, 600000);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(readers_see_what_the_owner_wrote),
		TEST(reading_is_consistent),
		TEST(no_clock_without_a_simulation),
		TEST(time_goes_on_after_a_restart),
		TEST(file_is_private),
		TEST(nobody_is_not_waited_for),
		TEST(time_stands_while_the_other_is_due),
		TEST(time_stands_while_a_message_is_on_its_way),
		TEST(failed_publish_is_taken_back),
		TEST(handmade_message_is_the_new_zero),
		TEST(lost_message_costs_one_pause),
		TEST(dead_other_costs_one_pause),
		TEST(closed_other_costs_nothing),
		TEST(stopped_process_has_not_waited),
		TEST(door_without_a_clock_does_nothing),
		TEST(taking_wakes_the_owner),
		TEST(writing_wakes_the_reader),
		TEST(counters_reach_over_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
