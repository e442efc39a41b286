/* SPDX-License-Identifier: MIT */
/* atn.h: the reference AtomicTNode: offers the house a contract, beats, asks, and charges the tank when power
 * is cheap. Promises: it never dispatches without a fresh beat of the SCADA that says RemoteControl, its
 * SendTimeUnixMs strictly increase, and after a restart it goes on with the contract its memo remembers. */
#ifndef ACTOR_ATN_H
#define ACTOR_ATN_H

#include "core/control/atn.h"
#include "spaceheat/actor.h"
#include "spaceheat/house.h"
#include "spaceheat/port.h"
#include "spaceheat/settings.h"
#include "spaceheat/sign.h"

/* The door to what outlives the program: atn.json of the state directory. load: false when there is none.
 * keep: false when it could not be written. */
struct atn_memo {
	void *self;
	bool (*load)(void *self, struct atn_memory *);
	bool (*keep)(void *self, const struct atn_memory *, struct err *);
};

/* Seconds to add to UTC for the house's local time at that moment. */
struct atn_zone { void *self; int (*utc_offset_s)(void *self, struct wall); };

/* Who foretells weather and prices; look NULL: nobody does. */
struct atn_foresight { void *self; bool (*look)(void *self, struct wall now, struct atn_forecast *); };

enum atn_manner {
	ATN_AUTO,
	ATN_MANUAL,	/* contract and beats, no dispatches */
};

struct atn {
	const struct house *house;
	const struct settings *settings;
	const struct net *net;
	const struct atn_memo *memo;
	const struct sign *sign;	/* NULL: messages go unsigned; main may set it */
	struct atn_zone zone;		/* of sim.start unless main sets another */
	int start_offset_s;
	struct atn_foresight foresight;	/* main may set it */
	struct mono next_forecast;	/* to be told: at each whole hour, and when the SCADA comes */
	enum atn_manner manner;
	struct atn_talk talk;
	struct atn_charge charge;
	struct atn_memory memory;
	char relay[ALIAS_SIZE], top[ALIAS_SIZE];	/* "" = this house has none */
	bool started, link_up, scada_away, memo_failed;
	bool top_known;
	int64_t top_mc;
	struct mono top_at, heard_at;
	enum control_mode scada_mode;
	int64_t last_send_ms;
	uint64_t drawn;			/* random numbers taken in this step */
	int64_t n_statuses, n_results;
	char refused_last[48];		/* the reason told last: a repeated refusal is told once */
};

/* All pointers are loans for the life of the actor. */
void atn_init(struct atn *, const struct house *, const struct settings *, const struct net *,
	const struct atn_memo *, enum atn_manner);
void atn_step(void *self, const struct msg *in, struct outbox *out);

#endif
