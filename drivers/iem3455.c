/* SPDX-License-Identifier: MIT */
/* iem3455.c: Schneider Electric iEM3455, a meter of the iEM3000 series.
 *
 * Registers: manual of that series (DOCA0005EN, "Communications via Modbus"), which counts them from 1: 3000 current of
 * phase 1 (A), 3054, 3056, 3058 active power of each phase, 3060 of all (kW), 3204 active energy imported (Int64, Wh), 130
 * serial number (UInt32). Word order, unit id and the address on the wire (number less 1) as the SCADA of 2022 reads a real
 * one; it wrote the serial number as its two words, the second first, and houses.json has it so.
 *
 * The power is that of all phases: the house's guard decides by it whether a load of two legs draws what it should. */
#include "modbus_meter.h"

static const struct modbus_map map = {
	.of = {
		[MODBUS_POWER] = { 3060 - 1, REGISTER_HOLDING, TYPE_F32, false, 1000 },
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
