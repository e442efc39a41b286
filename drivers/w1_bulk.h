/* SPDX-License-Identifier: MIT */
/* w1_bulk.h: all thermometers of a 1-wire bus converted at once, where the kernel can. */
#ifndef DRIVERS_W1_BULK_H
#define DRIVERS_W1_BULK_H

#include "spaceheat/driver.h"

enum { W1_BULK_WAIT_MS = 1000, W1_BULK_LOOK_MS = 20, W1_MASTERS = 8 };

/* Converts on every bus of device->root; a thermometer read afterwards tells that temperature and does not convert again.
 * Returns what became of it, one of three constant texts. Takes as long as one conversion (0.75 s), for each bus. */
const char *w1_bulk_convert(struct device *);

#endif
