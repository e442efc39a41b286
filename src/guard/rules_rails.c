/* SPDX-License-Identifier: MIT */
/* The rails of the limits, compiled in: whatever the configuration says, nothing outside them is run. */
#include <stdio.h>
#include <string.h>

#include "guard/rules.h"

enum { TRIP_ABOVE_CEILING_MC = 3000 };

static const struct rail {
	const char *name;
	size_t offset;
	int32_t low, high;
} rails[] = {
#define RAIL(field, low, high) { #field, offsetof(struct guard_limits, field), low, high }
	RAIL(hp_min_off_ms, 180000, 1800000),
	RAIL(hp_min_on_ms, 180000, 3600000),
	RAIL(hp_max_starts_per_hour, 1, 6),
	RAIL(relay_min_interval_ms, 1000, 600000),
	RAIL(pump_exercise_s, 86400, 30 * 86400),
	RAIL(start_delay_ms, 0, 600000),
	RAIL(store_ceiling_mc, 30000, 85000),
	RAIL(store_trip_mc, 40000, 90000),
	RAIL(supply_ceiling_mc, 30000, 85000),
	RAIL(freeze_pipe_mc, 3000, 12000),
	RAIL(freeze_zone_mc, 3000, 12000),
	RAIL(store_litres, 0, 20000),
#undef RAIL
};

static bool limits_within(const struct guard_limits *l, char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(rails) / sizeof(rails[0]); i++) {
		int32_t value;

		memcpy(&value, (const char *)l + rails[i].offset, sizeof(value));
		if (value >= rails[i].low && value <= rails[i].high)
			continue;
		snprintf(text, size, "%s %d, not %d..%d", rails[i].name, value, rails[i].low, rails[i].high);
		return false;
	}
	if (l->store_trip_mc - l->store_ceiling_mc >= TRIP_ABOVE_CEILING_MC)
		return true;
	snprintf(text, size, "trip %d, ceiling %d: 3 K apart", l->store_trip_mc, l->store_ceiling_mc);
	return false;
}

static const char *relay_wrong(const struct guard_relay *relay, int index)
{
	if (relay->relay != index)
		return "out of order";
	if (relay->kind >= N_RELAY_KINDS)
		return "unknown kind";
	if (relay->fail_state >= N_FAIL_STATES)
		return "unknown fail state";
	if (relay->kind == RELAY_ELEMENT && relay->fail_state != FAIL_OPEN)
		return "an element must be open";
	return NULL;
}

bool rules_rails(const struct guard_limits *limits, const struct guard_relay relays[], int n,
	char *text, size_t size)
{
	if (!limits_within(limits, text, size))
		return false;
	for (int i = 0; i < n; i++) {
		const char *wrong = relay_wrong(&relays[i], i);

		if (wrong == NULL)
			continue;
		snprintf(text, size, "relay %d: %s", i, wrong);
		return false;
	}
	return true;
}
