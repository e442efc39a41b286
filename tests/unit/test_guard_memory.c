/* SPDX-License-Identifier: MIT */
/* The real guard process: what it refuses, what it remembers, and its command line. */
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "guard_bench.h"

/* --- refusals ------------------------------------------------------------------------------- */

static void expect_refusal(struct bench *b, const struct guard_socket_options *o, const char *part)
{
	struct err e = { 0 };

	assert_null(guard_socket_open(o, &e));
	if (strstr(e.text, part) == NULL)
		fail_msg("no \"%s\" in \"%s\"", part, e.text);
	bench_close(b);
}

/* A limit outside the compiled-in rails is refused by the guard itself, and named. */
static void a_limit_outside_the_rails_is_refused(void **state)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);

	(void)state;
	b->settings.guard.hp_min_off_s = 30;
	expect_refusal(b, &o, "hp_min_off_ms 30000");
}

/* A real relay without a driver is refused and named, never simulated in its place (SF-88). */
static void a_missing_driver_is_refused(void **state)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);

	(void)state;
	o.simulated = false;
	for (int i = 0; i < N_BENCH_RELAYS; i++)
		b->house.components[i].make = MAKE_UNKNOWN;
	expect_refusal(b, &o, "relay 0 UnknownMake__UnknownModel: no driver");
}

/* A simulated make in a house that is not simulated is refused (SF-88). */
static void a_simulated_relay_in_a_real_house_is_refused(void **state)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);

	(void)state;
	o.simulated = false;
	expect_refusal(b, &o, "simulated make in a real house");
}

/* A guard that is not there is named with its path. */
static void a_missing_program_is_named(void **state)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);

	(void)state;
	o.program = "/nowhere/spaceheat-guard";
	expect_refusal(b, &o, "/nowhere/spaceheat-guard");
}

/* A program that is no guard is given up after 2 s or at its end, whichever is first. */
static void another_program_is_no_guard(void **state)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);

	(void)state;
	o.program = "/bin/true";
	expect_refusal(b, &o, "ended while it started");
}

/* --- memory --------------------------------------------------------------------------------- */

static void run_heat_pump(struct running *r)
{
	tick(r, 300000 + 120000);
	assert_int_equal(ask(r, HP, true).result, GUARD_DONE);
}

/* Minimum off time survives a kill of the guard and an orderly restart of the service (SF-19). */
static void off_time_survives(void **state)
{
	struct running r = begin_new();
	struct guard_socket_options o = bench_options(r.bench);
	struct msg_answer a;

	(void)state;
	run_heat_pump(&r);
	tick(&r, 7000);
	assert_int_equal(kill(guard_socket_pid(r.socket), SIGKILL), 0);
	bench_event(r.bench, GUARD_EVENT_MOVED);
	bench_settle(r.bench);
	a = ask(&r, HP, true);
	assert_int_equal(a.result, GUARD_HELD_MIN_OFF);
	assert_int_equal(a.held_for_ms, 300000);	/* known: no delay of the house on top */
	tick(&r, 100000);
	guard_socket_close(r.socket);

	o.start.ms = r.now_ms;
	r = begin(r.bench, &o);
	a = ask(&r, HP, true);
	assert_int_equal(a.result, GUARD_HELD_MIN_OFF);
	assert_int_equal(a.held_for_ms, 200000);
	end(&r);
}

static void store_reads(struct running *r, int32_t mc)
{
	struct guard_reading top = { .role = GUARD_ROLE_STORE_TOP, .quality = QUALITY_GOOD, .value_mc = mc };
	struct err e;

	assert_true(r->port.reading(r->port.self, &top, &e));
	bench_settle(r->bench);
}

/* An element locked for dry firing is locked after a kill and after a restart, until somebody resets it
 * (SF-17). */
