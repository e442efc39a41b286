/* SPDX-License-Identifier: MIT */
/* msg.h: everything one actor can say to another: plain values, copied, at most 256 bytes, no pointers.
 *
 * The runtime stamps `now`, `clock`, `clock_trusted` and `random` when it delivers a message; senders leave
 * them alone. Nodes, channels and relays are indexes of struct house and struct settings. */
#ifndef SPACEHEAT_MSG_H
#define SPACEHEAT_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/house.h"
#include "spaceheat/names.h"
#include "spaceheat/uuid.h"
#include "spaceheat/when.h"

enum { MAX_SENSOR_BUSES = 8 };

enum address {
	TO_NOBODY,
	TO_SCADA,
	TO_HISTORY,
	TO_UPLINK,
	TO_RELAY,
	TO_METER,
	TO_ATN,
	TO_SENSOR_0,
	TO_SENSOR_LAST = TO_SENSOR_0 + MAX_SENSOR_BUSES - 1,
	TO_LOG,			/* no actor: the runtime's log sink */
	TO_CONTROL,
	TO_PLANNER,
	N_ADDRESSES,
};

enum msg_type {
	/* from the runtime */
	MSG_TICK,		/* the wake-up the actor asked for */
	MSG_FLUSH,		/* once a real second, to actors that asked for it: write what waits */
	MSG_STOP,		/* finish what is under way; the last message an actor gets */
	/* log sink, and with MSG_EVENT the history's event table too */
	MSG_LOG,
	MSG_EVENT,
	/* sensor, meter -> scada -> history */
	MSG_READING,		/* one look at a channel */
	MSG_READINGS,		/* several, of one instant */
	MSG_KEEP,		/* a reading to keep and report */
	MSG_KEEP_COMMAND,	/* a relay was commanded */
	/* scada <-> relay */
	MSG_WANT, MSG_ANSWER, MSG_RELAY_EVENT, MSG_GUARD_READING, MSG_GUARD_READINGS,
	/* net port -> scada: commands that passed checks 1 to 11, and refusals of those that did not */
	MSG_REFUSED, MSG_DISPATCH, MSG_OFFER, MSG_BEAT, MSG_END, MSG_REPORT_ACK, MSG_SNAPSHOT_REQUEST,
	/* net port -> uplink (-> scada, history) */
	MSG_LINK, MSG_PUBACK,
	/* scada -> uplink: what to send */
	MSG_SEND_ANSWER, MSG_SEND_BEAT, MSG_SEND_REPORT, MSG_SEND_RESULT, MSG_SEND_POWER, MSG_SEND_COPY,
	/* history, scada -> uplink: an encoded message in a pool buffer */
	MSG_SEND_BUFFER,
	/* uplink -> history */
	MSG_SENT, MSG_ACKED,
	/* scada -> history, uplink */
	MSG_MODE,
	MSG_HEARD,	/* a beat of the AtomicTNode that echoes one of ours */
	/* scada <-> history: store first */
	MSG_STORE, MSG_STORED, MSG_STORE_FAILED,
	/* net port -> AtomicTNode */
	MSG_SCADA_ANSWER, MSG_SCADA_BEAT, MSG_SCADA_REPORT, MSG_SCADA_RESULT, MSG_SCADA_POWER,
	MSG_SCADA_STATUS, MSG_SCADA_SNAPSHOT, MSG_SCADA_STATE,
	/* history -> scada: how many statuses are owed */
	MSG_OWED,
	/* anybody -> scada: a line that begins or ends an alert */
	MSG_ALARM,
	/* scada -> uplink; net port -> AtomicTNode */
	MSG_SEND_ALERT, MSG_SCADA_ALERT,
	/* control socket -> scada, uplink, history, which tell what they know; all by way of the control actor */
	MSG_QUERY, MSG_VIEW, MSG_UPLINK_VIEW, MSG_HISTORY_VIEW,
	/* control socket -> scada: what a person asks for, and what became of it */
	MSG_OPERATOR, MSG_OPERATOR_ANSWER,
	/* scada, uplink -> control: something changed that people follow */
	MSG_NEWS,
	/* scada -> relay: a person resets what the guard has locked */
	MSG_RESET,
	/* supervisor -> scada: LocalControl only, until it is taken back (SF-24) */
	MSG_SAFE_MODE,
	/* net port -> scada: an energy instruction */
	MSG_INSTRUCTION,
	/* scada -> planner: the house as it is; planner to itself: the next slice; planner -> scada: what to do when */
	MSG_HEAT, MSG_PLAN_WORK, MSG_PLAN,
	/* net port -> scada -> planner: what the AtomicTNode foretells; planner -> scada: what it makes of all it was told */
	MSG_WEATHER, MSG_PRICES, MSG_OUTLOOK,
	/* planner -> history: what the hours that are just over cost */
	MSG_PAID,
	/* daemon -> planner: settings were read anew */
	MSG_RELOADED,
	/* net port -> scada -> history: statuses the AtomicTNode has; what it wants in more detail */
	MSG_STATUS_ACK, MSG_HISTORY_REQUEST,
	/* control socket -> history, which answers into the box that goes with it */
	MSG_ARCHIVE, MSG_ARCHIVE_DONE,
	N_MSG_TYPES,
};

