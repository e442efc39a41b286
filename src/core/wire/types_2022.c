/* SPDX-License-Identifier: MIT */
/* The messages of the 2022 protocol (its section 6), and the two binary ones. */
#include "core/wire/field.h"

static const struct field gs_pwr_fields[] = {
	INT(gs_pwr, power_w, "Power", INT16_MIN, INT16_MAX),
};
WIRE(gs_pwr, "gs.pwr.100", gs_pwr_fields, .binary = true);

static const struct field gs_dispatch_fields[] = {
	BIT(gs_dispatch, relay_state, "RelayState"),
};
WIRE(gs_dispatch, "gs.dispatch.100", gs_dispatch_fields, .binary = true);

static const struct field gt_dispatch_boolean_fields[] = {
	ALIAS(gt_dispatch_boolean, about_node_alias, "AboutNodeAlias"),
	ALIAS(gt_dispatch_boolean, to_g_node_alias, "ToGNodeAlias"),
	ALIAS(gt_dispatch_boolean, from_g_node_alias, "FromGNodeAlias"),
	UUID(gt_dispatch_boolean, from_g_node_id, "FromGNodeId"),
	BIT(gt_dispatch_boolean, relay_state, "RelayState"),
	UNIX_MS(gt_dispatch_boolean, send_time_unix_ms, "SendTimeUnixMs"),
	UUID(gt_dispatch_boolean, contract_id, "ContractId", OPTIONAL(gt_dispatch_boolean, has_contract_id)),
	UUID(gt_dispatch_boolean, message_id, "MessageId", OPTIONAL(gt_dispatch_boolean, has_message_id)),
	TEXT(gt_dispatch_boolean, sig, "Sig", OPTIONAL(gt_dispatch_boolean, has_sig)),
};
WIRE(gt_dispatch_boolean, "gt.dispatch.boolean.100", gt_dispatch_boolean_fields);

static const struct field gt_dispatch_boolean_local_fields[] = {
	UNIX_MS(gt_dispatch_boolean_local, send_time_unix_ms, "SendTimeUnixMs"),
	ALIAS(gt_dispatch_boolean_local, from_node_alias, "FromNodeAlias"),
	ALIAS(gt_dispatch_boolean_local, about_node_alias, "AboutNodeAlias"),
	BIT(gt_dispatch_boolean_local, relay_state, "RelayState"),
};
WIRE(gt_dispatch_boolean_local, "gt.dispatch.boolean.local.100", gt_dispatch_boolean_local_fields);

static const struct field gt_driver_booleanactuator_cmd_fields[] = {
	BIT(gt_driver_booleanactuator_cmd, relay_state, "RelayState"),
	ALIAS(gt_driver_booleanactuator_cmd, sh_node_alias, "ShNodeAlias"),
	UNIX_MS(gt_driver_booleanactuator_cmd, command_time_unix_ms, "CommandTimeUnixMs"),
};
WIRE(gt_driver_booleanactuator_cmd, "gt.driver.booleanactuator.cmd.100",
	gt_driver_booleanactuator_cmd_fields);

static const struct field gt_sh_cli_atn_cmd_fields[] = {
	ALIAS(gt_sh_cli_atn_cmd, from_g_node_alias, "FromGNodeAlias"),
	BOOLEAN(gt_sh_cli_atn_cmd, send_snapshot, "SendSnapshot"),
	UUID(gt_sh_cli_atn_cmd, from_g_node_id, "FromGNodeId"),
	TEXT(gt_sh_cli_atn_cmd, sig, "Sig", OPTIONAL(gt_sh_cli_atn_cmd, has_sig)),
};
WIRE(gt_sh_cli_atn_cmd, "gt.sh.cli.atn.cmd.110", gt_sh_cli_atn_cmd_fields);

static const struct field gt_sh_status_snapshot_fields[] = {
	ALIAS_LIST(gt_sh_status_snapshot, about_node_alias_list, n, "AboutNodeAliasList"),
	UNIX_MS(gt_sh_status_snapshot, report_time_unix_ms, "ReportTimeUnixMs"),
	INT_LIST(gt_sh_status_snapshot, value_list, n, "ValueList"),
	SYMBOL_LIST(gt_sh_status_snapshot, telemetry_name_list, n, "TelemetryNameList",
		symbols_telemetry_name),
};
WIRE_LONG(gt_sh_status_snapshot, "gt.sh.status.snapshot.110", gt_sh_status_snapshot_fields);

static const struct field gt_sh_cli_scada_response_fields[] = {
	ALIAS(gt_sh_cli_scada_response, from_g_node_alias, "FromGNodeAlias"),
	UUID(gt_sh_cli_scada_response, from_g_node_id, "FromGNodeId"),
	OBJECT(gt_sh_cli_scada_response, snapshot, "Snapshot", gt_sh_status_snapshot_wire),
};
WIRE_LONG(gt_sh_cli_scada_response, "gt.sh.cli.scada.response.110", gt_sh_cli_scada_response_fields);

