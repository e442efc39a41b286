/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/bell.h"
#include "run/mailbox.h"

struct fixture { struct tally tally; struct mailbox box; };

static int setup(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	*state = f;
	return mailbox_init(&f->box, &f->tally, MAILBOX_NORMAL) ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mailbox_destroy(&f->box);
	test_free(f);
	return 0;
}

static bool put(struct fixture *f, enum msg_type type, int32_t number)
{
	struct msg m = { .type = type, .keep.channel = number };

	return mailbox_put(&f->box, &m);
}

static enum msg_type take(struct fixture *f)
{
	struct msg m = { .type = N_MSG_TYPES };

	return mailbox_take(&f->box, &m, 0) ? m.type : N_MSG_TYPES;
}

static bool idle(struct fixture *f)
{
	uint64_t mark;

	return tally_idle(&f->tally, &mark);
}

/* Messages come out in the order they went in, whatever their kind. */
static void first_in_first_out(void **state)
{
	struct fixture *f = *state;
	struct msg m;

	for (int32_t round = 0; round < 5; round++) {
		for (int32_t i = 0; i < 50; i++)
			assert_true(put(f, i % 3 == 0 ? MSG_DISPATCH : MSG_KEEP, i));
		for (int32_t i = 0; i < 50; i++) {
			assert_true(mailbox_take(&f->box, &m, 0));
			assert_int_equal(m.keep.channel, i);
			mailbox_done(&f->box, MONO_NEVER);
		}
	}
	assert_int_equal(take(f), N_MSG_TYPES);
}

/* A full box refuses and counts; it takes again as soon as there is room. */
static void full_box_refuses_and_counts(void **state)
{
	struct fixture *f = *state;

	for (int32_t i = 0; i < MAILBOX_NORMAL; i++)
		assert_true(put(f, MSG_READING, i));
	assert_false(put(f, MSG_READING, 0));
	assert_false(put(f, MSG_KEEP, 0));
	assert_int_equal(mailbox_refused(&f->box), 2);
	assert_int_equal(take(f), MSG_READING);
	assert_true(put(f, MSG_READING, 0));
	assert_false(put(f, MSG_READING, 0));
}

/* A flood of readings keeps out neither commands nor ticks, flushes and the stop. */
static void flood_does_not_keep_out_commands(void **state)
{
	struct fixture *f = *state;

	while (put(f, MSG_READING, 0))
		;
	for (int32_t i = 0; i < MAILBOX_RESERVED; i++)
		assert_true(put(f, i % 2 == 0 ? MSG_DISPATCH : MSG_ANSWER, i));
	assert_false(put(f, MSG_OFFER, 0));
	assert_true(put(f, MSG_TICK, 0));
	assert_true(put(f, MSG_FLUSH, 0));
	assert_true(put(f, MSG_STOP, 0));
	assert_int_equal(f->box.count, f->box.size);
}

/* A tick or flush that still waits is not doubled. */
static void waiting_tick_is_not_doubled(void **state)
{
	struct fixture *f = *state;

	assert_true(put(f, MSG_TICK, 0));
	assert_true(put(f, MSG_TICK, 0));
	assert_true(put(f, MSG_FLUSH, 0));
	assert_true(put(f, MSG_FLUSH, 0));
	assert_int_equal(f->box.count, 2);
	assert_int_equal(take(f), MSG_TICK);
	assert_true(put(f, MSG_TICK, 0));
	assert_int_equal(f->box.count, 2);
}

/* Nothing follows the stop, and what is refused then is no sign of a full box. */
static void stop_is_the_last_message(void **state)
{
	struct fixture *f = *state;

	assert_true(put(f, MSG_KEEP, 0));
	assert_true(put(f, MSG_STOP, 0));
	assert_false(put(f, MSG_DISPATCH, 0));
	assert_false(put(f, MSG_TICK, 0));
	assert_int_equal(mailbox_refused(&f->box), 0);
	assert_int_equal(take(f), MSG_KEEP);
	assert_int_equal(take(f), MSG_STOP);
	assert_int_equal(take(f), N_MSG_TYPES);
}

