/* SPDX-License-Identifier: MIT */
/* The records of the 2022 protocol that are no messages: houses.json entries, in-process configuration. */
#include "core/wire/field.h"

static const struct field gt_sensor_reporting_config_fields[] = {
	BOOLEAN(gt_sensor_reporting_config, report_on_change, "ReportOnChange"),
	ANY_INT(gt_sensor_reporting_config, exponent, "Exponent"),
	ANY_INT(gt_sensor_reporting_config, reporting_period_s, "ReportingPeriodS"),
	ANY_INT(gt_sensor_reporting_config, sample_period_s, "SamplePeriodS"),
	NUMBER(gt_sensor_reporting_config, async_report_threshold, "AsyncReportThreshold",
		OPTIONAL(gt_sensor_reporting_config, has_async_report_threshold)),
	SYMBOL(gt_sensor_reporting_config, telemetry_name, "TelemetryNameGtEnumSymbol",
		symbols_telemetry_name),
	SYMBOL(gt_sensor_reporting_config, unit, "UnitGtEnumSymbol", symbols_unit),
};
WIRE(gt_sensor_reporting_config, "gt.sensor.reporting.config.100", gt_sensor_reporting_config_fields);

static const struct field gt_eq_reporting_config_fields[] = {
	BOOLEAN(gt_eq_reporting_config, report_on_change, "ReportOnChange"),
	ANY_INT(gt_eq_reporting_config, exponent, "Exponent"),
	ALIAS(gt_eq_reporting_config, sh_node_alias, "ShNodeAlias"),
	ANY_INT(gt_eq_reporting_config, sample_period_s, "SamplePeriodS"),
	NUMBER(gt_eq_reporting_config, async_report_threshold, "AsyncReportThreshold",
		OPTIONAL(gt_eq_reporting_config, has_async_report_threshold)),
	SYMBOL(gt_eq_reporting_config, unit, "UnitGtEnumSymbol", symbols_unit),
	SYMBOL(gt_eq_reporting_config, telemetry_name, "TelemetryNameGtEnumSymbol", symbols_telemetry_name),
};
WIRE(gt_eq_reporting_config, "gt.eq.reporting.config.100", gt_eq_reporting_config_fields);

static const struct field gt_powermeter_reporting_config_fields[] = {
	ANY_INT(gt_powermeter_reporting_config, reporting_period_s, "ReportingPeriodS"),
	OBJECT_LIST(gt_powermeter_reporting_config, electrical_quantity_reporting_config_list, n,
		"ElectricalQuantityReportingConfigList", gt_eq_reporting_config_wire),
	ANY_INT(gt_powermeter_reporting_config, poll_period_ms, "PollPeriodMs"),
	TEXT(gt_powermeter_reporting_config, hw_uid, "HwUid",
		OPTIONAL(gt_powermeter_reporting_config, has_hw_uid)),
};

static bool polls_faster_than_it_reports(const void *message, struct refusal *r)
{
	const struct gt_powermeter_reporting_config *m = message;

	/* 1000 x 2^53 still fits into 64 bits. */
	if (m->poll_period_ms < 1000 * m->reporting_period_s)
		return true;
	return refuse(r, DIAG_OUT_OF_RANGE, "PollPeriodMs", "must be below 1000 x ReportingPeriodS");
}
WIRE(gt_powermeter_reporting_config, "gt.powermeter.reporting.config.100",
	gt_powermeter_reporting_config_fields,
	.agrees = polls_faster_than_it_reports, .axiom = "PollPeriodMs < 1000 x ReportingPeriodS");

