/* SPDX-License-Identifier: MIT */
#include "inhouse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct inhouse *open_house(enum inhouse_manner manner, const char *house, uint64_t seed, int64_t seconds,
	void (*step)(void *self, const struct msg *, struct outbox *))
{
	struct inhouse_options o = { .manner = manner, .plan = true, .house = house, .houses_file = "input_data/houses.json",
		.seed = seed, .seconds = seconds, .atn_step = step };
	struct err e;
	struct inhouse *h = inhouse_open(&o, &e);

	if (h == NULL)
		fail_msg("%s: %s", house, e.text);
	return h;
}

static struct inhouse *run(struct inhouse *h)
{
	assert_true(inhouse_run_to(h, (struct mono){ h->o.seconds * 1000 }));
	return h;
}

struct inhouse *inhouse_run(enum inhouse_manner manner, const char *house, uint64_t seed, int64_t seconds)
{
	return run(open_house(manner, house, seed, seconds, NULL));
}

struct inhouse *inhouse_run_atn(enum inhouse_manner manner, const char *house, uint64_t seed, int64_t seconds,
	void (*step)(void *self, const struct msg *, struct outbox *))
{
	return run(open_house(manner, house, seed, seconds, step));
}

struct inhouse *inhouse_run_cut(const char *house, uint64_t seed, int64_t seconds, int64_t cut_from_s,
	int64_t cut_until_s)
{
	struct inhouse *h = open_house(INHOUSE_SINGLE, house, seed, seconds, NULL);

	assert_true(inhouse_run_to(h, (struct mono){ (cut_from_s - 1) * 1000 }));
	net_sim_cut(h->broker, true);
	assert_true(inhouse_run_to(h, (struct mono){ (cut_until_s - 1) * 1000 }));
	net_sim_cut(h->broker, false);
	return run(h);
}

struct inhouse *inhouse_run_test(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *), void *test)
{
	struct inhouse *h = open_house(INHOUSE_SINGLE, house, seed, seconds, NULL);

	h->test = test;
	prepare(h);
	return run(h);
}

struct inhouse *inhouse_run_with(const char *house, uint64_t seed, int64_t seconds,
	void (*prepare)(struct inhouse *))
{
	return inhouse_run_test(house, seed, seconds, prepare, NULL);
}

void inhouse_free(struct inhouse *h)
{
	inhouse_close(h);
}
