/* SPDX-License-Identifier: MIT */
/* The relay actor, before a port that notes what it is told and before the rules in this process. */
#include "actor/relay.h"
#include "guard_bench.h"
#include "sim/guard_sim.h"

struct fake_port {
	bool broken;
	int reset, n_resets;
	int n_wants, n_readings;
	struct guard_want want;
	struct guard_reading reading;
	uint32_t seq;
};

static bool fake_want(void *self, const struct guard_want *w, uint32_t seq, struct err *e)
{
	struct fake_port *f = self;

	f->n_wants++;
	f->want = *w;
	f->seq = seq;
	return !f->broken || err_set(e, ERR_IO, 0, "guard: gone");
}

static bool fake_reading(void *self, const struct guard_reading *r, struct err *e)
{
	struct fake_port *f = self;

	f->n_readings++;
	f->reading = *r;
	return !f->broken || err_set(e, ERR_IO, 0, "guard: gone");
}

static bool fake_reset_one(void *self, int relay, struct err *e)
{
	struct fake_port *f = self;

	f->n_resets++;
	f->reset = relay;
	return !f->broken || err_set(e, ERR_IO, 0, "guard: gone");
}

struct desk {
	struct bench *bench;
	struct fake_port fake;
	struct relay relay;
	struct outbox out;
};

static struct desk *desk_open(const struct guard_port *port)
{
	struct desk *d = calloc(1, sizeof(*d));
	struct guard_port fake = { .want = fake_want, .reading = fake_reading, .reset_one = fake_reset_one };

	assert_non_null(d);
	d->bench = bench_open();
	fake.self = &d->fake;
	relay_init(&d->relay, &d->bench->house, &d->bench->settings, port != NULL ? port : &fake);
	return d;
}

static void desk_close(struct desk *d)
{
	bench_close(d->bench);
	free(d);
}

static void step(struct desk *d, const struct msg *m)
{
	d->out.n = 0;
	relay_step(&d->relay, m, &d->out);
}

static void want(struct desk *d, int relay, bool on, uint32_t seq)
{
	struct msg m = { .type = MSG_WANT, .want = { .relay = (uint8_t)relay, .on = on,
		.rank = GUARD_RANK_LOCAL, .seq = seq, .lease_ms = GUARD_LEASE_MS } };

	step(d, &m);
}

static void answer(struct desk *d, enum guard_result result, uint32_t seq)
{
	struct msg m = { .type = MSG_ANSWER, .answer = { .relay = PUMP, .result = (uint8_t)result,
		.seq = seq } };

	step(d, &m);
}

static const struct msg *said(const struct desk *d, enum msg_type type)
{
	for (int i = 0; i < d->out.n; i++)
		if (d->out.box[i].type == type)
			return &d->out.box[i];
	return NULL;
}

/* A request goes to the guard as it is and its answer back to scada, once. */
static void a_request_and_its_answer(void **state)
{
	struct desk *d = desk_open(NULL);

	(void)state;
	want(d, PUMP, true, 41);
	assert_int_equal(d->out.n, 0);
	assert_int_equal(d->fake.want.relay, PUMP);
	assert_int_equal(d->fake.want.on, 1);
	assert_int_equal(d->fake.want.rank, GUARD_RANK_LOCAL);
	assert_int_equal(d->fake.want.lease_ms, GUARD_LEASE_MS);
	assert_int_equal(d->fake.seq, 41);
	answer(d, GUARD_HELD_RATE, 41);
	assert_int_equal(d->out.n, 1);
	assert_int_equal(d->out.box[0].to, TO_SCADA);
	assert_int_equal(d->out.box[0].answer.result, GUARD_HELD_RATE);
	answer(d, GUARD_DONE, 41);
	answer(d, GUARD_DONE, 42);
	answer(d, GUARD_DONE, 0);
	assert_int_equal(d->out.n, 0);
	assert_int_equal(d->relay.strays, 3);
	desk_close(d);
}

