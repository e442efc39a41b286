/* SPDX-License-Identifier: MIT */
/* alerts.h: what is wrong with the house right now, made of the log lines that say when it begins and when it is over.
 *
 * A line of level W, E or C begins an alert of its (code, node), an I line of that code ends it; an I line without a
 * node ends all of its code. A row per code says how long either must last before it counts, so that what comes and
 * goes is one alert (the table in codes.h). Each has one id from its beginning to its end. */
#ifndef CORE_CONTROL_ALERTS_H
#define CORE_CONTROL_ALERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/control/codes.h"
#include "spaceheat/msg.h"

enum {
	ALERTS_MAX = 64,
	ALERT_LINGER_MS = 60000,	/* an ended one is told again if the link was lost so soon after */
};

#define ALERT_STATES(X) \
	X(ALERT_FREE, "free") \
	X(ALERT_RISING, "rising") \
	X(ALERT_RAISED, "raised") \
	X(ALERT_FALLING, "falling") \
	X(ALERT_ENDED, "ended")

#define ALERT_EVENTS(X) \
	X(ALERT_E_BAD, "a bad line") \
	X(ALERT_E_GOOD, "a good line") \
	X(ALERT_E_TIME, "its time has passed")

#define ALERT_ACTIONS(X) \
	X(ALERT_DO_NOTHING, "-") \
	X(ALERT_DO_WAIT, "wait") \
	X(ALERT_DO_TELL, "tell") \
	X(ALERT_DO_BEGIN, "a new id; wait") \
	X(ALERT_DO_FORGET, "forget")

#define ALERT_FIRST(constant, words) constant,
enum alert_state { ALERT_STATES(ALERT_FIRST) N_ALERT_STATES };
enum alert_event { ALERT_EVENTS(ALERT_FIRST) N_ALERT_EVENTS };
enum alert_action { ALERT_ACTIONS(ALERT_FIRST) N_ALERT_ACTIONS };

struct alert_cell { bool legal; enum alert_state next; enum alert_action act; };
extern const struct alert_cell alert_table[N_ALERT_STATES][N_ALERT_EVENTS];

struct alert {
	enum alert_state state;
	enum log_code code;
	enum log_level level;
	int16_t node;
	bool told;			/* as it is now */
	uint32_t number;		/* from 1, in the order of their beginning */
	struct uuid id;
	struct wall since, heard, ended;	/* heard: the newest bad line */
	struct mono due;		/* when ALERT_E_TIME comes; MONO_NEVER */
	struct mono last;		/* the newest bad line */
	uint32_t count;			/* bad lines */
	char text[LOG_TEXT];		/* "text - action" */
};

/* for_people: all levels are told, and what has ended is kept until its place is needed. Else for the AtomicTNode: levels
 * E and C, and what has ended is kept until it was told. */
/* used: places from there on were never taken. */
struct alerts { struct alert list[ALERTS_MAX]; int used; uint32_t lost, n_ever; bool for_people; };

/* Whether such a line belongs here at all. */
bool alerts_concern(enum log_level, enum log_code);
/* `fresh_id`: the id of a new one. */
void alerts_hear(struct alerts *, const struct msg_log *, struct mono now, struct wall clock, struct uuid fresh_id);
void alerts_tick(struct alerts *, struct mono now, struct wall clock);
/* The next one that must be told of, raised or ended, marked as told; NULL: none. */
const struct alert *alerts_to_tell(struct alerts *);
/* The link is there again: it is told anew of all that stand, and of those that just ended. */
void alerts_tell_again(struct alerts *);
/* How many are raised and not over; the second: of one level. */
int alerts_count(const struct alerts *);
int alerts_count_level(const struct alerts *, enum log_level);
bool alert_is_raised(const struct alert *);	/* and not over */

#endif
