/* SPDX-License-Identifier: MIT */
/* The tiers in the store, gaps, readings before the clock is trusted, what people and the AtomicTNode ask for. */
#include "../support/history_bench.h"
#include "../support/priced.h"

#include <stdio.h>
#include <time.h>

#include "core/history/archive.h"
#include "core/civil.h"
#include "port/zone_system.h"

enum { H = 3600, D = 86400 };
#define START_S (START_MS / 1000)

static struct archive *box;

static struct archive *ask(struct bench *b, struct archive_question q)
{
	if (box == NULL)
		box = calloc(1, sizeof(*box));
	history_show(&b->history, box);
	box->q = q;
	hbench_step(b, (struct msg){ .type = MSG_ARCHIVE, .archive = { 1 } });
	return box;
}

static struct archive *points(struct bench *b, const char *channel, int64_t from_s, int64_t to_s, int n, int tier)
{
	struct archive_question q = { .kind = ARCHIVE_POINTS,
		.query = { START_MS + from_s * 1000, START_MS + to_s * 1000, n, tier } };

	snprintf(q.channel, sizeof(q.channel), "%s", channel);
	ask(b, q);
	assert_int_equal(box->outcome, ARCHIVE_DONE);
	return box;
}

static int64_t code_at(int64_t s)
{
	return 320 + s / 60 % 11;
}

/* A temperature each 10 s, 1200 W in the first half of each hour. */
static void live(struct bench *b, int64_t from_s, int64_t to_s)
{
	for (int64_t s = from_s; s < to_s; s += 10) {
		hbench_keep(b, TANK, s * 1000, code_at(s));
		if (s % 300 == 0)
			hbench_keep(b, POWER, s * 1000, s % H < H / 2 ? 1200 : 0);
	}
	hbench_tick(b, to_s * 1000);
}

static int64_t wire(int64_t code)
{
	return code_map_apply((struct code_map){ 1000, 16, 0 }, code);
}

static void check_minutes(struct bench *b, int64_t from_s, int64_t to_s)
{
	const struct query_answer *a = &points(b, "a.tank.temp0", from_s, to_s, QUERY_MAX_POINTS, TIER_MINUTE)->answer;

	assert_int_equal(a->n_points, (to_s - from_s) / 60);
	for (int i = 0; i < a->n_points; i++) {
		const struct query_point *p = &a->points[i];

		assert_int_equal(p->t_ms, START_MS + (from_s + 60 * i) * 1000);
		assert_int_equal(p->v, wire(code_at(from_s + 60 * i)));
		assert_int_equal(p->count, 6);
	}
}

/* Minutes, quarters and days hold what was read, while their row is open, when it is closed, and after a start. */
static void tiers_hold_what_was_read(void **state)
{
	struct bench *b = *state;
	const struct query_answer *a;

	live(b, 0, 7 * H);
	check_minutes(b, 0, 7 * H);
	hbench_stop(b);
	hbench_open(b);
	live(b, 7 * H, 26 * H);
	check_minutes(b, 0, 26 * H);
	a = &points(b, "a.elt1", 0, 26 * H, QUERY_MAX_POINTS, TIER_QUARTER)->answer;
	assert_int_equal(a->n_points, 104);
	for (int i = 0; i < a->n_points; i++)
		assert_int_equal(a->points[i].wh, i % 4 < 2 ? 300 : 0);
	/* The day began at 00:00 UTC, 8 h before the start. */
	a = &points(b, "a.elt1", -8 * H, 30 * H, 10, TIER_DAY)->answer;
	assert_int_equal(a->n_points, 2);
	assert_int_equal(a->points[0].wh, 16 * 600);
	assert_int_equal(a->points[1].wh, 10 * 600);
}

/* A power cut takes at most the open row of the tiers' readings too: the others are made again of what is stored. */
static void a_power_cut_takes_one_row(void **state)
{
	struct bench *b = *state;

	live(b, 0, 5 * H + 1240);
	hbench_power_cut(b);
	hbench_time(b, (5 * H + 1800) * 1000);
	hbench_open(b);
	live(b, 5 * H + 1800, 8 * H);
	check_minutes(b, 0, 5 * H + 1200);
	check_minutes(b, 5 * H + 1800, 8 * H);
	assert_int_equal(points(b, "a.tank.temp0", 5 * H + 1200, 5 * H + 1800, 100, TIER_MINUTE)->answer.n_points, 0);
	assert_int_equal(box->n_gaps, 1);
	assert_int_equal(box->gaps[0].cause, GAP_POWER_OFF);
	assert_int_equal(box->gaps[0].from_ms, START_MS + (5 * H + 1195) * 1000 + 5000 - 10000);
	assert_int_equal(box->gaps[0].to_ms, START_MS + (5 * H + 1800) * 1000);
}

