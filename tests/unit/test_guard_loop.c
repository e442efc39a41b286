/* SPDX-License-Identifier: MIT */
/* The guard's loop on real time, with a driver of the test's own in the place of a relay board. */
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "guard/guard.h"
#include "guard_bench.h"
#include "spaceheat/driver.h"

#define BOARD_MAKE "Test__Board"

/* Shared with the guard, which runs in a child of this program. */
struct board {
	volatile uint8_t on[GUARD_MAX_RELAYS], broken;
	volatile int32_t writes;
	volatile int64_t wall_step_s;	/* somebody set the wall clock by so much */
};

/* The driver has no other way to its board; set before the child is made, constant from then on. */
static struct board *the_board(struct board *set)
{
	static struct board *board;

	if (set != NULL)
		board = set;
	return board;
}

/* Of the board that is there, if one is. */
static volatile int64_t *wall_step_s;

/* Stands before that of the C library: the wall clock alone can be set. */
int clock_gettime(clockid_t which, struct timespec *t)
{
	int result = (int)syscall(SYS_clock_gettime, which, t);

	if (result == 0 && which == CLOCK_REALTIME && wall_step_s != NULL)
		t->tv_sec += (time_t)*wall_step_s;
	return result;
}

static bool board_open(struct device *d, const struct component *c, struct err *e)
{
	return d->line == c->gpio || err_set(e, ERR_CONFIG, 0, "wrong line");
}

static bool board_write(struct device *d, bool on, struct err *e)
{
	struct board *b = the_board(NULL);

	b->writes++;
	if (b->broken)
		return err_set(e, ERR_IO, EIO, "board does not answer");
	b->on[d->line] = on;
	return true;
}

static bool board_read(struct device *d, enum telemetry_name name, int64_t *value, struct err *e)
{
	const struct board *b = the_board(NULL);

	assert_int_equal(name, TELEMETRY_RELAY_STATE);
	*value = b->on[d->line];
	return !b->broken || err_set(e, ERR_IO, EIO, "board does not answer");
}

static void board_close(struct device *d)
{
	d->line = -1;
}

static const struct driver board_driver = {
	.make_model = BOARD_MAKE,
	.open = board_open,
	.read = board_read,
	.write = board_write,
	.close = board_close,
};

/* Takes the place of drivers/list_relay.c. */
const struct driver *driver_relay(const char *make_model)
{
	return strcmp(make_model, BOARD_MAKE) == 0 ? &board_driver : NULL;
}

enum { LINE = 5 };

struct loop { struct bench *bench; struct board *board; pid_t pid; int fd; };

static void send_frame(const struct loop *l, enum guard_frame_type type, struct guard_frame f)
{
	f.version = GUARD_VERSION;
	f.type = (uint16_t)type;
	assert_int_equal(send(l->fd, &f, sizeof(f), MSG_NOSIGNAL), sizeof(f));
}

static struct guard_frame next_frame(const struct loop *l, enum guard_frame_type type)
{
	struct guard_frame f;

	do
		assert_int_equal(recv(l->fd, &f, sizeof(f), 0), sizeof(f));
	while (f.type != type);
	return f;
}

static void send_relay(const struct loop *l, int relay, bool simulated)
{
	struct guard_frame f = { .relay = { .relay = (uint8_t)relay, .kind = RELAY_ELEMENT, .gpio = LINE,
		.simulated = simulated, .make_model = BOARD_MAKE } };

	send_frame(l, GUARD_CONFIG_RELAY, f);
}

static void send_start(const struct loop *l)
{
	static const struct guard_limits limits = { .hp_min_off_ms = 300000, .hp_min_on_ms = 600000,
		.relay_min_interval_ms = 1000, .pump_exercise_s = 86400, .store_ceiling_mc = 75000,
		.store_trip_mc = 82000, .supply_ceiling_mc = 82000, .freeze_pipe_mc = 5000,
		.freeze_zone_mc = 7000, .hp_max_starts_per_hour = 4 };
	struct guard_frame f = { .limits = limits };

	send_frame(l, GUARD_CONFIG_LIMITS, f);
	send_frame(l, GUARD_START, (struct guard_frame){ 0 });
}

static void configure(const struct loop *l)
{
	send_relay(l, 0, false);
	send_start(l);
}

