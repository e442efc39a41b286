/* SPDX-License-Identifier: MIT */
/* symbols.h: the enumerations of the 2022 protocol (section 5): a word for people and houses.json's
 * readers, an eight-digit symbol for the wire. TelemetryName stands in names.h. */
#ifndef SPACEHEAT_SYMBOLS_H
#define SPACEHEAT_SYMBOLS_H

#include <stddef.h>

#define ROLES(X) \
	X(ROLE_BOOST_ELEMENT, "BoostElement", "99c5f326") \
	X(ROLE_PIPE_FLOW_METER, "PipeFlowMeter", "ece3b600") \
	X(ROLE_POWER_METER, "PowerMeter", "9ac68b6e") \
	X(ROLE_HEATED_SPACE, "HeatedSpace", "65725f44") \
	X(ROLE_SCADA, "Scada", "d0afb424") \
	X(ROLE_HYDRONIC_PIPE, "HydronicPipe", "fe3cbdd5") \
	X(ROLE_PIPE_TEMP_SENSOR, "PipeTempSensor", "c480f612") \
	X(ROLE_BASEBOARD_RADIATOR, "BaseboardRadiator", "05fdd645") \
	X(ROLE_RADIATOR_FAN, "RadiatorFan", "6896109b") \
	X(ROLE_CIRCULATOR_PUMP, "CirculatorPump", "b0eaf2ba") \
	X(ROLE_TANK_WATER_TEMP_SENSOR, "TankWaterTempSensor", "73308a1f") \
	X(ROLE_ROOM_TEMP_SENSOR, "RoomTempSensor", "fec74958") \
	X(ROLE_DEDICATED_THERMAL_STORE, "DedicatedThermalStore", "3ecfe9b8") \
	X(ROLE_OUTDOOR_TEMP_SENSOR, "OutdoorTempSensor", "5938bf1f") \
	X(ROLE_BOOLEAN_ACTUATOR, "BooleanActuator", "57b788ee") \
	X(ROLE_ATN, "Atn", "6ddff83b") \
	X(ROLE_HOME_ALONE, "HomeAlone", "863e50d1") \
	X(ROLE_OUTDOORS, "Outdoors", "dd975b31")

#define ACTOR_CLASSES(X) \
	X(ACTOR_CLASS_SCADA, "Scada", "6d37aa41") \
	X(ACTOR_CLASS_HOME_ALONE, "HomeAlone", "32d3d19f") \
	X(ACTOR_CLASS_BOOLEAN_ACTUATOR, "BooleanActuator", "fddd0064") \
	X(ACTOR_CLASS_POWER_METER, "PowerMeter", "2ea112b9") \
	X(ACTOR_CLASS_ATN, "Atn", "b103058f") \
	X(ACTOR_CLASS_SIMPLE_SENSOR, "SimpleSensor", "dae4b2f0") \
	X(ACTOR_CLASS_NONE, "None", "99a5f20d")

#define UNITS(X) \
	X(UNIT_CELSIUS, "Celcius", "ec14bd47") \
	X(UNIT_AMPS_RMS, "AmpsRms", "a969ac7c") \
	X(UNIT_GPM, "Gpm", "b4580361") \
	X(UNIT_FAHRENHEIT, "Fahrenheit", "7d8832f8") \
	X(UNIT_WATTS, "W", "f459a9c3") \
	X(UNIT_UNITLESS, "Unitless", "ec972387")

#define MAKE_MODELS(X) \
	X(MAKE_GRIDWORKS_SIM_TEMP, "GridWorks__WaterTempHighPrecision", "f8b497e8") \
	X(MAKE_GRIDWORKS_SIM_METER, "Gridworks__SimPm1", "076da322") \
	X(MAKE_SCHNEIDER_IEM3455, "SchneiderElectric__Iem3455", "d300635e") \
	X(MAKE_GRIDWORKS_SIM_RELAY, "GridWorks__SimBool30AmpRelay", "e81d74a8") \
	X(MAKE_ADAFRUIT_642, "Adafruit__642", "acd93fb3") \
	X(MAKE_NCD_PR8, "NCD__PR8-14-SPST", "fabfa505") \
	/* ours: the first 8 digits of SHA-256("spaceheat.make.model." word) */ \
	X(MAKE_GPIO_RELAY, "Generic__GpioRelay", "cb8719de") \
	X(MAKE_KRIDA_PCF8575, "Krida__Pcf8575Relay16", "a3b7d708") \
	X(MAKE_ADS1115_NTC, "TI__Ads1115Ntc", "bb49ff21") \
	X(MAKE_EMONPI, "OpenEnergy__EmonPi", "ef858168") \
	X(MAKE_MODBUS, "Generic__Modbus", "95fbbd2c") \
	X(MAKE_EGAUGE_4030, "Egauge__4030", "2fd40835") \
	X(MAKE_PULSE_FLOW, "Generic__PulseFlow", "245157ca") \
	X(MAKE_FILE, "Generic__File", "516528af") \
	X(MAKE_UNKNOWN, "UnknownMake__UnknownModel", "b6a32d9b")

#define COMM_INTERFACES(X) \
	X(COMM_ANALOG_4_20_MA, "Analog_4_20_mA", "653c73b8") \
	X(COMM_RS232, "RS232", "0843a726") \
	X(COMM_I2C, "I2C", "9ec8bc49") \
	X(COMM_WIFI, "Wifi", "46ac6589") \
	X(COMM_SIM_RABBIT, "SimRabbit", "efc144cd") \
	X(COMM_UNKNOWN, "Unknown", "829549d1") \
	X(COMM_ETHERNET, "Ethernet", "c1e7a955") \
	X(COMM_ONE_WIRE, "OneWire", "ae2d4cd8") \
	X(COMM_RS485, "RS485", "a6a4ac9f")

#define SYMBOL_CONSTANT(c, word, symbol) c,

enum role { ROLES(SYMBOL_CONSTANT) N_ROLES };
enum actor_class { ACTOR_CLASSES(SYMBOL_CONSTANT) N_ACTOR_CLASSES };
enum unit { UNITS(SYMBOL_CONSTANT) N_UNITS };
enum make_model { MAKE_MODELS(SYMBOL_CONSTANT) N_MAKE_MODELS };
enum comm_interface { COMM_INTERFACES(SYMBOL_CONSTANT) N_COMM_INTERFACES };

struct symbol { const char *word, *symbol; };
struct symbol_set { const char *name; const struct symbol *list; int n; };

/* Index in a set's list = the enum constant. */
extern const struct symbol_set symbols_role, symbols_actor_class, symbols_unit, symbols_make_model,
	symbols_comm_interface, symbols_telemetry_name;

/* The index of an eight-digit symbol (lower case, exact), or -1. */
int symbol_find(const struct symbol_set *, const char *symbol);

#endif
