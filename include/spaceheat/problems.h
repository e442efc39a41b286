/* SPDX-License-Identifier: MIT */
/* problems.h: everything that is wrong with the configuration, collected before anything is said: up to 20
 * lines `file:line: what is wrong (value found; what is allowed) - what to do` (SF-90, SF-91). */
#ifndef SPACEHEAT_PROBLEMS_H
#define SPACEHEAT_PROBLEMS_H

#include <stdbool.h>

enum { PROBLEMS_MAX = 20, PROBLEM_TEXT = 480, WORD_MAX = 128 };

struct problems {
	int n;				/* lines in text */
	int more;			/* found after the list was full: counted only */
	char text[PROBLEMS_MAX][PROBLEM_TEXT];
};

void problems_clear(struct problems *);
/* Adds one; a text too long is cut. file NULL: none; line < 1: none. Returns false, so that
 * `return problem_add(...)` reads as "this failed, because". */
bool problem_add(struct problems *, const char *file, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The candidate most like `word` (swapped, missing, extra or wrong letters), or NULL when none is near.
 * NULL candidates are skipped. */
const char *did_you_mean(const char *word, const char *const *candidates, int n);

#endif
