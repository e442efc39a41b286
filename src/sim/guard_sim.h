/* SPDX-License-Identifier: MIT */
/* guard_sim.h: the guard's rules in this process, on the time of its ticks: no child, the same answers.
 *
 * Answers and events are posted to TO_RELAY before the call returns. Any thread may call. */
#ifndef SIM_GUARD_SIM_H
#define SIM_GUARD_SIM_H

#include <stdint.h>

#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"

struct guard_sim;

/* relay_bytes: GUARD_MAX_RELAYS bytes of the caller's, [i] = 1 while relay i is on; must outlive this. */
struct guard_sim *guard_sim_open(const struct settings *, const struct house *, uint8_t *relay_bytes,
	struct post, struct err *);
struct guard_port guard_sim_port(struct guard_sim *);
void guard_sim_close(struct guard_sim *);

#endif