static void serve_in_child(const struct loop *l, int their_end)
{
	alarm(60);
	if (dup2(their_end, GUARD_SOCKET_FD) < 0)
		_exit(99);
	if (their_end != GUARD_SOCKET_FD)
		close(their_end);
	_exit(guard_serve(l->bench->dir));
}

static struct loop loop_open(void)
{
	struct loop l = { .bench = bench_open() };
	int ends[2];

	l.board = mmap(NULL, sizeof(*l.board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(l.board != MAP_FAILED);
	the_board(l.board);
	wall_step_s = &l.board->wall_step_s;
	l.board->on[LINE] = 1;	/* as a crash may have left it */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	l.pid = fork();
	if (l.pid == 0) {
		close(ends[0]);	/* else the guard might hold its own other end, and never see it closed */
		serve_in_child(&l, ends[1]);
	}
	close(ends[1]);
	l.fd = ends[0];
	next_frame(&l, GUARD_HELLO);
	return l;
}

static int loop_wait(const struct loop *l)
{
	int status;

	assert_int_equal(waitpid(l->pid, &status, 0), l->pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void loop_close(struct loop *l)
{
	close(l->fd);
	wall_step_s = NULL;
	munmap(l->board, sizeof(*l->board));
	bench_close(l->bench);
}

static struct guard_answer ask_board(const struct loop *l, bool on, int lease_ms)
{
	struct guard_frame reading = { .reading = { .role = GUARD_ROLE_STORE_TOP, .quality = QUALITY_GOOD,
		.value_mc = 50000 } };
	struct guard_frame want = { .want = { .on = on, .rank = GUARD_RANK_LOCAL, .lease_ms = lease_ms } };

	send_frame(l, GUARD_READING, reading);
	send_frame(l, GUARD_WANT, want);
	return next_frame(l, GUARD_ANSWER).answer;
}

static void expect_event(const struct loop *l, enum guard_event_kind kind)
{
	struct guard_frame f;

	do
		f = next_frame(l, GUARD_EVENT);
	while (f.event.kind != kind);
}

/* The first act on a real relay is its fail state; a lease then lapses by the guard's own clock, unasked. */
static void a_real_lease_lapses_by_itself(void **state)
{
	struct loop l = loop_open();

	(void)state;
	configure(&l);
	next_frame(&l, GUARD_READY);
	assert_int_equal(l.board->on[LINE], 0);
	assert_int_equal(ask_board(&l, true, 300).result, GUARD_DONE);
	assert_int_equal(l.board->on[LINE], 1);
	expect_event(&l, GUARD_EVENT_LEASE_LAPSED);
	expect_event(&l, GUARD_EVENT_MOVED);
	assert_int_equal(l.board->on[LINE], 0);
	send_frame(&l, GUARD_STOP, (struct guard_frame){ 0 });
	assert_int_equal(loop_wait(&l), 0);
	loop_close(&l);
}

/* A board that does not answer is DriverError, not Done; off is tried again until it succeeds. */
static void a_broken_board_is_tried_again(void **state)
{
	struct loop l = loop_open();
	int32_t writes;

	(void)state;
	configure(&l);
	next_frame(&l, GUARD_READY);
	l.board->broken = 1;
	assert_int_equal(ask_board(&l, true, 30000).result, GUARD_DRIVER_ERROR);
	assert_int_equal(l.board->on[LINE], 0);
	l.board->broken = 0;
	assert_int_equal(ask_board(&l, true, 200).result, GUARD_DONE);
	writes = l.board->writes;
	l.board->broken = 1;
	expect_event(&l, GUARD_EVENT_DRIVER);
	expect_event(&l, GUARD_EVENT_DRIVER);
	assert_int_equal(l.board->on[LINE], 1);
	assert_int_equal(l.board->writes, writes + 2);	/* once a second, not in a loop */
	l.board->broken = 0;
	expect_event(&l, GUARD_EVENT_MOVED);
	assert_int_equal(l.board->on[LINE], 0);
	close(l.fd);
	l.fd = -1;
	assert_int_equal(loop_wait(&l), 0);
	loop_close(&l);
}

/* A board that lost its state is driven anew within 10 s by the guard's own clock (SF-87). */
static void a_board_is_driven_anew(void **state)
{
	struct loop l = loop_open();

	(void)state;
	configure(&l);
	next_frame(&l, GUARD_READY);
	assert_int_equal(ask_board(&l, true, 30000).read_back, READ_BACK_ON);
	l.board->on[LINE] = 0;
	assert_int_equal(ask_board(&l, true, 30000).read_back, READ_BACK_OFF);	/* as found, not as asked */
	assert_string_equal(next_frame(&l, GUARD_EVENT).event.text, "read back off, should be on");
	send_frame(&l, GUARD_STOP, (struct guard_frame){ 0 });
	assert_int_equal(loop_wait(&l), 0);
	assert_int_equal(l.board->on[LINE], 0);
	assert_true(l.board->writes >= 4);	/* start, on, on anew, stop */
	loop_close(&l);
}

/* A board that does not reach its fail state at the start is refused: nothing is run on it. */
static void a_board_broken_at_start_is_refused(void **state)
{
	struct loop l = loop_open();

	(void)state;
	l.board->broken = 1;
	configure(&l);
	assert_string_equal(next_frame(&l, GUARD_REFUSED).refused.text, "relay 0: board does not answer");
	assert_int_equal(loop_wait(&l), 78);
	loop_close(&l);
}

/* More relays than there are places, and a mixture of simulated and real ones, are refused. */
static void odd_configurations_are_refused(void **state)
{
	struct loop l = loop_open();

	(void)state;
	for (int i = 0; i <= GUARD_MAX_RELAYS; i++)
		send_relay(&l, i, false);
	next_frame(&l, GUARD_REFUSED);
	assert_int_equal(loop_wait(&l), 78);
	loop_close(&l);
	l = loop_open();
	send_relay(&l, 0, false);
	send_relay(&l, 1, true);
	send_start(&l);
	assert_string_equal(next_frame(&l, GUARD_REFUSED).refused.text, "relays both simulated and real");
	assert_int_equal(loop_wait(&l), 78);
	loop_close(&l);
}

/* Who sets the wall clock shortens no lease and no wait, and makes none longer (SF-71). */
static void a_set_clock_changes_no_time(void **state)
{
	struct loop l = loop_open();
	struct guard_answer a;

	(void)state;
	configure(&l);
	next_frame(&l, GUARD_READY);
	assert_int_equal(ask_board(&l, true, 30000).result, GUARD_DONE);
	l.board->wall_step_s = 3600;
	a = ask_board(&l, true, 30000);
	assert_int_equal(a.result, GUARD_DONE);
	assert_int_equal(a.renewal, 1);
	assert_int_equal(l.board->on[LINE], 1);
	l.board->wall_step_s = -3600;
	a = ask_board(&l, true, 30000);
	assert_int_equal(a.renewal, 1);
	assert_int_equal(l.board->on[LINE], 1);
	send_frame(&l, GUARD_STOP, (struct guard_frame){ 0 });
	assert_int_equal(loop_wait(&l), 0);
	loop_close(&l);
}

/* When guard and service are both dead, --safe-state still opens every relay of the last configuration. */
static void safe_state_after_everything_died(void **state)
{
	struct loop l = loop_open();

	(void)state;
	configure(&l);
	next_frame(&l, GUARD_READY);
	assert_int_equal(ask_board(&l, true, 30000).result, GUARD_DONE);
	assert_int_equal(kill(l.pid, SIGKILL), 0);
	assert_int_equal(loop_wait(&l), 1000 + SIGKILL);
	assert_int_equal(l.board->on[LINE], 1);
	assert_int_equal(guard_safe_state(l.bench->dir), 0);
	assert_int_equal(l.board->on[LINE], 0);
	l.board->broken = 1;
	assert_int_equal(guard_safe_state(l.bench->dir), 1);
	loop_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_lease_lapses_by_itself),
		cmocka_unit_test(a_broken_board_is_tried_again),
		cmocka_unit_test(a_board_is_driven_anew),
		cmocka_unit_test(a_board_broken_at_start_is_refused),
		cmocka_unit_test(odd_configurations_are_refused),
		cmocka_unit_test(a_set_clock_changes_no_time),
		cmocka_unit_test(safe_state_after_everything_died),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
