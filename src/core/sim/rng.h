/* SPDX-License-Identifier: MIT */
/* rng.h: named streams of random numbers; adding a stream changes no other, and every machine gets the
 * same. */
#ifndef CORE_SIM_RNG_H
#define CORE_SIM_RNG_H

#include <stdint.h>

struct rng { uint64_t s; };

uint64_t rng_hash(const char *name);	/* FNV-1a, 64 bits */
struct rng rng_start(uint64_t seed, const char *name);
uint64_t rng_next(struct rng *);	/* splitmix64 */
double rng_uniform(struct rng *);	/* 0 <= x < 1 */
double rng_normal(struct rng *);	/* mean 0, standard deviation 1, never beyond 6 */

#endif
