/* SPDX-License-Identifier: MIT */
/* Any stream of requests, and a steady one, against the promises of the guard's rules. */
#include "rules_bench.h"
#include "guard/rules_check.h"
#include "spaceheat/splitmix.h"

/* --- any stream of requests ----------------------------------------------------------------- */

static int upto(uint64_t *s, int n)
{
	return (int)(splitmix64(s) % (uint64_t)n);
}

/* What the world outside sees: the relays as driven, and when. */
struct witness {
	uint64_t seed;
	bool on[N_TEST_RELAYS];
	int64_t off_ms, starts_ms[8];		/* of the heat pump */
	int64_t moves_ms[N_TEST_RELAYS][31], top_ms;
	int n_starts, n_moves[N_TEST_RELAYS];
	int64_t wanted_ms[N_TEST_RELAYS];	/* last request that may have made a lease */
	int64_t cold_ms, exercised_ms;		/* last reading that freeze looks at; last exercise begun */
	int32_t load_w[N_TEST_RELAYS];		/* what each really draws when on; */
	int welded;				/* this one also when off; -1 = none */
	int n_freezes, n_locks;			/* seen, so that the stream is not idle */
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

static bool own_move(const struct bench *b, int relay, const char *why)
{
	for (int i = 0; i < b->out.n_events; i++)
		if (b->out.events[i].kind == GUARD_EVENT_MOVED && b->out.events[i].relay == relay &&
		    b->out.events[i].on && strcmp(b->out.events[i].text, why) == 0)
			return true;
	return false;
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
		if (own_move(b, relay, "pump exercise"))
			w->exercised_ms = b->now_ms;
		if (relay != HP && on && *n >= 29 && !own_move(b, relay, "freeze protection"))
			MUST(w, b->now_ms - w->moves_ms[relay][(*n - 29) % 31] >= RULES_HOUR_MS);
		w->moves_ms[relay][(*n)++ % 31] = b->now_ms;
	}
}

/* Locked is off; but a young heat pump runs on, and freeze protection tries what drew nothing. */
static void see_lock(struct witness *w, const struct bench *b, int relay)
{
	const struct rules_memory *m = &b->rules.relays[relay].memory;
	bool young = relay == HP && b->now_ms - m->moved_ms < b->rules.limits.hp_min_on_ms;

	for (int k = 0; k < N_RULES_LOCKS; k++) {
		if (!locked(b, relay, (enum rules_lock)k))
			continue;
		w->n_locks++;
		MUST(w, !w->on[relay] || young ||
				(k == LOCK_NO_LOAD && rules_freezing(&b->rules, b->now_ms)));
	}
}

/* While it freezes the pump runs, unless it has just moved or is locked as welded. */
static void see_freeze(struct witness *w, const struct bench *b)
{
	const struct rules_memory *m = &b->rules.relays[PUMP].memory;

	if (!rules_freezing(&b->rules, b->now_ms))
		return;
	w->n_freezes++;
	MUST(w, b->now_ms - w->cold_ms < RULES_READING_MS);
	MUST(w, w->on[PUMP] || b->now_ms - m->moved_ms < RULES_RETRY_MS || locked(b, PUMP, LOCK_WELDED));
}

static void see_state(struct witness *w, const struct bench *b)
{
	for (int i = 0; i < N_TEST_RELAYS; i++) {
		MUST(w, w->on[i] == is_on(b, i));
		if (w->on[i])
			MUST(w, b->now_ms - w->wanted_ms[i] < GUARD_LEASE_MS ||
				(i != VALVE && b->now_ms - w->cold_ms < RULES_READING_MS) ||
				(i == PUMP && b->now_ms - w->exercised_ms < GUARD_LEASE_MS));
		see_lock(w, b, i);
	}
	see_freeze(w, b);
	if (w->on[ELEMENT])
		MUST(w, b->now_ms - w->top_ms < RULES_READING_MS);
	for (int k = WATCH_TRIP; k <= WATCH_SUPPLY; k++)
		MUST(w, !(b->rules.stops[k].on && (w->on[HP] || w->on[ELEMENT])));
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
	else if (b->answer.result == GUARD_HELD_MIN_ON || b->answer.result == GUARD_HELD_RATE ||
		 b->answer.result == GUARD_HELD_FREEZE)
		w->wanted_ms[want.relay] = b->now_ms;
	MUST(w, b->answer.on == is_on(b, want.relay));
	if (want.lease_ms > 0 && b->answer.result == GUARD_DONE)
		MUST(w, b->answer.on == want.on);
	if (b->answer.renewal)
		MUST(w, was == is_on(b, want.relay) || b->out.n_moves > 0);
	if (b->answer.result != GUARD_DONE)
		MUST(w, !moved(b, want.relay, true) || own_move(b, want.relay, "freeze protection") ||
			own_move(b, want.relay, "pump exercise"));
}

static void random_power(const struct witness *w, struct bench *b, uint64_t *s)
{
	int32_t sum = upto(s, 20);

	for (int i = 0; i < N_TEST_RELAYS; i++)
		if (w->on[i] || w->welded == i)
			sum += w->load_w[i];
	read_at(b, GUARD_ROLE_POWER_W, 0, sum);
}

