/* SPDX-License-Identifier: MIT */
#include "sim/weather_csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GAP_S = 3 * 3600, MAX_BYTES = 64 * 1024 * 1024 };

static const char header[] = "unix_s,out_c,wind_ms,ghi_wm2";

static const char *line_after(const char *p)
{
	const char *end = strchr(p, '\n');

	return end != NULL ? end + 1 : p + strlen(p);
}

static bool number(const char **p, char before, double *out)
{
	char *end;

	if (before != '\0' && *(*p)++ != before)
		return false;
	*out = strtod(*p, &end);
	if (end == *p || !isfinite(*out))
		return false;
	*p = end;
	return true;
}

static bool parse_row(const char *p, struct weather_timed *out)
{
	double unix_s;

	if (!number(&p, '\0', &unix_s) || !number(&p, ',', &out->row.out_c) ||
		!number(&p, ',', &out->row.wind_ms) || !number(&p, ',', &out->row.sun_w_m2))
		return false;
	out->unix_s = (int64_t)unix_s;
	while (*p == ' ' || *p == '\r')
		p++;
	return fabs(unix_s) < 1e12 && out->row.wind_ms >= 0 && out->row.sun_w_m2 >= 0 &&
	       (*p == '\n' || *p == '\0');
}

bool weather_parse_csv(const char *text, struct weather_timed *rows, int *n_rows, struct err *e)
{
	const char *p = line_after(text);
	int64_t before = INT64_MIN;
	int line = 2, n = 0;

	if (strncmp(text, header, strlen(header)) != 0)
		return err_set(e, ERR_FORMAT, 0, "line 1: no header (allowed: %s)", header);
	for (; *p != '\0'; p = line_after(p), line++) {
		struct weather_timed row;

		if (!parse_row(p, &row))
			return err_set(e, ERR_FORMAT, 0, "line %d: not four numbers in range (allowed: %s)",
				line, header);
		if (row.unix_s <= before)
			return err_set(e, ERR_FORMAT, 0, "line %d: time goes back - sort the rows", line);
		before = row.unix_s;
		if (rows != NULL)
			rows[n] = row;
		n++;
	}
	*n_rows = n;
	return n > 0 || err_set(e, ERR_FORMAT, 0, "no rows");
}

static char *read_text(const char *path, struct err *e)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	long size;

	if (f == NULL) {
		err_set(e, ERR_IO, errno, "%s", strerror(errno));
		return NULL;
	}
	if (fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0 || size > MAX_BYTES ||
		fseek(f, 0, SEEK_SET) != 0)
		err_set(e, ERR_IO, errno, "not a file of at most %d bytes", MAX_BYTES);
	else if ((text = malloc((size_t)size + 1)) == NULL)
		err_set(e, ERR_MEMORY, errno, "out of memory");
	else
		text[fread(text, 1, (size_t)size, f)] = '\0';
	fclose(f);
	return text;
}

static bool keep_rows(struct weather *w, const char *text, struct err *e)
{
	if (!weather_parse_csv(text, NULL, &w->n_rows, e))
		return false;
	w->rows = calloc((size_t)w->n_rows, sizeof(*w->rows));
	if (w->rows == NULL)
		return err_set(e, ERR_MEMORY, errno, "out of memory");
	if (!weather_parse_csv(text, w->rows, &w->n_rows, e))
		return false;
	for (int i = 1; i < w->n_rows; i++)
		w->gaps += w->rows[i].unix_s - w->rows[i - 1].unix_s > GAP_S;
	return true;
}

bool weather_load_csv(struct weather *w, const char *path, struct err *e)
{
	char *text = read_text(path, e);
	bool ok = text != NULL && keep_rows(w, text, e);

	free(text);
	if (!ok)
		weather_close(w);
	return ok || err_in(e, "weather %s", path);
}

double weather_find_csv(struct weather *w, double t_s, struct weather_row *a, struct weather_row *b)
{
	double unix_s = (double)w->start_s + t_s;
	const struct weather_timed *row, *next;

	while (w->at_row + 1 < w->n_rows && unix_s >= (double)w->rows[w->at_row + 1].unix_s)
		w->at_row++;
	row = &w->rows[w->at_row];
	next = w->at_row + 1 < w->n_rows ? row + 1 : row;
	*a = row->row;
	*b = next->row;
	if (next->unix_s - row->unix_s > GAP_S || next == row || unix_s < (double)row->unix_s)
		return 0;
	return (unix_s - (double)row->unix_s) / (double)(next->unix_s - row->unix_s);
}
