/* SPDX-License-Identifier: MIT */
/* local_top.h: what stands above the state tables: the top mode, and from where the wish to run comes. */
#ifndef CORE_CONTROL_LOCAL_TOP_H
#define CORE_CONTROL_LOCAL_TOP_H

#include <stdbool.h>
#include <stdint.h>

#define TOP_MODES(X) \
	X(TOP_NORMAL, "Normal") \
	X(TOP_BACKUP, "Backup") \
	X(TOP_BLIND, "Blind") \
	X(TOP_FREEZE, "Freeze") \
	X(TOP_STANDBY, "Standby")

#define LADDER_LEVELS(X) \
	X(LADDER_PLAN, "Plan") \
	X(LADDER_STALE_PLAN, "StalePlan") \
	X(LADDER_TOU, "Tou") \
	X(LADDER_THERMOSTAT, "Thermostat") \
	X(LADDER_BLIND, "Blind")

enum { TOP_BLIND_S = 300, TOP_SEEING_S = 60, TOP_COLD_S = 300, TOP_BACKUP_S = 14400 };

#define TOP_FIRST(constant, word) constant,
enum top_mode { TOP_MODES(TOP_FIRST) N_TOP_MODES };
enum ladder_level { LADDER_LEVELS(TOP_FIRST) N_LADDER_LEVELS };

struct top_inputs {
	bool freeze, standby, cold, onpeak, backup_allowed;
	int64_t blind_s, good_s, cold_crit_s, backup_s;
};

/* Ages in seconds; NAN when there is no such thing. dtw, dto: measured minus what the plan expects now. */
struct ladder_inputs {
	bool clock_ok;
	int64_t blind_s;
	double plan_age_s, covers_s, price_age_s, wx_age_s, dtw_k, dto_k;
};

enum top_mode top_next(enum top_mode, const struct top_inputs *);
enum ladder_level ladder_level(const struct ladder_inputs *);
const char *top_mode_name(enum top_mode);
const char *ladder_level_name(enum ladder_level);

#endif