static const struct field gt_sh_simple_telemetry_status_fields[] = {
	INT_LIST(gt_sh_simple_telemetry_status, value_list, n, "ValueList"),
	UNIX_MS_LIST(gt_sh_simple_telemetry_status, read_time_unix_ms_list, n, "ReadTimeUnixMsList"),
	ALIAS(gt_sh_simple_telemetry_status, sh_node_alias, "ShNodeAlias"),
	SYMBOL(gt_sh_simple_telemetry_status, telemetry_name, "TelemetryNameGtEnumSymbol",
		symbols_telemetry_name),
};
WIRE_LONG(gt_sh_simple_telemetry_status, "gt.sh.simple.telemetry.status.100",
	gt_sh_simple_telemetry_status_fields);

static const struct field gt_sh_multipurpose_telemetry_status_fields[] = {
	ALIAS(gt_sh_multipurpose_telemetry_status, about_node_alias, "AboutNodeAlias"),
	INT_LIST(gt_sh_multipurpose_telemetry_status, value_list, n, "ValueList"),
	UNIX_MS_LIST(gt_sh_multipurpose_telemetry_status, read_time_unix_ms_list, n, "ReadTimeUnixMsList"),
	ALIAS(gt_sh_multipurpose_telemetry_status, sensor_node_alias, "SensorNodeAlias"),
	SYMBOL(gt_sh_multipurpose_telemetry_status, telemetry_name, "TelemetryNameGtEnumSymbol",
		symbols_telemetry_name),
};
WIRE_LONG(gt_sh_multipurpose_telemetry_status, "gt.sh.multipurpose.telemetry.status.100",
	gt_sh_multipurpose_telemetry_status_fields);

static const struct field gt_sh_booleanactuator_cmd_status_fields[] = {
	ALIAS(gt_sh_booleanactuator_cmd_status, sh_node_alias, "ShNodeAlias"),
	BIT_LIST(gt_sh_booleanactuator_cmd_status, relay_state_command_list, n, "RelayStateCommandList"),
	UNIX_MS_LIST(gt_sh_booleanactuator_cmd_status, command_time_unix_ms_list, n, "CommandTimeUnixMsList"),
};
WIRE_LONG(gt_sh_booleanactuator_cmd_status, "gt.sh.booleanactuator.cmd.status.100",
	gt_sh_booleanactuator_cmd_status_fields);

static const char *const standard_words[] = { "exact", "minute", "quarter" };
const struct words words_standard = { "Standard", standard_words, N_STANDARDS };

static const struct field gt_sh_status_fields[] = {
	UNIX_S(gt_sh_status, slot_start_unix_s, "SlotStartUnixS"),
	OBJECT_LIST(gt_sh_status, simple_telemetry_list, n_simple, "SimpleTelemetryList",
		gt_sh_simple_telemetry_status_wire),
	ALIAS(gt_sh_status, about_g_node_alias, "AboutGNodeAlias"),
	OBJECT_LIST(gt_sh_status, booleanactuator_cmd_list, n_cmd, "BooleanactuatorCmdList",
		gt_sh_booleanactuator_cmd_status_wire),
	ALIAS(gt_sh_status, from_g_node_alias, "FromGNodeAlias"),
	OBJECT_LIST(gt_sh_status, multipurpose_telemetry_list, n_multipurpose, "MultipurposeTelemetryList",
		gt_sh_multipurpose_telemetry_status_wire),
	UUID(gt_sh_status, from_g_node_id, "FromGNodeId"),
	UUID(gt_sh_status, status_uid, "StatusUid"),
	ANY_INT(gt_sh_status, reporting_period_s, "ReportingPeriodS"),
	WORD(gt_sh_status, standard, "Standard", words_standard, OPTIONAL(gt_sh_status, has_standard)),
};
WIRE_LONG(gt_sh_status, "gt.sh.status.110", gt_sh_status_fields);

static const struct field gt_sh_telemetry_from_multipurpose_sensor_fields[] = {
	ALIAS_LIST(gt_sh_telemetry_from_multipurpose_sensor, about_node_alias_list, n, "AboutNodeAliasList"),
	INT_LIST(gt_sh_telemetry_from_multipurpose_sensor, value_list, n, "ValueList"),
	UNIX_MS(gt_sh_telemetry_from_multipurpose_sensor, scada_read_time_unix_ms, "ScadaReadTimeUnixMs"),
	SYMBOL_LIST(gt_sh_telemetry_from_multipurpose_sensor, telemetry_name_list, n, "TelemetryNameList",
		symbols_telemetry_name),
};
WIRE(gt_sh_telemetry_from_multipurpose_sensor, "gt.sh.telemetry.from.multipurpose.sensor.100",
	gt_sh_telemetry_from_multipurpose_sensor_fields);

static const struct field gt_telemetry_fields[] = {
	UNIX_MS(gt_telemetry, scada_read_time_unix_ms, "ScadaReadTimeUnixMs"),
	ANY_INT(gt_telemetry, value, "Value"),
	ANY_INT(gt_telemetry, exponent, "Exponent"),
	SYMBOL(gt_telemetry, name, "NameGtEnumSymbol", symbols_telemetry_name),
};
WIRE(gt_telemetry, "gt.telemetry.110", gt_telemetry_fields);

const struct wire gt_heartbeat_a_wire = {
	.type_alias = "gt.heartbeat.a.100", .size = sizeof(struct gt_heartbeat_a),
	.max_bytes = WIRE_MAX_BYTES,
};
