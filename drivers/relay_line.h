/* SPDX-License-Identifier: MIT */
/* relay_line.h: one GPIO line as an output, by libgpiod; version 1 or 2 is chosen when the program is built.
 *
 * The kernel sets the level before it makes the line an output, so opening gives no pulse. `on` is the logical
 * state: with active_low, on is a low level. Nothing is allocated after open. */
#ifndef DRIVERS_RELAY_LINE_H
#define DRIVERS_RELAY_LINE_H

#include <stdbool.h>

#include "spaceheat/driver.h"

struct relay_line;	/* owns the line */

/* Off when it returns. chip: see gpio_chip.h. NULL: see err. */
struct relay_line *relay_line_open(const char *chip, int offset, bool active_low, enum line_bias, struct err *);
bool relay_line_set(struct relay_line *, bool on, struct err *);
bool relay_line_get(struct relay_line *, bool *on, struct err *);
void relay_line_close(struct relay_line *);

#endif
