/* SPDX-License-Identifier: MIT */
/* codes.h: what thermometers say of a temperature, in their own codes, before their noise is known. */
#ifndef SIM_CODES_H
#define SIM_CODES_H

#include <stdint.h>

#include "spaceheat/ntc.h"

/* A DS18B20: sixteenths of a degree. */
int64_t ds18b20_code(double c);

#endif
