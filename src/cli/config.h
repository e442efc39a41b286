/* SPDX-License-Identifier: MIT */
/* config.h: `spaceheat config check|show`: says what a configuration means, or all that is wrong with it,
 * without the service and without touching anything. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

struct cli;

/* argv[0] = "config". `check [FILE]`: exit 0, or 78 with the problems on stderr. `show [PATH] [--defaults]
 * [--origin]`: the settings of the file that -c or $SPACEHEAT_CONFIG name; else of the running service; else of the file of
 * the demo or in /etc. */
int cli_config(struct cli *, int argc, char **argv);

#endif
