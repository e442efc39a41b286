/* SPDX-License-Identifier: MIT */
#include "examples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "port/load.h"
#include "vectors.h"

enum { EXAMPLE_MAX = 512 * 1024 };

static void load_one(const cJSON *item, struct example *e)
{
	char path[512];
	struct err why;

	snprintf(path, sizeof(path), "tests/examples/%s", vectors_at(item, "file")->valuestring);
	snprintf(e->type, sizeof(e->type), "%s", vectors_at(item, "type")->valuestring);
	e->bytes = load_text(path, EXAMPLE_MAX, &e->length, &why);
	if (e->bytes == NULL)
		fail_msg("%s: %s", path, why.text);
}

struct examples *examples_load(void)
{
	cJSON *manifest = vectors_open("tests/examples/manifest.json");
	struct examples *x = calloc(1, sizeof(*x));
	const cJSON *item;

	assert_non_null(x);
	x->list = calloc((size_t)cJSON_GetArraySize(manifest), sizeof(*x->list));
	assert_non_null(x->list);
	cJSON_ArrayForEach(item, manifest)
		load_one(item, &x->list[x->n++]);
	cJSON_Delete(manifest);
	return x;
}

void examples_free(struct examples *x)
{
	for (int i = 0; i < x->n; i++)
		free(x->list[i].bytes);
	free(x->list);
	free(x);
}
