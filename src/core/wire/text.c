/* SPDX-License-Identifier: MIT */
#include "core/wire/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIAS_MAX = 100, EXPONENT_MAX = 10000, WHOLE_DIGITS = 16 };
#define WHOLE_MAX 9007199254740992	/* 2^53 */

static bool is_tail(const char *p, const char *end, int n)
{
	if (end - p < n)
		return false;
	for (int i = 0; i < n; i++)
		if (((unsigned char)p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

int text_utf8(const char *p, const char *end)
{
	unsigned int a, b;

	if (p >= end)
		return 0;
	a = (unsigned char)p[0];
	if (a < 0x80)
		return 1;
	if (a >= 0xc2 && a <= 0xdf)
		return is_tail(p + 1, end, 1) ? 2 : 0;
	if (a < 0xe0 || a > 0xf4 || end - p < 3)
		return 0;
	b = (unsigned char)p[1];
	if (a <= 0xef)	/* e0: no overlong form; ed: no surrogate */
		return is_tail(p + 1, end, 2) && !(a == 0xe0 && b < 0xa0) && !(a == 0xed && b > 0x9f) ? 3 : 0;
	return is_tail(p + 1, end, 3) && !(a == 0xf0 && b < 0x90) && !(a == 0xf4 && b > 0x8f) ? 4 : 0;
}

int text_utf8_put(uint32_t code, char out[4])
{
	static const unsigned char lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

	if (n == 1) {
		out[0] = (char)code;
		return 1;
	}
	for (int i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (char)(lead[n] | code);
	return n;
}

/* The locale must not widen what an alias may hold, so no isalnum(). */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_words(const char *alias, bool capitals)
{
	bool in_word = false;

	for (const char *p = alias; *p != '\0'; p++) {
		if (*p == '.' && !in_word)
			return false;
		if (*p != '.' && !is_digit(*p) && !is_lower(*p) && !(capitals && is_upper(*p)))
			return false;
		in_word = *p != '.';
	}
	return in_word;
}

bool text_is_lrd(const char *alias)
{
	return is_words(alias, true);
}

bool text_is_strict_alias(const char *alias)
{
	return is_lower(alias[0]) && strlen(alias) <= ALIAS_MAX && is_words(alias, false);
}

int text_hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_hex(const char *text, int digits, uint64_t *value)
{
	uint64_t v = 0;

	for (int i = 0; i < digits; i++) {
		int d = text_hex_digit(text[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint64_t)d;
	}
	*value = v;
	return text[digits] == '\0';
}

bool text_is_hash(const char *text)
{
	return strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64;
}

static bool is_plain(const char *p, int n)
{
	unsigned char a = (unsigned char)p[0];

	if (n == 1)
		return a >= 0x20 && a != 0x7f && a != '\\';
	return n > 1 && !(a == 0xc2 && (unsigned char)p[1] < 0xa0);
}

void text_printable(char *out, size_t size, const char *text, size_t length)
{
	const char *end = text + length;
	size_t used = 0;

	while (text < end) {
		int n = text_utf8(text, end);
		char piece[5] = { 0 };

		if (is_plain(text, n)) {
			memcpy(piece, text, (size_t)n);
			text += n;
		} else {
			snprintf(piece, sizeof(piece), "\\x%02x", (unsigned char)*text++);
		}
		if (used + strlen(piece) >= size)
			break;
		memcpy(out + used, piece, strlen(piece));
		used += strlen(piece);
	}
	out[used] = '\0';
}

void text_cut(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n >= size)
		for (n = size - 1; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80; n--)
			;
	memcpy(out, text, n);
	out[n] = '\0';
}

/* A decimal as digits without zeros at either end, times a power of ten. */
struct decimal { char digits[NUMBER_MAX_CHARS]; int n, exponent; bool negative; };

static void decimal_digit(struct decimal *d, char c, bool after_point)
{
	if (after_point)
		d->exponent--;
	if (d->n == 0 && c == '0')
		return;
	d->digits[d->n++] = c;
}

static struct decimal decimal_read(const char *text, size_t length)
{
	struct decimal d = { .n = 0 };
	const char *p = text, *end = text + length;
	bool after_point = false, minus;
	int e = 0;

	if (p < end && *p == '-') {
		d.negative = true;
		p++;
	}
	for (; p < end && *p != 'e' && *p != 'E'; p++) {
		if (*p == '.')
			after_point = true;
		else
			decimal_digit(&d, *p, after_point);
	}
	if (p < end)
		p++;
	minus = p < end && *p == '-';
	if (p < end && !is_digit(*p))
		p++;
	for (; p < end && e < EXPONENT_MAX; p++)
		e = 10 * e + (*p - '0');
	d.exponent += minus ? -e : e;
	for (; d.n > 0 && d.digits[d.n - 1] == '0'; d.n--)
		d.exponent++;
	return d;
}

/* What nearly all numbers are: a few digits. */
static bool few_digits(const char *text, size_t length, int64_t *value)
{
	bool minus = length > 0 && *text == '-';
	int64_t v = 0;

	if (length - minus >= WHOLE_DIGITS || length == (size_t)minus)
		return false;
	for (size_t i = minus; i < length; i++) {
		if (!is_digit(text[i]))
			return false;
		v = 10 * v + (text[i] - '0');
	}
	*value = minus ? -v : v;
	return true;
}

enum number_kind text_number(const char *text, size_t length, int64_t *value)
{
	struct decimal d;
	int64_t v = 0;

	if (few_digits(text, length, value))
		return NUMBER_WHOLE;
	*value = 0;
	if (length > NUMBER_MAX_CHARS)
		return NUMBER_TOO_LARGE;
	d = decimal_read(text, length);
	if (d.n == 0)
		return NUMBER_WHOLE;
	if (d.exponent < 0)
		return NUMBER_FRACTION;
	if (d.n + d.exponent > WHOLE_DIGITS)
		return NUMBER_TOO_LARGE;
	for (int i = 0; i < d.n + d.exponent; i++)
		v = 10 * v + (i < d.n ? d.digits[i] - '0' : 0);
	if (v > WHOLE_MAX)
		return NUMBER_TOO_LARGE;
	*value = d.negative ? -v : v;
	return NUMBER_WHOLE;
}

int text_double(char *out, size_t size, double d)
{
	int n = 0;

	if (fabs(d) <= (double)WHOLE_MAX && d == floor(d))
		return snprintf(out, size, "%lld", (long long)d);
	for (int digits = 1; digits <= 17; digits++) {
		n = snprintf(out, size, "%.*g", digits, d);
		if (strtod(out, NULL) == d)
			break;
	}
	return n;
}
