/* SPDX-License-Identifier: MIT */
/* cli_atn_fault.h: an AtomicTNode that is silent, or says old things again, when the simulation it follows wants it so. */
#ifndef MAIN_CLI_ATN_FAULT_H
#define MAIN_CLI_ATN_FAULT_H

#include "run/clockfile.h"
#include "spaceheat/port.h"

enum { ATN_KEPT = 8, ATN_KEPT_TOPIC = 200, ATN_KEPT_BYTES = 8192 };

/* The last message of each topic that was sent while nothing was wrong. */
struct atn_kept { char topic[ATN_KEPT_TOPIC], bytes[ATN_KEPT_BYTES]; size_t length; };

struct atn_fault {
	const struct clockfile *clock;	/* NULL: a real house, nothing goes wrong here */
	struct net inner;
	struct atn_kept kept[ATN_KEPT];
	int n_kept;
};

/* In front of that net; *f must outlive it. */
struct net atn_fault_front(struct atn_fault *f, const struct clockfile *, const struct net *inner);
/* Is it deaf now? Any thread. */
bool atn_fault_deaf(const struct atn_fault *);

#endif
