/* SPDX-License-Identifier: MIT */
#include "run/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "run/bell.h"

enum { OWN_SLOTS = 3 };		/* tick, flush, stop */

/* What a flood of readings or refusals must not push out: commands and all on which their answers depend. */
static const bool reserved[N_MSG_TYPES] = {
	[MSG_WANT] = true,
	[MSG_ANSWER] = true,
	[MSG_RELAY_EVENT] = true,
	[MSG_DISPATCH] = true,
	[MSG_OFFER] = true,
	[MSG_BEAT] = true,
	[MSG_END] = true,
	[MSG_REPORT_ACK] = true,
	[MSG_SNAPSHOT_REQUEST] = true,
	[MSG_LINK] = true,
	[MSG_PUBACK] = true,
	[MSG_SEND_ANSWER] = true,
	[MSG_SEND_BEAT] = true,
	[MSG_SEND_REPORT] = true,
	[MSG_SEND_RESULT] = true,
	[MSG_SEND_BUFFER] = true,
	[MSG_SENT] = true,
	[MSG_ACKED] = true,
	[MSG_MODE] = true,
	[MSG_HEARD] = true,
	[MSG_STORE] = true,
	[MSG_STORED] = true,
	[MSG_STORE_FAILED] = true,
	[MSG_SCADA_ANSWER] = true,
	[MSG_SCADA_BEAT] = true,
	[MSG_SCADA_REPORT] = true,
	[MSG_SCADA_RESULT] = true,
	[MSG_QUERY] = true,
	[MSG_ARCHIVE] = true,
	[MSG_ARCHIVE_DONE] = true,
	[MSG_STATUS_ACK] = true,
	[MSG_HISTORY_REQUEST] = true,
	[MSG_VIEW] = true,
	[MSG_PLAN_WORK] = true,
	[MSG_PLAN] = true,
	[MSG_OPERATOR] = true,
	[MSG_OPERATOR_ANSWER] = true,
	[MSG_RESET] = true,
};

static void lock(struct mailbox *b)
{
	if (!b->alone)
		pthread_mutex_lock(&b->lock);
}

static void unlock(struct mailbox *b)
{
	if (!b->alone)
		pthread_mutex_unlock(&b->lock);
}

static bool is_mail(enum msg_type type)
{
	return type != MSG_TICK && type != MSG_FLUSH && type != MSG_STOP;
}

static bool cond_init_monotonic(pthread_cond_t *c)
{
	pthread_condattr_t attributes;
	bool made;

	if (pthread_condattr_init(&attributes) != 0)
		return false;
	made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
		pthread_cond_init(c, &attributes) == 0;
	pthread_condattr_destroy(&attributes);
	return made;
}

bool mailbox_init(struct mailbox *b, struct tally *tally, int normal)
{
	*b = (struct mailbox){ .tally = tally,
		.normal = normal,
		.size = normal + MAILBOX_RESERVED + OWN_SLOTS,
		.ticked = { INT64_MIN } };
	b->ring = malloc((size_t)b->size * sizeof(*b->ring));
	if (b->ring == NULL || !cond_init_monotonic(&b->mail)) {
		free(b->ring);
		b->ring = NULL;
		return false;
	}
	pthread_mutex_init(&b->lock, NULL);
	return true;
}

void mailbox_destroy(struct mailbox *b)
{
	if (b->ring == NULL)
		return;
	free(b->ring);
	b->ring = NULL;
	pthread_cond_destroy(&b->mail);
	pthread_mutex_destroy(&b->lock);
}

static int wrapped(const struct mailbox *b, int i)
{
	return i < b->size ? i : i - b->size;
}

static void push(struct mailbox *b, const struct msg *m)
{
	assert(b->count < b->size);
	if (!b->forgiven && !b->alone)	/* alone: nobody asks what is under way */
		tally_start(b->tally, 1);
	b->ring[wrapped(b, b->head + b->count++)] = *m;
	b->in_mail += is_mail(m->type);
	b->most = b->in_mail > b->most ? b->in_mail : b->most;
	b->tick_waits |= m->type == MSG_TICK;
	b->flush_waits |= m->type == MSG_FLUSH;
	b->closed |= m->type == MSG_STOP;
	if (!b->alone)
		pthread_cond_signal(&b->mail);
}

static bool has_room(struct mailbox *b, enum msg_type type)
{
	return !is_mail(type) || b->in_mail < b->normal + (reserved[type] ? MAILBOX_RESERVED : 0);
}

