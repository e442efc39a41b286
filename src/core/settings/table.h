/* SPDX-License-Identifier: MIT */
/* table.h: the settings table itself; for the files of this folder only. */
#ifndef CORE_SETTINGS_TABLE_H
#define CORE_SETTINGS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/settings/conf.h"
#include "spaceheat/problems.h"
#include "spaceheat/settings.h"

enum setting_type {
	SET_BOOL, SET_INT, SET_FLOAT, SET_TEXT,
	SET_WORD,		/* one of `words`, stored as its index */
	SET_DAYS, SET_CLOCK,	/* "mon-fri", "05:30" */
	SET_TEXTS,		/* up to `count` texts */
	SET_INTS, SET_FLOATS,	/* exactly `count`, rising */
	SET_LIST,		/* up to `count` groups; members have paths like "relays[].node" */
};

enum reload_class { RELOAD_LIVE, RELOAD_FAIL_STATE, RELOAD_RESTART };

struct setting {
	const char *path;
	enum setting_type type;
	const char *unit;		/* "" = none */
	const char *fallback;		/* as the file writes it; NULL: a list member that must be given */
	double low, high;		/* rails; low > high: none */
	enum reload_class reload;
	bool secret;			/* never shown */
	bool reserved;			/* known, so that a file may hold it, but nothing here reads it */
	const char *says;		/* one sentence */
	const char *advice;		/* why a rail is where it is, or NULL */
	const char *example;		/* for the shipped file, or NULL */
	const char *const *words;
	int count;			/* words, texts, numbers or groups */
	size_t offset, size;		/* in struct settings, or in the element of its list; size of one */
	size_t offset_n;		/* of the int that counts SET_TEXTS and SET_LIST */
};

extern const struct setting settings_table[];
extern const int settings_table_n;

/* "relays[2].kind" -> "relays[].kind" and 2 (the first index). False: too long or not of that form. */
bool path_normalise(const char *path, char normal[CONF_PATH], int *index);
/* The row of a normalised path ("roles.store[]" gives the row "roles.store"), or NULL. */
const struct setting *setting_find(const char *normal);
/* Do settings lie under that normalised path? */
bool setting_is_group(const char *normal);
/* The row of the list that a member's row belongs to, or NULL. */
const struct setting *setting_list_of(const struct setting *);
/* Where in struct settings the value of a row lies; `index` matters for members of lists. */
size_t setting_offset(const struct setting *, int index);

/* Checks one value and stores it. `element` is the index in SET_TEXTS, SET_INTS and SET_FLOATS. */
bool value_read(const struct setting *, const struct conf_entry *, const char *file, void *at, int element,
	struct problems *);
/* The default of a row, stored. */
void value_default(const struct setting *, void *at, int *n);
/* What is stored, as the file would write it. */
void value_print(const struct setting *, const void *at, int n, char *out, size_t size);
/* What an entry of the file says, for messages. */
void value_said(const struct conf_entry *, char *out, size_t size);
/* "180..1800 s", "element, heat_pump or pump", "" */
void value_allowed(const struct setting *, char *out, size_t size);
bool value_has_rails(const struct setting *);

/* What only several settings together can tell. */
void settings_check(const struct settings *, const struct conf_list *, struct problems *);

#endif
