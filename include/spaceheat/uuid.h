/* SPDX-License-Identifier: MIT */
/* uuid.h: a UUID as 16 bytes; its text is 8-4-4-4-12 hex digits (either case read, lower case written). */
#ifndef SPACEHEAT_UUID_H
#define SPACEHEAT_UUID_H

#include <stdbool.h>
#include <stdint.h>

enum { UUID_TEXT = 37 };	/* 36 characters and the end */

struct uuid { uint8_t b[16]; };

bool uuid_parse(const char *text, struct uuid *out);
/* Writes the text into `out` and returns it. */
const char *uuid_text(struct uuid u, char out[UUID_TEXT]);
bool uuid_equal(struct uuid a, struct uuid b);
bool uuid_is_zero(struct uuid u);
/* A version 4 UUID made of 128 random bits. */
struct uuid uuid_random(const uint64_t random_bits[2]);

#endif
