/* SPDX-License-Identifier: MIT */
/* The flat list of settings as the files said them. */
#include "core/settings/conf.h"

#include <stdio.h>
#include <string.h>

void conf_clear(struct conf_list *list)
{
	list->n = 0;
	list->n_files = 0;
}

bool conf_file(struct conf_list *list, const char *name)
{
	if (list->n_files == CONF_FILES)
		return false;
	snprintf(list->files[list->n_files++], CONF_FILE, "%s", name);
	return true;
}

/* Is `path` a member of what stands at `whole`, or it itself? */
static bool is_under(const char *path, const char *whole)
{
	size_t n = strlen(whole);

	return strncmp(path, whole, n) == 0 && (path[n] == '\0' || path[n] == '[' || path[n] == '.');
}

static void replace_earlier(struct conf_list *list, const struct conf_entry *by)
{
	if (by->kind == CONF_GROUP) /* groups join; their members replace each other one by one */
		return;
	for (int i = 0; i < list->n; i++)
		if (list->entries[i].file != by->file && is_under(list->entries[i].path, by->path))
			list->entries[i].replaced = true;
}

bool conf_put(struct conf_list *list, const struct conf_entry *entry)
{
	struct conf_entry e = *entry;

	if (list->n == CONF_MAX || list->n_files == 0)
		return false;
	e.file = list->n_files - 1;
	e.replaced = false;
	replace_earlier(list, &e);
	list->entries[list->n++] = e;
	return true;
}

const struct conf_entry *conf_find(const struct conf_list *list, const char *path)
{
	const struct conf_entry *found = NULL;

	for (int i = 0; list && i < list->n; i++)
		if (!list->entries[i].replaced && strcmp(list->entries[i].path, path) == 0)
			found = &list->entries[i];
	return found;
}

const char *conf_file_of(const struct conf_list *list, const struct conf_entry *e)
{
	if (list && e)
		return list->files[e->file];
	return list && list->n_files > 0 ? list->files[0] : "spaceheat.cfg";
}
