/* SPDX-License-Identifier: MIT */
/* A broker's acknowledgement says that the broker has a status. Where the AtomicTNode beats, its beat says more: an echo of
 * a number that went out after the status came from somebody who was there then. Until such a beat the status stays owed,
 * and is not sent again. After a silence it is sent once more; after a link that was lost it is sent again with the next beat,
 * however often the link goes: nobody is there to take it before. */
#include "actor/history_parts.h"

enum { SILENCE_MS = 100 * 1000 };	/* beats come each 60 s: one is missing */

static int find(const struct history_under_way *list, int n, struct uuid uid)
{
	for (int i = 0; i < n; i++)
		if (uuid_equal(list[i].uid, uid))
			return i;
	return -1;
}

bool history_is_unproven(const struct history *h, struct uuid uid)
{
	return find(h->proof.list, h->proof.n, uid) >= 0;
}

void history_drop_unproven(struct history *h, struct uuid uid)
{
	struct history_proof *p = &h->proof;
	int i = find(p->list, p->n, uid);

	if (i >= 0)
		p->list[i] = p->list[--p->n];
}

/* It was doubted before: an AtomicTNode whose beats are always late must not be sent the same for ever. */
static bool was_doubted(const struct history_proof *p, struct uuid uid)
{
	for (int i = 0; i < HISTORY_DOUBTED; i++)
		if (uuid_equal(p->doubted[i], uid))
			return true;
	return false;
}

bool history_hold(struct history *h, const struct history_under_way *sent)
{
	struct history_proof *p = &h->proof;

	if (!p->beats || was_doubted(p, sent->uid))
		return false;
	if (p->n < HISTORY_MAX_UNPROVEN)	/* else it is simply sent again */
		p->list[p->n++] = *sent;
	return true;
}

void history_doubt(struct history *h)
{
	h->proof.n = 0;
}

static void remember_doubt(struct history_proof *p)
{
	for (int i = 0; i < p->n; i++)
		p->doubted[p->n_doubted++ % HISTORY_DOUBTED] = p->list[i].uid;
}

/* Our beat answers each of its beats: what went out before the last one is before the number it echoes now. */
void history_heard(struct history *h, const struct msg *in, struct outbox *out)
{
	struct history_proof *p = &h->proof;
	bool silent = p->beats && mono_since(h->now, p->heard) > SILENCE_MS;
	int n = 0;

	(void)in;
	if (silent && !p->lost)
		remember_doubt(p);
	if (silent || p->lost) {
		history_doubt(h);
		history_start_over(h);
	}
	p->lost = false;
	for (int i = 0; i < p->n; i++) {
		if (p->beats && p->list[i].since.ms <= p->heard.ms)
			history_delivered(h, p->list[i].uid, out);
		else
			p->list[n++] = p->list[i];
	}
	p->n = n;
	p->heard = h->now;
	p->beats = true;
}
