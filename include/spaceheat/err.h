/* SPDX-License-Identifier: MIT */
/* err.h: what broke, where, and what to do; filled by a function that returns false. */
#ifndef SPACEHEAT_ERR_H
#define SPACEHEAT_ERR_H

#include <stdbool.h>

enum err_code {
	ERR_NONE,
	ERR_IO,		/* the operating system said no: see os */
	ERR_FORMAT,	/* bytes that are not what they should be */
	ERR_RANGE,	/* a value outside what is physically or contractually possible */
	ERR_ABSENT,	/* a thing that should exist does not */
	ERR_BUSY,	/* try again later */
	ERR_CONFIG,	/* the configuration or houses.json is wrong */
	ERR_TIMEOUT,
	ERR_MEMORY,
	ERR_SHORT,	/* the wires of a sensor touch */
};

struct err {
	enum err_code code;
	int os;			/* errno at the time, or 0 */
	char text[200];		/* outermost first: "tank top: ds18b20 28-0316: no answer" */
};

/* Both return false, so that `return err_set(...)` reads as "this failed, because".
 * A text too long is cut. err_in puts what we were doing in front of the text. */
bool err_set(struct err *e, enum err_code code, int os, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
bool err_in(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
