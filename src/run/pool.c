/* SPDX-License-Identifier: MIT */
#include "run/pool.h"

#include <assert.h>
#include <sys/mman.h>

enum { ALL_BYTES = POOL_BUFFERS * POOL_BUFFER_SIZE };

bool buffers_init(struct buffers *b)
{
	void *p = mmap(NULL, ALL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	b->bytes = p == MAP_FAILED ? NULL : p;
	atomic_init(&b->in_use, 0);
	return b->bytes != NULL;
}

void buffers_destroy(struct buffers *b)
{
	if (b->bytes != NULL)
		munmap(b->bytes, ALL_BYTES);
	b->bytes = NULL;
}

static int buffers_take(void *self)
{
	struct buffers *b = self;

	for (int i = 0; i < POOL_BUFFERS; i++)
		if ((atomic_fetch_or(&b->in_use, 1u << i) & 1u << i) == 0)
			return i;
	return -1;
}

static char *buffers_bytes(void *self, int index)
{
	struct buffers *b = self;

	assert(index >= 0 && index < POOL_BUFFERS);
	return b->bytes + (size_t)index * POOL_BUFFER_SIZE;
}

static void buffers_give(void *self, int index)
{
	struct buffers *b = self;

	assert(index >= 0 && index < POOL_BUFFERS);
	atomic_fetch_and(&b->in_use, ~(1u << index));
}

struct pool buffers_pool(struct buffers *b)
{
	return (struct pool){ .self = b, .take = buffers_take, .bytes = buffers_bytes, .give = buffers_give };
}
