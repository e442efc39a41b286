/* SPDX-License-Identifier: MIT */
/* local.h: how the house heats itself. Pure tables: a picture of the house becomes predicates, the first row of its
 * state table whose predicates hold says the next state and why, and a recipe says what the relays are in that state.
 *
 * Degrees C, Wh, seconds. Nothing here reads a clock or moves a relay: the caller asks the guard. */
#ifndef CORE_CONTROL_LOCAL_H
#define CORE_CONTROL_LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which table and recipes a house has. */
#define LOCAL_KINDS(X) \
	X(LOCAL_STORE, "HpStoreBuffer") \
	X(LOCAL_BUFFER, "HpBuffer") \
	X(LOCAL_ELEMENT, "ElementTank")

#define LOCAL_STATES(X) \
	X(HP_OFF_STORE_OFF, "HpOffStoreOff") \
	X(HP_ON_STORE_OFF, "HpOnStoreOff") \
	X(HP_ON_STORE_CHARGE, "HpOnStoreCharge") \
	X(HP_OFF_STORE_DISCHARGE, "HpOffStoreDischarge") \
	X(HEAT_PUMP_OFF, "HpOff") \
	X(HEAT_PUMP_ON, "HpOn") \
	X(ELEMENT_OFF, "ElementOff") \
	X(ELEMENT_ON, "ElementOn")

#define LOCAL_CAUSES(X) \
	X(LOCAL_NO_CAUSE, "") \
	X(LOCAL_BUFFER_EMPTY, "BufferEmpty") \
	X(LOCAL_STORE_NOT_READY, "StoreNotReady") \
	X(LOCAL_PLAN_ON, "PlanOn") \
	X(LOCAL_PLAN_OFF, "PlanOff") \
	X(LOCAL_COLD_DESPITE_PEAK, "ColdDespitePeak") \
	X(LOCAL_PEAK_START, "PeakStart") \
	X(LOCAL_PEAK_END, "PeakEnd") \
	X(LOCAL_STORE_CAN_HELP, "StoreCanHelp") \
	X(LOCAL_BUFFER_FULL, "BufferFull") \
	X(LOCAL_BUFFER_FULL_STORE_READY, "BufferFullStoreReady") \
	X(LOCAL_NO_PROGRESS, "NoProgress") \
	X(LOCAL_DEFROST, "Defrost") \
	X(LOCAL_CHARGE_LIMITED, "ChargeLimited") \
	X(LOCAL_STORE_READY, "StoreReady") \
	X(LOCAL_STORE_COLDER, "StoreColder") \
	X(LOCAL_STORE_EMPTY, "StoreEmpty") \
	X(LOCAL_TANK_COLD, "TankCold") \
	X(LOCAL_TANK_FULL, "TankFull") \
	X(LOCAL_BACKUP, "Backup") \
	X(LOCAL_FREEZE, "Freeze") \
	X(LOCAL_BLIND, "Blind") \
	X(LOCAL_STANDBY, "Standby")

/* What is true of a picture; the words are what `explain` prints. */
#define LOCAL_PREDICATES(X) \
	X(P_WANT, "want") \
	X(P_PLAN, "plan") \
	X(P_BUFFER_EMPTY, "BufferEmpty") \
	X(P_BUFFER_FULL, "BufferFull") \
	X(P_BUFFER_DONE, "BufferFull or (IdleStuck and Warm)") \
	X(P_BUFFER_COOLED, "buf_bot <= min(rswt, MaxEwtC) - PlanOnK") \
	X(P_STORE_COLDER, "StoreColder") \
	X(P_STORE_EMPTY, "StoreEmpty") \
	X(P_READY, "Ready") \
	X(P_LIMITED, "Limited") \
	X(P_STUCK, "Stuck") \
	X(P_IDLE_STUCK, "IdleStuck") \
	X(P_WARM, "Warm") \
	X(P_ZONE_COLD, "zone_cold") \
	X(P_FULL_LATCH, "full_latch") \
	X(P_DEFROST, "defrost") \
	X(P_TANK_NEARLY_FULL, "tank_top >= TankMaxC - 5") \
	X(P_TANK_FULL, "tank_top >= TankMaxC") \
	X(P_TANK_COLD, "tank_top < rswt") \
	X(P_TANK_VERY_COLD, "tank_top < rswt - 4") \
	X(P_TANK_WARM, "tank_top >= rswt + 3") \
	X(P_TANK_SHORT, "usable < 0.9 required") \
	X(P_TANK_ENOUGH, "usable >= required")

