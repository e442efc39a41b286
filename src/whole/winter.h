/* SPDX-License-Identifier: MIT */
/* winter.h: a simulated run of days: the whole service in one process, faults by chance or by order, all invariants in every
 * second, and what it came to. The same options give the same trace, bit by bit. */
#ifndef WHOLE_WINTER_H
#define WHOLE_WINTER_H

#include "whole/ideal.h"
#include "whole/invariants.h"

enum { WINTER_FAULTS = 2048, WINTER_HASH = 32 };

struct winter_options {
	const char *house, *houses_file, *start;	/* start NULL: that of the demo */
	const char *weather_file, *price_file;	/* NULL: seeded */
	uint64_t seed;
	int days;
	struct inject_wish faults;		/* unless there are orders: */
	const struct fault_spec *orders;
	int n_orders;
	bool stop_at_first;			/* at the first violation */
	bool plan;				/* with the optimiser */
	/* NULL, or once a simulated hour; false stops the run. */
	bool (*going_on)(void *ctx, int64_t hours, int64_t of);
	/* NULL, or each line as it comes. */
	void (*line)(void *ctx, const struct house *, const struct msg *);
	void *ctx;
};

struct winter_result {
	double kwh, cost_usd, cold_min, cold_kh, lowest_c, mean_out_c, residual;
	int starts, defrosts, boots, statuses;
	int64_t messages, history_bytes, seconds;	/* seconds: simulated */
	int faults, faults_found;
	uint32_t mailbox_most, mailbox_room;	/* the most messages that ever waited in one mailbox; what it holds */
	uint8_t hash[WINTER_HASH];		/* SHA-256 of lines, messages and movements */
	int64_t violated[N_INVARIANTS];
	char why[N_INVARIANTS][INVARIANTS_WHY];
	struct mono at[N_INVARIANTS];
	bool stopped;
	/* The faults that were carried out, by their times; the caller frees. */
	struct fault_spec *list;
	int n_list;
};

/* False: it could not run, see err; violations are no error. */
bool winter_run(const struct winter_options *, struct winter_result *, struct err *);
bool winter_held(const struct winter_result *);
/* Leaves out faults as long as it still fails: halves first, then less, single ones at last. out: room for n. Returns how
 * many are left. */
int winter_reduce(bool (*fails)(void *ctx, const struct fault_spec *, int n), void *ctx, const struct fault_spec *list, int n,
	struct fault_spec *out);
/* As long as the same invariant breaks. */
int winter_shrink(const struct winter_options *, const struct fault_spec *list, int n, int invariant,
	struct fault_spec *out);

#endif
