/* SPDX-License-Identifier: MIT */
/* Check 10: a tree against a table, into a struct. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/wire/codec.h"
#include "core/wire/text.h"
#include "core/wire/tree.h"
#include "core/wire/types.h"

struct take {
	struct arena *arena;
	struct refusal *refusal;
	bool any_length;	/* of aliases; what does not fit is cut */
};

/* Where we are, as frames on the stack: the path is written only when something is wrong. */
struct place {
	const struct place *up;
	const char *name;
	int index;		/* of an element, -1 = the field itself */
};

static void place_write(const struct place *p, char *out, size_t size)
{
	size_t used;

	if (p->up != NULL)
		place_write(p->up, out, size);
	used = strlen(out);
	if (p->index >= 0)
		snprintf(out + used, size - used, "[%d]", p->index);
	else
		snprintf(out + used, size - used, "%s%s", used > 0 ? "." : "", p->name);
}

static bool wrong(const struct take *t, const struct place *at, enum diag diag, const char *text)
{
	char path[FIELD_SIZE] = "";

	if (at != NULL)
		place_write(at, path, sizeof(path));
	return refuse(t->refusal, diag, path, "%s", text);
}

static bool wrong_range(const struct take *t, const struct place *at, int64_t min, int64_t max)
{
	char text[WIRE_REASON_SIZE];

	snprintf(text, sizeof(text), "must be %lld to %lld", (long long)min, (long long)max);
	return wrong(t, at, DIAG_OUT_OF_RANGE, text);
}

/* An int64 of a number field, or a refusal. */
static bool take_whole(const struct take *t, const struct place *at, const cJSON *item, int64_t *value)
{
	if (!cJSON_IsNumber(item))
		return wrong(t, at, DIAG_WRONG_TYPE, "must be an integer");
	switch (tree_number(item, value)) {
	case NUMBER_WHOLE:
		return true;
	case NUMBER_FRACTION:
		return wrong(t, at, DIAG_WRONG_TYPE, "must be an integer, without fraction");
	case NUMBER_TOO_LARGE:
		break;
	}
	return wrong(t, at, DIAG_OUT_OF_RANGE, "is beyond 2^53");
}

static bool take_int(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	int64_t value;
	int32_t narrow;

	if (!take_whole(t, at, item, &value))
		return false;
	if (value < f->min || value > f->max)
		return wrong_range(t, at, f->min, f->max);
	narrow = (int32_t)value;
	memcpy(out, f->size == sizeof(narrow) ? (void *)&narrow : (void *)&value, f->size);
	return true;
}

static bool take_bit(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	int64_t value;

	(void)f;
	if (!take_whole(t, at, item, &value))
		return false;
	if (value != 0 && value != 1)
		return wrong_range(t, at, 0, 1);
	*(bool *)out = value == 1;
	return true;
}

static bool take_bool(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	(void)f;
	if (!cJSON_IsBool(item))
		return wrong(t, at, DIAG_WRONG_TYPE, "must be true or false");
	*(bool *)out = cJSON_IsTrue(item);
	return true;
}

static bool take_number(const struct take *t, const struct place *at, const struct field *f,
	const cJSON *item, void *out)
{
	(void)f;
	if (!cJSON_IsNumber(item))
		return wrong(t, at, DIAG_WRONG_TYPE, "must be a number");
	if (!isfinite(item->valuedouble))
		return wrong(t, at, DIAG_OUT_OF_RANGE, "is too large");
	*(double *)out = item->valuedouble;
	return true;
}

static const char *take_string(const struct take *t, const struct place *at, const cJSON *item)
{
	if (cJSON_IsString(item))
		return item->valuestring;
	wrong(t, at, DIAG_WRONG_TYPE, "must be a string");
	return NULL;
}

static bool take_text(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	const char *text = take_string(t, at, item);

	if (text != NULL)
		text_cut(out, f->size, text);
	return text != NULL;
}

static bool take_alias(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	const char *text = take_string(t, at, item);

	if (text == NULL)
		return false;
	if (!text_is_lrd(text))
		return wrong(t, at, DIAG_BAD_ALIAS, "must be words of letters and digits joined by dots");
	if (!t->any_length && strlen(text) >= f->size)
		return wrong(t, at, DIAG_BAD_ALIAS, "must have at most 100 characters");
	text_cut(out, f->size, text);
	return true;
}

static bool take_uuid(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	const char *text = take_string(t, at, item);

	(void)f;
	if (text == NULL)
		return false;
	return uuid_parse(text, out)
		|| wrong(t, at, DIAG_BAD_FORMAT, "must be a UUID, 8-4-4-4-12 hex digits");
}

static bool take_beat(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	const char *text = take_string(t, at, item);

	(void)f;
	if (text == NULL)
		return false;
	return text_hex(text, 16, out) || wrong(t, at, DIAG_BAD_FORMAT, "must be 16 hex digits");
}

