/* SPDX-License-Identifier: MIT */
/* What a text must be before any table is asked: checks 1 and 5 to 8, and exact numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/types.h"

enum { MEMORY = 16 * 1024 };

/* One gt.telemetry.110 with anything more in it. */
#define TELEMETRY_HEAD "{\"ScadaReadTimeUnixMs\":1657022837123,\"Exponent\":-3,"	\
	"\"NameGtEnumSymbol\":\"c89d0ba1\",\"TypeAlias\":\"gt.telemetry.110\""
#define TELEMETRY(value) TELEMETRY_HEAD ",\"Value\":" value "}"
#define WITH(more) TELEMETRY_HEAD ",\"Value\":1," more "}"

static enum diag decode_bytes(const char *json, size_t length, struct gt_telemetry *out, struct refusal *r)
{
	char *exact = malloc(length > 0 ? length : 1);	/* so that the sanitizer sees one byte too far */
	char memory[MEMORY];
	struct arena arena = { memory, sizeof(memory), 0 };
	bool ok;

	memcpy(exact, json, length);
	r->diag = DIAG_NONE;
	ok = codec_decode(&gt_telemetry_wire, exact, length, WIRE_MAX_BYTES, out, &arena, r);
	free(exact);
	assert_true(ok == (r->diag == DIAG_NONE));
	return r->diag;
}

static enum diag verdict(const char *json)
{
	struct gt_telemetry m;
	struct refusal r;

	return decode_bytes(json, strlen(json), &m, &r);
}

struct sentence { const char *json; enum diag diag; };

static void check_all(const struct sentence *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		enum diag got = verdict(list[i].json);

		if (got != list[i].diag)
			fail_msg("%s: %s, not %s", list[i].json, diag_name(got), diag_name(list[i].diag));
	}
}
#define CHECK(list) check_all(list, sizeof(list) / sizeof((list)[0]))

/* Bytes that are no JSON text have the diagnostic of the first check that sees them. */
static void bytes_are_judged_in_the_order_of_checks(void **state)
{
	static const struct sentence list[] = {
		{ "", DIAG_MALFORMED_JSON },
		{ "   ", DIAG_MALFORMED_JSON },
		{ "\xef\xbb\xbf{}", DIAG_BAD_ENCODING },
		{ "{\"a\":\"\xc0\x80\"}", DIAG_BAD_ENCODING },			/* overlong */
		{ "{\"a\":\"\xe0\x9f\xbf\"}", DIAG_BAD_ENCODING },
		{ "{\"a\":\"\xf0\x8f\xbf\xbf\"}", DIAG_BAD_ENCODING },
		{ "{\"a\":\"\xed\xa0\x80\"}", DIAG_BAD_ENCODING },		/* surrogate */
		{ "{\"a\":\"\xf4\x90\x80\x80\"}", DIAG_BAD_ENCODING },		/* beyond Unicode */
		{ "{\"a\":\"\xff\"}", DIAG_BAD_ENCODING },
		{ "{\"a\":\"\xe2\x82", DIAG_BAD_ENCODING },			/* cut */
		{ "{\"a\":\x01}", DIAG_BAD_ENCODING },
		{ "[[[[[[[[[\x1b", DIAG_BAD_ENCODING },
		{ "[[[[[[[[[", DIAG_TOO_DEEP },
		{ "{\"a\":[[[[[[[[1]]]]]]]]}", DIAG_TOO_DEEP },
		{ "[[[[[[[[", DIAG_MALFORMED_JSON },
		{ "[]", DIAG_MALFORMED_JSON },
		{ "7", DIAG_MALFORMED_JSON },
		{ "null", DIAG_MALFORMED_JSON },
		{ "{}{}", DIAG_MALFORMED_JSON },
		{ "{} x", DIAG_MALFORMED_JSON },
		{ "{\"a\":1,}", DIAG_MALFORMED_JSON },
		{ "{\"a\":[1,]}", DIAG_MALFORMED_JSON },
		{ "{a:1}", DIAG_MALFORMED_JSON },
		{ "{\"a\" 1}", DIAG_MALFORMED_JSON },
		{ "{\"a\":1]", DIAG_MALFORMED_JSON },
		{ "{\"a\":01}", DIAG_MALFORMED_JSON },
		{ "{\"a\":+1}", DIAG_MALFORMED_JSON },
		{ "{\"a\":.5}", DIAG_MALFORMED_JSON },
		{ "{\"a\":1.}", DIAG_MALFORMED_JSON },
		{ "{\"a\":1e}", DIAG_MALFORMED_JSON },
		{ "{\"a\":-}", DIAG_MALFORMED_JSON },
		{ "{\"a\":NaN}", DIAG_MALFORMED_JSON },
		{ "{\"a\":Infinity}", DIAG_MALFORMED_JSON },
		{ "{\"a\":True}", DIAG_MALFORMED_JSON },
		{ "{\"a\":'b'}", DIAG_MALFORMED_JSON },
		{ "{\"a\":\"\t\"}", DIAG_MALFORMED_JSON },			/* raw tab inside a string */
		{ "{\"a\":\"\\x\"}", DIAG_MALFORMED_JSON },
		{ "{\"a\":\"\\u12g4\"}", DIAG_MALFORMED_JSON },
		{ "{\"a\":\"\\", DIAG_MALFORMED_JSON },
		{ "{\"a\":1,\"a\":2", DIAG_MALFORMED_JSON },
		{ "{\"a\":1,\"a\":2}", DIAG_DUPLICATE_KEY },
		{ "{}", DIAG_MISSING_FIELD },
		{ "\r\n\t {}\n", DIAG_MISSING_FIELD },
	};

	(void)state;
	CHECK(list);
}

