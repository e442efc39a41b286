/* SPDX-License-Identifier: MIT */
/* The table as the shipped spaceheat.cfg and as a table in Markdown. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/settings/settings.h"
#include "core/settings/table.h"

struct out {
	char *text;
	size_t size, used;
};

static void put(struct out *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct out *o, const char *format, ...)
{
	size_t room = o->used < o->size ? o->size - o->used : 0;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(room ? o->text + o->used : NULL, room, format, args);
	va_end(args);
	o->used += n > 0 ? (size_t)n : 0;
}

static const char *const reload_marks[] = {
	[RELOAD_LIVE] = "",
	[RELOAD_FAIL_STATE] = " [fail state]",
	[RELOAD_RESTART] = " [restart]",
};

static const char *const reload_words[] = { "taken over", "fail state first", "needs a restart" };

static void put_row_comment(struct out *o, const char *indent, const struct setting *s)
{
	char allowed[200];

	value_allowed(s, allowed, sizeof(allowed));
	put(o, "%s# %s", indent, s->says);
	if (allowed[0])
		put(o, " (%s)", allowed);
	put(o, ".%s\n", reload_marks[s->reload]);
	if (s->example)
		put(o, "%s#   Example: %s;\n", indent, s->example);
}

/* What a group of the list may hold, as comments: the list itself is shipped empty. */
static void put_members(struct out *o, const char *indent, const struct setting *list)
{
	char allowed[200];

	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];

		if (setting_list_of(s) != list)
			continue;
		value_allowed(s, allowed, sizeof(allowed));
		put(o, "%s#   %-11s %s%s%s%s; %s%s.\n", indent, strrchr(s->path, '.') + 1, s->says,
			allowed[0] ? " (" : "", allowed, allowed[0] ? ")" : "",
			s->fallback ? "default " : "must be given", s->fallback ? s->fallback : "");
	}
}

/* "guard" of "guard.hp_min_off_s"; 0 at the top level. */
static size_t group_length(const struct setting *s)
{
	const char *dot = strchr(s->path, '.');

	return dot ? (size_t)(dot - s->path) : 0;
}

static bool same_group(const struct setting *a, const struct setting *b)
{
	return a && group_length(a) == group_length(b) && strncmp(a->path, b->path, group_length(a)) == 0;
}

static void put_setting(struct out *o, const struct setting *before, const struct setting *s)
{
	size_t group = group_length(s);
	const char *indent = group ? "\t" : "";

	if (!same_group(before, s) && before && group_length(before))
		put(o, "};\n");
	if (!same_group(before, s) || !group)
		put(o, "\n");
	if (group && !same_group(before, s))
		put(o, "%.*s: {\n", (int)group, s->path);
	put_row_comment(o, indent, s);
	if (s->type == SET_LIST)
		put_members(o, indent, s);
	put(o, "%s%s = %s;\n", indent, s->path + (group ? group + 1 : 0), s->fallback);
}

size_t settings_write_cfg(char *out, size_t size)
{
	struct out o = { out, size, 0 };
	const struct setting *before = NULL;

	put(&o, "# spaceheat.cfg: how the heating service behaves. Every setting, at its default.\n"
		"# Files conf.d/*.cfg beside this one are read after it, by name; a later value replaces the "
		"same path,\n"
		"# a later list the whole list. Check what you changed with: spaceheat config check\n"
		"# Marks: [restart] a change needs a restart; [fail state] a change first puts the relays "
		"concerned\n"
		"# through their fail state. This file is written by the program's own table of settings.\n");
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];

		if (s->reserved || setting_list_of(s))
			continue;
		put_setting(&o, before, s);
		before = s;
	}
	if (before && group_length(before))
		put(&o, "};\n");
	return o.used;
}

size_t settings_write_markdown(const char *group, char *out, size_t size)
{
	struct out o = { out, size, 0 };
	char allowed[200];

	put(&o, "| Setting | Default | Allowed | On reload | Meaning |\n|---|---|---|---|---|\n");
	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *s = &settings_table[i];

		if (s->reserved || strncmp(s->path, group, strlen(group)) != 0)
			continue;
		value_allowed(s, allowed, sizeof(allowed));
		put(&o, "| `%s` | %s%s%s | %s | %s | %s |\n", s->path, s->fallback ? "`" : "must be given",
			s->fallback ? s->fallback : "", s->fallback ? "`" : "", allowed,
			reload_words[s->reload], s->says);
	}
	return o.used;
}
