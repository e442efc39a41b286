/* SPDX-License-Identifier: MIT */
/* The real guard process behind the real socket: life, death and memory. */
#define _GNU_SOURCE	/* O_TMPFILE */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "guard_bench.h"
#include "port/guard_child.h"

/* A request goes through the process to the relay's byte and back, and nothing is left unanswered. */
static void a_request_reaches_the_relay(void **state)
{
	struct running r = begin_new();
	struct msg_answer a;

	(void)state;
	assert_int_equal(byte_of(&r, PUMP), 0);
	a = ask(&r, PUMP, true);
	assert_int_equal(a.result, GUARD_DONE);
	assert_int_equal(a.on, 1);
	assert_int_equal(byte_of(&r, PUMP), 1);
	a = ask(&r, HP, true);
	assert_int_equal(a.result, GUARD_HELD_MIN_OFF);
	assert_int_equal(byte_of(&r, HP), 0);
	a = ask(&r, 200, true);
	assert_int_equal(a.result, GUARD_DRIVER_ERROR);
	end(&r);
}

/* On simulated time a lease lapses at exactly 30 simulated seconds. */
static void lease_lapses_on_simulated_time(void **state)
{
	struct running r = begin_new();

	(void)state;
	ask(&r, PUMP, true);
	tick(&r, 29999);
	assert_int_equal(byte_of(&r, PUMP), 1);
	tick(&r, 1);
	assert_int_equal(byte_of(&r, PUMP), 0);
	assert_int_equal(bench_event(r.bench, GUARD_EVENT_LEASE_LAPSED).relay, PUMP);
	end(&r);
}

/* Readings reach the rules: without a store top no element, with a hot one neither, and a reset is heard. */
static void readings_and_reset_reach_the_rules(void **state)
{
	struct guard_reading top = { .role = GUARD_ROLE_STORE_TOP, .quality = QUALITY_GOOD,
		.value_mc = 50000 };
	struct running r = begin_new();
	struct err e;

	(void)state;
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_HELD_MISSING_DATA);
	assert_true(r.port.reading(r.port.self, &top, &e));
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_DONE);
	top.value_mc = 83000;
	for (int i = 0; i < 2; i++) {
		tick(&r, 1000);
		assert_true(r.port.reading(r.port.self, &top, &e));
	}
	assert_int_equal(bench_event(r.bench, GUARD_EVENT_TRIP).value, 83000);
	bench_settle(r.bench);
	assert_int_equal(byte_of(&r, ELEMENT), 0);
	tick(&r, 20000);
	top.value_mc = 60000;
	assert_true(r.port.reading(r.port.self, &top, &e));
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_HELD_CEILING);
	assert_true(r.port.reset(r.port.self, &e));
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_DONE);
	end(&r);
}

/* --- death ---------------------------------------------------------------------------------- */

/* A killed guard runs again within 1 s, all relays in their fail state, and the service is told (SF-21). */
static void a_killed_guard_is_back_within_1_s(void **state)
{
	struct running r = begin_new();
	pid_t first = guard_socket_pid(r.socket);
	int64_t since_ms, took_ms;

	(void)state;
	assert_int_equal(ask(&r, PUMP, true).result, GUARD_DONE);
	since_ms = bench_real_ms();
	assert_int_equal(kill(first, SIGKILL), 0);
	for (int i = 0; i < N_BENCH_RELAYS; i++) {
		struct msg_relay_event e = bench_event(r.bench, GUARD_EVENT_MOVED);

		assert_int_equal(e.relay, i);
		assert_int_equal(e.on, 0);
	}
	took_ms = bench_real_ms() - since_ms;
	print_message("guard back after %d ms\n", (int)took_ms);
	assert_true(took_ms <= 1000);
	assert_int_equal(byte_of(&r, PUMP), 0);
	assert_int_not_equal(guard_socket_pid(r.socket), first);
	tick(&r, 10000);
	assert_int_equal(ask(&r, PUMP, true).result, GUARD_DONE);
	end(&r);
}

/* A guard that hangs is killed and started again; what it owed is answered DriverError: nobody waits. */
static void a_hung_guard_is_replaced(void **state)
{
	struct guard_want w = { .relay = PUMP, .on = 1, .lease_ms = GUARD_LEASE_MS };
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);
	struct running r;
	struct msg m;
	struct err e;

	(void)state;
	o.hang_ms = 200;
	r = begin(b, &o);
	assert_int_equal(kill(guard_socket_pid(r.socket), SIGSTOP), 0);
	assert_true(r.port.tick(r.port.self, (struct mono){ r.now_ms }, &e));
	assert_true(r.port.want(r.port.self, &w, 77, &e));
	m = bench_next(b, MSG_ANSWER);
	assert_int_equal(m.answer.seq, 77);
	assert_int_equal(m.answer.result, GUARD_DRIVER_ERROR);
	bench_event(b, GUARD_EVENT_MOVED);
	bench_settle(b);
	assert_int_equal(ask(&r, PUMP, true).result, GUARD_DONE);
	end(&r);
}

struct bare { struct guard_child child; int memfd; const volatile uint8_t *relays; };

