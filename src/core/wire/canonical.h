/* SPDX-License-Identifier: MIT */
/* canonical.h: the one text of a checked message: known fields alone, keys sorted by bytes at every level, no
 * blanks, null left out, whole numbers as such, other numbers shortest, strings as they came with minimal
 * escapes. */
#ifndef CORE_WIRE_CANONICAL_H
#define CORE_WIRE_CANONICAL_H

#include <stddef.h>

#include "core/wire/codec.h"

/* The tree must have passed codec_check or codec_take for that table. `without` names a top-level field to
 * leave out (a signature covers all but itself), or is NULL. The length without the NUL, or -1 when it does
 * not fit. */
int canonical_print(const struct wire *, const struct cJSON *tree, const char *without, char *out,
	size_t size);

/* The same of every field there is, known or not, null too: what a signature covers. The tree is of codec_parse;
 * its members are sorted in place. -1 also when a number is no whole one: such a text has no canonical form. */
int canonical_print_whole(struct cJSON *tree, const char *without, char *out, size_t size);

#endif
