/* SPDX-License-Identifier: MIT */
/* cases.h: runs files of examples ("vectors"): each case says what went in and what must come out, and gets
 * one line: `ok KIND NAME[I]`, or `FAIL KIND NAME[I]: WHAT want W got G`.
 *
 * A new kind is one file with one `const struct vectors_kind` and one line in kinds.c. Its sections run in
 * the order of the file; a section nobody knows is a failed case, so nothing is passed over in silence. All
 * values, tolerances and constants are the file's own. */
#ifndef VECTORS_CASES_H
#define VECTORS_CASES_H

#include <stdbool.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "spaceheat/err.h"
#include "spaceheat/plant.h"

struct cases {
	const char *kind, *path;
	const cJSON *root;	/* the whole file */
	double rel;		/* tol.component_rel of the file, else 1e-9: of the larger of 1 and the value */
	FILE *out;
	int n, failed;		/* cases so far */
	/* the case being run */
	char name[80], why[320];
};

struct vectors_section {
	const char *name;
	void (*run)(struct cases *, const cJSON *section);	/* NULL: words for people, or read by others */
};

struct vectors_kind {
	const char *name;
	const struct vectors_section *sections;
	int n_sections;
	void (*other)(struct cases *, const cJSON *section);	/* for names not listed; NULL: they fail */
};

/* kinds.c: NULL at the end. */
extern const struct vectors_kind *const vectors_kinds[];
const struct vectors_kind *vectors_kind(const char *name);	/* NULL: unknown */

/* Runs all cases of a file, or of a tree already read (path then only says where houses may lie). False: it
 * cannot be read at all. What failed is counted in the cases. */
bool vectors_run(
	struct cases *, const struct vectors_kind *, const char *path, FILE *out, struct err *);
void vectors_run_tree(
	struct cases *, const struct vectors_kind *, const cJSON *root, const char *path, FILE *out);

/* A case: begin, compare as often as needed, end. index < 0: none. */
void case_begin(struct cases *, const char *name, int index);
void case_end(struct cases *);
/* The first failure of a case is the one told. */
void case_fail(struct cases *, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* |got - want| <= rel * max(1, |want|), NaN never. */
void case_close(struct cases *, const char *what, double got, double want);
void case_within(struct cases *, const char *what, double got, double want, double tolerance);
void case_whole(struct cases *, const char *what, long long got, long long want);
void case_text(struct cases *, const char *what, const char *got, const char *want);

/* Members of the case; what is missing or of another type fails it. Never NULL: an item of type null. */
const cJSON *case_item(struct cases *, const cJSON *object, const char *key);
const cJSON *case_at(struct cases *, const cJSON *array, int i);
double case_number(struct cases *, const cJSON *object, const char *key);	/* NAN when missing */
double case_number_at(struct cases *, const cJSON *array, int i);
long long case_int(struct cases *, const cJSON *object, const char *key);	/* 0 when missing */
const char *case_string(struct cases *, const cJSON *object, const char *key);	/* "" when missing */
double case_number_or(const cJSON *object, const char *key, double fallback);

/* The Plant of that house, with its defaults: from plant-houses.json beside the file, else from
 * tests/vectors. False: the case has failed. */
bool case_house(struct cases *, const char *house, struct plant *);

#endif
