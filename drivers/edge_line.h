/* SPDX-License-Identifier: MIT */
/* edge_line.h: a GPIO line whose falling edges the kernel counts for us.
 *
 * The kernel numbers the edges of a line; the number goes on when its buffer of times overflows. So a look every few
 * seconds misses no pulse and needs no thread. This is the kernel's second GPIO interface (Linux 5.10): libgpiod 1
 * speaks the first, which has no numbers and keeps 16 edges; that of version 2 would be a second file for the same. */
#ifndef DRIVERS_EDGE_LINE_H
#define DRIVERS_EDGE_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/names.h"

/* chip: see gpio_chip.h. debounce_ms 0: none. Returns a descriptor, or -1. */
int edge_line_open(const char *chip, int line, enum line_bias, int debounce_ms, struct err *);
/* How many edges there were since it was opened, and the time of the last on CLOCK_MONOTONIC; they stay as they were when
 * there was no new one. */
bool edge_line_read(int fd, uint32_t *edges, int64_t *last_ns, struct err *);

#endif
