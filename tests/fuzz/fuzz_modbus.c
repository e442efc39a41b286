/* SPDX-License-Identifier: MIT */
/* Any words of a Modbus answer, under any make's table or one made of settings: a value no house exceeds, or an error with
 * words; and a serial number that is text. (The frame around the words is libmodbus's.) */
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "modbus_map.h"
#include "spaceheat/driver.h"

static struct modbus_map map_of(uint8_t which, uint8_t type, double scale)
{
	struct settings_meter settings = { .power_address = 1, .current_address = 2, .energy_address = 3,
		.type = type % (TYPE_S64 + 1), .energy_type = type / 8 % (TYPE_S64 + 1), .low_word_first = type & 64,
		.power_scale = scale, .current_scale = scale, .energy_scale = scale };

	const struct modbus_map *makes[256];
	const struct driver *d;
	int n = 0;

	for (int i = 0; (d = driver_sense_nth(i)) != NULL; i++)
		if (d->map != NULL)
			makes[n++] = d->map;
	return modbus_map_with(makes[which % n], &settings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint16_t words[MODBUS_MAX_WORDS] = { 0 };
	char serial[MODBUS_SERIAL_TEXT];
	struct modbus_map map;
	double scale = 1;
	int64_t value = 0;
	struct err e = { .code = ERR_NONE };

	if (size < 3)
		return 0;
	memcpy(words, data + 3, size - 3 < sizeof(words) ? size - 3 : sizeof(words));
	if (size >= 3 + sizeof(words) + sizeof(scale))
		memcpy(&scale, data + 3 + sizeof(words), sizeof(scale));
	map = map_of(data[0], data[1], scale);
	if (modbus_understand(&map, data[2] % N_MODBUS_QUANTITIES, words, &value, &e))
		assert(value > -(1LL << 53) && value < 1LL << 53);
	else
		assert(e.code == ERR_RANGE && e.text[0] != '\0');
	modbus_serial_text(&map, words, serial);
	assert(memchr(serial, '\0', sizeof(serial)) != NULL);
	return 0;
}
