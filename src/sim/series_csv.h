/* SPDX-License-Identifier: MIT */
/* series_csv.h: numbers over time replayed from a file: rows of a Unix time and up to three columns, in
 * order of time. A gap of more than 3 h, and the end, are held and counted. */
#ifndef SIM_SERIES_CSV_H
#define SIM_SERIES_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"

enum { SERIES_MAX_COLUMNS = 3 };

struct series_form {
	const char *header;	/* must be line 1: `unix_s,out_c,wind_ms,ghi_wm2` */
	int columns;
	double low[SERIES_MAX_COLUMNS];	/* what a column may be at least */
};

struct series_row { int64_t unix_s; double v[SERIES_MAX_COLUMNS]; };

struct series {
	struct series_row *rows;	/* owned */
	int n_rows, at_row, gaps;
};

/* Understands a text; with rows NULL it only checks and counts. */
bool series_parse(const struct series_form *, const char *text, struct series_row *rows, int *n_rows,
	struct err *);
bool series_load(struct series *, const struct series_form *, const char *path, struct err *);
void series_close(struct series *);
/* The rows around that time, never before the time asked for last, and the share of the way between them;
 * 0 where the first is held. */
double series_find(struct series *, double unix_s, const struct series_row **a, const struct series_row **b);

#endif
