/* SPDX-License-Identifier: MIT */
#include "run/slot.h"

#include <stdlib.h>

bool slot_init(struct slot *s, const struct actor *actor, struct tally *tally, int mailbox_normal)
{
	s->actor = *actor;
	s->out = calloc(1, sizeof(*s->out));
	return s->out != NULL && mailbox_init(&s->box, tally, mailbox_normal);
}

void slot_destroy(struct slot *s)
{
	mailbox_destroy(&s->box);
	free(s->out);
	s->out = NULL;
}

int slot_step(struct slot *s, struct msg *m, const struct post *post)
{
	struct outbox *out = s->out;

	m->to = s->actor.address;
	dice_throw(&s->dice, m->type, m->random);
	if (m->type == MSG_TICK && mono_reached(m->now, s->asked))
		s->asked = MONO_NEVER;
	out->n = 0;
	out->dropped = 0;
	out->wake_at = s->asked;
	s->actor.step(s->actor.self, m, out);
	s->asked = out->wake_at;
	for (int i = 0; i < out->n; i++) {
		out->box[i].from = s->actor.address;
		post->post(post->self, &out->box[i]);
	}
	if (out->dropped > 0)
		atomic_fetch_add(&s->said_too_much, (uint64_t)out->dropped);
	return out->dropped;
}

bool slot_index(const struct actor *actors, int n, int index[N_ADDRESSES])
{
	for (int i = 0; i < N_ADDRESSES; i++)
		index[i] = -1;
	for (int i = 0; i < n; i++) {
		if (actors[i].address >= N_ADDRESSES || index[actors[i].address] >= 0)
			return false;
		index[actors[i].address] = i;
	}
	return true;
}
