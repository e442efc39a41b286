/* SPDX-License-Identifier: MIT */
#include "run/single.h"

#include <assert.h>
#include <stdlib.h>

#include "run/pool.h"
#include "run/slot.h"
#include "run/tally.h"

enum {
	STEP_MS = 1000,
	FLUSH_MS = 60000,
	SINGLE_NORMAL = 1024,		/* nobody takes mail while another steps: a whole round fits */
	MAX_ROUNDS = 100000,		/* of one instant: more is two actors that never stop answering */
};

struct single {
	struct runtime_options o;
	struct slot slots[RUNTIME_MAX_ACTORS];
	int index[N_ADDRESSES];
	struct post post;
	struct buffers buffers;
	struct tally tally;
	struct mono now;
	struct wall clock;
	int64_t atn_ahead_ms;		/* the AtomicTNode's machine began so much before the others' */
	bool begun, stopping, apart;	/* apart: it alone lives */
	bool held[RUNTIME_MAX_ACTORS];	/* its step does not return */
	uint32_t lost[RUNTIME_MAX_ACTORS];	/* what its mailbox had refused when that began */
	uint32_t known[RUNTIME_MAX_ACTORS];	/* what mailboxes of held actors have refused */
	int64_t skew_ms;
	bool untrusted;
	uint64_t unknown;
};

static struct mono now_of(const struct single *s, enum address whose)
{
	return whose == TO_ATN ? mono_after(s->now, s->atn_ahead_ms) : s->now;
}

/* The AtomicTNode is another machine with clocks of its own. */
static void stamp(const struct single *s, enum address whose, struct msg *m)
{
	bool other = whose == TO_ATN;

	m->now = now_of(s, whose);
	m->clock.ms = s->clock.ms + (other ? 0 : s->skew_ms);
	m->clock_trusted = other || !s->untrusted;
}

static bool post_message(void *self, const struct msg *m)
{
	struct single *s = self;
	struct msg stamped;

	if (m->to == TO_LOG) {
		stamped = *m;
		stamp(s, m->from, &stamped);
		if (s->o.sink != NULL)
			s->o.sink(s->o.sink_ctx, &stamped);
		return true;
	}
	if (m->to >= N_ADDRESSES || s->index[m->to] < 0 || (s->apart && m->to != TO_ATN)) {
		s->unknown++;
		return false;
	}
	return mailbox_put(&s->slots[s->index[m->to]].box, m);
}

static void post_busy(void *self, int delta)
{
	(void)self;	/* one thread: whoever is busy is so inside a call */
	(void)delta;
}

static bool open_slot(struct single *s, int i, const struct actor *a, uint64_t seed)
{
	bool made = slot_init(&s->slots[i], a, &s->tally, SINGLE_NORMAL);

	s->slots[i].box.alone = true;
	dice_init(&s->slots[i].dice, false, seed, a->name);
	return made;
}

struct single *single_open(const struct runtime_options *options)
{
	struct single *s;
	bool made;

	if (options->n_actors > RUNTIME_MAX_ACTORS)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	s->o = *options;
	s->o.n_actors = 0;
	s->clock = options->start;
	s->post = (struct post){ .self = s, .post = post_message, .busy = post_busy };
	made = buffers_init(&s->buffers) && slot_index(options->actors, options->n_actors, s->index);
	for (int i = 0; made && i < options->n_actors; i++) {
		s->o.n_actors++;
		made = open_slot(s, i, &options->actors[i], options->seed);
	}
	if (made)
		return s;
	s->begun = false;
	single_close(s);
	return NULL;
}

struct post single_post(struct single *s)
{
	return s->post;
}

struct pool single_pool(struct single *s)
{
	return buffers_pool(&s->buffers);
}

struct runtime_counts single_count(struct single *s)
{
	struct runtime_counts n = { .unknown = s->unknown, .room = SINGLE_NORMAL };

	for (int i = 0; i < s->o.n_actors; i++) {
		uint32_t most = (uint32_t)mailbox_most(&s->slots[i].box);

		if (s->held[i])
			continue;
		n.most = most > n.most ? most : n.most;
		n.refused += mailbox_refused(&s->slots[i].box) - s->known[i];
		n.said_too_much += atomic_load(&s->slots[i].said_too_much);
	}
	return n;
}

void single_now(struct single *s, struct mono *now, struct wall *clock)
{
	*now = s->now;
	*clock = s->clock;
}

/* What is in the box at the beginning of its turn; what comes during the turn waits for the next round. */
static int one_turn(struct single *s, struct slot *slot)
{
	int n = slot->box.count;

	for (int i = 0; i < n; i++) {
		struct msg *m = mailbox_head(&slot->box);

		stamp(s, slot->actor.address, m);
		slot_step(slot, m, &s->post);
		mailbox_drop(&slot->box, slot->asked);
	}
	return n;
}