/* A byte 0 is refused wherever it stands, also when the text before it is a whole message. */
static void byte_zero_is_bad_encoding(void **state)
{
	static const char text[] = TELEMETRY("1");
	struct gt_telemetry m;
	struct refusal r;

	(void)state;
	assert_int_equal(decode_bytes(text, sizeof(text) - 1, &m, &r), DIAG_NONE);
	assert_int_equal(decode_bytes(text, sizeof(text), &m, &r), DIAG_BAD_ENCODING);
}

/* Escapes mean what JSON says, except that none may stand for a byte 0 or half a character. */
static void escapes_are_understood(void **state)
{
	static const struct sentence list[] = {
		{ WITH("\"x\":\"\\u00e4\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\"\\\\\""), DIAG_NONE },
		{ WITH("\"x\":\"\\u0000\""), DIAG_BAD_ENCODING },
		{ WITH("\"x\\u0000\":1"), DIAG_BAD_ENCODING },
		{ WITH("\"x\":\"\\ud800\""), DIAG_BAD_ENCODING },
		{ WITH("\"x\":\"\\udc00\\ud800\""), DIAG_BAD_ENCODING },
		{ WITH("\"x\":\"\\ud800\\u0041\""), DIAG_BAD_ENCODING },
		{ "{\"ScadaReadTimeUnixMs\":1657022837123,\"Exponent\":-3,\"NameGtEnumSymbol\":\"c89d0ba1\","
			"\"\\u0054ypeAlias\":\"gt.telemetry.\\u0031\\u00310\",\"V\\u0061lue\":1}",
			DIAG_NONE },
	};

	(void)state;
	CHECK(list);
}

/* The same key twice in one object is refused at any depth and however it is spelled; in two objects it may
 * stand. */
static void keys_stand_once_in_an_object(void **state)
{
	static const struct sentence list[] = {
		{ WITH("\"Value\":2"), DIAG_DUPLICATE_KEY },
		{ WITH("\"\\u0056alue\":1"), DIAG_DUPLICATE_KEY },
		{ WITH("\"value\":1"), DIAG_NONE },
		{ WITH("\"x\":{\"a\":1,\"b\":{\"a\":1}},\"y\":{\"a\":1}"), DIAG_NONE },
		{ WITH("\"x\":[{\"a\":1},{\"a\":1}]"), DIAG_NONE },
		{ WITH("\"x\":[{\"a\":1,\"b\":0,\"a\":1}]"), DIAG_DUPLICATE_KEY },
		{ WITH("\"\":1,\"\":1"), DIAG_DUPLICATE_KEY },
	};
	static const char control[] = WITH("\"\xc2\x85y\":1,\"\xc2\x85y\":2");
	struct gt_telemetry m;
	struct refusal r;

	(void)state;
	CHECK(list);
	decode_bytes(control, strlen(control), &m, &r);
	assert_int_equal(r.diag, DIAG_DUPLICATE_KEY);
	assert_string_equal(r.field, "\\xc2\\x85y");
}

