/* SPDX-License-Identifier: MIT */
/* The relay drivers: linked into the guard alone. A new one is one line here, twice. */
#include <string.h>

#include "spaceheat/driver.h"

extern const struct driver relay_sim_driver, relay_gpio_driver, relay_mcp23008_driver, relay_pcf8575_driver;

static const struct driver *const relay_drivers[] = {
	&relay_sim_driver,
	&relay_gpio_driver,
	&relay_mcp23008_driver,
	&relay_pcf8575_driver,
};

const struct driver *driver_relay(const char *make_model)
{
	for (size_t i = 0; i < sizeof(relay_drivers) / sizeof(relay_drivers[0]); i++)
		if (strcmp(relay_drivers[i]->make_model, make_model) == 0)
			return relay_drivers[i];
	return NULL;
}
