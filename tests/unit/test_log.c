/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE	/* pipe2 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "run/log.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* A sink that writes into a file, and what was in it last. */
struct fixture {
	FILE *file;
	struct log_sink sink;
	struct house house;
	char text[65536];
	int seen;		/* by `also` */
};

static void count_seen(void *ctx, const struct msg *m)
{
	struct fixture *f = ctx;

	f->seen += m->type == MSG_LOG;
}

static int setup(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	*state = f;
	f->file = tmpfile();
	if (f->file == NULL)
		return -1;
	f->house.n_nodes = 2;
	strcpy(f->house.nodes[0].alias, "a.elt1.relay");
	strcpy(f->house.nodes[1].alias, "a.tank.temp0");
	log_sink_init(&f->sink, f->file, LEVEL_INFO, true, &f->house);
	f->sink.also = count_seen;
	f->sink.also_ctx = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fclose(f->file);
	test_free(f);
	return 0;
}

static void say_at(
	struct fixture *f, int64_t ms, enum log_level level, enum log_code code, int node, const char *text)
{
	struct msg m = { .type = MSG_LOG, .to = TO_LOG, .now = { ms }, .clock = { 1799924104000 + ms },
		.log = { .level = (uint8_t)level, .code = (uint8_t)code, .node = (int16_t)node } };

	snprintf(m.log.text, sizeof(m.log.text), "%s", text);
	log_sink_take(&f->sink, &m);
}

/* What was printed since the last call. */
static const char *printed(struct fixture *f)
{
	ssize_t n = pread(fileno(f->file), f->text, sizeof(f->text) - 1, 0);

	f->text[n > 0 ? n : 0] = '\0';
	assert_int_equal(ftruncate(fileno(f->file), 0), 0);
	assert_int_equal(lseek(fileno(f->file), 0, SEEK_SET), 0);
	return f->text;
}

static int lines(struct fixture *f)
{
	int n = 0;

	for (const char *p = printed(f); *p != '\0'; p++)
		n += *p == '\n';
	return n;
}

/* A line is time, level, code, node and text; without a node the code ends with the colon itself. */
static void line_has_its_form(void **state)
{
	struct fixture *f = *state;

	say_at(f, 0, LEVEL_INFO, LOG_MODE, NO_NODE, "LocalControl (NoContract)");
	assert_string_equal(printed(f), "sim 2027-01-14T10:55:04Z I MODE: LocalControl (NoContract)\n");
	say_at(f, 0, LEVEL_INFO, LOG_RELAY, 0, "on by atn (Done)");
	assert_string_equal(printed(f), "sim 2027-01-14T10:55:04Z I RELAY a.elt1.relay: on by atn (Done)\n");
	f->sink.simulated = false;
	say_at(f, 0, LEVEL_CRITICAL, LOG_ACTOR_DEAD, 7, "scada: gone");	/* a node the house does not have */
	assert_string_equal(printed(f), "2027-01-14T10:55:04Z C ACTOR_DEAD: scada: gone\n");
}

/* Lines less important than the level asked for are not printed, but seen by who looks at all. */
static void level_filters(void **state)
{
	struct fixture *f = *state;

	say_at(f, 0, LEVEL_DEBUG, LOG_SEND, NO_NODE, "detail");
	assert_string_equal(printed(f), "");
	assert_int_equal(f->seen, 1);
	f->sink.level = LEVEL_ERROR;
	say_at(f, 0, LEVEL_WARNING, LOG_SENSOR, 1, "stale");
	assert_string_equal(printed(f), "");
	say_at(f, 0, LEVEL_ERROR, LOG_STORE, NO_NODE, "full");
	assert_int_equal(lines(f), 1);
	assert_int_equal(f->seen, 3);
}

/* Nothing that came from outside can begin a line, move a cursor or break the encoding; good UTF-8 stays. */
static void text_from_outside_is_escaped(void **state)
{
	struct fixture *f = *state;

	say_at(f, 0, LEVEL_WARNING, LOG_REFUSED, NO_NODE,
		"a\nb\x1b[31m\x7f 21 \xc2\xb0"
		"C \xff \xc2\x9b \xc3");
	assert_string_equal(printed(f), "sim 2027-01-14T10:55:04Z W REFUSED: "
		"a\\x0ab\\x1b[31m\\x7f 21 \xc2\xb0""C \\xff \\xc2\\x9b \\xc3\n");
}

