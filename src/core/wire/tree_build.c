/* SPDX-License-Identifier: MIT */
/* A cJSON tree in one block, made of a text that the prescan has found right: nothing is checked again, one allocation and
 * one free for all of it, and each number is read exactly while it is at hand. */
#include <stdlib.h>
#include <string.h>

#include "core/wire/tree.h"

struct build {
	const char *p;
	cJSON *items;			/* the next one */
	char *text;			/* where the next string goes */
};

static inline void skip_blanks(struct build *b)
{
	while ((unsigned char)*b->p <= ' ' && (*b->p == ' ' || *b->p == '\t' || *b->p == '\n' || *b->p == '\r'))
		b->p++;
}

/* Behind a blank or not: the next character, taken. */
static char next(struct build *b)
{
	skip_blanks(b);
	return *b->p++;
}

static uint32_t take_hex4(struct build *b)
{
	char digits[5] = { 0 };
	uint64_t value = 0;

	memcpy(digits, b->p, 4);
	text_hex(digits, 4, &value);
	b->p += 4;
	return (uint32_t)value;
}

static void take_escape(struct build *b)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = *b->p++;
	uint32_t code;

	if (c != 'u') {
		*b->text++ = to[strchr(from, c) - from];
		return;
	}
	code = take_hex4(b);
	if (code >= 0xd800 && code < 0xdc00) {	/* its other half follows, the prescan has seen to that */
		b->p += 2;
		code = 0x10000 + ((code - 0xd800) << 10) + (take_hex4(b) - 0xdc00);
	}
	b->text += text_utf8_put(code, b->text);
}

/* p behind the opening quote. */
static char *take_string(struct build *b)
{
	char *start = b->text;

	for (;;) {
		const char *p = b->p;
		char *to = b->text;

		while (*p != '"' && *p != '\\')
			*to++ = *p++;
		b->text = to;
		b->p = p + 1;
		if (*p == '"')
			break;
		take_escape(b);
	}
	*b->text++ = '\0';
	return start;
}

static void take_number(struct build *b, cJSON *item)
{
	const char *start = b->p;
	char copy[NUMBER_MAX_CHARS + 1];
	int64_t whole = 0;
	size_t n = 0;

	for (char c = *b->p; (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'; c = *++b->p)
		n++;
	item->type = cJSON_Number | tree_mark(text_number(start, n, &whole));
	item->valuedouble = (double)whole;
	if (item->type != (cJSON_Number | tree_mark(NUMBER_WHOLE))) {
		memcpy(copy, start, n);
		copy[n] = '\0';
		item->valuedouble = strtod(copy, NULL);
	} else if (whole == 0 && *start == '-') {
		item->valuedouble = -0.0;
	}
	item->valueint = item->valuedouble >= (double)INT32_MAX ? INT32_MAX :
		item->valuedouble <= (double)INT32_MIN ? INT32_MIN : (int)item->valuedouble;
}

static void take_word(struct build *b, cJSON *item)
{
	bool is_true = *b->p == 't';

	item->type = is_true ? cJSON_True : *b->p == 'f' ? cJSON_False : cJSON_NULL;
	item->valueint = is_true;
	b->p += *b->p == 'f' ? 5 : 4;
}

static cJSON *take_value(struct build *b);

/* Members or elements: cJSON's list, whose first knows the last. */
static void take_children(struct build *b, cJSON *parent, bool named, char end)
{
	cJSON *last = NULL;

	skip_blanks(b);
	if (*b->p == end) {
		b->p++;
		return;
	}
	do {
		char *name = NULL;
		cJSON *child;

		if (named) {
			next(b);
			name = take_string(b);
			next(b);
		}
		child = take_value(b);
		child->string = name;
		child->prev = last;
		if (last != NULL)
			last->next = child;
		else
			parent->child = child;
		last = child;
	} while (next(b) == ',');
	parent->child->prev = last;
}

static cJSON *take_value(struct build *b)
{
	cJSON *item = b->items++;

	memset(item, 0, sizeof(*item));
	skip_blanks(b);
	if (*b->p == '{' || *b->p == '[') {
		bool object = *b->p++ == '{';

		item->type = object ? cJSON_Object : cJSON_Array;
		take_children(b, item, object, object ? '}' : ']');
	} else if (*b->p == '"') {
		b->p++;
		item->type = cJSON_String;
		item->valuestring = take_string(b);
	} else if (*b->p == '-' || (*b->p >= '0' && *b->p <= '9')) {
		take_number(b, item);
	} else {
		take_word(b, item);
	}
	return item;
}

cJSON *tree_build(const char *json, const struct prescan_size *size)
{
	cJSON *root = cJSON_malloc(size->values * sizeof(*root) + size->text);
	struct build b = { .p = json, .items = root };

	if (root == NULL)
		return NULL;
	b.text = (char *)(root + size->values);
	take_value(&b);
	root->type |= cJSON_IsReference;	/* cJSON_Delete frees the block by its root, and looks for nothing below it */
	return root;
}
