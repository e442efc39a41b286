/* SPDX-License-Identifier: MIT */
#include "core/history/level.h"

#include "core/history/varint.h"

enum {
	ONE = 1024,		/* a step, in the unit of guesses */
	FAR = 1 << 20,		/* steps: no drift but a jump, and far from overflow */
	FINEST = 48,		/* the least spread told apart, in 1/1024 */
};

/* A guess follows its miss with these shares of 1/65536: a still level, and three that move, ever faster. */
static const struct { int32_t level, slope; } gain[LEVEL_GUESSES] = {
	{ 4000, 0 }, { 10000, 2400 }, { 22000, 10000 }, { 48000, 40000 },
};

void level_start(struct level *l, int64_t first)
{
	l->last = first;
	l->seen = 1;
	for (int i = 0; i < LEVEL_GUESSES; i++)
		l->guess[i].next = l->guess[i].slope = 0;
}

static int spread_class(int64_t error)
{
	int n = 0;

	for (int64_t s = error / FINEST; s > 0 && n < LEVEL_SPREADS - 1; s >>= 1)
		n++;
	return n;
}

static int64_t share(int64_t v, int32_t of_65536)
{
	return (int64_t)((uint64_t)v * (uint64_t)of_65536) >> 16;
}

static void guess_follow(struct level_guess *g, int64_t move, int32_t level, int32_t slope)
{
	int64_t miss = move - g->next;

	g->error += ((miss < 0 ? -miss : miss) - g->error) >> 4;
	g->slope += share(miss, slope);
	g->next += share(miss, level) + g->slope - move;
}

static void follow(struct level *l, int64_t v)
{
	int64_t move = delta_of(v, l->last);
	int32_t least;

	if (move > FAR || move < -FAR) {
		level_start(l, v);
		return;
	}
	l->last = v;
	least = ++l->seen < 32 ? 65536 / l->seen : 0;	/* at first the mean of what came */
	for (int i = 0; i < LEVEL_GUESSES; i++)
		guess_follow(&l->guess[i], move * ONE, gain[i].level > least ? gain[i].level : least, gain[i].slope);
}

static const struct level_guess *best(const struct level *l)
{
	const struct level_guess *g = l->guess;

	for (int i = 1; i < LEVEL_GUESSES; i++)
		if (l->guess[i].error + (l->guess[i].error >> 3) < g->error)
			g = &l->guess[i];
	return g;
}

int64_t level_next(struct level *l, struct coder *c, struct level_model *m, int64_t v)
{
	const struct level_guess *g = best(l);
	int64_t step = delta_add(l->last, (g->next + ONE / 2) >> 10);
	int64_t off = delta_of(v, step);
	int s = spread_class(g->error), phase = (int)((g->next + ONE / 2) & (ONE - 1)) * LEVEL_PHASES / ONE;
	uint64_t far = off < 0 ? -(uint64_t)off : (uint64_t)off;

	if (!coder_bit(c, &m->off[s][phase], off != 0)) {
		off = 0;
	} else {
		bool below = coder_bit(c, &m->below[s][phase], off < 0);

		far = coder_number(c, &m->further[s], far - 1) + 1;
		off = (int64_t)(below ? -far : far);
	}
	v = delta_add(step, off);
	follow(l, v);
	return v;
}
