/* SPDX-License-Identifier: MIT */
/* clockfile.h: the simulated clock, shared by processes through the mapped file `clock` of the state
 * directory; and the counters that hold time still while a message is on its way across the broker.
 *
 * One writer owns time: spaceheatd. The AtomicTNode, `spaceheat sim now` and the page read it. Reads are
 * consistent (sequence lock); writes wake waiters (shared futex). Rules: docs/architecture.md, "simulated
 * time". */
#ifndef RUN_CLOCKFILE_H
#define RUN_CLOCKFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "run/bell.h"
#include "spaceheat/err.h"
#include "spaceheat/port.h"
#include "spaceheat/when.h"

struct clockfile;	/* owns a mapping */
struct clock_reading { struct mono mono; struct wall wall; double speed; };
enum clock_side { SIDE_SCADA, SIDE_ATN };

/* Owner: makes DIR/clock (or takes over an existing one, whose time goes on: see *resumed; the speed is
 * always that of `start`). Time begins, or goes on, at clockfile_read(). */
struct clockfile *clockfile_create(const char *dir, struct clock_reading start, bool *resumed, struct err *);
/* Reader. Fails with ERR_ABSENT when no simulation runs in that directory. */
struct clockfile *clockfile_open(const char *dir, struct err *);
/* Owner: the run is over, readers are woken. AtomicTNode: is no longer waited for. NULL is fine. */
void clockfile_close(struct clockfile *);

void clockfile_write(struct clockfile *, struct clock_reading);
struct clock_reading clockfile_read(const struct clockfile *);
/* False once the owner has closed it. An owner that was killed may come back: its run is not over. */
bool clockfile_running(const struct clockfile *);
/* Waits until the clock differs from `seen` or `real_ms` passed. */
void clockfile_wait(struct clockfile *, struct mono seen, int real_ms);
/* The word rung when there is news for this side: for the owner counters and `until`, for a reader the
 * time. */
bell_word *clockfile_bell(struct clockfile *);

/* The door for a net port on that side. A NULL clockfile gives a door whose functions do nothing: for who
 * is neither the SCADA nor the AtomicTNode of the run. What the AtomicTNode takes counts only when
 * clockfile_handled says so. */
struct traffic clockfile_traffic(struct clockfile *, enum clock_side);

/* AtomicTNode, in this order, when nothing is under way there: read what has arrived before looking
 * whether anything is under way; nothing of its own is due up to and including `until`; what had arrived
 * is handled. */
int64_t clockfile_arrived(struct clockfile *);
void clockfile_until(struct clockfile *, struct mono);
void clockfile_handled(struct clockfile *, int64_t arrived);

/* What a simulation wants to go wrong with its AtomicTNode: the owner tells it, the AtomicTNode reads it. Nobody is told
 * anything when an owner begins. */
enum clock_atn { ATN_IS_SOUND, ATN_IS_SILENT, ATN_REPEATS };
void clockfile_tell_atn(struct clockfile *, enum clock_atn);
enum clock_atn clockfile_told_atn(const struct clockfile *);

/* Owner: is there an AtomicTNode that is waited for? */
bool clockfile_followed(struct clockfile *);
/* Owner: may time leave `now`? Everything sent is taken and nothing of the AtomicTNode's is due. Settles
 * lost and hand-made messages by itself: more taken than sent is the new zero at once; what is missing
 * after a second of waiting is given up, and the AtomicTNode is not waited for until it shows life. */
bool clockfile_settled(struct clockfile *, struct mono now, int64_t real_now_ms);
/* Owner: wait for a change of counters, of `until`, or a wake, since the last clockfile_settled; at most
 * real_ms. */
void clockfile_wait_settled(struct clockfile *, int real_ms);

#endif