/* Now and then much too hot, in cold seeds now and then too cold. */
static int32_t random_mc(uint64_t seed, uint64_t *s)
{
	if (upto(s, 40) == 0)
		return 70000 + upto(s, 20000);
	if (seed % 3 == 0 && upto(s, 4) == 0)
		return -5000 + upto(s, 15000);
	return 30000 + upto(s, 44000);
}

static void random_reading(struct witness *w, struct bench *b, uint64_t *s)
{
	struct guard_reading r = { .role = (uint8_t)upto(s, N_GUARD_ROLES), .source = (uint8_t)upto(s, 3),
		.quality = (uint8_t)(upto(s, 5) == 0 ? QUALITY_CRC : QUALITY_GOOD),
		.value_mc = random_mc(w->seed, s),
		.age_ms = upto(s, 4) == 0 ? upto(s, 60000) : upto(s, 2000) };

	if (r.role == GUARD_ROLE_POWER_W)
		random_power(w, b, s);
	else
		rules_reading(&b->rules, b->now_ms, &r, &b->out);
	if ((r.role == GUARD_ROLE_PIPE || r.role == GUARD_ROLE_ZONE) && r.quality == QUALITY_GOOD &&
	    b->now_ms - r.age_ms > w->cold_ms)
		w->cold_ms = b->now_ms - r.age_ms;
	see_moves(w, b);
	if (r.role == GUARD_ROLE_STORE_TOP && r.quality == QUALITY_GOOD && b->now_ms - r.age_ms > w->top_ms)
		w->top_ms = b->now_ms - r.age_ms;
}

/* Time was applied before it, and what followed from it was done: nothing is left for a tick of the same instant. */
static void nothing_is_left(const struct witness *w, const struct bench *b)
{
	struct guard_rules rules = b->rules;
	struct rules_out out;

	rules_tick(&rules, b->now_ms, &out);
	MUST(w, out.n_moves == 0 && out.n_events == 0);
}

static void random_readings(struct witness *w, struct bench *b, uint64_t *s)
{
	for (int n = upto(s, 4); n >= 0; n--) {
		random_reading(w, b, s);
		nothing_is_left(w, b);
		see_state(w, b);
	}
}

/* Every second seed has a meter that is looked at, every fourth a load that is at fault. */
static void expect_loads(struct witness *w, struct bench *b)
{
	static const int32_t least_w[N_TEST_RELAYS] = { [HP] = 1500, [ELEMENT] = 4000, [PUMP] = 40 };

	for (int i = 0; i < N_TEST_RELAYS && w->seed % 2 == 0; i++) {
		b->rules.relays[i].config.expected_w[0] = least_w[i];
		b->rules.relays[i].config.expected_w[1] = least_w[i] * 2;
		w->load_w[i] = w->seed % 4 == 0 && w->seed / 4 % 3 == (uint64_t)i ? 0 : least_w[i] * 3 / 2;
	}
	w->welded = w->seed % 8 == 2 ? (int)(w->seed / 8 % 3) : -1;
}

static void random_restart(struct witness *w, struct bench *b)
{
	struct rules_memory kept[N_TEST_RELAYS];

	for (int i = 0; i < N_TEST_RELAYS; i++)
		kept[i] = b->rules.relays[i].memory;
	rules_init(&b->rules, &defaults, relays, N_TEST_RELAYS);
	for (int i = 0; i < N_TEST_RELAYS; i++)
		rules_restore(&b->rules, i, &kept[i], true);
	expect_loads(w, b);
	rules_start(&b->rules, b->now_ms, &b->out);
	w->top_ms = w->cold_ms = RULES_LONG_AGO;
	if (w->on[HP])
		w->off_ms = b->now_ms;
	memset(w->on, 0, sizeof(w->on));
}

static struct witness random_stream(uint64_t seed, int n)
{
	struct witness w = { .seed = seed, .off_ms = 1000000, .top_ms = RULES_LONG_AGO,
		.cold_ms = RULES_LONG_AGO, .exercised_ms = RULES_LONG_AGO };
	uint64_t s = seed;
	struct bench b;

	set_up(&b);
	expect_loads(&w, &b);
	for (int i = 0; i < n; i++) {
		int what = upto(&s, 1000);

		b.now_ms += upto(&s, 50) == 0 ? upto(&s, 40 * MIN) : upto(&s, 8000);
		if (what < 500)
			random_want(&w, &b, &s);
		else if (what < 900)
			random_readings(&w, &b, &s);
		else if (what < 990)
			tick(&b, 0);
		else if (what < 995)
			rules_reset(&b.rules, b.now_ms, upto(&s, 2) ? GUARD_ALL : upto(&s, 256), &b.out);
		else
			random_restart(&w, &b);
		if (what >= 900 && what < 995)
			see_moves(&w, &b);
		see_state(&w, &b);
	}
	return w;
}

/* Whatever is asked, read and drawn in whatever order: no start too early or too many, nothing on without a
 * lease or the cold, no element on without a reading, no heat above a ceiling, nothing locked on, a pump on
 * while it freezes, no held request Done; restarts of the guard change none of it. */
static void no_stream_breaks_a_promise(void **state)
{
	int n_freezes = 0, n_locks = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct witness w = random_stream(seed, 5000);

		n_freezes += w.n_freezes;
		n_locks += w.n_locks;
	}
	assert_true(n_freezes > 2000 && n_locks > 10000);
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