static bool take_hash(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	const char *text = take_string(t, at, item);

	if (text == NULL)
		return false;
	if (!text_is_hash(text))
		return wrong(t, at, DIAG_BAD_FORMAT, "must be 64 lower-case hex digits");
	text_cut(out, f->size, text);
	return true;
}

static int word_index(const struct words *words, const char *text)
{
	for (int i = 0; i < words->n; i++)
		if (strcmp(words->list[i], text) == 0)
			return i;
	return -1;
}

/* A symbol or a word of a closed list. */
static bool take_enum(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	const char *text = take_string(t, at, item);
	char reason[WIRE_REASON_SIZE];
	int index;

	if (text == NULL)
		return false;
	index = f->kind == FIELD_SYMBOL ? symbol_find(f->symbols, text) : word_index(f->words, text);
	if (index < 0) {
		snprintf(reason, sizeof(reason), "must be a %s of %s",
			f->kind == FIELD_SYMBOL ? "symbol" : "word",
			f->kind == FIELD_SYMBOL ? f->symbols->name : f->words->name);
		return wrong(t, at, DIAG_BAD_FORMAT, reason);
	}
	memcpy(out, &index, sizeof(index));
	return true;
}

static bool take_message(const struct take *t, const struct place *at, const struct wire *w,
	const cJSON *object, void *out);

static bool take_object(const struct take *t, const struct place *at, const struct field *f,
	const cJSON *item, void *out)
{
	return take_message(t, at, f->nested, item, out);
}

static bool take_one(const struct take *t, const struct place *at, const struct field *f, const cJSON *item,
	void *out)
{
	static bool (*const take[N_FIELD_KINDS])(const struct take *, const struct place *,
		const struct field *, const cJSON *, void *) = {
		[FIELD_INT] = take_int, [FIELD_BIT] = take_bit, [FIELD_BOOL] = take_bool,
		[FIELD_NUMBER] = take_number, [FIELD_TEXT] = take_text, [FIELD_ALIAS] = take_alias,
		[FIELD_UUID] = take_uuid, [FIELD_BEAT] = take_beat, [FIELD_HASH] = take_hash,
		[FIELD_SYMBOL] = take_enum, [FIELD_WORD] = take_enum, [FIELD_OBJECT] = take_object,
	};

	return take[f->kind](t, at, f, item, out);
}

/* The first list with this count sets it, parallel ones must have the same. */
static bool take_count(const struct take *t, const struct place *at, const struct field *f, bool first, int n,
	char *message)
{
	int others;

	if (f->max_count > 0 && n > f->max_count)
		return wrong_range(t, at, 0, f->max_count);
	memcpy(&others, message + f->count, sizeof(others));
	if (!first && n != others)
		return wrong(t, at, DIAG_BAD_FORMAT, "must be as long as the lists that belong to it");
	memcpy(message + f->count, &n, sizeof(n));
	return true;
}

static bool take_list(const struct take *t, const struct place *at, const struct field *f, bool first,
	const cJSON *item, char *message)
{
	struct place here = { .up = at, .index = 0 };
	const cJSON *element;
	char *elements;

	if (!cJSON_IsArray(item))
		return wrong(t, at, DIAG_WRONG_TYPE, "must be a list");
	if (!take_count(t, at, f, first, cJSON_GetArraySize(item), message))
		return false;
	elements = arena_take(t->arena, (size_t)cJSON_GetArraySize(item) * f->size);
	if (elements == NULL)
		return wrong(t, at, DIAG_TOO_LARGE, "has too many elements");
	memcpy(message + f->offset, &elements, sizeof(elements));
	cJSON_ArrayForEach(element, item) {
		if (!take_one(t, &here, f, element, elements + (size_t)here.index * f->size))
			return false;
		here.index++;
	}
	return true;
}

/* The first field of the table with the same count or has: it speaks for the others. */
static const struct field *leader(const struct wire *w, const struct field *f)
{
	const struct field *g = w->fields;

	while (g < f && !(f->list && g->list && g->count == f->count)
		&& !(f->optional && g->optional && g->has == f->has))
		g++;
	return g;
}

/* An optional field that is absent, or a missing one. Fields of one group come together or not at all. */
static bool settle_presence(const struct take *t, const struct place *at, const struct wire *w,
	const struct field *f, bool present, char *message)
{
	const struct field *first = leader(w, f);
	struct place its = { .up = at->up, .name = first->name, .index = -1 };

	if (!f->optional)
		return present || wrong(t, at, DIAG_MISSING_FIELD, "is required");
	if (first == f)
		*(bool *)(message + f->has) = present;
	else if (present != *(bool *)(message + f->has))
		return wrong(t, present ? &its : at, DIAG_MISSING_FIELD, "is required beside its companions");
	return true;
}

