/* SPDX-License-Identifier: MIT */
/* cJSON gives no lines. But it keeps the order of the text, so the k-th '{' or '[' of the text is the k-th
 * object or list of the tree; its offset goes into valueint, which cJSON uses for numbers alone. Lines of
 * keys are looked up in the text when a message needs them. */
#include "core/wire/houses_lined.h"

#include <cjson/cJSON.h>
#include <limits.h>
#include <string.h>

/* `at` is the opening quote; returns the offset behind the closing one. */
static size_t skip_string(const char *text, size_t at, size_t length)
{
	for (at++; at < length && text[at] != '"'; at++)
		at += text[at] == '\\';
	return at + 1;
}

static size_t next_container(const char *text, size_t at, size_t length)
{
	while (at < length && text[at] != '{' && text[at] != '[')
		at = text[at] == '"' ? skip_string(text, at, length) : at + 1;
	return at;
}

static bool is_container(const cJSON *item)
{
	return cJSON_IsObject(item) || cJSON_IsArray(item);
}

static void mark(struct lined *t, cJSON *item, size_t *at)
{
	cJSON *child;

	if (!is_container(item))
		return;
	*at = next_container(t->text, *at, t->length);
	item->valueint = (int)*at;
	(*at)++;
	cJSON_ArrayForEach(child, item) mark(t, child, at);
}

static int line_at(const struct lined *t, size_t offset)
{
	int line = 1;

	for (size_t i = 0; i < offset && i < t->length; i++)
		line += t->text[i] == '\n';
	return line;
}

bool lined_open(struct lined *t, const char *text, size_t length, const char *file, struct problems *problems)
{
	const char *end = NULL;
	size_t at = 0;

	*t = (struct lined){ .text = text, .length = length, .file = file, .problems = problems };
	if (length > INT_MAX / 2 || strlen(text) != length)
		return problem_add(problems, file, 0,
			"is no text of a sensible size (%zu bytes) - write it anew", length);
	t->root = cJSON_ParseWithLengthOpts(text, length, &end, 0);
	if (end)
		at = (size_t)(end - text);
	if (t->root)
		at += strspn(text + at, " \t\r\n");
	if (!t->root || at != length || !cJSON_IsObject(t->root)) {
		cJSON_Delete(t->root);
		return problem_add(problems, file, line_at(t, at),
			"is not one JSON object - check this line and the one before for a missing comma, "
			"quote or bracket");
	}
	at = 0;
	mark(t, t->root, &at);
	return true;
}

void lined_close(struct lined *t)
{
	cJSON_Delete(t->root);
}

int lined_line(const struct lined *t, const cJSON *container)
{
	return container && is_container(container) ? line_at(t, (size_t)container->valueint) : 0;
}

/* The offset of the `nth` key with that name in the object that begins at `at`; 0: none. Keys with escapes
 * are not found, which costs a message its exact line and nothing else. */
static size_t find_key(const struct lined *t, size_t at, const char *key, int nth)
{
	size_t n = strlen(key);
	int depth = 0;

	for (at++; at < t->length && depth >= 0;) {
		size_t begin = at;

		if (t->text[at] != '"') {
			depth += t->text[at] == '{' || t->text[at] == '[';
			depth -= t->text[at] == '}' || t->text[at] == ']';
			at++;
			continue;
		}
		at = skip_string(t->text, at, t->length);
		if (depth > 0 || at - begin != n + 2 || strncmp(t->text + begin + 1, key, n) != 0)
			continue;
		if (t->text[at + strspn(t->text + at, " \t\r\n")] == ':' && nth-- == 0)
			return begin;
	}
	return 0;
}

static int nth_key_line(const struct lined *t, const cJSON *object, const char *key, int nth)
{
	size_t at;

	if (!object || !cJSON_IsObject(object))
		return lined_line(t, object);
	at = find_key(t, (size_t)object->valueint, key, nth);
	return at ? line_at(t, at) : lined_line(t, object);
}

int lined_key_line(const struct lined *t, const cJSON *object, const char *key)
{
	return nth_key_line(t, object, key, 0);
}

static int doubles_before(const cJSON *object, const cJSON *item)
{
	const cJSON *other;
	int n = 0;

	cJSON_ArrayForEach(other, object)
	{
		if (other == item)
			break;
		n += strcmp(other->string, item->string) == 0;
	}
	return n;
}

void lined_check_doubles(const struct lined *t, const cJSON *container)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, container)
	{
		int n = cJSON_IsObject(container) ? doubles_before(container, item) : 0;

		if (n > 0)
			problem_add(t->problems, t->file, nth_key_line(t, container, item->string, n),
				"\"%s\" stands twice in the same object - remove one of them", item->string);
		if (is_container(item))
			lined_check_doubles(t, item);
	}
}

cJSON *lined_get(const cJSON *object, const char *key)
{
	cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	return item && !cJSON_IsNull(item) ? item : NULL;
}
