/* SPDX-License-Identifier: MIT */
/* single.h: runs the same actors in one thread on virtual time: deterministic, bit-identical on repeat.
 *
 * Order: in each step of virtual time, before_ticks, then MSG_TICK to the actors that are due in the order
 * they were given, then mailboxes emptied round by round in that order until all are empty. The first step
 * is at time 0, where every actor gets its first MSG_TICK. */
#ifndef RUN_SINGLE_H
#define RUN_SINGLE_H

#include "run/runtime.h"

struct single;

/* Takes the same options; those of threads, clock and pace are ignored, exit_after_ms too. MSG_FLUSH comes
 * once a simulated minute. NULL as runtime_open. */
struct single *single_open(const struct runtime_options *);
struct post single_post(struct single *);
struct pool single_pool(struct single *);
struct runtime_counts single_count(struct single *);
void single_now(struct single *, struct mono *, struct wall *);
/* Runs until `until` of virtual time (inclusive), in steps of a second; goes on from there when called
 * again. */
void single_run(struct single *, struct mono until);
/* From an actor, before_ticks or the sink: single_run returns after the step in hand. */
void single_stop(struct single *);
/* The clock of all actors but the AtomicTNode's is wrong by so much, or not vouched for, from the next message on. */
void single_skew(struct single *, int64_t skew_ms);
void single_trust(struct single *, bool trusted);
/* Between two runs: that actor's step does not return; what comes for it waits in as much room as a mailbox of threads has,
 * and its mailbox is not counted. Then it returns and handles what waits; how much found no room. */
void single_hold(struct single *, enum address);
uint32_t single_release(struct single *, enum address);
/* The AtomicTNode (TO_ATN) is another machine: all others end at once, without a word to anybody, and what waited for them is
 * lost; then it alone lives for so long (mail to the others finds nobody); then the others begin anew, their time at 0, their
 * dice by another seed. False: out of memory; then single_close. */
void single_end(struct single *);
void single_pass(struct single *, int64_t ms);
bool single_begin(struct single *, uint64_t seed);
/* Each actor gets MSG_STOP, in reverse order; what it says then still reaches those that stop later. NULL
 * is fine. */
void single_close(struct single *);
/* The same without a word to anybody: a power cut. */
void single_cut(struct single *);

#endif
