/* SPDX-License-Identifier: MIT */
/* splitmix.h: splitmix64 (Steele, Lea, Flood 2014): every bit of the state changes half the bits of the number. All
 * numbers that follow from a seed come from here. */
#ifndef SPACEHEAT_SPLITMIX_H
#define SPACEHEAT_SPLITMIX_H

#include <stdint.h>

static inline uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

#endif
