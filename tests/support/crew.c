/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum address address_of(int who)
{
	return (enum address)(TO_SCADA + who);
}

static void hand_step(void *self, const struct msg *in, struct outbox *out)
{
	struct hand *h = self;

	if (h->trace != NULL && h->n < TRACE)
		h->trace[h->n++] = (struct seen){ in->type, in->now.ms, in->random[0],
			in->type == MSG_KEEP ? in->keep.code : 0 };
	if (in->type == MSG_TICK && h->every_ms > 0)
		out->wake_at = mono_after(in->now, h->every_ms);
	if (h->act != NULL)
		h->act(h, in, out);
}

void crew_sink(void *ctx, const struct msg *m)
{
	struct crew *c = ctx;

	c->logs[m->log.code]++;
	memcpy(c->last_log, m->log.text, sizeof(c->last_log));
}

struct crew *crew_new(int n, enum time_source time, crew_act *act)
{
	static const char *const names[CREW] = { "ann", "bob", "cyd", "dan", "eve", "fay", "gus", "hal" };
	struct crew *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	for (int i = 0; i < n; i++) {
		c->hands[i] = (struct hand){ .crew = c, .who = i, .every_ms = 1000, .act = act };
		c->actors[i] = (struct actor){ names[i], address_of(i), WATCH_VITAL, false, hand_step,
			&c->hands[i] };
	}
	sem_init(&c->gate, 0, 0);
	c->o = (struct runtime_options){ .actors = c->actors,
		.n_actors = n,
		.time = time,
		.start = { 1800000000000 },
		.seed = 1,
		.sink = crew_sink,
		.sink_ctx = c };
	return c;
}

void crew_open(struct crew *c)
{
	c->runtime = runtime_open(&c->o);
	assert_non_null(c->runtime);
	c->post = runtime_post(c->runtime);
}

void crew_free(struct crew *c)
{
	runtime_close(c->runtime);
	for (int i = 0; i < CREW; i++)
		free(c->hands[i].trace);
	sem_destroy(&c->gate);
	free(c);
}

void say_to(struct outbox *out, int who, int64_t number)
{
	say(out, &(struct msg){ .type = MSG_KEEP, .to = address_of(who), .keep.code = number });
}

void crew_bob_hangs(struct hand *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	h->count++;
	if (h->who != 1 || in->type != MSG_TICK || atomic_exchange(&h->crew->entered, 1) != 0)
		return;
	while (sem_wait(&h->crew->gate) != 0)
		;
	atomic_store(&h->crew->entered, 2);
}
