/* SPDX-License-Identifier: MIT */
/* The messages of the dispatch contract (its section 2). */
#include "core/wire/field.h"

enum {
	OFFER_SHORTEST_S = 300,
	OFFER_LONGEST_S = 366 * 86400,
	OFFER_STEP_S = 60,
	INSTRUCTION_STEP_S = 300,
	ACKS_MAX = 64,
	FORECAST_MAX = 72,
	FORECAST_STEP_S = 3600,
};

#define WORD_ONLY(constant, word) word,
static const char *const state_words[] = { CONTRACT_STATES(WORD_ONLY) };
static const char *const mode_words[] = { CONTROL_MODES(WORD_ONLY) };
static const char *const cause_words[] = { CAUSES(WORD_ONLY) };
static const char *const outcome_words[] = { CONTRACT_OUTCOMES(WORD_ONLY) };
static const char *const severity_words[] = { LOG_LEVELS(WORD_ONLY) };
static const char *const wants_words[] = { "RemoteControl", "LocalControl" };	/* enum atn_wants */
static const char *const verdict_words[] = { "Accepted", "Refused" };
static const char *const presence_words[] = { "online", "offline", "stopping" };

static const struct words words_state = { "State", state_words, N_CONTRACT_STATES };
static const struct words words_mode = { "Mode", mode_words, N_CONTROL_MODES };
static const struct words words_cause = { "Cause", cause_words, N_CAUSES };
static const struct words words_outcome = { "Outcome", outcome_words, N_CONTRACT_OUTCOMES };
static const struct words words_severity = { "Severity", severity_words, N_LOG_LEVELS };
static const struct words words_wants = { "Wants", wants_words, 2 };
static const struct words words_verdict = { "Verdict", verdict_words, N_VERDICTS };
static const struct words words_presence = { "Presence", presence_words, N_PRESENCES };

#define HEAD(s)									\
	ALIAS(s, head.from_g_node_alias, "FromGNodeAlias"),			\
	UUID(s, head.from_g_node_id, "FromGNodeId"),				\
	ALIAS(s, head.to_g_node_alias, "ToGNodeAlias"),				\
	UNIX_MS(s, head.send_time_unix_ms, "SendTimeUnixMs")
#define SIG(s) TEXT(s, head.sig, "Sig", OPTIONAL(s, head.has_sig))

static const struct field dispatch_contract_offer_fields[] = {
	HEAD(dispatch_contract_offer),
	UUID(dispatch_contract_offer, contract_id, "ContractId"),
	UNIX_S(dispatch_contract_offer, start_unix_s, "StartUnixS"),
	UNIX_S(dispatch_contract_offer, end_unix_s, "EndUnixS"),
	BEAT(dispatch_contract_offer, beat, "Beat"),
	INT(dispatch_contract_offer, max_power_watts, "MaxPowerWatts", 0, INT32_MAX,
		OPTIONAL(dispatch_contract_offer, has_max_power_watts)),
	BOOLEAN(dispatch_contract_offer, acks_status, "AcksStatus",
		OPTIONAL(dispatch_contract_offer, has_acks_status)),
	UUID(dispatch_contract_offer, replaces, "Replaces", OPTIONAL(dispatch_contract_offer, has_replaces)),
	SIG(dispatch_contract_offer),
};

static bool offer_window_is_sound(const void *message, struct refusal *r)
{
	const struct dispatch_contract_offer *m = message;
	int64_t length_s = m->end_unix_s - m->start_unix_s;

	if (m->start_unix_s % OFFER_STEP_S != 0)
		return refuse(r, DIAG_OUT_OF_RANGE, "StartUnixS", "must be a multiple of 60 s");
	if (m->end_unix_s % OFFER_STEP_S != 0)
		return refuse(r, DIAG_OUT_OF_RANGE, "EndUnixS", "must be a multiple of 60 s");
	if (length_s < OFFER_SHORTEST_S || length_s > OFFER_LONGEST_S)
		return refuse(r, DIAG_OUT_OF_RANGE, "EndUnixS", "the contract must last 5 min to 366 days");
	return true;
}
WIRE(dispatch_contract_offer, "dispatch.contract.offer.100", dispatch_contract_offer_fields,
	.agrees = offer_window_is_sound,
	.axiom = "StartUnixS and EndUnixS are multiples of 60, 300 s to 366 days apart");

