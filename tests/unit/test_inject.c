/* SPDX-License-Identifier: MIT */
/* Faults by chance: which come follows from the seed alone, and of one class from its own stream alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/inhouse.h"
#include "core/sim/inject.h"

enum { MOST = 1024, WINTER_S = 151 * 86400 };

struct list { struct fault_spec at[MOST]; int n; };

static struct list make(struct inhouse *h, const char *profile, uint64_t seed)
{
	struct inject_wish w = { .seed = seed, .to_s = WINTER_S };
	struct list l;
	struct err e;

	assert_true(inject_parse(profile, &w, &e));
	l.n = inject_make(&w, &h->loaded.house, &h->loaded.settings, l.at, MOST);
	return l;
}

static int of_class(const struct list *l, enum inject_class c, struct fault_spec out[MOST])
{
	int n = 0;

	for (int i = 0; i < l->n; i++)
		if (inject_class_of(l->at[i].kind) == c)
			out[n++] = l->at[i];
	return n;
}

static bool same(const struct fault_spec *a, const struct fault_spec *b)
{
	return a->kind == b->kind && a->at_ms == b->at_ms && a->for_ms == b->for_ms && a->value == b->value &&
		strcmp(a->node, b->node) == 0;
}

/* The same seed, the same faults; another seed, others. */
static void seed_decides(void **state)
{
	static struct list a, b, c;

	a = make(*state, "storm", 1);
	b = make(*state, "storm", 1);
	c = make(*state, "storm", 2);
	assert_int_equal(a.n, b.n);
	assert_true(a.n > 300);
	for (int i = 0; i < a.n; i++)
		assert_true(same(&a.at[i], &b.at[i]));
	assert_true(a.n != c.n || !same(&a.at[0], &c.at[0]));
}

/* A class that comes alone comes as it does among all others. */
static void each_class_has_its_own_stream(void **state)
{
	static struct list all, alone;
	static struct fault_spec x[MOST];
	char profile[40];

	all = make(*state, "storm", 7);
	for (int c = 0; c < N_INJECT_CLASSES; c++) {
		int n = of_class(&all, (enum inject_class)c, x);

		snprintf(profile, sizeof(profile), "only=%s", inject_rows[c].name);
		alone = make(*state, profile, 7);
		assert_int_equal(alone.n, n);
		for (int i = 0; i < n; i++)
			assert_true(same(&x[i], &alone.at[i]));
	}
}

/* In the order of their times, within the run, each as a person could have written it, and rare as the table says. */
static void list_is_sound(void **state)
{
	struct inhouse *h = *state;
	static struct list calm, normal, storm;
	struct fault_spec read;
	char text[FAULT_TEXT];
	struct err e;

	calm = make(h, "calm", 3);
	normal = make(h, "normal", 3);
	storm = make(h, "storm", 3);
	assert_int_equal(calm.n, 0);
	assert_in_range(normal.n, 20, 150);
	assert_true(storm.n > 5 * normal.n);
	for (int i = 0; i < storm.n; i++) {
		assert_true(i == 0 || storm.at[i].at_ms >= storm.at[i - 1].at_ms);
		assert_in_range(storm.at[i].at_ms, 1000, WINTER_S * 1000LL - 1);
		fault_write(&storm.at[i], text, sizeof(text));
		if (!fault_parse(text, &read, &e) || !fault_place(&read, &h->loaded.house, &h->loaded.settings, &e))
			fail_msg("%s: %s", text, e.text);
		assert_true(same(&read, &storm.at[i]));
	}
}

static void assert_refused(const char *profile, const char *why)
{
	struct inject_wish w;
	struct err e;

	assert_false(inject_parse(profile, &w, &e));
	assert_non_null(strstr(e.text, why));
}

static void what_is_not_understood_is_named(void **state)
{
	(void)state;
	assert_refused("wild", "say calm, normal, storm or only=CLASS,CLASS");
	assert_refused("only=", "no class of faults \"\"");
	assert_refused("only=sensor,brokr", "no class of faults \"brokr\"");
}

static int open_house(void **state)
{
	struct inhouse_options o = { .manner = INHOUSE_SINGLE, .house = "dw1.isone.me.oak.1",
		.houses_file = "input_data/houses.json", .seed = 1 };
	struct err e;

	*state = inhouse_open(&o, &e);
	return *state == NULL;
}

static int close_house(void **state)
{
	inhouse_close(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seed_decides),
		cmocka_unit_test(each_class_has_its_own_stream),
		cmocka_unit_test(list_is_sound),
		cmocka_unit_test(what_is_not_understood_is_named),
	};

	return cmocka_run_group_tests(tests, open_house, close_house);
}
