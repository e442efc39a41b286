/* SPDX-License-Identifier: MIT */
/* number_file.h: the pure half of the file driver, for its recordings. */
#ifndef DRIVERS_NUMBER_FILE_H
#define DRIVERS_NUMBER_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/driver.h"
#include "spaceheat/err.h"
#include "spaceheat/names.h"

/* A text that is one decimal number, of the quantity's unit or thousandths of it, as a device code: sixteenths of a degree
 * C, watts, or millilitres a minute (of litres a minute). ERR_FORMAT: no such text. */
bool number_file_understand(const char *text, bool thousandths, enum telemetry_name, int64_t *code, struct err *);
/* Temperature, power and flow; no number stands for a current. */
bool number_file_measures(const struct driver *, const struct settings *, enum telemetry_name);

#endif
