/* SPDX-License-Identifier: MIT */
/* load.h: from the name of a spaceheat.cfg to settings and house, checked and resolved, or to all that is
 * wrong with them. */
#ifndef PORT_LOAD_H
#define PORT_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/settings/conf.h"
#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/problems.h"
#include "spaceheat/settings.h"

struct loaded {
	struct settings settings;	/* its relative paths are made relative to the file's folder */
	struct house house;		/* meaningless unless configured */
	bool configured;		/* house = "" says: not yet */
	uint32_t houses_crc;		/* of the bytes of houses.json: has it changed? */
};

/* Reads the file, its conf.d folder and houses_file. False: see problems (at least one). */
bool load_service(const char *cfg_path, struct loaded *, struct problems *);
/* The same from a copy kept elsewhere. */
struct load_copy {
	const char *cfg_path;
	const char *houses_file;	/* NULL: what the configuration says */
	const char *stands_for;		/* relative paths in it start at this file's folder */
	const char *const *more;	/* texts of settings that come after the files, each as a file of its own; may be NULL */
	int n_more;
	const char *more_name;		/* what messages call those */
};
bool load_copy(const struct load_copy *, struct loaded *, struct problems *);
/* Only the configuration, not the house; *origins is what the files said. */
bool load_settings(const char *cfg_path, struct settings *, struct conf_list *origins, struct problems *);

/* Which spaceheat.cfg: `given` (-c), $SPACEHEAT_CONFIG, the demo's, /etc/spaceheat/spaceheat.cfg. False: none
 * of them exists or the path is too long; `path` then holds the one to name in the message. */
bool config_find(const char *given, char *path, size_t size);
/* A whole text file, NUL at its end, to be freed. Refuses more than `max` bytes. */
char *load_text(const char *path, size_t max, size_t *length, struct err *);
/* What a *_file setting stands for: "credential:NAME" or a path; the first line, without its end. */
bool load_secret(const char *setting, char *out, size_t size, struct err *);

#endif
