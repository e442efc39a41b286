/* SPDX-License-Identifier: MIT */
/* modbus_generic.c: any Modbus meter: kind, type, word order, scales and addresses of its registers are settings. */
#include "modbus_meter.h"

static const struct modbus_map map = {
	.of = { [MODBUS_POWER] = MODBUS_NONE, [MODBUS_CURRENT] = MODBUS_NONE, [MODBUS_ENERGY] = MODBUS_NONE },
	.from_settings = true,
};

static bool generic_open(struct device *d, const struct component *c, struct err *e)
{
	return modbus_meter_open(d, c, &map, e);
}

extern const struct driver modbus_generic_driver;
const struct driver modbus_generic_driver = {
	.make_model = "Generic__Modbus", .map = &map, .needs_power_address = true, .open = generic_open, MODBUS_METER,
};
