/* SPDX-License-Identifier: MIT */
/* tree.h: what the codec and the canonical printer ask a tree made by codec_parse. */
#ifndef CORE_WIRE_TREE_H
#define CORE_WIRE_TREE_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "core/wire/prescan.h"
#include "core/wire/text.h"

/* A tree of a prescanned text, in one block: cJSON_Delete of its root frees it all, of anything below it is forbidden. NULL:
 * no memory. */
cJSON *tree_build(const char *json, const struct prescan_size *);
/* The bits of `type` that say what a number is; cJSON does not use them. */
int tree_mark(enum number_kind);
/* What a number item is; exact for trees of codec_parse, by its double for others. */
enum number_kind tree_number(const cJSON *item, int64_t *whole);
/* The member with that exact name, NULL when it is absent or null. */
const cJSON *tree_member(const cJSON *object, const char *name);

#endif
