/* SPDX-License-Identifier: MIT */
/* varint.h: integers of any size in as few bytes as they need (7 bits a byte, low first), with a cursor that
 * never leaves its bytes: after the first failure it stays failed, so only the end need be checked. */
#ifndef CORE_HISTORY_VARINT_H
#define CORE_HISTORY_VARINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct varint_out { uint8_t *bytes; size_t size, n; bool full; };
struct varint_in { const uint8_t *bytes; size_t length, n; bool bad; };

void varint_put(struct varint_out *, uint64_t);
uint64_t varint_get(struct varint_in *);	/* 0 when bad */

/* Signed numbers near zero as small unsigned ones: 0 -1 1 -2 2 ... */
static inline uint64_t zigzag(int64_t v)
{
	return ((uint64_t)v << 1) ^ (v < 0 ? UINT64_MAX : 0);
}

static inline int64_t unzigzag(uint64_t v)
{
	return (int64_t)((v >> 1) ^ ((v & 1) ? UINT64_MAX : 0));
}

/* The difference and its undoing wrap around, so that they are exact for any two numbers. */
static inline int64_t delta_of(int64_t v, int64_t before)
{
	return (int64_t)((uint64_t)v - (uint64_t)before);
}

static inline int64_t delta_add(int64_t before, int64_t delta)
{
	return (int64_t)((uint64_t)before + (uint64_t)delta);
}

#endif
