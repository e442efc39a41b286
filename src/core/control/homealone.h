/* SPDX-License-Identifier: MIT */
/* homealone.h: how the house heats itself when nobody outside may decide: thermostats with hysteresis.
 *
 * Zones: the pump runs below setpoint - 0.2 K until setpoint + 0.2 K. Tank: the source charges the top from LOW to
 * HIGH. A zone that cannot be measured is heated (heat first, SF-2); a tank that cannot be is not (SF-16). */
#ifndef CORE_CONTROL_HOMEALONE_H
#define CORE_CONTROL_HOMEALONE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/settings.h"

enum {
	ZONE_BAND_MC = 200,
	/* 59 C is the supply the reference element house needs at -25 C and 4.5 m/s of wind. */
	TANK_LOW_MC = 60000,
	TANK_HIGH_MC = 67000,
	TANK_BELOW_CEILING_MC = 3000,
};

struct reading_mc { bool good; int64_t mc; };

struct homealone_picture {
	struct reading_mc zone[SETTINGS_MAX_ZONES];	/* in the order of settings.zones */
	int64_t setpoint_mc;
	struct reading_mc tank_top;
};

struct homealone { bool zone_calls[SETTINGS_MAX_ZONES]; bool charging; };

/* One decision. wants[i] is what relay i of settings.relays should be. */
void homealone_step(struct homealone *, const struct settings *, const struct homealone_picture *,
	bool wants[HOUSE_MAX_RELAYS]);

#endif