static const struct field gt_sh_node_fields[] = {
	UUID(gt_sh_node, sh_node_id, "ShNodeId"),
	ALIAS(gt_sh_node, alias, "Alias"),
	SYMBOL(gt_sh_node, actor_class, "ActorClassGtEnumSymbol", symbols_actor_class),
	SYMBOL(gt_sh_node, role, "RoleGtEnumSymbol", symbols_role),
	UUID(gt_sh_node, component_id, "ComponentId", OPTIONAL(gt_sh_node, has_component_id)),
	TEXT(gt_sh_node, display_name, "DisplayName", OPTIONAL(gt_sh_node, has_display_name)),
	ANY_INT(gt_sh_node, reporting_sample_period_s, "ReportingSamplePeriodS",
		OPTIONAL(gt_sh_node, has_reporting_sample_period_s)),
};
WIRE(gt_sh_node, "gt.sh.node.120", gt_sh_node_fields);

/* What every attribute class begins and ends with. */
#define CAC_ID(s) UUID(s, component_attribute_class_id, "ComponentAttributeClassId")
#define CAC_NAME(s) TEXT(s, display_name, "DisplayName", OPTIONAL(s, has_display_name))
#define CAC_MAKE(s) SYMBOL(s, make_model, "MakeModelGtEnumSymbol", symbols_make_model)

static const struct field gt_boolean_actuator_cac_fields[] = {
	CAC_ID(gt_boolean_actuator_cac),
	ANY_INT(gt_boolean_actuator_cac, typical_response_time_ms, "TypicalResponseTimeMs"),
	CAC_NAME(gt_boolean_actuator_cac),
	CAC_MAKE(gt_boolean_actuator_cac),
};
WIRE(gt_boolean_actuator_cac, "gt.boolean.actuator.cac.100", gt_boolean_actuator_cac_fields);

static const struct field gt_electric_heater_cac_fields[] = {
	CAC_ID(gt_electric_heater_cac),
	CAC_NAME(gt_electric_heater_cac),
	CAC_MAKE(gt_electric_heater_cac),
};
WIRE(gt_electric_heater_cac, "gt.electric.heater.cac.100", gt_electric_heater_cac_fields);

static const struct field gt_electric_meter_cac_fields[] = {
	CAC_ID(gt_electric_meter_cac),
	CAC_NAME(gt_electric_meter_cac),
	ANY_INT(gt_electric_meter_cac, default_baud, "DefaultBaud",
		OPTIONAL(gt_electric_meter_cac, has_default_baud)),
	ANY_INT(gt_electric_meter_cac, update_period_ms, "UpdatePeriodMs",
		OPTIONAL(gt_electric_meter_cac, has_update_period_ms)),
	SYMBOL(gt_electric_meter_cac, local_comm_interface, "LocalCommInterfaceGtEnumSymbol",
		symbols_comm_interface),
	CAC_MAKE(gt_electric_meter_cac),
};
WIRE(gt_electric_meter_cac, "gt.electric.meter.cac.100", gt_electric_meter_cac_fields);

static const struct field gt_pipe_flow_sensor_cac_fields[] = {
	CAC_ID(gt_pipe_flow_sensor_cac),
	CAC_NAME(gt_pipe_flow_sensor_cac),
	TEXT(gt_pipe_flow_sensor_cac, comms_method, "CommsMethod",
		OPTIONAL(gt_pipe_flow_sensor_cac, has_comms_method)),
	CAC_MAKE(gt_pipe_flow_sensor_cac),
};
WIRE(gt_pipe_flow_sensor_cac, "gt.pipe.flow.sensor.cac.100", gt_pipe_flow_sensor_cac_fields);

static const struct field gt_temp_sensor_cac_fields[] = {
	CAC_ID(gt_temp_sensor_cac),
	ANY_INT(gt_temp_sensor_cac, exponent, "Exponent"),
	ANY_INT(gt_temp_sensor_cac, typical_response_time_ms, "TypicalResponseTimeMs"),
	CAC_NAME(gt_temp_sensor_cac),
	TEXT(gt_temp_sensor_cac, comms_method, "CommsMethod", OPTIONAL(gt_temp_sensor_cac, has_comms_method)),
	SYMBOL(gt_temp_sensor_cac, telemetry_name, "TelemetryNameGtEnumSymbol", symbols_telemetry_name),
	SYMBOL(gt_temp_sensor_cac, temp_unit, "TempUnitGtEnumSymbol", symbols_unit),
	CAC_MAKE(gt_temp_sensor_cac),
};

