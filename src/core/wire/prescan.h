/* SPDX-License-Identifier: MIT */
/* prescan.h: looks a text over before cJSON sees it: what passes is one well-formed JSON object that cJSON
 * reads without surprise and within a known amount of memory. */
#ifndef CORE_WIRE_PRESCAN_H
#define CORE_WIRE_PRESCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/wire/codec.h"

/* Checks 5 to 8 in their order: BadEncoding, TooDeep, MalformedJson, DuplicateKey; then TooLarge when the
 * tree would need more than `memory` bytes or a number is longer than cJSON reads. The scratch is given
 * back. */
bool prescan(const char *json, size_t length, size_t memory, struct arena *scratch, struct refusal *);

/* The next number of a prescanned text at or after *at, in the order of the text: its start and length, *at
 * moved behind it. False: there is none. */
bool prescan_number(const char *json, size_t length, size_t *at, const char **number, size_t *number_length);

#endif
