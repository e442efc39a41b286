/* SPDX-License-Identifier: MIT */
#include "main/cli_scan.h"

#include <stdio.h>

#include "i2c_linux.h"
#include "modbus_link.h"
#include "modbus_map.h"

/* A read of one byte: it moves nothing, neither on a relay board nor on a converter. */
bool cli_i2c_answers(const char *path, int address)
{
	struct i2c bus = i2c_linux(path);
	uint8_t byte;
	struct err unused;

	return bus.read(bus.self, address, &byte, 1, &unused);
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
