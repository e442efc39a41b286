/* SPDX-License-Identifier: MIT */
/* energy.h: the energy account of a contract: metered power over the monotonic clock, in whole milliwatt-hours, held
 * to the meter's own register where it has one (SF-39).
 *
 * Promises: it never decreases; setting the clock does nothing to it; a gap of more than two polls is counted with the
 * last power and said to be estimated, until the register has told what it was. The register has whole watt-hours, so
 * the account leaves it by less than 1 Wh each way. */
#ifndef CORE_CONTROL_ENERGY_H
#define CORE_CONTROL_ENERGY_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/msg.h"
#include "spaceheat/when.h"

struct energy {
	bool known;		/* the power is; since the first good reading */
	int32_t w;		/* the last good power */
	struct mono at;		/* the account's time */
	struct mono read_at;	/* of that power */
	int64_t rest;		/* W ms not yet a whole mWh */
	int64_t fresh_mwh;	/* counted since read_at, not estimated (yet) */
	bool has_register, anchored;
	int64_t register_wh;	/* the last one read */
	int64_t anchor_wh, anchor_mwh;	/* register and account when they were last made to agree */
	int64_t gap_mwh;	/* of the estimate, what the register has not judged yet */
	int64_t excess_mwh;	/* counted above the register: the next mWh pay for it */
};

/* A contract starts, or goes on after a start of the program: then the record says what the register was. */
void energy_begin(struct energy *, const struct contract_record *);
/* Brings the account up to now. No contract is Live: pass NULL; time passes all the same. */
void energy_advance(struct energy *, struct contract_record *, struct mono now, int64_t poll_ms);
/* A good reading of power, after energy_advance. */
void energy_power(struct energy *, int32_t w, struct mono now);
/* A good reading of the register, after energy_advance. One that went back is a new beginning. */
void energy_register(struct energy *, struct contract_record *, int64_t wh);

#endif
