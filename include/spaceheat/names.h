/* SPDX-License-Identifier: MIT */
/* names.h: every closed list of words that people, files or the wire see, written once.
 *
 * Each list is an X macro X(CONSTANT, "Word"); the enum is made here, the words by core/names.c.
 * Sources: dispatch-contract (states, modes, causes), safety-and-faults (results, diagnostics, qualities). */
#ifndef SPACEHEAT_NAMES_H
#define SPACEHEAT_NAMES_H

#define CONTRACT_STATES(X) \
	X(CONTRACT_NONE, "None") \
	X(CONTRACT_PENDING, "Pending") \
	X(CONTRACT_LIVE, "Live") \
	X(CONTRACT_ENDED, "Ended")

#define CONTROL_MODES(X) \
	X(LOCAL_CONTROL, "LocalControl") \
	X(REMOTE_CONTROL, "RemoteControl") \
	X(OPERATOR_CONTROL, "Operator")

/* Why the control mode is what it is, and why a contract ended. */
#define CAUSES(X) \
	X(CAUSE_NONE, "None") \
	X(CAUSE_OPERATOR, "Operator") \
	X(CAUSE_NO_CONTRACT, "NoContract") \
	X(CAUSE_SAFE_MODE, "SafeMode") \
	X(CAUSE_CLOCK_NOT_TRUSTED, "ClockNotTrusted") \
	X(CAUSE_BLIND, "Blind") \
	X(CAUSE_NO_BEAT, "NoBeat") \
	X(CAUSE_BEAT_LOST, "BeatLost") \
	X(CAUSE_ATN_WANTS_LOCAL, "AtnWantsLocal") \
	X(CAUSE_DISPATCH, "Dispatch") \
	X(CAUSE_INSTRUCTION, "Instruction") \
	X(CAUSE_NO_INSTRUCTION, "NoInstruction") \
	X(CAUSE_STORE_FULL, "StoreFull") \
	X(CAUSE_END_OF_CONTRACT, "EndOfContract") \
	X(CAUSE_ATN_ENDED, "AtnEnded") \
	X(CAUSE_SLA_BREACH, "SlaBreach") \
	X(CAUSE_NODE_REMOVED, "NodeRemoved") \
	X(CAUSE_RESTART, "Restart")

#define CONTRACT_OUTCOMES(X) \
	X(OUTCOME_NONE, "None") \
	X(OUTCOME_COMPLETED, "Completed") \
	X(OUTCOME_BY_ATN, "TerminatedByAtn") \
	X(OUTCOME_BY_SCADA, "TerminatedByScada") \
	X(OUTCOME_UNKNOWN, "CompletedUnknownOutcome")

/* The guard's answer to a request (SF-14), in no order of rank. */
#define GUARD_RESULTS(X) \
	X(GUARD_DONE, "Done") \
	X(GUARD_HELD_MIN_OFF, "HeldByMinOff") \
	X(GUARD_HELD_MIN_ON, "HeldByMinOn") \
	X(GUARD_HELD_RATE, "HeldByRate") \
	X(GUARD_HELD_CEILING, "HeldByCeiling") \
	X(GUARD_HELD_FREEZE, "HeldByFreeze") \
	X(GUARD_HELD_MISSING_DATA, "HeldByMissingData") \
	X(GUARD_HELD_LOCKOUT, "HeldByLockout") \
	X(GUARD_DRIVER_ERROR, "DriverError")

