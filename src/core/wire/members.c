/* SPDX-License-Identifier: MIT */
#include "core/wire/members.h"

#include <stdio.h>
#include <string.h>

#include "core/wire/text.h"

enum { PRINTABLE_MAX = 200 };

static void begin(struct writer *w, const char *key)
{
	if (w->n > 0 && strchr("{[:", w->out[w->n - 1]) == NULL)
		writer_char(w, ',');
	if (key == NULL)
		return;
	writer_string(w, key);
	writer_char(w, ':');
}

void member_open(struct writer *w, const char *key, char bracket)
{
	begin(w, key);
	writer_char(w, bracket);
}

void member_close(struct writer *w, char bracket)
{
	writer_char(w, bracket);
}

void member_text(struct writer *w, const char *key, const char *text)
{
	begin(w, key);
	if (text != NULL)
		writer_string(w, text);
	else
		writer_text(w, "null");
}

void member_printable(struct writer *w, const char *key, const char *text)
{
	char clean[PRINTABLE_MAX + 1];

	if (text != NULL)
		text_printable(clean, sizeof(clean), text, strlen(text));
	member_text(w, key, text != NULL ? clean : NULL);
}

void member_int(struct writer *w, const char *key, int64_t value)
{
	begin(w, key);
	writer_int(w, value);
}

void member_bool(struct writer *w, const char *key, bool value)
{
	begin(w, key);
	writer_text(w, value ? "true" : "false");
}

void member_null(struct writer *w, const char *key)
{
	begin(w, key);
	writer_text(w, "null");
}

void member_double(struct writer *w, const char *key, double value)
{
	begin(w, key);
	writer_double(w, value);
}

void member_milli(struct writer *w, const char *key, int64_t milli)
{
	uint64_t size = milli < 0 ? 0 - (uint64_t)milli : (uint64_t)milli;
	char text[32];
	int n = snprintf(text, sizeof(text), "%s%llu.%03llu", milli < 0 ? "-" : "",
		(unsigned long long)(size / 1000), (unsigned long long)(size % 1000));

	while (text[n - 1] == '0')
		text[--n] = '\0';
	if (text[n - 1] == '.')
		text[--n] = '\0';
	begin(w, key);
	writer_text(w, text);
}

void member_int_if(struct writer *w, const char *key, bool known, int64_t value)
{
	if (known)
		member_int(w, key, value);
	else
		member_null(w, key);
}

void member_milli_if(struct writer *w, const char *key, bool known, int64_t milli)
{
	if (known)
		member_milli(w, key, milli);
	else
		member_null(w, key);
}
