/* SPDX-License-Identifier: MIT */
/* types.h: every message type of the 2022 protocol and of the dispatch contract, as a plain struct with its
 * table.
 *
 * struct NAME is the TypeAlias without version, dots as underscores; NAME_wire its table. A list is a pointer
 * and a count: into the caller's arena after decoding, the caller's own arrays when encoding. Parallel lists
 * share one count. An optional member counts only when its has_... is true. */
#ifndef CORE_WIRE_TYPES_H
#define CORE_WIRE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/codec.h"
#include "spaceheat/house.h"
#include "spaceheat/msg.h"
#include "spaceheat/names.h"
#include "spaceheat/symbols.h"
#include "spaceheat/uuid.h"

enum {
	WIRE_TEXT = 201,	/* free text: 200 bytes and the end */
	WIRE_WORD = 64,		/* a word from an open list: reason, result, cause */
	WIRE_HASH = 65,
	WIRE_SIG = 96,
	WIRE_CHANNEL = 160,
};

/* Binary types. */
struct gs_pwr { int32_t power_w; };
struct gs_dispatch { bool relay_state; };

/* 2022: messages between the parties. */
struct gt_dispatch_boolean {
	char about_node_alias[ALIAS_SIZE], to_g_node_alias[ALIAS_SIZE], from_g_node_alias[ALIAS_SIZE];
	struct uuid from_g_node_id;
	bool relay_state;
	int64_t send_time_unix_ms;
	bool has_contract_id, has_message_id;
	struct uuid contract_id, message_id;
	bool has_sig;
	char sig[WIRE_SIG];
};

struct gt_dispatch_boolean_local {
	int64_t send_time_unix_ms;
	char from_node_alias[ALIAS_SIZE], about_node_alias[ALIAS_SIZE];
	bool relay_state;
};

struct gt_driver_booleanactuator_cmd {
	bool relay_state;
	char sh_node_alias[ALIAS_SIZE];
	int64_t command_time_unix_ms;
};

struct gt_sh_cli_atn_cmd {
	char from_g_node_alias[ALIAS_SIZE];
	bool send_snapshot;
	struct uuid from_g_node_id;
	bool has_sig;
	char sig[WIRE_SIG];
};

struct gt_sh_status_snapshot {
	int n;		/* of all three lists */
	const char (*about_node_alias_list)[ALIAS_SIZE];
	int64_t report_time_unix_ms;
	const int64_t *value_list;
	const enum telemetry_name *telemetry_name_list;
};

struct gt_sh_cli_scada_response {
	char from_g_node_alias[ALIAS_SIZE];
	struct uuid from_g_node_id;
	struct gt_sh_status_snapshot snapshot;
};

struct gt_sh_simple_telemetry_status {
	int n;
	const int64_t *value_list, *read_time_unix_ms_list;
	char sh_node_alias[ALIAS_SIZE];
	enum telemetry_name telemetry_name;
};

struct gt_sh_multipurpose_telemetry_status {
	char about_node_alias[ALIAS_SIZE], sensor_node_alias[ALIAS_SIZE];
	int n;
	const int64_t *value_list, *read_time_unix_ms_list;
	enum telemetry_name telemetry_name;
};

struct gt_sh_booleanactuator_cmd_status {
	char sh_node_alias[ALIAS_SIZE];
	int n;
	const bool *relay_state_command_list;
	const int64_t *command_time_unix_ms_list;
};

enum standard { STANDARD_EXACT, STANDARD_MINUTE, STANDARD_QUARTER, N_STANDARDS };

struct gt_sh_status {
	int64_t slot_start_unix_s, reporting_period_s;
	int n_simple, n_cmd, n_multipurpose;
	const struct gt_sh_simple_telemetry_status *simple_telemetry_list;
	const struct gt_sh_booleanactuator_cmd_status *booleanactuator_cmd_list;
	const struct gt_sh_multipurpose_telemetry_status *multipurpose_telemetry_list;
	char about_g_node_alias[ALIAS_SIZE], from_g_node_alias[ALIAS_SIZE];
	struct uuid from_g_node_id, status_uid;
	bool has_standard;
	enum standard standard;		/* absent = exact */
};

