/* SPDX-License-Identifier: MIT */
/* The example payloads of the protocol: what each must do, by tests/examples/manifest.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/canonical.h"
#include "core/wire/types.h"

#define EXAMPLES "tests/examples/"

enum { N_EXAMPLES = 680, FILE_MAX = 512 * 1024, ARENA_SIZE = 1024 * 1024 };

/* Which diagnostic a broken rule gives; `variant` is a part of the file's name, NULL = any. The first
 * match wins. */
static const struct { const char *rule, *variant; enum diag diag; } expected[] = {
	{ "json", NULL, DIAG_MALFORMED_JSON },
	{ "object", NULL, DIAG_MALFORMED_JSON },
	{ "typealias-present", NULL, DIAG_MISSING_FIELD },
	{ "typealias-value", NULL, DIAG_BAD_FORMAT },
	{ "required", NULL, DIAG_MISSING_FIELD },
	{ "json-type", NULL, DIAG_WRONG_TYPE },
	{ "element-json-type", NULL, DIAG_WRONG_TYPE },
	{ "element-object", NULL, DIAG_WRONG_TYPE },
	{ "enum-symbol", "type", DIAG_WRONG_TYPE },
	{ "enum-symbol", NULL, DIAG_BAD_FORMAT },
	{ "nested", "wrong-typealias", DIAG_BAD_FORMAT },
	{ "nested", "missing-", DIAG_MISSING_FIELD },
	{ "LrdAliasFormat", NULL, DIAG_BAD_ALIAS },
	{ "element-LrdAliasFormat", NULL, DIAG_BAD_ALIAS },
	{ "UuidCanonicalTextual", NULL, DIAG_BAD_FORMAT },
	{ "ReasonableUnixTimeMs", NULL, DIAG_OUT_OF_RANGE },
	{ "element-ReasonableUnixTimeMs", NULL, DIAG_OUT_OF_RANGE },
	{ "ReasonableUnixTimeS", NULL, DIAG_OUT_OF_RANGE },
	{ "Bit", NULL, DIAG_OUT_OF_RANGE },
	{ "element-Bit", NULL, DIAG_OUT_OF_RANGE },
	{ "parallel-lists", NULL, DIAG_BAD_FORMAT },
	{ "poll-shorter-than-reporting", NULL, DIAG_OUT_OF_RANGE },
	{ "temp-unit", NULL, DIAG_OUT_OF_RANGE },
	{ "length-2", NULL, DIAG_BAD_FORMAT },
	{ "whole-hours", NULL, DIAG_OUT_OF_RANGE },
	{ "range", NULL, DIAG_OUT_OF_RANGE },
};

struct bench { char *file, *again, *out, *memory; cJSON *manifest; };

static size_t read_whole(const char *path, char *into)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		fail_msg("cannot open %s (run from the top of the tree)", path);
	n = fread(into, 1, FILE_MAX, f);
	fclose(f);
	return n;
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	size_t n;

	b->file = malloc(FILE_MAX);
	b->again = malloc(FILE_MAX);
	b->out = malloc(FILE_MAX);
	b->memory = malloc(ARENA_SIZE);
	n = read_whole(EXAMPLES "manifest.json", b->file);
	b->manifest = cJSON_ParseWithLength(b->file, n);
	*state = b;
	return b->manifest == NULL;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	cJSON_Delete(b->manifest);
	free(b->file);
	free(b->again);
	free(b->out);
	free(b->memory);
	free(b);
	return 0;
}

static const char *word(const cJSON *entry, const char *name)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, name));

	return text != NULL ? text : "";
}

static bool decode(struct bench *b, const struct wire *w, const char *bytes, size_t length, char *out,
	struct refusal *r)
{
	struct arena arena = { b->memory, ARENA_SIZE, 0 };
	union { struct gs_pwr power; struct gs_dispatch dispatch; } m;
	cJSON *tree;
	bool ok;

	if (w->binary) {
		ok = w == &gs_pwr_wire ? gs_pwr_decode(bytes, length, &m.power, r) :
			gs_dispatch_decode(bytes, length, &m.dispatch, r);
		return ok && codec_encode(w, &m, out, FILE_MAX) > 0;
	}
	tree = codec_parse(bytes, length, w->max_bytes, &arena, r);
	ok = tree != NULL && codec_take(w, tree, arena_take(&arena, w->size), &arena, r)
		&& codec_check(w, tree, &arena, r) && canonical_print(w, tree, NULL, out, FILE_MAX) > 0;
	cJSON_Delete(tree);
	return ok;
}

static enum diag diag_expected(const char *rule, const char *file)
{
	const char *variant = strstr(file, "__");

	variant = variant != NULL ? variant : "";
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (strcmp(expected[i].rule, rule) == 0
			&& (expected[i].variant == NULL || strstr(variant, expected[i].variant) != NULL))
			return expected[i].diag;
	fail_msg("%s: no diagnostic is expected for rule %s", file, rule);
	return DIAG_NONE;
}

/* The lists and axioms name several fields, and any of them is right. */
static bool names_one_field(const char *rule)
{
	return strcmp(rule, "json") != 0 && strcmp(rule, "object") != 0 && strcmp(rule, "length-2") != 0
		&& strcmp(rule, "parallel-lists") != 0;
}

