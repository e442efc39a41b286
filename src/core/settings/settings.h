/* SPDX-License-Identifier: MIT */
/* settings.h: one table of settings that reads, checks, prints, documents and writes spaceheat.cfg.
 *
 * Order of use: settings_default, settings_apply (own values), settings_resolve (against the house). All
 * problems are collected; after a false return the settings must not be used. */
#ifndef CORE_SETTINGS_SETTINGS_H
#define CORE_SETTINGS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/settings/conf.h"
#include "spaceheat/house.h"
#include "spaceheat/problems.h"
#include "spaceheat/settings.h"

void settings_default(struct settings *);
/* Takes values from the list over what *s holds. False: at least one problem was added. */
bool settings_apply(const struct conf_list *, struct settings *, struct problems *);
/* Finds nodes and RelayState channels, and checks what only the house can tell (SF-88, SF-92).
 * `origins` is where the settings came from, for file and line; may be NULL. */
bool settings_resolve(struct settings *, const struct house *, const struct conf_list *origins,
	struct problems *);

/* Gives a house that has no Plant the model that house_model.* describes, if any; after settings_resolve. */
void settings_model_house(const struct settings *, struct house *);
/* A simulated house for which files of weather and prices are configured lives through what they say. */
void settings_replay(const struct settings *, struct house *);

/* One setting as people read it; secrets as (set). fallback: its default, or NULL; file: where it comes from, NULL: it
 * is the default, or the origins are not known. */
struct setting_shown { const char *path, *value, *unit, *fallback, *file; int line; };
/* Tells every setting whose path is `path` or lies under it (NULL or "": all). `origins` may be NULL. Returns how many;
 * 0: no such path. */
int settings_show(const struct settings *, const struct conf_list *origins, const char *path,
	void (*tell)(void *ctx, const struct setting_shown *), void *ctx);
/* The known path most like this one, or NULL. */
const char *settings_like(const char *path);
/* The shipped spaceheat.cfg: every setting at its default, with its sentence, rails and reload class.
 * Returns the length, as snprintf does. */
size_t settings_write_cfg(char *out, size_t size);
/* The same as a table in Markdown. */
/* `group`: only paths that begin so; "" = all. */
size_t settings_write_markdown(const char *group, char *out, size_t size);
/* The man page spaceheat.cfg(5). */
size_t settings_write_man(char *out, size_t size);

/* sim.start: "2027-01-14T05:55[:00](Z|-05:00)" as Unix milliseconds and the offset it was written with. */
bool settings_parse_time(const char *text, int64_t *ms, int *utc_offset_s);

#endif
