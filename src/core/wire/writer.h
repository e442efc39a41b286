/* SPDX-License-Identifier: MIT */
/* writer.h: compact JSON text into a buffer of fixed size; what does not fit is noticed once, at the end. */
#ifndef CORE_WIRE_WRITER_H
#define CORE_WIRE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer { char *out; size_t size, n; bool full; };

void writer_char(struct writer *, char);
void writer_text(struct writer *, const char *);	/* as it is */
void writer_string(struct writer *, const char *);	/* quoted; escapes only where JSON wants them */
void writer_int(struct writer *, int64_t);
void writer_double(struct writer *, double);		/* finite; shortest form that reads back the same */
/* Ends the text with a NUL; its length, or -1 when it did not fit. */
int writer_end(struct writer *);

#endif