/* Local days of 23 and 25 hours are one row each, with their own seconds in each mode. */
static void check_day(struct bench *b, int64_t noon_s, int hours)
{
	struct zone zone;
	const struct query_answer *a;
	int64_t from_s, to_s;
	struct err e;

	assert_true(zone_system_read("America/New_York", &zone, &e));
	from_s = zone_day_start_s(&zone, noon_s) - START_S;
	to_s = zone_day_end_s(&zone, noon_s) - START_S;
	hbench_power_cut(b);
	hbench_time(b, (from_s - 1800) * 1000);
	hbench_open(b);
	history_zone(&b->history, &zone);
	hbench_mode(b, LOCAL_CONTROL);
	live(b, from_s - 1800, from_s + 7200);
	hbench_mode(b, REMOTE_CONTROL);
	live(b, from_s + 7200, to_s + 600);
	a = &points(b, "a.tank.temp0", from_s, to_s, 10, TIER_DAY)->answer;
	assert_int_equal(a->n_points, 1);
	assert_int_equal(a->points[0].count, hours * 360);
	assert_int_equal(points(b, "a.elt1", from_s, to_s, 10, TIER_DAY)->answer.points[0].wh, hours * 600);
	assert_int_equal(points(b, "dw1.isone.ta.scada/seconds.LocalControl", from_s, to_s, 9, TIER_DAY)->answer.points[0].v, 7200);
	assert_int_equal(
		points(b, "dw1.isone.ta.scada/seconds.RemoteControl", from_s, to_s, 9, TIER_DAY)->answer.points[0].v,
		hours * H - 7200);
	hbench_power_cut(b);	/* so that the zone is not used any more */
	hbench_open(b);
}

static void days_are_local(void **state)
{
	check_day(*state, 1805040000, 23);	/* 2027-03-14 */
	check_day(*state, 1825606800, 25);	/* 2027-11-07 */
}

static int64_t figure(struct bench *b, const char *what, int64_t from_s)
{
	char name[ALIAS_SIZE + 64];

	snprintf(name, sizeof(name), "dw1.isone.ta.scada/%s", what);
	points(b, name, from_s, from_s + D, 9, TIER_DAY);
	return box->answer.n_points == 1 ? box->answer.points[0].v : -1;
}

/* 14.4 kWh a day at 0.20: also of a day that a power cut parted, whose row is made anew. What the house has no channels for is
 * absent, and asking for it no mistake. */
static void days_have_their_figures(void **state)
{
	struct bench *b = *state;
	struct settings_roles none = { .supply = NO_NODE, .return_pipe = NO_NODE, .flow = NO_NODE, .meter = 2 };
	int64_t from_s = D - START_S % D;	/* a UTC midnight */

	b->settings.roles = none;
	b->settings.tariff.price_per_kwh = 0.20;
	live(b, from_s - H, from_s + D + 12 * H);
	hbench_stop(b);
	hbench_open(b);
	live(b, from_s + D + 12 * H, from_s + 2 * D + 600);
	for (int day = 0; day < 2; day++) {
		assert_int_equal(figure(b, "energy.wh", from_s + day * D), 14400);
		assert_int_equal(figure(b, "cost.thousandths", from_s + day * D), 2880);
		assert_int_equal(figure(b, "cost.priced_wh", from_s + day * D), 14400);
		assert_int_equal(figure(b, "heat.wh", from_s + day * D), -1);
		assert_int_equal(figure(b, "cop.estimated.thousandths", from_s + day * D), -1);
	}
	ask(b, (struct archive_question){ .kind = ARCHIVE_POINTS, .channel = "dw1.isone.ta.scada/nothing",
		.query = { 0, 1, 1, QUERY_AUTO } });
	assert_int_equal(box->outcome, ARCHIVE_NO_CHANNEL);
}

/* A sensor that says nothing for a while leaves one gap of its own, with its begin and end. */
static void a_silent_sensor_is_one_gap(void **state)
{
	struct bench *b = *state;

	live(b, 0, 1000);
	for (int64_t s = 1000; s < 3000; s += 10)
		hbench_tick(b, s * 1000);
	live(b, 3000, 3900);
	points(b, "a.tank.temp0", 0, 4000, 100, QUERY_AUTO);
	assert_int_equal(box->n_gaps, 1);
	assert_int_equal(box->gaps[0].cause, GAP_SENSOR);
	assert_string_equal(box->gaps[0].about, "a.tank.temp0");
	assert_int_equal(box->gaps[0].from_ms, START_MS + 990000);
	assert_int_equal(box->gaps[0].to_ms, START_MS + 3000000);
}

