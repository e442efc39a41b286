/* SPDX-License-Identifier: MIT */
/* relay_sim.c: a simulated relay: one byte of the file at device->fd, 1 = energised; the plant reads it,
 * and so may we. */
#include <errno.h>
#include <stdint.h>
#include <unistd.h>

#include "spaceheat/driver.h"

static bool relay_sim_open(struct device *d, const struct component *c, struct err *e)
{
	(void)c;
	if (d->fd < 0 || lseek(d->fd, 0, SEEK_CUR) < 0)
		return err_set(e, ERR_ABSENT, errno, "no memory of simulated relays");
	return true;
}

/* What active_low turns round is the wire; the byte says whether the load is on. */
static bool relay_sim_write(struct device *d, bool on, struct err *e)
{
	uint8_t byte = on;

	if (pwrite(d->fd, &byte, 1, d->line) != 1)
		return err_set(e, ERR_IO, errno, "simulated relay %d", d->line);
	return true;
}

static bool relay_sim_read(struct device *d, enum telemetry_name name, int64_t *value, struct err *e)
{
	uint8_t byte;

	(void)name;
	if (pread(d->fd, &byte, 1, d->line) != 1)
		return err_set(e, ERR_IO, errno, "simulated relay %d", d->line);
	*value = byte;
	return true;
}

static void relay_sim_close(struct device *d)
{
	d->fd = -1;
}

extern const struct driver relay_sim_driver;
const struct driver relay_sim_driver = {
	.make_model = "GridWorks__SimBool30AmpRelay",
	.open = relay_sim_open, .read = relay_sim_read, .write = relay_sim_write, .close = relay_sim_close,
};
