/* SPDX-License-Identifier: MIT */
/* guard_config.h: the settings as the guard wants them: whole milliseconds, milli-degrees and watts. */
#ifndef CORE_SETTINGS_GUARD_CONFIG_H
#define CORE_SETTINGS_GUARD_CONFIG_H

#include <stdbool.h>

#include "spaceheat/guard.h"
#include "spaceheat/house.h"
#include "spaceheat/settings.h"

void guard_config_limits(const struct settings *, const struct house *, struct guard_limits *);
void guard_config_doors(const struct settings *, struct guard_doors *);
/* Of settings->relays[index]. */
void guard_config_relay(const struct settings *, const struct house *, int index, bool simulated,
	struct guard_relay *);

#endif
