/* SPDX-License-Identifier: MIT */
/* runtime.h: runs a set of actors, each in a thread of its own; the only code that knows threads exist.
 *
 * Each actor has a bounded mailbox (a full box refuses and counts; never blocks, never grows; commands and
 * stop have reserved slots). The runtime stamps both clocks and 128 random bits on delivery, wakes actors at
 * the time they asked for, watches that they check in, and owns simulated time when told to.
 *
 * Wake-ups: every actor gets a first MSG_TICK at start and asks for the next in wake_at. A TICK uses up
 * the wish; at most one comes per instant, so a wish for "now" is served at the next instant (1 ms on a
 * real house, a step in simulation). */
#ifndef RUN_RUNTIME_H
#define RUN_RUNTIME_H

#include "run/clockfile.h"
#include "spaceheat/actor.h"
#include "spaceheat/port.h"

struct runtime;

enum { RUNTIME_MAX_ACTORS = 24 };

/* What runtime_run returns. */
enum { RUN_ENDED = 0, RUN_ACTOR_DIED = 70, RUN_NO_THREADS = 71 };

enum time_source {
	TIME_REAL,		/* CLOCK_MONOTONIC (as CLOCK_BOOTTIME ms since start) and CLOCK_REALTIME */
	TIME_OWNER,		/* simulated; this runtime moves it */
	TIME_FOLLOWER,		/* simulated; read from a clockfile somebody else moves (the AtomicTNode) */
};

struct runtime_options {
	const struct actor *actors;	/* copied; names are borrowed */
	int n_actors;
	enum time_source time;
	struct clockfile *clock;	/* OWNER: may be NULL (nobody else looks); FOLLOWER: required */
	struct wall start;		/* OWNER: wall time at mono 0, when the clock is NULL */
	double speed;			/* OWNER: simulated seconds per second; 0 = not paced */
	int64_t exit_after_ms;		/* OWNER: run ends by itself at this mono time; 0 = never */
	uint64_t seed;			/* simulated: random bits from splitmix64(seed ^ fnv1a(actor name)) */
	/* Called by the time thread for each step, before its ticks are posted, while nothing is under way:
	 * moves the plant and tells the guard the time. May be NULL. */
	void (*before_ticks)(void *ctx, struct mono now, struct wall clock);
	void *before_ctx;
	/* OWNER with exit_after_ms: asked at the end, up to 5 real seconds, while actors still run: is
	 * what was sent acknowledged? NULL: nothing to wait for. */
	bool (*finished)(void *ctx);
	void *finished_ctx;
	/* Takes MSG_LOG. Called by any thread, one at a time. */
	void (*sink)(void *ctx, const struct msg *);
	void *sink_ctx;
	bool clock_trusted;		/* of a real house, at first; a simulated clock is trusted at first */
	int64_t vital_ms;		/* SF-22's limit in real time; 0 = 8000 */
	int64_t stop_ms;		/* who has not stopped after this is left behind; 0 = 4000 */
	/* OWNER: at start wait up to this long, in real time, for an AtomicTNode that follows; 0 = not. */
	int64_t hold_ms;
	/* Called by the time thread each real second in which no vital actor was late: pats the watchdog.
	 * May be NULL. */
	void (*alive)(void *ctx);
	void *alive_ctx;
};

/* What nobody got. */
struct runtime_counts {
	uint64_t refused;		/* mailbox full */
	uint64_t unknown;		/* no such actor here */
	uint64_t said_too_much;		/* outbox full */
	uint32_t most, room;		/* that ever waited in one mailbox; how many it takes from anybody */
};

/* Makes mailboxes, no threads yet: ports may be given runtime_post() before runtime_run(). NULL: out of
 * memory, too many actors, or two with one address. */
struct runtime *runtime_open(const struct runtime_options *);
struct post runtime_post(struct runtime *);
struct pool runtime_pool(struct runtime *);
/* The clocks as a delivery now would be stamped. */
void runtime_now(struct runtime *, struct mono *, struct wall *);
struct runtime_counts runtime_count(struct runtime *);
/* What messages say of the clock from now on. Any thread. */
void runtime_trust(struct runtime *, bool trusted);

/* The next three are for an OWNER of time; any thread. */
struct runtime_pace { double speed; bool paused; };
struct runtime_pace runtime_pace(struct runtime *);
/* From the next step on; speed 0 = not paced. While it is paused time stands, and everything else goes on: the guard
 * hears the same instant again, each real second. */
void runtime_set_pace(struct runtime *, struct runtime_pace);
/* Our actors' wall clock is wrong by so much; the clock file and before_ticks have the true one. */
void runtime_skew(struct runtime *, int64_t skew_ms);
/* Calls `change` while every actor, the log sink too, is between two steps, so that it may alter what they
 * borrow; it must be short and must neither post nor log. False, and nothing done: an actor was in one step
 * for patience_ms. Any thread but an actor's, while runtime_run runs or before it. */
bool runtime_between_steps(struct runtime *, int patience_ms, void (*change)(void *ctx), void *ctx);
/* Starts the threads in the order of `actors`, runs until runtime_stop, exit_after or the end of the
 * followed clock; stops them in reverse order: each gets MSG_STOP last, and what it says then still
 * reaches those that stop later. Returns 0; 70 when a WATCH_VITAL actor died (its name is in the log as
 * ACTOR_DEAD), at once and with the other threads told to end: the process is to end too; 71 when a thread
 * could not be made. Once only. */
int runtime_run(struct runtime *);
/* After runtime_run: a thread did not end in time and may still use its actor and ports. Close nothing it might
 * touch, and end the process. */
bool runtime_left_behind(const struct runtime *);
/* Any thread, and signal handlers: ends runtime_run. */
void runtime_stop(struct runtime *);
/* Waits up to stop_ms for threads left behind; if one still hangs its memory stays with it. NULL is fine. */
void runtime_close(struct runtime *);

#endif