/* The actor renews nothing: without requests from scada the guard hears none, and it asks for no wake-up. */
static void it_never_renews_by_itself(void **state)
{
	struct msg ticks = { .type = MSG_TICK };
	struct desk *d = desk_open(NULL);

	(void)state;
	want(d, PUMP, true, 1);
	answer(d, GUARD_DONE, 1);
	for (int i = 0; i < 100; i++) {
		ticks.now.ms += 1000;
		step(d, &ticks);
		assert_int_equal(d->out.n, 0);
		assert_int_equal(d->out.wake_at.ms, INT64_MAX);
	}
	assert_int_equal(d->fake.n_wants, 1);
	desk_close(d);
}

/* A request that cannot reach the guard is answered DriverError at once, and said in the log once. */
static void an_unreachable_guard_is_a_driver_error(void **state)
{
	struct desk *d = desk_open(NULL);

	(void)state;
	d->fake.broken = true;
	want(d, PUMP, true, 7);
	assert_int_equal(said(d, MSG_ANSWER)->to, TO_SCADA);
	assert_int_equal(said(d, MSG_ANSWER)->answer.result, GUARD_DRIVER_ERROR);
	assert_int_equal(said(d, MSG_ANSWER)->answer.seq, 7);
	assert_int_equal(said(d, MSG_LOG)->log.code, LOG_DRIVER);
	assert_int_equal(said(d, MSG_EVENT)->to, TO_HISTORY);
	want(d, PUMP, true, 8);
	assert_int_equal(d->out.n, 1);
	d->fake.broken = false;
	want(d, PUMP, true, 9);
	answer(d, GUARD_DONE, 9);
	assert_int_equal(said(d, MSG_LOG)->log.level, LEVEL_INFO);
	assert_non_null(said(d, MSG_ANSWER));
	desk_close(d);
}

/* Readings for the guard's own checks are passed on as they are. */
static void readings_pass(void **state)
{
	struct msg m = { .type = MSG_GUARD_READING, .guard_reading = { .role = GUARD_ROLE_STORE, .source = 3,
		.quality = QUALITY_GOOD, .value_mc = 61250, .age_ms = 900 } };
	struct desk *d = desk_open(NULL);

	(void)state;
	step(d, &m);
	assert_int_equal(d->fake.n_readings, 1);
	assert_int_equal(d->fake.reading.role, GUARD_ROLE_STORE);
	assert_int_equal(d->fake.reading.source, 3);
	assert_int_equal(d->fake.reading.value_mc, 61250);
	assert_int_equal(d->fake.reading.age_ms, 900);
	desk_close(d);
}

/* Several in one message too, in their order. */
static void several_readings_pass(void **state)
{
	struct msg m = { .type = MSG_GUARD_READINGS, .guard_readings = { .n = 2, .list = {
		{ .role = GUARD_ROLE_STORE, .source = 3, .quality = QUALITY_GOOD, .value_mc = 61250, .age_ms = 900 },
		{ .role = GUARD_ROLE_PIPE, .source = 1, .quality = QUALITY_GOOD, .value_mc = -250, .age_ms = 0 } } } };
	struct desk *d = desk_open(NULL);

	(void)state;
	step(d, &m);
	assert_int_equal(d->fake.n_readings, 2);
	assert_int_equal(d->fake.reading.role, GUARD_ROLE_PIPE);
	assert_int_equal(d->fake.reading.source, 1);
	assert_int_equal(d->fake.reading.value_mc, -250);
	desk_close(d);
}

static bool has_relay(enum guard_event_kind kind)
{
	return kind == GUARD_EVENT_DRIVER || kind >= GUARD_EVENT_DRY_FIRE;
}

static const struct msg_log *log_of(struct desk *d, struct msg_relay_event e)
{
	struct msg m = { .type = MSG_RELAY_EVENT, .relay_event = e };

	step(d, &m);
	return &said(d, MSG_LOG)->log;
}

