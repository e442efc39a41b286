/* SPDX-License-Identifier: MIT */
/* The history actor when the clock is set, and when it starts without its disk: each slot has one status,
 * each status one content, and what is lost is said (SF-5, SF-52, SF-71). */
#include "../support/history_bench.h"

#include <stdio.h>

/* The wall clock alone is set; milliseconds from START_MS. */
static void set_clock(struct bench *b, int64_t ms)
{
	b->clock.ms = START_MS + ms;
	b->now.ms++;
	hbench_step(b, (struct msg){ .type = MSG_TICK });
}

/* Time goes on for that long, with a reading each 5 s, the first one now. */
static void go_on(struct bench *b, int64_t ms)
{
	for (int64_t t = 0; t < ms; t += 5000) {
		hbench_step(
			b, (struct msg){ .type = MSG_KEEP, .keep = { TANK, 300 + t / 5000 % 9, b->clock } });
		b->now.ms += 5000;
		b->clock.ms += 5000;
	}
	hbench_step(b, (struct msg){ .type = MSG_TICK });
}

/* Everything that is owed goes up, and what was not acknowledged once more. */
static void send_all(struct bench *b)
{
	b->deaf = false;
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	hbench_link(b, false);
	hbench_go_remote(b);
	for (int i = 0; i < 30; i++) {
		b->now.ms += 1000;
		b->clock.ms += 1000;
		hbench_step(b, (struct msg){ .type = MSG_TICK });
	}
}

/* The readings in the status of the slot `ms` from START_MS; -1: there is no such status. */
static int readings_of(const struct bench *b, int64_t ms)
{
	for (int i = b->n_sent - 1; i >= 0; i--)
		if (b->sent[i].slot_s == (START_MS + ms) / 1000)
			return hbench_status_readings(&b->sent[i]);
	return -1;
}

static void with_period(struct bench *b, int period_s)
{
	history_free(&b->history);
	b->settings.status_period_s = period_s;
	hbench_start(b);
}

/* A clock set back 8 minutes changes no status that was made, makes none twice, and says within 5 minutes
 * that what is read again is not kept; the open slot goes on when the clock is there again. */
static void a_clock_set_back_changes_nothing(void **state)
{
	struct bench *b = *state;

	b->deaf = true;
	hbench_go_remote(b);
	go_on(b, 1210000);
	assert_int_equal(b->n_sent, 4);
	set_clock(b, 730000);
	go_on(b, 310000);
	assert_true(b->n_told_lost >= 60);
	go_on(b, 1500000 - 1040000);
	send_all(b);
	for (int i = 0; i < 4; i++)
		assert_int_equal(readings_of(b, 300000 * i), 60);
	assert_int_equal(readings_of(b, 1200000), 2 + 60);
	assert_int_equal(hbench_assert_one_each(b), 4 * 60 + 62);
	assert_int_equal(b->n_told_lost, (1200 - 730) / 5);
}

/* Back over a slot's end by some seconds costs those seconds, not the slot. */
static void a_small_step_costs_little(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	go_on(b, 305000);
	set_clock(b, 290000);
	go_on(b, 310000);
	send_all(b);
	assert_int_equal(readings_of(b, 0), 60);
	assert_int_equal(readings_of(b, 300000), 61);
	assert_int_equal(b->n_told_lost, 2);
	hbench_assert_one_each(b);
}

/* An hour back: nothing goes up twice, and the record goes on where it was when that hour has passed. */
static void a_clock_set_back_an_hour_goes_on(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	go_on(b, 3605000);
	assert_int_equal(b->n_sent, 12);
	set_clock(b, 0);
	go_on(b, 3600000);
	assert_int_equal(b->n_sent, 12);
	go_on(b, 300000);
	assert_int_equal(b->n_sent, 13);
	assert_int_equal(readings_of(b, 3600000), 61);
	assert_int_equal(b->n_told_lost, 720);
	hbench_assert_one_each(b);
}

