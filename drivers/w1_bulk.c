/* SPDX-License-Identifier: MIT */
/* The kernel's w1_therm, since 5.8 (Documentation/w1/slaves/w1_therm.rst): "trigger" written to therm_bulk_read of a bus
 * master starts one conversion on all its thermometers and returns when they are done; the file then says 1, and -1 while
 * somebody else's is under way. Each thermometer's next read takes what was converted. One that the trigger did not reach
 * converts when it is read, as ever, so nothing here can fail. */
#include "w1_bulk.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static const char AT_ONCE[] = "thermometers of a bus are converted at once";
static const char ONE_BY_ONE[] = "the kernel has no therm_bulk_read: each thermometer is converted by itself, 0.8 s each";
static const char NOT_ALLOWED[] = "therm_bulk_read may not be written: each thermometer is converted by itself, 0.8 s each";

/* The kernel compares eight bytes, a NUL or newline among them. */
static const char TRIGGER[] = "trigger\n";

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = W1_BULK_LOOK_MS * 1000000L }, NULL);
}

static bool is_converting(const struct device *d, const char *path)
{
	char text[16];
	struct err unused;

	return d->bus->slurp(d->bus, path, text, sizeof(text), &unused) && strncmp(text, "-1", 2) == 0;
}

/* False: why is in the error. */
static bool convert(const struct device *d, const char *path, struct err *e)
{
	if (!d->bus->put(d->bus, path, TRIGGER, e))
		return false;
	for (int waited = 0; waited < W1_BULK_WAIT_MS && is_converting(d, path); waited += W1_BULK_LOOK_MS)
		nap();
	return true;
}

const char *w1_bulk_convert(struct device *d)
{
	const char *said = ONE_BY_ONE;
	char path[128];
	struct err e;

	for (int i = 1; i <= W1_MASTERS && d->bus->put != NULL; i++) {
		snprintf(path, sizeof(path), "%.80s/w1_bus_master%d/therm_bulk_read", d->root, i);
		if (convert(d, path, &e))
			said = AT_ONCE;
		else if (e.code == ERR_ABSENT)
			break;
		else
			return NOT_ALLOWED;
	}
	return said;
}
