/* SPDX-License-Identifier: MIT */
/* history.h: what `spaceheat history` does with the file of the record, which the service otherwise has alone. */
#ifndef CLI_HISTORY_H
#define CLI_HISTORY_H

#include "cli/verbs.h"

/* `history share [DURATION | end]`; word may be NULL. */
int cli_history_share(struct cli *, const char *word);
/* `history backup FILE`. */
int cli_history_backup(struct cli *, const char *file);

#endif