#define OF_SCADA OPTIONAL(dispatch_contract_beat, has_scada)

static const struct field dispatch_contract_beat_fields[] = {
	HEAD(dispatch_contract_beat),
	UUID(dispatch_contract_beat, contract_id, "ContractId"),
	BEAT(dispatch_contract_beat, beat, "Beat"),
	BEAT(dispatch_contract_beat, echo_beat, "EchoBeat"),
	WORD(dispatch_contract_beat, wants, "Wants", words_wants,
		OPTIONAL(dispatch_contract_beat, has_wants)),
	WORD(dispatch_contract_beat, state, "State", words_state, OF_SCADA),
	WORD(dispatch_contract_beat, mode, "Mode", words_mode, OF_SCADA),
	WORD(dispatch_contract_beat, cause, "Cause", words_cause, OF_SCADA),
	/* Absent: unknown (SF-85: never 0 for a silent meter). */
	INT(dispatch_contract_beat, power_w, "PowerW", INT32_MIN, INT32_MAX,
		OPTIONAL(dispatch_contract_beat, has_power_w)),
	COUNT(dispatch_contract_beat, energy_wh, "EnergyWh", OF_SCADA),
	COUNT(dispatch_contract_beat, energy_estimated_wh, "EnergyEstimatedWh", OF_SCADA),
	COUNT(dispatch_contract_beat, log_seq, "LogSeq", OF_SCADA),
	HASH(dispatch_contract_beat, log_head, "LogHead", OF_SCADA),
	SIG(dispatch_contract_beat),
};
WIRE(dispatch_contract_beat, "dispatch.contract.beat.100", dispatch_contract_beat_fields);

static const struct field dispatch_contract_end_fields[] = {
	HEAD(dispatch_contract_end),
	UUID(dispatch_contract_end, contract_id, "ContractId"),
	TEXT(dispatch_contract_end, cause, "Cause"),
	SIG(dispatch_contract_end),
};
WIRE(dispatch_contract_end, "dispatch.contract.end.100", dispatch_contract_end_fields);

static const struct field dispatch_contract_report_ack_fields[] = {
	HEAD(dispatch_contract_report_ack),
	UUID(dispatch_contract_report_ack, contract_id, "ContractId"),
	UUID(dispatch_contract_report_ack, uid, "Uid"),
	SIG(dispatch_contract_report_ack),
};
WIRE(dispatch_contract_report_ack, "dispatch.contract.report.ack.100", dispatch_contract_report_ack_fields);

static const struct field energy_instruction_fields[] = {
	HEAD(energy_instruction),
	UUID(energy_instruction, contract_id, "ContractId"),
	UNIX_S(energy_instruction, slot_start_unix_s, "SlotStartUnixS"),
	INT(energy_instruction, slot_duration_minutes, "SlotDurationMinutes", 5, 1440),
	INT(energy_instruction, avg_power_watts, "AvgPowerWatts", 0, INT32_MAX),
	UUID(energy_instruction, message_id, "MessageId", OPTIONAL(energy_instruction, has_message_id)),
	SIG(energy_instruction),
};

static bool slot_is_aligned(const void *message, struct refusal *r)
{
	const struct energy_instruction *m = message;

	if (m->slot_start_unix_s % INSTRUCTION_STEP_S == 0)
		return true;
	return refuse(r, DIAG_OUT_OF_RANGE, "SlotStartUnixS", "must be a multiple of 300 s");
}
WIRE(energy_instruction, "energy.instruction.100", energy_instruction_fields,
	.agrees = slot_is_aligned, .axiom = "SlotStartUnixS is a multiple of 300");

