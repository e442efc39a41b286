/* SPDX-License-Identifier: MIT */
/* base64.h: RFC 4648 with padding, exact: one text per value, no blanks. */
#ifndef CORE_WIRE_BASE64_H
#define CORE_WIRE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(n) characters and a NUL. */
void base64_write(const uint8_t *bytes, size_t n, char *out);
/* Exactly n bytes out of exactly BASE64_LENGTH(n) characters. */
bool base64_read(const char *text, size_t length, uint8_t *bytes, size_t n);

#endif
