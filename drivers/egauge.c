/* SPDX-License-Identifier: MIT */
/* egauge.c: eGauge 4030.
 *
 * Addresses depend on how its owner arranged its registers (kb.egauge.net, "Modbus Output Communication"; the meter itself
 * prints its map, where 30000 is added to them): meter.power_address and so on say which. Input registers, high word first;
 * power (W) and current (A) are floats, its name is 16 characters at 100, as the GridWorks SCADA reads real ones. Energy is a
 * signed count of watt-seconds of 64 bits. */
#include "modbus_meter.h"

static const struct modbus_map map = {
	.of = {
		[MODBUS_POWER] = { -1, REGISTER_INPUT, TYPE_F32, false, 1 },
		[MODBUS_CURRENT] = { -1, REGISTER_INPUT, TYPE_F32, false, 1e6 },
		[MODBUS_ENERGY] = { -1, REGISTER_INPUT, TYPE_S64, false, 1.0 / 3600 },
	},
	.serial = { SERIAL_TEXT, REGISTER_INPUT, 100, 8 },
};

static bool egauge_open(struct device *d, const struct component *c, struct err *e)
{
	return modbus_meter_open(d, c, &map, e);
}

extern const struct driver egauge_driver;
const struct driver egauge_driver = {
	.make_model = "Egauge__4030", .map = &map, .needs_power_address = true, .open = egauge_open, MODBUS_METER,
};