static struct bare bare_start(struct bench *b)
{
	struct guard_socket_options o = bench_options(b);
	struct bare bare = { .memfd = open(b->dir, O_TMPFILE | O_RDWR, 0600) };
	struct err e = { 0 };

	assert_true(bare.memfd >= 0 && ftruncate(bare.memfd, GUARD_MAX_RELAYS) == 0);
	bare.relays = mmap(NULL, GUARD_MAX_RELAYS, PROT_READ, MAP_SHARED, bare.memfd, 0);
	assert_true(bare.relays != MAP_FAILED);
	if (!guard_child_start(&o, bare.memfd, (struct mono){ 1000000 }, &bare.child, &e))
		fail_msg("%s", e.text);
	return bare;
}

static struct guard_frame bare_ask(struct bare *bare, struct guard_frame f, enum guard_frame_type type,
	enum guard_frame_type answer)
{
	struct err e;

	assert_true(guard_child_send(&bare->child, type, 5, &f, &e));
	do
		assert_int_equal(recv(bare->child.fd, &f, sizeof(f), 0), sizeof(f));
	while (f.type != answer);
	return f;
}

static void bare_switch_on(struct bare *bare)
{
	struct guard_frame f = { .want = { .relay = PUMP, .on = 1, .lease_ms = GUARD_LEASE_MS } };

	f = bare_ask(bare, f, GUARD_WANT, GUARD_ANSWER);
	assert_int_equal(f.answer.result, GUARD_DONE);
	assert_int_equal(bare->relays[PUMP], 1);
}

static void bare_end(struct bare *bare)
{
	munmap((void *)(uintptr_t)bare->relays, GUARD_MAX_RELAYS);
	close(bare->memfd);
}

/* When the service's end of the socket closes, however it died, the relays are in their fail state within 2 s
 * (SF-21; 100 ms is the aim) and the guard ends with 0. */
static void a_dead_service_means_fail_state(void **state)
{
	struct bench *b = bench_open();
	struct bare bare = bare_start(b);
	int64_t since_ms, took_ms;
	int status;

	(void)state;
	bare_switch_on(&bare);
	since_ms = bench_real_ms();
	close(bare.child.fd);
	assert_int_equal(waitpid(bare.child.pid, &status, 0), bare.child.pid);
	took_ms = bench_real_ms() - since_ms;
	print_message("fail state and end after %d ms\n", (int)took_ms);
	assert_true(took_ms <= 2000);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(bare.relays[PUMP], 0);
	bare_end(&bare);
	bench_close(b);
}

/* A Ctrl-C of the terminal's process group does not end the guard before its service. */
static void signals_do_not_end_the_guard(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct bench *b = bench_open();
	struct bare bare = bare_start(b);
	struct guard_frame f = { .tick = { .mono_ms = 1000500, .sequence = 9 } };

	(void)state;
	bare_switch_on(&bare);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		assert_int_equal(kill(bare.child.pid, signals[i]), 0);
	f = bare_ask(&bare, f, GUARD_TICK, GUARD_TICKED);
	assert_int_equal(f.tick.sequence, 9);
	assert_int_equal(bare.relays[PUMP], 1);
	guard_child_end(&bare.child, 0);
	bare_end(&bare);
	bench_close(b);
}

/* Frames of another version, of no type, cut short, out of turn or full of noise move and kill nothing. */
static void noise_moves_nothing(void **state)
{
	struct bench *b = bench_open();
	struct bare bare = bare_start(b);
	struct guard_frame f = { .tick = { .mono_ms = 1000001 } };
	uint64_t s = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		uint8_t noise[sizeof(f)];

		for (size_t k = 0; k < sizeof(noise); k++) {
			s = s * 6364136223846793005u + 1442695040888963407u;
			noise[k] = (uint8_t)(s >> 56);
		}
		noise[0] = (uint8_t)(i % 2 ? GUARD_VERSION : GUARD_VERSION + 1);	/* half of a known version */
		noise[1] = 0;
		if (i % 2 && (noise[2] == GUARD_WANT || noise[2] == GUARD_STOP))
			noise[2] = 99;		/* these may move something, and should */
		noise[3] = 0;
		assert_true(send(bare.child.fd, noise, i % 5 ? sizeof(noise) : 3 + s % 60, 0) > 0);
		while (recv(bare.child.fd, &f, sizeof(f), MSG_DONTWAIT) > 0)
			;
	}
	for (int i = 0; i < GUARD_MAX_RELAYS; i++)
		assert_int_equal(bare.relays[i], 0);
	f = (struct guard_frame){ .tick = { .mono_ms = 1000002, .sequence = 4242 } };
	do
		f = bare_ask(&bare, f, GUARD_TICK, GUARD_TICKED);
	while (f.tick.sequence != 4242);
	guard_child_end(&bare.child, 0);
	bare_end(&bare);
	bench_close(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_reaches_the_relay),
		cmocka_unit_test(lease_lapses_on_simulated_time),
		cmocka_unit_test(readings_and_reset_reach_the_rules),
		cmocka_unit_test(a_killed_guard_is_back_within_1_s),
		cmocka_unit_test(a_hung_guard_is_replaced),
		cmocka_unit_test(a_dead_service_means_fail_state),
		cmocka_unit_test(signals_do_not_end_the_guard),
		cmocka_unit_test(noise_moves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
