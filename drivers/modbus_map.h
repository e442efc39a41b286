/* SPDX-License-Identifier: MIT */
/* modbus_map.h: the registers of an electric meter as a table, and what their words mean. Pure. */
#ifndef DRIVERS_MODBUS_MAP_H
#define DRIVERS_MODBUS_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/settings.h"

enum modbus_quantity { MODBUS_POWER, MODBUS_CURRENT, MODBUS_ENERGY, N_MODBUS_QUANTITIES };
enum modbus_serial { SERIAL_NONE, SERIAL_TWO_WORDS, SERIAL_TEXT };
enum { MODBUS_MAX_WORDS = 8, MODBUS_SERIAL_TEXT = 24 };

struct modbus_register {
	int address;			/* as on the wire, from 0; -1 = the meter has none */
	enum meter_kind kind;
	enum meter_type type;
	bool low_word_first;
	double scale;			/* of one count: W, uA, Wh */
};

struct modbus_map {
	struct modbus_register of[N_MODBUS_QUANTITIES];
	struct { enum modbus_serial form; enum meter_kind kind; int address, words; } serial;
	bool from_settings;		/* all of it, not only its addresses */
};

#define MODBUS_NONE { .address = -1, .scale = 1 }

/* A make's map with what the settings say of it. */
struct modbus_map modbus_map_with(const struct modbus_map *, const struct settings_meter *);
/* How many words of 16 bits a register of that type has. */
int modbus_words(enum meter_type);
/* The words as W, uA or Wh. ERR_RANGE: no number, or beyond what a house has. */
bool modbus_understand(const struct modbus_map *, enum modbus_quantity, const uint16_t *words, int64_t *value,
	struct err *);
/* The serial number as the meter's label or HwUid has it. */
void modbus_serial_text(const struct modbus_map *, const uint16_t *words, char out[MODBUS_SERIAL_TEXT]);

#endif
