/* SPDX-License-Identifier: MIT */
/* completion.h: the file that completes the command's verbs, words and options in bash; config/spaceheat.bash is it. */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/verbs.h"

/* To standard output. */
void completion_print(void);

#endif
