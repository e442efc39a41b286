/* SPDX-License-Identifier: MIT */
/* members.h: members of JSON objects and elements of lists into a writer, with the commas where they belong.
 *
 * A NULL key: an element of a list, or the whole. Null is written for what is not known. */
#ifndef CORE_WIRE_MEMBERS_H
#define CORE_WIRE_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/writer.h"

void member_open(struct writer *, const char *key, char bracket);	/* '{' or '[' */
void member_close(struct writer *, char bracket);			/* '}' or ']' */
void member_text(struct writer *, const char *key, const char *text);	/* NULL: null */
/* Text that may come from outside: control bytes and broken UTF-8 as \xNN, cut at 200 characters (SF-43). */
void member_printable(struct writer *, const char *key, const char *text);
void member_int(struct writer *, const char *key, int64_t value);
void member_bool(struct writer *, const char *key, bool value);
void member_null(struct writer *, const char *key);
void member_double(struct writer *, const char *key, double value);
/* Thousandths as a decimal: 20625 is 20.625. */
void member_milli(struct writer *, const char *key, int64_t milli);
/* Null when it is not known. */
void member_int_if(struct writer *, const char *key, bool known, int64_t value);
void member_milli_if(struct writer *, const char *key, bool known, int64_t milli);

#endif
