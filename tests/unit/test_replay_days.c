/* SPDX-License-Identifier: MIT */
/* Stored days again: a day of each kind of house is simulated and recorded here, and replayed from its database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/inhouse.h"
#include "port/store_sqlite.h"
#include "whole/replay.h"

enum { DAY_S = 86400, HOUR_S = 3600 };

struct day {
	struct inhouse *house;
	struct store store;
	struct loaded changed;
	struct replay_options o;
};

/* The AtomicTNode that says nothing. */
static void silent(void *self, const struct msg *in, struct outbox *out)
{
	(void)self, (void)in;
	out->wake_at = MONO_NEVER;
}

/* houses.json, each reading kept as it was taken and not one a minute. */
static void keep_all(char path[64])
{
	static const char key[] = "\"ReportingSamplePeriodS\": 60";
	struct err e;
	size_t length;
	char *text = load_text("input_data/houses.json", 1 << 22, &length, &e);
	int fd;

	assert_non_null(text);
	for (char *at = text; (at = strstr(at, key)) != NULL; at++)
		memcpy(at + sizeof(key) - 3, " 5", 2);
	strcpy(path, "/tmp/test-replay-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	close(fd);
	free(text);
}

static struct inhouse *live_day(const char *house, bool plan, bool all, int hours)
{
	char houses[64] = "input_data/houses.json";
	struct inhouse_options o = { .manner = INHOUSE_SINGLE, .plan = plan, .house = house, .houses_file = houses, .seed = 3,
		.atn_step = silent };
	struct inhouse *h;
	struct err e;

	if (all)
		keep_all(houses);
	h = inhouse_open(&o, &e);
	if (all)
		unlink(houses);
	if (h == NULL)
		fail_msg("%s", e.text);
	assert_true(inhouse_run_to(h, (struct mono){ hours * (int64_t)HOUR_S * 1000 }));
	return h;
}

static struct day *record_day(const char *house, bool plan, bool all, int hours)
{
	struct day *d = calloc(1, sizeof(*d));
	char path[200];
	struct err e;

	assert_non_null(d);
	d->house = live_day(house, plan, all, hours);
	single_close(d->house->single);		/* in order: all is written */
	d->house->single = NULL;
	d->house->store.close(d->house->store.self);
	d->house->store.close = NULL;
	snprintf(path, sizeof(path), "%s/history.db", d->house->dir);
	if (!store_sqlite_look(path, &d->store, &e))
		fail_msg("%s", e.text);
	d->changed = d->house->loaded;
	d->o = (struct replay_options){ .store = &d->store, .as_is = &d->house->loaded, .changed = &d->changed,
		.zone = { &d->house->zone, &d->house->zone }, .from_s = d->house->start.ms / 1000 + HOUR_S,
		.to_s = d->house->start.ms / 1000 + hours * (int64_t)HOUR_S - 600, .plan = plan };
	return d;
}

static void forget_day(struct day *d)
{
	d->store.close(d->store.self);
	inhouse_close(d->house);
	free(d);
}

static struct replay_result decide(const struct day *d)
{
	struct replay_result r;
	struct err e;

	if (!replay_decide(&d->o, &r, &e))
		fail_msg("%s", e.text);
	return r;
}

static void say_first(const struct replay_result *r)
{
	if (r->n > 0)
		print_message("first of %d after %lld s for %lld s: %s | %s\n", r->n, (long long)(r->list[0].from_ms / 1000 - r->begun_s),
			(long long)(r->list[0].to_ms - r->list[0].from_ms) / 1000, r->list[0].done_why, r->list[0].again_why);
}

/* With every reading kept, the same configuration decides the same in every second. */
static void same_configuration_same_decisions(const char *house, bool plan)
{
	struct day *d = record_day(house, plan, true, 25);
	struct replay_result r = decide(d);

	say_first(&r);
	assert_int_equal(r.n, 0);
	assert_true(r.edge_s == 0);
	assert_true(r.compared_s > 23 * HOUR_S);
	assert_true(r.done.transitions > 4);
	assert_int_equal(r.done.transitions, r.again.transitions);
	assert_int_equal(r.done.starts, r.again.starts);
	assert_true(r.done.on_s == r.again.on_s && r.done.on_s > HOUR_S);
	free(r.list);
	forget_day(d);
}

static void oak_by_tariff_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.me.oak.1", false);
}

static void oak_by_plan_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.me.oak.1", true);
}

static void elm_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.me.elm.1", true);
}

static void orange_decides_the_same(void **state)
{
	(void)state;
	same_configuration_same_decisions("dw1.isone.nh.orange.1", false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oak_by_tariff_decides_the_same),
		cmocka_unit_test(oak_by_plan_decides_the_same),
		cmocka_unit_test(elm_decides_the_same),
		cmocka_unit_test(orange_decides_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