#define LOCAL_PARAMS(X) \
	X(max_ewt_c, "MaxEwtC", 65) X(min_on_s, "MinOnS", 600) X(min_off_s, "MinOffS", 300) \
	X(warm_up_s, "WarmUpS", 720) X(cold_k, "ColdK", 0.55) X(store_empty_wh, "StoreEmptyWh", 200) \
	X(colder_k, "ColderK", 3) X(buf_low_k, "BufLowK", 5.5) X(full_latch_s, "FullLatchS", 900) \
	X(no_progress_s, "NoProgressS", 1200) X(no_progress_k, "NoProgressK", 0.5) X(recharge_wh, "RechargeWh", 3000) \
	X(tank_max_c, "TankMaxC", 75) X(gap_factor, "GapFactor", 0.8) X(plan_on_k, "PlanOnK", 3) \
	X(buf_slack_k, "BufSlackK", 3) X(cold_clear_k, "ColdClearK", 0.3) X(lukewarm_k, "LukewarmK", 3) \
	X(backup_max_c, "BackupMaxC", 75) X(backup_end_c, "BackupEndC", 79)

#define LOCAL_FIRST(constant, word) constant,
#define LOCAL_FIELD(field, word, fallback) double field;
enum local_kind { LOCAL_KINDS(LOCAL_FIRST) N_LOCAL_KINDS };
enum local_state { LOCAL_STATES(LOCAL_FIRST) N_LOCAL_STATES };
enum local_cause { LOCAL_CAUSES(LOCAL_FIRST) N_LOCAL_CAUSES };
enum local_predicate { LOCAL_PREDICATES(LOCAL_FIRST) N_LOCAL_PREDICATES };

enum local_wish { WISH_ABSENT, WISH_OFF, WISH_ON };	/* of a plan or the ally */

struct local_params { LOCAL_PARAMS(LOCAL_FIELD) };

struct local_picture {
	double buf_top_c, buf_bot_c, store_top_c, tank_top_c, ewt_c;
	double rswt_c;			/* with heat pumps BufSlackK below what `usable` and `required` are reckoned at */
	double usable_wh, required_wh;
	double gain_k;			/* progress in this state; 99: too early to say */
	int64_t hp_on_s, state_s;
	enum local_wish plan;
	bool onpeak, zone_cold, defrost, full_latch, was_ready;
};

/* What the relays of the source are in a state. */
enum local_output { OUT_CHARGE, OUT_STOREPUMP, OUT_HP, OUT_ELEMENT, OUT_BACKUP, N_LOCAL_OUTPUTS };

struct local_row {
	enum local_state state, next;
	uint32_t must, must_not;	/* bits of enum local_predicate */
	enum local_cause cause, with_plan;	/* with_plan: in its place while a plan decides; none: the same */
};

struct local_table { const struct local_row *rows; int n; enum local_state start; };
struct local_choice { enum local_state next; enum local_cause cause; };

struct local_params local_params_default(void);
const struct local_table *local_table(enum local_kind);
/* Bit i is set when predicate i holds. */
uint32_t local_predicates(const struct local_params *, const struct local_picture *);
/* The first row that holds; the same state and no cause when none does. */
struct local_choice local_choose(enum local_kind, enum local_state, uint32_t predicates);
/* Which outputs are on in that state, as bits of enum local_output. */
unsigned int local_recipe(enum local_state);
/* Which outputs houses of that kind have. */
unsigned int local_outputs(enum local_kind);
bool local_source_on(enum local_state);
/* The state of that kind in which the source heats the house, or rests, and nothing else happens. */
enum local_state local_plain(enum local_kind, bool source_on);

const char *local_kind_name(enum local_kind);
const char *local_state_name(enum local_state);
const char *local_cause_name(enum local_cause);
const char *local_predicate_name(enum local_predicate);
const char *local_output_name(enum local_output);
/* The three tables as markdown; returns the length, at most size - 1. */
size_t local_print(char *out, size_t size);

#endif
