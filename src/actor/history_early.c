/* SPDX-License-Identifier: MIT */
/* Readings before the clock is trusted: kept against the monotonic clock, and recorded as if they came when they came,
 * once it is known when that was (SF-70). In memory alone: after a power cut nobody could date them. */
#include "actor/history_parts.h"

static bool early(struct history *h, const struct msg *in)
{
	struct history_undated *u = &h->undated;
	const struct msg_keep *k = &in->keep;
	const struct msg_keep_command *c = &in->keep_command;

	if (u->n == u->capacity)
		return false;
	if (in->type == MSG_KEEP)
		u->list[u->n++] = (struct history_early){ h->now.ms - (h->clock.ms - k->tick.ms), k->code, k->channel, false };
	else if (in->type == MSG_KEEP_COMMAND)
		u->list[u->n++] = (struct history_early){ h->now.ms - (h->clock.ms - c->at.ms), c->on, c->node, true };
	return true;
}

/* As the message that came then. */
static struct msg message_of(const struct history_early *e, int64_t boot_ms)
{
	struct wall at = { boot_ms + e->mono_ms };
	struct msg m = { .now = { e->mono_ms }, .clock = at, .clock_trusted = true };

	if (e->command) {
		m.type = MSG_KEEP_COMMAND;
		m.keep_command = (struct msg_keep_command){ e->index, e->code != 0, at };
	} else {
		m.type = MSG_KEEP;
		m.keep = (struct msg_keep){ e->index, e->code, at };
	}
	return m;
}

/* Then the message in hand comes, in its own time. */
static void date(struct history *h, const struct msg *in, struct outbox *out)
{
	struct history_undated *u = &h->undated;
	int64_t boot_ms = in->clock.ms - in->now.ms;
	int32_t n = u->n;

	u->n = 0;
	for (int32_t i = 0; i < n; i++) {
		struct msg m = message_of(&u->list[i], boot_ms);

		m.random[0] = in->random[0] + (uint64_t)i + 1;
		m.random[1] = in->random[1];
		history_step(h, &m, out);
	}
	h->now = in->now;
	h->clock = in->clock;
	h->trusted = in->clock_trusted;
	h->random[0] = in->random[0];
	h->random[1] = in->random[1];
}

static void give_up(struct history *h, struct outbox *out)
{
	if (h->undated.n > 0)
		record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, h->undated.n,
			"%d readings are lost: the service stopped before the clock was trusted - check time synchronisation",
			(int)h->undated.n);
	history_write_events(h, out);
}

bool history_wait_for_trust(struct history *h, const struct msg *in, struct outbox *out)
{
	if (h->started)
		return false;
	if (!h->begun)
		h->began = h->now;
	h->begun = true;
	if (h->trusted || !early(h, in)) {	/* or it takes too long: the clock is taken as it is */
		date(h, in, out);
		return false;
	}
	if (in->type == MSG_STOP)
		give_up(h, out);
	else if (in->type == MSG_FLUSH && h->waiting.n_events > 0)
		history_write_events(h, out);
	else if (in->type != MSG_KEEP && in->type != MSG_KEEP_COMMAND)
		history_handle(h, in, out);
	out->wake_at = MONO_NEVER;
	return true;
}
