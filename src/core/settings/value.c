/* SPDX-License-Identifier: MIT */
/* One value: from what a file says into the struct, checked; and back into words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/table.h"

struct place { /* where a value was said, for messages */
	const struct setting *row;
	const struct conf_entry *entry;
	const char *file;
	struct problems *problems;
};

static const char *const day_words[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

bool value_has_rails(const struct setting *s)
{
	return s->low <= s->high;
}

void value_said(const struct conf_entry *e, char *out, size_t size)
{
	switch (e->kind) {
	case CONF_INT:
		snprintf(out, size, "%lld", (long long)e->number);
		break;
	case CONF_FLOAT:
		snprintf(out, size, "%.15g", e->real);
		break;
	case CONF_BOOL:
		snprintf(out, size, "%s", e->yes ? "true" : "false");
		break;
	case CONF_TEXT:
		snprintf(out, size, "\"%.60s%s\"", e->text, strlen(e->text) > 60 ? "..." : "");
		break;
	case CONF_GROUP:
		snprintf(out, size, "{ ... }");
		break;
	case CONF_LIST:
		snprintf(out, size, "a list");
		break;
	}
}

static void allowed_words(const struct setting *s, char *out, size_t size)
{
	size_t used = 0;

	for (int i = 0; i < s->count && used < size; i++)
		if (s->words[i])
			used += (size_t)snprintf(out + used, size - used, "%s\"%s\"",
				used == 0           ? ""
				: i == s->count - 1 ? " or "
						    : ", ",
				s->words[i]);
}

void value_allowed(const struct setting *s, char *out, size_t size)
{
	out[0] = '\0';
	if (s->type == SET_WORD)
		allowed_words(s, out, size);
	else if (value_has_rails(s))
		snprintf(out, size, "%.16g..%.16g%s%s", s->low, s->high, s->unit[0] ? " " : "", s->unit);
	else
		snprintf(out, size, "%s", s->unit);
}

static bool wrong_type(const struct place *p, const char *want, const char *like)
{
	char said[80];

	value_said(p->entry, said, sizeof(said));
	return problem_add(p->problems, p->file, p->entry->line, "%s = %s is not %s - write it like %s",
		p->entry->path, said, want, like);
}

static bool in_rails(const struct place *p, double v)
{
	const struct setting *s = p->row;
	char said[80], range[80];

	if (!value_has_rails(s) || (v >= s->low && v <= s->high))
		return true;
	value_said(p->entry, said, sizeof(said));
	value_allowed(s, range, sizeof(range));
	return problem_add(p->problems, p->file, p->entry->line,
		"%s = %s is outside %s - use at %s %.15g%s%s", p->entry->path, said, range,
		v < s->low ? "least" : "most", v < s->low ? s->low : s->high, s->advice ? "; " : "",
		s->advice ? s->advice : "");
}

static bool read_bool(const struct place *p, void *at)
{
	if (p->entry->kind != CONF_BOOL)
		return wrong_type(p, "true or false", "true");
	*(bool *)at = p->entry->yes;
	return true;
}

/* An example of a value: the default where there is one. */
static const char *like(const struct setting *s, enum setting_type type, const char *otherwise)
{
	return s->type == type && s->fallback && s->fallback[0] ? s->fallback : otherwise;
}

static bool read_int(const struct place *p, void *at)
{
	if (p->entry->kind != CONF_INT)
		return wrong_type(p, "a whole number", like(p->row, SET_INT, "300"));
	if (!in_rails(p, (double)p->entry->number))
		return false;
	if (p->row->size == sizeof(int64_t))
		*(int64_t *)at = p->entry->number;
	else
		*(int *)at = (int)p->entry->number;
	return true;
}

static bool read_float(const struct place *p, void *at)
{
	if (p->entry->kind != CONF_INT && p->entry->kind != CONF_FLOAT)
		return wrong_type(p, "a number", like(p->row, SET_FLOAT, "20.5"));
	if (!in_rails(p, p->entry->real))
		return false;
	*(double *)at = p->entry->real;
	return true;
}

static bool read_text(const struct place *p, void *at)
{
	const struct conf_entry *e = p->entry;

	if (e->kind != CONF_TEXT)
		return wrong_type(p, "a text", "\"...\"");
	if (e->length >= p->row->size)
		return problem_add(p->problems, p->file, e->line,
			"%s has %zu characters (at most %zu) - shorten it", e->path, e->length,
			p->row->size - 1);
	for (const char *c = e->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 127)
			return problem_add(p->problems, p->file, e->line,
				"%s holds a control character (code %d) - remove it", e->path, *c);
	memset(at, 0, p->row->size);
	memcpy(at, e->text, e->length);
	return true;
}

static void store_word(const struct setting *s, int i, void *at)
{
	if (s->size == sizeof(bool))
		*(bool *)at = i != 0;
	else
		*(int *)at = i; /* enums are unsigned int of the same size */
}

static bool read_word(const struct place *p, void *at)
{
	const struct setting *s = p->row;
	char allowed[160];
	const char *near;

	if (p->entry->kind != CONF_TEXT)
		return wrong_type(p, "a text", "\"...\"");
	for (int i = 0; i < s->count; i++)
		if (s->words[i] && strcmp(s->words[i], p->entry->text) == 0) {
			store_word(s, i, at);
			return true;
		}
	value_allowed(s, allowed, sizeof(allowed));
	near = did_you_mean(p->entry->text, s->words, s->count);
	return problem_add(p->problems, p->file, p->entry->line, "%s = \"%.60s\" is not %s - %s%s%s",
		p->entry->path, p->entry->text, allowed, near ? "did you mean \"" : "choose one",
		near ? near : "", near ? "\"?" : "");
}

/* The day whose word begins at *text, which moves behind it; -1: none. */
static int take_day(const char **text)
{
	for (int i = 0; i < 7; i++)
		if (strncmp(*text, day_words[i], 3) == 0) {
			*text += 3;
			return i;
		}
	return -1;
}

static bool parse_days(const char *text, uint8_t *days)
{
	*days = 0;
	if (strcmp(text, "all") == 0) {
		*days = 0x7f;
		return true;
	}
	for (;;) {
		int from = take_day(&text), to = from;

		if (from >= 0 && *text == '-') {
			text++;
			to = take_day(&text);
		}
		if (from < 0 || to < 0)
			return false;
		for (int d = from;; d = (d + 1) % 7) {
			*days |= (uint8_t)(1 << d);
			if (d == to)
				break;
		}
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
		text += strspn(text, " ");
	}
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool parse_clock(const char *t, int *minute)
{
	if (strlen(t) != 5 || !digit(t[0]) || !digit(t[1]) || t[2] != ':' || !digit(t[3]) || !digit(t[4]))
		return false;
	*minute = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 + t[4] - '0';
	return *minute < 24 * 60 && t[3] < '6';
}

static bool read_days(const struct place *p, void *at)
{
	uint8_t days;

	if (p->entry->kind != CONF_TEXT || !parse_days(p->entry->text, &days))
		return wrong_type(p, "days of the week", "\"all\", \"mon-fri\" or \"sat,sun\"");
	*(uint8_t *)at = days;
	return true;
}

static bool read_clock(const struct place *p, void *at)
{
	int minute;

	if (p->entry->kind != CONF_TEXT || !parse_clock(p->entry->text, &minute))
		return wrong_type(p, "a time of day", "\"05:30\"");
	*(int *)at = minute;
	return true;
}

static bool read_list(const struct place *p, void *at)
{
	(void)at;
	return wrong_type(p, "a group", "{ ... }");
}

static bool (*const readers[])(const struct place *, void *) = {
	[SET_BOOL] = read_bool,
	[SET_INT] = read_int,
	[SET_FLOAT] = read_float,
	[SET_TEXT] = read_text,
	[SET_WORD] = read_word,
	[SET_DAYS] = read_days,
	[SET_CLOCK] = read_clock,
	[SET_TEXTS] = read_text,
	[SET_INTS] = read_int,
	[SET_FLOATS] = read_float,
	[SET_LIST] = read_list,
};

bool value_read(const struct setting *s, const struct conf_entry *e, const char *file, void *at, int element,
	struct problems *problems)
{
	struct place p = { s, e, file, problems };

	return readers[s->type](&p, (char *)at + (size_t)element * s->size);
}

static void default_numbers(const struct setting *s, void *at)
{
	const char *t = s->fallback + strspn(s->fallback, "[ ");

	for (int i = 0; i < s->count; i++) {
		char *end;

		if (s->type == SET_INTS)
			((int *)at)[i] = (int)strtol(t, &end, 10);
		else
			((double *)at)[i] = strtod(t, &end);
		t = end + strspn(end, ", ");
	}
}

void value_default(const struct setting *s, void *at, int *n)
{
	struct conf_entry e = { .kind = CONF_TEXT,
		.real = strtod(s->fallback, NULL),
		.number = strtoll(s->fallback, NULL, 10),
		.yes = strcmp(s->fallback, "true") == 0 };
	struct place p = { s, &e, NULL, NULL };

	if (s->type == SET_TEXTS || s->type == SET_LIST) {
		*n = 0;
		return;
	}
	if (s->type == SET_INTS || s->type == SET_FLOATS) {
		default_numbers(s, at);
		return;
	}
	if (s->fallback[0] == '"')
		snprintf(e.text, sizeof(e.text), "%.*s", (int)strlen(s->fallback) - 2, s->fallback + 1);
	e.length = strlen(e.text);
	e.kind = s->type == SET_INT     ? CONF_INT
		 : s->type == SET_FLOAT ? CONF_FLOAT
		 : s->type == SET_BOOL  ? CONF_BOOL
					: CONF_TEXT;
	readers[s->type](&p, at); /* defaults lie inside their rails: a test walks all */
}
