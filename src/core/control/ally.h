/* SPDX-License-Identifier: MIT */
/* ally.h: spends an energy instruction of a live contract: may the source run now? */
#ifndef CORE_CONTROL_ALLY_H
#define CORE_CONTROL_ALLY_H

#include <stdbool.h>
#include <stdint.h>

#define ALLY_CAUSES(X) \
	X(ALLY_TOO_SMALL, "TooSmall") \
	X(ALLY_OVERRUN, "Overrun") \
	X(ALLY_BUDGET_LEFT, "BudgetLeft") \
	X(ALLY_MIN_ON, "MinOn") \
	X(ALLY_FULL_SLOT, "FullSlot") \
	X(ALLY_NEXT_SLOT, "NextSlot") \
	X(ALLY_SPENT, "Spent") \
	X(ALLY_TOO_LATE, "TooLate") \
	X(ALLY_TOO_LITTLE, "TooLittle") \
	X(ALLY_START, "Start")

#define ALLY_FIRST(constant, word) constant,
enum ally_cause { ALLY_CAUSES(ALLY_FIRST) N_ALLY_CAUSES };

struct ally_slot {
	double avg_w, used_wh, max_w;	/* used: since the slot began; max_w: the source at full power */
	double slot_s, t_s;		/* t_s: since the slot began */
	bool source_on, has_next;
	double next_w;			/* average of the next slot, when that is known */
	double min_on_left_s;
	double warm_up_s, min_on_s;	/* of the house */
};

struct ally_answer { bool run; enum ally_cause cause; };

struct ally_answer ally_want(const struct ally_slot *);
const char *ally_cause_name(enum ally_cause);

#endif
