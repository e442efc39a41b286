/* SPDX-License-Identifier: MIT */
/* rules_check.h: the ordered table of reasons to hold a relay: the first that applies names the refusal. */
#ifndef GUARD_RULES_CHECK_H
#define GUARD_RULES_CHECK_H

#include "guard/rules.h"

#define RULES_UNKNOWN_MS INT64_MAX	/* held, and nobody knows how long */

/* The result of moving that relay as wanted, GUARD_DONE when nothing holds it. *held_ms: for how long. */
enum guard_result rules_check(const struct guard_rules *, const struct rules_relay *,
	const struct guard_want *, int64_t now_ms, int64_t *held_ms);
/* The same for a relay that is on: only the reasons that end what is already running. */
enum guard_result rules_check_running(const struct guard_rules *, const struct rules_relay *, int64_t now_ms);
/* And for the guard's own wish to switch it on: rates and ranks do not stand against it. */
enum guard_result rules_check_own(const struct guard_rules *, const struct rules_relay *, int64_t now_ms);

bool rules_leased(const struct rules_relay *, int64_t now_ms);
int64_t rules_lease_end(const struct rules_relay *);
/* When the newest store-top reading was taken. */
int64_t rules_store_top_ms(const struct guard_rules *);
/* It was colder than a limit of freeze protection, has not been warm since, and somebody still looks. */
bool rules_freezing(const struct guard_rules *, int64_t now_ms);
bool rules_fresh(const struct rules_reading *, int64_t now_ms);

#endif
