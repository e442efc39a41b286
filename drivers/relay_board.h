/* SPDX-License-Identifier: MIT */
/* relay_board.h: what drivers of relay boards on an I2C bus share. */
#ifndef DRIVERS_RELAY_BOARD_H
#define DRIVERS_RELAY_BOARD_H

#include "spaceheat/driver.h"
#include "spaceheat/i2c.h"

/* Checks bus, line (below `bits`) and address: Component.HwUid as "0x21", else the board's default. */
bool relay_board_open(struct device *, const struct component *, int bits, int default_address, struct err *);
void relay_board_close(struct device *);

#endif
