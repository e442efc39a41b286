/* SPDX-License-Identifier: MIT */
/* From many faults to the few that matter: halves, then quarters, then single ones are left out as long as it still fails. */
#include <stdlib.h>
#include <string.h>

#include "whole/winter.h"

static bool fails(const struct winter_options *like, const struct fault_spec *list, int n, int invariant)
{
	struct winter_options o = *like;
	struct winter_result r;
	struct err unused;
	bool ran;

	o.orders = list;
	o.n_orders = n;
	o.stop_at_first = true;
	ran = winter_run(&o, &r, &unused);
	free(r.list);
	return ran && r.violated[invariant] > 0;
}

/* Leaves out [at, at + size) of the list if it fails without, too. */
static bool leave_out(const struct winter_options *o, struct fault_spec *list, int *n, int at, int size, int invariant)
{
	struct fault_spec *rest = malloc(sizeof(*rest) * (size_t)(*n + 1));
	int end = at + size < *n ? at + size : *n;
	bool still;

	if (rest == NULL)
		return false;
	memcpy(rest, list, sizeof(*rest) * (size_t)at);
	memcpy(rest + at, list + end, sizeof(*rest) * (size_t)(*n - end));
	still = fails(o, rest, *n - (end - at), invariant);
	if (still) {
		*n -= end - at;
		memcpy(list, rest, sizeof(*rest) * (size_t)*n);
	}
	free(rest);
	return still;
}

int winter_shrink(const struct winter_options *o, const struct fault_spec *list, int n, int invariant,
	struct fault_spec *out)
{
	memcpy(out, list, sizeof(*out) * (size_t)n);
	for (int size = n; size > 0; size = size > 1 ? (size + 1) / 2 : 0)
		for (int at = 0; at < n;)
			if (!leave_out(o, out, &n, at, size, invariant))
				at += size;
	return n;
}
