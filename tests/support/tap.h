/* SPDX-License-Identifier: MIT */
/* tap.h: listens at the store port of a running service: what was put, what was committed, and what a store says it
 * holds. Knows the port alone, no table and no file. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/store.h"

/* Everything a store holds, in one number; and the contracts, which have a promise of their own. */
struct tap_print { uint64_t all, contracts; };

/* One transaction that was committed. */
struct tap_commit {
	enum store_durability durability;
	struct tap_print after;		/* what the store held then */
	int64_t event_ms;		/* of the first event in it; INT64_MAX: none */
	int64_t at_ms;			/* when it was committed: the clock of its owner */
	bool readings;			/* a block was put in it */
};

struct tap {
	struct store inner;
	struct tap_commit now;		/* under way */
	bool open, print;		/* print: fill `after`; costs a look at everything */
	int64_t clock_ms;		/* set by the owner */
	void (*begun)(void *ctx);	/* or NULL */
	void (*committed)(void *ctx, const struct tap_commit *);	/* or NULL */
	void *ctx;
	int64_t n_committed, n_failed, n_events;	/* n_events: in committed transactions */
	int64_t pending_events;
	struct contract_book book;	/* as committed */
	struct contract_book pending;
};

/* Puts itself between a store and its user. There is one tap in a program. */
void tap_listen(struct tap *, struct store *);
/* False: something could not be read (damaged rows included); see err. */
bool tap_take_print(const struct store *, struct tap_print *, struct err *);

#endif
