/* SPDX-License-Identifier: MIT */
/* scada_heat.h: what the scada actor keeps for heating the house itself: the machine, the plan it may follow, and the
 * energy instructions of the contract. */
#ifndef ACTOR_SCADA_HEAT_H
#define ACTOR_SCADA_HEAT_H

#include "core/control/ally.h"
#include "core/control/house_heat.h"
#include "core/control/local_top.h"
#include "spaceheat/msg.h"
#include "spaceheat/zone.h"

enum { SCADA_DECIDE_MS = 60000, SCADA_MAX_SLOTS = 8 };

/* What the optimiser last said of the present step. */
struct scada_plan {
	bool present, on, boost;
	struct mono made;
	double covers_s, price_age_s, weather_age_s;
	double tw_c, out_c;		/* what it expects now */
};

/* One energy instruction. len_s 0: free. */
struct scada_slot {
	int64_t start_s, len_s, base_mwh;	/* base: of the contract's account when the slot began */
	int32_t avg_w;
	bool begun, warned, over;
};

struct scada_heat {
	const struct zone *zone;	/* NULL: UTC */
	struct house_heat machine;
	struct house_heat_house house;
	struct house_heat_inputs inputs;
	struct house_heat_result result;
	bool decided, freezing, level_known;
	struct mono next;
	uint64_t seen;			/* of what is decided upon at once */
	enum ladder_level level;
	struct msg_outlook outlook;	/* by the planner */
	bool has_plan;
	struct msg_plan told;		/* by the planner */
	struct scada_plan plan;		/* what it says of now */
	double store_kg;		/* water that holds as much heat as the store */
	struct scada_slot slots[SCADA_MAX_SLOTS];
	struct ally_answer ally;
	bool moved;			/* since the start; the last time for this cause: */
	enum local_cause cause;
	char told_wish[96];		/* where the wish comes from, as was told last */
	enum top_mode told_top;
	struct ally_slot ally_saw;
	bool allied, store_full;	/* allied: the ally gives the wish; store_full: and the house cannot take more */
};

#endif
