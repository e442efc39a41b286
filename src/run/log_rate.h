/* SPDX-License-Identifier: MIT */
/* log_rate.h: which log lines are worth printing (SF-96); pure, on the time stamped on the line.
 *
 * A fault said again about the same node, with the same code and (digits aside) the same text, is printed
 * after 1, 5, 15 and 60 minutes and then every 6 hours, with a count; an I line of that node and code ends
 * it. Lines that tell a change (MODE, RELAY, ...) are never repeats. No code gets more than 10 lines a
 * minute; what is over is counted. */
#ifndef RUN_LOG_RATE_H
#define RUN_LOG_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/msg.h"

enum { LOG_RATE_REPEATS = 96, LOG_RATE_PER_MINUTE = 10 };

struct log_repeat {
	bool used, fault;		/* fault: said with a level above I */
	uint8_t code;
	int16_t node;
	uint64_t text;			/* hash, digits aside */
	struct mono first, last;
	int rung;			/* how many times it was printed again */
	uint32_t held;			/* not printed since it last was */
};

struct log_minute { bool open; struct mono start; int printed; uint32_t held; uint8_t level; };

struct log_rate {
	struct log_repeat repeats[LOG_RATE_REPEATS];
	struct log_minute minutes[N_LOG_CODES];
};

/* Is this line to be printed? *held: how often the same was said and not printed since it last was. */
bool log_rate_pass(struct log_rate *, const struct msg *, uint32_t *held);
/* One code whose minute is over with lines held back: to be called until false, with each line and at the end
 * (MONO_NEVER). */
bool log_rate_over(struct log_rate *, struct mono now, enum log_code *, enum log_level *, uint32_t *held);

#endif
