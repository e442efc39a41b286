/* SPDX-License-Identifier: MIT */
/* view.h: the house at one instant, for people: plain values; what is not known says so.
 *
 * Scada fills one on request, in a box that is lent to it by message (MSG_QUERY) and given back by message
 * (MSG_VIEW). Between the two nobody else looks into the box. */
#ifndef SPACEHEAT_VIEW_H
#define SPACEHEAT_VIEW_H

#include "spaceheat/house.h"
#include "spaceheat/msg.h"
#include "spaceheat/settings.h"

enum { VIEW_BOXES = 2 };

struct view_channel {
	enum quality quality;		/* STALE once a good reading is too old */
	int64_t value;			/* of the wire; valid only when quality is GOOD */
	int64_t mc;			/* the same in milli-degrees, of a temperature */
	int64_t age_ms;			/* since it was read; -1 = never */
	uint32_t errors;		/* readings since the start that were not good */
	enum quality last_error;	/* of those; QUALITY_GOOD = none yet */
};

struct view_relay {
	bool asked, on, wanted;		/* asked: since this start */
	enum relay_mover by, wanted_by;
	enum guard_result result;	/* the guard's last answer */
	enum relay_read_back read_back;	/* of its last half minute */
	int64_t since_ms;		/* Unix time of the last movement seen; 0 = none */
	int64_t held_until_ms;		/* 0 = not known, or not held */
	int64_t operator_until_ms;	/* end of an operator's lease; 0 = none */
	int32_t starts_1h;
	bool locked;			/* the guard has found something wrong that a person resets */
};

struct view_temperature { bool good; int64_t mc; };

/* Why a relay is what it is: the layers of SF-10, highest first. */
enum { VIEW_LAYERS = 8, VIEW_INPUTS = 8 };
enum view_ask { ASKS_NOTHING, ASKS_OFF, ASKS_ON };
struct view_input { char name[28], unit[8]; bool known, has_limit; double value, limit; };
struct view_layer {
	char name[24];
	enum view_ask asks;
	bool decides;
	struct view_input input[VIEW_INPUTS];
	int n_inputs;
	char text[160];
};
struct view_explain {
	int relay;			/* of settings.relays; -1: nobody asked */
	int64_t at_ms;
	bool past, known, on;		/* past: told from the events of the record */
	struct view_layer layer[VIEW_LAYERS];
	int n_layers;
	char next_change[160];
};

struct house_view {
	int64_t t_ms, uptime_ms;
	bool clock_trusted, link_up;
	enum control_mode mode;
	enum cause cause;
	struct contract_record contract;
	int64_t beat_age_ms;		/* since the last good beat; -1 = none in this contract */
	bool echo_ok;
	bool power_known;
	int32_t power_w;
	int64_t log_seq;
	int32_t owed;			/* statuses */
	struct view_channel channels[HOUSE_MAX_CHANNELS];
	struct view_relay relays[HOUSE_MAX_RELAYS];
	struct view_temperature zones[SETTINGS_MAX_ZONES], store[SETTINGS_MAX_STORE], supply, return_pipe, outdoor;
	int64_t setpoint_mc, hold_until_ms;	/* 0: nobody holds the setpoint */
	bool tripped;
	uint32_t refused;		/* messages, since the start */
	bool has_model, has_plan;	/* has_model: the house is heated by its model */
	const char *heats_by;		/* the level of the ladder, "Plan" ..; NULL: not decided yet */
	struct msg_plan plan;
	int64_t plan_age_ms;
	struct view_explain explain;
};

struct view_boxes { struct house_view box[VIEW_BOXES]; };

#endif