/* Back to where the house never was: the record goes on there at once, up to what it has already. */
static void a_clock_set_before_the_record_goes_on_there(void **state)
{
	struct bench *b = *state;

	hbench_go_remote(b);
	go_on(b, 750000);
	set_clock(b, -600000);
	go_on(b, 600000);
	assert_int_equal(readings_of(b, -600000), 60);
	assert_int_equal(readings_of(b, -300000), 60);
	assert_int_equal(readings_of(b, 600000), 30); /* the slot that was open: it ended there */
	go_on(b, 1200000);
	send_all(b);
	assert_int_equal(readings_of(b, 900000), 60);
	assert_int_equal(hbench_assert_one_each(b), 2 * 60 + 2 * 60 + 30 + 60);
	assert_int_equal(b->n_told_lost, 900 / 5);
}

/* A clock that was years ahead by mistake and is put right silences the record for the rest of a slot, not
 * for years; also when the service is started anew after that. */
static void a_clock_years_ahead_is_left_again(void **state)
{
	struct bench *b = *state;
	int64_t years = 86400000LL * 20;

	hbench_go_remote(b);
	go_on(b, 400000);
	set_clock(b, years);
	go_on(b, 400000);
	set_clock(b, 405000);
	go_on(b, 600000 - 405000);
	go_on(b, 450000);
	assert_int_equal(readings_of(b, 600000), 60);
	hbench_stop(b);
	hbench_open(b);
	hbench_go_remote(b);
	go_on(b, 150000 + 300000);
	send_all(b);
	assert_int_equal(readings_of(b, 900000), 60);
	assert_int_equal(readings_of(b, 1200000), 60);
	assert_int_equal(hbench_assert_one_each(b), 80 + 80 + 3 * 60);
	assert_int_equal(b->n_told_lost, (600 - 405) / 5);
}

/* Back within an open slot of a quarter of an hour costs nothing: its rows are gone on with. */
static void a_step_within_a_long_slot_costs_nothing(void **state)
{
	struct bench *b = *state;

	with_period(b, 900);
	go_on(b, 700000);
	set_clock(b, 200000);
	go_on(b, 700000);
	send_all(b);
	assert_int_equal(hbench_assert_one_each(b), 140 + 140);
	assert_int_equal(b->n_told_lost, 0);
}

/* Minutes keep what they had, too. */
static void a_step_over_short_slots_changes_nothing(void **state)
{
	struct bench *b = *state;

	with_period(b, 60);
	hbench_go_remote(b);
	go_on(b, 430000);
	set_clock(b, 250000);
	go_on(b, 350000);
	send_all(b);
	for (int i = 0; i < 10; i++)
		assert_int_equal(readings_of(b, 60000 * i), i == 7 ? 12 + 2 : 12);
	assert_int_equal(hbench_assert_one_each(b), 122);
	assert_int_equal(b->n_told_lost, (420 - 250) / 5);
}

/* A start with the clock behind the last stop makes no status twice, and the slot that was open then goes
 * on when the clock is there. */
static void a_start_with_the_clock_behind(void **state)
{
	struct bench *b = *state;

	b->deaf = true;
	hbench_go_remote(b);
	go_on(b, 750000);
	hbench_stop(b);
	hbench_open(b);
	hbench_time(b, 310000);
	hbench_go_remote(b);
	go_on(b, 590000);
	send_all(b);
	assert_int_equal(readings_of(b, 300000), 60);
	assert_int_equal(readings_of(b, 600000), 30 + 60);
	assert_int_equal(hbench_assert_one_each(b), 210);
	assert_int_equal(b->n_told_lost, (600 - 310) / 5);
}

/* --- a start without the disk -------------------------------------------------------------- */

static void move_disk(struct bench *b, bool away)
{
	char there[80];

	snprintf(there, sizeof(there), "%s.away", b->dir);
	assert_int_equal(rename(away ? b->dir : there, away ? there : b->dir), 0);
}

/* Started anew `ms` from START_MS, with the disk away. */
static void start_without_disk(struct bench *b, int64_t ms)
{
	struct err e;

	move_disk(b, true);
	assert_false(store_sqlite_open(b->path, &b->store, &e));
	hbench_start(b);
	hbench_time(b, ms);
}

