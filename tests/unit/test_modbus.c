/* SPDX-License-Identifier: MIT */
/* Electric meters over Modbus, against a server of the same library: over TCP, and over a pair of pseudo terminals. */
#include <errno.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "actor/meter.h"
#include "modbus_link.h"
#include "modbus_map.h"
#include "spaceheat/driver.h"

enum { UNIT = 12, REGISTERS = 12000, LATE_MS = 600 };

/* What the server does wrong. A late one answers its first question after LATE_MS and the others at once. */
enum manner { PROPER, SILENT, LATE, FOREIGN, NO_REGISTER };

struct bench {
	char dir[64], port[96], other[96];	/* other: the server's end of the pair */
	pid_t server, socat;
	int listener;
	struct settings settings;
	struct component component;
	struct device device;
	const struct driver *driver;
};

static int64_t real_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void put_float(uint16_t *at, float f)
{
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	at[0] = (uint16_t)(bits >> 16);
	at[1] = (uint16_t)bits;
}

static void fill(modbus_mapping_t *m)
{
	put_float(&m->tab_registers[2999], 17.5F);		/* A */
	put_float(&m->tab_registers[3053], 2.0456F);		/* kW, of phase 1 */
	put_float(&m->tab_registers[3059], 4.0912F);		/* of all */
	m->tab_registers[3205] = 0x0012;			/* Wh: 0x0012d687 */
	m->tab_registers[3206] = 0xd687;
	m->tab_registers[129] = 308;
	m->tab_registers[130] = 35941;
	put_float(&m->tab_input_registers[48], 19.5F);		/* A */
	put_float(&m->tab_input_registers[52], 4512.6F);	/* W */
	put_float(&m->tab_input_registers[72], 1250.5F);	/* kWh */
	put_float(&m->tab_input_registers[9002], -150.6F);	/* W */
	m->tab_input_registers[5034] = 0x1234;			/* Ws: 0x12345678 */
	m->tab_input_registers[5035] = 0x5678;
	memcpy(&m->tab_input_registers[100], (uint16_t[]){ 0x4247, 0x4e44, 0x3132, 0x3300 }, 8);	/* "BGND123" */
	m->tab_registers[10] = 0x1234;				/* low word first: 0x00011234 */
	m->tab_registers[11] = 0x0001;
	m->tab_registers[20] = (uint16_t)-25;
}

static void answer(modbus_t *ctx, enum manner manner, modbus_mapping_t *m, int nth)
{
	uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
	int n = modbus_receive(ctx, query);

	if (n < 0) {
		if (errno != EMBBADCRC)
			_exit(0);
		return;
	}
	if (n == 0 || manner == SILENT)
		return;
	if (manner == LATE && nth == 0)
		poll(NULL, 0, LATE_MS);
	if (manner == FOREIGN)
		modbus_set_slave(ctx, UNIT + 1);
	if (manner == FOREIGN)
		query[0] = UNIT + 1;
	if (manner == NO_REGISTER)
		modbus_reply_exception(ctx, query, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
	else
		modbus_reply(ctx, query, n, m);
	if (manner == FOREIGN)
		modbus_set_slave(ctx, UNIT);
}

static void serve(modbus_t *ctx, enum manner manner, modbus_mapping_t *m)
{
	for (int nth = 0;; nth++)
		answer(ctx, manner, m, nth);
}

static void child(struct bench *b, enum manner manner, bool tcp)
{
	modbus_mapping_t *m = modbus_mapping_new(0, 0, REGISTERS, REGISTERS);
	modbus_t *ctx = tcp ? modbus_new_tcp("127.0.0.1", 1502) : modbus_new_rtu(b->other, 9600, 'N', 8, 1);
	int nth = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fill(m);
	modbus_set_slave(ctx, UNIT);
	if (!tcp && modbus_connect(ctx) == 0)
		serve(ctx, manner, m);
	/* Each connection has a process of its own, so that a late answer does not keep the next question waiting. */
	while (tcp && modbus_tcp_accept(ctx, &b->listener) >= 0) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(ctx, nth > 0 && manner == LATE ? PROPER : manner, m);
		}
		close(modbus_get_socket(ctx));
		nth++;
	}
	_exit(1);
}

