/* SPDX-License-Identifier: MIT */
/* The list of all types. */
#include <string.h>

#include "core/wire/types.h"

#define WIRE_ADDRESS(name, alias) &name##_wire,
const struct wire *const wires[] = { WIRES(WIRE_ADDRESS) };
const int n_wires = (int)(sizeof(wires) / sizeof(wires[0]));

const struct wire *wire_find(const char *type_alias)
{
	if (strcmp(type_alias, "p") == 0)
		return &gs_pwr_wire;
	if (strcmp(type_alias, "d") == 0)
		return &gs_dispatch_wire;
	for (int i = 0; i < n_wires; i++)
		if (strcmp(wires[i]->type_alias, type_alias) == 0)
			return wires[i];
	return NULL;
}

/* Without the version, when it ends with one. */
static size_t name_length(const char *type_alias)
{
	const char *dot = strrchr(type_alias, '.');

	if (dot == NULL || dot[1] == '\0' || strspn(dot + 1, "0123456789") != strlen(dot + 1))
		return strlen(type_alias);
	return (size_t)(dot - type_alias);
}

bool wire_is_version_of(const struct wire *w, const char *type_alias)
{
	size_t n = name_length(type_alias);

	return type_alias[n] != '\0' && n == name_length(w->type_alias)
		&& strncmp(w->type_alias, type_alias, n) == 0;
}

const struct wire *wire_other_version(const char *type_alias)
{
	for (int i = 0; i < n_wires; i++)
		if (wire_is_version_of(wires[i], type_alias))
			return wires[i];
	return NULL;
}

const struct field *wire_field(const struct wire *w, const char *name)
{
	for (int i = 0; i < w->n; i++)
		if (strcmp(w->fields[i].name, name) == 0)
			return &w->fields[i];
	return NULL;
}
