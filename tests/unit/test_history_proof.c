/* SPDX-License-Identifier: MIT */
/* What a broker's acknowledgement is worth: with an AtomicTNode that beats, a status is delivered when a beat shows it. */
#include "../support/history_bench.h"

enum { MINUTE = 60000 };

static void beat(struct bench *b, int64_t ms)
{
	hbench_tick(b, ms);
	hbench_step(b, (struct msg){ .type = MSG_HEARD });
}

/* Readings and beats of five minutes. */
static void talk(struct bench *b, int64_t ms)
{
	for (int64_t t = ms; t < ms + 5 * MINUTE; t += 5000) {
		hbench_keep(b, TANK, t, 300 + t / 5000 % 7);
		if (t % MINUTE == 0)
			beat(b, t + 1000);
	}
	hbench_tick(b, ms + 5 * MINUTE);
}

/* The number that a beat echoes went out with our answer to the beat before: the second beat after a status proves it. */
static void a_beat_after_our_answer_is_proof(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	talk(b, 0);
	hbench_tick(b, 5 * MINUTE + 2000);
	assert_int_equal(b->n_sent, 1);
	assert_int_equal(b->history.proof.n, 1);
	hbench_tick(b, 5 * MINUTE + 3000);
	assert_int_equal(b->owed, 0);	/* what the broker has is not called owed */
	beat(b, 5 * MINUTE + 4000);
	assert_int_equal(b->history.proof.n, 1);
	beat(b, 6 * MINUTE);
	assert_int_equal(b->history.proof.n, 0);
	hbench_link(b, false);
	hbench_link(b, true);
	hbench_tick(b, 7 * MINUTE);
	assert_int_equal(b->n_sent, 1);
}

/* A silence, a lost link, a power cut: each time what was not proven goes up again, with the same id and content; after a
 * second silence it is not asked for again, lest an AtomicTNode whose beats are always late gets it for ever. */
static void what_is_not_proven_goes_up_again(void **state)
{
	struct bench *b = *state;
	int64_t ms = 5 * MINUTE;
	int n;

	hbench_go_remote(b);
	talk(b, 0);
	hbench_tick(b, ms + 2000);
	assert_int_equal(b->n_sent, 1);
	beat(b, ms + 2 * MINUTE);	/* 119 s after the last one */
	hbench_tick(b, ms + 2 * MINUTE + 2000);
	assert_int_equal(b->n_sent, 2);
	hbench_assert_same(&b->sent[0], &b->sent[1]);
	assert_int_equal(b->history.proof.n, 0);
	beat(b, ms + 4 * MINUTE);
	hbench_tick(b, ms + 4 * MINUTE + 2000);
	assert_int_equal(b->n_sent, 2);
	talk(b, ms + 5 * MINUTE);
	hbench_tick(b, ms + 10 * MINUTE + 2000);
	n = b->n_sent;
	hbench_link(b, false);
	hbench_link(b, true);
	hbench_tick(b, ms + 10 * MINUTE + 4000);
	assert_int_equal(b->n_sent, n);		/* nobody has been heard since */
	beat(b, ms + 10 * MINUTE + 5000);
	hbench_tick(b, ms + 10 * MINUTE + 6000);
	assert_int_equal(b->n_sent, n + 1);
	hbench_assert_same(&b->sent[n - 1], &b->sent[n]);
	talk(b, ms + 10 * MINUTE);	/* and its row and debt are in the store */
	n = b->n_sent;
	assert_int_equal(b->history.proof.n, 1);
	hbench_power_cut(b);
	hbench_open(b);
	hbench_go_remote(b);
	for (int i = 1; i < 20; i++)
		hbench_tick(b, ms + 15 * MINUTE + i * 2000);
	assert_true(b->n_sent > n);
	hbench_assert_same(&b->sent[n - 1], &b->sent[n]);
	hbench_assert_one_each(b);
}

/* A link that goes again and again, for a moment each time: what went up meanwhile goes up once for each beat that comes through,
 * until two come without a loss between. */
static void a_flapping_link_proves_nothing(void **state)
{
	struct bench *b = *state;
	int64_t ms = 5 * MINUTE;

	hbench_go_remote(b);
	talk(b, 0);
	hbench_tick(b, ms + 2000);
	assert_int_equal(b->n_sent, 1);
	for (int i = 0; i < 5; i++) {
		for (int k = 0; k < 10; k++) {
			hbench_link(b, false);
			hbench_link(b, true);
			hbench_tick(b, ms + i * MINUTE + (3 + k) * 2000);
		}
		assert_int_equal(b->n_sent, 1 + i);
		beat(b, ms + i * MINUTE + 30000);
		hbench_tick(b, ms + i * MINUTE + 32000);
		assert_int_equal(b->n_sent, 2 + i);
		hbench_assert_same(&b->sent[0], &b->sent[1 + i]);
	}
	beat(b, ms + 5 * MINUTE);
	beat(b, ms + 6 * MINUTE);
	hbench_tick(b, ms + 6 * MINUTE + 2000);
	assert_int_equal(b->history.proof.n, 0);
}

/* An AtomicTNode of 2022 never beats: the broker's word is all there is. */
static void without_beats_the_broker_counts(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	hbench_run_slot(b, 0);
	hbench_run_slot(b, 300000);
	assert_int_equal(b->n_sent, 2);
	assert_int_equal(b->history.proof.n, 0);
	hbench_link(b, false);
	hbench_link(b, true);
	hbench_tick(b, 610000);
	assert_int_equal(b->n_sent, 2);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, hbench_setup, hbench_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_beat_after_our_answer_is_proof),
		TEST(what_is_not_proven_goes_up_again),
		TEST(a_flapping_link_proves_nothing),
		TEST(without_beats_the_broker_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
