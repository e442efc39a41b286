/* SPDX-License-Identifier: MIT */
/* houses_bench.h: a houses.json with changes made to it, read as the service would; for tests of houses. */
#ifndef TESTS_HOUSES_BENCH_H
#define TESTS_HOUSES_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "core/wire/houses.h"
#include "port/load.h"

#define ORANGE "dw1.isone.nh.orange.1"
#define GARAGE "a.tank.out.pump.allradiators.garage"

struct bench {
	char *text; /* room for changes */
	size_t length;
	struct house house;
	struct problems problems;
};

enum { ROOM = 1 << 19 };

static inline int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	b->text = malloc(ROOM);
	*state = b;
	return 0;
}

static inline int teardown(void **state)
{
	struct bench *b = *state;

	free(b->text);
	free(b);
	return 0;
}

static inline void take_file(struct bench *b, const char *path)
{
	struct err e;
	char *text = load_text(path, ROOM / 2, &b->length, &e);

	assert_non_null(text);
	memcpy(b->text, text, b->length + 1);
	free(text);
}

/* Reads an exact copy, so that a sanitizer sees one byte too far. */
static inline bool read_house(struct bench *b, const char *key)
{
	char *exact = malloc(b->length + 1);
	bool good;

	memcpy(exact, b->text, b->length + 1);
	memset(&b->house, 0xa5, sizeof(b->house)); /* whatever was there must not matter */
	problems_clear(&b->problems);
	good = houses_read(exact, b->length, "houses.json", key, &b->house, &b->problems);
	free(exact);
	for (int i = 0; good && i < b->problems.n; i++)
		print_error("%s\n", b->problems.text[i]);
	assert_true(good == (b->problems.n == 0));
	return good;
}

static inline void splice(struct bench *b, char *at, size_t cut, const char *with)
{
	memmove(at + strlen(with), at + cut, b->length - (size_t)(at - b->text) - cut + 1);
	memcpy(at, with, strlen(with));
	b->length = b->length - cut + strlen(with);
}

/* Puts `with` where `what` stands for the first time after `after`. */
static inline void replace_after(struct bench *b, const char *after, const char *what, const char *with)
{
	char *at = strstr(b->text, after);

	assert_non_null(at);
	at = strstr(at, what);
	assert_non_null(at);
	splice(b, at, strlen(what), with);
}

static inline int line_of(const struct bench *b, const char *at)
{
	int line = 1;

	for (const char *c = b->text; c < at; c++)
		line += *c == '\n';
	return line;
}

static inline char *line_start(const struct bench *b, char *at)
{
	while (at > b->text && at[-1] != '\n')
		at--;
	return at;
}

/* Moves the line that holds `needle` to that line of the file by empty lines in front of it. */
static inline void put_on_line(struct bench *b, const char *needle, int line)
{
	char *at = strstr(b->text, needle);
	char lines[400] = "";
	int more;

	assert_non_null(at);
	more = line - line_of(b, at);
	assert_true(more >= 0 && more < 400);
	memset(lines, '\n', (size_t)more);
	splice(b, line_start(b, at), 0, lines);
}

static inline const struct channel *channel_of(
	const struct house *h, const char *alias, enum telemetry_name name)
{
	int c = house_channel(h, house_node(h, alias), name);

	assert_true(c >= 0);
	return &h->channels[c];
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
