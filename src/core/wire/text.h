/* SPDX-License-Identifier: MIT */
/* text.h: the small formats inside messages: UTF-8, aliases, hex, numbers; and text from outside made
 * printable. */
#ifndef CORE_WIRE_TEXT_H
#define CORE_WIRE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length of the valid UTF-8 character at p (1 to 4), or 0. */
int text_utf8(const char *p, const char *end);
/* Writes a code point (no surrogate) as UTF-8; returns its length. */
int text_utf8_put(uint32_t code, char out[4]);

/* The seed's LrdAliasFormat: words of ASCII letters and digits joined by single dots. */
bool text_is_lrd(const char *alias);
/* SF-41: the same in lower case, first character a letter, at most 100 characters. */
bool text_is_strict_alias(const char *alias);

/* The value of a hex digit of either case, or -1. */
int text_hex_digit(char c);
/* Exactly `digits` (at most 16) hex digits of either case and the end. */
bool text_hex(const char *text, int digits, uint64_t *value);
/* Exactly 64 lower-case hex digits. */
bool text_is_hash(const char *text);

/* Text from outside for people (SF-43): control bytes, C1 controls, backslashes and broken UTF-8 as \xNN; cut
 * between characters. */
void text_printable(char *out, size_t size, const char *text, size_t length);
/* Copies text, cut between characters. */
void text_cut(char *out, size_t size, const char *text);

/* What a JSON number (by its grammar) is, exactly. */
enum number_kind { NUMBER_WHOLE, NUMBER_FRACTION, NUMBER_TOO_LARGE };
enum { NUMBER_MAX_CHARS = 63 };
/* NUMBER_WHOLE: |*value| <= 2^53. */
enum number_kind text_number(const char *text, size_t length, int64_t *value);
/* The shortest decimal that reads back as d (finite); whole numbers up to 2^53 without point. */
int text_double(char *out, size_t size, double d);

#endif