/* Some containers have none. */
static bool has_terminals(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void open_pair(struct bench *b)
{
	char one[160], two[160];

	if (!has_terminals()) {
		print_message("skip - no pseudo terminals here\n");
		rmdir(b->dir);
		skip();
	}

	snprintf(b->port, sizeof(b->port), "%s/a", b->dir);
	snprintf(b->other, sizeof(b->other), "%s/b", b->dir);
	snprintf(one, sizeof(one), "pty,raw,echo=0,link=%s", b->port);
	snprintf(two, sizeof(two), "pty,raw,echo=0,link=%s", b->other);
	b->socat = fork();
	if (b->socat == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execlp("socat", "socat", one, two, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && (access(b->port, F_OK) != 0 || access(b->other, F_OK) != 0); i++)
		poll(NULL, 0, 10);
	assert_int_equal(access(b->port, F_OK), 0);
	assert_int_equal(access(b->other, F_OK), 0);
}

static void open_listener(struct bench *b)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(a);

	b->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(b->listener, (struct sockaddr *)&a, size), 0);
	assert_int_equal(listen(b->listener, 8), 0);
	assert_int_equal(getsockname(b->listener, (struct sockaddr *)&a, &size), 0);
	snprintf(b->port, sizeof(b->port), "tcp://127.0.0.1:%d", ntohs(a.sin_port));
}

static void bench_open(struct bench *b, const char *make, bool tcp, enum manner manner)
{
	memset(b, 0, sizeof(*b));
	strcpy(b->dir, "/tmp/spaceheat-modbus-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	if (tcp)
		open_listener(b);
	else
		open_pair(b);
	b->server = fork();
	if (b->server == 0)
		child(b, manner, tcp);
	b->settings.meter = (struct settings_meter){ .baud = 9600, .unit_id = UNIT, .power_address = -1,
		.current_address = -1, .energy_address = -1, .power_scale = 1, .current_scale = 1, .energy_scale = 1 };
	strcpy(b->settings.meter.port, b->port);
	b->driver = driver_sense(make);
	assert_non_null(b->driver);
	for (int i = 0; i < N_MAKE_MODELS; i++)
		if (strcmp(symbols_make_model.list[i].word, make) == 0)
			b->component.make = (enum make_model)i;
	b->device = (struct device){ .settings = &b->settings, .fd = -1 };
}

static void bench_close(struct bench *b)
{
	b->driver->close(&b->device);
	kill(b->server, SIGKILL);
	waitpid(b->server, NULL, 0);
	if (b->socat > 0) {
		kill(b->socat, SIGTERM);
		waitpid(b->socat, NULL, 0);
	} else {
		close(b->listener);
	}
	unlink(b->other);
	if (b->port[0] == '/')
		unlink(b->port);
	rmdir(b->dir);
}

static bool read_one(struct bench *b, enum telemetry_name name, int64_t *value, struct err *e)
{
	return b->driver->read(&b->device, name, value, e);
}

/* Asks until the server is up (its process may still be starting). */
static int64_t read_first(struct bench *b, enum telemetry_name name)
{
	int64_t value = 0, until_ms = real_ms() + 10000;
	struct err e;

	while (!read_one(b, name, &value, &e)) {
		if (real_ms() > until_ms)
			fail_msg("%s", e.text);
		poll(NULL, 0, 50);
	}
	return value;
}

static void open_device(struct bench *b)
{
	struct err e;

	if (!b->driver->open(&b->device, &b->component, &e))
		fail_msg("%s", e.text);
}

/* A Schneider meter tells kilowatts, amperes, its own watt-hours and its serial number: over either medium. */
static void a_schneider_is_read(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		struct bench b;
		int64_t value;
		struct err e;

		bench_open(&b, "SchneiderElectric__Iem3455", tcp == 1, PROPER);
		strcpy(b.component.hw_uid, "35941_308");
		open_device(&b);
		assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4091);
		assert_true(read_one(&b, TELEMETRY_CURRENT_UA, &value, &e));
		assert_int_equal(value, 17500000);
		assert_true(b.driver->energy_wh(&b.device, &value, &e));
		assert_int_equal(value, 0x0012d687);
		bench_close(&b);
	}
}

/* Another meter at that address is not believed, and both numbers are said. */
static void another_serial_number_is_refused(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", true, PROPER);
	strcpy(b.component.hw_uid, "35941_309");
	open_device(&b);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "35941_308"));
	assert_non_null(strstr(e.text, "35941_309"));
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	bench_close(&b);
}

