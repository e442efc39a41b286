/* SPDX-License-Identifier: MIT */
/* houses.h: reads one house out of a houses.json (ours, or one of 2022), checked to the last name.
 *
 * Tolerant of the known slips of the files of 2022, strict in everything else; every problem names file, line
 * and what to do. After true the house may be trusted; nothing of the text is kept. */
#ifndef CORE_WIRE_HOUSES_H
#define CORE_WIRE_HOUSES_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/house.h"
#include "spaceheat/problems.h"

/* text: a NUL stands at text[length]. key: a top-level name, or the alias of an AtomicTNode in the file.
 * `file` is for messages only. */
bool houses_read(const char *text, size_t length, const char *file, const char *key, struct house *,
	struct problems *);
/* The same for a file that maps names to bare Plant sections, without nodes: fills key and plant only. */
bool houses_read_bare_plant(const char *text, size_t length, const char *file, const char *key,
	struct house *, struct problems *);
/* Calls each() with every house of the file that reads without a problem, in file order; *scratch holds it
 * for the length of the call. Returns how many; problems of the others are added. */
int houses_list(const char *text, size_t length, const char *file, struct house *scratch,
	void (*each)(void *ctx, const struct house *), void *ctx, struct problems *);

#endif
