/* SPDX-License-Identifier: MIT */
/* rules.h: what a relay may do: state + event -> answer, moves and events; no clock, no I/O, no allocation.
 *
 * Used as it is by the guard process and by the simulator. Promises: a relay is energised only under a lease
 * (SF-11), every refusal has a name (SF-14), and nothing here moves a relay off its fail state by itself but
 * freeze protection, while it sees the cold (SF-18), and pump exercise, under a lease of its own. */
#ifndef GUARD_RULES_H
#define GUARD_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spaceheat/guard.h"

enum {
	RULES_SOURCES = 64,		/* sensors of one role that are told apart: source % 64 */
	RULES_MOVES = 30,		/* movements remembered per relay: the most that an hour may hold */
	RULES_READING_MS = 30000,	/* SF-16: a reading this old is no reading */
	RULES_HOUR_MS = 3600000,
	RULES_RETRY_MS = 1000,		/* after a driver failed */
	RULES_MAX_EVENTS = 12 * GUARD_MAX_RELAYS + 2 * 8,
	RULES_DRY_SENSORS = 3,		/* fewer do not tell how much heat a store took */
};

#define RULES_LONG_AGO (INT64_MIN / 2)

/* Why a relay is locked off. */
enum rules_lock { LOCK_DRY_FIRE, LOCK_NO_LOAD, LOCK_WELDED, N_RULES_LOCKS };

#define RULES_UNTIL_RESET INT64_MAX

/* What must survive a restart of the guard (SF-19), per relay. */
struct rules_memory {
	int64_t locked_until_ms[N_RULES_LOCKS];	/* a time past = not */
	int64_t moved_ms;		/* last movement */
	int64_t moves_ms[RULES_MOVES];	/* ring; of a heat pump its starts, of others every movement */
	uint32_t n_moves;		/* ever; the newest is at (n_moves - 1) % RULES_MOVES */
	uint32_t on;
	uint32_t no_loads;		/* in a row (SF-86) */
};

/* What the meter says of one relay since it moved last. */
struct rules_load {
	int64_t odd_ms;			/* since when it draws what it should not; RULES_LONG_AGO: not */
	int64_t calm_ms;		/* of a welded one: since when it draws nothing */
	int32_t before_w;		/* all heating, just before it moved */
	bool step_known, stepped;	/* before_w holds; the power has followed the relay */
	bool loaded;			/* has drawn its power in this run */
};

/* Why the guard itself holds a relay on. */
enum rules_own { OWN_NONE, OWN_FREEZE, OWN_EXERCISE };

struct rules_relay {
	struct guard_relay config;
	struct rules_memory memory;
	struct rules_memory before;	/* the last movement: what to go back to if the driver fails */
	int64_t lease_until_ms[N_GUARD_RANKS];	/* all for the present state; a time past = none */
	int64_t retry_ms;		/* not driven by the rules before this time */
	int64_t idle_ms;		/* since when a pump has not run */
	int64_t own_until_ms;		/* of an exercise */
	enum rules_own own;
	struct rules_load load;
	bool known;			/* memory came from this boot */
};

/* A limit that readings are held against. The trip is the one that latches. */
enum rules_watch { WATCH_TRIP, WATCH_STORE, WATCH_SUPPLY, WATCH_PIPE, WATCH_ZONE, N_RULES_WATCHES };

struct rules_stop {
	int64_t since_ms;
	uint32_t on, reset;		/* reset: somebody local has asked for it since */
};

/* The sensors that saw the heat of a stop and have not been released by a reading of their own since. */
struct rules_witness {
	uint64_t sources[N_GUARD_ROLES];
	int64_t heard_ms;		/* when one of them was heard last */
};

struct rules_reading {
	int64_t at_ms;
	int32_t value_mc;
	uint8_t beyond[N_RULES_WATCHES];	/* readings in a row beyond that limit, at most 2 */
	int64_t rise_ms;		/* what its rise is measured from (SF-17) */
	int32_t rise_mc;
	int32_t step_mc;		/* the largest upward step since then that no water makes; 0: none */
	uint8_t rises;			/* looks in a row at which it rose too fast */
};

/* A stretch in which elements heat the store and everything that goes in and out is known (SF-17). */
struct rules_stretch {
	int64_t since_ms, last_ms;	/* RULES_LONG_AGO = none */
	int64_t net_mj;			/* heat that must be in the store by now, millijoules */
	uint64_t sensors;		/* which */
	int64_t sum_mc;			/* of them, when it began */
};

struct guard_rules {
	struct guard_limits limits;
	struct rules_relay relays[GUARD_MAX_RELAYS];
	int n_relays;
	struct rules_stop stops[N_RULES_WATCHES];
	struct rules_witness witnesses[N_RULES_WATCHES];
	struct rules_reading readings[N_GUARD_ROLES][RULES_SOURCES];
	struct rules_stretch stretch;
	int64_t settled_ms;		/* the instant in which only readings came since time was applied; RULES_LONG_AGO: none */
};

/* What to do now, in order: drive the relays, then tell the events. At most one move per relay. */
struct rules_move { uint8_t relay; bool on; };
struct rules_out {
	int n_moves, n_events;
	struct rules_move moves[GUARD_MAX_RELAYS];
	struct guard_event events[RULES_MAX_EVENTS];
};

/* The compiled-in rails. False: `text` names the first value outside them. */
bool rules_rails(const struct guard_limits *, const struct guard_relay relays[], int n,
	char *text, size_t size);

/* Start: init, restore what is known of this boot, then start, which moves every relay to its fail state. */
void rules_init(struct guard_rules *, const struct guard_limits *, const struct guard_relay relays[], int n);
void rules_restore(struct guard_rules *, int relay, const struct rules_memory *, bool same_boot);
/* Of this boot or another one: a trip does not end because the power was cut; nor does a lock that waits
 * for a person. */
void rules_restore_trip(struct guard_rules *, const struct rules_stop *, bool same_boot, int64_t now_ms);
void rules_start(struct guard_rules *, int64_t now_ms, struct rules_out *);

/* Events. Each begins with an empty rules_out and applies everything that is due at now_ms. */
void rules_want(struct guard_rules *, int64_t now_ms, const struct guard_want *, struct guard_answer *,
	struct rules_out *);
void rules_reading(struct guard_rules *, int64_t now_ms, const struct guard_reading *, struct rules_out *);
void rules_reset(struct guard_rules *, int64_t now_ms, int which, struct rules_out *);
void rules_tick(struct guard_rules *, int64_t now_ms, struct rules_out *);
/* Ends all leases and forgets all readings: the service has gone, or has lost its clock. */
void rules_lapse(struct guard_rules *, int64_t now_ms, struct rules_out *);
/* The driver could not do that move of `out`: the relay is taken to be as it was, without a lease, and a
 * DRIVER event stands in the place of its MOVED. */
void rules_failed(struct guard_rules *, int64_t now_ms, int move, const char *why, struct rules_out *out);

/* That relay was read back as `found`, not as it was last driven (SF-87): it is driven again, but a heat
 * pump that has let go starts a new rest. */
void rules_read_back(struct guard_rules *, int64_t now_ms, int relay, bool found, struct rules_out *out);

/* When a lease or a reading ends next; INT64_MAX: nothing. */
int64_t rules_due_ms(const struct guard_rules *);

#endif
