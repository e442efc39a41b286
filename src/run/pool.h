/* SPDX-License-Identifier: MIT */
/* pool.h: the four buffers for messages too long for a struct msg; allocated once, taken and given back by
 * any thread. */
#ifndef RUN_POOL_H
#define RUN_POOL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "spaceheat/port.h"

struct buffers { char *bytes; atomic_uint in_use; };

/* Pages nobody has written to yet take no memory. */
bool buffers_init(struct buffers *);
void buffers_destroy(struct buffers *);
struct pool buffers_pool(struct buffers *);

#endif
