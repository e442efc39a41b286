/* SPDX-License-Identifier: MIT */
/* child_run.h: runs a program without a shell, reads the little that it prints, and always ends: by its own end, a limit of
 * time or of output. What it leaves behind in its process group is killed. */
#ifndef DRIVERS_CHILD_RUN_H
#define DRIVERS_CHILD_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "spaceheat/err.h"

/* EXITED: number is its status; SIGNALLED: the signal; LATE, FLOODED: killed for it. */
enum child_end { CHILD_EXITED, CHILD_SIGNALLED, CHILD_LATE, CHILD_FLOODED };
struct child_result { enum child_end end; int number; };

/* argv[0] is an absolute path. Its environment is PATH and LANG alone, its input and errors /dev/null. `text` gets what it
 * printed up to size - 1 bytes, and a NUL. False: it could not be started; ERR_ABSENT: there is no such program. */
bool child_run(char *const argv[], int limit_ms, char *text, size_t size, struct child_result *, struct err *);

#endif
