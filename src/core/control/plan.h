/* SPDX-License-Identifier: MIT */
/* plan.h: when to run the source over the next two days so that the house stays warm for the least money.
 *
 * Backward induction over the reduced house of plan_model.h: the value of every state at every step, then a
 * roll-out from the measured state, which is the plan. The table of values is the caller's memory and stays
 * his: bids, the worth of stored heat and a new roll-out within the hour are read from it. Pure; nothing is
 * allocated; the work can be cut into slices of one row. */
#ifndef CORE_CONTROL_PLAN_H
#define CORE_CONTROL_PLAN_H

#include <stddef.h>

#include "core/control/plan_model.h"

enum {
	PLAN_MAX_ROWS = 288,	/* 72 h of quarter hours */
	PLAN_MAX_TW = 200, PLAN_MAX_TH = 64,
};

struct plan_problem {
	struct plan_house house;
	struct plan_params params;
	const struct plan_row *rows;	/* the caller's, until the solver is done with */
	int n_rows;
	bool boost;			/* may the target be raised */
};

struct plan_grid { int n_tw, n_th; double tw_min_c, tw_step_k, th_min_c, th_step_k; };

struct plan_solver {
	struct plan_problem problem;
	struct plan_grid grid;
	double *values;		/* [row][on][th][tw], USD to the end */
	double *most_w;		/* [th][tw], what the emitters can give; behind the values */
	int next;		/* the row to be worked on next; -1 when done */
};

struct plan {
	int n;
	struct plan_action action[PLAN_MAX_ROWS];
	double elec_w[PLAN_MAX_ROWS];
	struct plan_state state[PLAN_MAX_ROWS + 1];	/* before each step, and at the end */
	double cost_usd;	/* of the steps, penalties and terminal value included */
	double value_usd;	/* what the table said of it */
};

/* Bytes of the table for that problem; 0: it does not fit the limits above or has no rows. */
size_t plan_table_bytes(const struct plan_problem *);
/* values: plan_table_bytes of them, aligned for double. */
void plan_begin(struct plan_solver *, const struct plan_problem *, double *values);
/* Works on up to that many rows; true when the table is whole. */
bool plan_work(struct plan_solver *, int rows);
/* All of it at once. */
void plan_solve(struct plan_solver *, const struct plan_problem *, double *values);

/* What the future is expected to cost from that state before that row (row n_rows: the end); states beyond the grid
 * are read at its edge. */
double plan_value_usd(const struct plan_solver *, int row, struct plan_state);
/* The best action in that state: the first in the order off, off with boost, on, on with boost that no later one
 * beats by more than 1e-12 USD. */
struct plan_action plan_best(const struct plan_solver *, int row, struct plan_state, struct plan_outcome *);
void plan_roll_out(const struct plan_solver *, struct plan_state from, struct plan *);
/* What one more kWh in the water is worth in that state. */
double plan_heat_usd_per_kwh(const struct plan_solver *, int row, struct plan_state);

#endif
