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

/* The short escape of a control character, quote or backslash; 0 = none. */
static char short_escape(char c)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *which = memchr(from, c, sizeof(from) - 1);

	return which != NULL ? to[which - from] : '\0';
}

/* What of the text needs no escape, as far as there is room; how much. */
static size_t put_plain(struct writer *w, const char *text)
{
	size_t n = 0, room = w->size - w->n;
	char *to = w->out + w->n;

	for (; (unsigned char)text[n] >= 0x20 && text[n] != '"' && text[n] != '\\' && n < room; n++)
		to[n] = text[n];
	w->n += n;
	return n;
}

static void put(struct writer *w, const char *bytes, size_t n)
{
	if (n > w->size - w->n) {
		w->full = true;
		return;
	}
	memcpy(w->out + w->n, bytes, n);
	w->n += n;
}

void writer_text(struct writer *w, const char *text)
{
	put(w, text, strlen(text));
}

void writer_string(struct writer *w, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	writer_char(w, '"');
	for (;; text++) {
		char escape;

		text += put_plain(w, text);
		if (*text == '\0' || w->n == w->size)
			break;
		escape = short_escape(*text);
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
	char text[24], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--p = '-';
	put(w, p, (size_t)(text + sizeof(text) - p));
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
