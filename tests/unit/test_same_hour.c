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
#include "core/history/block.h"

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
	assert_int_equal(a->told.n, b->told.n);
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
	assert_int_equal(a->told.n, HOUR_S / 300);
	assert_int_equal(a->scada.mode.mode, REMOTE_CONTROL);
	assert_int_equal(a->scada.owed, 0);
	assert_true(w.air_c > 17.0 && w.air_c < 19.0);
	assert_true(w.residual < 0.001);
	inhouse_free(a);
}

/* The broker is away for 20 minutes: the house takes over after 180 s, RemoteControl returns, and then every slot has
 * reached the AtomicTNode, each with one uid, the owed ones oldest first. */
static void an_outage_loses_nothing(void **state)
{
	struct inhouse *a = inhouse_run_cut(house, SEED, 2 * HOUR_S + 2, 1800, 3000);
	bool seen[24] = { false };
	bool lost = false;

	(void)state;
	for (int i = 0; i < a->n_events; i++)
		lost |= a->events[i].code == LOG_MODE && strstr(a->events[i].text, "BeatLost") != NULL;
	assert_true(lost);
	assert_int_equal(a->scada.mode.mode, REMOTE_CONTROL);
	assert_int_equal(a->told.n, 24);
	for (int i = 0; i < a->told.n; i++) {
		int64_t slot = (a->told.slots_s[i] - a->told.slots_s[0]) / 300;

		assert_in_range(slot, 0, 23);
		assert_false(seen[slot]);
		seen[slot] = true;
	}
	assert_int_equal(a->scada.owed, 0);
	inhouse_free(a);
}

/* Readings of the tank's top (every 5 s) and of the room (every 60 s) in the rows of one day, and whether each stands
 * on its tick. */
struct held { int top, room, off_tick; };

static int32_t series_of(struct inhouse *h, const char *about)
{
	struct store_series is = { .kind = STORE_READINGS, .name = TELEMETRY_WATER_TEMP_C };
	const struct house *house_of = &h->loaded.house;
	const struct channel *c;
	int32_t id = -1;
	struct err e;

	c = &house_of->channels[house_channel(house_of, house_node(house_of, about), TELEMETRY_WATER_TEMP_C)];
	is.map = c->map;
	strcpy(is.about, about);
	strcpy(is.by, about);
	assert_true(h->store.begin(h->store.self, STORE_SOON, &e));
	assert_true(h->store.series_id(h->store.self, &is, &id, &e));
	assert_true(h->store.commit(h->store.self, &e));
	return id;
}

static void count_row(const struct block *b, int32_t top, int32_t room, struct held *held)
{
	for (int i = 0; i < b->n_series; i++) {
		const struct block_series *s = &b->series[i];
		int64_t every_ms = s->id == top ? 5000 : 60000;

		if (s->id != top && s->id != room)
			continue;
		*(s->id == top ? &held->top : &held->room) += s->count;
		for (int k = 0; k < s->count; k++)
			held->off_tick += b->readings[s->first + k].at_ms % every_ms != 0;
	}
}

static struct held count_held(struct inhouse *h)
{
	static struct block_reading readings[32768];
	static uint8_t bytes[65536];
	struct held held = { 0 };
	struct block b = { .readings = readings, .capacity = 32768 };
	int32_t top = series_of(h, "a.tank.temp0");
	int32_t room = series_of(h, "a.tank.out.pump.allradiators.garage.temp1");
	int64_t at_s = 0;
	bool found = true;
	size_t length;
	struct err e;

	while (h->store.next_block(h->store.self, TIER_EXACT, at_s, INT64_MAX / 2, &at_s, &found, &e) && found) {
		assert_true(h->store.get_block(h->store.self, TIER_EXACT, at_s, bytes, sizeof(bytes), &length, &found, &e));
		assert_true(found);
		b.start_ms = at_s * 1000;
		assert_true(block_decode(bytes, length, &b));
		count_row(&b, top, room, &held);
		at_s++;
	}
	return held;
}

/* A whole day: 288 statuses reach the AtomicTNode, both modes are seen, the store holds every reading on its tick, the
 * room stays in its band, and the simulated house's energy account closes. */
static void a_day_is_told_and_kept_whole(void **state)
{
	struct inhouse *a = inhouse_run(INHOUSE_SINGLE, house, SEED, 24 * HOUR_S + 2);
	struct world_summary w;
	struct held held;
	int polls = 24 * HOUR_S / a->loaded.settings.sensors.poll_s;

	(void)state;
	world_summarise(a->world, &w);
	assert_int_equal(a->told.n, 288);
	assert_int_equal(a->scada.owed, 0);
	assert_true(count_events(a, LOG_MODE) >= 8);
	assert_int_equal(a->scada.mode.mode, REMOTE_CONTROL);
	assert_true(w.residual < 0.001);
	assert_true(w.air_c > 17.0 && w.air_c < 19.0);
	single_close(a->single);	/* its MSG_STOP writes the unfinished row */
	a->single = NULL;
	held = count_held(a);
	/* The first look of a thermometer says 85 C, its power-up value, and is dropped. */
	assert_in_range(held.top, polls - 1, polls + 1);
	assert_in_range(held.room, 24 * 60 - 1, 24 * 60 + 1);
	assert_in_range(held.off_tick, 0, 1);	/* the first of the room stands on the first good look */
	inhouse_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_and_one_thread_agree),
		cmocka_unit_test(one_thread_repeats_itself),
		cmocka_unit_test(an_hour_is_told_whole),
		cmocka_unit_test(an_outage_loses_nothing),
		cmocka_unit_test(a_day_is_told_and_kept_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