enum { LOG_TEXT = 176, LINK_TEXT = 144, ABOUT_SIZE = ALIAS_SIZE, FIELD_SIZE = 64 };

struct msg_log {
	uint8_t level, code;	/* enum log_level, enum log_code */
	int16_t node;		/* or NO_NODE */
	int32_t value;		/* of an event: relay state, mode, diagnostic ... */
	char text[LOG_TEXT];	/* "text (key=value) - action" */
};

struct msg_reading {
	int32_t channel;
	enum quality quality;
	int64_t code;		/* the device's own; valid only when quality is GOOD */
	struct mono at;		/* when it was read */
	struct wall tick;	/* its time for all records: the scheduled tick, or the moment if over 1 s off */
	bool has_register;	/* of a meter that counts energy itself */
	int64_t register_wh;
};

enum { READINGS_MOST = 22, GUARD_READINGS_MOST = 16 };
struct msg_brief { int32_t code; int16_t channel; uint8_t quality; };
struct msg_readings { struct mono at; struct wall tick; int32_t n; struct msg_brief list[READINGS_MOST]; };

struct msg_keep { int32_t channel; int64_t code; struct wall tick; };
struct msg_keep_command { int32_t node; bool on; struct wall at; };

struct msg_want { uint8_t relay, on, rank, by; uint32_t seq; int32_t lease_ms; };
struct msg_answer { uint8_t relay, on, result, renewal, read_back; uint32_t seq; int32_t held_for_ms; };
struct msg_relay_event { uint8_t kind, relay, on, role; int32_t value; char text[40]; uint8_t source; };
struct msg_guard_reading { uint8_t role, source, quality; int32_t value_mc, age_ms; };
struct msg_guard_readings { int32_t n; struct msg_guard_reading list[GUARD_READINGS_MOST]; };

struct msg_refused {
	enum diag diag;
	char type[48];		/* second word of the topic, control bytes escaped */
	char field[FIELD_SIZE];
};

struct msg_dispatch {
	int64_t send_ms;
	struct uuid contract, message;
	bool has_contract, has_message, on;
	char about[ABOUT_SIZE];
};

struct msg_offer {
	struct uuid contract, replaces;
	int64_t start_s, end_s, send_ms;
	uint64_t beat;
	int32_t max_power_w;	/* -1 = not given */
	bool acks_status, has_replaces;
};

enum atn_wants { WANTS_REMOTE, WANTS_LOCAL };

struct msg_beat { struct uuid contract; uint64_t beat, echo; int64_t send_ms; enum atn_wants wants; };
struct msg_end { struct uuid contract; int64_t send_ms; char cause[FIELD_SIZE]; };
struct msg_report_ack { struct uuid contract, uid; int64_t send_ms; };
struct msg_snapshot_request { bool send; };

/* A known type whose capability is not built yet. */

/* Energy to use in a slot. */
struct msg_instruction {
	struct uuid contract, message;
	int64_t slot_start_s, send_ms;
	int32_t minutes, avg_w;
	bool has_message;
};