/* Each part of the time comes from the tier that suits it or has it; extremes survive any thinning. */
static void a_query_picks_its_tier(void **state)
{
	struct bench *b = *state;
	const struct query_answer *a;
	int64_t sum = 0, most = 0;

	live(b, 0, 4 * D);
	hbench_keep(b, TANK, 4 * D * 1000 + 5000, 900);
	a = &points(b, "a.tank.temp0", 4 * D - 3 * H, 4 * D + 60, 100, QUERY_AUTO)->answer;
	assert_int_equal(a->spans[0].tier, TIER_EXACT);
	assert_in_range(a->n_points, 90, 100);
	assert_int_equal(a->points[a->n_points - 1].max, wire(900));
	a = &points(b, "a.tank.temp0", D, 3 * D, 200, QUERY_AUTO)->answer;
	assert_int_equal(a->n_spans, 1);
	assert_int_equal(a->spans[0].tier, TIER_MINUTE);
	a = &points(b, "a.tank.temp0", 0, 4 * D + 60, 50, QUERY_AUTO)->answer;
	assert_int_equal(a->spans[0].tier, TIER_QUARTER);
	for (int i = 0; i < a->n_points; i++) {
		sum += a->points[i].count;
		most = a->points[i].max > most ? a->points[i].max : most;
		assert_true(a->points[i].min <= a->points[i].v && a->points[i].v <= a->points[i].max);
	}
	assert_int_equal(sum, 4 * D / 10);
	assert_int_equal(most, wire(330));
	ask(b, (struct archive_question){ .kind = ARCHIVE_POINTS, .channel = "a.nowhere", .query = { 0, 1, 1, QUERY_AUTO } });
	assert_int_equal(box->outcome, ARCHIVE_NO_CHANNEL);
}

/* Before the clock is trusted nothing is dated; then everything is, as if it had been known (SF-70). */
static void early_readings_are_dated_later(void **state)
{
	struct bench *b = *state;
	const struct query_answer *a;

	history_free(&b->history);
	hbench_start(b);
	b->untrusted = true;
	for (int64_t s = 0; s < 900; s += 10) {	/* a clock that is ten years behind */
		b->now = (struct mono){ 1000000 + s * 1000 };
		b->clock = (struct wall){ START_MS - 315360000000 + s * 1000 };
		hbench_step(b, (struct msg){ .type = MSG_KEEP, .keep = { TANK, code_at(s), b->clock } });
	}
	b->untrusted = false;
	hbench_tick(b, 900000);
	live(b, 900, 1800);
	check_minutes(b, 0, 1800);
	a = &points(b, "a.tank.temp0", -400 * D, 0, 10, TIER_EXACT)->answer;
	assert_int_equal(a->n_points, 0);
	hbench_go_remote(b);
	for (int i = 1; i < 5; i++)
		hbench_tick(b, 1800000 + 1000 * i);
	assert_int_equal(b->n_sent, 6);
	assert_int_equal(hbench_assert_one_each(b), 180);
}

static void request(struct bench *b, int64_t from_s, int64_t to_s, enum store_tier t, const char *channel)
{
	struct msg m = { .type = MSG_HISTORY_REQUEST,
		.history_request = { .from_s = START_S + from_s, .to_s = START_S + to_s, .standard = (uint8_t)t, .parts = 1 } };

	snprintf(m.history_request.channel, CHANNEL_NAME, "%s", channel);
	b->n_refused = 0;
	hbench_step(b, m);
}

/* What the AtomicTNode asks for comes at the back of the queue, in the standard and of the channels asked for; too much, a
 * future, or a stranger's channel is refused by name. */
static void what_is_asked_for_comes_last(void **state)
{
	struct bench *b = *state;
	struct opened o;
	int before;

	live(b, 0, 2 * D);
	hbench_go_remote(b);
	request(b, H, 2 * H, TIER_MINUTE, "a.tank.temp0");
	assert_int_equal(b->n_refused, 0);
	for (int i = 1; b->owed != 0 || i < 3; i++)
		hbench_tick(b, (2 * D + i) * 1000);
	before = b->n_sent - 12;
	assert_int_equal(before, 2 * D / 300);
	for (int i = before; i < b->n_sent; i++) {
		hbench_status_open(&b->sent[i], &o);
		assert_true(o.m.has_standard && o.m.standard == STANDARD_MINUTE);
		assert_int_equal(o.m.slot_start_unix_s, START_S + H + 300 * (i - before));
		assert_true(o.m.n_simple == 1 && o.m.n_multipurpose == 0);
		assert_int_equal(o.m.simple_telemetry_list[0].n, 5);
		hbench_status_close(&o);
	}
	request(b, 0, D + 600, TIER_EXACT, "");
	assert_int_equal(b->refused, DIAG_OUT_OF_RANGE);
	request(b, 0, 3 * D, TIER_QUARTER, "");
	assert_int_equal(b->refused, DIAG_OUT_OF_RANGE);
	request(b, 0, 600, TIER_EXACT, "a.nobody");
	assert_int_equal(b->refused, DIAG_UNKNOWN_NODE);
}

