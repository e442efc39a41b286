/* SPDX-License-Identifier: MIT */
/* The same actors give the same history of a house in threads and in one thread, and the single-threaded run is
 * identical on repeat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"

static const char house[] = "dw1.isone.nh.orange.1";
enum { SEED = 1, HOUR_S = 3600 };

/* A contract's id is drawn from the random bits of a delivery, and how many deliveries came before differs between
 * the runtimes: eight hex digits in a row are not compared. */
static void blot_ids(char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t run = 0;

	for (char *p = text; *p != '\0'; p++) {
		run = strchr(hex, *p) != NULL ? run + 1 : 0;
		if (run == 8)
			memset(p - 7, '#', 8);
	}
}

static bool same_event(const struct inhouse_event *a, const struct inhouse_event *b)
{
	char x[LOG_TEXT], y[LOG_TEXT];

	memcpy(x, a->text, sizeof(x));
	memcpy(y, b->text, sizeof(y));
	blot_ids(x);
	blot_ids(y);
	return a->second == b->second && a->code == b->code && a->node == b->node && a->value == b->value &&
		strcmp(x, y) == 0;
}

/* The next event of that actor from *i on, or NULL. */
static const struct inhouse_event *next_of(const struct inhouse *h, enum address from, int *i)
{
	while (*i < h->n_events)
		if (h->events[(*i)++].from == from)
			return &h->events[*i - 1];
	return NULL;
}

static void compare_actor(const struct inhouse *a, const struct inhouse *b, enum address from)
{
	int i = 0, j = 0;

	for (;;) {
		const struct inhouse_event *x = next_of(a, from, &i), *y = next_of(b, from, &j);

		if (x == NULL && y == NULL)
			return;
		if (x == NULL || y == NULL || !same_event(x, y))
			fail_msg("seed %d, actor %d: single %lld \"%s\", threads %lld \"%s\" - again: build/tests/test_same_hour",
				SEED, (int)from, x ? (long long)x->second : 0LL, x ? x->text : "nothing",
				y ? (long long)y->second : 0LL, y ? y->text : "nothing");
	}
}

static int count_events(const struct inhouse *h, int code)
{
	int n = 0;

	for (int i = 0; i < h->n_events; i++)
		n += h->events[i].code == code;
	return n;
}

/* Threads change nothing: per actor the same relay, mode, contract, hold and refusal events in the same second. */
static void threads_and_one_thread_agree(void **state)
{
	struct inhouse *a = inhouse_run(INHOUSE_SINGLE, house, SEED, HOUR_S);
	struct inhouse *b = inhouse_run(INHOUSE_THREADS, house, SEED, HOUR_S);

	(void)state;
	assert_true(count_events(a, LOG_MODE) >= 2);	/* LocalControl, then RemoteControl */
	assert_true(count_events(a, LOG_RELAY) >= 2);
	assert_true(count_events(a, LOG_CONTRACT) >= 2);
	for (int from = 0; from < N_ADDRESSES; from++)
		compare_actor(a, b, (enum address)from);
	assert_int_equal(a->statuses, b->statuses);
	inhouse_free(a);
	inhouse_free(b);
}

/* The single-threaded run is bit-identical on repeat, ids and texts included; another seed is another house. */
static void one_thread_repeats_itself(void **state)
{
	struct inhouse *a = inhouse_run(INHOUSE_SINGLE, house, SEED, HOUR_S);
	struct inhouse *b = inhouse_run(INHOUSE_SINGLE, house, SEED, HOUR_S);
	struct inhouse *c = inhouse_run(INHOUSE_SINGLE, house, SEED + 1, HOUR_S);

	(void)state;
	assert_int_equal(a->n_events, b->n_events);
	assert_memory_equal(a->events, b->events, sizeof(a->events[0]) * (size_t)a->n_events);
	assert_true(a->n_events != c->n_events ||
		memcmp(a->events, c->events, sizeof(a->events[0]) * (size_t)a->n_events) != 0);
	inhouse_free(a);
	inhouse_free(b);
	inhouse_free(c);
}

/* An hour under contract: every closed slot reaches the AtomicTNode, nothing stays owed, the room stays in its band. */
static void an_hour_is_told_whole(void **state)
{
	struct inhouse *a = inhouse_run(INHOUSE_SINGLE, house, SEED, HOUR_S + 2);	/* the last one is acknowledged */
	struct world_summary w;

	(void)state;
	world_summarise(a->world, &w);
	assert_int_equal(a->statuses, HOUR_S / 300);
	assert_int_equal(a->scada.mode.mode, REMOTE_CONTROL);
	assert_int_equal(a->scada.owed, 0);
	assert_true(w.air_c > 17.0 && w.air_c < 19.0);
	assert_true(w.residual < 0.001);
	inhouse_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_and_one_thread_agree),
		cmocka_unit_test(one_thread_repeats_itself),
		cmocka_unit_test(an_hour_is_told_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
