/* SPDX-License-Identifier: MIT */
/* The makes of relay that list_relay.c has drivers for: names only, linked everywhere. A test holds both lists together. */
#include <string.h>

#include "spaceheat/driver.h"

static const char *const makes[] = {
	"GridWorks__SimBool30AmpRelay",
	"Generic__GpioRelay",
	"NCD__PR8-14-SPST",
	"Krida__Pcf8575Relay16",
};

bool driver_relay_known(const char *make_model)
{
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++)
		if (strcmp(makes[i], make_model) == 0)
			return true;
	return false;
}
