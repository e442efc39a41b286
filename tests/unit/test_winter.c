/* SPDX-License-Identifier: MIT */
/* Days of the whole service in one process: the same options give the same trace, a power cut and a crash are lived through,
 * a faulty week keeps all invariants, and what fails is reduced to what it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "whole/winter.h"

/* The address sanitizer holds back 256 MB of what was freed, which grows all week and is not the house's (I11). */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8";
}

static struct winter_options options(const char *profile, uint64_t seed, int days)
{
	struct winter_options o = { .house = "dw1.isone.nh.orange.1", .houses_file = "input_data/houses.json", .seed = seed,
		.days = days };
	struct err e;

	assert_true(inject_parse(profile, &o.faults, &e));
	return o;
}

static struct winter_result run(const struct winter_options *o)
{
	struct winter_result r;
	struct err e;

	if (!winter_run(o, &r, &e))
		fail_msg("%s", e.text);
	return r;
}

static void assert_held(const struct winter_options *o, const struct winter_result *r, const char *profile)
{
	for (int i = 0; i < N_INVARIANTS; i++)
		if (r->violated[i] > 0)
			fail_msg("%s after %lld s: %s - again: spaceheat sim --days %d --seed %llu --house %s --faults %s",
				invariant_table[i].id, (long long)r->at[i].ms / 1000, r->why[i], o->days, (unsigned long long)o->seed,
				o->house, profile);
	assert_true(r->residual < 0.001);
}

static void it_repeats_itself(void **state)
{
	struct winter_options o = options("storm", 5, 1), other = options("storm", 6, 1);
	struct winter_result a = run(&o), b = run(&o), c = run(&other);

	(void)state;
	assert_memory_equal(a.hash, b.hash, sizeof(a.hash));
	assert_memory_not_equal(a.hash, c.hash, sizeof(a.hash));
	assert_true(a.kwh == b.kwh && a.cost_usd == b.cost_usd && a.messages == b.messages);
	assert_true(a.kwh > 5 && a.cost_usd > 0.5 && a.messages > 500 && a.history_bytes > 50000);
	free(a.list);
	free(b.list);
	free(c.list);
}

static struct fault_spec order(const char *text)
{
	struct fault_spec f;
	struct err e;

	if (!fault_parse(text, &f, &e))
		fail_msg("%s", e.text);
	return f;
}

/* Power is away for half an hour, and a part crashes: two more starts, the contract goes on, all hold. */
static void power_cut_and_crash(void **state)
{
	const struct fault_spec list[] = { order("power=cut@+5h+30m"), order("actor:scada=crash@+9h") };
	struct winter_options o = options("calm", 3, 1);
	struct winter_result r;

	(void)state;
	o.orders = list;
	o.n_orders = 2;
	r = run(&o);
	assert_held(&o, &r, "calm");
	assert_int_equal(r.boots, 3);
	assert_int_equal(r.faults, 2);
	assert_in_range(r.statuses, 288 - 6 - 4, 288);
	free(r.list);
}

struct heard { int away, there, connected; };

static void hear_atn(void *ctx, const struct house *h, const struct msg *m)
{
	struct heard *n = ctx;

	(void)h;
	if (m->from != TO_ATN || m->log.code != LOG_LINK)
		return;
	n->away += strcmp(m->log.text, "the SCADA is away") == 0;
	n->there += strcmp(m->log.text, "the SCADA is there") == 0;
	n->connected += strcmp(m->log.text, "connected") == 0;
}

/* While the house has no power, and over a crash, the AtomicTNode keeps its connection and is told by the last will. */
static void the_atomictnode_lives_on(void **state)
{
	const struct fault_spec list[] = { order("power=cut@+2h+30m"), order("power=cut@+4h+5s"), order("actor:scada=crash@+6h") };
	struct winter_options o = options("calm", 3, 1);
	struct heard heard = { 0 };
	struct winter_result r;

	(void)state;
	o.orders = list;
	o.n_orders = 3;
	o.line = hear_atn;
	o.ctx = &heard;
	r = run(&o);
	assert_held(&o, &r, "calm");
	assert_int_equal(heard.connected, 1);
	assert_int_equal(heard.away, 3);
	assert_int_equal(heard.there, 4);
	free(r.list);
}

static void count_codes(void *ctx, const struct house *h, const struct msg *m)
{
	(void)h;
	((int *)ctx)[m->log.code]++;
}

/* A vital part that hangs ends the service after 8 s, unless it is back before; of another the mail waits. A slow broker is
 * felt by nobody. */
static void parts_hang_and_the_broker_is_slow(void **state)
{
	const struct fault_spec list[] = { order("broker=slow@+1h+1h"), order("actor:scada=hang@+3h+1h"),
		order("actor:relay=hang@+5h+7s"), order("actor:history=hang@+7h+10m"), order("actor:sensor=hang@+10h+10m"),
		order("actor:meter=hang@+13h+10m") };
	struct winter_options o = options("calm", 3, 1);
	int codes[256] = { 0 };
	struct winter_result r;

	(void)state;
	o.orders = list;
	o.n_orders = 6;
	o.line = count_codes;
	o.ctx = codes;
	r = run(&o);
	assert_held(&o, &r, "calm");
	assert_int_equal(r.boots, 2);
	assert_int_equal(codes[LOG_ACTOR_DEAD], 1);
	assert_int_equal(codes[LOG_ACTOR_LATE], 1 + 2 * 4);
	assert_in_range(r.statuses, 288 - 8, 288);
	free(r.list);
}

static void a_week(const char *profile, uint64_t seed, int least_faults)
{
	struct winter_options o = options(profile, seed, 7);
	struct winter_result r = run(&o);

	assert_held(&o, &r, profile);
	assert_true(r.faults >= least_faults);
	free(r.list);
}

static void a_normal_week(void **state)
{
	(void)state;
	a_week("normal", 2, 2);
}

static void a_stormy_week(void **state)
{
	(void)state;
	a_week("storm", 2, 20);
}

static bool needs_two(void *ctx, const struct fault_spec *list, int n)
{
	bool cold = false, silent = false;

	++*(int *)ctx;
	for (int i = 0; i < n; i++) {
		cold |= list[i].kind == FAULT_WEATHER_COLD;
		silent |= list[i].kind == FAULT_ATN_SILENT;
	}
	return cold && silent;
}

/* Of sixteen faults the two are left that it takes, in far fewer tries than there are subsets. */
static void it_is_reduced(void **state)
{
	struct fault_spec list[16], left[16];
	int tries = 0;

	(void)state;
	for (int i = 0; i < 16; i++)
		list[i] = order("broker=down@+1h+10m");
	list[3] = order("weather=cold,k=40@+2h");
	list[12] = order("atn=silent@+3h+1h");
	assert_int_equal(winter_reduce(needs_two, &tries, list, 16, left), 2);
	assert_int_equal(left[0].kind, FAULT_WEATHER_COLD);
	assert_int_equal(left[1].kind, FAULT_ATN_SILENT);
	assert_in_range(tries, 2, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_repeats_itself),
		cmocka_unit_test(power_cut_and_crash),
		cmocka_unit_test(the_atomictnode_lives_on),
		cmocka_unit_test(parts_hang_and_the_broker_is_slow),
		cmocka_unit_test(a_normal_week),
		cmocka_unit_test(a_stormy_week),
		cmocka_unit_test(it_is_reduced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
