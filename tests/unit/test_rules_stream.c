/* SPDX-License-Identifier: MIT */
/* Any stream of requests, and a steady one, against the promises of the guard's rules. */
#include "rules_bench.h"

/* --- any stream of requests ----------------------------------------------------------------- */

static uint64_t next_random(uint64_t *s)
{
	uint64_t z = *s += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static int upto(uint64_t *s, int n)
{
	return (int)(next_random(s) % (uint64_t)n);
}

/* What the world outside sees: the relays as driven, and when. */
struct witness {
	uint64_t seed;
	bool on[N_TEST_RELAYS];
	int64_t off_ms, starts_ms[8];		/* of the heat pump */
	int64_t moves_ms[N_TEST_RELAYS][31], top_ms;
	int n_starts, n_moves[N_TEST_RELAYS];
	int64_t wanted_ms[N_TEST_RELAYS];	/* last request that may have made a lease */
};

#define MUST(w, claim) \
	do { \
		if (!(claim)) \
			print_error("seed %llu: ", (unsigned long long)(w)->seed); \
		assert_true(claim); \
	} while (0)

static void see_start(struct witness *w, const struct guard_limits *l, int64_t now_ms)
{
	MUST(w, now_ms - w->off_ms >= l->hp_min_off_ms);
	if (w->n_starts >= l->hp_max_starts_per_hour) {
		int before = w->n_starts - l->hp_max_starts_per_hour;

		MUST(w, now_ms - w->starts_ms[before % 8] >= RULES_HOUR_MS);
	}
	w->starts_ms[w->n_starts++ % 8] = now_ms;
}

static void see_moves(struct witness *w, const struct bench *b)
{
	for (int i = 0; i < b->out.n_moves; i++) {
		int relay = b->out.moves[i].relay;
		bool on = b->out.moves[i].on;
		int *n = &w->n_moves[relay];

		MUST(w, on != w->on[relay]);
		w->on[relay] = on;
		if (relay == HP && on)
			see_start(w, &b->rules.limits, b->now_ms);
		if (relay == HP && !on)
			w->off_ms = b->now_ms;
		if (relay != HP && on && *n >= 29)
			MUST(w, b->now_ms - w->moves_ms[relay][(*n - 29) % 31] >= RULES_HOUR_MS);
		w->moves_ms[relay][(*n)++ % 31] = b->now_ms;
	}
}

static void see_state(struct witness *w, const struct bench *b)
{
	for (int i = 0; i < N_TEST_RELAYS; i++) {
		MUST(w, w->on[i] == is_on(b, i));
		if (w->on[i])
			MUST(w, b->now_ms - w->wanted_ms[i] < GUARD_LEASE_MS);
	}
	if (w->on[ELEMENT])
		MUST(w, b->now_ms - w->top_ms < RULES_READING_MS);
	MUST(w, !(b->rules.stops[WATCH_TRIP].on && (w->on[HP] || w->on[ELEMENT])));
}

static void random_want(struct witness *w, struct bench *b, uint64_t *s)
{
	struct guard_want want = { .relay = (uint8_t)upto(s, N_TEST_RELAYS), .on = (uint8_t)upto(s, 2),
		.rank = (uint8_t)upto(s, N_GUARD_RANKS), .lease_ms = upto(s, 9) == 0 ? 0 : upto(s, 60000) };
	bool was = w->on[want.relay];

	rules_want(&b->rules, b->now_ms, &want, &b->answer, &b->out);
	see_moves(w, b);
	if (want.lease_ms > 0)
		w->wanted_ms[want.relay] = b->now_ms;
	else if (b->answer.result == GUARD_HELD_MIN_ON || b->answer.result == GUARD_HELD_RATE)
		w->wanted_ms[want.relay] = b->now_ms;
	MUST(w, b->answer.on == is_on(b, want.relay));
	if (want.lease_ms > 0 && b->answer.result == GUARD_DONE)
		MUST(w, b->answer.on == want.on);
	if (b->answer.renewal)
		MUST(w, was == is_on(b, want.relay) || b->out.n_moves > 0);
	if (b->answer.result != GUARD_DONE)
		MUST(w, !moved(b, want.relay, true));
}

static void random_reading(struct witness *w, struct bench *b, uint64_t *s)
{
	struct guard_reading r = { .role = (uint8_t)upto(s, N_GUARD_ROLES), .source = (uint8_t)upto(s, 3),
		.quality = (uint8_t)(upto(s, 5) == 0 ? QUALITY_CRC : QUALITY_GOOD),
		.value_mc = upto(s, 40) == 0 ? 70000 + upto(s, 20000) : 30000 + upto(s, 44000),
		.age_ms = upto(s, 4) == 0 ? upto(s, 60000) : upto(s, 2000) };

	rules_reading(&b->rules, b->now_ms, &r, &b->out);
	see_moves(w, b);
	if (r.role == GUARD_ROLE_STORE_TOP && r.quality == QUALITY_GOOD && b->now_ms - r.age_ms > w->top_ms)
		w->top_ms = b->now_ms - r.age_ms;
}

static void random_restart(struct witness *w, struct bench *b)
{
	struct rules_memory kept[N_TEST_RELAYS];

	for (int i = 0; i < N_TEST_RELAYS; i++)
		kept[i] = b->rules.relays[i].memory;
	rules_init(&b->rules, &defaults, relays, N_TEST_RELAYS);
	for (int i = 0; i < N_TEST_RELAYS; i++)
		rules_restore(&b->rules, i, &kept[i]);
	rules_start(&b->rules, b->now_ms, &b->out);
	w->top_ms = RULES_LONG_AGO;
	if (w->on[HP])
		w->off_ms = b->now_ms;
	memset(w->on, 0, sizeof(w->on));
}

static void random_stream(uint64_t seed, int n)
{
	struct witness w = { .seed = seed, .off_ms = 1000000, .top_ms = RULES_LONG_AGO };
	uint64_t s = seed;
	struct bench b;

	set_up(&b);
	for (int i = 0; i < n; i++) {
		int what = upto(&s, 1000);

		b.now_ms += upto(&s, 50) == 0 ? upto(&s, 40 * MIN) : upto(&s, 8000);
		if (what < 500)
			random_want(&w, &b, &s);
		else if (what < 900)
			random_reading(&w, &b, &s);
		else if (what < 990)
			tick(&b, 0);
		else if (what < 995)
			rules_reset(&b.rules, b.now_ms, &b.out);
		else
			random_restart(&w, &b);
		if (what >= 900 && what < 995)
			see_moves(&w, &b);
		see_state(&w, &b);
	}
}

/* Whatever is asked in whatever order: no start too early or too many, nothing on without a lease, no element
 * on without a reading, no held request Done; restarts of the guard change none of it. */
static void no_stream_breaks_a_promise(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++)
		random_stream(seed, 5000);
}

