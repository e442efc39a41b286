/* SPDX-License-Identifier: MIT */
/* spaceheat-guard: the process that alone moves relays. Started by spaceheatd; see src/guard/guard.h. */
#include <stdio.h>
#include <string.h>

#include "guard/guard.h"

enum { EXIT_USAGE = 2 };

static const char help[] =
	"usage: spaceheat-guard STATE_DIR                 serve descriptor 3 (spaceheatd does this)\n"
	"       spaceheat-guard --safe-state STATE_DIR    all relays of guard.config to their fail state\n"
	"       spaceheat-guard --help | --version\n";

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(help, stdout) < 0;
	if (argc == 2 && strcmp(argv[1], "--version") == 0)
		return printf("spaceheat-guard %s\n", SPACEHEAT_VERSION) < 0;
	if (argc == 3 && strcmp(argv[1], "--safe-state") == 0)
		return guard_safe_state(argv[2]);
	if (argc == 2 && argv[1][0] != '-')
		return guard_serve(argv[1]);
	fputs(help, stderr);
	return EXIT_USAGE;
}