/* Why a message was refused (SF section 5). The number is the check that found it. */
#define DIAGNOSTICS(X) \
	X(DIAG_NONE, "None", 0) \
	X(DIAG_TOO_LARGE, "TooLarge", 1) \
	X(DIAG_RETAINED_COMMAND, "RetainedCommand", 3) \
	X(DIAG_RATE_LIMITED, "RateLimited", 4) \
	X(DIAG_BAD_ENCODING, "BadEncoding", 5) \
	X(DIAG_TOO_DEEP, "TooDeep", 6) \
	X(DIAG_MALFORMED_JSON, "MalformedJson", 7) \
	X(DIAG_DUPLICATE_KEY, "DuplicateKey", 8) \
	X(DIAG_PAYLOAD_NOT_IMPLEMENTED, "PayloadNotImplemented", 9) \
	X(DIAG_UNSUPPORTED_VERSION, "UnsupportedVersion", 9) \
	X(DIAG_MISSING_FIELD, "MissingField", 10) \
	X(DIAG_WRONG_TYPE, "WrongType", 10) \
	X(DIAG_BAD_ALIAS, "BadAlias", 10) \
	X(DIAG_BAD_FORMAT, "BadFormat", 10) \
	X(DIAG_OUT_OF_RANGE, "OutOfRange", 10) \
	X(DIAG_WRONG_SENDER, "WrongSender", 11) \
	X(DIAG_NOT_FOR_ME, "NotForMe", 11) \
	X(DIAG_TOPIC_MISMATCH, "TopicMismatch", 11) \
	X(DIAG_UNSIGNED, "Unsigned", 12) \
	X(DIAG_BAD_SIGNATURE, "BadSignature", 12) \
	X(DIAG_FROM_FUTURE, "FromFuture", 13) \
	X(DIAG_STALE, "Stale", 13) \
	X(DIAG_CLOCK_NOT_TRUSTED, "ClockNotTrusted", 13) \
	X(DIAG_OUT_OF_ORDER, "OutOfOrder", 13) \
	X(DIAG_DUPLICATE, "Duplicate", 13) \
	X(DIAG_NO_CONTRACT, "NoContract", 14) \
	X(DIAG_NOT_IN_CONTROL, "NotInControl", 14) \
	X(DIAG_CONTRACT_MISMATCH, "ContractMismatch", 14) \
	X(DIAG_CONTRACT_EXPIRED, "ContractExpired", 14) \
	X(DIAG_CONTRACT_TOO_EARLY, "ContractTooEarly", 14) \
	X(DIAG_CONTRACT_CONFLICT, "ContractConflict", 14) \
	X(DIAG_CONTRACT_OVERLAP, "ContractOverlap", 14) \
	X(DIAG_OVER_NAMEPLATE, "OverNameplate", 14) \
	X(DIAG_OVERRUN, "Overrun", 14) \
	X(DIAG_SLA_HOLD, "SlaHold", 14) \
	X(DIAG_STORAGE_UNAVAILABLE, "StorageUnavailable", 14) \
	X(DIAG_MIS_ECHOED, "MisEchoed", 14) \
	X(DIAG_UNKNOWN_NODE, "UnknownNode", 14) \
	X(DIAG_NODE_NOT_BOOLEAN_ACTUATOR, "DispatchNodeNotBooleanActuator", 14)

/* SF-80. Only GOOD is acted on. */
#define QUALITIES(X) \
	X(QUALITY_UNKNOWN, "unknown") \
	X(QUALITY_GOOD, "good") \
	X(QUALITY_STALE, "stale") \
	X(QUALITY_OPEN, "open") \
	X(QUALITY_SHORT, "short") \
	X(QUALITY_IMPLAUSIBLE, "implausible") \
	X(QUALITY_STUCK, "stuck") \
	X(QUALITY_CRC, "crc")

/* Who asked for the present state of a relay. */
#define RELAY_MOVERS(X) \
	X(BY_GUARD, "guard") \
	X(BY_LOCAL, "local") \
	X(BY_ALLY, "ally") \
	X(BY_ATN, "atn") \
	X(BY_OPERATOR, "operator") \
	X(BY_TEST, "test")

#define RELAY_KINDS(X) \
	X(RELAY_ELEMENT, "element") \
	X(RELAY_HEAT_PUMP, "heat_pump") \
	X(RELAY_PUMP, "pump") \
	X(RELAY_VALVE, "valve") \
	X(RELAY_OTHER, "other")

