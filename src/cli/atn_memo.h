/* SPDX-License-Identifier: MIT */
/* atn_memo.h: STATE_DIR/atn.json, what the AtomicTNode remembers between two starts, and by-hand messages
 * between two commands. Written whole or not at all; a damaged file counts as none. */
#ifndef CLI_ATN_MEMO_H
#define CLI_ATN_MEMO_H

#include "core/control/atn.h"
#include "spaceheat/err.h"

bool atn_memo_load(const char *state_dir, struct atn_memory *);
bool atn_memo_keep(const char *state_dir, const struct atn_memory *, struct err *);

#endif
