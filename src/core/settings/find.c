/* SPDX-License-Identifier: MIT */
/* From a path in a file to a row of the table, and from a row to its place in memory. */
#include <stdlib.h>
#include <string.h>

#include "core/settings/table.h"

bool path_normalise(const char *path, char normal[CONF_PATH], int *index)
{
	size_t used = 0;
	bool first = true;

	*index = 0;
	while (*path) {
		if (used + 2 >= CONF_PATH)
			return false;
		normal[used++] = *path;
		if (*path++ != '[')
			continue;
		if (first)
			*index = (int)strtol(path, NULL, 10);
		first = false;
		path += strspn(path, "0123456789");
	}
	normal[used] = '\0';
	return true;
}

const struct setting *setting_find(const char *normal)
{
	size_t n = strlen(normal);

	if (n > 2 && strcmp(normal + n - 2, "[]") == 0)
		n -= 2;
	for (int i = 0; i < settings_table_n; i++)
		if (strncmp(settings_table[i].path, normal, n) == 0 && settings_table[i].path[n] == '\0')
			return &settings_table[i];
	return NULL;
}

bool setting_is_group(const char *normal)
{
	size_t n = strlen(normal);

	for (int i = 0; i < settings_table_n; i++)
		if (strncmp(settings_table[i].path, normal, n) == 0 && settings_table[i].path[n] == '.')
			return true;
	return false;
}

const struct setting *setting_list_of(const struct setting *s)
{
	const char *bracket = strstr(s->path, "[]");
	char list[CONF_PATH];

	if (!bracket)
		return NULL;
	memcpy(list, s->path, (size_t)(bracket - s->path));
	list[bracket - s->path] = '\0';
	return setting_find(list);
}

size_t setting_offset(const struct setting *s, int index)
{
	const struct setting *list = setting_list_of(s);

	return s->offset + (list ? list->offset + (size_t)index * list->size : 0);
}
