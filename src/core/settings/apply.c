/* SPDX-License-Identifier: MIT */
/* From the flat list into struct settings: defaults first, then every entry through its row of the table. */
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/settings.h"
#include "core/settings/table.h"

struct apply {
	const struct conf_list *list;
	struct settings *to;
	struct problems *problems;
	char skip[CONF_PATH]; /* reported already: nothing under it is looked at */
};

static void *place_of(struct settings *to, const struct setting *s, int index)
{
	return (char *)to + setting_offset(s, index);
}

static int *count_at(struct settings *to, const struct setting *s)
{
	return (int *)((char *)to + s->offset_n);
}

static void default_element(struct settings *to, const struct setting *list, int index)
{
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];
		int ignored;

		if (s->fallback && !s->reserved && setting_list_of(s) == list)
			value_default(s, place_of(to, s, index), &ignored);
	}
}

static void unresolved(struct settings *s)
{
	struct settings_roles *r = &s->roles;

	for (int i = 0; i < SETTINGS_MAX_STORE; i++)
		r->store[i] = r->buffer[i] = NO_NODE;
	r->supply = r->return_pipe = r->flow = r->outdoor = r->meter = r->lwt = r->ewt = NO_NODE;
	for (int i = 0; i < SETTINGS_MAX_ZONES; i++)
		s->zones[i].sensor = s->zones[i].pump = NO_NODE;
	for (int i = 0; i < HOUSE_MAX_RELAYS; i++)
		s->relays[i].node = s->relays[i].channel = NO_NODE;
}

void settings_default(struct settings *to)
{
	memset(to, 0, sizeof(*to));
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];

		if (!s->reserved && s->fallback && !setting_list_of(s))
			value_default(s, place_of(to, s, 0), count_at(to, s));
	}
	unresolved(to);
}

static const char *file_of(const struct apply *a, const struct conf_entry *e)
{
	return conf_file_of(a->list, e);
}

static void skip_rest(struct apply *a, const struct conf_entry *e)
{
	snprintf(a->skip, sizeof(a->skip), "%s", e->path);
}

static bool skipped(const struct apply *a, const char *path)
{
	size_t n = strlen(a->skip);

	return n > 0 && strncmp(path, a->skip, n) == 0 && (path[n] == '.' || path[n] == '[');
}

/* The parent of a normalised path, with its dot; "" at the top. */
static size_t parent_length(const char *normal)
{
	const char *dot = strrchr(normal, '.');

	return dot ? (size_t)(dot - normal) + 1 : 0;
}

/* The names that may stand where the last word of `normal` stands. */
static int siblings(const char *normal, char names[][CONF_PATH], const char **pointers, int max)
{
	size_t parent = parent_length(normal);
	int n = 0;

	for (int i = 0; i < settings_table_n && n < max; i++) {
		const char *path = settings_table[i].path;
		size_t length = strcspn(path + (strlen(path) > parent ? parent : 0), ".[");

		if (strlen(path) <= parent || strncmp(path, normal, parent) != 0)
			continue;
		if (n > 0 && strlen(names[n - 1]) == length &&
			strncmp(names[n - 1], path + parent, length) == 0)
			continue;
		memcpy(names[n], path + parent, length);
		names[n][length] = '\0';
		pointers[n] = names[n];
		n++;
	}
	return n;
}

static bool unknown_key(struct apply *a, const struct conf_entry *e, const char *normal)
{
	char names[48][CONF_PATH];
	const char *pointers[48] = { NULL }, *last = normal + parent_length(normal);
	const char *like = did_you_mean(last, pointers, siblings(normal, names, pointers, 48));

	skip_rest(a, e);
	if (strcmp(last, "password") == 0)
		return problem_add(a->problems, file_of(a, e), e->line,
			"%s is a secret in plain sight - put it into a file of mode 600 and name that in "
			"%s_file",
			e->path, e->path);
	if (like)
		return problem_add(a->problems, file_of(a, e), e->line,
			"unknown key \"%s\" - did you mean \"%s\"?", e->path, like);
	return problem_add(a->problems, file_of(a, e), e->line, "unknown key \"%s\" - remove it", e->path);
}

static void begin_elements(struct apply *a, const struct setting *s, int n)
{
	for (int i = 0; i < n; i++) {
		memset((char *)a->to + s->offset + (size_t)i * s->size, 0, s->size);
		if (s->type == SET_LIST)
			default_element(a->to, s, i);
	}
	if (s->type == SET_LIST || s->type == SET_TEXTS)
		*count_at(a->to, s) = n;
}

static bool apply_list(struct apply *a, const struct setting *s, const struct conf_entry *e)
{
	bool exact = s->type == SET_INTS || s->type == SET_FLOATS;

	if (!exact && s->type != SET_LIST && s->type != SET_TEXTS) {
		skip_rest(a, e);
		return problem_add(
			a->problems, file_of(a, e), e->line, "%s is a list - give it one value", e->path);
	}
	if (e->number > s->count || (exact && e->number != s->count)) {
		skip_rest(a, e);
		return problem_add(a->problems, file_of(a, e), e->line, "%s has %lld entries (%s %d) - %s",
			e->path, (long long)e->number, exact ? "exactly" : "at most", s->count,
			exact ? "give it both" : "remove some");
	}
	if (!s->reserved && !exact)
		begin_elements(a, s, (int)e->number);
	return true;
}

