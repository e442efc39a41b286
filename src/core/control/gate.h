/* SPDX-License-Identifier: MIT */
/* gate.h: checks 4, 13 and 14 of a command that came from outside: is it not one of too many, fresh, in order, and
 * allowed now? (Checks 1 to 3 and 5 to 12 were made where it was decoded: core/wire/inbound.) */
#ifndef CORE_CONTROL_GATE_H
#define CORE_CONTROL_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/msg.h"

enum { GATE_FUTURE_MS = 10000, GATE_AGE_MS = 30000 };

/* Check 4: so many at once, then one per `every`, on the clock nobody sets. */
enum { GATE_BURST = 10, GATE_EVERY_MS = 1000 };
struct gate_rate {
	int64_t credit_ms;
	struct mono at;
	bool started;
	bool told;		/* for the caller: the sender was told since the last one that passed */
};
/* One that passes is counted and clears `told`. */
bool gate_rate_pass(struct gate_rate *, struct mono now, int burst, int64_t every_ms);

/* One order of messages: each type that has no node, and each relay, has its own. */
struct gate_order { int64_t last_send_ms; };

/* The age limit of check 13: 30 s, or 3 real seconds' worth when simulated faster; 1 h when unpaced (speed 0). */
int64_t gate_age_limit_ms(bool simulated, double speed);

/* Check 13 for a message sent at send_ms. DIAG_NONE: passed, and the order moves on only by gate_accept. */
enum diag gate_fresh(const struct gate_order *, int64_t send_ms, struct wall clock, bool trusted, int64_t limit_ms);
void gate_accept(struct gate_order *, int64_t send_ms);

/* Check 14 for a relay dispatch; what the guard says comes after. */
struct gate_dispatch {
	const struct contract_record *contract;
	enum control_mode mode;
	bool has_contract;
	struct uuid contract_id;
	int node;		/* NO_NODE: no such alias */
	bool is_actuator;	/* and a relay of this house */
};
enum diag gate_dispatch(const struct gate_dispatch *);

#endif