/* Text is cut at 200 characters as printed, never inside one. */
static void long_text_is_cut(void **state)
{
	struct fixture *f = *state;
	char text[LOG_TEXT];
	const char *line;

	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	say_at(f, 0, LEVEL_WARNING, LOG_REFUSED, NO_NODE, text);
	line = strstr(printed(f), "REFUSED: ") + strlen("REFUSED: ");
	assert_int_equal(strlen(line), LOG_TEXT_MAX + 1);
	assert_string_equal(line + LOG_TEXT_MAX - 4, "\\x01\n");
}

/* One fault said every second is printed at once, after 1, 5, 15 and 60 minutes, then every 6 hours, with
 * a count. */
static void repeated_fault_is_said_ever_less(void **state)
{
	struct fixture *f = *state;
	char text[64];
	int at_minute[16], n = 0;

	for (int64_t ms = 0; ms <= 13 * (int64_t)HOUR; ms += SECOND) {
		snprintf(text, sizeof(text), "no reading for %lld s", (long long)(ms / SECOND));
		say_at(f, ms, LEVEL_WARNING, LOG_SENSOR, 1, text);
		if (lines(f) > 0 && n < 16)
			at_minute[n++] = (int)(ms / MINUTE);
		if (ms == MINUTE)
			assert_non_null(strstr(f->text, "no reading for 60 s (repeated=59)\n"));
	}
	assert_int_equal(n, 7);
	assert_int_equal(at_minute[0], 0);
	assert_int_equal(at_minute[1], 1);
	assert_int_equal(at_minute[2], 5);
	assert_int_equal(at_minute[3], 15);
	assert_int_equal(at_minute[4], 60);
	assert_int_equal(at_minute[5], 7 * 60);
	assert_int_equal(at_minute[6], 13 * 60);
}

/* The recovery line is printed once, and the next fault of that node is news again. */
static void recovery_ends_a_fault(void **state)
{
	struct fixture *f = *state;

	say_at(f, 0, LEVEL_WARNING, LOG_LINK, NO_NODE, "lost: connection refused");
	say_at(f, 1000, LEVEL_WARNING, LOG_LINK, NO_NODE, "lost: connection refused");
	assert_int_equal(lines(f), 1);
	say_at(f, 2000, LEVEL_INFO, LOG_LINK, NO_NODE, "regained");
	say_at(f, 3000, LEVEL_INFO, LOG_LINK, NO_NODE, "regained");
	assert_int_equal(lines(f), 1);
	say_at(f, 4000, LEVEL_WARNING, LOG_LINK, NO_NODE, "lost: connection refused");
	assert_int_equal(lines(f), 1);
	say_at(f, 5000, LEVEL_INFO, LOG_LINK, NO_NODE, "regained");
	assert_int_equal(lines(f), 1);
}

/* The same fault of another node, and another fault of the same node, are news. */
static void other_faults_are_not_repeats(void **state)
{
	struct fixture *f = *state;

	say_at(f, 0, LEVEL_WARNING, LOG_SENSOR, 0, "Stale");
	say_at(f, 0, LEVEL_WARNING, LOG_SENSOR, 1, "Stale");
	say_at(f, 0, LEVEL_WARNING, LOG_SENSOR, 1, "Fault");
	say_at(f, 0, LEVEL_WARNING, LOG_METER, 1, "Stale");
	assert_int_equal(lines(f), 4);
}

/* Changes are each printed, also when the words come back: a status every five minutes, a relay on and off
 * and on. */
static void changes_are_never_repeats(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 288; i++)
		say_at(f, i * (int64_t)(5 * MINUTE), LEVEL_INFO, LOG_STATUS, NO_NODE,
			"LocalControl room 18.0 C");
	assert_int_equal(lines(f), 288);
	say_at(f, 0, LEVEL_INFO, LOG_RELAY, 0, "on by local (Done)");
	say_at(f, 20000, LEVEL_INFO, LOG_RELAY, 0, "off by local (Done)");
	say_at(f, 40000, LEVEL_INFO, LOG_RELAY, 0, "on by local (Done)");
	assert_int_equal(lines(f), 3);
}

