/* SPDX-License-Identifier: MIT */
#include "core/settings/guard_config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int32_t milli(double value)
{
	return (int32_t)lround(value * 1000.0);
}

/* FNV-1a of the house's name: a house always waits as long, and a street does not start as one (SF-58). */
static int32_t own_delay_ms(const char *key, int max_s)
{
	uint32_t hash = 2166136261u;

	for (const char *p = key; *p != '\0'; p++)
		hash = (hash ^ (uint8_t)*p) * 16777619u;
	return max_s <= 0 ? 0 : (int32_t)(hash % ((uint32_t)max_s * 1000u + 1u));
}

/* A simulated house knows its own tank. */
static int32_t simulated_litres(const struct house *h)
{
	bool known = h->has_plant && h->plant.kind == PLANT_ELEMENT_TANK;

	return known ? (int32_t)lround(h->plant.buffer.litres) : 0;
}

void guard_config_limits(const struct settings *s, const struct house *h, struct guard_limits *out)
{
	const struct settings_guard *g = &s->guard;

	*out = (struct guard_limits){
		.hp_min_off_ms = g->hp_min_off_s * 1000,
		.hp_min_on_ms = g->hp_min_on_s * 1000,
		.hp_max_starts_per_hour = g->hp_max_starts_per_hour,
		.relay_min_interval_ms = g->relay_min_interval_s * 1000,
		.pump_exercise_s = g->pump_exercise_days * 86400,
		.start_delay_ms = own_delay_ms(h->key, g->start_delay_max_s),
		.store_ceiling_mc = milli(g->store_ceiling_c),
		.store_trip_mc = milli(g->store_trip_c),
		.supply_ceiling_mc = milli(g->supply_ceiling_c),
		.freeze_pipe_mc = milli(g->freeze_pipe_c),
		.freeze_zone_mc = milli(g->freeze_zone_c),
		.store_litres = g->store_litres > 0 ? g->store_litres : simulated_litres(h),
	};
}

void guard_config_doors(const struct settings *s, struct guard_doors *out)
{
	*out = (struct guard_doors){ "", "" };
	snprintf(out->gpio_chip, sizeof(out->gpio_chip), "%s", s->guard.gpio_chip);
	snprintf(out->i2c_bus, sizeof(out->i2c_bus), "%s", s->guard.i2c_bus);
}

/* "0x21": the address a board was set to; anything else is no address. */
static uint8_t address_of(const char *hw_uid)
{
	unsigned int address;

	return sscanf(hw_uid, "0x%2x", &address) == 1 ? (uint8_t)address : 0;
}

void guard_config_relay(const struct settings *s, const struct house *h, int index, bool simulated,
	struct guard_relay *out)
{
	const struct settings_relay *r = &s->relays[index];
	int component = r->node >= 0 && r->node < h->n_nodes ? h->nodes[r->node].component : -1;
	enum make_model make = MAKE_UNKNOWN;

	*out = (struct guard_relay){ .relay = (uint8_t)index, .kind = (uint8_t)r->kind,
		.fail_state = (uint8_t)r->fail_state, .active_low = r->active_low, .simulated = simulated,
		.bias = (uint8_t)r->bias,
		.gpio = -1, .expected_w = { r->expected_w[0], r->expected_w[1] } };
	if (component >= 0 && component < h->n_components) {
		out->gpio = h->components[component].gpio;
		make = h->components[component].make;
		out->i2c_address = address_of(h->components[component].hw_uid);
	}
	snprintf(out->make_model, sizeof(out->make_model), "%s", symbols_make_model.list[make].word);
}
