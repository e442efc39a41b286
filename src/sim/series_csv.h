/* SPDX-License-Identifier: MIT */
/* series_csv.h: a file of core/series.h, replayed. A gap of more than 3 h, and the end, are held and counted. */
#ifndef SIM_SERIES_CSV_H
#define SIM_SERIES_CSV_H

#include "core/series.h"

struct series {
	struct series_row *rows;	/* owned */
	int n_rows, at_row, gaps;
};

bool series_load(struct series *, const struct series_form *, const char *path, struct err *);
void series_close(struct series *);
/* The rows around that time, never before the time asked for last, and the share of the way between them;
 * 0 where the first is held. */
double series_find(struct series *, double unix_s, const struct series_row **a, const struct series_row **b);

#endif