struct gt_sh_telemetry_from_multipurpose_sensor {
	int n;
	const char (*about_node_alias_list)[ALIAS_SIZE];
	const int64_t *value_list;
	int64_t scada_read_time_unix_ms;
	const enum telemetry_name *telemetry_name_list;
};

struct gt_telemetry {
	int64_t scada_read_time_unix_ms, value, exponent;
	enum telemetry_name name;
};

struct gt_heartbeat_a { char nothing; };

/* 2022: in-process configuration. */
struct gt_sensor_reporting_config {
	bool report_on_change;
	int64_t exponent, reporting_period_s, sample_period_s;
	bool has_async_report_threshold;
	double async_report_threshold;
	enum telemetry_name telemetry_name;
	enum unit unit;
};

struct gt_eq_reporting_config {
	bool report_on_change;
	int64_t exponent, sample_period_s;
	char sh_node_alias[ALIAS_SIZE];
	bool has_async_report_threshold;
	double async_report_threshold;
	enum unit unit;
	enum telemetry_name telemetry_name;
};

struct gt_powermeter_reporting_config {
	int64_t reporting_period_s, poll_period_ms;
	int n;
	const struct gt_eq_reporting_config *electrical_quantity_reporting_config_list;
	bool has_hw_uid;
	char hw_uid[WIRE_WORD];
};

/* 2022: entries of houses.json. */
struct gt_sh_node {
	struct uuid sh_node_id, component_id;
	char alias[ALIAS_SIZE];
	enum actor_class actor_class;
	enum role role;
	bool has_component_id, has_display_name, has_reporting_sample_period_s;
	char display_name[WIRE_TEXT];
	int64_t reporting_sample_period_s;
};

struct gt_boolean_actuator_cac {
	struct uuid component_attribute_class_id;
	int64_t typical_response_time_ms;
	bool has_display_name;
	char display_name[WIRE_TEXT];
	enum make_model make_model;
};

struct gt_electric_heater_cac {
	struct uuid component_attribute_class_id;
	bool has_display_name;
	char display_name[WIRE_TEXT];
	enum make_model make_model;
};

struct gt_electric_meter_cac {
	struct uuid component_attribute_class_id;
	bool has_display_name, has_default_baud, has_update_period_ms;
	char display_name[WIRE_TEXT];
	int64_t default_baud, update_period_ms;
	enum comm_interface local_comm_interface;
	enum make_model make_model;
};

struct gt_pipe_flow_sensor_cac {
	struct uuid component_attribute_class_id;
	bool has_display_name, has_comms_method;
	char display_name[WIRE_TEXT], comms_method[WIRE_WORD];
	enum make_model make_model;
};

struct gt_temp_sensor_cac {
	struct uuid component_attribute_class_id;
	int64_t exponent, typical_response_time_ms;
	bool has_display_name, has_comms_method;
	char display_name[WIRE_TEXT], comms_method[WIRE_WORD];
	enum telemetry_name telemetry_name;
	enum unit temp_unit;
	enum make_model make_model;
};

struct gt_boolean_actuator_component {
	struct uuid component_id, component_attribute_class_id;
	bool has_display_name, has_gpio, has_hw_uid;
	char display_name[WIRE_TEXT], hw_uid[WIRE_WORD];
	int64_t gpio;
};

/* The members of every component that has nothing of its own. */
#define PLAIN_COMPONENT(NAME)							\
	struct NAME {								\
		struct uuid component_id, component_attribute_class_id;		\
		bool has_display_name, has_hw_uid;				\
		char display_name[WIRE_TEXT], hw_uid[WIRE_WORD];		\
	}
PLAIN_COMPONENT(gt_electric_heater_component);

/* Driver, line and size of a pulse are ours: the types of 2022 have no place for them. */
#define SENSING_COMPONENT(NAME)							\
	struct NAME {								\
		struct uuid component_id, component_attribute_class_id;		\
		bool has_display_name, has_hw_uid, has_driver;			\
		char display_name[WIRE_TEXT], hw_uid[WIRE_WORD], driver[WIRE_WORD]; \
	}
SENSING_COMPONENT(gt_electric_meter_component);
SENSING_COMPONENT(gt_temp_sensor_component);

struct gt_pipe_flow_sensor_component {
	struct uuid component_id, component_attribute_class_id;
	bool has_display_name, has_hw_uid, has_driver, has_gpio, has_microliters_per_pulse;
	char display_name[WIRE_TEXT], hw_uid[WIRE_WORD], driver[WIRE_WORD];
	int64_t gpio, microliters_per_pulse;
};

