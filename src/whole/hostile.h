/* SPDX-License-Identifier: MIT */
/* hostile.h: somebody who has the AtomicTNode's place at the broker and says beside it what it must not: broken, oversized and
 * replayed messages, other contracts, other nodes, times that are wrong. Nothing of it is a command that the house should
 * obey. The same seed says the same. */
#ifndef WHOLE_HOSTILE_H
#define WHOLE_HOSTILE_H

#include "core/sim/rng.h"
#include "whole/inhouse.h"

struct hostile { struct rng rng; int64_t sent; };

struct hostile hostile_start(uint64_t seed);
/* Each second: nothing, one message, or rarely twenty. */
void hostile_step(struct hostile *, struct inhouse *);

#endif
