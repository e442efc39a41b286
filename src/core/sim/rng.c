/* SPDX-License-Identifier: MIT */
#include "core/sim/rng.h"

#include "spaceheat/splitmix.h"

uint64_t rng_hash(const char *name)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001B3u;
	return h;
}

struct rng rng_start(uint64_t seed, const char *name)
{
	return (struct rng){ seed ^ rng_hash(name) };
}

uint64_t rng_next(struct rng *r)
{
	return splitmix64(&r->s);
}

double rng_uniform(struct rng *r)
{
	return (double)(rng_next(r) >> 11) * 0x1p-53;
}

/* A sum of uniforms needs no library function, so it is the same everywhere. */
double rng_normal(struct rng *r)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += rng_uniform(r);
	return sum - 6;
}
