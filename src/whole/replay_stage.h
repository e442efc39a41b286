/* SPDX-License-Identifier: MIT */
/* replay_stage.h: local control alone on virtual time: the scada with its machines, the relay actor, the guard's rules and,
 * if asked for, the planner. Who opens it brings the readings; what was decided comes out as events. */
#ifndef WHOLE_REPLAY_STAGE_H
#define WHOLE_REPLAY_STAGE_H

#include "actor/planner.h"
#include "actor/relay.h"
#include "actor/scada.h"
#include "run/single.h"
#include "sim/guard_sim.h"
#include "whole/replay_record.h"

struct replay_stage;

struct replay_feed {
	void *self;
	/* Once a second, before anybody is woken: moves a plant, sets a machine right. */
	void (*second)(void *self, struct replay_stage *, struct mono, struct wall);
	/* Once a second, after the decision: says MSG_READING of that second. */
	void (*readings)(void *self, struct mono, struct wall, struct outbox *);
};

struct replay_stage {
	const struct house *house;
	struct settings settings;
	struct replay_feed feed;
	struct record_events *events;	/* HEAT and RELAY, of the caller */
	bool full;			/* out of memory for them */
	struct single *single;
	struct post post;
	struct pool pool;
	uint8_t relays[GUARD_MAX_RELAYS];
	struct guard_sim *guard;
	struct guard_port guard_port;
	struct scada scada;
	struct relay relay;
	struct planner planner;
	struct wall start;
};

/* All borrowed but the settings. It opens no file: a forecast of the weather is what planner_believe is told, wherever it came
 * from, unless weather.source is "sensor". NULL: see err. */
struct replay_stage *replay_stage_open(const struct house *, const struct settings *, const struct zone *,
	struct wall start, bool plan, struct replay_feed, struct record_events *, struct err *);
/* Up to that time, inclusive. */
void replay_stage_run_to(struct replay_stage *, struct wall until);
void replay_stage_close(struct replay_stage *);

#endif
