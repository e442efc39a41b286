/* SPDX-License-Identifier: MIT */
/* dice.h: the 128 random bits stamped on each delivered message.
 *
 * On a real house they come from the kernel. In simulation each actor has a stream of its own, made of
 * seed and actor name, so that the same run gives the same bits; flushes, which come in real time, draw
 * from a second stream and so do not disturb the first. */
#ifndef RUN_DICE_H
#define RUN_DICE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/msg.h"

struct dice { bool real; uint64_t stream, flush_stream; };

void dice_init(struct dice *, bool real, uint64_t seed, const char *actor);
void dice_throw(struct dice *, enum msg_type, uint64_t out[2]);

#endif