#define FAIL_STATES(X) \
	X(FAIL_OPEN, "open") \
	X(FAIL_HANDBACK, "handback")

/* Resistors of a GPIO line. */
#define LINE_BIASES(X) \
	X(LINE_BIAS_AS_IS, "as-is") \
	X(LINE_BIAS_NONE, "disabled") \
	X(LINE_BIAS_PULL_UP, "pull-up") \
	X(LINE_BIAS_PULL_DOWN, "pull-down")

/* TelemetryName of the 2022 protocol: X(CONSTANT, "Word", "symbol"). */
#define TELEMETRY_NAMES(X) \
	X(TELEMETRY_POWER_W, "PowerW", "af39eec9") \
	X(TELEMETRY_WATER_TEMP_F, "WaterTempFTimes1000", "793505aa") \
	X(TELEMETRY_GPM_TIMES_10, "GallonsPerMinuteTimes10", "329a68c0") \
	X(TELEMETRY_GPM_TIMES_100, "WaterFlowGpmTimes100", "d70cce28") \
	X(TELEMETRY_WATER_TEMP_C, "WaterTempCTimes1000", "c89d0ba1") \
	X(TELEMETRY_RELAY_STATE, "RelayState", "5a71d4b3") \
	X(TELEMETRY_CURRENT_UA, "CurrentRmsMicroAmps", "ad19e79c")

#define LOG_LEVELS(X) \
	X(LEVEL_CRITICAL, "C") \
	X(LEVEL_ERROR, "E") \
	X(LEVEL_WARNING, "W") \
	X(LEVEL_INFO, "I") \
	X(LEVEL_DEBUG, "D")

/* Codes of log lines and events: stable, listed in docs/codes.md. X(CONSTANT, "CODE"). */
#define LOG_CODES(X) \
	X(LOG_BOOT, "BOOT") \
	X(LOG_ACTOR_LATE, "ACTOR_LATE") \
	X(LOG_ACTOR_DEAD, "ACTOR_DEAD") \
	X(LOG_MODE, "MODE") \
	X(LOG_CONTRACT, "CONTRACT") \
	X(LOG_BEAT_LATE, "BEAT_LATE") \
	X(LOG_BEAT_LOST, "BEAT_LOST") \
	X(LOG_RELAY, "RELAY") \
	X(LOG_HELD, "HELD") \
	X(LOG_REFUSED, "REFUSED") \
	X(LOG_SENSOR, "SENSOR") \
	X(LOG_BLIND, "BLIND") \
	X(LOG_METER, "METER") \
	X(LOG_LINK, "LINK") \
	X(LOG_AUTH, "AUTH") \
	X(LOG_SUB_REFUSED, "SUB_REFUSED") \
	X(LOG_ID_IN_USE, "ID_IN_USE") \
	X(LOG_TLS, "TLS") \
	X(LOG_UNSIGNED_OK, "UNSIGNED_OK") \
	X(LOG_STORE, "STORE") \
	X(LOG_GAP, "GAP") \
	X(LOG_CLOCK, "CLOCK") \
	X(LOG_CONFIG, "CONFIG") \
	X(LOG_DRIVER, "DRIVER") \
	X(LOG_CEILING, "CEILING") \
	X(LOG_TRIP, "TRIP") \
	X(LOG_STATUS, "STATUS") \
	X(LOG_SEND, "SEND") \
	X(LOG_FREEZE, "FREEZE") \
	X(LOG_DRY_FIRE, "DRY_FIRE") \
	X(LOG_NO_LOAD, "NO_LOAD") \
	X(LOG_WELDED, "WELDED") \
	X(LOG_SLA_BREACH, "SLA_BREACH") \
	X(LOG_OPERATOR, "OPERATOR") \
	X(LOG_SAFE_MODE, "SAFE_MODE") \
	X(LOG_RELOAD, "RELOAD") \
	X(LOG_TEST, "TEST") \
	X(LOG_COMFORT_LOW, "COMFORT_LOW") \
	X(LOG_CAPACITY_SHORT, "CAPACITY_SHORT") \
	X(LOG_SHORT_CYCLE, "SHORT_CYCLE") \
	X(LOG_NO_FLOW, "NO_FLOW") \
	X(LOG_TEST_MODE, "TEST_MODE") \
	X(LOG_CERT, "CERT") \
	X(LOG_OVERRUN, "OVERRUN") \
	X(LOG_OUTBOX, "OUTBOX") \
	X(LOG_DISK_LOW, "DISK_LOW") \
	X(LOG_CARD_WRITES, "CARD_WRITES") \
	X(LOG_UNDERVOLTAGE, "UNDERVOLTAGE") \
	X(LOG_CONFIG_PARTIAL, "CONFIG_PARTIAL") \
	X(LOG_HEAT, "HEAT") \
	X(LOG_PLAN, "PLAN") \
	X(LOG_FORECAST, "FORECAST")