/* Hours from start_s on; one raw message becomes several, part 0 .. parts - 1. */
enum { FORECAST_PART = 24 };
struct msg_weather { int64_t start_s, send_ms; uint8_t n, part, parts; int16_t out_cc[FORECAST_PART];
	uint16_t wind_cms[FORECAST_PART], sun_w_m2[FORECAST_PART]; };
struct msg_prices { int64_t start_s, send_ms; uint8_t n, part, parts; int32_t usd_per_mwh_k[FORECAST_PART]; };	/* x 1000 */

struct msg_link { bool up; char reason[LINK_TEXT]; uint8_t code; };	/* code: enum log_code of what was lost; LOG_LINK when up */
struct msg_puback { int32_t token; };

struct msg_send_answer {
	struct uuid contract;
	uint64_t beat, echo;
	bool accepted;
	enum diag reason;	/* DIAG_NONE when accepted */
	enum contract_state state;
	enum control_mode mode;
};

struct msg_send_beat {
	struct uuid contract;
	uint64_t beat, echo;
	enum contract_state state;
	enum control_mode mode;
	enum cause cause;
	bool power_known;
	int32_t power_w;
	int64_t energy_wh, energy_estimated_wh, log_seq;
};

struct msg_send_report {
	struct uuid contract, uid;
	enum contract_outcome outcome;
	enum cause cause;
	int64_t start_s, end_s, energy_wh, energy_estimated_wh, remote_s, log_seq;
};

struct msg_send_result {
	enum diag diag;		/* DIAG_NONE: the guard decided */
	enum guard_result result;
	int64_t about_send_ms, held_until_ms, slot_start_s;	/* slot_start_s 0: about a relay */
	struct uuid message;
	bool has_message, on;
	char about[ABOUT_SIZE];
};

struct msg_send_power { int32_t power_w; };
struct msg_send_copy { int32_t node; bool on; };

enum { ALERT_TEXT = 160 };
struct msg_send_alert {
	struct uuid id;
	int64_t since_ms;
	int16_t node;
	uint8_t code, level;
	bool ended;
	char text[ALERT_TEXT];	/* "text - action" */
};

enum buffer_kind { BUFFER_STATUS, BUFFER_SNAPSHOT };
struct msg_send_buffer { int32_t buffer; uint32_t length; enum buffer_kind kind; struct uuid uid; };
struct msg_uid { struct uuid uid; bool ok; };

/* One raw message becomes several: part 0 .. parts - 1. */
enum { STATUS_ACKS = 8, CHANNEL_NAME = 128 };
struct msg_status_ack { int64_t send_ms; uint8_t n, part, parts; struct uuid uid[STATUS_ACKS]; };
/* standard: as enum store_tier. channel: an alias, or alias/TelemetryName; "" = all. */
struct msg_history_request {
	struct uuid contract;
	int64_t from_s, to_s, send_ms;
	uint8_t standard, part, parts;
	char channel[CHANNEL_NAME];
};

struct msg_mode {
	enum control_mode mode;
	enum cause cause;
	bool contract_live;
	bool acks_status;	/* the AtomicTNode acknowledges statuses itself */
};

/* A row of the contract book: what SF-34 wants on disk before anyone is told. */
struct contract_record {
	struct uuid id, replaces, report_uid;
	int64_t start_s, end_s, ended_ms;
	int64_t energy_mwh, energy_estimated_mwh, remote_ms, log_seq;
	int32_t max_power_w;
	uint8_t state, outcome, cause, acks_status, has_replaces;
	uint8_t sla_hold;	/* zones (bits) that must be warm again before a contract is honoured (SF-37) */
	uint8_t has_register;
	int64_t register_wh;	/* the meter's own register when energy_mwh was counted up to here */
	int64_t relays;		/* which relays the house had (contract_relays) */
};

/* Where a record stands in the book. An owed one has ended and its report is not acknowledged. A record of state None
 * leaves its place empty. */
enum { CONTRACT_NOW, CONTRACT_NEXT, CONTRACT_OWED, CONTRACT_MAX_OWED = 8,
	N_CONTRACT_PLACES = CONTRACT_OWED + CONTRACT_MAX_OWED };