static const struct field status_ack_fields[] = {
	HEAD(status_ack),
	LIST_OF(status_ack, status_uids, n, "StatusUids", FIELD_UUID, .max_count = ACKS_MAX),
	SIG(status_ack),
};
WIRE(status_ack, "status.ack.100", status_ack_fields);

static const struct field history_request_fields[] = {
	HEAD(history_request),
	UUID(history_request, contract_id, "ContractId"),
	UNIX_S(history_request, from_unix_s, "FromUnixS"),
	UNIX_S(history_request, to_unix_s, "ToUnixS"),
	LIST_OF(history_request, channels, n, "Channels", FIELD_TEXT),
	WORD(history_request, standard, "Standard", words_standard),
	SIG(history_request),
};

static bool interval_is_sound(const void *message, struct refusal *r)
{
	const struct history_request *m = message;

	if (m->from_unix_s < m->to_unix_s)
		return true;
	return refuse(r, DIAG_OUT_OF_RANGE, "ToUnixS", "must be after FromUnixS");
}
WIRE(history_request, "history.request.100", history_request_fields,
	.agrees = interval_is_sound, .axiom = "FromUnixS < ToUnixS");

#define HOURLY(s, m, name, lo, hi)						\
	LIST_OF(s, m, n, name, FIELD_INT, .min = (lo), .max = (hi), .max_count = FORECAST_MAX)

static const struct field weather_forecast_fields[] = {
	HEAD(weather_forecast),
	UNIX_S(weather_forecast, start_unix_s, "StartUnixS"),
	HOURLY(weather_forecast, outdoor_c_times_100, "OutdoorCTimes100List", -9000, 6000),
	HOURLY(weather_forecast, wind_ms_times_100, "WindMsTimes100List", 0, 10000),
	HOURLY(weather_forecast, sun_w_per_m2, "SunWPerM2List", 0, 1500),
	SIG(weather_forecast),
};

static bool hours_are_sound(int64_t start_unix_s, int n, const char *list, struct refusal *r)
{
	if (start_unix_s % FORECAST_STEP_S != 0)
		return refuse(r, DIAG_OUT_OF_RANGE, "StartUnixS", "must be a multiple of 3600 s");
	return n > 0 || refuse(r, DIAG_OUT_OF_RANGE, list, "must hold 1 to 72 hours");
}

static bool weather_is_sound(const void *message, struct refusal *r)
{
	const struct weather_forecast *m = message;

	return hours_are_sound(m->start_unix_s, m->n, "OutdoorCTimes100List", r);
}
WIRE(weather_forecast, "weather.forecast.100", weather_forecast_fields,
	.agrees = weather_is_sound, .axiom = "hourly from StartUnixS on, a multiple of 3600; 1 to 72 hours");

static const struct field price_forecast_fields[] = {
	HEAD(price_forecast),
	UNIX_S(price_forecast, start_unix_s, "StartUnixS"),
	HOURLY(price_forecast, usd_per_mwh_times_1000, "UsdPerMwhTimes1000List", -10000000, 10000000),
	SIG(price_forecast),
};

static bool prices_are_sound(const void *message, struct refusal *r)
{
	const struct price_forecast *m = message;

	return hours_are_sound(m->start_unix_s, m->n, "UsdPerMwhTimes1000List", r);
}
WIRE(price_forecast, "price.forecast.100", price_forecast_fields,
	.agrees = prices_are_sound, .axiom = "hourly from StartUnixS on, a multiple of 3600; 1 to 72 hours");

static const struct field dispatch_contract_answer_fields[] = {
	HEAD(dispatch_contract_answer),
	UUID(dispatch_contract_answer, contract_id, "ContractId"),
	WORD(dispatch_contract_answer, verdict, "Verdict", words_verdict),
	TEXT(dispatch_contract_answer, reason, "Reason"),
	TEXT(dispatch_contract_answer, text, "Text"),
	WORD(dispatch_contract_answer, state, "State", words_state),
	WORD(dispatch_contract_answer, mode, "Mode", words_mode),
	BEAT(dispatch_contract_answer, beat, "Beat"),
	BEAT(dispatch_contract_answer, echo_beat, "EchoBeat"),
	SIG(dispatch_contract_answer),
};
WIRE(dispatch_contract_answer, "dispatch.contract.answer.100", dispatch_contract_answer_fields);

