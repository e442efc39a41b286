/* SPDX-License-Identifier: MIT */
/* prescan.h: looks a text over before a tree is made of it: what passes is one well-formed JSON object that
 * needs a known amount of memory. */
#ifndef CORE_WIRE_PRESCAN_H
#define CORE_WIRE_PRESCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/wire/codec.h"

/* What a tree of the text has: values, and bytes of all strings unescaped (at most), their ends included. */
struct prescan_size { size_t values, text; };

/* Checks 5 to 8 in their order: BadEncoding, TooDeep, MalformedJson, DuplicateKey; then TooLarge when the
 * tree would need more than `memory` bytes or a number is longer than cJSON reads. The scratch is given
 * back. */
bool prescan(const char *json, size_t length, size_t memory, struct arena *scratch, struct prescan_size *need,
	struct refusal *);

#endif