static void note_line(struct settings *to, const struct setting *list, int index, int line)
{
	if (list->offset == offsetof(struct settings, relays))
		to->relays[index].line = line;
	else if (list->offset == offsetof(struct settings, zones))
		to->zones[index].line = line;
	else if (list->offset == offsetof(struct settings, comfort.schedule))
		to->comfort.schedule[index].line = line;
	else if (list->offset == offsetof(struct settings, tariff.peaks))
		to->tariff.peaks[index].line = line;
}

static bool apply_group(struct apply *a, const struct conf_entry *e, const char *normal, int index)
{
	const struct setting *s = setting_find(normal);

	if (!setting_is_group(normal)) {
		if (!s)
			return unknown_key(a, e, normal);
		skip_rest(a, e);
		return problem_add(
			a->problems, file_of(a, e), e->line, "%s is a group - give it a value", e->path);
	}
	if (s && s->type == SET_LIST && !s->reserved)
		note_line(a->to, s, index, e->line);
	return true;
}

/* "[3]" at the end of the path. */
static int element_of(const char *path, const char *normal)
{
	const char *bracket = strrchr(path, '[');
	size_t n = strlen(normal);

	return bracket && n > 2 && strcmp(normal + n - 2, "[]") == 0 ? (int)strtol(bracket + 1, NULL, 10) : 0;
}

static bool apply_value(struct apply *a, const struct conf_entry *e, const char *normal, int index)
{
	const struct setting *s = setting_find(normal);
	bool element = strlen(normal) > 2 && strcmp(normal + strlen(normal) - 2, "[]") == 0;
	bool many = s && (s->type == SET_TEXTS || s->type == SET_INTS || s->type == SET_FLOATS ||
				 s->type == SET_LIST);
	alignas(max_align_t) char spare[PATH_SIZE];

	if (!s && setting_is_group(normal))
		return problem_add(a->problems, file_of(a, e), e->line,
			"%s is one value - write it like %s: { ... };", e->path, e->path);
	if (!s || (element && !many))
		return unknown_key(a, e, normal);
	if (many && !element)
		return problem_add(a->problems, file_of(a, e), e->line,
			"%s is one value - write it like %s = %s;", e->path, e->path,
			s->type == SET_LIST ? "( { ... } )" : "[ ..., ... ]");
	if (s->reserved) {
		struct setting any = *s;

		any.size = any.type == SET_INT ? sizeof(int64_t) : sizeof(spare);
		return value_read(&any, e, file_of(a, e), spare, 0, a->problems);
	}
	/* In "relays[1].expected_w[0]" the first number is the relay, the last the element. */
	return value_read(
		s, e, file_of(a, e), place_of(a->to, s, index), element_of(e->path, normal), a->problems);
}

static bool apply_entry(struct apply *a, const struct conf_entry *e)
{
	char normal[CONF_PATH];
	int index;

	if (e->replaced || skipped(a, e->path))
		return true;
	if (!path_normalise(e->path, normal, &index))
		return problem_add(a->problems, file_of(a, e), e->line,
			"\"%.40s...\" is no setting - remove it", e->path);
	if (e->kind == CONF_GROUP)
		return apply_group(a, e, normal, index);
	if (e->kind == CONF_LIST) {
		const struct setting *s = setting_find(normal);

		return s ? apply_list(a, s, e) : unknown_key(a, e, normal);
	}
	return apply_value(a, e, normal, index);
}

static void required_members(struct apply *a, const struct conf_entry *e, const struct setting *list)
{
	char path[CONF_PATH + CONF_PATH];

	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];
		const char *member =
			s->fallback || setting_list_of(s) != list ? NULL : strrchr(s->path, '.') + 1;

		if (!member ||
			strcmp(member, "fail_state") == 0) /* SF-92 has words of its own for that one */
			continue;
		snprintf(path, sizeof(path), "%s.%s", e->path, member);
		if (!conf_find(a->list, path))
			problem_add(a->problems, file_of(a, e), e->line, "%s has no %s - add %s = ...; (%s)",
				e->path, member, member, s->says);
	}
}

static void require(struct apply *a)
{
	for (int i = 0; i < a->list->n; i++) {
		const struct conf_entry *e = &a->list->entries[i];
		const struct setting *s;
		char normal[CONF_PATH];
		int index;

		if (e->replaced || e->kind != CONF_GROUP || !path_normalise(e->path, normal, &index))
			continue;
		s = setting_find(normal);
		if (s && s->type == SET_LIST && !s->reserved && index < s->count)
			required_members(a, e, s);
	}
}

bool settings_apply(const struct conf_list *list, struct settings *to, struct problems *problems)
{
	struct apply a = { .list = list, .to = to, .problems = problems };
	int before = problems->n + problems->more;

	for (int i = 0; i < list->n; i++)
		apply_entry(&a, &list->entries[i]);
	require(&a);
	settings_check(to, list, problems);
	return problems->n + problems->more == before;
}
