/* SPDX-License-Identifier: MIT */
/* gpio_chip.h: which GPIO chip is meant, and why one of its lines could not be had. Shared by relays and by lines that
 * count pulses. */
#ifndef DRIVERS_GPIO_CHIP_H
#define DRIVERS_GPIO_CHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/err.h"

/* The path of that chip, of those in /dev that match. chip: a path, or the label or name of a chip; "" = the Pi's own
 * (label beginning with "pinctrl-bcm"), else the only one. */
bool gpio_chip_path(const char *chip, char *path, size_t size, struct err *);
/* Why a line of that chip could not be had; returns false. */
bool gpio_line_failed(const char *path, int os, struct err *);

#endif
