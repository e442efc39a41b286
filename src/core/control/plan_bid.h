/* SPDX-License-Identifier: MIT */
/* plan_bid.h: what a house would pay for electricity in the next slot: pairs (price, quantity) read from a solved table.
 *
 * At a clearing price p the house wants the quantity of the last pair whose price is at least p. Prices fall strictly,
 * quantities rise. The first pair is what it takes at any price. Pure. */
#ifndef CORE_CONTROL_PLAN_BID_H
#define CORE_CONTROL_PLAN_BID_H

#include "core/control/plan.h"

enum {
	PLAN_BID_MAX_STEPS = 24,	/* of a slot; above PLAN_BID_FREE_STEPS two and two are decided together */
	PLAN_BID_FREE_STEPS = 12,
	PLAN_BID_MAX_PAIRS = 64,
};

struct plan_bid_pair { double usd_per_mwh, w; };	/* price to 0.001, quantity to 1 */
struct plan_bid { int n; struct plan_bid_pair pair[PLAN_BID_MAX_PAIRS]; };

/* The bid for the slot made of the first `steps` rows. fixed_usd_per_kwh: what each kWh costs beside the market's price
 * (distribution). price_max_usd_per_mwh: of the market type. False: steps out of range, or not all rows there. */
bool plan_bid(const struct plan_solver *, struct plan_state from, int steps, double fixed_usd_per_kwh,
	double price_max_usd_per_mwh, struct plan_bid *);
/* What the house wants at that price. */
double plan_bid_quantity_w(const struct plan_bid *, double usd_per_mwh);

#endif
