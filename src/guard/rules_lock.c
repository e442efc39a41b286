/* SPDX-License-Identifier: MIT */
/* Locks: why a relay stays off although its limits would let it go. */
#include "guard/rules_parts.h"

static const enum guard_event_kind tells[N_RULES_LOCKS] = {
	[LOCK_DRY_FIRE] = GUARD_EVENT_DRY_FIRE,
	[LOCK_NO_LOAD] = GUARD_EVENT_NO_LOAD,
	[LOCK_WELDED] = GUARD_EVENT_WELDED,
};

void rules_lock(struct guard_rules *r, int relay, enum rules_lock lock, int64_t until_ms)
{
	r->relays[relay].memory.locked_until_ms[lock] = until_ms;
}

bool rules_locked_by(const struct rules_relay *relay, enum rules_lock lock, int64_t now_ms)
{
	return relay->memory.locked_until_ms[lock] > now_ms;
}

void rules_unlock(struct guard_rules *r, int relay, enum rules_lock lock, const char *why, int64_t now_ms,
	struct rules_out *out)
{
	struct rules_relay *one = &r->relays[relay];
	bool told = rules_locked_by(one, lock, now_ms) || (lock == LOCK_NO_LOAD && one->memory.no_loads > 0);

	one->memory.locked_until_ms[lock] = 0;
	if (lock == LOCK_NO_LOAD)
		one->memory.no_loads = 0;
	if (told)
		rules_tell(out, tells[lock], relay, false, why);
}

/* Against freezing a load that drew nothing is worth every try. */
int64_t rules_locked_until(const struct rules_relay *relay)
{
	int64_t until_ms = 0;

	for (int k = 0; k < N_RULES_LOCKS; k++)
		if (relay->memory.locked_until_ms[k] > until_ms &&
			(k != LOCK_NO_LOAD || relay->own != OWN_FREEZE))
			until_ms = relay->memory.locked_until_ms[k];
	return until_ms;
}
