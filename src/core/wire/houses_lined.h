/* SPDX-License-Identifier: MIT */
/* houses_lined.h: a JSON file as a tree that still knows on which line everything stood. */
#ifndef CORE_WIRE_HOUSES_LINED_H
#define CORE_WIRE_HOUSES_LINED_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/problems.h"

struct cJSON;

struct lined {
	const char *text, *file;	/* loans */
	size_t length;
	struct problems *problems;
	struct cJSON *root;
};

/* Parses a text that ends with a NUL; false: a problem was added and there is nothing to close. */
bool lined_open(struct lined *, const char *text, size_t length, const char *file, struct problems *);
void lined_close(struct lined *);

/* The line on which an object or list begins. */
int lined_line(const struct lined *, const struct cJSON *container);
/* The line on which a key of the object stands; the object's own when it has no such key. */
int lined_key_line(const struct lined *, const struct cJSON *object, const char *key);
/* Adds a problem for each key that stands twice in an object, at any depth. */
void lined_check_doubles(const struct lined *, const struct cJSON *);
/* The member, or NULL (also for JSON's null). */
struct cJSON *lined_get(const struct cJSON *object, const char *key);

#endif