struct contract_book { struct contract_record at[N_CONTRACT_PLACES]; };

/* One of `parts` records that are stored together or not at all; the last one is answered. 0 parts mean 1. */
struct msg_store { struct contract_record record; uint32_t seq; uint8_t place, part, parts; };
struct msg_stored { uint32_t seq; char reason[96]; };

struct msg_owed { int32_t count; };
struct msg_safe_mode { bool on; };

struct msg_scada_answer { struct uuid contract; uint64_t beat, echo; bool accepted; char reason[48]; };
struct msg_scada_beat { struct uuid contract; uint64_t beat, echo; enum contract_state state; enum control_mode mode;
	int64_t energy_wh; int32_t power_w; };
struct msg_scada_report { struct uuid contract, uid; enum contract_outcome outcome; int64_t energy_wh; };
struct msg_scada_result { int64_t about_send_ms; bool has_message, on; struct uuid message; char result[40];
	char about[ABOUT_SIZE]; };
struct msg_scada_power { int32_t power_w; };
struct msg_scada_status { struct uuid uid; int64_t slot_start_s; int32_t n_readings; };
/* One per reading of a snapshot that came in. */
struct msg_scada_snapshot { int64_t report_ms; int64_t value; enum telemetry_name name; char about[ABOUT_SIZE]; };
struct msg_scada_state { bool online; };
struct msg_scada_alert { bool ended; uint8_t level; char code[32], text[ALERT_TEXT - 32]; };

/* box: of struct view_boxes, lent to scada until its MSG_VIEW. explain: relay of settings.relays + 1, 0 = none. */
struct msg_query { uint32_t ticket; int32_t box; int32_t explain; };
/* Times are Unix ms, 0 = never. */
struct msg_uplink_view { uint32_t ticket; bool wanted, up; int64_t since_ms, last_ack_ms; uint64_t messages, bytes;
	char last_error[LINK_TEXT]; };
struct msg_archive { uint32_t ticket; };
/* -1 = not known. have_s: how far back each tier reaches; card: written to the card on this local day. */
enum { HISTORY_TIERS = 4 };
struct msg_history_view { uint32_t ticket; bool failing; int64_t db_bytes, have_s[HISTORY_TIERS], card_bytes_today;
	int32_t gaps[HISTORY_TIERS]; };

enum operator_verb { OPERATOR_DISPATCH, OPERATOR_AUTO, OPERATOR_HOLD, OPERATOR_HOLD_CANCEL, OPERATOR_RESET };
/* relay: of settings.relays, or -1: reset of a trip. */
struct msg_operator { uint32_t ticket, uid; enum operator_verb verb; int32_t relay, minutes, setpoint_mc;
	bool on, override; };
enum operator_verdict { OPERATOR_DONE, OPERATOR_GUARD_HOLDS, OPERATOR_NOT_IN_CONTROL, OPERATOR_OUT_OF_RANGE,
	OPERATOR_NOTHING_LOCKED, OPERATOR_STILL_HOT, OPERATOR_BUSY };
/* until_ms: end of the lease or hold it gave, or with NOT_IN_CONTROL of the contract; 0 = none. */
struct msg_operator_answer { uint32_t ticket; enum operator_verdict verdict; enum guard_result result;
	int64_t until_ms, held_until_ms; int32_t value_mc; };

enum news_kind { NEWS_MODE, NEWS_CONTRACT, NEWS_RELAY, NEWS_LINK };
struct msg_news {
	uint8_t kind, on, by, result;	/* on: of a relay, or the link */
	uint8_t mode, cause, state, outcome;
	int16_t node;
	struct uuid contract;
	char text[96];
};

struct msg_reset { int32_t relay; };	/* -1: the trip */

/* What the optimiser starts from. max_water_c: hottest water the source may meet. */
struct msg_heat { double tw_c, air_c, out_c, set_c, max_water_c, power_w; bool on, good, boost, power_known; };

enum { PLAN_QUARTERS = 192, PLAN_HOURS = 48 };

