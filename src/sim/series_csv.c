/* SPDX-License-Identifier: MIT */
#include "sim/series_csv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 64 * 1024 * 1024 };

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

static bool keep_rows(struct series *s, const struct series_form *f, const char *text, struct err *e)
{
	if (!series_parse(f, text, NULL, &s->n_rows, e))
		return false;
	s->rows = calloc((size_t)s->n_rows, sizeof(*s->rows));
	if (s->rows == NULL)
		return err_set(e, ERR_MEMORY, errno, "out of memory");
	if (!series_parse(f, text, s->rows, &s->n_rows, e))
		return false;
	for (int i = 1; i < s->n_rows; i++)
		s->gaps += s->rows[i].unix_s - s->rows[i - 1].unix_s > SERIES_GAP_S;
	return true;
}

bool series_load(struct series *s, const struct series_form *f, const char *path, struct err *e)
{
	char *text = read_text(path, e);
	bool ok;

	*s = (struct series){ .rows = NULL };
	ok = text != NULL && keep_rows(s, f, text, e);
	free(text);
	if (!ok)
		series_close(s);
	return ok || err_in(e, "%s", path);
}

void series_close(struct series *s)
{
	free(s->rows);
	s->rows = NULL;
}

double series_find(struct series *s, double unix_s, const struct series_row **a, const struct series_row **b)
{
	const struct series_row *row, *next;

	while (s->at_row + 1 < s->n_rows && unix_s >= (double)s->rows[s->at_row + 1].unix_s)
		s->at_row++;
	row = &s->rows[s->at_row];
	next = s->at_row + 1 < s->n_rows ? row + 1 : row;
	*a = row;
	*b = next;
	if (next->unix_s - row->unix_s > SERIES_GAP_S || next == row || unix_s < (double)row->unix_s)
		return 0;
	return (unix_s - (double)row->unix_s) / (double)(next->unix_s - row->unix_s);
}
