/* SPDX-License-Identifier: MIT */
/* A stored value as the file would write it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings/table.h"

static const char *const day_words[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

/* The shortest text that reads back as the same number, with a point so that it stays a float. */
static void print_float(double v, char *out, size_t size)
{
	for (int digits = 6; digits <= 17; digits++) {
		snprintf(out, size, "%.*g", digits, v);
		if (strtod(out, NULL) == v)
			break;
	}
	if (!strpbrk(out, ".en") && strlen(out) + 3 <= size)
		strcat(out, ".0");
}

static void print_text(const char *text, char *out, size_t size)
{
	size_t used = 1;

	out[0] = '"';
	for (; *text && used + 4 < size; text++) {
		if (*text == '"' || *text == '\\')
			out[used++] = '\\';
		out[used++] = *text;
	}
	out[used++] = '"';
	out[used] = '\0';
}

static void print_days(uint8_t days, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	if (days == 0x7f) {
		snprintf(out, size, "\"all\"");
		return;
	}
	for (int i = 0; i < 7 && used < size; i++)
		if (days & 1 << i)
			used += (size_t)snprintf(
				out + used, size - used, "%s%s", used ? "," : "\"", day_words[i]);
	if (used + 2 <= size)
		strcat(out, "\"");
}

static void print_one(const struct setting *s, const void *at, char *out, size_t size)
{
	switch (s->type) {
	case SET_BOOL:
		snprintf(out, size, "%s", *(const bool *)at ? "true" : "false");
		break;
	case SET_INT:
	case SET_INTS:
		snprintf(out, size, "%lld",
			s->size == sizeof(int64_t) ? (long long)*(const int64_t *)at
						   : (long long)*(const int *)at);
		break;
	case SET_FLOAT:
	case SET_FLOATS:
		print_float(*(const double *)at, out, size);
		break;
	case SET_TEXT:
	case SET_TEXTS:
		print_text(at, out, size);
		break;
	case SET_WORD:
		print_text(
			s->words[s->size == sizeof(bool) ? *(const bool *)at : *(const int *)at], out, size);
		break;
	case SET_DAYS:
		print_days(*(const uint8_t *)at, out, size);
		break;
	case SET_CLOCK:
		snprintf(out, size, "\"%02d:%02d\"", *(const int *)at / 60, *(const int *)at % 60);
		break;
	case SET_LIST:
		snprintf(out, size, "( ... )");
		break;
	}
}

void value_print(const struct setting *s, const void *at, int n, char *out, size_t size)
{
	size_t used = 0;

	if (s->type != SET_TEXTS && s->type != SET_INTS && s->type != SET_FLOATS) {
		print_one(s, at, out, size);
		return;
	}
	snprintf(out, size, "[ ");
	for (int i = 0; i < n; i++) {
		used = strlen(out);
		if (used + 2 * s->size + 8 > size) /* cannot happen with the buffers of this folder */
			break;
		print_one(s, (const char *)at + (size_t)i * s->size, out + used, size - used);
		strcat(out, i < n - 1 ? ", " : " ");
	}
	strcat(out, "]");
}
