/* SPDX-License-Identifier: MIT */
/* What a message can cost: time and memory of the dearest ones we know of, and ten thousand hostile ones in a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/examples.h"
#include "../support/gate_bench.h"
#include "../support/priced.h"
#include "gate_texts.h"

#define SEED "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define PUBLIC "29acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7"

enum { MAX_US = 1000, MAX_BYTES = 64 * 1024, TRIES = 15, N_HOSTILE = 10000 };

/* --- memory: what cJSON takes for a tree ------------------------------------------------------------- */

static size_t held, peak;

static void *counted_malloc(size_t n)
{
	void *p = malloc(n);

	held += p != NULL ? malloc_usable_size(p) : 0;
	peak = held > peak ? held : peak;
	return p;
}

static void counted_free(void *p)
{
	held -= p != NULL ? malloc_usable_size(p) : 0;
	free(p);
}

static int64_t cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct cost { int64_t us; size_t bytes; };

/* The best of some tries: what the work takes when nothing else is in its way. */
static struct cost price(struct gate_bench *b, const char *word, const char *bytes, size_t length)
{
	struct cost c = { INT64_MAX, 0 };

	peak = 0;
	for (int i = 0; i < TRIES; i++) {
		int64_t start_us = cpu_us(), took_us;

		gate_raw(b, word, bytes, length, false);
		took_us = cpu_us() - start_us;
		c.us = took_us < c.us ? took_us : c.us;
		assert_int_equal(held, 0);
	}
	c.bytes = peak + sizeof(b->memory);
	return c;
}

/* `open`, then as many times `unit` (with its number in it) as fit into `size`, then `close`. */
static size_t fill(char *out, size_t size, const char *open, const char *unit, const char *close)
{
	size_t n = strlen(open);
	char one[64];

	strcpy(out, open);
	for (int i = 0;; i++) {
		size_t length = (size_t)snprintf(one, sizeof(one), unit, i);

		if (n + length + strlen(close) > size)
			break;
		memcpy(out + n, one, length);
		n += length;
	}
	strcpy(out + n, close);
	return n + strlen(close);
}

struct shape { const char *what, *open, *unit, *close; };

/* In all lengths: the longest is often refused sooner, so it is not the dearest. */
static void price_shape(struct gate_bench *b, const struct shape *s, const char *word)
{
	struct cost worst = { 0, 0 };
	char text[WIRE_MAX_BYTES + 64];

	for (size_t size = 1024; size <= WIRE_MAX_BYTES; size += 256) {
		struct cost c = price(b, word, text, fill(text, size, s->open, s->unit, s->close));

		worst.us = c.us > worst.us ? c.us : worst.us;
		worst.bytes = c.bytes > worst.bytes ? c.bytes : worst.bytes;
	}
	printf("%-26s %-24s %5lld us %6zu bytes\n", s->what, word, (long long)worst.us, worst.bytes);
	if (PRICED && worst.us >= MAX_US)
		fail_msg("%s took %lld us, at most %d", s->what, (long long)worst.us, MAX_US);
	if (PRICED && worst.bytes > MAX_BYTES)
		fail_msg("%s took %zu bytes, at most %d", s->what, worst.bytes, MAX_BYTES);
}

/* No message of up to 8192 bytes takes 1 ms or 64 KiB: the arena, the tree that cJSON makes of it, and with a key the
 * text that is signed. */
static void the_dearest_messages_are_cheap(void **state)
{
	static const struct shape shapes[] = {
		{ "many short keys", "{\"x\":0", ",\"%x\":0", "}" },
		{ "many keys, falling order", "{\"x\":0", ",\"z%d\":{}", "}" },
		{ "many numbers", "{\"x\":[0", ",%d", "]}" },
		{ "long numbers", "{\"x\":[0", ",1234567890123456789012345678901234567890123456789e-%d", "]}" },
		{ "many empty strings", "{\"x\":[\"\"", ",\"\"", "]}" },
		{ "escapes", "{\"x\":\"", "\\u00e9", "\"}" },
		{ "escaped keys", "{\"x\":0", ",\"\\u0061%d\":0", "}" },
		{ "open brackets", "{\"x\":", "[", "" },
		{ "objects in a row", "{\"x\":[{}", ",{\"a\":{\"b\":1}}", "]}" },
		{ "blanks", "{\"x\":", "          ", "1}" },
		{ "two-byte characters", "{\"x\":\"", "\xc3\xa9", "\"}" },
		{ "torn at the end", "{\"x\":\"", "\xc3\xa9", "\xc3" },
	};
	static const char *const words[] = { DISPATCH_TYPE, "history.request.100", "no.such.type.100" };
	cJSON_Hooks counted = { counted_malloc, counted_free };
	struct gate_bench *b = gate_open_live();

	(void)state;
	cJSON_InitHooks(&counted);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
			price_shape(b, &shapes[i], words[j]);
	cJSON_InitHooks(NULL);
	gate_free(b);
}