/* The dispatch contract: what all its messages carry. */
struct wire_head {
	char from_g_node_alias[ALIAS_SIZE], to_g_node_alias[ALIAS_SIZE];
	struct uuid from_g_node_id;
	int64_t send_time_unix_ms;
	bool has_sig;
	char sig[WIRE_SIG];
};

enum verdict { VERDICT_ACCEPTED, VERDICT_REFUSED, N_VERDICTS };
enum presence { PRESENCE_ONLINE, PRESENCE_OFFLINE, PRESENCE_STOPPING, N_PRESENCES };

/* From the AtomicTNode. */
struct dispatch_contract_offer {
	struct wire_head head;
	struct uuid contract_id, replaces;
	int64_t start_unix_s, end_unix_s;
	uint64_t beat;
	bool has_max_power_watts, has_acks_status, has_replaces, acks_status;
	int32_t max_power_watts;
};

/* Both ways; the SCADA's beats alone have what has_scada covers, the AtomicTNode's alone may have Wants. */
struct dispatch_contract_beat {
	struct wire_head head;
	struct uuid contract_id;
	uint64_t beat, echo_beat;
	bool has_wants, has_scada;
	enum atn_wants wants;
	enum contract_state state;
	enum control_mode mode;
	enum cause cause;
	bool has_power_w;
	int32_t power_w;
	int64_t energy_wh, energy_estimated_wh, log_seq;
	char log_head[WIRE_HASH];
};

struct dispatch_contract_end {
	struct wire_head head;
	struct uuid contract_id;
	char cause[WIRE_WORD];
};

struct dispatch_contract_report_ack {
	struct wire_head head;
	struct uuid contract_id, uid;
};

struct energy_instruction {
	struct wire_head head;
	struct uuid contract_id;
	int64_t slot_start_unix_s;
	int32_t slot_duration_minutes, avg_power_watts;
	bool has_message_id;
	struct uuid message_id;
};

struct status_ack {
	struct wire_head head;
	int n;
	const struct uuid *status_uids;
};

struct history_request {
	struct wire_head head;
	struct uuid contract_id;
	int64_t from_unix_s, to_unix_s;
	int n;
	const char (*channels)[WIRE_CHANNEL];
	enum standard standard;
};

/* Hours from start on: temperature and wind at their start, the sun's mean. */
struct weather_forecast {
	struct wire_head head;
	int64_t start_unix_s;
	int n;
	const int32_t *outdoor_c_times_100, *wind_ms_times_100, *sun_w_per_m2;
};

/* The market's price of each hour from start on; distribution is not in it. */
struct price_forecast {
	struct wire_head head;
	int64_t start_unix_s;
	int n;
	const int32_t *usd_per_mwh_times_1000;
};

/* From the SCADA. */
struct dispatch_contract_answer {
	struct wire_head head;
	struct uuid contract_id;
	enum verdict verdict;
	char reason[WIRE_WORD], text[WIRE_TEXT];	/* reason: diag_name(), "None" when accepted */
	enum contract_state state;
	enum control_mode mode;
	uint64_t beat, echo_beat;
};

struct dispatch_contract_report {
	struct wire_head head;
	struct uuid contract_id, uid;
	enum contract_outcome outcome;
	enum cause cause;
	int64_t start_unix_s, end_unix_s, energy_wh, energy_estimated_wh, remote_s, log_seq;
	char log_head[WIRE_HASH];
};

/* About a relay (has_about) or about a slot (has_slot), one of them. */
struct dispatch_result {
	struct wire_head head;
	bool has_about, has_slot, relay_state;
	char about_node_alias[ALIAS_SIZE];
	int64_t slot_start_unix_s;
	char result[WIRE_WORD], text[WIRE_TEXT];	/* result: guard_result_name() or diag_name() */
	int64_t about_send_time_unix_ms;
	bool has_message_id;
	struct uuid message_id;
};

struct scada_alert {
	struct wire_head head;
	struct uuid id;
	char code[WIRE_WORD];
	enum log_level severity;
	char node[ALIAS_SIZE];		/* "-" = no node */
	char text[WIRE_TEXT], action[WIRE_TEXT];
	int64_t since_unix_ms;
	bool ended;
};

