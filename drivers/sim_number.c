/* SPDX-License-Identifier: MIT */
#include "sim_number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { MOST_DIGITS = 18 };

static bool ask(const struct device *d, const char *what, char *text, size_t size, struct err *e)
{
	static const char bus[] = "sim/";
	size_t n = strlen(d->alias), m = strlen(what) + 1, b = sizeof(bus) - 1;
	char path[160];

	assert(b + n + 1 + m <= sizeof(path));
	memcpy(path, bus, b);
	memcpy(path + b, d->alias, n);
	path[b + n] = '/';
	memcpy(path + b + n + 1, what, m);
	return d->bus->slurp(d->bus, path, text, size, e);
}

/* A whole number and nothing else; of more than 18 digits is none. */
static bool understand(const char *text, int64_t *value)
{
	bool minus = *text == '-';
	const char *p = text + minus, *start = p;
	int64_t v = 0;

	for (; *p >= '0' && *p <= '9' && p - start < MOST_DIGITS; p++)
		v = 10 * v + (*p - '0');
	*value = minus ? -v : v;
	return p > start && *p == '\0';
}

bool sim_number(const struct device *d, const char *what, int64_t *value, struct err *e)
{
	char text[64];

	if (d->bus->number != NULL && d->line != NO_NODE)
		return d->bus->number(d->bus, d->line, what, value, e);
	return ask(d, what, text, sizeof(text), e) &&
		(understand(text, value) || err_set(e, ERR_FORMAT, 0, "checksum wrong"));
}

bool sim_open(struct device *d, const struct component *c, struct err *e)
{
	char text[64];

	(void)c;
	snprintf(d->address, sizeof(d->address), "simulated");
	d->remark = NULL;
	d->held = false;
	d->line = d->bus->node != NULL ? d->bus->node(d->bus, d->alias) : NO_NODE;
	if (ask(d, "kind", text, sizeof(text), e) && strcmp(text, "held") == 0) {
		d->remark = "simulated without a plant behind it, holds its value";
		d->held = true;
	}
	return true;
}

void sim_close(struct device *d)
{
	d->address[0] = '\0';
}