/* A meter that is but its own file, named by Driver: input registers, kilowatt-hours. */
static void an_eastron_is_read(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "Eastron__Sdm630", false, PROPER);
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4513);
	assert_true(read_one(&b, TELEMETRY_CURRENT_UA, &value, &e));
	assert_int_equal(value, 19500000);
	assert_true(b.driver->energy_wh(&b.device, &value, &e));
	assert_int_equal(value, 1250500);
	bench_close(&b);
}

/* An eGauge is asked at the addresses that its owner gave; who has no current register is not asked for one. */
static void an_egauge_is_read(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "Egauge__4030", true, PROPER);
	b.settings.meter.power_address = 9002;
	b.settings.meter.energy_address = 5032;
	strcpy(b.component.hw_uid, "BGND123");
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), -151);
	assert_true(b.driver->energy_wh(&b.device, &value, &e));
	assert_int_equal(value, (0x12345678 + 1800) / 3600);	/* watt-seconds, whatever meter.energy_type is */
	assert_true(b.driver->measures(b.driver, &b.settings, TELEMETRY_POWER_W));
	assert_false(b.driver->measures(b.driver, &b.settings, TELEMETRY_CURRENT_UA));
	bench_close(&b);
}

/* The generic map: kind, type, word order and scale come from the settings. */
static void a_generic_map_is_read(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "Generic__Modbus", false, PROPER);
	b.settings.meter.power_address = 10;
	b.settings.meter.type = TYPE_U32;
	b.settings.meter.low_word_first = true;
	b.settings.meter.power_scale = 0.1;
	b.settings.meter.energy_address = 20;
	b.settings.meter.energy_type = TYPE_S16;
	b.settings.meter.energy_scale = 100;
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), (0x00011234 + 5) / 10);
	assert_true(b.driver->energy_wh(&b.device, &value, &e));
	assert_int_equal(value, -2500);
	bench_close(&b);
}

/* A silent meter is a time-out, soon enough for two questions and a poll to pass within a second. */
static void silence_is_a_timeout(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		struct bench b;
		int64_t value, began_ms;
		struct err e = { .code = ERR_NONE };

		bench_open(&b, "SchneiderElectric__Iem3455", tcp == 1, SILENT);
		open_device(&b);
		began_ms = real_ms();
		assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
		assert_int_equal(e.code, ERR_TIMEOUT);
		assert_true(real_ms() - began_ms >= MODBUS_ANSWER_MS - 20);
		began_ms = real_ms();
		assert_false(read_one(&b, TELEMETRY_CURRENT_UA, &value, &e));
		assert_int_equal(e.code, ERR_TIMEOUT);
		assert_true(real_ms() - began_ms < MODBUS_QUIET_MS);
		bench_close(&b);
	}
}

/* SF-85: the answer to the question about power, given when the current is asked for, is not the current. Both registers
 * are of one size, so the protocol itself cannot tell them apart on a serial line. */
static void a_late_answer_is_thrown_away(void **state)
{
	(void)state;
	for (int tcp = 0; tcp < 2; tcp++) {
		struct bench b;
		int64_t value = 0, until_ms = real_ms() + 10000;
		struct err e;

		bench_open(&b, "SchneiderElectric__Iem3455", tcp == 1, LATE);
		open_device(&b);
		/* Until the first question reached the server, which may still be starting. */
		while (!read_one(&b, TELEMETRY_POWER_W, &value, &e) && e.code != ERR_TIMEOUT && real_ms() < until_ms)
			poll(NULL, 0, 20);
		assert_int_equal(e.code, ERR_TIMEOUT);
		while (!read_one(&b, TELEMETRY_CURRENT_UA, &value, &e) && real_ms() < until_ms)
			poll(NULL, 0, 20);
		assert_int_equal(value, 17500000);
		bench_close(&b);
	}
}

/* An answer in another unit's name, or that there is no such register, is an error with that name. */
static void foreign_answers_and_refusals_are_named(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", false, FOREIGN);
	open_device(&b);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	assert_true(e.code == ERR_FORMAT || e.code == ERR_TIMEOUT);
	bench_close(&b);
	bench_open(&b, "SchneiderElectric__Iem3455", true, NO_REGISTER);
	open_device(&b);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "register 3059 of unit 12"));
	bench_close(&b);
}

static bool opens(const char *port, struct err *e)
{
	struct settings_meter s = { .baud = 9600, .unit_id = UNIT };
	struct modbus_link *l;
	uint16_t words[2];
	bool read = true;

	snprintf(s.port, sizeof(s.port), "%s", port);
	l = modbus_link_open(&s, e);
	if (l != NULL)
		read = modbus_link_read(l, REGISTER_HOLDING, 0, 2, words, e);
	modbus_link_close(l);
	return l != NULL && read;
}

