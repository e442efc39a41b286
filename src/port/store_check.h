/* SPDX-License-Identifier: MIT */
/* store_check.h: is a record whole? Looked at by somebody who does not write it. */
#ifndef PORT_STORE_CHECK_H
#define PORT_STORE_CHECK_H

#include "spaceheat/err.h"

/* SQLite's quick_check, read only; reads the whole file. ERR_ABSENT: there is none; ERR_BUSY: who writes it lets nobody else
 * look; ERR_FORMAT: damaged, and the first thing that is wrong; ERR_IO: it cannot be read. */
bool store_check(const char *path, struct err *);

#endif
