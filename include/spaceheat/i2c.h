/* SPDX-License-Identifier: MIT */
/* i2c.h: the door to an I2C bus: the few transfers our boards and converters need.
 *
 * Every call is a whole transfer, so two users of one bus cannot disturb each other. False: err says what failed;
 * ERR_ABSENT when there is no such bus or nobody answers at that address, ERR_IO for the rest. */
#ifndef SPACEHEAT_I2C_H
#define SPACEHEAT_I2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/err.h"

struct i2c {
	const void *self;
	/* Registers of one byte. */
	bool (*get)(const void *self, int address, uint8_t reg, uint8_t *value, struct err *);
	bool (*put)(const void *self, int address, uint8_t reg, uint8_t value, struct err *);
	/* Registers of two bytes, high byte first on the wire. */
	bool (*get_word)(const void *self, int address, uint8_t reg, uint16_t *value, struct err *);
	bool (*put_word)(const void *self, int address, uint8_t reg, uint16_t value, struct err *);
	/* Without a register. */
	bool (*read)(const void *self, int address, uint8_t *bytes, size_t n, struct err *);
	bool (*write)(const void *self, int address, const uint8_t *bytes, size_t n, struct err *);
};

#endif