/* A message is under way from before it is in the box until its step is done, and not a moment less. */
static void message_is_under_way_until_done(void **state)
{
	struct fixture *f = *state;

	assert_true(idle(f));
	put(f, MSG_KEEP, 0);
	put(f, MSG_KEEP, 1);
	assert_false(idle(f));
	take(f);
	assert_false(mailbox_done(&f->box, MONO_NEVER));
	assert_false(idle(f));
	take(f);
	assert_false(idle(f));
	assert_true(mailbox_done(&f->box, MONO_NEVER));
	assert_true(idle(f));
}

/* A refused or merged message is not under way: it would hold time for ever. */
static void refused_is_not_under_way(void **state)
{
	struct fixture *f = *state;
	int n = 0;

	while (put(f, MSG_READING, 0))
		;
	put(f, MSG_TICK, 0);
	put(f, MSG_TICK, 0);
	while (take(f) != N_MSG_TYPES) {
		n++;
		assert_int_equal(mailbox_done(&f->box, MONO_NEVER), n == MAILBOX_NORMAL + 1);
	}
	assert_true(idle(f));
}

static struct mono at(int64_t ms)
{
	return (struct mono){ ms };
}

/* An actor is due at once after start; then at the time it asked for, not before, and once per wish. */
static void ticked_when_due(void **state)
{
	struct fixture *f = *state;

	assert_true(mailbox_tick(&f->box, at(0)).ms == MONO_NEVER.ms);
	assert_int_equal(take(f), MSG_TICK);
	/* its step has not asked for anything yet */
	assert_true(mailbox_tick(&f->box, at(0)).ms == MONO_NEVER.ms);
	mailbox_done(&f->box, at(5000));
	assert_int_equal(mailbox_tick(&f->box, at(4999)).ms, 5000);
	assert_int_equal(take(f), N_MSG_TYPES);
	mailbox_tick(&f->box, at(5000));
	assert_int_equal(take(f), MSG_TICK);
	mailbox_done(&f->box, MONO_NEVER);
	assert_true(mailbox_tick(&f->box, at(1000000)).ms == MONO_NEVER.ms);
	assert_int_equal(take(f), N_MSG_TYPES);
}

/* A wish for "now", granted already at this instant, comes at the next one: no actor can stop time by
 * wishing. */
static void one_tick_per_instant(void **state)
{
	struct fixture *f = *state;

	mailbox_tick(&f->box, at(7000));
	take(f);
	mailbox_done(&f->box, at(7000));
	assert_int_equal(mailbox_tick(&f->box, at(7000)).ms, 7001);
	assert_int_equal(take(f), N_MSG_TYPES);
	mailbox_tick(&f->box, at(7001));
	assert_int_equal(take(f), MSG_TICK);
}

/* A message handled while the tick waits does not bring a second tick for the same wish. */
static void other_mail_does_not_repeat_a_wish(void **state)
{
	struct fixture *f = *state;

	put(f, MSG_KEEP, 0);
	mailbox_tick(&f->box, at(0));
	assert_int_equal(take(f), MSG_KEEP);
	mailbox_done(&f->box, at(0));	/* its wish unchanged */
	assert_int_equal(take(f), MSG_TICK);
	mailbox_tick(&f->box, at(1));	/* while the tick's step runs */
	mailbox_done(&f->box, at(9000));
	assert_int_equal(take(f), N_MSG_TYPES);
	assert_int_equal(mailbox_due(&f->box).ms, 9000);
}

/* Neither the step of a stuck device nor the mail behind it is waited for, until it is back. */
static void stuck_device_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	int64_t begun;

	put(f, MSG_TICK, 0);
	put(f, MSG_KEEP, 0);
	take(f);
	assert_false(mailbox_forgive(&f->box, 1000));	/* not that old */
	assert_false(idle(f));
	for (begun = real_ms(); real_ms() - begun < 3;)
		usleep(500);
	assert_true(mailbox_forgive(&f->box, 1));
	assert_true(idle(f));
	assert_true(put(f, MSG_KEEP, 1));
	assert_true(idle(f));
	assert_false(mailbox_done(&f->box, MONO_NEVER));
	assert_false(idle(f));		/* its two waiting messages count again */
	take(f);
	assert_false(mailbox_done(&f->box, MONO_NEVER));
	take(f);
	assert_true(mailbox_done(&f->box, MONO_NEVER));
	assert_true(idle(f));
}