struct scada_state {
	struct wire_head head;
	enum presence state;
	char version[WIRE_WORD];
	bool has_mode;
	enum control_mode mode;
	struct uuid boot_id;
};

/* X(struct, "TypeAlias") of every type; the order of documents. */
#define WIRES(X) \
	X(gs_pwr, "gs.pwr.100") \
	X(gs_dispatch, "gs.dispatch.100") \
	X(gt_dispatch_boolean, "gt.dispatch.boolean.100") \
	X(gt_dispatch_boolean_local, "gt.dispatch.boolean.local.100") \
	X(gt_driver_booleanactuator_cmd, "gt.driver.booleanactuator.cmd.100") \
	X(gt_sh_cli_atn_cmd, "gt.sh.cli.atn.cmd.110") \
	X(gt_sh_cli_scada_response, "gt.sh.cli.scada.response.110") \
	X(gt_sh_status, "gt.sh.status.110") \
	X(gt_sh_status_snapshot, "gt.sh.status.snapshot.110") \
	X(gt_sh_telemetry_from_multipurpose_sensor, "gt.sh.telemetry.from.multipurpose.sensor.100") \
	X(gt_telemetry, "gt.telemetry.110") \
	X(gt_heartbeat_a, "gt.heartbeat.a.100") \
	X(gt_sh_simple_telemetry_status, "gt.sh.simple.telemetry.status.100") \
	X(gt_sh_multipurpose_telemetry_status, "gt.sh.multipurpose.telemetry.status.100") \
	X(gt_sh_booleanactuator_cmd_status, "gt.sh.booleanactuator.cmd.status.100") \
	X(gt_sensor_reporting_config, "gt.sensor.reporting.config.100") \
	X(gt_eq_reporting_config, "gt.eq.reporting.config.100") \
	X(gt_powermeter_reporting_config, "gt.powermeter.reporting.config.100") \
	X(gt_sh_node, "gt.sh.node.120") \
	X(gt_boolean_actuator_cac, "gt.boolean.actuator.cac.100") \
	X(gt_electric_heater_cac, "gt.electric.heater.cac.100") \
	X(gt_electric_meter_cac, "gt.electric.meter.cac.100") \
	X(gt_pipe_flow_sensor_cac, "gt.pipe.flow.sensor.cac.100") \
	X(gt_temp_sensor_cac, "gt.temp.sensor.cac.100") \
	X(gt_boolean_actuator_component, "gt.boolean.actuator.component.100") \
	X(gt_electric_heater_component, "gt.electric.heater.component.100") \
	X(gt_electric_meter_component, "gt.electric.meter.component.100") \
	X(gt_pipe_flow_sensor_component, "gt.pipe.flow.sensor.component.100") \
	X(gt_temp_sensor_component, "gt.temp.sensor.component.100") \
	X(dispatch_contract_offer, "dispatch.contract.offer.100") \
	X(dispatch_contract_beat, "dispatch.contract.beat.100") \
	X(dispatch_contract_end, "dispatch.contract.end.100") \
	X(dispatch_contract_report_ack, "dispatch.contract.report.ack.100") \
	X(energy_instruction, "energy.instruction.100") \
	X(status_ack, "status.ack.100") \
	X(history_request, "history.request.100") \
	X(weather_forecast, "weather.forecast.100") \
	X(price_forecast, "price.forecast.100") \
	X(dispatch_contract_answer, "dispatch.contract.answer.100") \
	X(dispatch_contract_report, "dispatch.contract.report.100") \
	X(dispatch_result, "dispatch.result.100") \
	X(scada_alert, "scada.alert.100") \
	X(scada_state, "scada.state.100")

#define WIRE_EXTERN(name, alias) extern const struct wire name##_wire;
WIRES(WIRE_EXTERN)

/* The type with that TypeAlias (or topic word `p`, `d`), or NULL. */
const struct wire *wire_find(const char *type_alias);
/* Whether that TypeAlias differs from the type's own in its version at most. */
bool wire_is_version_of(const struct wire *, const char *type_alias);
/* The type of which that TypeAlias is another version, or NULL. */
const struct wire *wire_other_version(const char *type_alias);
/* All types, and how many. */
extern const struct wire *const wires[];
extern const int n_wires;

#endif
