/* SPDX-License-Identifier: MIT */
/* cli_scan.h: looks at buses for `spaceheat setup`, through the drivers' doors; nothing is written to a device. */
#ifndef MAIN_CLI_SCAN_H
#define MAIN_CLI_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/driver.h"
#include "spaceheat/settings.h"

/* Does anybody answer at that address? */
bool cli_i2c_answers(const char *path, int address);
/* Degrees C of one thermometer, opened for this one look. */
bool cli_read_thermometer(const struct settings *, const char *make_model, const char *hw_uid, double *c);
/* The serial number of a meter of that make. */
bool cli_modbus_serial(const struct settings_meter *at, const struct driver *, char *serial, size_t size);

#endif
