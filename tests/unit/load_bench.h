/* SPDX-License-Identifier: MIT */
/* load_bench.h: a folder of its own with a configuration and houses.json, loaded as the service does. */
#ifndef TESTS_LOAD_BENCH_H
#define TESTS_LOAD_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "port/load.h"

struct bench {
	char dir[64], cfg[96];
	struct loaded loaded;
	struct problems problems;
};

static const char orange_cfg[] = "house = \"dw1.isone.nh.orange.1\";\n"
				 "houses_file = \"houses.json\";\n"
				 "simulated = true;\n"
				 "state_dir = \"state\";\n"
				 "uplink: { host = \"127.0.0.1\"; port = 18830; tls = false; };\n"
				 "contract: { allow_unsigned_contract = true; };\n"
				 "roles: { store = [ \"a.tank.temp0\", \"a.tank.temp1\", \"a.tank.temp2\", "
				 "\"a.tank.temp3\", \"a.tank.temp4\" ];\n"
				 "  supply = \"a.tank.out.temp1\"; return_pipe = \"a.tank.in.temp1\"; flow = "
				 "\"a.tank.out.flowmeter1\";\n"
				 "  outdoor = \"a.outdoors.temp1\"; meter = \"a.m\"; };\n"
				 "zones = ( { name = \"garage\"; sensor = "
				 "\"a.tank.out.pump.allradiators.garage.temp1\"; critical = true;\n"
				 "  pump = \"a.tank.out.pump.relay\"; control = \"service\"; } );\n"
				 "relays = ( { node = \"a.elt1.relay\"; kind = \"element\"; fail_state = "
				 "\"open\"; expected_w = [ 4000, 4800 ]; },\n"
				 "  { node = \"a.tank.out.pump.relay\"; kind = \"pump\"; fail_state = "
				 "\"open\"; expected_w = [ 30, 90 ]; } );\n"
				 "comfort: { setpoint_c = 18.0; };\n";

static void write_file(const struct bench *b, const char *name, const char *text)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", b->dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static void copy_houses(const struct bench *b)
{
	struct err e;
	size_t length;
	char *text = load_text("input_data/houses.json", 1 << 20, &length, &e);

	assert_non_null(text);
	write_file(b, "houses.json", text);
	free(text);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	char parts[100];

	strcpy(b->dir, "/tmp/test_load-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->cfg, sizeof(b->cfg), "%s/spaceheat.cfg", b->dir);
	snprintf(parts, sizeof(parts), "%s/conf.d", b->dir);
	assert_int_equal(mkdir(parts, 0700), 0);
	write_file(b, "spaceheat.cfg", orange_cfg);
	copy_houses(b);
	*state = b;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	struct bench *b = *state;

	nftw(b->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(b);
	return 0;
}

static bool load(struct bench *b)
{
	problems_clear(&b->problems);
	return load_service(b->cfg, &b->loaded, &b->problems);
}

static void assert_problems(const struct bench *b, int n, const char *first)
{
	for (int i = 0; b->problems.n != n && i < b->problems.n; i++)
		print_error("%s\n", b->problems.text[i]);
	assert_int_equal(b->problems.n, n);
	assert_string_equal(b->problems.text[0], first);
}

#endif
