/* SPDX-License-Identifier: MIT */
#include "spaceheat/uuid.h"

#include <stdio.h>
#include <string.h>

#include "core/wire/text.h"

static bool dash_before(int byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool uuid_parse(const char *text, struct uuid *out)
{
	const char *p = text;

	for (int i = 0; i < 16; i++) {
		int high, low;

		if (dash_before(i) && *p++ != '-')
			return false;
		high = text_hex_digit(*p);
		if (high < 0)
			return false;
		low = text_hex_digit(p[1]);
		if (low < 0)
			return false;
		out->b[i] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	return *p == '\0';
}

const char *uuid_text(struct uuid u, char out[UUID_TEXT])
{
	static const char digits[] = "0123456789abcdef";
	char *p = out;

	for (int i = 0; i < 16; i++) {
		if (dash_before(i))
			*p++ = '-';
		*p++ = digits[u.b[i] >> 4];
		*p++ = digits[u.b[i] & 15];
	}
	*p = '\0';
	return out;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

bool uuid_is_zero(struct uuid u)
{
	return uuid_equal(u, (struct uuid){ { 0 } });
}

struct uuid uuid_random(const uint64_t random_bits[2])
{
	struct uuid u;

	for (int i = 0; i < 16; i++)
		u.b[i] = (uint8_t)(random_bits[i / 8] >> (8 * (i % 8)));
	u.b[6] = (uint8_t)((u.b[6] & 0x0f) | 0x40);
	u.b[8] = (uint8_t)((u.b[8] & 0x3f) | 0x80);
	return u;
}