/* Only a step can be forgiven: mail of an actor that is not stuck is always waited for. */
static void idle_actor_is_not_forgiven(void **state)
{
	struct fixture *f = *state;

	put(f, MSG_KEEP, 0);
	assert_false(mailbox_forgive(&f->box, -1));
	assert_false(idle(f));
}

static void *close_box(void *self)
{
	mailbox_close(self);
	return NULL;
}

/* Who waits for mail wakes when the box is closed. */
static void closing_wakes_the_taker(void **state)
{
	struct fixture *f = *state;
	pthread_t thread;
	struct msg m;

	assert_int_equal(pthread_create(&thread, NULL, close_box, &f->box), 0);
	assert_false(mailbox_take(&f->box, &m, 600000));
	pthread_join(thread, NULL);
}

enum { FLOOD = 5000 };

static void *flood(void *self)
{
	struct fixture *f = self;

	for (int32_t i = 0; i < FLOOD;)
		i += put(f, MSG_KEEP, i);
	return NULL;
}

/* Several senders and a taker at once: nothing accepted is lost, each sender's order stays, and the
 * account is even. */
static void many_senders_one_taker(void **state)
{
	enum { SENDERS = 3 };
	struct fixture *f = *state;
	pthread_t threads[SENDERS];
	int64_t sum = 0;
	struct msg m;

	for (int i = 0; i < SENDERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, flood, f), 0);
	for (int i = 0; i < SENDERS * FLOOD; i++) {
		assert_true(mailbox_take(&f->box, &m, 60000));
		sum += m.keep.channel;
		mailbox_done(&f->box, MONO_NEVER);
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(sum, (int64_t)SENDERS * FLOOD * (FLOOD - 1) / 2);
	assert_true(idle(f));
}

/* A message knows whether mail waits behind it; alone, it is stepped through where it lies, and what comes meanwhile waits. */
static void mail_behind_is_told_of(void **state)
{
	struct fixture *f = *state;
	struct msg m, *head;

	assert_true(put(f, MSG_READING, 1) && put(f, MSG_READING, 2));
	assert_true(mailbox_take(&f->box, &m, 0) && m.more);
	mailbox_done(&f->box, MONO_NEVER);
	assert_true(mailbox_take(&f->box, &m, 0) && !m.more);
	mailbox_done(&f->box, MONO_NEVER);
	f->box.alone = true;
	for (int32_t i = 0; i < 200; i++) {
		assert_true(put(f, MSG_READING, i) && put(f, MSG_READING, i + 1000));
		head = mailbox_head(&f->box);
		assert_true(head != NULL && head->more && head->keep.channel == i);
		assert_true(put(f, MSG_DISPATCH, i + 2000));
		assert_int_equal(head->keep.channel, i);
		mailbox_drop(&f->box, MONO_NEVER);
		for (int32_t k = 1; k <= 2; k++) {
			head = mailbox_head(&f->box);
			assert_true(head != NULL && head->keep.channel == i + 1000 * k && head->more == (k < 2));
			mailbox_drop(&f->box, MONO_NEVER);
		}
		assert_null(mailbox_head(&f->box));
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_in_first_out),
		TEST(full_box_refuses_and_counts),
		TEST(flood_does_not_keep_out_commands),
		TEST(waiting_tick_is_not_doubled),
		TEST(stop_is_the_last_message),
		TEST(message_is_under_way_until_done),
		TEST(refused_is_not_under_way),
		TEST(ticked_when_due),
		TEST(one_tick_per_instant),
		TEST(other_mail_does_not_repeat_a_wish),
		TEST(stuck_device_is_not_waited_for),
		TEST(idle_actor_is_not_forgiven),
		TEST(closing_wakes_the_taker),
		TEST(many_senders_one_taker),
		TEST(mail_behind_is_told_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
