/* SPDX-License-Identifier: MIT */
/* lines.h: lines of the service's log as people read them. */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <cjson/cJSON.h>

/* An object with t_ms, level, code, node and text, in UTC as in the journal. */
void lines_print(const cJSON *line);

#endif