/* Every event reaches scada; ceiling, trip and driver are log lines of their level and event rows too. */
static void events_are_told_and_logged(void **state)
{
	static const struct {
		enum guard_event_kind kind;
		bool on;
		enum log_code code;
		enum log_level level;
	} rows[] = {
		{ GUARD_EVENT_CEILING, true, LOG_CEILING, LEVEL_WARNING },
		{ GUARD_EVENT_CEILING, false, LOG_CEILING, LEVEL_INFO },
		{ GUARD_EVENT_TRIP, true, LOG_TRIP, LEVEL_CRITICAL },
		{ GUARD_EVENT_TRIP_RESET, false, LOG_TRIP, LEVEL_INFO },
		{ GUARD_EVENT_DRIVER, true, LOG_DRIVER, LEVEL_ERROR },
		{ GUARD_EVENT_FREEZE, true, LOG_FREEZE, LEVEL_CRITICAL },
		{ GUARD_EVENT_FREEZE, false, LOG_FREEZE, LEVEL_INFO },
		{ GUARD_EVENT_DRY_FIRE, true, LOG_DRY_FIRE, LEVEL_CRITICAL },
		{ GUARD_EVENT_DRY_FIRE, false, LOG_DRY_FIRE, LEVEL_INFO },
		{ GUARD_EVENT_NO_LOAD, true, LOG_NO_LOAD, LEVEL_WARNING },
		{ GUARD_EVENT_NO_LOAD, false, LOG_NO_LOAD, LEVEL_INFO },
		{ GUARD_EVENT_WELDED, true, LOG_WELDED, LEVEL_CRITICAL },
		{ GUARD_EVENT_WELDED, false, LOG_WELDED, LEVEL_INFO },
	};
	struct msg quiet = { .type = MSG_RELAY_EVENT, .relay_event = { .kind = GUARD_EVENT_MOVED } };
	struct desk *d = desk_open(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct msg m = { .type = MSG_RELAY_EVENT, .relay_event = { .kind = (uint8_t)rows[i].kind,
			.relay = has_relay(rows[i].kind) ? PUMP : GUARD_NO_RELAY, .on = rows[i].on,
			.value = 82500, .text = "store trip" } };

		step(d, &m);
		assert_int_equal(said(d, MSG_LOG)->log.code, rows[i].code);
		assert_int_equal(said(d, MSG_LOG)->log.level, rows[i].level);
		assert_int_equal(said(d, MSG_EVENT)->to, TO_HISTORY);
		assert_int_equal(said(d, MSG_RELAY_EVENT)->to, TO_SCADA);
		assert_int_equal(said(d, MSG_RELAY_EVENT)->relay_event.value, 82500);
	}
	assert_int_equal(said(d, MSG_LOG)->log.node, PUMP);	/* its node has the same number here */
	step(d, &quiet);
	assert_int_equal(d->out.n, 1);
	desk_close(d);
}