/* Integers are exact up to 2^53 however they are spelled, and nothing else is an integer (SF-40). */
static void integers_are_exact(void **state)
{
	static const struct { const char *json; enum diag diag; int64_t value; } list[] = {
		{ TELEMETRY("0"), DIAG_NONE, 0 },
		{ TELEMETRY("-0"), DIAG_NONE, 0 },
		{ TELEMETRY("1.0"), DIAG_NONE, 1 },
		{ TELEMETRY("-1.000000000000000000000000000000"), DIAG_NONE, -1 },
		{ TELEMETRY("12e2"), DIAG_NONE, 1200 },
		{ TELEMETRY("1200000e-5"), DIAG_NONE, 12 },
		{ TELEMETRY("0.0012e+4"), DIAG_NONE, 12 },
		{ TELEMETRY("0e999999999999"), DIAG_NONE, 0 },
		{ TELEMETRY("9007199254740992"), DIAG_NONE, WIRE_INT_MAX },
		{ TELEMETRY("-9007199254740992"), DIAG_NONE, -WIRE_INT_MAX },
		{ TELEMETRY("9007199254740991"), DIAG_NONE, WIRE_INT_MAX - 1 },
		{ TELEMETRY("9007199254740993"), DIAG_OUT_OF_RANGE, 0 },
		{ TELEMETRY("9223372036854775808"), DIAG_OUT_OF_RANGE, 0 },
		{ TELEMETRY("1e300"), DIAG_OUT_OF_RANGE, 0 },
		{ TELEMETRY("-1e400"), DIAG_OUT_OF_RANGE, 0 },
		{ TELEMETRY("0.5"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("1e-1"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("1e-400"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("0.99999999999999999999"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("9007199254740991.5"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("true"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("\"1\""), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("[1]"), DIAG_WRONG_TYPE, 0 },
		{ TELEMETRY("null"), DIAG_MISSING_FIELD, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct gt_telemetry m;
		struct refusal r;
		enum diag got = decode_bytes(list[i].json, strlen(list[i].json), &m, &r);

		if (got != list[i].diag || (got == DIAG_NONE && m.value != list[i].value))
			fail_msg("%s: %s, not %s", list[i].json, diag_name(got), diag_name(list[i].diag));
	}
}

/* Numbers in fields nobody knows, before and between ours, do not shift what is read. */
static void numbers_are_matched_with_their_text(void **state)
{
	static const char json[] = "{\"x-1\":[0.5,{\"e9\":1e99,\"-\":\"-7 \\\" 3\"},[],true],\"Value\":12.0,"
		"\"Exponent\":-3,"
		"\"y\":9007199254740993,\"ScadaReadTimeUnixMs\":1657022837123.000,\"z\":null,"
		"\"NameGtEnumSymbol\":\"c89d0ba1\",\"TypeAlias\":\"gt.telemetry.110\"}";
	struct gt_telemetry m;
	struct refusal r;

	(void)state;
	assert_int_equal(decode_bytes(json, strlen(json), &m, &r), DIAG_NONE);
	assert_int_equal(m.value, 12);
	assert_int_equal(m.exponent, -3);
	assert_int_equal(m.scada_read_time_unix_ms, 1657022837123);
	assert_int_equal(m.name, TELEMETRY_WATER_TEMP_C);
}

/* Exactly the limit passes, one byte more does not. */
static void size_limit_is_exact(void **state)
{
	char json[WIRE_MAX_BYTES + 2];
	struct gt_telemetry m;
	struct refusal r;
	size_t n = strlen(TELEMETRY("1"));

	(void)state;
	memset(json, ' ', sizeof(json));
	memcpy(json, TELEMETRY("1"), n);
	assert_int_equal(decode_bytes(json, WIRE_MAX_BYTES, &m, &r), DIAG_NONE);
	assert_int_equal(decode_bytes(json, WIRE_MAX_BYTES + 1, &m, &r), DIAG_TOO_LARGE);
}

/* What glibc takes for it: header, sixteens, at least 32. */
static size_t allocated(size_t size)
{
	size_t chunk = (size + sizeof(size_t) + 15) / 16 * 16;

	return chunk < 32 ? 32 : chunk;
}

static size_t tree_size(const cJSON *item)
{
	size_t n = allocated(sizeof(*item));

	n += item->string != NULL ? allocated(strlen(item->string) + 1) : 0;
	n += item->valuestring != NULL ? allocated(strlen(item->valuestring) + 1) : 0;
	for (const cJSON *child = item->child; child != NULL; child = child->next)
		n += tree_size(child);
	return n;
}

static void repeat(char *out, size_t size, const char *head, const char *body, const char *tail)
{
	size_t n = strlen(head), piece = strlen(body), end = strlen(tail);

	memcpy(out, head, n);
	for (; n + piece + end < size; n += piece)
		memcpy(out + n, body, piece);
	memcpy(out + n, tail, end + 1);
}

/* No message of 8192 bytes, however mean, makes cJSON take more than 48 KiB: with the arena that is 64 (SF
 * section 5). */
static void mean_messages_stay_small(void **state)
{
	static const char *const bodies[][3] = {
		{ "{\"a\":[0", ",0", "]}" }, { "{\"a\":[\"\"", ",\"\"", "]}" }, { "{\"a\":[[]", ",[]", "]}" },
		{ "{\"a\":[{}", ",{\"\":0}", "]}" }, { "{\"a\":[{}", ",{\"b\":{\"b\":[\"x\"]}}", "]}" },
		{ "{\"", "a", "\":1}" }, { "{\"a\":\"", "\\n", "\"}" },
		{ "{\"a\":[\"x\"", ",\"0123456789abcdef\"", "]}" },
		{ "{\"a\":[0", ",1e5", "]}" }, { "{\"a\":[0", ", 1234567890.5", "]}" },
	};
	char json[WIRE_MAX_BYTES + 1], memory[MEMORY];
	int small = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct arena arena = { memory, sizeof(memory), 0 };
		struct refusal r = { .diag = DIAG_NONE };
		cJSON *tree;

		repeat(json, sizeof(json), bodies[i][0], bodies[i][1], bodies[i][2]);
		tree = codec_parse(json, strlen(json), WIRE_MAX_BYTES, &arena, &r);
		assert_true(tree != NULL || r.diag == DIAG_TOO_LARGE);
		assert_true(tree == NULL || tree_size(tree) <= 48 * 1024);
		assert_int_equal(arena.used, 0);
		small += tree != NULL;
		cJSON_Delete(tree);
	}
	assert_true(small > 2);
}

/* Every prefix of a message and every one-byte change of it ends in a verdict, and no byte too
 * far is read. */
static void broken_messages_end_in_a_verdict(void **state)
{
	static const char whole[] = WITH("\"x\":[1,{\"y\":\"\\u00e4\\n\"},-2.5e+3,true,null]");
	static const char bytes[] = "\"\\{}[],:0-.eE+u \x01\x80\xff";
	struct gt_telemetry m;
	struct refusal r;
	char json[sizeof(whole)];

	(void)state;
	for (size_t n = 0; n < sizeof(whole) - 1; n++)
		assert_int_not_equal(decode_bytes(whole, n, &m, &r), DIAG_NONE);
	for (size_t i = 0; i < sizeof(whole) - 1; i++)
		for (size_t j = 0; j < sizeof(bytes) - 1; j++) {
			memcpy(json, whole, sizeof(json));
			json[i] = bytes[j];
			decode_bytes(json, sizeof(json) - 1, &m, &r);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_are_judged_in_the_order_of_checks),
		cmocka_unit_test(byte_zero_is_bad_encoding),
		cmocka_unit_test(escapes_are_understood),
		cmocka_unit_test(keys_stand_once_in_an_object),
		cmocka_unit_test(integers_are_exact),
		cmocka_unit_test(numbers_are_matched_with_their_text),
		cmocka_unit_test(size_limit_is_exact),
		cmocka_unit_test(mean_messages_stay_small),
		cmocka_unit_test(broken_messages_end_in_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