/* As many thermometers as a large house has. */
static void many_channels(struct bench *b, int n)
{
	history_free(&b->history);
	for (int i = b->house.n_channels; i < n; i++) {
		int node = b->house.n_nodes++;

		snprintf(b->house.nodes[node].alias, ALIAS_SIZE, "a.more.temp%d", i);
		b->house.channels[i] = b->house.channels[TANK];
		b->house.channels[i].about = b->house.channels[i].by = node;
	}
	b->house.n_channels = n;
	hbench_start(b);
	for (int i = 0; i < n; i++)	/* room is made for every 5 s, but seldom is no gap */
		b->house.channels[i].keep_s = 900;
}

static void scan(struct bench *b, int64_t from_s, int64_t to_s, int every_s)
{
	for (int64_t s = from_s; s < to_s; s += every_s)
		for (int i = 0; i < b->house.n_channels; i++)
			if (i != POWER && i != RELAY)
				hbench_keep(b, i, s * 1000, code_at(s + 60 * i) + s * 2654435761 % 3);
	hbench_tick(b, to_s * 1000);
}

/* Whatever 28 days of 30 channels are asked for, at any number of points, the answer takes less than 50 ms. */
static void a_query_is_quick(void **state)
{
	static const int64_t spans_s[] = { H, 4 * H, D, 2 * D, 7 * D, 28 * D };
	struct bench *b = *state;
	const struct channel *c = &b->house.channels[29];
	char last[2 * ALIAS_SIZE];
	int64_t worst_us = 0;

	many_channels(b, 30);
	scan(b, 0, 25 * D, 900);	/* older than three days only quarters are asked, and have this many readings at least */
	scan(b, 25 * D, 28 * D - 6 * H, 60);
	scan(b, 28 * D - 6 * H, 28 * D, 5);
	/* Of the channel that stands last in its rows: all others are read on the way to it. */
	snprintf(last, sizeof(last), "%s/%s", b->house.nodes[c->about].alias, telemetry_name_word(c->name));
	for (size_t i = 0; i < sizeof(spans_s) / sizeof(spans_s[0]); i++)
		for (int n = 100; n <= QUERY_MAX_POINTS; n += 1300) {
			struct timespec a, z;
			int64_t us;

			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
			points(b, last, 28 * D - spans_s[i], 28 * D, n, QUERY_AUTO);
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &z);
			us = (z.tv_sec - a.tv_sec) * 1000000 + (z.tv_nsec - a.tv_nsec) / 1000;
			worst_us = us > worst_us ? us : worst_us;
			assert_true(box->answer.n_points > 0);
		}
	print_message("slowest query: %lld us of processor time\n", (long long)worst_us);
	if (PRICED)
		assert_in_range(worst_us, 0, 50000);
}

static int close_all(void **state)
{
	free(box);
	box = NULL;
	return hbench_teardown(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hbench_setup, close_all)

/* Where hours have prices of their own a day costs what is known of them when it is over, a start between or not. */
static void days_cost_what_the_market_said(void **state)
{
	struct bench *b = *state;
	struct msg paid = { .type = MSG_PAID };
	int64_t from_s = D - START_S % D;	/* a UTC midnight */

	b->settings.roles = (struct settings_roles){ .supply = NO_NODE, .return_pipe = NO_NODE, .flow = NO_NODE, .meter = 2 };
	b->settings.tariff.kind = TARIFF_MARKET;
	b->settings.tariff.price_per_kwh = 0.05;	/* distribution */
	live(b, from_s - H, from_s + 12 * H);
	hbench_stop(b);
	hbench_open(b);
	live(b, from_s + 12 * H, from_s + D - H);
	paid.paid.start_s = START_S + from_s;
	for (int i = 0; i < PAID_HOURS; i++)
		paid.paid.micro_per_kwh[i] = i < 6 ? 100000 : i < 18 ? 300000 : PAID_UNKNOWN;
	hbench_step(b, paid);
	live(b, from_s + D - H, from_s + D + 600);
	assert_int_equal(figure(b, "energy.wh", from_s), 14400);
	assert_int_equal(figure(b, "cost.priced_wh", from_s), 18 * 600);
	assert_int_equal(figure(b, "cost.thousandths", from_s), 6 * 600 * 0.15 + 12 * 600 * 0.35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tiers_hold_what_was_read),
		TEST(a_power_cut_takes_one_row),
		TEST(days_are_local),
		TEST(days_have_their_figures),
		TEST(days_cost_what_the_market_said),
		TEST(a_silent_sensor_is_one_gap),
		TEST(a_query_picks_its_tier),
		TEST(early_readings_are_dated_later),
		TEST(what_is_asked_for_comes_last),
		TEST(a_query_is_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
