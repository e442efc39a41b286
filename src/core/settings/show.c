/* SPDX-License-Identifier: MIT */
/* The settings as people read them: `config show`, the shipped file, the reference table. */
#include <stdio.h>
#include <string.h>

#include "core/settings/settings.h"
#include "core/settings/table.h"

enum { VALUE_TEXT = 2200 };

struct show {
	const struct settings *s;
	const struct conf_list *origins;
	void (*tell)(void *ctx, const struct setting_shown *);
	void *ctx;
	int n;
};

/* Is `path` (of the table, or with its indexes) `asked` itself, or under it? */
static bool is_asked(const char *path, const char *asked)
{
	size_t n = asked ? strlen(asked) : 0;

	return n == 0 ||
	       (strncmp(path, asked, n) == 0 && (path[n] == '\0' || path[n] == '.' || path[n] == '['));
}

static void show_line(struct show *sh, const struct setting *row, const char *path, const void *at, int n)
{
	char value[VALUE_TEXT];
	const struct conf_entry *origin = sh->origins != NULL ? conf_find(sh->origins, path) : NULL;

	if (row->secret)
		snprintf(value, sizeof(value), "%s", *(const char *)at ? "(set)" : "\"\"");
	else
		value_print(row, at, n, value, sizeof(value));
	sh->tell(sh->ctx, &(struct setting_shown){ path, value, row->unit, row->fallback,
		origin != NULL ? conf_file_of(sh->origins, origin) : NULL, origin != NULL ? origin->line : 0 });
	sh->n++;
}

static void show_element(struct show *sh, const struct setting *list, int index, const char *asked)
{
	char path[CONF_PATH + 16];

	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *row = &settings_table[i];

		if (setting_list_of(row) != list)
			continue;
		snprintf(path, sizeof(path), "%s[%d]%s", list->path, index, strchr(row->path, ']') + 1);
		if (is_asked(path, asked))
			show_line(
				sh, row, path, (const char *)sh->s + setting_offset(row, index), row->count);
	}
}

static void show_list(struct show *sh, const struct setting *list, const char *asked)
{
	int n = *(const int *)((const char *)sh->s + list->offset_n);

	for (int i = 0; i < n; i++)
		show_element(sh, list, i, asked);
	if (n > 0 || !is_asked(list->path, asked))
		return;
	sh->tell(sh->ctx, &(struct setting_shown){ list->path, "( )", "", NULL, NULL, 0 });
	sh->n++;
}

int settings_show(const struct settings *s, const struct conf_list *origins, const char *path,
	void (*tell)(void *ctx, const struct setting_shown *), void *ctx)
{
	struct show sh = { s, origins, tell, ctx, 0 };

	for (int i = 0; i < settings_table_n; i++) {
		const struct setting *row = &settings_table[i];

		if (row->reserved || setting_list_of(row))
			continue;
		if (row->type == SET_LIST)
			show_list(&sh, row, path);
		else if (is_asked(row->path, path))
			show_line(&sh, row, row->path, (const char *)s + row->offset,
				row->type == SET_TEXTS ? *(const int *)((const char *)s + row->offset_n)
						       : row->count);
	}
	return sh.n;
}

const char *settings_like(const char *path)
{
	const char *paths[256];
	int n = 0;

	for (int i = 0; i < settings_table_n && n < 256; i++)
		if (!settings_table[i].reserved)
			paths[n++] = settings_table[i].path;
	return did_you_mean(path, paths, n);
}
