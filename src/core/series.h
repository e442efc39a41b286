/* SPDX-License-Identifier: MIT */
/* series.h: numbers over time, as a CSV file says them: a header, then rows of a Unix time and up to three columns, in
 * order of time. Pure: who reads the file is port or simulator. */
#ifndef CORE_SERIES_H
#define CORE_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/series.h"

enum { SERIES_GAP_S = 3 * 3600 };

struct series_column { const char *name; double low, high; };
struct series_form {
	const char *header;	/* must be line 1: `unix_s,out_c,wind_ms,ghi_wm2` */
	int columns;		/* beside the time */
	struct series_column column[SERIES_MAX_COLUMNS];
};

/* `unix_s,out_c,wind_ms,ghi_wm2`: C, m/s, W/m2 on the level. */
extern const struct series_form series_weather;
/* `unix_s,usd_per_kwh`: from then on. */
extern const struct series_form series_prices;

/* Understands a text; with rows NULL it only checks and counts. False: err names the line, what is wrong with it, and what
 * is allowed. */
bool series_parse(const struct series_form *, const char *text, struct series_row *rows, int *n_rows, struct err *);
/* The last row that is not later than that time, by halving; -1: all are later. */
int series_row_at(const struct series_row *rows, int n, int64_t unix_s);
/* Column `c` at that time: linear between two rows; held in a gap of more than SERIES_GAP_S, before the first row and
 * after the last. */
double series_between(const struct series_row *rows, int n, int64_t unix_s, int c);

#endif