static void check_refusal(const cJSON *entry, const struct refusal *r)
{
	const char *rule = word(entry, "rule"), *file = word(entry, "file"), *field = word(entry, "field");
	enum diag diag = diag_expected(rule, file);

	if (r->diag != diag)
		fail_msg("%s: %s, not %s (%s %s)", file, diag_name(r->diag), diag_name(diag), r->field,
		r->text);
	if (field[0] != '\0' && names_one_field(rule) && strncmp(r->field, field, strlen(field)) != 0)
		fail_msg("%s: names the field %s, not %s", file, r->field, field);
}

/* Every example is taken or refused as the manifest says, and refused with the right name and field. An
 * integer spelled 1.0 is taken, as codec.h says. */
static void every_example_is_right(void **state)
{
	struct bench *b = *state;
	const cJSON *entry;
	int n = 0;

	cJSON_ArrayForEach(entry, b->manifest) {
		const char *file = word(entry, "file");
		const struct wire *w = wire_find(word(entry, "type"));
		bool accept = strcmp(word(entry, "expect"), "accept") == 0
			|| strcmp(word(entry, "class"), "integral-float") == 0;
		struct refusal r = { .diag = DIAG_NONE };
		char path[512];
		size_t length;

		assert_non_null(w);
		snprintf(path, sizeof(path), EXAMPLES "%s", file);
		length = read_whole(path, b->file);
		if (decode(b, w, b->file, length, b->out, &r) != accept)
			fail_msg("%s: %s (%s %s %s)", file, accept ? "refused" : "taken",
			diag_name(r.diag), r.field,
				r.text);
		if (!accept)
			check_refusal(entry, &r);
		n++;
	}
	assert_int_equal(n, N_EXAMPLES);
}

/* The tree in one block says what cJSON's own would. */
static void trees_are_cjsons(void **state)
{
	struct bench *b = *state;
	const cJSON *entry;
	int n = 0;

	cJSON_ArrayForEach(entry, b->manifest) {
		struct arena arena = { b->memory, ARENA_SIZE, 0 };
		struct refusal r;
		char path[512];
		size_t length;
		cJSON *ours, *its;

		snprintf(path, sizeof(path), EXAMPLES "%s", word(entry, "file"));
		length = read_whole(path, b->file);
		ours = codec_parse(b->file, length, FILE_MAX, &arena, &r);
		if (ours == NULL)
			continue;
		its = cJSON_ParseWithLength(b->file, length);
		if (!cJSON_Compare(ours, its, true))
			fail_msg("%s: another tree", path);
		cJSON_Delete(ours);
		cJSON_Delete(its);
		n++;
	}
	assert_in_range(n, 100, N_EXAMPLES);
}

/* Escapes of every kind, blanks, empty things and numbers in all spellings. */
static void odd_trees_are_cjsons(void **state)
{
	static const char text[] = " { \"a\\u00e9\\n\\\"b\" :\t[ ] ,\"c\":{ }, \"d\":[1,-0,1.5,-2e3, 0.0 ,9007199254740993,1E-2,true,false,null,"
		"\"\\ud83d\\ude00\\/\\\\\\b\\f\\r\\t\", \"\", [[\"x\"] ] ] , \"\":{\"k\":3} }\n";
	struct bench *b = *state;
	struct arena arena = { b->memory, ARENA_SIZE, 0 };
	struct refusal r;
	cJSON *ours = codec_parse(text, strlen(text), FILE_MAX, &arena, &r), *its = cJSON_Parse(text);

	assert_non_null(ours);
	assert_true(cJSON_Compare(ours, its, true));
	assert_string_equal(ours->child->string, "a\xc3\xa9\n\"b");
	assert_ptr_equal(ours->child->prev, cJSON_GetObjectItemCaseSensitive(ours, ""));
	cJSON_Delete(ours);
	cJSON_Delete(its);
}

/* What is decoded into a struct and encoded again says the same, and its canonical form is a fixed point. */
static void valid_examples_survive_a_round_trip(void **state)
{
	struct bench *b = *state;
	const cJSON *entry;
	int n = 0;

	cJSON_ArrayForEach(entry, b->manifest) {
		const struct wire *w = wire_find(word(entry, "type"));
		struct arena arena = { b->memory, ARENA_SIZE, 0 };
		struct refusal r;
		char path[512];
		size_t length;
		void *message = arena_take(&arena, w->size);
		int again;

		if (w->binary || strcmp(word(entry, "expect"), "accept") != 0)
			continue;
		snprintf(path, sizeof(path), EXAMPLES "%s", word(entry, "file"));
		length = read_whole(path, b->file);
		assert_true(codec_decode(w, b->file, length, w->max_bytes, message, &arena, &r));
		again = codec_encode(w, message, b->again, FILE_MAX);
		assert_true(again > 0);
		assert_true(decode(b, w, b->again, (size_t)again, b->out, &r));
		strcpy(b->again, b->out);
		assert_true(decode(b, w, b->file, length, b->out, &r));
		assert_string_equal(b->again, b->out);
		n++;
	}
	assert_true(n > 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_example_is_right),
		cmocka_unit_test(trees_are_cjsons),
		cmocka_unit_test(odd_trees_are_cjsons),
		cmocka_unit_test(valid_examples_survive_a_round_trip),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
