/* SPDX-License-Identifier: MIT */
#include "core/wire/writer.h"

#include <limits.h>
#include <string.h>

#include "core/wire/text.h"

void writer_char(struct writer *w, char c)
{
	if (w->n < w->size)
		w->out[w->n++] = c;
	else
		w->full = true;
}

void writer_text(struct writer *w, const char *text)
{
	size_t n = strlen(text);

	if (n > w->size - w->n) {
		w->full = true;
		return;
	}
	memcpy(w->out + w->n, text, n);
	w->n += n;
}

/* The short escape of a control character, quote or backslash; 0 = none. */
static char short_escape(char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *which = memchr(from, c, sizeof(from) - 1);

	return which != NULL ? to[which - from] : '\0';
}

void writer_string(struct writer *w, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	writer_char(w, '"');
	for (; *text != '\0'; text++) {
		char escape = short_escape(*text);

		if (escape == '\0' && (unsigned char)*text >= 0x20) {
			writer_char(w, *text);
			continue;
		}
		writer_char(w, '\\');
		if (escape != '\0') {
			writer_char(w, escape);
			continue;
		}
		writer_text(w, "u00");
		writer_char(w, digits[(unsigned char)*text >> 4]);
		writer_char(w, digits[*text & 15]);
	}
	writer_char(w, '"');
}

void writer_int(struct writer *w, int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char text[24], *p = text + sizeof(text) - 1;

	*p = '\0';
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--p = '-';
	writer_text(w, p);
}

void writer_double(struct writer *w, double d)
{
	char text[40];

	text_double(text, sizeof(text), d);
	writer_text(w, text);
}

int writer_end(struct writer *w)
{
	if (w->full || w->n >= w->size || w->n > INT_MAX)
		return -1;
	w->out[w->n] = '\0';
	return (int)w->n;
}
