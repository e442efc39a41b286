/* SPDX-License-Identifier: MIT */
/* outputs.h: the relays as drivers and devices: opened once, each first put into its fail state. */
#ifndef GUARD_OUTPUTS_H
#define GUARD_OUTPUTS_H

#include "guard/keep.h"
#include "spaceheat/driver.h"

enum { OUTPUTS_STAGGER_MS = 100 };

struct output { const struct driver *driver; struct device device; bool on, simulated; };
struct outputs {
	struct output of[GUARD_MAX_RELAYS];
	int n;
	struct i2c i2c;			/* of boards; its path is in the configuration */
	int64_t energised_ms;		/* real, when a relay was last switched on */
};

/* The configuration must outlive the outputs. False: a relay has no driver, cannot be opened, or did not go to its fail
 * state; those before it have. */
bool outputs_open(struct outputs *, const struct guard_config *, struct err *);
/* Relays are switched on OUTPUTS_STAGGER_MS apart, so that their loads do not start as one; off is never delayed. */
bool outputs_write(struct outputs *, int relay, bool on, struct err *);
/* Can it be read back at all? */
bool outputs_reads(const struct outputs *, int relay);
/* Reads the relay back into *on where its driver can; where it cannot, *on stays. */
bool outputs_read(struct outputs *, int relay, bool *on, struct err *);
/* All to the fail state, whatever fails; false: one did not. */
bool outputs_fail_state(struct outputs *, struct err *);
void outputs_close(struct outputs *);

#endif
