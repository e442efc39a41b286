/* SPDX-License-Identifier: MIT */
/* clock_linux.h: what this machine knows about its wall clock: is it kept right, and does a clock chip back it? */
#ifndef PORT_CLOCK_LINUX_H
#define PORT_CLOCK_LINUX_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel's own word (adjtimex): an NTP client disciplines the clock. */
bool clock_linux_synchronised(void);
/* The time of the first chip below `root` ("/sys/class/rtc") that tells one. False: none. */
bool clock_linux_chip(const char *root, int64_t *unix_ms);
/* The machine's boot, as 36 characters; "unknown" when /proc does not say. And ms since then, sleep included. */
void clock_linux_boot(char *out, int size);
int64_t clock_linux_boottime_ms(void);

#endif