/* Members mostly come in the table's order: *next is the one that is expected, and then the one behind what was found. */
static const cJSON *member(const cJSON *object, const cJSON **next, const char *name)
{
	const cJSON *item = *next != NULL && strcmp((*next)->string, name) == 0 ? *next :
		cJSON_GetObjectItemCaseSensitive(object, name);

	if (item != NULL)
		*next = item->next;
	return cJSON_IsNull(item) ? NULL : item;
}

static bool take_field(const struct take *t, const struct place *up, const struct wire *w,
	const struct field *f, const cJSON *object, const cJSON **next, char *message)
{
	struct place at = { .up = up, .name = f->name, .index = -1 };
	const cJSON *item = member(object, next, f->name);

	if (!settle_presence(t, &at, w, f, item != NULL, message))
		return false;
	if (item == NULL)
		return true;
	if (f->list)
		return take_list(t, &at, f, leader(w, f) == f, item, message);
	return take_one(t, &at, f, item, message + f->offset);
}

static bool take_type_alias(const struct take *t, const struct place *up, const struct wire *w,
	const cJSON *object)
{
	struct place at = { .up = up, .name = "TypeAlias", .index = -1 };
	const cJSON *item = tree_member(object, "TypeAlias");
	char reason[WIRE_REASON_SIZE];

	if (item == NULL)
		return wrong(t, &at, DIAG_MISSING_FIELD, "is required");
	if (!cJSON_IsString(item))
		return wrong(t, &at, DIAG_WRONG_TYPE, "must be a string");
	if (strcmp(item->valuestring, w->type_alias) == 0)
		return true;
	snprintf(reason, sizeof(reason), "must be %s", w->type_alias);
	return wrong(t, &at, DIAG_BAD_FORMAT, reason);
}

/* The table's own check knows the field but not where its message lies. */
static bool disagrees(const struct take *t, const struct place *up)
{
	struct refusal r = *t->refusal;
	struct place at = { .up = up, .name = r.field, .index = -1 };

	return wrong(t, &at, r.diag, r.text);
}

static bool take_message(const struct take *t, const struct place *at, const struct wire *w,
	const cJSON *object, void *out)
{
	const cJSON *next;

	if (!cJSON_IsObject(object))
		return wrong(t, at, DIAG_WRONG_TYPE, "must be an object");
	next = object->child;
	if (!take_type_alias(t, at, w, object))
		return false;
	memset(out, 0, w->size);
	for (int i = 0; i < w->n; i++)
		if (!take_field(t, at, w, &w->fields[i], object, &next, out))
			return false;
	return w->agrees == NULL || w->agrees(out, t->refusal) || disagrees(t, at);
}

bool codec_take(const struct wire *w, const struct cJSON *object, void *out, struct arena *arena,
	struct refusal *r)
{
	struct take t = { arena, r, false };

	return take_message(&t, NULL, w, object, out);
}

bool codec_check(const struct wire *w, const struct cJSON *object, struct arena *arena, struct refusal *r)
{
	struct take t = { arena, r, true };
	size_t mark = arena->used;
	void *scratch = arena_take(arena, w->size);
	bool ok = scratch != NULL ? take_message(&t, NULL, w, object, scratch) :
		refuse(r, DIAG_TOO_LARGE, NULL, "no room for it");

	arena->used = mark;
	return ok;
}

bool codec_decode(const struct wire *w, const char *json, size_t length, size_t max_bytes, void *out,
	struct arena *arena, struct refusal *r)
{
	cJSON *tree = codec_parse(json, length, max_bytes, arena, r);
	bool ok = tree != NULL && codec_take(w, tree, out, arena, r);

	cJSON_Delete(tree);
	return ok;
}

/* The binary types. */
static bool take_int16(const void *bytes, size_t length, int16_t *value, struct refusal *r)
{
	const uint8_t *b = bytes;

	if (length != 2)
		return refuse(r, DIAG_BAD_FORMAT, NULL, "must be 2 bytes, little-endian");
	*value = (int16_t)(b[0] | b[1] << 8);
	return true;
}

bool gs_pwr_decode(const void *bytes, size_t length, struct gs_pwr *out, struct refusal *r)
{
	int16_t value = 0;

	if (!take_int16(bytes, length, &value, r))
		return false;
	out->power_w = value;
	return true;
}

bool gs_dispatch_decode(const void *bytes, size_t length, struct gs_dispatch *out, struct refusal *r)
{
	int16_t value = 0;

	if (!take_int16(bytes, length, &value, r))
		return false;
	if (value != 0 && value != 1)
		return refuse(r, DIAG_OUT_OF_RANGE, "RelayState", "must be 0 or 1");
	out->relay_state = value == 1;
	return true;
}
