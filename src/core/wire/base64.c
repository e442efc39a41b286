/* SPDX-License-Identifier: MIT */
#include "core/wire/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(const uint8_t *bytes, size_t n, char *out)
{
	for (size_t i = 0; i < n; i += 3) {
		uint32_t b = (uint32_t)bytes[i] << 16;

		b |= i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0;
		b |= i + 2 < n ? bytes[i + 2] : 0;
		*out++ = digits[b >> 18];
		*out++ = digits[b >> 12 & 63];
		*out++ = i + 1 < n ? digits[b >> 6 & 63] : '=';
		*out++ = i + 2 < n ? digits[b & 63] : '=';
	}
	*out = '\0';
}

/* -1: no digit. */
static int value_of(char c)
{
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

bool base64_read(const char *text, size_t length, uint8_t *bytes, size_t n)
{
	uint32_t held = 0;
	int bits = 0;
	size_t at = 0;

	if (length != BASE64_LENGTH(n))
		return false;
	for (size_t i = 0; i < length; i++) {
		int value = value_of(text[i]);

		if (at == n)	/* only padding may follow, and the bits left over are zero */
			value = text[i] == '=' && held == 0 ? 0 : -1;
		if (value < 0)
			return false;
		held = held << 6 | (uint32_t)value;
		bits += 6;
		if (bits >= 8 && at < n) {
			bits -= 8;
			bytes[at++] = (uint8_t)(held >> bits);
			held &= (1u << bits) - 1;
		}
	}
	return at == n && held == 0;
}
