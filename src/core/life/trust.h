/* SPDX-License-Identifier: MIT */
/* trust.h: may the wall clock be believed (SF-70), and was it set (SF-71)? Pure: facts in, verdict out. */
#ifndef CORE_LIFE_TRUST_H
#define CORE_LIFE_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/when.h"

enum {
	TRUST_CHIP_MS = 5000,	/* a clock chip that backs the clock differs by no more */
	STEP_MS = 1000,		/* SF-71: a change of more than this is a step */
	STEP_UNSURE_MS = 200,	/* two clocks read further apart than this tell nothing */
};

struct trust_facts {
	bool synchronised;	/* the kernel says that somebody keeps it right */
	bool chip;		/* a clock chip exists and could be read */
	int64_t chip_ms;	/* what it says */
	struct wall now;
	int64_t newest_ms;	/* the newest time ever stored; 0: none */
};

enum trust { TRUST_NO_SOURCE, TRUST_CHIP_DIFFERS, TRUST_CHIP_BEHIND, TRUST_CHIP, TRUST_SYNCHRONISED, N_TRUSTS };

enum trust trust_look(const struct trust_facts *);
bool trust_is_good(enum trust);
/* "synchronised", "no clock chip, not synchronised", ... */
const char *trust_words(enum trust);

struct stepwatch { bool known; int64_t offset_ms; };

/* By how much the wall clock was set since the last look, ms; 0: not at all, or a second at most. `before` and `after`
 * are the other clock, read before and after `clock`: when they lie apart the look is not used. */
int64_t stepwatch_look(struct stepwatch *, struct mono before, struct wall clock, struct mono after);

#endif