bool mailbox_put(struct mailbox *b, const struct msg *m)
{
	bool waits, accepted;

	lock(b);
	waits = (m->type == MSG_TICK && b->tick_waits) || (m->type == MSG_FLUSH && b->flush_waits);
	accepted = !b->closed && has_room(b, m->type);
	if (accepted && !waits)
		push(b, m);
	else if (!accepted && !b->closed)
		b->refused++;
	unlock(b);
	return accepted;
}

/* When empty, from the start again: pages never used take no memory. */
static void drop_head(struct mailbox *b)
{
	b->head = --b->count == 0 ? 0 : wrapped(b, b->head + 1);
}

static void begin_step(struct mailbox *b, struct msg *m)
{
	m->more = b->count > 1;
	b->in_mail -= is_mail(m->type);
	b->in_step = true;
	if (m->type == MSG_TICK) {	/* uses up the wake-up; mailbox_done brings the next */
		b->tick_waits = false;
		b->due = MONO_NEVER;
	}
	if (m->type == MSG_FLUSH)
		b->flush_waits = false;
}

static void pop(struct mailbox *b, struct msg *m)
{
	*m = b->ring[b->head];
	begin_step(b, m);
	drop_head(b);
	b->step_real_ms = real_ms();
}

static struct timespec deadline_after(int wait_ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += wait_ms / 1000;
	t.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

bool mailbox_take(struct mailbox *b, struct msg *m, int wait_ms)
{
	struct timespec deadline;
	bool got;

	if (wait_ms > 0)
		deadline = deadline_after(wait_ms);
	lock(b);
	while (b->count == 0 && wait_ms > 0 && !b->closed)
		if (pthread_cond_timedwait(&b->mail, &b->lock, &deadline) == ETIMEDOUT)
			break;
	got = b->count > 0;
	if (got)
		pop(b, m);
	unlock(b);
	return got;
}

bool mailbox_done(struct mailbox *b, struct mono wake_at)
{
	bool idle = false;

	lock(b);
	assert(b->in_step);
	b->in_step = false;
	b->due = wake_at;
	if (b->forgiven)	/* its step was written off; the mail behind it counts again */
		tally_start(b->tally, (uint64_t)b->count);
	else
		idle = tally_finish(b->tally, 1);
	b->forgiven = false;
	unlock(b);
	return idle;
}

struct msg *mailbox_head(struct mailbox *b)
{
	assert(b->alone && !b->in_step);
	if (b->count == 0)
		return NULL;
	begin_step(b, &b->ring[b->head]);
	return &b->ring[b->head];
}

void mailbox_drop(struct mailbox *b, struct mono wake_at)
{
	assert(b->alone && b->in_step);
	b->in_step = false;
	b->due = wake_at;
	drop_head(b);
}

static struct mono next_due(const struct mailbox *b)
{
	if (b->tick_waits)
		return MONO_NEVER;
	return b->due.ms > b->ticked.ms ? b->due : mono_after(b->ticked, 1);
}

struct mono mailbox_tick(struct mailbox *b, struct mono now)
{
	const struct msg tick = { .type = MSG_TICK };
	struct mono next;

	lock(b);
	if (!b->closed && !b->tick_waits && mono_reached(now, b->due) && b->ticked.ms != now.ms) {
		push(b, &tick);
		b->due = MONO_NEVER;
		b->ticked = now;
	}
	next = next_due(b);
	unlock(b);
	return next;
}

struct mono mailbox_due(struct mailbox *b)
{
	struct mono next;

	lock(b);
	next = next_due(b);
	unlock(b);
	return next;
}

bool mailbox_forgive(struct mailbox *b, int64_t limit_ms)
{
	bool idle = false;

	lock(b);
	if (b->in_step && !b->forgiven && real_ms() - b->step_real_ms > limit_ms) {
		b->forgiven = true;
		idle = tally_finish(b->tally, (uint64_t)b->count + 1);
	}
	unlock(b);
	return idle;
}

void mailbox_close(struct mailbox *b)
{
	lock(b);
	b->closed = true;
	pthread_cond_broadcast(&b->mail);
	unlock(b);
}

uint32_t mailbox_refused(struct mailbox *b)
{
	uint32_t n;

	lock(b);
	n = b->refused;
	unlock(b);
	return n;
}

int mailbox_most(struct mailbox *b)
{
	int n;

	lock(b);
	n = b->most;
	unlock(b);
	return n;
}
