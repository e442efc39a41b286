/* SPDX-License-Identifier: MIT */
/* settings_bench.h: a configuration from a text, with what was found wrong; for the tests of settings. */
#ifndef TESTS_SETTINGS_BENCH_H
#define TESTS_SETTINGS_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/settings/settings.h"
#include "core/wire/houses.h"
#include "port/config_file.h"
#include "port/load.h"

struct bench {
	struct conf_list list;
	struct settings settings;
	struct house house;
	struct problems problems;
};

static inline int setup(void **state)
{
	*state = calloc(1, sizeof(struct bench));
	return *state ? 0 : -1;
}

static inline int teardown(void **state)
{
	free(*state);
	return 0;
}

static inline void begin(struct bench *b)
{
	conf_clear(&b->list);
	problems_clear(&b->problems);
	settings_default(&b->settings);
}

/* Reads `text` as if it began on that line of the file. */
static inline bool read_at(struct bench *b, const char *name, int line, const char *text)
{
	char *whole = calloc(1, (size_t)line + strlen(text) + 1);
	bool good;

	memset(whole, '\n', (size_t)line - 1);
	strcat(whole, text);
	good = config_file_text(whole, strlen(whole), name, &b->list, &b->problems);
	free(whole);
	return good;
}

static inline bool apply_text(struct bench *b, int line, const char *text)
{
	begin(b);
	return read_at(b, "spaceheat.cfg", line, text) &&
	       settings_apply(&b->list, &b->settings, &b->problems);
}

/* Exactly this problem and no other. */
static inline void assert_problem(const struct bench *b, const char *text)
{
	for (int i = 1; i < b->problems.n; i++)
		print_error("also: %s\n", b->problems.text[i]);
	assert_int_equal(b->problems.n, 1);
	assert_string_equal(b->problems.text[0], text);
}

static inline void assert_refused(struct bench *b, int line, const char *text, const char *problem)
{
	assert_false(apply_text(b, line, text));
	assert_problem(b, problem);
}

static inline char *read_file(const char *path, size_t *length)
{
	struct err e;
	char *text = load_text(path, 1 << 20, length, &e);

	assert_non_null(text);
	return text;
}

static inline void read_orange(struct bench *b)
{
	size_t length;
	char *text = read_file("input_data/houses.json", &length);

	assert_true(
		houses_read(text, length, "houses.json", "dw1.isone.nh.orange.1", &b->house, &b->problems));
	free(text);
}

/* The text with all relays of the simulated house, held against that house. */
static inline bool resolve_text(struct bench *b, int line, const char *text)
{
	static const char relays[] =
		"relays = ( { node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\"; "
		"expected_w = [ 4000, 4800 ]; }, { node = \"a.tank.out.pump.relay\"; kind = \"pump\"; "
		"fail_state = \"open\"; expected_w = [ 30, 90 ]; } );";

	assert_true(apply_text(b, line, text));
	assert_true(read_at(b, "conf.d/relays.cfg", 1, relays));
	settings_default(&b->settings);
	assert_true(settings_apply(&b->list, &b->settings, &b->problems));
	read_orange(b);
	return settings_resolve(&b->settings, &b->house, &b->list, &b->problems);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
