/* SPDX-License-Identifier: MIT */
/* series.h: rows of numbers over time, and where a file's are lent from. */
#ifndef SPACEHEAT_SERIES_H
#define SPACEHEAT_SERIES_H

#include <stdint.h>

enum { SERIES_MAX_COLUMNS = 3 };

struct series_row { int64_t unix_s; double v[SERIES_MAX_COLUMNS]; };

/* changed_s: Unix time at which the file was last written. */
struct series_view { const struct series_row *rows; int n; int64_t changed_s; };

#endif
