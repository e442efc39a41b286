/* SPDX-License-Identifier: MIT */
#include "main/cli_scan.h"

#include <stdio.h>

#include "i2c_linux.h"
#include "modbus_link.h"
#include "modbus_map.h"
#include "port/bus_linux.h"

/* A read of one byte: it moves nothing, neither on a relay board nor on a converter. */
bool cli_i2c_answers(const char *path, int address)
{
	struct i2c bus = i2c_linux(path);
	uint8_t byte;
	struct err unused;

	return bus.read(bus.self, address, &byte, 1, &unused);
}

bool cli_read_thermometer(const struct settings *s, const char *make_model, const char *hw_uid, double *c)
{
	struct i2c i2c = i2c_linux(s->sensors.i2c_bus);
	struct bus bus = bus_linux();
	struct component component = { .kind = COMPONENT_TEMP_SENSOR, .gpio = -1 };
	struct device d = { .bus = &bus, .settings = s, .root = s->sensors.w1_root, .fd = -1 };
	const struct driver *driver = driver_sense(make_model);
	struct err unused;
	int64_t code;
	bool good;

	bus.i2c = &i2c;
	snprintf(component.hw_uid, sizeof(component.hw_uid), "%s", hw_uid);
	if (driver == NULL || !driver->open(&d, &component, &unused))
		return false;
	good = driver->read(&d, TELEMETRY_WATER_TEMP_C, &code, &unused);
	driver->close(&d);
	*c = (double)code / 16;
	return good;
}

bool cli_modbus_serial(const struct settings_meter *at, const struct driver *driver, char *serial, size_t size)
{
	struct modbus_map map = modbus_map_with(driver->map, at);
	struct err unused;
	struct modbus_link *link = modbus_link_open(at, &unused);
	uint16_t words[MODBUS_MAX_WORDS];
	char text[MODBUS_SERIAL_TEXT] = "";
	bool found = map.serial.form != SERIAL_NONE && link != NULL &&
		modbus_link_read(link, map.serial.kind, map.serial.address, map.serial.words, words, &unused);

	if (found)
		modbus_serial_text(&map, words, text);
	modbus_link_close(link);
	snprintf(serial, size, "%s", text);
	return found;
}