/* A line names the sensor or the breaker that a person must look at, and what to do. */
static void lines_say_where_to_look(void **state)
{
	struct desk *d = desk_open(NULL);
	struct settings *s = &d->bench->settings;
	struct msg_relay_event e = { .kind = GUARD_EVENT_FREEZE, .relay = GUARD_NO_RELAY, .on = 1,
		.role = GUARD_ROLE_PIPE, .value = -450, .text = "pipe near freezing" };

	(void)state;
	s->roles.supply = 0;
	s->roles.return_pipe = 1;
	s->n_zones = 1;
	s->zones[0].sensor = 2;
	snprintf(s->relays[ELEMENT].label, WORD_SIZE, "boost element");
	assert_int_equal(log_of(d, e)->node, 0);
	assert_non_null(strstr(log_of(d, e)->text, "pipe near freezing: -0.4 C"));
	e.source = 1;
	assert_int_equal(log_of(d, e)->node, 1);
	e.role = GUARD_ROLE_ZONE;
	assert_int_equal(log_of(d, e)->node, NO_NODE);
	e.source = 0;
	assert_int_equal(log_of(d, e)->node, 2);
	e.role = GUARD_ROLE_STORE;
	assert_int_equal(log_of(d, e)->node, NO_NODE);
	e = (struct msg_relay_event){ .kind = GUARD_EVENT_WELDED, .relay = ELEMENT, .on = 1, .value = 4460 };
	assert_string_equal(log_of(d, e)->text, "4460 W while commanded off for 30 s - switch off breaker "
		"\"boost element\" and replace the relay");
	e = (struct msg_relay_event){ .kind = GUARD_EVENT_NO_LOAD, .relay = PUMP, .on = 1, .value = 3,
		.text = "tried once more" };
	assert_string_equal(log_of(d, e)->text,
		"on, but draws no power: tried once more (total_w=3) - check its breaker");
	desk_close(d);
}

/* --- the rules in this process ---------------------------------------------------------------- */

static void deliver(struct desk *d)
{
	struct bench *b = d->bench;

	d->out.n = 0;
	while (b->taken < b->n)
		relay_step(&d->relay, &b->box[b->taken++], &d->out);
}

/* With the guard in this process a request moves the relay's byte and its lease lapses at 30 s of ticks. */
static void the_simulated_guard_rules_too(void **state)
{
	uint8_t bytes[GUARD_MAX_RELAYS] = { 9, 9, 9 };
	struct desk *d = desk_open(NULL);
	struct post post = { d->bench, bench_post, bench_busy };
	struct guard_sim *sim;
	struct guard_port port;
	struct err e = { 0 };

	(void)state;
	sim = guard_sim_open(&d->bench->settings, &d->bench->house, bytes, post, &e);
	assert_non_null(sim);
	assert_int_equal(bytes[HP] + bytes[ELEMENT] + bytes[PUMP], 0);
	port = guard_sim_port(sim);
	relay_init(&d->relay, &d->bench->house, &d->bench->settings, &port);
	want(d, PUMP, true, 1);
	deliver(d);
	assert_int_equal(said(d, MSG_ANSWER)->answer.result, GUARD_DONE);
	assert_int_equal(bytes[PUMP], 1);
	want(d, HP, true, 2);
	deliver(d);
	assert_int_equal(said(d, MSG_ANSWER)->answer.result, GUARD_HELD_MIN_OFF);
	assert_true(said(d, MSG_ANSWER)->answer.held_for_ms >= 300000);
	assert_true(port.tick(port.self, (struct mono){ 29999 }, &e));
	assert_int_equal(bytes[PUMP], 1);
	assert_true(port.tick(port.self, (struct mono){ 30000 }, &e));
	assert_int_equal(bytes[PUMP], 0);
	deliver(d);
	assert_int_equal(said(d, MSG_RELAY_EVENT)->relay_event.kind, GUARD_EVENT_LEASE_LAPSED);
	guard_sim_close(sim);
	desk_close(d);
}

