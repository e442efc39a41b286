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
/* From now on one thread has it alone: no lock is taken. */
void guard_sim_alone(struct guard_sim *);
struct guard_port guard_sim_port(struct guard_sim *);
/* The guard has ended and begins anew, its clock at 0, off_ms later; answers go to another runtime. It remembers what the
 * guard process keeps (SF-19); reboot: not how long ago that was. */
void guard_sim_restart(struct guard_sim *, struct post, int64_t off_ms, bool reboot);
void guard_sim_close(struct guard_sim *);

#endif