/* Each way in which a line cannot be had has its name and its advice. */
static void lines_that_cannot_be_had_are_named(void **state)
{
	struct err e;

	(void)state;
	assert_false(opens("ttyUSB0", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(opens("tcp://", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(opens("tcp://host:5o2", &e));
	assert_int_equal(e.code, ERR_CONFIG);
	assert_false(opens("/dev/no-such-line", &e));
	assert_int_equal(e.code, ERR_ABSENT);
	assert_false(opens("tcp://127.0.0.1:1", &e));	/* nobody listens there */
	assert_int_equal(e.code, ERR_IO);
	assert_non_null(strstr(e.text, "tcp://127.0.0.1:1"));
}

/* A meter that was away is read again without being opened anew. */
static void a_meter_returns(void **state)
{
	struct bench b;
	int64_t value;
	struct err e;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", false, PROPER);
	open_device(&b);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4091);
	kill(b.server, SIGKILL);
	waitpid(b.server, NULL, 0);
	assert_false(read_one(&b, TELEMETRY_POWER_W, &value, &e));
	b.server = fork();
	if (b.server == 0)
		child(&b, PROPER, false);
	assert_int_equal(read_first(&b, TELEMETRY_POWER_W), 4091);
	bench_close(&b);
}

/* SF-85, whole: the meter actor on a real line. Its power is unknown within 5 s of the last good reading. */
static void a_meter_that_dies_is_unknown_within_five_seconds(void **state)
{
	struct house *h = calloc(1, sizeof(*h));
	struct outbox *out = calloc(1, sizeof(*out));
	struct meter *m = calloc(1, sizeof(*m));
	struct bus bus = { .self = NULL };
	int64_t good_ms = 0, unknown_ms = 0, until_ms = real_ms() + 30000;
	struct bench b;

	(void)state;
	bench_open(&b, "SchneiderElectric__Iem3455", false, PROPER);
	b.settings.meter.poll_ms = 1000;
	h->components[0] = (struct component){ .kind = COMPONENT_ELECTRIC_METER, .make = MAKE_SCHNEIDER_IEM3455 };
	h->channels[0] = (struct channel){ .name = TELEMETRY_POWER_W };
	h->channels[1] = (struct channel){ .name = TELEMETRY_CURRENT_UA };
	h->n_components = h->n_nodes = 1;
	h->n_channels = 2;
	meter_init(m, h, &b.settings, &bus);
	assert_int_equal(m->n, 2);
	assert_int_equal(m->n_devices, 1);
	while (unknown_ms == 0 && real_ms() < until_ms) {
		struct msg tick = { .type = MSG_TICK, .now = { real_ms() }, .clock = { 1799924100000 + real_ms() } };

		out->n = 0;
		meter_step(m, &tick, out);
		for (int i = 0; i < out->n; i++) {
			const struct msg_reading *r = &out->box[i].reading;

			if (out->box[i].type != MSG_READING || r->channel != 0)
				continue;
			if (r->quality == QUALITY_GOOD && r->code == 4091) {
				assert_true(r->has_register);
				kill(b.server, good_ms != 0 ? SIGKILL : 0);
				good_ms = tick.now.ms;
			} else if (good_ms != 0) {
				assert_int_equal(r->quality, QUALITY_UNKNOWN);
				unknown_ms = tick.now.ms;
			}
		}
		poll(NULL, 0, 50);
	}
	assert_true(good_ms != 0 && unknown_ms != 0);
	assert_true(unknown_ms - good_ms <= METER_UNKNOWN_MS);
	meter_step(m, &(struct msg){ .type = MSG_STOP }, out);
	b.device.handle = NULL;
	bench_close(&b);
	free(m);
	free(out);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_schneider_is_read),
		cmocka_unit_test(another_serial_number_is_refused),
		cmocka_unit_test(an_eastron_is_read),
		cmocka_unit_test(an_egauge_is_read),
		cmocka_unit_test(a_generic_map_is_read),
		cmocka_unit_test(silence_is_a_timeout),
		cmocka_unit_test(a_late_answer_is_thrown_away),
		cmocka_unit_test(foreign_answers_and_refusals_are_named),
		cmocka_unit_test(lines_that_cannot_be_had_are_named),
		cmocka_unit_test(a_meter_returns),
		cmocka_unit_test(a_meter_that_dies_is_unknown_within_five_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