static void disk_returns(struct bench *b)
{
	move_disk(b, false);
	go_on(b, 65000);
	assert_false(b->history.failing);
}

/* 90 readings, a clean stop in the middle of the second slot, a start without the disk. */
static void stop_and_start_without_disk(struct bench *b)
{
	go_on(b, 450000);
	hbench_stop(b);
	start_without_disk(b, 450000);
}

/* The slot of the stop goes up once, with what was read before and after, when the disk comes after its
 * end. */
static void a_slot_begun_before_the_disk_went(void **state)
{
	struct bench *b = *state;

	stop_and_start_without_disk(b);
	go_on(b, 450000);
	disk_returns(b);
	send_all(b);
	assert_int_equal(readings_of(b, 0), 60);
	assert_int_equal(readings_of(b, 300000), 60);
	assert_int_equal(readings_of(b, 600000), 60);
	assert_int_equal(hbench_assert_one_each(b), 180);
	assert_int_equal(b->n_told_lost, 0);
}

/* And when the disk comes before its end. */
static void a_slot_goes_on_when_the_disk_comes(void **state)
{
	struct bench *b = *state;

	stop_and_start_without_disk(b);
	go_on(b, 60000);
	disk_returns(b);
	go_on(b, 25000);
	send_all(b);
	assert_int_equal(readings_of(b, 300000), 60);
	assert_int_equal(hbench_assert_one_each(b), 120);
}

/* The same for a slot longer than a row, whose first row is on the disk alone. */
static void a_long_slot_begun_before_the_disk_went(void **state)
{
	struct bench *b = *state;

	with_period(b, 900);
	go_on(b, 250000);
	hbench_stop(b);
	start_without_disk(b, 350000);
	go_on(b, 600000);
	disk_returns(b);
	send_all(b);
	assert_int_equal(readings_of(b, 0), 50 + 110);
	hbench_assert_one_each(b);
}

/* A status that went up without what the disk had keeps its content; the whole slot goes up under an id of
 * its own. */
static void check_seen_half(struct bench *b, bool deaf)
{
	stop_and_start_without_disk(b);
	hbench_go_remote(b);
	b->deaf = deaf;
	go_on(b, 160000);
	assert_int_equal(b->n_sent, 1);
	assert_int_equal(hbench_status_readings(&b->sent[0]), 30);
	disk_returns(b);
	send_all(b);
	assert_int_equal(readings_of(b, 0), 60);
	assert_int_equal(readings_of(b, 300000), 60);
	assert_true(b->n_sent >= 3);
	for (int i = 1; i < b->n_sent; i++)
		assert_false(uuid_equal(b->sent[i].uid, b->sent[0].uid));
}

static void a_half_seen_slot_goes_up_whole(void **state)
{
	check_seen_half(*state, true);
}

static void a_half_acknowledged_slot_goes_up_whole(void **state)
{
	check_seen_half(*state, false);
}

/* With the clock behind as well: what the disk has stays as it is, and nothing goes up twice. */
static void a_clock_behind_without_the_disk(void **state)
{
	struct bench *b = *state;

	go_on(b, 1350000);
	hbench_stop(b);
	start_without_disk(b, 600000);
	go_on(b, 400000);
	disk_returns(b);
	go_on(b, 1500000 - 1065000);
	send_all(b);
	for (int i = 0; i < 4; i++)
		assert_int_equal(readings_of(b, 300000 * i), 60);
	assert_int_equal(readings_of(b, 1200000), 30 + 60);
	assert_int_equal(hbench_assert_one_each(b), 330);
	assert_int_equal(b->n_told_lost, (1200 - 600) / 5);
}

/* --- an id that is taken ------------------------------------------------------------------- */

/* Random numbers that repeat after a start do not stop the record: the second status gets another id. */
static void a_repeated_id_stops_nothing(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < 3; i++) {
		go_on(b, 290000);
		b->random = 500;
		if (i == 2)
			hbench_go_remote(b);
		b->now.ms += 10000;
		b->clock.ms += 10000;
		b->random = 510;
		hbench_step(b, (struct msg){ .type = MSG_TICK });
		if (i < 2) {
			hbench_stop(b);
			hbench_open(b);
		}
	}
	send_all(b);
	assert_int_equal(b->n_lines[LEVEL_ERROR], 0);
	assert_int_equal(hbench_assert_one_each(b), 3 * 58);
	assert_int_equal(b->owed, 0);
}

