/* SPDX-License-Identifier: MIT */
/* modbus_meter.h: what drivers of Modbus meters share. A meter of its own is a file with its registers and four lines:
 *
 *	static const struct modbus_map map = { .of = { ... } };
 *	static bool x_open(...) { return modbus_meter_open(d, c, &map, e); }
 *	const struct driver x_driver = { .make_model = "Make__Model", .map = &map, .open = x_open, MODBUS_METER };
 */
#ifndef DRIVERS_MODBUS_METER_H
#define DRIVERS_MODBUS_METER_H

#include "modbus_map.h"
#include "spaceheat/driver.h"

/* No connection is made yet. ERR_CONFIG: meter.port is none that Modbus could use. */
bool modbus_meter_open(struct device *, const struct component *, const struct modbus_map *, struct err *);
bool modbus_meter_read(struct device *, enum telemetry_name, int64_t *value, struct err *);
bool modbus_meter_energy(struct device *, int64_t *wh, struct err *);
/* A quantity is measured when the map, or a setting, has a register for it. */
bool modbus_meter_measures(const struct driver *, const struct settings *, enum telemetry_name);
void modbus_meter_close(struct device *);

#define MODBUS_METER \
	.kinds = 1U << COMPONENT_ELECTRIC_METER, .needs_port = true, .read = modbus_meter_read, \
	.close = modbus_meter_close, .energy_wh = modbus_meter_energy, .measures = modbus_meter_measures

#endif
