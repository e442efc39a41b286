/* SPDX-License-Identifier: MIT */
#include "core/control/ally.h"

static const double HOUR_S = 3600, LEAST_WH = 1000, LEAST_W = 1000, OVERRUN = 1.05, NEAR_END_S = 300;

const char *ally_cause_name(enum ally_cause c)
{
#define ALLY_WORD(constant, word) [constant] = word,
	static const char *const words[] = { ALLY_CAUSES(ALLY_WORD) };

	return c < N_ALLY_CAUSES ? words[c] : "?";
}

static double budget_wh(const struct ally_slot *s)
{
	return s->avg_w * s->slot_s / HOUR_S;
}

static bool good_next(const struct ally_slot *s)
{
	bool by_power = s->slot_s < HOUR_S && s->next_w >= LEAST_W;

	return s->has_next && (s->next_w * s->slot_s / HOUR_S >= LEAST_WH || by_power);
}

/* A slot that the source cannot overspend by running through it. */
static bool full_slot(const struct ally_slot *s)
{
	if (s->slot_s <= s->warm_up_s)
		return s->avg_w >= 0.8 * s->max_w;
	return s->avg_w >= s->max_w * (1 - s->warm_up_s / s->slot_s) - 1000;
}

static struct ally_answer when_on(const struct ally_slot *s, double left_wh)
{
	if (left_wh > 0)
		return (struct ally_answer){ true, ALLY_BUDGET_LEFT };
	if (s->min_on_left_s > 0)
		return (struct ally_answer){ true, ALLY_MIN_ON };
	if (full_slot(s))
		return (struct ally_answer){ true, ALLY_FULL_SLOT };
	if (s->slot_s - s->t_s <= NEAR_END_S && good_next(s))
		return (struct ally_answer){ true, ALLY_NEXT_SLOT };
	return (struct ally_answer){ false, ALLY_SPENT };
}

static struct ally_answer when_off(const struct ally_slot *s, double left_wh)
{
	if (left_wh <= 0)
		return (struct ally_answer){ false, ALLY_SPENT };
	if (s->slot_s - s->t_s < s->min_on_s && !good_next(s))
		return (struct ally_answer){ false, ALLY_TOO_LATE };
	if (left_wh < 0.5 * s->max_w * s->min_on_s / HOUR_S && !good_next(s))
		return (struct ally_answer){ false, ALLY_TOO_LITTLE };
	return (struct ally_answer){ true, ALLY_START };
}

struct ally_answer ally_want(const struct ally_slot *s)
{
	double budget = budget_wh(s);

	if (budget < LEAST_WH && s->avg_w < LEAST_W)
		return (struct ally_answer){ false, ALLY_TOO_SMALL };
	if (s->used_wh >= OVERRUN * budget)
		return (struct ally_answer){ false, ALLY_OVERRUN };
	return s->source_on ? when_on(s, budget - s->used_wh) : when_off(s, budget - s->used_wh);
}