/* --- anything ------------------------------------------------------------------------------ */

struct dice {
	uint64_t state;
};

static int64_t roll(struct dice *d, int64_t n)
{
	d->state = d->state * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((d->state >> 33) % (uint64_t)n);
}

static int64_t any_step_ms(struct dice *d)
{
	static const int64_t reach_s[] = { 20, 700, 2000, 86400 };
	int64_t reach = reach_s[roll(d, 4)];

	return (roll(d, 2 * reach) - reach) * 1000;
}

static void anything(struct bench *b, struct dice *d)
{
	int64_t kind = roll(d, 8);
	int64_t clock = b->clock.ms - START_MS;

	if (kind < 3)
		set_clock(b, clock + any_step_ms(d));
	else if (kind == 3) {
		hbench_stop(b);
		hbench_open(b);
		hbench_mode(b, roll(d, 2) ? REMOTE_CONTROL : LOCAL_CONTROL);
		hbench_link(b, true);
	} else if (kind == 4)
		b->deaf = !b->deaf;
	else if (kind == 5) {
		hbench_link(b, false);
		hbench_link(b, true);
	} else if (kind == 6)
		hbench_mode(b, roll(d, 2) ? REMOTE_CONTROL : LOCAL_CONTROL);
}

static void check_seed(uint64_t seed, int period_s)
{
	struct dice d = { seed };
	struct bench *b;
	int taken = 0, sent;

	assert_int_equal(hbench_setup((void **)&b), 0);
	b->settings.simulated = seed % 2 == 0;
	with_period(b, period_s);
	hbench_link(b, true);
	for (int i = 0; i < 40; i++) {
		int64_t ms = 5000 * (1 + roll(&d, 100));

		anything(b, &d);
		go_on(b, ms);
		taken += (int)(ms / 5000);
	}
	hbench_step(b, (struct msg){ .type = MSG_FLUSH });
	set_clock(b, b->clock.ms - START_MS + 4 * 86400000LL);
	send_all(b);
	send_all(b);
	hbench_tick(b, b->clock.ms - START_MS + 1200000);
	sent = hbench_assert_one_each(b);
	if (sent + b->n_told_lost != taken)
		fail_msg("seed %llu, period %d: %d readings, %d sent, %d said to be lost",
			(unsigned long long)seed, period_s, taken, sent, b->n_told_lost);
	assert_int_equal(b->n_lines[LEVEL_ERROR], 0);
	hbench_teardown((void **)&b);
}

/* Wherever the clock is set, whatever the link does, and however often the service is started anew: no id
 * has two contents, no slot two statuses, and each reading is in a status or in a line that says it is not. */
static void every_reading_is_sent_once_or_said_lost(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 16; seed++) {
		check_seed(seed, 300);
		check_seed(seed, 900);
		check_seed(seed, 60);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hbench_setup, hbench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_clock_set_back_changes_nothing),
		TEST(a_small_step_costs_little),
		TEST(a_clock_set_back_an_hour_goes_on),
		TEST(a_clock_set_before_the_record_goes_on_there),
		TEST(a_clock_years_ahead_is_left_again),
		TEST(a_step_within_a_long_slot_costs_nothing),
		TEST(a_step_over_short_slots_changes_nothing),
		TEST(a_start_with_the_clock_behind),
		TEST(a_slot_begun_before_the_disk_went),
		TEST(a_slot_goes_on_when_the_disk_comes),
		TEST(a_long_slot_begun_before_the_disk_went),
		TEST(a_half_seen_slot_goes_up_whole),
		TEST(a_half_acknowledged_slot_goes_up_whole),
		TEST(a_clock_behind_without_the_disk),
		TEST(a_repeated_id_stops_nothing),
		cmocka_unit_test(every_reading_is_sent_once_or_said_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
