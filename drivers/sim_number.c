/* SPDX-License-Identifier: MIT */
#include "sim_number.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ask(const struct device *d, const char *what, char *text, size_t size, struct err *e)
{
	char path[160];

	assert(strlen(d->alias) + strlen(what) + 6 <= sizeof(path));
	stpcpy(stpcpy(stpcpy(stpcpy(path, "sim/"), d->alias), "/"), what);
	return d->bus->slurp(d->bus, path, text, size, e);
}

bool sim_number(const struct device *d, const char *what, int64_t *value, struct err *e)
{
	char text[64], *end;

	if (!ask(d, what, text, sizeof(text), e))
		return false;
	*value = strtoll(text, &end, 10);
	if (end == text || *end != '\0')
		return err_set(e, ERR_FORMAT, 0, "checksum wrong");
	return true;
}

bool sim_open(struct device *d, const struct component *c, struct err *e)
{
	char text[64];

	(void)c;
	snprintf(d->address, sizeof(d->address), "simulated");
	d->remark = NULL;
	d->held = false;
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
