/* SPDX-License-Identifier: MIT */
/* rules_parts.h: what the files of the guard's rules share with each other and with nobody else. */
#ifndef GUARD_RULES_PARTS_H
#define GUARD_RULES_PARTS_H

#include "guard/rules.h"

/* --- rules.c --- */

/* Adds an event without a sensor. The caller may fill in more. */
struct guard_event *rules_tell(
	struct rules_out *, enum guard_event_kind, int relay, bool on, const char *text);
void rules_move(struct guard_rules *, int relay, bool on, int64_t now_ms, struct rules_out *);
void rules_end_leases(struct rules_relay *);
/* To the fail state, unasked. */
void rules_drop(struct guard_rules *, int relay, const char *why, int64_t now_ms, struct rules_out *);

/* --- rules_watch.c: ceilings, trip and freeze --- */

void rules_watch(struct guard_rules *, const struct guard_reading *, struct rules_reading *, int64_t now_ms,
	struct rules_out *);
void rules_end_stops(struct guard_rules *, int64_t now_ms, struct rules_out *);

/* --- rules_own.c: what the guard switches on itself --- */

/* Before leases are looked at: whom the guard itself holds. */
void rules_hold_own(struct guard_rules *, int64_t now_ms);
/* After: moves them. */
void rules_move_own(struct guard_rules *, int64_t now_ms, struct rules_out *);

/* --- rules_lock.c --- */

void rules_lock(struct guard_rules *, int relay, enum rules_lock, int64_t until_ms);
/* Ends that lock and tells it, if it was there. */
void rules_unlock(struct guard_rules *, int relay, enum rules_lock, const char *why, int64_t now_ms,
	struct rules_out *);
bool rules_locked_by(const struct rules_relay *, enum rules_lock, int64_t now_ms);
/* Until when it is locked off; a time past = it is not. */
int64_t rules_locked_until(const struct rules_relay *);

/* --- rules_dry.c: dry firing (SF-17) --- */

/* Before a reading is kept: how far it is from the last one. */
void rules_dry_step(struct guard_rules *, int role, struct rules_reading *, int32_t value_mc);
void rules_dry_reading(
	struct guard_rules *, int role, struct rules_reading *, int64_t now_ms, struct rules_out *);
void rules_dry_pass(struct guard_rules *, int64_t now_ms, struct rules_out *);

/* --- rules_load.c: the meter against the relays (SF-86) --- */

/* A relay has moved: what it should draw begins anew. */
void rules_load_moved(struct guard_rules *, int relay, int64_t now_ms);
void rules_load_reading(
	struct guard_rules *, const struct rules_reading *, int64_t now_ms, struct rules_out *);

#endif
