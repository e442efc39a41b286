/* SPDX-License-Identifier: MIT */
/* figures.h: what a local day came to: electricity and its cost, the heat that the emitters got, and how much heat the
 * heat pump made of a unit of electricity.
 *
 * Pure; fed with the exact rows of the day in the order of time, and a function of them and of the prices alone, which may become
 * known later than the rows. What is not known is absent, never 0. */
#ifndef CORE_HISTORY_FIGURES_H
#define CORE_HISTORY_FIGURES_H

#include "core/history/block.h"
#include "spaceheat/plant.h"
#include "spaceheat/store.h"

enum { FIGURES_BACKUPS = 8, FIGURES_HOLD_MS = 600000, FIGURES_ROW_MS = 300000, N_FIGURES_MOST = 6,
	FIGURES_QUARTER_S = 900, FIGURES_QUARTERS = 25 * 4 };

/* What a kWh costs at that second; false: not known. */
struct figures_price { void *self; bool (*at)(void *self, int64_t unix_s, double *per_kwh); };

struct figures_tank { int32_t n, layer[PLANT_MAX_LAYERS]; };

/* Numbers of series; -1: the house has none. tank: buffer and store, from the top down. */
struct figures_house {
	int32_t meter, supply, back, flow;
	struct figures_tank tank[2];
	int32_t backup[FIGURES_BACKUPS], n_backups;	/* states of relays that heat beside the heat pump */
	const struct plant *plant;			/* NULL: not known, or no heat pump: no COP */
};

struct figures_held { double v; int64_t until_ms; bool known; };

struct figures {
	int64_t end_ms;			/* of the last row fed */
	int64_t first_ms, last_ms;	/* begin of the first and end of the last row of which the tanks' heat is known */
	struct figures_held held[3];	/* supply, return, flow */
	double heat_j, first_j, last_j, lost_j;
	int64_t heat_ms, w_ms;
	int64_t quarter_w_ms[FIGURES_QUARTERS];	/* of the quarter hours since 1970, modulo their number */
	int32_t meter_rows, tank_rows;
	bool backup;			/* another source was on */
};

struct figure { const char *name; int64_t value; };

/* The name of the i-th figure there can be, in the order of figures_result; NULL: no more. */
const char *figures_name(int i);

void figures_begin(struct figures *);
/* One exact row. w_ms: what the meter counted in it, watt-milliseconds. */
void figures_feed(struct figures *, const struct figures_house *, int64_t row_s, const struct block *,
	const struct store_series *, int64_t w_ms);
/* Those that are known, of the day [from_s, to_s); returns how many:
 * energy.wh: of roles.meter; cost.thousandths: of a unit of currency, of the part that has a price; cost.priced_wh: that part;
 * heat.wh: of the emitters, from flow, supply and return; heat.seconds: for so long all three were known;
 * cop.estimated.thousandths: heat delivered, put into the tanks and lost by them, per electricity of all heating. */
int figures_result(const struct figures *, const struct figures_house *, const struct figures_price *, int64_t from_s,
	int64_t to_s, struct figure out[N_FIGURES_MOST]);

#endif
