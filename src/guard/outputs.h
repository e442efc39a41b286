/* SPDX-License-Identifier: MIT */
/* outputs.h: the relays as drivers and devices: opened once, each first put into its fail state. */
#ifndef GUARD_OUTPUTS_H
#define GUARD_OUTPUTS_H

#include "guard/keep.h"
#include "spaceheat/driver.h"

struct output { const struct driver *driver; struct device device; };
struct outputs { struct output of[GUARD_MAX_RELAYS]; int n; };

/* False: a relay has no driver, cannot be opened, or did not go to its fail state; those before it have. */
bool outputs_open(struct outputs *, const struct guard_config *, struct err *);
bool outputs_write(struct outputs *, int relay, bool on, struct err *);
/* Reads the relay back into *on where its driver can; where it cannot, *on stays. */
bool outputs_read(struct outputs *, int relay, bool *on, struct err *);
/* All to the fail state, whatever fails; false: one did not. */
bool outputs_fail_state(struct outputs *, struct err *);
void outputs_close(struct outputs *);

#endif
