/* SPDX-License-Identifier: MIT */
/* iem3455.c: Schneider Electric iEM3455. Its manual counts registers from 1. Power is told in kW; the serial number is two
 * words, second first. */
#include "modbus_meter.h"

static const struct modbus_map map = {
	.of = {
		[MODBUS_POWER] = { 3054 - 1, REGISTER_HOLDING, TYPE_F32, false, 1000 },
		[MODBUS_CURRENT] = { 3000 - 1, REGISTER_HOLDING, TYPE_F32, false, 1e6 },
		[MODBUS_ENERGY] = { 3204 - 1, REGISTER_HOLDING, TYPE_S64, false, 1 },
	},
	.serial = { SERIAL_TWO_WORDS, REGISTER_HOLDING, 130 - 1, 2 },
};

static bool iem3455_open(struct device *d, const struct component *c, struct err *e)
{
	return modbus_meter_open(d, c, &map, e);
}

extern const struct driver iem3455_driver;
const struct driver iem3455_driver = {
	.make_model = "SchneiderElectric__Iem3455", .map = &map, .open = iem3455_open, MODBUS_METER,
};
