/* SPDX-License-Identifier: MIT */
/* From text to a tree whose numbers are known exactly: checks 1 and 5 to 8. */
#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/wire/codec.h"
#include "core/wire/text.h"
#include "core/wire/tree.h"

enum {
	TREE_MEMORY = 48 * 1024,		/* of a message to the SCADA: with the arena 64 KiB */
	TREE_MEMORY_LONG = 16 * 1024 * 1024,
	/* Bits of cJSON's `type` that cJSON does not use. */
	MARK_WHOLE = 1 << 20,
	MARK_FRACTION = 1 << 21,
	MARK_TOO_LARGE = 1 << 22,
};

void *arena_take(struct arena *a, size_t size)
{
	size_t rounded = (size + 7) & ~(size_t)7;
	char *p;

	if (rounded < size || rounded > a->size - a->used)
		return NULL;
	p = a->base + a->used;
	a->used += rounded;
	return memset(p, 0, rounded);
}

bool refuse(struct refusal *r, enum diag diag, const char *field, const char *format, ...)
{
	va_list args;

	*r = (struct refusal){ .diag = diag };
	if (field != NULL)
		text_cut(r->field, sizeof(r->field), field);
	va_start(args, format);
	vsnprintf(r->text, sizeof(r->text), format, args);
	va_end(args);
	return false;
}

/* cJSON keeps a number as a double only, so 2^53 + 1 or 0.99999999999999999999 would pass for whole numbers
 * they are not: each item says what its text was. */
int tree_mark(enum number_kind kind)
{
	static const int marks[] = {
		[NUMBER_WHOLE] = MARK_WHOLE, [NUMBER_FRACTION] = MARK_FRACTION,
		[NUMBER_TOO_LARGE] = MARK_TOO_LARGE,
	};

	return marks[kind];
}

enum number_kind tree_number(const cJSON *item, int64_t *whole)
{
	double d = item->valuedouble;

	*whole = 0;
	if ((item->type & MARK_FRACTION) != 0)
		return NUMBER_FRACTION;
	if ((item->type & MARK_TOO_LARGE) != 0 || !(d >= -(double)WIRE_INT_MAX && d <= (double)WIRE_INT_MAX))
		return NUMBER_TOO_LARGE;
	*whole = (int64_t)d;
	return (double)*whole == d ? NUMBER_WHOLE : NUMBER_FRACTION;
}

const cJSON *tree_member(const cJSON *object, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

	return cJSON_IsNull(item) ? NULL : item;
}

struct cJSON *codec_parse(const char *json, size_t length, size_t max_bytes, struct arena *scratch,
	struct refusal *r)
{
	size_t memory = max_bytes <= WIRE_MAX_BYTES ? TREE_MEMORY : TREE_MEMORY_LONG;
	struct prescan_size need;
	cJSON *tree;

	if (length > max_bytes) {
		refuse(r, DIAG_TOO_LARGE, NULL, "more than %zu bytes", max_bytes);
		return NULL;
	}
	if (!prescan(json, length, memory, scratch, &need, r))
		return NULL;
	tree = tree_build(json, &need);
	if (tree == NULL)	/* all that can still be missing is memory (SF-27) */
		refuse(r, DIAG_TOO_LARGE, NULL, "no memory for it");
	return tree;
}
