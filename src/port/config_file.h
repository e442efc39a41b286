/* SPDX-License-Identifier: MIT */
/* config_file.h: the one place that knows libconfig: it turns files into a struct conf_list. */
#ifndef PORT_CONFIG_FILE_H
#define PORT_CONFIG_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/settings/conf.h"
#include "spaceheat/problems.h"

/* Adds one file's settings. `name` is what messages call it. Stops at the first syntax error. */
bool config_file_text(const char *text, size_t length, const char *name, struct conf_list *,
	struct problems *);
/* The file and its conf.d folder in the order of their names, each parsed alone. */
bool config_file_read(const char *path, struct conf_list *, struct problems *);

#endif
