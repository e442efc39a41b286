/* SPDX-License-Identifier: MIT */
#include "whole/ideal.h"

#include <math.h>

/* Water it lets become as hot as the guard does, less what a step of the plant may add. */
static const double SPARE_K = 1;

void ideal_open(struct ideal *i, const struct plant *p, double out_c, double set_c, double ceiling_c)
{
	*i = (struct ideal){ .set_c = set_c, .hottest_c = ceiling_c - SPARE_K };
	plant_init(&i->plant, p, out_c);
}

static struct plant_inputs decide(const struct ideal *i)
{
	const struct plant_state *s = &i->plant;
	bool cool = s->buffer.c[0] < i->hottest_c;

	return (struct plant_inputs){ .on = { [PLANT_HP] = cool, [PLANT_ELEMENT] = cool,
		[PLANT_BACKUP] = cool && s->air_c < i->set_c - 0.3, [PLANT_DISTPUMP] = s->air_c < i->set_c + 0.1 } };
}

void ideal_advance(struct ideal *i, struct world *w, const struct world_summary *weather, struct mono now, bool power)
{
	const struct weather_row row = { .out_c = weather->out_c, .wind_ms = weather->wind_ms, .sun_w_m2 = weather->sun_w_m2 };
	int64_t step_ms = llround(i->plant.plant->dt_s * 1000);

	while (i->now.ms + step_ms <= now.ms) {
		struct plant_inputs closed = { .element_dry = false }, flows = closed;

		if (power) {
			closed = decide(i);
			world_would(w, &closed, &flows);
		}
		plant_step(&i->plant, &flows, &row);
		i->now.ms += step_ms;
	}
}