/* What the source should do in each quarter hour from start_s (Unix) on, and what is expected to come of it. */
struct msg_plan {
	struct mono made;	/* when the state was measured that it starts from */
	struct mono weather_made, prices_made;	/* MONO_NEVER: there are no prices */
	int64_t start_s;
	float cost_usd, energy_kwh, heat_usd_per_kwh;	/* of 48 h; what a kWh more in the store is worth now */
	float load_factor, cop_factor;	/* on the house's model, fitted over so many days */
	uint16_t fit_days;
	uint8_t weather_from;	/* enum weather_source; SENSOR: that of now, a little colder by and by */
	uint8_t guessed_hours;	/* whose price nobody said */
	uint8_t on[PLAN_QUARTERS / 8], boost[PLAN_QUARTERS / 8];	/* bit by bit */
	int8_t tw_half_c[PLAN_HOURS], out_half_c[PLAN_HOURS];	/* half degrees, at each hour from start_s on */
};

/* The weather to be expected, hour by hour from start_s (a whole hour) on. weather false: nobody foretells it. */
struct msg_outlook {
	bool weather;
	struct mono weather_made;
	int64_t start_s;
	int16_t out_cc[PLAN_HOURS];	/* hundredths of a degree */
	uint8_t wind_dms[PLAN_HOURS];	/* tenths of m/s */
};

enum { PAID_HOURS = 30, PAID_AHEAD = 2, PAID_UNKNOWN = INT32_MIN };

/* The price of each hour from start_s (a whole hour) on, as far as somebody said it: without distribution where the tariff is the
 * market's. */
struct msg_paid { int64_t start_s; int32_t micro_per_kwh[PAID_HOURS]; };

struct msg {
	enum msg_type type;
	enum address to, from;
	bool clock_trusted;
	bool more;			/* other mail waits behind it, and is stepped through next */
	struct mono now;
	struct wall clock;
	uint64_t random[2];
	union {
		struct msg_log log;
		struct msg_reading reading;
		struct msg_readings readings;
		struct msg_keep keep;
		struct msg_keep_command keep_command;
		struct msg_want want;
		struct msg_answer answer;
		struct msg_relay_event relay_event;
		struct msg_guard_reading guard_reading;
		struct msg_guard_readings guard_readings;
		struct msg_refused refused;
		struct msg_dispatch dispatch;
		struct msg_offer offer;
		struct msg_beat beat;
		struct msg_end end;
		struct msg_report_ack report_ack;
		struct msg_snapshot_request snapshot_request;
		struct msg_instruction instruction;
		struct msg_link link;
		struct msg_puback puback;
		struct msg_send_answer send_answer;
		struct msg_send_beat send_beat;
		struct msg_send_report send_report;
		struct msg_send_result send_result;
		struct msg_send_power send_power;
		struct msg_send_alert send_alert;
		struct msg_send_copy send_copy;
		struct msg_send_buffer send_buffer;
		struct msg_uid uid;
		struct msg_status_ack status_ack;
		struct msg_history_request history_request;
		struct msg_mode mode;
		struct msg_store store;
		struct msg_stored stored;
		struct msg_owed owed;
		struct msg_safe_mode safe_mode;
		struct msg_scada_answer scada_answer;
		struct msg_scada_beat scada_beat;
		struct msg_scada_report scada_report;
		struct msg_scada_result scada_result;
		struct msg_scada_power scada_power;
		struct msg_scada_status scada_status;
		struct msg_scada_snapshot scada_snapshot;
		struct msg_scada_state scada_state;
		struct msg_scada_alert scada_alert;
		struct msg_query query, view;
		struct msg_uplink_view uplink_view;
		struct msg_history_view history_view;
		struct msg_archive archive;
		struct msg_operator operator;
		struct msg_operator_answer operator_answer;
		struct msg_news news;
		struct msg_reset reset;
		struct msg_heat heat;
		struct msg_plan plan;
		struct msg_weather weather;
		struct msg_prices prices;
		struct msg_outlook outlook;
		struct msg_paid paid;
	};
};

_Static_assert(sizeof(struct msg) <= 256, "a message is at most 256 bytes");

#endif
