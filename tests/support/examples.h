/* SPDX-License-Identifier: MIT */
/* examples.h: the payloads of tests/examples, whole. */
#ifndef TESTS_EXAMPLES_H
#define TESTS_EXAMPLES_H

#include <stddef.h>

struct example { char type[64]; char *bytes; size_t length; };
struct examples { struct example *list; int n; };

/* By its manifest; asserts (cmocka) that all can be read. */
struct examples *examples_load(void);
void examples_free(struct examples *);

#endif