/* The same for messages that go all the way to check 12: sorted, printed, hashed and verified against two keys. */
static void signed_messages_are_cheap(void **state)
{
	static const char *const units[] = { ",\"k%x\":0", ",\"z%d\":[]", ",\"n%x\":1e15",
		",\"e%x\":\"\\n\\n\\n\\n\\n\\n\"", ",\"l%d\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"" };
	cJSON_Hooks counted = { counted_malloc, counted_free };
	struct gate_bench *b = gate_open_live();
	char open[GATE_TEXT];

	(void)state;
	gate_sign(b, SEED);	/* a true signature, though of something else: a false one may be seen through at once */
	gate_text(b, DISPATCH_TYPE, DISPATCH(), open);
	b->sign.make = NULL;
	open[strlen(open) - 1] = '\0';
	gate_expect(b, PUBLIC "," PUBLIC);
	cJSON_InitHooks(&counted);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		gate_pass(b, 10000);
		b->scada.counts.refused[DIAG_BAD_SIGNATURE] = 0;
		price_shape(b, &(struct shape){ "signed", open, units[i], "}" }, DISPATCH_TYPE);
		assert_true(b->scada.counts.refused[DIAG_BAD_SIGNATURE] > 0);
	}
	cJSON_InitHooks(NULL);
	gate_free(b);
}

/* --- hostility ------------------------------------------------------------------------------------- */

static uint32_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33);
}

/* Turns an example into something a stranger might send; never into the sound dispatch of our own house, whose id no
 * example has. */
static size_t mutate(char *text, size_t n, uint64_t *seed)
{
	static const char *const bits[] = { "\"", "{", "}", "[", "]", ",", ":", "null", "1e999", "-0", "\\u0000", "\xff",
		"9007199254740993", "%s%n", "\xef\xbb\xbf", "d1.test.house", "RelayState" };
	int rounds = (int)(draw(seed) % 6);

	while (rounds-- > 0 && n > 0) {
		size_t at = draw(seed) % n;
		const char *bit = bits[draw(seed) % (sizeof(bits) / sizeof(bits[0]))];

		switch (draw(seed) % 4) {
		case 0:
			text[at] = (char)draw(seed);
			break;
		case 1:
			n = at;
			break;
		case 2:
			memmove(text + at + strlen(bit), text + at, n - at);
			memcpy(text + at, bit, strlen(bit));
			n += strlen(bit);
			break;
		default:
			memmove(text + at, text + at + 1, n - at - 1);
			n--;
		}
	}
	return n;
}

static void send_hostile(struct gate_bench *b, const struct example *e, uint64_t *seed)
{
	static const char *const words[] = { DISPATCH_TYPE, OFFER_TYPE, BEAT_TYPE, "dispatch.contract.end.100",
		"gt.sh.cli.atn.cmd.110", "gt.dispatch.boolean.110", "d", "p", "%s%n", "no.such.100" };
	static char text[WIRE_MAX_BYTES + 1024];
	const char *word = draw(seed) % 2 ? e->type : words[draw(seed) % (sizeof(words) / sizeof(words[0]))];
	size_t n = e->length < WIRE_MAX_BYTES ? e->length : WIRE_MAX_BYTES;

	memcpy(text, e->bytes, n);
	n = mutate(text, n, seed);
	gate_raw(b, word, text, n, draw(seed) % 50 == 0);
}

/* Ten thousand of them in a row move no relay, leave no memory behind, fill no mailbox, and 1 s later a good dispatch
 * is obeyed as if nothing had been. */
static void ten_thousand_hostile_messages(void **state)
{
	struct gate_bench *b = gate_open_live();
	struct examples *x = examples_load();
	cJSON_Hooks counted = { counted_malloc, counted_free };
	uint64_t seed = 20270114;
	int lines = 0, said = 0;
	size_t heap;

	(void)state;
	printf("seed %llu\n", (unsigned long long)seed);
	cJSON_InitHooks(&counted);
	heap = mallinfo2().uordblks;
	for (int i = 0; i < N_HOSTILE; i++) {
		send_hostile(b, &x->list[draw(&seed) % (uint32_t)x->n], &seed);
		for (int j = 0; j < b->n; j++) {
			lines += b->said[j].type == MSG_LOG || b->said[j].type == MSG_EVENT;
			said++;
			assert_int_not_equal(b->said[j].type, MSG_WANT);
		}
		assert_int_equal(held, 0);
	}
	if (PRICED)	/* glibc counts the free blocks of its cache, seven of a size; 8 bytes a message would be 80 kB */
		assert_in_range(mallinfo2().uordblks, 0, heap + 65536);
	cJSON_InitHooks(NULL);
	printf("%d lines and rows, %d messages said\n", lines, said);
	assert_in_range(said, 1, N_HOSTILE / 20);
	assert_int_equal(b->scada.mode.mode, REMOTE_CONTROL);
	gate_pass(b, 1000);
	assert_true(gate_say(b, DISPATCH_TYPE, DISPATCH()));
	assert_true(gate_moved(b));
	examples_free(x);
	gate_free(b);
}

/* However much is refused, the lines about it stay few, and they say how many were not said. */
static void refusals_are_no_flood(void **state)
{
	struct gate_bench *b = gate_open_live();
	int lines = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		assert_true(gate_raw(b, DISPATCH_TYPE, "{", 1, false));
		lines += gate_lines(b, "");
		if (i % 100 == 0)
			gate_pass(b, 1000);
	}
	assert_in_range(lines, 1, 2 * (GATE_BURST + 1));
	gate_pass(b, SCADA_REFUSAL_MS);
	assert_true(gate_raw(b, DISPATCH_TYPE, "{", 1, false));
	assert_int_equal(gate_lines(b, "MalformedJson"), 1);
	assert_int_equal(gate_lines(b, "more before)"), 1);
	gate_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_dearest_messages_are_cheap), cmocka_unit_test(signed_messages_are_cheap),
		cmocka_unit_test(ten_thousand_hostile_messages), cmocka_unit_test(refusals_are_no_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
