/* SPDX-License-Identifier: MIT */
#include "core/life/trust.h"

static int64_t apart(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

enum trust trust_look(const struct trust_facts *f)
{
	if (f->synchronised)
		return TRUST_SYNCHRONISED;
	if (!f->chip)
		return TRUST_NO_SOURCE;
	if (apart(f->chip_ms, f->now.ms) > TRUST_CHIP_MS)
		return TRUST_CHIP_DIFFERS;
	/* A chip whose battery died begins at some year that is long over. */
	return f->now.ms < f->newest_ms ? TRUST_CHIP_BEHIND : TRUST_CHIP;
}

bool trust_is_good(enum trust t)
{
	return t == TRUST_CHIP || t == TRUST_SYNCHRONISED;
}

const char *trust_words(enum trust t)
{
	static const char *const words[N_TRUSTS] = {
		[TRUST_NO_SOURCE] = "not synchronised, and no clock chip",
		[TRUST_CHIP_DIFFERS] = "not synchronised, and the clock chip says another time",
		[TRUST_CHIP_BEHIND] = "not synchronised, and the clock chip is behind what is stored",
		[TRUST_CHIP] = "backed by a clock chip",
		[TRUST_SYNCHRONISED] = "synchronised",
	};

	return (unsigned int)t < N_TRUSTS ? words[t] : "?";
}

int64_t stepwatch_look(struct stepwatch *w, struct mono before, struct wall clock, struct mono after)
{
	int64_t offset_ms = clock.ms - after.ms, step_ms;

	if (mono_since(after, before) > STEP_UNSURE_MS)
		return 0;
	step_ms = w->known ? offset_ms - w->offset_ms : 0;
	w->known = true;
	w->offset_ms = offset_ms;
	return apart(step_ms, 0) > STEP_MS ? step_ms : 0;
}
