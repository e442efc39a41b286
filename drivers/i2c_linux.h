/* SPDX-License-Identifier: MIT */
/* i2c_linux.h: an I2C bus of the kernel (i2c-dev). The device file is opened for each transfer: nothing is kept that
 * could go stale when an adapter comes and goes. */
#ifndef DRIVERS_I2C_LINUX_H
#define DRIVERS_I2C_LINUX_H

#include "spaceheat/i2c.h"

/* path, as "/dev/i2c-1": the caller's, as long as the bus is used. */
struct i2c i2c_linux(const char *path);

#endif
