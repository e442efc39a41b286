/* SPDX-License-Identifier: MIT */
/* demo.h: settings for a simulated house, derived from its nodes: roles, zones, relays and comfort, as a
 * piece of spaceheat.cfg. It promises settings that settings_resolve takes, for any simulated house. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include <stdio.h>

#include "core/wire/houses.h"

/* price_file: an absolute path, of whole prices; NULL: the simulated market and its distribution. */
void demo_print_config(const struct house *, const char *price_file, FILE *);

#endif
