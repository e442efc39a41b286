/* SPDX-License-Identifier: MIT */
/* ads1115.h: the pure half of the ADS1115 driver, for its recordings. */
#ifndef DRIVERS_ADS1115_H
#define DRIVERS_ADS1115_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/ntc.h"

enum { ADS1115_TRIES = 20 };

/* Where a thermistor hangs: "0x49:2" is input A2 of the converter at that address. */
struct ads1115_place { int address, input; };

bool ads1115_place(const char *hw_uid, struct ads1115_place *, struct err *);
/* What to write to register 1 to convert that input once, at +-6.144 V and 128 samples a second. */
uint16_t ads1115_config(int input);
/* Is that conversion done? ERR_FORMAT: the converter is set to something else: it was reset, or somebody else uses it. */
bool ads1115_done(uint16_t config, int input, bool *done, struct err *);
/* Volts at the input as sixteenths of a degree C. ERR_RANGE: open; ERR_SHORT: its wires touch. */
bool ads1115_understand(const struct ntc *, double volts, int64_t *sixteenths, struct err *);

#endif