/* Why the record has a gap. */
#define GAP_CAUSES(X) \
	X(GAP_POWER_OFF, "power_off") \
	X(GAP_SENSOR, "sensor") \
	X(GAP_STORAGE, "storage") \
	X(GAP_CLOCK, "clock") \
	X(GAP_TOO_OLD, "too_old") \
	X(GAP_DROPPED, "dropped")

#define NAMES_X2(c, word) c,
#define NAMES_X3(c, word, extra) c,

enum contract_state { CONTRACT_STATES(NAMES_X2) N_CONTRACT_STATES };
enum control_mode { CONTROL_MODES(NAMES_X2) N_CONTROL_MODES };
enum cause { CAUSES(NAMES_X2) N_CAUSES };
enum contract_outcome { CONTRACT_OUTCOMES(NAMES_X2) N_CONTRACT_OUTCOMES };
enum guard_result { GUARD_RESULTS(NAMES_X2) N_GUARD_RESULTS };
/* What a relay's line or board says of it. UNKNOWN: it has nothing to read, or does not answer. */
enum relay_read_back { READ_BACK_UNKNOWN, READ_BACK_OFF, READ_BACK_ON };
enum diag { DIAGNOSTICS(NAMES_X3) N_DIAGNOSTICS };
enum quality { QUALITIES(NAMES_X2) N_QUALITIES };
enum relay_mover { RELAY_MOVERS(NAMES_X2) N_RELAY_MOVERS };
enum relay_kind { RELAY_KINDS(NAMES_X2) N_RELAY_KINDS };
enum line_bias { LINE_BIASES(NAMES_X2) N_LINE_BIASES };
enum fail_state { FAIL_STATES(NAMES_X2) N_FAIL_STATES };
enum telemetry_name { TELEMETRY_NAMES(NAMES_X3) N_TELEMETRY_NAMES };
enum log_level { LOG_LEVELS(NAMES_X2) N_LOG_LEVELS };
enum gap_cause { GAP_CAUSES(NAMES_X2) N_GAP_CAUSES };
enum log_code { LOG_CODES(NAMES_X2) N_LOG_CODES };

/* The word of a constant; "?" for a number outside the list. */
const char *contract_state_name(enum contract_state);
const char *control_mode_name(enum control_mode);
const char *cause_name(enum cause);
const char *contract_outcome_name(enum contract_outcome);
const char *guard_result_name(enum guard_result);
const char *diag_name(enum diag);
int diag_check(enum diag);	/* the number of the check in SF section 5 */
const char *quality_name(enum quality);
const char *relay_mover_name(enum relay_mover);
const char *relay_kind_name(enum relay_kind);
const char *fail_state_name(enum fail_state);
const char *telemetry_name_word(enum telemetry_name);
const char *telemetry_name_symbol(enum telemetry_name);
const char *log_level_name(enum log_level);
const char *log_code_name(enum log_code);
const char *gap_cause_name(enum gap_cause);

#endif