static bool lives(const struct single *s, int i)
{
	return !s->apart || s->slots[i].actor.address == TO_ATN;
}

static void empty_all(struct single *s)
{
	int worked = 1;

	for (int round = 0; worked > 0; round++) {
		assert(round < MAX_ROUNDS);
		worked = 0;
		for (int i = 0; i < s->o.n_actors; i++)
			worked += lives(s, i) && !s->held[i] ? one_turn(s, &s->slots[i]) : 0;
	}
}

static void tick_due(struct single *s)
{
	for (int i = 0; i < s->o.n_actors; i++) {
		struct mono now = now_of(s, s->slots[i].actor.address);

		if (lives(s, i) && mono_reached(now, s->slots[i].box.due))
			mailbox_tick(&s->slots[i].box, now);
	}
}

static void post_flush(struct single *s)
{
	const struct msg m = { .type = MSG_FLUSH };

	for (int i = 0; i < s->o.n_actors; i++)
		if (s->slots[i].actor.flush)
			mailbox_put(&s->slots[i].box, &m);
}

static void one_step(struct single *s)
{
	if (s->o.before_ticks != NULL)
		s->o.before_ticks(s->o.before_ctx, s->now, s->clock);
	tick_due(s);
	if (s->now.ms > 0 && s->now.ms % FLUSH_MS == 0)
		post_flush(s);
	empty_all(s);
}

void single_run(struct single *s, struct mono until)
{
	s->stopping = false;
	if (!s->begun) {
		s->begun = true;
		one_step(s);
	}
	while (!s->stopping && s->now.ms + STEP_MS <= until.ms) {
		s->now.ms += STEP_MS;
		s->clock.ms += STEP_MS;
		one_step(s);
	}
}

void single_stop(struct single *s)
{
	s->stopping = true;
}

void single_skew(struct single *s, int64_t skew_ms)
{
	s->skew_ms = skew_ms;
}

void single_trust(struct single *s, bool trusted)
{
	s->untrusted = !trusted;
}

/* --- a start anew -------------------------------------------------------------------------------------------- */

void single_hold(struct single *s, enum address whose)
{
	int i = s->index[whose];

	s->held[i] = true;
	s->lost[i] = mailbox_refused(&s->slots[i].box);
	s->slots[i].box.normal = MAILBOX_NORMAL;
}

uint32_t single_release(struct single *s, enum address whose)
{
	int i = s->index[whose];
	uint32_t lost = mailbox_refused(&s->slots[i].box) - s->lost[i];

	s->held[i] = false;
	s->slots[i].box.normal = SINGLE_NORMAL;
	empty_all(s);
	s->slots[i].box.most = 0;
	s->known[i] += lost;
	return lost;
}

void single_end(struct single *s)
{
	s->apart = true;
	for (int i = 0; i < s->o.n_actors; i++)
		if (!lives(s, i))
			slot_destroy(&s->slots[i]);
	buffers_destroy(&s->buffers);
}

void single_pass(struct single *s, int64_t ms)
{
	assert(s->apart);
	for (; ms > 0; ms -= STEP_MS) {
		int64_t step_ms = ms < STEP_MS ? ms : STEP_MS;

		s->now.ms += step_ms;
		s->clock.ms += step_ms;
		tick_due(s);
		empty_all(s);
	}
}

bool single_begin(struct single *s, uint64_t seed)
{
	bool made = buffers_init(&s->buffers);

	for (int i = 0; i < s->o.n_actors; i++)
		if (!lives(s, i)) {
			struct actor a = s->slots[i].actor;

			made = open_slot(s, i, &a, seed) && made;
			s->held[i] = false;
			s->known[i] = 0;
		}
	s->atn_ahead_ms += s->now.ms;
	s->now.ms = 0;
	s->begun = s->apart = false;
	return made;
}

static void stop_one(struct single *s, struct slot *slot)
{
	const struct msg stop = { .type = MSG_STOP };

	mailbox_put(&slot->box, &stop);
	empty_all(s);
}

void single_close(struct single *s)
{
	if (s == NULL)
		return;
	for (int i = s->o.n_actors - 1; i >= 0 && s->begun && !s->apart; i--)
		stop_one(s, &s->slots[i]);
	single_cut(s);
}

void single_cut(struct single *s)
{
	if (s == NULL)
		return;
	for (int i = 0; i < s->o.n_actors; i++)
		if (lives(s, i))	/* the others have ended before */
			slot_destroy(&s->slots[i]);
	if (!s->apart)
		buffers_destroy(&s->buffers);
	free(s);
}
