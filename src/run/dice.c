/* SPDX-License-Identifier: MIT */
#include "run/dice.h"

#include <assert.h>
#include <errno.h>
#include <sys/random.h>

#include "spaceheat/splitmix.h"

static uint64_t fnv1a(const char *text)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (; *text != '\0'; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001B3u;
	return h;
}

void dice_init(struct dice *d, bool real, uint64_t seed, const char *actor)
{
	uint64_t start = seed ^ fnv1a(actor);

	*d = (struct dice){ .real = real, .stream = start, .flush_stream = ~start };
}

static void throw_real(uint64_t out[2])
{
	ssize_t n;

	do	/* 16 bytes are never cut; only before the kernel's pool is ready may a signal end the wait */
		n = getrandom(out, 2 * sizeof(*out), 0);
	while (n < 0 && errno == EINTR);
	assert(n == (ssize_t)(2 * sizeof(*out)));
}

void dice_throw(struct dice *d, enum msg_type type, uint64_t out[2])
{
	uint64_t *stream = type == MSG_FLUSH ? &d->flush_stream : &d->stream;

	if (d->real) {
		throw_real(out);
		return;
	}
	out[0] = splitmix64(stream);
	out[1] = splitmix64(stream);
}
