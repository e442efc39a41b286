/* SPDX-License-Identifier: MIT */
/* conf.h: a configuration as a flat list of {path, value, file, line}, whatever syntax it was written in.
 *
 * Groups and lists have an entry of their own before their members: "relays" (list), "relays[2]" (group),
 * "relays[2].node" (text). The rule of conf.d is kept: a later file replaces the same path, lists whole. */
#ifndef CORE_SETTINGS_CONF_H
#define CORE_SETTINGS_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/problems.h"
#include "spaceheat/settings.h"

enum { CONF_MAX = 1024, CONF_PATH = 96, CONF_FILES = 34, CONF_FILE = 96 };

enum conf_kind { CONF_GROUP, CONF_LIST, CONF_INT, CONF_FLOAT, CONF_BOOL, CONF_TEXT };

struct conf_entry {
	char path[CONF_PATH];
	enum conf_kind kind;
	int file, line;			/* file: index in conf_list.files */
	bool replaced;			/* by a later file: not there any more */
	bool yes;			/* CONF_BOOL */
	int64_t number;			/* CONF_INT; of a list: how many elements */
	double real;			/* CONF_FLOAT, and of CONF_INT the same number */
	char text[PATH_SIZE];		/* CONF_TEXT */
	size_t length;			/* of the text as it stood: more than text holds means cut */
};

struct conf_list {
	int n, n_files;
	char files[CONF_FILES][CONF_FILE];	/* "spaceheat.cfg", "conf.d/10-site.cfg" */
	struct conf_entry entries[CONF_MAX];
};

void conf_clear(struct conf_list *);
/* Begins a file: what is put from now on came from it. False: too many files. */
bool conf_file(struct conf_list *, const char *name);
/* Appends a copy (its `file` is set here); what an earlier file said of the path is gone. False: no room. */
bool conf_put(struct conf_list *, const struct conf_entry *);
/* The entry in force, or NULL. */
const struct conf_entry *conf_find(const struct conf_list *, const char *path);
/* "spaceheat.cfg" of an entry; for NULL the main file's name. */
const char *conf_file_of(const struct conf_list *, const struct conf_entry *);

#endif