static void a_dry_lock_survives(void **state)
{
	struct running r = begin_new();
	struct guard_socket_options o = bench_options(r.bench);
	struct err e;

	(void)state;
	for (int i = 0; i < 20; i++) {
		tick(&r, 10000);
		store_reads(&r, 40000 + i * 1000);
		ask(&r, ELEMENT, true);
	}
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_HELD_LOCKOUT);
	assert_int_equal(kill(guard_socket_pid(r.socket), SIGKILL), 0);
	bench_event(r.bench, GUARD_EVENT_DRIVER);
	bench_settle(r.bench);
	tick(&r, 20000);
	store_reads(&r, 40000);
	guard_socket_close(r.socket);

	o.start.ms = r.now_ms;
	r = begin(r.bench, &o);
	tick(&r, 3600000);
	store_reads(&r, 40000);
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_HELD_LOCKOUT);
	assert_true(r.port.reset_one(r.port.self, PUMP, &e));
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_HELD_LOCKOUT);
	assert_true(r.port.reset_one(r.port.self, ELEMENT, &e));
	assert_int_equal(ask(&r, ELEMENT, true).result, GUARD_DONE);
	end(&r);
}

static void spoil(const struct bench *b, off_t at)
{
	char path[128], byte = 0x55;
	int fd;

	snprintf(path, sizeof(path), "%s/guard.state", b->dir);
	fd = open(path, O_WRONLY);
	for (int i = 0; i < 8; i++)
		assert_int_equal(pwrite(fd, &byte, 1, at + i * 300), 1);
	close(fd);
}

/* A damaged memory is none: the off time is unknown and counts from the start, with the house's delay. */
static void damaged_memory_is_unknown(void **state)
{
	struct running r = begin_new();
	struct guard_socket_options o = bench_options(r.bench);
	struct msg_answer a;

	(void)state;
	run_heat_pump(&r);
	guard_socket_close(r.socket);
	spoil(r.bench, 40);
	o.start.ms = r.now_ms + 200000;
	r = begin(r.bench, &o);
	a = ask(&r, HP, true);
	assert_int_equal(a.result, GUARD_HELD_MIN_OFF);
	assert_true(a.held_for_ms > 300000 && a.held_for_ms <= 420000);
	end(&r);
}

/* A state directory that is not there costs the memory, not the control (SF-61). */
static void no_state_directory_no_harm(void **state)
{
	struct bench *b = bench_open();
	struct guard_socket_options o = bench_options(b);
	struct running r;

	(void)state;
	o.state_dir = "/nowhere/at/all";
	r = begin(b, &o);
	assert_int_equal(ask(&r, PUMP, true).result, GUARD_DONE);
	end(&r);
}

static int run_guard(const struct bench *b, const char *option, const char *dir)
{
	char command[1024];
	int status;

	snprintf(command, sizeof(command), "%s %s %s >/dev/null 2>&1", b->program, option, dir);
	status = system(command);
	return WEXITSTATUS(status);
}

/* --safe-state has nothing to do where nothing was configured or all was simulated, and says so by 0; a
 * damaged copy is an error, and so is a command line it does not know. */
static void command_line(void **state)
{
	struct running r = begin_new();
	char path[128];
	FILE *f;

	(void)state;
	assert_int_equal(run_guard(r.bench, "--help", ""), 0);
	assert_int_equal(run_guard(r.bench, "--version", ""), 0);
	assert_int_equal(run_guard(r.bench, "--wrong", ""), 2);
	assert_int_equal(run_guard(r.bench, "", r.bench->dir), 71);
	assert_int_equal(run_guard(r.bench, "--safe-state", r.bench->dir), 0);
	assert_int_equal(run_guard(r.bench, "--safe-state", "/nowhere"), 1);
	snprintf(path, sizeof(path), "%s/guard.config", r.bench->dir);
	f = fopen(path, "r+");
	assert_non_null(f);
	fseek(f, 20, SEEK_SET);
	fputs("spoilt", f);
	fclose(f);
	assert_int_equal(run_guard(r.bench, "--safe-state", r.bench->dir), 1);
	unlink(path);
	assert_int_equal(run_guard(r.bench, "--safe-state", r.bench->dir), 0);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_outside_the_rails_is_refused),
		cmocka_unit_test(a_missing_driver_is_refused),
		cmocka_unit_test(a_simulated_relay_in_a_real_house_is_refused),
		cmocka_unit_test(a_missing_program_is_named),
		cmocka_unit_test(another_program_is_no_guard),
		cmocka_unit_test(off_time_survives),
		cmocka_unit_test(a_dry_lock_survives),
		cmocka_unit_test(damaged_memory_is_unknown),
		cmocka_unit_test(no_state_directory_no_harm),
		cmocka_unit_test(command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
