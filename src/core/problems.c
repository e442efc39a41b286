/* SPDX-License-Identifier: MIT */
/* Problems: the list, and the guess at what a misspelt word was meant to be. */
#include "spaceheat/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void problems_clear(struct problems *p)
{
	p->n = 0;
	p->more = 0;
}

static size_t write_place(char *out, size_t size, const char *file, int line)
{
	int n = 0;

	out[0] = '\0';
	if (file && line > 0)
		n = snprintf(out, size, "%s:%d: ", file, line);
	else if (file)
		n = snprintf(out, size, "%s: ", file);
	return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

bool problem_add(struct problems *p, const char *file, int line, const char *format, ...)
{
	va_list args;
	size_t used;

	if (p->n == PROBLEMS_MAX) {
		p->more++;
		return false;
	}
	used = write_place(p->text[p->n], PROBLEM_TEXT, file, line);
	va_start(args, format);
	vsnprintf(p->text[p->n] + used, PROBLEM_TEXT - used, format, args);
	va_end(args);
	p->n++;
	return false;
}

static int min3(int a, int b, int c)
{
	int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Damerau's distance (neighbours swapped count once) with three rows; more than `limit` is limit + 1. */
static int distance(const char *a, const char *b, int limit)
{
	int rows[3][WORD_MAX + 1];
	size_t na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX || (na > nb ? na - nb : nb - na) > (size_t)limit)
		return limit + 1;
	for (size_t j = 0; j <= nb; j++)
		rows[0][j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		int *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min3(row[j], two_above[j - 2] + 1, row[j]);
		}
	}
	return rows[na % 3][nb];
}

const char *did_you_mean(const char *word, const char *const *candidates, int n)
{
	/* A third of the letters may be wrong; more and the guess would only puzzle. */
	int limit = (int)(strlen(word) / 3), best = limit > 4 ? 4 : limit < 1 ? 1 : limit;
	const char *found = NULL;

	for (int i = 0; i < n; i++) {
		int d = candidates[i] ? distance(word, candidates[i], best) : best + 1;

		if (d <= best && (!found || d < best)) {
			best = d;
			found = candidates[i];
		}
	}
	return found;
}
