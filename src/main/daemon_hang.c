/* SPDX-License-Identifier: MIT */
/* A hanging thread on demand, so that what follows from one can be tested (SF-22).
 *
 * SPACEHEAT_TEST_HANG="uplink@5s" in the environment of a simulated house makes that actor's step never return from five
 * real seconds on. A real house never looks at it. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "main/daemon_parts.h"
#include "port/clock_linux.h"

static void hanging_step(void *self, const struct msg *in, struct outbox *out)
{
	const struct hang *h = self;

	while (clock_linux_boottime_ms() >= h->after_ms)
		pause();	/* actors' threads take no signals: for ever */
	h->actor.step(h->actor.self, in, out);
}

void daemon_hang(struct daemon *d, const char *wish)
{
	const char *at = wish != NULL ? strrchr(wish, '@') : NULL;

	for (int i = 0; at != NULL && i < d->n_actors; i++) {
		struct actor *a = &d->actors[i];

		if (strlen(a->name) != (size_t)(at - wish) || strncmp(a->name, wish, (size_t)(at - wish)) != 0)
			continue;
		d->hang = (struct hang){ *a, clock_linux_boottime_ms() + strtoll(at + 1, NULL, 10) * 1000 };
		a->step = hanging_step;
		a->self = &d->hang;
		return;
	}
}
