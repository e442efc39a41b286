/* SPDX-License-Identifier: MIT */
/* The time thread: real time is waited for, simulated time is moved, or followed. */
#include "run/runtime_parts.h"

enum {
	CATCH_UP_MS = 100,	/* lag behind the wanted speed that is caught up; more is forgotten */
	FINISH_MS = 5000,	/* real time for what is awaited from outside at the end */
};

/* Ticks for all who are due; returns when the first is due after that. */
static struct mono tick_all(struct runtime *r, struct mono now)
{
	struct mono first = MONO_NEVER;

	for (int i = 0; i < r->o.n_actors; i++)
		first = mono_min(first, mailbox_tick(&r->workers[i].slot.box, now));
	return first;
}

/* Also notes the bell, before anything is looked at: what rings after that ends the next nap. */
static bool goes_on(struct runtime *r, uint32_t *seen)
{
	*seen = atomic_load(r->bell);
	return runtime_second(r) && !atomic_load(&r->stopping);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Sleeps until the bell rings, at most that long, and never past the next real second. */
static void nap(struct runtime *r, uint32_t seen, int64_t wait_ns)
{
	bell_wait(r->bell, seen, least(wait_ns, runtime_second_in_ns(r)));
}

/* Real time. `planned` is at its lowest while we look, so that an actor whose wish comes after our look
 * rings. */
static void keep_real(struct runtime *r)
{
	uint32_t seen;

	while (goes_on(r, &seen)) {
		struct mono now, first;
		struct wall clock;
		int64_t wait_ms;

		atomic_store(&r->planned_ms, INT64_MAX);
		runtime_now(r, &now, &clock);
		first = tick_all(r, now);
		atomic_store(&r->planned_ms, first.ms);
		wait_ms = least(first.ms - now.ms, SECOND_MS);
		nap(r, seen, wait_ms * 1000000);
	}
}

struct pace {
	double speed;
	int64_t step_ms, step_ns;	/* simulated; the same in real time, 0 = not paced */
	int64_t next_ns;		/* real time before which the next step does not begin */
};

static struct pace pace_of(double speed)
{
	struct pace p = { .speed = speed, .step_ms = 1000 };

	if (speed <= 0)
		return p;
	if (speed < 20)
		p.step_ms = speed * 50 > 1 ? (int64_t)(speed * 50) : 1;
	p.step_ns = (int64_t)((double)p.step_ms / speed * 1e6);
	p.next_ns = real_ns();
	return p;
}

static int64_t pace_wait_ns(const struct pace *p)
{
	return p->step_ns == 0 ? 0 : p->next_ns - real_ns();
}

static void pace_stepped(struct pace *p)
{
	int64_t oldest_ns = real_ns() - (int64_t)CATCH_UP_MS * 1000000;

	if (p->next_ns < oldest_ns)
		p->next_ns = oldest_ns;
	p->next_ns += p->step_ns;
}

/* One instant: everybody learns the time before anybody acts on it; the guard's tick precedes this step's
 * wants. */
static void begin_instant(struct runtime *r, struct mono now, double speed)
{
	struct wall clock = { now.ms + r->wall_offset_ms };

	atomic_store(&r->now_ms, now.ms);
	if (r->o.clock != NULL)
		clockfile_write(r->o.clock, (struct clock_reading){ now, clock, speed });
	if (r->o.before_ticks != NULL)
		r->o.before_ticks(r->o.before_ctx, now, clock);
	tick_all(r, now);
}

/* Is everything this instant caused done, here, in the guard, across the broker and in the AtomicTNode?
 * The mark proves that nothing began here while the counters were read. */
static bool instant_over(struct runtime *r, struct mono now)
{
	uint64_t mark;

	atomic_store(&r->ring_when_idle, true);
	if (!tally_idle(&r->tally, &mark)) {
		runtime_forgive(r);
		if (!tally_idle(&r->tally, &mark))
			return false;
	}
	if (r->o.clock != NULL && !clockfile_settled(r->o.clock, now, real_ms()))
		return false;
	return tally_same(&r->tally, mark);
}

/* Waits until the instant is over and, with a pace, the next may begin. False: the run is to end before
 * that. */
static bool await_instant(struct runtime *r, struct mono now, const struct pace *p)
{
	uint32_t seen;

	while (goes_on(r, &seen)) {
		int64_t wait_ns = p == NULL ? 0 : pace_wait_ns(p);
		bool over = wait_ns <= 0 && instant_over(r, now);

		if (!over)
			nap(r, seen, wait_ns > 0 ? wait_ns : (int64_t)LOOK_AGAIN_MS * 1000000);
		atomic_store(&r->ring_when_idle, false);
		if (over)
			return true;
	}
	return false;
}

/* Time stands: the guard hears the same instant again, so that its leases do not lapse for want of a tick. */
static void repeat_instant(struct runtime *r, struct mono now)
{
	if (r->o.before_ticks != NULL)
		r->o.before_ticks(r->o.before_ctx, now, (struct wall){ now.ms + r->wall_offset_ms });
}

/* Until nobody wants time to stand any more. False: the run is to end. */
static bool await_leave(struct runtime *r, struct mono now)
{
	int64_t repeat_ms = real_ms() + SECOND_MS;
	uint32_t seen;

	while (atomic_load(&r->paused)) {
		if (!goes_on(r, &seen))
			return false;
		if (real_ms() >= repeat_ms) {
			repeat_instant(r, now);
			repeat_ms += SECOND_MS;
		}
		nap(r, seen, (int64_t)LOOK_AGAIN_MS * 1000000);
	}
	return true;
}

/* Until the AtomicTNode follows the clock, or the hold is over. */
static void hold_start(struct runtime *r)
{
	int64_t deadline_ms = real_ms() + r->o.hold_ms, repeat_ms = real_ms() + SECOND_MS;
	uint32_t seen;

	while (r->o.clock != NULL && real_ms() < deadline_ms && goes_on(r, &seen)) {
		if (clockfile_followed(r->o.clock))
			return;
		if (real_ms() >= repeat_ms) {
			repeat_instant(r, (struct mono){ atomic_load(&r->now_ms) });
			repeat_ms += SECOND_MS;
		}
		nap(r, seen, (int64_t)LOOK_AGAIN_MS * 1000000);
	}
}

/* Steps end on multiples of their length, and exactly on the end of the run. */
static struct mono next_instant(const struct runtime *r, struct mono now, int64_t step_ms)
{
	struct mono next = { (now.ms / step_ms + 1) * step_ms };

	if (r->o.exit_after_ms > now.ms && next.ms > r->o.exit_after_ms)
		next.ms = r->o.exit_after_ms;
	return next;
}

/* The run is over but for what comes from outside; what that causes here is waited for too. */
static void await_finished(struct runtime *r, struct mono now)
{
	int64_t deadline_ms = real_ms() + FINISH_MS;
	uint32_t seen;

	if (r->o.finished == NULL)
		return;
	while (goes_on(r, &seen) && !r->o.finished(r->o.finished_ctx) && real_ms() < deadline_ms)
		nap(r, seen, (int64_t)LOOK_AGAIN_MS * 1000000);
	await_instant(r, now, NULL);
}

/* What came while time stood belongs to the instant it came in. */
static bool await_step(struct runtime *r, struct mono now, const struct pace *p)
{
	do {
		if (!await_instant(r, now, p))
			return false;
	} while (atomic_load(&r->paused) && await_leave(r, now));
	return !atomic_load(&r->stopping) && r->dead == NULL;
}

static void keep_own(struct runtime *r)
{
	struct mono now = { atomic_load(&r->now_ms) };
	struct pace pace;

	begin_instant(r, now, r->o.speed);
	hold_start(r);
	pace = pace_of(r->o.speed);
	for (;;) {
		bool last = r->o.exit_after_ms > 0 && now.ms >= r->o.exit_after_ms;
		double speed = atomic_load(&r->speed);

		if (speed != pace.speed)
			pace = pace_of(speed);
		if (!await_step(r, now, last ? NULL : &pace))
			return;
		if (last) {
			await_finished(r, now);
			return;
		}
		pace_stepped(&pace);
		now = next_instant(r, now, pace.step_ms);
		begin_instant(r, now, speed);
	}
}

static struct mono first_due(struct runtime *r)
{
	struct mono first = MONO_NEVER;

	for (int i = 0; i < r->o.n_actors; i++)
		first = mono_min(first, mailbox_due(&r->workers[i].slot.box));
	return first;
}

/* One look of a follower. True: nothing is left to do until the bell rings.
 *
 * The order is the protocol: what has arrived is read before we look whether anything is under way, so it
 * is handled and its answers are counted; then `until`; then `taken`. A message that comes meanwhile is
 * not yet counted as taken, and holds time still by that. Who is due is asked only when all ticks are
 * worked off. */
static bool follow(struct runtime *r)
{
	struct mono now = clockfile_read(r->o.clock).mono;
	int64_t arrived = clockfile_arrived(r->o.clock);
	struct mono first;
	uint64_t mark;

	tick_all(r, now);
	runtime_forgive(r);
	if (!tally_idle(&r->tally, &mark))
		return true;
	first = first_due(r);
	if (mono_reached(now, first))
		return false;
	clockfile_until(r->o.clock, mono_after(first, -1));
	clockfile_handled(r->o.clock, arrived);
	return true;
}

static void keep_followed(struct runtime *r)
{
	uint32_t seen;

	atomic_store(&r->ring_when_idle, true);
	while (goes_on(r, &seen) && clockfile_running(r->o.clock))
		if (follow(r))
			nap(r, seen, (int64_t)LOOK_AGAIN_MS * 1000000);
}

void runtime_keep_time(struct runtime *r)
{
	static void (*const keep[])(struct runtime *) = {
		[TIME_REAL] = keep_real, [TIME_OWNER] = keep_own, [TIME_FOLLOWER] = keep_followed,
	};

	r->next_second_ms = real_ms() + runtime_second_ms(r);
	atomic_store(&r->planned_ms, INT64_MIN);
	keep[r->o.time](r);
}
