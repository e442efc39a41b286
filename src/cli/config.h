/* SPDX-License-Identifier: MIT */
/* config.h: `spaceheat config check|show`: says what a configuration means, or all that is wrong with it,
 * without the service and without touching anything. */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

/* argv[0] = "config". `check [FILE]`: exit 0, or 78 with the problems on stderr. `show [PATH] [--defaults]
 * [--origin]`: the settings of the file that -c, $SPACEHEAT_CONFIG, the demo or /etc name. */
int cli_config(int argc, char **argv);

#endif