static const struct field dispatch_contract_report_fields[] = {
	HEAD(dispatch_contract_report),
	UUID(dispatch_contract_report, contract_id, "ContractId"),
	UUID(dispatch_contract_report, uid, "Uid"),
	WORD(dispatch_contract_report, outcome, "Outcome", words_outcome),
	WORD(dispatch_contract_report, cause, "Cause", words_cause),
	UNIX_S(dispatch_contract_report, start_unix_s, "StartUnixS"),
	UNIX_S(dispatch_contract_report, end_unix_s, "EndUnixS"),
	COUNT(dispatch_contract_report, energy_wh, "EnergyWh"),
	COUNT(dispatch_contract_report, energy_estimated_wh, "EnergyEstimatedWh"),
	COUNT(dispatch_contract_report, remote_s, "RemoteS"),
	COUNT(dispatch_contract_report, log_seq, "LogSeq"),
	HASH(dispatch_contract_report, log_head, "LogHead"),
	SIG(dispatch_contract_report),
};
WIRE(dispatch_contract_report, "dispatch.contract.report.100", dispatch_contract_report_fields);

static const struct field dispatch_result_fields[] = {
	HEAD(dispatch_result),
	ALIAS(dispatch_result, about_node_alias, "AboutNodeAlias", OPTIONAL(dispatch_result, has_about)),
	BIT(dispatch_result, relay_state, "RelayState", OPTIONAL(dispatch_result, has_about)),
	UNIX_S(dispatch_result, slot_start_unix_s, "SlotStartUnixS", OPTIONAL(dispatch_result, has_slot)),
	TEXT(dispatch_result, result, "Result"),
	TEXT(dispatch_result, text, "Text"),
	UNIX_MS(dispatch_result, about_send_time_unix_ms, "AboutSendTimeUnixMs"),
	UUID(dispatch_result, message_id, "MessageId", OPTIONAL(dispatch_result, has_message_id)),
	SIG(dispatch_result),
};

static bool result_is_about_one_thing(const void *message, struct refusal *r)
{
	const struct dispatch_result *m = message;

	if (m->has_about && m->has_slot)
		return refuse(r, DIAG_OUT_OF_RANGE, "SlotStartUnixS",
			"a result is about a relay or a slot, not both");
	if (!m->has_about && !m->has_slot)
		return refuse(r, DIAG_MISSING_FIELD, "AboutNodeAlias", "or SlotStartUnixS is required");
	return true;
}
WIRE(dispatch_result, "dispatch.result.100", dispatch_result_fields,
	.agrees = result_is_about_one_thing, .axiom = "about a relay or about a slot, not both");

static const struct field scada_alert_fields[] = {
	HEAD(scada_alert),
	UUID(scada_alert, id, "Id"),
	TEXT(scada_alert, code, "Code"),
	WORD(scada_alert, severity, "Severity", words_severity),
	TEXT(scada_alert, node, "Node"),
	TEXT(scada_alert, text, "Text"),
	TEXT(scada_alert, action, "Action"),
	UNIX_MS(scada_alert, since_unix_ms, "SinceUnixMs"),
	BOOLEAN(scada_alert, ended, "Ended"),
	SIG(scada_alert),
};
WIRE(scada_alert, "scada.alert.100", scada_alert_fields);

static const struct field scada_state_fields[] = {
	HEAD(scada_state),
	WORD(scada_state, state, "State", words_presence),
	TEXT(scada_state, version, "Version"),
	WORD(scada_state, mode, "Mode", words_mode, OPTIONAL(scada_state, has_mode)),
	UUID(scada_state, boot_id, "BootId"),
	SIG(scada_state),
};
WIRE(scada_state, "scada.state.100", scada_state_fields);
