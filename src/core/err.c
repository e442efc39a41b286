/* SPDX-License-Identifier: MIT */
#include "spaceheat/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool err_set(struct err *e, enum err_code code, int os, const char *format, ...)
{
	va_list args;

	e->code = code;
	e->os = os;
	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	return false;
}

bool err_in(struct err *e, const char *format, ...)
{
	char inner[sizeof(e->text)];
	va_list args;
	size_t used;

	memcpy(inner, e->text, sizeof(inner));
	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	used = strlen(e->text);
	snprintf(e->text + used, sizeof(e->text) - used, ": %s", inner);
	return false;
}
