/* SPDX-License-Identifier: MIT */
/* Every file of examples this build can run comes out right, and a wrong value in one does not. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../support/vectors.h"
#include "core/sim/rng.h"
#include "vectors/cases.h"

static const struct { const char *kind, *path; int least; } files[] = {
	{ "plant", "tests/vectors/plant.json", 80 },
	{ "plant-houses", "tests/vectors/plant-houses.json", 4 },
	{ "local-control", "tests/vectors/local-control.json", 157 },
};
enum { N_FILES = sizeof(files) / sizeof(files[0]) };

static void every_case_comes_out_right(void **state)
{
	(void)state;
	for (int i = 0; i < N_FILES; i++) {
		struct cases c;
		struct err e;

		if (!vectors_run(&c, vectors_kind(files[i].kind), files[i].path, stdout, &e))
			fail_msg("%s", e.text);
		assert_int_equal(c.failed, 0);
		assert_true(c.n >= files[i].least);
	}
}

/* Sections whose every number matters: any one changed by 1 % (and at least 0.7) must be found. */
static const char *const strict[] = { "constants", "weather", "prices", "emit", "required_supply", "load",
	"hp_point", "cop", "tank_step", "unmix", "ntc", "ds18b20", "hp_sequence", "one_step", "trace24h", "pcm_house",
	"backup_limit", "pcm" };
enum { N_STRICT = sizeof(strict) / sizeof(strict[0]) };

/* The n-th number below an item, depth first; NULL when there are not so many. */
static cJSON *nth_number(cJSON *item, int *n)
{
	cJSON *child, *found;

	if (cJSON_IsNumber(item))
		return (*n)-- == 0 ? item : NULL;
	cJSON_ArrayForEach(child, item)
		if ((found = nth_number(child, n)) != NULL)
			return found;
	return NULL;
}

static int failures(const struct vectors_kind *kind, const cJSON *all, const char *section, FILE *out)
{
	struct cases c = { .kind = kind->name, .path = "tests/vectors/plant.json", .root = all, .rel = 1e-9,
		.out = out };
	int i = 0;

	while (i < kind->n_sections && strcmp(kind->sections[i].name, section) != 0)
		i++;
	assert_true(i < kind->n_sections);
	kind->sections[i].run(&c, vectors_at(all, section));
	return c.failed;
}

/* Last numbers of a section are what comes out; a handful of them, spread evenly. */
static void a_wrong_value_is_found(void **state)
{
	enum { PROBES = 7 };
	const struct vectors_kind *plant = vectors_kind("plant");
	FILE *out = tmpfile();

	(void)state;
	assert_non_null(out);
	for (int s = 0; s < N_STRICT; s++) {
		cJSON *all = vectors_open("tests/vectors/plant.json");
		cJSON *section = cJSON_GetObjectItemCaseSensitive(all, strict[s]);
		int total = 0, found = 0;

		assert_int_equal(failures(plant, all, strict[s], out), 0);
		for (int n = 0; n = total, nth_number(section, &n) != NULL; total++)
			;
		for (int p = 0; p < PROBES; p++) {
			int n = total - 1 - p * total / PROBES;
			cJSON *number = nth_number(section, &n);
			double right = number->valuedouble;

			cJSON_SetNumberHelper(number, right + copysign(fmax(0.7, fabs(right) * 0.01), right));
			found += failures(plant, all, strict[s], out) > 0;
			cJSON_SetNumberHelper(number, right);
		}
		/* a changed input may still be far from any edge, a changed outcome never is */
		if (found < PROBES / 2)
			fail_msg("%s: %d of %d wrong values found", strict[s], found, PROBES);
		cJSON_Delete(all);
	}
	fclose(out);
}

/* What nobody knows is not passed over: unknown sections, missing members, houses that are not there. */
static void what_cannot_be_checked_fails(void **state)
{
	static const char *const texts[] = {
		"{\"no_such_section\": [1]}",
		"{\"load\": [{\"house\": \"dw1.isone.me.oak.1\", \"to\": 1, \"wind\": 2}]}",
		"{\"load\": [{\"house\": \"dw1.isone.me.ash.1\", \"to\": 1, \"wind\": 2, \"w\": 3}]}",
		"{\"cop\": [{\"to\": 1, \"lwt\": 2, \"cop\": 3}]}",
		"{\"hp_sequence\": {\"dt\": 0}}",
		"{\"trace24h\": {\"note\": \"\", \"traces\": [{\"house\": \"dw1.isone.me.oak.1\"}]}}",
		"{\"pcm\": {\"temp\": [[1, 2]], \"curve\": [[0, 1]]}}",
	};
	FILE *out = tmpfile();

	(void)state;
	assert_non_null(out);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cJSON *root = cJSON_Parse(texts[i]);
		struct cases c;

		assert_non_null(root);
		vectors_run_tree(&c, vectors_kind("plant"), root, "tests/vectors/x.json", out);
		if (c.failed == 0)
			fail_msg("nothing failed in %s", texts[i]);
		cJSON_Delete(root);
	}
	fclose(out);
}

/* A file that is not there, or is no JSON, is an error and no empty success; so is a kind nobody has. */
static void a_file_that_cannot_be_read_is_an_error(void **state)
{
	struct cases c;
	struct err e;

	(void)state;
	assert_null(vectors_kind("no-such-kind"));
	assert_false(vectors_run(&c, vectors_kind("plant"), "tests/vectors/no-such.json", stdout, &e));
	assert_int_equal(e.code, ERR_IO);
	assert_false(vectors_run(&c, vectors_kind("plant"), "tests/unit/test_vectors.c", stdout, &e));
	assert_int_equal(e.code, ERR_FORMAT);
}

/* The n-th item of any type below an item. */
static cJSON *nth_item(cJSON *item, int *n)
{
	cJSON *child, *found;

	cJSON_ArrayForEach(child, item) {
		if ((*n)-- == 0)
			return child;
		if ((found = nth_item(child, n)) != NULL)
			return found;
	}
	return NULL;
}

/* Files with anything in the wrong place are judged to the end: nothing hangs, nothing breaks. */
static void mutilated_files_do_no_harm(void **state)
{
	static const char *const with[] = { "null", "\"x\"", "-7", "1e300", "[]", "{}", "0", "true" };
	enum { TURNS = 100 };
	struct rng r = rng_start(1, "mutilate");
	FILE *out = tmpfile();
	int failed = 0;

	(void)state;
	assert_non_null(out);
	for (int turn = 0; turn < TURNS; turn++) {
		cJSON *all = vectors_open("tests/vectors/plant.json");
		int n = (int)(rng_uniform(&r) * 2800);
		cJSON *item = nth_item(all, &n), *other = cJSON_Parse(with[turn % 8]);
		struct cases c;

		if (item != NULL) {	/* keeps its place and name */
			item->type = other->type;
			item->valuedouble = other->valuedouble;
			item->valueint = other->valueint;
			if (cJSON_IsString(other)) {
				cJSON_free(item->valuestring);
				item->valuestring = other->valuestring;
				other->valuestring = NULL;
			}
		}
		vectors_run_tree(&c, vectors_kind("plant"), all, "tests/vectors/plant.json", out);
		failed += c.failed > 0;
		cJSON_Delete(other);
		cJSON_Delete(all);
	}
	assert_true(failed > TURNS / 2);
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_comes_out_right),
		cmocka_unit_test(a_wrong_value_is_found),
		cmocka_unit_test(what_cannot_be_checked_fails),
		cmocka_unit_test(mutilated_files_do_no_harm),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