/* The simulated guard takes readings and a reset like the process, and refuses what it would refuse. */
static void the_simulated_guard_refuses_too(void **state)
{
	struct guard_reading top = { .role = GUARD_ROLE_STORE_TOP, .quality = QUALITY_GOOD,
		.value_mc = 83000 };
	uint8_t bytes[GUARD_MAX_RELAYS] = { 0 };
	struct desk *d = desk_open(NULL);
	struct post post = { d->bench, bench_post, bench_busy };
	struct guard_sim *sim;
	struct guard_port port;
	struct err e = { 0 };

	(void)state;
	sim = guard_sim_open(&d->bench->settings, &d->bench->house, bytes, post, &e);
	port = guard_sim_port(sim);
	relay_init(&d->relay, &d->bench->house, &d->bench->settings, &port);
	for (int64_t ms = 1; ms <= 2; ms++) {
		assert_true(port.tick(port.self, (struct mono){ ms }, &e));
		assert_true(port.reading(port.self, &top, &e));
	}
	deliver(d);
	want(d, ELEMENT, true, 1);
	deliver(d);
	assert_int_equal(said(d, MSG_ANSWER)->answer.result, GUARD_HELD_CEILING);
	top.value_mc = 50000;
	assert_true(port.tick(port.self, (struct mono){ 3 }, &e));
	assert_true(port.reading(port.self, &top, &e));
	assert_true(port.reset(port.self, &e));
	deliver(d);
	want(d, ELEMENT, true, 2);
	deliver(d);
	assert_int_equal(said(d, MSG_ANSWER)->answer.result, GUARD_DONE);
	assert_int_equal(bytes[ELEMENT], 1);
	guard_sim_close(sim);
	d->bench->settings.guard.store_ceiling_c = 90;
	assert_null(guard_sim_open(&d->bench->settings, &d->bench->house, bytes, post, &e));
	assert_non_null(strstr(e.text, "store_ceiling_mc 90000"));
	desk_close(d);
}

/* A byte that somebody else has changed is put right within 10 s, and reported (SF-87). */
static void the_simulated_guard_drives_anew(void **state)
{
	uint8_t bytes[GUARD_MAX_RELAYS] = { 0 };
	struct desk *d = desk_open(NULL);
	struct post post = { d->bench, bench_post, bench_busy };
	struct guard_sim *sim;
	struct guard_port port;
	struct err e = { 0 };

	(void)state;
	sim = guard_sim_open(&d->bench->settings, &d->bench->house, bytes, post, &e);
	port = guard_sim_port(sim);
	relay_init(&d->relay, &d->bench->house, &d->bench->settings, &port);
	want(d, PUMP, true, 1);
	bytes[PUMP] = 0;
	bytes[ELEMENT] = 1;
	assert_true(port.tick(port.self, (struct mono){ 9999 }, &e));
	assert_int_equal(bytes[PUMP], 0);
	assert_true(port.tick(port.self, (struct mono){ 10000 }, &e));
	assert_int_equal(bytes[PUMP], 1);
	assert_int_equal(bytes[ELEMENT], 0);
	deliver(d);
	assert_int_equal(said(d, MSG_LOG)->log.code, LOG_DRIVER);
	assert_true(port.reset_one(port.self, PUMP, &e));
	guard_sim_close(sim);
	desk_close(d);
}

/* A person's reset reaches the guard as what it is about: one relay, or the trip; a guard that is gone is said. */
static void resets_reach_the_guard(void **state)
{
	struct desk *d = desk_open(NULL);
	struct msg m = { .type = MSG_RESET, .reset = { PUMP } };

	(void)state;
	step(d, &m);
	assert_int_equal(d->fake.reset, PUMP);
	m.reset.relay = -1;
	step(d, &m);
	assert_int_equal(d->fake.reset, GUARD_NO_RELAY);
	assert_int_equal(d->fake.n_resets, 2);
	assert_null(said(d, MSG_LOG));
	d->fake.broken = true;
	step(d, &m);
	assert_int_equal(said(d, MSG_LOG)->log.code, LOG_DRIVER);
	desk_close(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_and_its_answer),
		cmocka_unit_test(it_never_renews_by_itself),
		cmocka_unit_test(an_unreachable_guard_is_a_driver_error),
		cmocka_unit_test(readings_pass),
		cmocka_unit_test(several_readings_pass),
		cmocka_unit_test(resets_reach_the_guard),
		cmocka_unit_test(events_are_told_and_logged),
		cmocka_unit_test(lines_say_where_to_look),
		cmocka_unit_test(the_simulated_guard_drives_anew),
		cmocka_unit_test(the_simulated_guard_rules_too),
		cmocka_unit_test(the_simulated_guard_refuses_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
