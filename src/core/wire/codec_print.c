/* SPDX-License-Identifier: MIT */
/* The tables for people: markdown. */
#include <stdio.h>
#include <string.h>

#include "core/wire/codec.h"

enum { LINE_SIZE = 240, RULE_SIZE = 120 };

static const char *json_type(const struct field *f)
{
	static const char *const types[N_FIELD_KINDS] = {
		[FIELD_INT] = "integer", [FIELD_BIT] = "integer", [FIELD_BOOL] = "boolean",
		[FIELD_NUMBER] = "number", [FIELD_TEXT] = "string", [FIELD_ALIAS] = "string",
		[FIELD_UUID] = "string", [FIELD_BEAT] = "string", [FIELD_HASH] = "string",
		[FIELD_SYMBOL] = "string", [FIELD_WORD] = "string", [FIELD_OBJECT] = "object",
	};

	return types[f->kind];
}

static void words_rule(const struct words *words, char *out, size_t size)
{
	size_t used = 0;

	for (int i = 0; i < words->n && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "one of ",
			words->list[i]);
	if (used >= size)	/* too many for a line of a table */
		snprintf(out, size, "a word of %s (%d)", words->name, words->n);
}

static void int_rule(const struct field *f, char *out, size_t size)
{
	if (f->min == -WIRE_INT_MAX && f->max == WIRE_INT_MAX)
		snprintf(out, size, "-");
	else if (f->min == 0 && f->max == WIRE_INT_MAX)
		snprintf(out, size, "not negative");
	else
		snprintf(out, size, "%lld to %lld", (long long)f->min, (long long)f->max);
}

static void field_rule(const struct field *f, char *out, size_t size)
{
	static const char *const rules[N_FIELD_KINDS] = {
		[FIELD_BIT] = "0 or 1", [FIELD_ALIAS] = "LrdAliasFormat",
		[FIELD_UUID] = "UuidCanonicalTextual",
		[FIELD_BEAT] = "16 hex digits", [FIELD_HASH] = "64 lower-case hex digits",
	};

	if (rules[f->kind] != NULL)
		snprintf(out, size, "%s", rules[f->kind]);
	else if (f->kind == FIELD_INT)
		int_rule(f, out, size);
	else if (f->kind == FIELD_SYMBOL)
		snprintf(out, size, "symbol of %s", f->symbols->name);
	else if (f->kind == FIELD_WORD)
		words_rule(f->words, out, size);
	else if (f->kind == FIELD_OBJECT)
		snprintf(out, size, "a `%s`", f->nested->type_alias);
	else
		snprintf(out, size, "-");
}

/* The list this one runs in parallel with, or NULL when it is the first. */
static const struct field *partner(const struct wire *w, const struct field *f)
{
	for (const struct field *g = w->fields; f->list && g < f; g++)
		if (g->list && g->count == f->count)
			return g;
	return NULL;
}

static void field_row(const struct wire *w, const struct field *f, char *out, size_t size)
{
	const struct field *first = partner(w, f);
	char rule[RULE_SIZE], most[80] = "";

	field_rule(f, rule, sizeof(rule));
	if (f->max_count > 0)
		snprintf(most, sizeof(most), "at most %d, ", f->max_count);
	else if (first != NULL)
		snprintf(most, sizeof(most), "as long as %s, ", first->name);
	snprintf(out, size, "| %s | %s%s | %s%s%s | %s |", f->name, f->list ? "array of " : "",
		json_type(f), most, f->list && strcmp(rule, "-") != 0 ? "each: " : "", rule,
		f->optional ? "yes" : "no");
}

void codec_print(const struct wire *w, void (*line)(void *self, const char *text), void *self)
{
	char text[LINE_SIZE];

	snprintf(text, sizeof(text), "### `%s`", w->type_alias);
	line(self, text);
	line(self, "");
	snprintf(text, sizeof(text), "At most %zu bytes.", w->max_bytes);
	line(self, w->binary ? "Two bytes, little-endian; as text:" : text);
	line(self, "");
	line(self, "| field | JSON type | rule | optional |");
	line(self, "|---|---|---|---|");
	for (int i = 0; i < w->n; i++) {
		field_row(w, &w->fields[i], text, sizeof(text));
		line(self, text);
	}
	snprintf(text, sizeof(text), "| TypeAlias | string | exactly `%s` | no |", w->type_alias);
	line(self, text);
	if (w->axiom != NULL) {
		line(self, "");
		snprintf(text, sizeof(text), "Axiom: %s.", w->axiom);
		line(self, text);
	}
	line(self, "");
}