/* A flood of one code prints ten lines a minute and one that counts the rest; other codes are not touched. */
static void flood_is_ten_lines_a_minute(void **state)
{
	struct fixture *f = *state;
	char text[64];

	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "type %c%c%c", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676);
		say_at(f, i * 50, LEVEL_WARNING, LOG_REFUSED, NO_NODE, text);
	}
	assert_int_equal(lines(f), LOG_RATE_PER_MINUTE);
	say_at(f, 59999, LEVEL_INFO, LOG_MODE, NO_NODE, "RemoteControl (beat echoed)");
	assert_int_equal(lines(f), 1);
	say_at(f, 60000, LEVEL_INFO, LOG_MODE, NO_NODE, "LocalControl (BeatLost)");
	assert_string_equal(printed(f), "sim 2027-01-14T10:56:04Z W REFUSED repeated 990 times in 60 s\n"
		"sim 2027-01-14T10:56:04Z I MODE: LocalControl (BeatLost)\n");
	say_at(f, 61000, LEVEL_WARNING, LOG_REFUSED, NO_NODE, "something new");
	assert_int_equal(lines(f), 1);
}

/* What is held back when the program ends is still counted in a line. */
static void flush_says_what_was_held(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 12; i++)
		say_at(f, 0, LEVEL_INFO, LOG_RELAY, 0, "on by atn (Done)");
	lines(f);
	log_sink_flush(&f->sink, (struct wall){ 1799924104000 });
	assert_string_equal(printed(f), "sim 2027-01-14T10:55:04Z I RELAY repeated 2 times in 60 s\n");
}

/* More different faults than the memory holds: the longest silent is forgotten, nothing breaks. */
static void memory_of_repeats_is_bounded(void **state)
{
	struct fixture *f = *state;
	char text[64];

	for (int i = 0; i < 10 * LOG_RATE_REPEATS; i++) {
		snprintf(text, sizeof(text), "fault %c%c", 'a' + i % 26, 'a' + i / 26);
		say_at(f, i * (int64_t)(10 * SECOND), LEVEL_WARNING, LOG_SENSOR, 1, text);
	}
	assert_int_equal(lines(f), 10 * LOG_RATE_REPEATS);
}

/* A message that is no log line, or a sink without a file, is no trouble. */
static void odd_uses_are_harmless(void **state)
{
	struct fixture *f = *state;
	struct msg m = { .type = MSG_TICK };

	log_sink_take(&f->sink, &m);
	assert_int_equal(f->seen, 0);
	log_sink_init(&f->sink, NULL, LEVEL_INFO, false, NULL);
	say_at(f, 0, LEVEL_INFO, LOG_BOOT, 0, "nowhere");
	assert_string_equal(printed(f), "");
}

/* A reader who stops reading costs lines, never the house's time; the next line that gets through is preceded by how
 * many were lost. */
static void a_full_pipe_holds_nobody_up(void **state)
{
	struct fixture *f = *state;
	static char junk[65536];
	char text[4096] = "";
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], junk, sizeof(junk)) > 0)
		;
	fcntl(ends[1], F_SETFL, 0);	/* from here a write would wait for ever */
	f->sink.fd = ends[1];
	alarm(10);
	say_at(f, 0, LEVEL_WARNING, LOG_LINK, NO_NODE, "nobody reads this");
	say_at(f, 1000, LEVEL_WARNING, LOG_METER, NO_NODE, "nor this");
	while (read(ends[0], junk, sizeof(junk)) > 0)
		;
	say_at(f, 2000, LEVEL_WARNING, LOG_STORE, NO_NODE, "this is read");
	alarm(0);
	n = read(ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	assert_non_null(strstr(text, "(2 lines of this log were lost"));
	assert_non_null(strstr(text, "this is read"));
	close(ends[0]);
	close(ends[1]);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_full_pipe_holds_nobody_up),
		TEST(line_has_its_form),
		TEST(level_filters),
		TEST(text_from_outside_is_escaped),
		TEST(long_text_is_cut),
		TEST(repeated_fault_is_said_ever_less),
		TEST(recovery_ends_a_fault),
		TEST(other_faults_are_not_repeats),
		TEST(changes_are_never_repeats),
		TEST(flood_is_ten_lines_a_minute),
		TEST(flush_says_what_was_held),
		TEST(memory_of_repeats_is_bounded),
		TEST(odd_uses_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
