/* SPDX-License-Identifier: MIT */
/* codes.h: every code a log line can carry: what it means, where it comes from, what to do; and when it is an alert.
 *
 * The one table behind alerts (their rules and, where a line names none, their action), `spaceheat alerts` and
 * docs/codes.md. */
#ifndef CORE_CONTROL_CODES_H
#define CORE_CONTROL_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/names.h"

struct code_row {
	const char *meaning, *cause, *action;
	enum log_level level;		/* of its line when it tells of a fault, or of its only one */
	const char *also;		/* other levels its lines have, as people read it, or NULL */
	/* Of an alert: what its line waits for, in words, and what ends it; NULL: lines of this code tell what happened, not
	 * what is wrong. */
	const char *fires, *clears;
	int32_t for_s, hold_s;		/* how long either must last without break, beyond what the words say */
	int32_t fades_s;		/* over when no line has come for so long; 0: only a good line ends it */
	enum log_code also_ended_by;	/* the good line of another code; LOG_BOOT: none */
	bool state_only;		/* its lines with a value tell one event: no alert */
};

extern const struct code_row code_table[N_LOG_CODES];

bool code_is_alert(enum log_code);
/* The table as markdown; returns the length, at most size - 1. */
size_t codes_print(char *out, size_t size);

#endif
