/* SPDX-License-Identifier: MIT */
/* setup.h: what `spaceheat setup` finds, and the file it writes. It looks, and never switches anything. */
#ifndef CLI_SETUP_H
#define CLI_SETUP_H

#include <stdio.h>

#include "cli/verbs.h"
#include "spaceheat/house.h"
#include "spaceheat/settings.h"

enum { SETUP_MAX_FOUND = 64 };

struct found { char bus[8], address[80], what[96]; };

struct setup_scan {
	struct found list[SETUP_MAX_FOUND];
	int n;
	char port[PATH_SIZE];		/* where a meter answered; "" = nowhere */
	int unit_id;
	char make[40], serial[32];	/* the meter's */
};

/* Looks at the buses that the settings name; `port` (may be "") is asked for a Modbus meter. */
void setup_look(const struct cli_doors *, const struct settings *, const char *port, struct setup_scan *);
/* conf.d/10-site.cfg: house, meter and, as lines to fill in, the relays. */
void setup_print(FILE *, const struct house *, const struct setup_scan *);

/* Asks a person for the rest and writes house.json and conf.d/10-site.cfg beside `cfg`; an exit code. */
int setup_ask(struct cli *, const char *cfg, const struct settings *, const struct setup_scan *);

#endif
