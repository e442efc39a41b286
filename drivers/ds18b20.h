/* SPDX-License-Identifier: MIT */
/* ds18b20.h: the pure half of the DS18B20 driver, for its recordings. */
#ifndef DRIVERS_DS18B20_H
#define DRIVERS_DS18B20_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"

/* Understands the text of a w1_slave file. ERR_FORMAT: wrong checksum or torn text; ERR_RANGE: a fault
 * value. */
bool ds18b20_parse(const char *text, int64_t *sixteenths, struct err *);

#endif
