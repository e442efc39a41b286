/* SPDX-License-Identifier: MIT */
/* relay_gpio.c: a relay on a GPIO line of the computer itself, through the kernel's character device.
 *
 * Component.Gpio is the line (on a Raspberry Pi: the BCM number). Read-back is the level the kernel drives or sees; it
 * tells nothing of the contact behind it. */
#include "relay_line.h"

static bool relay_gpio_open(struct device *d, const struct component *c, struct err *e)
{
	if (c->gpio < 0)
		return err_set(e, ERR_CONFIG, 0, "no Gpio in houses.json");
	d->handle = relay_line_open(d->chip, c->gpio, d->active_low, d->bias, e);
	return d->handle != NULL || err_in(e, "GPIO %d", c->gpio);
}

static bool relay_gpio_write(struct device *d, bool on, struct err *e)
{
	return relay_line_set(d->handle, on, e) || err_in(e, "GPIO %d", d->line);
}

static bool relay_gpio_read(struct device *d, enum telemetry_name name, int64_t *value, struct err *e)
{
	bool on;

	(void)name;
	if (!relay_line_get(d->handle, &on, e))
		return err_in(e, "GPIO %d", d->line);
	*value = on;
	return true;
}

static void relay_gpio_close(struct device *d)
{
	relay_line_close(d->handle);
	d->handle = NULL;
}

extern const struct driver relay_gpio_driver;
const struct driver relay_gpio_driver = {
	.make_model = "Generic__GpioRelay",
	.open = relay_gpio_open, .read = relay_gpio_read, .write = relay_gpio_write, .close = relay_gpio_close,
};
