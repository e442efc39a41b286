/* SPDX-License-Identifier: MIT */
/* life.h: what the service remembers of its own starts and stops, and when that means safe mode (SF-24).
 *
 * Kept as a few lines of text in the state directory. Times are of the clock that counts from the machine's boot and that
 * nobody sets; starts before another boot count as at the boot of now, and ten quiet minutes clear them all. */
#ifndef CORE_LIFE_LIFE_H
#define CORE_LIFE_LIFE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LIFE_STABLE_MS = 600000,	/* SF-24's ten minutes: of counting, and of safe mode */
	LIFE_MOST_UNCLEAN = 5,		/* more than these within them: safe mode */
	LIFE_KEPT = 8,
	LIFE_BOOT = 40,
	LIFE_TEXT = 512,
};

struct life {
	char boot[LIFE_BOOT];		/* of the machine, of the last start */
	bool running;			/* started, and not stopped in order since */
	int64_t wall_ms;		/* the newest time it knew; 0: none */
	int n;
	int64_t unclean_ms[LIFE_KEPT];	/* newest last */
};

struct life_start {
	bool first;			/* nothing was remembered */
	bool unclean;			/* the last run did not stop in order */
	bool safe_mode;
	int recent;			/* unclean starts within ten minutes, this one among them */
};

/* False: not a text of ours; *l then knows nothing. */
bool life_read(const char *text, struct life *l);
/* Returns the length. */
size_t life_write(const struct life *, char out[LIFE_TEXT]);

/* A start now; `known`: life_read was true. */
struct life_start life_begin(struct life *, bool known, const char *boot, int64_t boottime_ms);
/* It has run for LIFE_STABLE_MS. */
void life_stable(struct life *);
/* It stops in order. */
void life_end(struct life *);
/* A time that is not to be forgotten: what comes later is not before it. */
void life_saw(struct life *, int64_t wall_ms);

#endif
