/* SPDX-License-Identifier: MIT */
/* modbus_bench.h: a Modbus server of the same library, proper or with one fault, and a meter's driver that asks it. */
#ifndef TESTS_MODBUS_BENCH_H
#define TESTS_MODBUS_BENCH_H

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

#endif
