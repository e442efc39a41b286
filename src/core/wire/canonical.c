/* SPDX-License-Identifier: MIT */
#include "core/wire/canonical.h"

#include <string.h>

#include "core/wire/text.h"
#include "core/wire/tree.h"
#include "core/wire/writer.h"

static const char type_alias[] = "TypeAlias";

static void print_message(struct writer *w, const struct wire *wire, const cJSON *object,
	const char *without);

static void print_value(struct writer *w, const struct field *f, const cJSON *item)
{
	int64_t whole;

	if (cJSON_IsString(item))
		writer_string(w, item->valuestring);
	else if (cJSON_IsBool(item))
		writer_text(w, cJSON_IsTrue(item) ? "true" : "false");
	else if (cJSON_IsObject(item))
		print_message(w, f->nested, item, NULL);
	else if (tree_number(item, &whole) == NUMBER_WHOLE)
		writer_int(w, whole);
	else
		writer_double(w, item->valuedouble);
}

static void print_list(struct writer *w, const struct field *f, const cJSON *list)
{
	const cJSON *item;

	writer_char(w, '[');
	cJSON_ArrayForEach(item, list) {
		if (item != list->child)
			writer_char(w, ',');
		print_value(w, f, item);
	}
	writer_char(w, ']');
}

/* The next key in byte order behind `last`, NULL at the end: no array of a table's size is needed. */
static const char *next_key(const struct wire *wire, const char *last)
{
	const char *best = strcmp(type_alias, last) > 0 ? type_alias : NULL;

	for (int i = 0; i < wire->n; i++) {
		const char *name = wire->fields[i].name;

		if (strcmp(name, last) > 0 && (best == NULL || strcmp(name, best) < 0))
			best = name;
	}
	return best;
}

static void print_message(struct writer *w, const struct wire *wire, const cJSON *object, const char *without)
{
	bool first = true;

	writer_char(w, '{');
	for (const char *key = next_key(wire, ""); key != NULL; key = next_key(wire, key)) {
		const struct field *f = wire_field(wire, key);
		const cJSON *item = tree_member(object, key);

		if (item == NULL || (without != NULL && strcmp(key, without) == 0))
			continue;
		if (!first)
			writer_char(w, ',');
		first = false;
		writer_string(w, key);
		writer_char(w, ':');
		if (f != NULL && f->list)
			print_list(w, f, item);
		else
			print_value(w, f, item);
	}
	writer_char(w, '}');
}

int canonical_print(const struct wire *wire, const struct cJSON *tree, const char *without, char *out,
	size_t size)
{
	struct writer w = { out, size, 0, false };

	print_message(&w, wire, tree, without);
	return writer_end(&w);
}

/* --- every field there is ------------------------------------------------------------------------ */

static cJSON *merge(cJSON *a, cJSON *b)
{
	cJSON *head = NULL, **tail = &head;

	while (a != NULL && b != NULL) {
		cJSON **less = strcmp(a->string, b->string) <= 0 ? &a : &b;

		*tail = *less;
		*less = (*less)->next;
		tail = &(*tail)->next;
	}
	*tail = a != NULL ? a : b;
	return head;
}

/* Merge sort by key of the first n: no memory, and no order of keys makes it slow. `prev` is not kept: nobody who
 * only reads or deletes a tree looks at it. */
static cJSON *sort_members(cJSON *list, int n)
{
	cJSON *rest = list, *sorted;

	if (n < 2) {
		if (list != NULL)
			list->next = NULL;
		return list;
	}
	for (int i = 0; i < n / 2; i++)
		rest = rest->next;
	sorted = sort_members(list, n / 2);
	return merge(sorted, sort_members(rest, n - n / 2));
}

static bool print_any(struct writer *w, cJSON *item, const char *without);

static bool print_members(struct writer *w, cJSON *container, const char *without)
{
	bool first = true, named = cJSON_IsObject(container);

	if (named)
		container->child = sort_members(container->child, cJSON_GetArraySize(container));
	writer_char(w, named ? '{' : '[');
	for (cJSON *item = container->child; item != NULL; item = item->next) {
		if (named && without != NULL && strcmp(item->string, without) == 0)
			continue;
		if (!first)
			writer_char(w, ',');
		first = false;
		if (named) {
			writer_string(w, item->string);
			writer_char(w, ':');
		}
		if (!print_any(w, item, NULL))
			return false;
	}
	writer_char(w, named ? '}' : ']');
	return true;
}

static bool print_any(struct writer *w, cJSON *item, const char *without)
{
	int64_t whole;

	if (cJSON_IsObject(item) || cJSON_IsArray(item))
		return print_members(w, item, without);
	if (cJSON_IsString(item))
		writer_string(w, item->valuestring);
	else if (cJSON_IsBool(item))
		writer_text(w, cJSON_IsTrue(item) ? "true" : "false");
	else if (cJSON_IsNull(item))
		writer_text(w, "null");
	else if (tree_number(item, &whole) == NUMBER_WHOLE)
		writer_int(w, whole);
	else
		return false;
	return true;
}

int canonical_print_whole(struct cJSON *tree, const char *without, char *out, size_t size)
{
	struct writer w = { out, size, 0, false };

	return print_any(&w, tree, without) ? writer_end(&w) : -1;
}
