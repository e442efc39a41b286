/* SPDX-License-Identifier: MIT */
/* number_exec.h: the pure half of the exec driver, for its recordings. */
#ifndef DRIVERS_NUMBER_EXEC_H
#define DRIVERS_NUMBER_EXEC_H

#include <stdint.h>

#include "child_run.h"
#include "spaceheat/names.h"

enum { EXEC_LIMIT_MS = 3000, EXEC_OUTPUT = 64, EXEC_TRIES = 3, EXEC_REST_MS = 60000 };

/* What a program that ended like that, and printed that, tells: see number_file_understand. ERR_TIMEOUT: it was late; ERR_IO:
 * it failed, by exit status or signal; ERR_RANGE: it printed too much; ERR_FORMAT: no number. */
bool exec_understand(const struct child_result *, const char *text, bool thousandths, enum telemetry_name, int64_t *code,
	struct err *);

#endif
