/* SPDX-License-Identifier: MIT */
/* From many faults to the few that matter. */
#include <stdlib.h>
#include <string.h>

#include "whole/winter.h"

struct reduction { bool (*fails)(void *, const struct fault_spec *, int); void *ctx; struct fault_spec *rest; };

/* Leaves out [at, at + size) of the list if it fails without, too. */
static bool leave_out(const struct reduction *r, struct fault_spec *list, int *n, int at, int size)
{
	int end = at + size < *n ? at + size : *n, left = *n - (end - at);

	memcpy(r->rest, list, sizeof(*list) * (size_t)at);
	memcpy(r->rest + at, list + end, sizeof(*list) * (size_t)(*n - end));
	if (!r->fails(r->ctx, r->rest, left))
		return false;
	memcpy(list, r->rest, sizeof(*list) * (size_t)left);
	*n = left;
	return true;
}

int winter_reduce(bool (*fails)(void *ctx, const struct fault_spec *, int n), void *ctx, const struct fault_spec *list, int n,
	struct fault_spec *out)
{
	struct reduction r = { fails, ctx, malloc(sizeof(*list) * (size_t)(n + 1)) };

	memcpy(out, list, sizeof(*out) * (size_t)n);
	for (int size = n; r.rest != NULL && size > 0; size = size > 1 ? (size + 1) / 2 : 0)
		for (int at = 0; at < n;)
			if (!leave_out(&r, out, &n, at, size))
				at += size;
	free(r.rest);
	return n;
}

struct same { const struct winter_options *like; int invariant; };

static bool breaks_it(void *ctx, const struct fault_spec *list, int n)
{
	const struct same *s = ctx;
	struct winter_options o = *s->like;
	struct winter_result r;
	struct err unused;
	bool ran;

	o.orders = list;
	o.n_orders = n;
	o.stop_at_first = true;
	ran = winter_run(&o, &r, &unused);
	free(r.list);
	return ran && r.violated[s->invariant] > 0;
}

int winter_shrink(const struct winter_options *o, const struct fault_spec *list, int n, int invariant,
	struct fault_spec *out)
{
	struct same s = { o, invariant };

	return winter_reduce(breaks_it, &s, list, n, out);
}
