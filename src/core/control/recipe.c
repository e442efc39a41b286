/* SPDX-License-Identifier: MIT */
#include "core/control/recipe.h"

#include "core/control/local.h"

/* The order of enum local_output is the way up: valve, pump, sources. */
static unsigned int next_change(unsigned int on, unsigned int wanted)
{
	for (int i = N_LOCAL_OUTPUTS - 1; i >= 0; i--)
		if (on & ~wanted & 1u << i)
			return 1u << i;
	for (int i = 0; i < N_LOCAL_OUTPUTS; i++)
		if (wanted & ~on & 1u << i)
			return 1u << i;
	return 0;
}

unsigned int recipe_step(struct recipe *r, unsigned int wanted, struct mono now)
{
	unsigned int change = next_change(r->on, wanted);

	if (change == 0 || (r->moved_once && mono_since(now, r->moved) < RECIPE_STEP_MS))
		return r->on;
	r->on ^= change;
	r->moved = now;
	r->moved_once = true;
	return r->on;
}
