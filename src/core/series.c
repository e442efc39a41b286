/* SPDX-License-Identifier: MIT */
#include "core/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double LATEST_S = 1e12;

const struct series_form series_weather = { "unix_s,out_c,wind_ms,ghi_wm2", 3,
	{ { "out_c", -90, 60 }, { "wind_ms", 0, 100 }, { "ghi_wm2", 0, 1500 } } };
const struct series_form series_prices = { "unix_s,usd_per_kwh", 1, { { "usd_per_kwh", -10, 10 } } };

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

static bool ends(const char *p)
{
	while (*p == ' ' || *p == '\r')
		p++;
	return *p == '\n' || *p == '\0';
}

static bool in_range(const struct series_form *f, const struct series_row *row, int line, struct err *e)
{
	for (int i = 0; i < f->columns; i++) {
		const struct series_column *c = &f->column[i];

		if (row->v[i] < c->low || row->v[i] > c->high)
			return err_set(e, ERR_RANGE, 0, "line %d: %s = %g (allowed: %g..%g)", line, c->name, row->v[i],
				c->low, c->high);
	}
	return true;
}

static bool parse_row(const struct series_form *f, const char *p, int line, struct series_row *out, struct err *e)
{
	double unix_s = 0;
	bool form = number(&p, '\0', &unix_s) && fabs(unix_s) < LATEST_S;

	for (int i = 0; form && i < f->columns; i++)
		form = number(&p, ',', &out->v[i]);
	if (!form || !ends(p))
		return err_set(e, ERR_FORMAT, 0, "line %d: not %d numbers (allowed: %s)", line, f->columns + 1, f->header);
	out->unix_s = (int64_t)unix_s;
	return in_range(f, out, line, e);
}

bool series_parse(const struct series_form *f, const char *text, struct series_row *rows, int *n_rows, struct err *e)
{
	const char *p = line_after(text);
	int64_t before = INT64_MIN;
	int line = 2, n = 0;

	if (strncmp(text, f->header, strlen(f->header)) != 0 || !ends(text + strlen(f->header)))
		return err_set(e, ERR_FORMAT, 0, "line 1: no header (allowed: %s)", f->header);
	for (; *p != '\0'; p = line_after(p), line++) {
		struct series_row row = { .unix_s = 0 };

		if (!parse_row(f, p, line, &row, e))
			return false;
		if (row.unix_s <= before)
			return err_set(e, ERR_FORMAT, 0, "line %d: time goes back - sort the rows", line);
		before = row.unix_s;
		if (rows != NULL)
			rows[n] = row;
		n++;
	}
	*n_rows = n;
	return n > 0 || err_set(e, ERR_FORMAT, 0, "line 2: no rows (allowed: %s)", f->header);
}

int series_row_at(const struct series_row *rows, int n, int64_t unix_s)
{
	int low = 0, high = n;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (rows[middle].unix_s <= unix_s)
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

double series_between(const struct series_row *rows, int n, int64_t unix_s, int c)
{
	int at = series_row_at(rows, n, unix_s);
	const struct series_row *a = &rows[at < 0 ? 0 : at], *b = a + 1;

	if (at < 0 || at + 1 >= n || b->unix_s - a->unix_s > SERIES_GAP_S)
		return a->v[c];
	return a->v[c] + (b->v[c] - a->v[c]) * (double)(unix_s - a->unix_s) / (double)(b->unix_s - a->unix_s);
}