static bool measures_temperature(const void *message, struct refusal *r)
{
	const struct gt_temp_sensor_cac *m = message;

	if (m->temp_unit == UNIT_CELSIUS || m->temp_unit == UNIT_FAHRENHEIT)
		return true;
	return refuse(r, DIAG_OUT_OF_RANGE, "TempUnitGtEnumSymbol",
		"must be the symbol of Celcius or Fahrenheit");
}
WIRE(gt_temp_sensor_cac, "gt.temp.sensor.cac.100", gt_temp_sensor_cac_fields,
	.agrees = measures_temperature, .axiom = "TempUnit is Celcius or Fahrenheit");

#define COMPONENT_IDS(s)							\
	UUID(s, component_id, "ComponentId"),					\
	UUID(s, component_attribute_class_id, "ComponentAttributeClassId"),	\
	TEXT(s, display_name, "DisplayName", OPTIONAL(s, has_display_name))
#define COMPONENT_DRIVER(s) TEXT(s, driver, "Driver", OPTIONAL(s, has_driver))
#define COMPONENT_UID(s) TEXT(s, hw_uid, "HwUid", OPTIONAL(s, has_hw_uid))

static const struct field gt_boolean_actuator_component_fields[] = {
	COMPONENT_IDS(gt_boolean_actuator_component),
	ANY_INT(gt_boolean_actuator_component, gpio, "Gpio",
		OPTIONAL(gt_boolean_actuator_component, has_gpio)),
	COMPONENT_UID(gt_boolean_actuator_component),
};
WIRE(gt_boolean_actuator_component, "gt.boolean.actuator.component.100",
	gt_boolean_actuator_component_fields);

static const struct field gt_electric_heater_component_fields[] = {
	COMPONENT_IDS(gt_electric_heater_component),
	COMPONENT_UID(gt_electric_heater_component),
};
WIRE(gt_electric_heater_component, "gt.electric.heater.component.100", gt_electric_heater_component_fields);

static const struct field gt_electric_meter_component_fields[] = {
	COMPONENT_IDS(gt_electric_meter_component),
	COMPONENT_UID(gt_electric_meter_component),
	COMPONENT_DRIVER(gt_electric_meter_component),
};
WIRE(gt_electric_meter_component, "gt.electric.meter.component.100", gt_electric_meter_component_fields);

static const struct field gt_pipe_flow_sensor_component_fields[] = {
	COMPONENT_IDS(gt_pipe_flow_sensor_component),
	ANY_INT(gt_pipe_flow_sensor_component, gpio, "Gpio", OPTIONAL(gt_pipe_flow_sensor_component, has_gpio)),
	ANY_INT(gt_pipe_flow_sensor_component, microliters_per_pulse, "MicrolitersPerPulse",
		OPTIONAL(gt_pipe_flow_sensor_component, has_microliters_per_pulse)),
	COMPONENT_UID(gt_pipe_flow_sensor_component),
	COMPONENT_DRIVER(gt_pipe_flow_sensor_component),
};
WIRE(gt_pipe_flow_sensor_component, "gt.pipe.flow.sensor.component.100",
	gt_pipe_flow_sensor_component_fields);

static const struct field gt_temp_sensor_component_fields[] = {
	COMPONENT_IDS(gt_temp_sensor_component),
	COMPONENT_UID(gt_temp_sensor_component),
	COMPONENT_DRIVER(gt_temp_sensor_component),
};
WIRE(gt_temp_sensor_component, "gt.temp.sensor.component.100", gt_temp_sensor_component_fields);
