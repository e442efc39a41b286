/* SPDX-License-Identifier: MIT */
/* sdm630.c: Eastron SDM630-Modbus, V1 and V2.
 *
 * Registers: "Eastron SDM630Modbus Smart Meter Modbus Protocol Implementation" V1.8. Input registers, floats, high word first;
 * parameter 30049 sum of the line currents (A), 30053 total system power (W), 30073 import energy (kWh), on the wire 30001
 * less. All phases: as of a single one the sum is that one. */
#include "modbus_meter.h"

static const struct modbus_map map = {
	.of = {
		[MODBUS_POWER] = { 0x34, REGISTER_INPUT, TYPE_F32, false, 1 },
		[MODBUS_CURRENT] = { 0x30, REGISTER_INPUT, TYPE_F32, false, 1e6 },
		[MODBUS_ENERGY] = { 0x48, REGISTER_INPUT, TYPE_F32, false, 1000 },
	},
};

static bool sdm630_open(struct device *d, const struct component *c, struct err *e)
{
	return modbus_meter_open(d, c, &map, e);
}

extern const struct driver sdm630_driver;
const struct driver sdm630_driver = {
	.make_model = "Eastron__Sdm630", .map = &map, .open = sdm630_open, MODBUS_METER,
};
