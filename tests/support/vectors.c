/* SPDX-License-Identifier: MIT */
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/wire/houses.h"

static char *vectors_text(const char *path)
{
	enum { MAX = 1 << 20 };
	FILE *f = fopen(path, "r");
	char *text = malloc(MAX);
	size_t n;

	assert_non_null(f);
	assert_non_null(text);
	n = fread(text, 1, MAX - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

cJSON *vectors_open(const char *path)
{
	char *text = vectors_text(path);
	cJSON *json = cJSON_Parse(text);

	free(text);
	assert_non_null(json);
	return json;
}

const cJSON *vectors_at(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (item == NULL)
		fail_msg("no %s in the vectors", key);
	return item;
}

double vectors_number(const cJSON *object, const char *key)
{
	const cJSON *item = vectors_at(object, key);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

void vectors_plant(const char *house, struct plant *p)
{
	static const char path[] = "tests/vectors/plant-houses.json";
	char *text = vectors_text(path);
	struct house *h = malloc(sizeof(*h));
	struct problems problems = { .n = 0 };

	assert_non_null(h);
	if (!houses_read_bare_plant(text, strlen(text), path, house, h, &problems))
		fail_msg("%s", problems.text[0]);
	*p = h->plant;
	free(h);
	free(text);
}
