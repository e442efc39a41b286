/* SPDX-License-Identifier: MIT */
/* pulse_flow.h: the pure half of the flow driver: from counted pulses and their times to a flow. */
#ifndef DRIVERS_PULSE_FLOW_H
#define DRIVERS_PULSE_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/err.h"

/* What was known at the look before; starts with `read_ns` alone. */
struct pulse_flow {
	uint32_t pulses;
	int64_t last_ns, read_ns;	/* the last pulse; the look */
	int64_t ml_min;			/* the flow then told */
	int64_t between_ns;		/* pulses, when there last were some */
};

/* Takes a look: pulses counted up to now, the time of the last. While water flows the flow is measured from pulse to
 * pulse, so a coarse meter tells no zero between two of them; it falls as the next one stays away, to 0 after a minute
 * or three of its intervals. ERR_RANGE: more than a house's pipe carries. */
bool pulse_flow_look(struct pulse_flow *, uint32_t pulses, int64_t last_ns, int64_t now_ns, int64_t ul_per_pulse,
	int64_t *ml_min, struct err *);

#endif
