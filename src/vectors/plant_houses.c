/* SPDX-License-Identifier: MIT */
/* Houses have no values to compare: each must read without a problem, and in a week of random relays lose no
 * energy and leave no sane temperature. */
#include "sim/plant.h"
#include "vectors/cases.h"

enum { WEEK_S = 7 * 86400, SEEDS = 3 };

static const double RESIDUAL = 1e-9, COLDEST_C = -40, HOTTEST_C = 110, CHANCE = 0.01;

/* Never the valve and the store pump at once: a conflict is nobody's plan. */
static void toss(struct rng *r, struct plant_inputs *in)
{
	for (int i = 0; i < N_PLANT_RELAYS; i++)
		if (rng_uniform(r) < CHANCE)
			in->on[i] = !in->on[i];
	if (in->on[PLANT_CHARGE])
		in->on[PLANT_STOREPUMP] = false;
}

static void run_week(struct cases *c, const struct plant *p, uint64_t seed)
{
	struct rng r = rng_start(seed, "relays");
	struct plant_inputs in = { .on = { false } };
	struct plant_state s;
	struct weather w;
	struct err e;

	if (!weather_open(&w, &p->weather, seed, 0, (int)(seed * 71 % 365), &e)) {
		case_fail(c, "%s", e.text);
		return;
	}
	plant_init(&s, p, weather_at(&w, 0).out_c);
	for (double t = 0; t < WEEK_S; t += p->dt_s) {
		struct weather_row now = weather_at(&w, t);

		toss(&r, &in);
		plant_step(&s, &in, &now);
	}
	weather_close(&w);
	case_within(c, "residual", plant_residual(&s), 0, RESIDUAL);
	case_whole(c, "conflicts", s.conflicts, 0);
	if (!(s.lowest_c >= COLDEST_C && s.highest_c <= HOTTEST_C))
		case_fail(c, "temperatures want %g..%g got %g..%g", COLDEST_C, HOTTEST_C, s.lowest_c, s.highest_c);
}

static void run_house(struct cases *c, const cJSON *house)
{
	struct plant p;

	case_begin(c, house->string, -1);
	if (case_house(c, house->string, &p))
		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			run_week(c, &p, seed);
	case_end(c);
}

extern const struct vectors_kind vectors_plant_houses_kind;
const struct vectors_kind vectors_plant_houses_kind = { .name = "plant-houses", .other = run_house };