/* Lets time pass in steps of 5 s with fresh readings and somebody renewing what is on. */
static void live(struct bench *b, int64_t ms, enum guard_rank rank)
{
	for (int64_t end = b->now_ms + ms; b->now_ms < end;) {
		tick(b, end - b->now_ms < 5000 ? end - b->now_ms : 5000);
		read_at(b, GUARD_ROLE_STORE_TOP, 0, 50000);
		for (int i = 0; i < N_TEST_RELAYS; i++)
			if (is_on(b, i))
				assert_int_equal(ask(b, i, true, rank), GUARD_DONE);
	}
}

/* A stream that renews in time runs on undisturbed: the rules hold back no more than they must. */
static void steady_service_is_steady(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b);
	tick(&b, 340000);
	read_at(&b, GUARD_ROLE_STORE_TOP, 0, 50000);
	for (int i = 0; i < N_TEST_RELAYS; i++)
		assert_int_equal(ask(&b, i, true, GUARD_RANK_LOCAL), GUARD_DONE);
	live(&b, 24LL * RULES_HOUR_MS, GUARD_RANK_LOCAL);
	for (int i = 0; i < N_TEST_RELAYS; i++)
		assert_true(is_on(&b, i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_stream_breaks_a_promise),
		cmocka_unit_test(steady_service_is_steady),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
