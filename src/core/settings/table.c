/* SPDX-License-Identifier: MIT */
/* The settings, one row each. Order is the order of the shipped file. */
#include "core/settings/table.h"

#include "spaceheat/names.h"

/* clang-format off: one row is one idea */
#define WORD(c, word) word,
#define AT(member) .offset = offsetof(struct settings, member), .size = sizeof(((struct settings *)0)->member)
#define OF(kind, member) .offset = offsetof(struct settings_##kind, member), \
	.size = sizeof(((struct settings_##kind *)0)->member)
#define COUNTED(member) .offset_n = offsetof(struct settings, member)
#define WORDS(list) .words = list, .count = (int)(sizeof(list) / sizeof(list[0]))
#define NO_RAILS .low = 1, .high = 0

#define BOOL(p, yes_no, where, class, text) \
	{ .path = p, .type = SET_BOOL, .unit = "", .fallback = yes_no, NO_RAILS, .reload = class, \
	  .says = text, where }
#define TEXT(p, value, where, class, text) \
	{ .path = p, .type = SET_TEXT, .unit = "", .fallback = value, NO_RAILS, .reload = class, \
	  .says = text, where }
#define SECRET(p, where, text) { .path = p, .type = SET_TEXT, .unit = "", .fallback = "\"\"", NO_RAILS, \
	.secret = true, .says = text, where }
#define INT(p, u, value, lo, hi, where, class, text, why) { .path = p, .type = SET_INT, .unit = u, \
	.fallback = value, \
	.low = lo, .high = hi, .reload = class, .says = text, .advice = why, where }
#define FLOAT(p, u, value, lo, hi, where, class, text, why) { .path = p, .type = SET_FLOAT, .unit = u, \
	.fallback = value, .low = lo, .high = hi, .reload = class, .says = text, .advice = why, where }
#define CHOICE(p, value, list, where, class, text) { .path = p, .type = SET_WORD, .unit = "", \
	.fallback = value, NO_RAILS, .reload = class, .says = text, WORDS(list), where }
/* Known names of parts that are not read by this program: a file with them loads. */
#define RESERVED(p, kind) { .path = p, .type = kind, .unit = "", .fallback = "", NO_RAILS, .reserved = true, \
	.count = 64, .says = "" }

static const char *const scales[] = { "C", "F" };
static const char *const controls[] = { "service", "wall" };
static const char *const kinds[] = { RELAY_KINDS(WORD) };
static const char *const seasons[] = { "auto", "shoulder", "standby" };
/* index = 1 + enum plant_kind */
static const char *const models[] = { "none", "ElementTank", "HpBuffer", "HpStoreBuffer" };
static const char *const tariffs[] = { "flat", "tou", "file", "market" };
static const char *const weathers[] = { "sensor", "file", "mqtt" };
static const char *const fail_states[] = { FAIL_STATES(WORD) };
static const char *const biases[] = { LINE_BIASES(WORD) };
static const char *const parities[] = { "none", "even", "odd" };
static const char *const register_kinds[] = { "holding", "input" };
static const char *const register_types[] = { "u16", "s16", "u32", "s32", "f32", "u64", "s64" };
static const char *const word_orders[] = { "high_first", "low_first" };
/* index = enum log_level */
static const char *const levels[] = { NULL, "error", "warning", "info", "debug" };

_Static_assert(LEVEL_ERROR == 1 && LEVEL_DEBUG == 4, "log.level words follow enum log_level");

const struct setting settings_table[] = {
	TEXT("house", "\"\"", AT(house), RELOAD_RESTART,
		"Key of the house in houses.json, or the alias of its AtomicTNode; \"\" = not configured"),
	TEXT("houses_file", "\"/etc/spaceheat/houses.json\"", AT(houses_file), RELOAD_RESTART,
		"What houses are made of; a relative path starts at the folder of this file"),
	BOOL("simulated", "false", AT(simulated), RELOAD_RESTART,
		"Run the house as a simulation; must agree with the house"),
	TEXT("state_dir", "\"/var/lib/spaceheat\"", AT(state_dir), RELOAD_RESTART,
		"Folder for history, lock and what must survive a restart"),

	CHOICE("display.temperature", "\"C\"", scales, AT(display.fahrenheit), RELOAD_LIVE,
		"Scale in which people see temperatures"),
	TEXT("display.timezone", "\"\"", AT(display.timezone), RELOAD_LIVE,
		"IANA name like America/New_York; \"\" = the system's"),
	TEXT("display.currency", "\"USD\"", AT(display.currency), RELOAD_LIVE,
		"ISO code of the currency of prices"),

	BOOL("uplink.enable", "true", AT(uplink.enable), RELOAD_LIVE, "Speak to an AtomicTNode at all"),
	TEXT("uplink.host", "\"\"", AT(uplink.host), RELOAD_LIVE,
		"MQTT broker; there is no default: \"\" = none"),
	INT("uplink.port", "", "8883", 1, 65535, AT(uplink.port), RELOAD_LIVE,
		"TCP port of the broker", NULL),
	TEXT("uplink.client_id", "\"\"", AT(uplink.client_id), RELOAD_LIVE,
		"MQTT client id; \"\" = the alias of the SCADA"),
	BOOL("uplink.tls", "true", AT(uplink.tls), RELOAD_LIVE, "Encrypt, and check who the broker is"),
	TEXT("uplink.ca_file", "\"\"", AT(uplink.ca_file), RELOAD_LIVE,
		"Certificates we trust; \"\" = the system's"),
	TEXT("uplink.cert_file", "\"\"", AT(uplink.cert_file), RELOAD_LIVE,
		"Our own certificate, if the broker wants one"),
	SECRET("uplink.key_file", AT(uplink.key_file), "Its key; the file must be mode 600"),
	TEXT("uplink.username", "\"\"", AT(uplink.username), RELOAD_LIVE,
		"User name at the broker; \"\" = none"),
	SECRET("uplink.password_file", AT(uplink.password_file),
		"File with the password, mode 600, or credential:NAME; \"\" = none"),
	BOOL("uplink.allow_insecure_broker", "false", AT(uplink.allow_insecure_broker), RELOAD_LIVE,
		"Accept that others can read and command: plain text to a broker on another machine"),
	INT("uplink.keepalive_s", "s", "15", 5, 17, AT(uplink.keepalive_s), RELOAD_LIVE,
		"MQTT keep-alive; a dead broker is noticed after 2.5 times this",
		"a dead broker is noticed only after 2.5 times this"),
	INT("uplink.reconnect_max_s", "s", "60", 5, 60, AT(uplink.reconnect_max_s), RELOAD_LIVE,
		"Longest pause between two tries to connect", NULL),
	INT("uplink.backlog_per_s", "per s", "20", 1, 20, AT(uplink.backlog_per_s), RELOAD_LIVE,
		"Fastest rate at which stored statuses are sent after an outage", NULL),

	TEXT("contract.atn_key", "\"\"", AT(contract.atn_key), RELOAD_LIVE,
		"Public key with which the AtomicTNode signs, ed25519:BASE64 or 64 hex digits; while it is changed, "
		"both with a comma"),
	SECRET("contract.house_key_file", AT(contract.house_key_file),
		"File with the 64 hex digits with which we sign, mode 600, or credential:NAME; \"\" = unsigned"),
	BOOL("contract.allow_unsigned_contract", "false", AT(contract.allow_unsigned_contract), RELOAD_LIVE,
		"Accept contracts without signature: the explicit choice of no key"),
	TEXT("contract.standing", "\"\"", AT(contract.standing), RELOAD_LIVE,
		"UUID of a contract that always holds; \"\" = none"),

	INT("dispatch.hold_s", "s", "3600", 60, 86400, AT(dispatch_hold_s), RELOAD_LIVE,
		"How long a dispatch holds unless it is repeated", NULL),

	{ .path = "roles.store", .type = SET_TEXTS, .unit = "", .fallback = "[ ]", NO_RAILS,
		.says = "Thermometers of the heat store, top first", .count = SETTINGS_MAX_STORE,
		.example = "[ \"a.tank.temp0\", \"a.tank.temp1\" ]",
		.offset = offsetof(struct settings, roles.store_name),
		.size = ALIAS_SIZE, COUNTED(roles.n_store) },
	{ .path = "roles.buffer", .type = SET_TEXTS, .unit = "", .fallback = "[ ]", NO_RAILS,
		.says = "Thermometers of the buffer between heat pump and rooms, top first",
		.count = SETTINGS_MAX_STORE, .example = "[ \"a.buffer.temp0\", \"a.buffer.temp1\" ]",
		.offset = offsetof(struct settings, roles.buffer_name),
		.size = ALIAS_SIZE, COUNTED(roles.n_buffer) },
	TEXT("roles.supply", "\"\"", AT(roles.supply_name), RELOAD_LIVE,
		"Thermometer of the water to the rooms"),
	TEXT("roles.return_pipe", "\"\"", AT(roles.return_name), RELOAD_LIVE,
		"Thermometer of the water that comes back"),
	TEXT("roles.flow", "\"\"", AT(roles.flow_name), RELOAD_LIVE, "Flow meter of that water"),
	TEXT("roles.lwt", "\"\"", AT(roles.lwt_name), RELOAD_LIVE,
		"Thermometer of the water that leaves the heat pump"),
	TEXT("roles.ewt", "\"\"", AT(roles.ewt_name), RELOAD_LIVE,
		"Thermometer of the water that enters the heat pump"),
	TEXT("roles.outdoor", "\"\"", AT(roles.outdoor_name), RELOAD_LIVE, "Thermometer outdoors"),
	TEXT("roles.meter", "\"\"", AT(roles.meter_name), RELOAD_LIVE, "Electric meter of all heating"),

	{ .path = "zones", .type = SET_LIST, .unit = "", .fallback = "( )", NO_RAILS,
		.says = "The rooms we keep warm",
		.example = "( { name = \"garage\"; sensor = \"a.garage.temp1\"; pump = \"a.pump.relay\"; } )",
		.count = SETTINGS_MAX_ZONES, .offset = offsetof(struct settings, zones),
		.size = sizeof(struct settings_zone), COUNTED(n_zones) },
	TEXT("zones[].name", NULL, OF(zone, name), RELOAD_LIVE, "What people call it"),
	TEXT("zones[].sensor", NULL, OF(zone, sensor_name), RELOAD_LIVE, "Node of its thermometer"),
	BOOL("zones[].critical", "true", OF(zone, critical), RELOAD_LIVE, "Its cold ends a contract"),
	TEXT("zones[].pump", "\"\"", OF(zone, pump_name), RELOAD_LIVE,
		"Relay of its pump or valve; \"\" = none"),
	CHOICE("zones[].control", "\"service\"", controls, OF(zone, wall), RELOAD_LIVE,
		"Who decides when it is heated; \"wall\": its own thermostat"),

	{ .path = "relays", .type = SET_LIST, .unit = "", .fallback = "( )", NO_RAILS,
		.reload = RELOAD_FAIL_STATE, .says = "Every relay of the house; fail_state has no default",
		.example = "( { node = \"a.elt1.relay\"; kind = \"element\"; fail_state = \"open\"; "
			"expected_w = [ 4000, 4800 ]; } )",
		.count = HOUSE_MAX_RELAYS, .offset = offsetof(struct settings, relays),
		.size = sizeof(struct settings_relay), COUNTED(n_relays) },
	TEXT("relays[].node", NULL, OF(relay, node_name), RELOAD_FAIL_STATE, "Node of the relay"),
	CHOICE("relays[].kind", NULL, kinds, OF(relay, kind), RELOAD_FAIL_STATE, "What it switches"),
	CHOICE("relays[].fail_state", NULL, fail_states, OF(relay, fail_state), RELOAD_FAIL_STATE,
		"What letting go means; \"handback\": a wall thermostat takes over; elements: \"open\""),
	{ .path = "relays[].expected_w", .type = SET_INTS, .unit = "W", .low = 0, .high = 50000,
		.reload = RELOAD_FAIL_STATE, .says = "Least and most power it draws when on", .count = 2,
		.offset = offsetof(struct settings_relay, expected_w), .size = sizeof(int) },
	TEXT("relays[].label", "\"\"", OF(relay, label), RELOAD_FAIL_STATE,
		"Where people find it, like its breaker"),
	BOOL("relays[].active_low", "false", OF(relay, active_low), RELOAD_FAIL_STATE,
		"A low line switches it on"),
	CHOICE("relays[].bias", "\"as-is\"", biases, OF(relay, bias), RELOAD_FAIL_STATE,
		"Resistor of its GPIO line"),

	INT("guard.hp_min_off_s", "s", "300", 180, 1800, AT(guard.hp_min_off_s), RELOAD_FAIL_STATE,
		"Shortest rest of a heat pump between two runs", "the compressor needs this rest"),
	INT("guard.hp_min_on_s", "s", "600", 180, 3600, AT(guard.hp_min_on_s), RELOAD_FAIL_STATE,
		"Shortest run of a heat pump; a ceiling ignores it", "short runs wear the compressor"),
	INT("guard.hp_max_starts_per_hour", "per h", "4", 1, 6, AT(guard.hp_max_starts_per_hour),
		RELOAD_FAIL_STATE, "Most starts of a heat pump in any hour", "each start wears it"),
	INT("guard.relay_min_interval_s", "s", "10", 1, 600, AT(guard.relay_min_interval_s),
		RELOAD_FAIL_STATE, "Shortest time between two changes of any other relay", NULL),
	FLOAT("guard.store_ceiling_c", "C", "75.0", 30, 85, AT(guard.store_ceiling_c), RELOAD_FAIL_STATE,
		"Store temperature at which heating stops", NULL),
	FLOAT("guard.store_trip_c", "C", "82.0", 40, 90, AT(guard.store_trip_c), RELOAD_FAIL_STATE,
		"Store temperature that locks heating out; at least 3 K above store_ceiling_c", NULL),
	FLOAT("guard.supply_ceiling_c", "C", "82.0", 30, 85, AT(guard.supply_ceiling_c), RELOAD_FAIL_STATE,
		"Hottest water to the rooms; 50 for floor heating", NULL),
	FLOAT("guard.freeze_pipe_c", "C", "5.0", 3, 12, AT(guard.freeze_pipe_c), RELOAD_FAIL_STATE,
		"Pipe temperature at which freeze protection begins", NULL),
	FLOAT("guard.freeze_zone_c", "C", "7.0", 3, 12, AT(guard.freeze_zone_c), RELOAD_FAIL_STATE,
		"Room temperature at which freeze protection begins", NULL),
	FLOAT("guard.sla_floor_c", "C", "16.0", 10, 20, AT(guard.sla_floor_c), RELOAD_FAIL_STATE,
		"Coldest a critical room may get under a contract", NULL),
	INT("guard.pump_exercise_days", "d", "7", 1, 30, AT(guard.pump_exercise_days), RELOAD_FAIL_STATE,
		"A pump idle this long is run for 60 s", NULL),
	INT("guard.start_delay_max_s", "s", "120", 0, 600, AT(guard.start_delay_max_s), RELOAD_FAIL_STATE,
		"Upper end of this house's random delay after boot or reconnect", NULL),
	TEXT("guard.gpio_chip", "\"\"", AT(guard.gpio_chip), RELOAD_FAIL_STATE,
		"GPIO chip of the relays: label, name or path (see gpiodetect); \"\" = the Pi's own"),
	TEXT("guard.i2c_bus", "\"/dev/i2c-1\"", AT(guard.i2c_bus), RELOAD_FAIL_STATE,
		"I2C bus of the relay boards"),
	INT("guard.store_litres", "l", "0", 0, 20000, AT(guard.store_litres), RELOAD_FAIL_STATE,
		"Water in the heat store, when only the emitters draw on it; "
		"0 = not known, dry firing is seen by fast rise alone",
		NULL),

	FLOAT("comfort.setpoint_c", "C", "21.0", 10, 28, AT(comfort.setpoint_c), RELOAD_LIVE,
		"Room temperature wanted, unless the schedule says otherwise", NULL),
	FLOAT("comfort.band_k", "K", "1.0", 0.2, 5, AT(comfort.band_k), RELOAD_LIVE,
		"Width of the band around it", NULL),
	FLOAT("comfort.min_c", "C", "16.0", 10, 28, AT(comfort.min_c), RELOAD_LIVE,
		"Lowest setpoint anyone may ask for", NULL),
	FLOAT("comfort.max_c", "C", "24.0", 10, 28, AT(comfort.max_c), RELOAD_LIVE,
		"Highest setpoint anyone may ask for", NULL),
	{ .path = "comfort.schedule", .type = SET_LIST, .unit = "", .fallback = "( )", NO_RAILS,
		.says = "Changes of the setpoint in the week; each holds until the next",
		.example = "( { days = \"mon-fri\"; at = \"05:30\"; setpoint_c = 21.0; } )",
		.count = SETTINGS_MAX_SCHEDULE, .offset = offsetof(struct settings, comfort.schedule),
		.size = sizeof(struct settings_schedule), COUNTED(comfort.n_schedule) },
	{ .path = "comfort.schedule[].days", .type = SET_DAYS, .unit = "", .fallback = NULL, NO_RAILS,
		.says = "\"all\", \"mon-fri\", \"sat,sun\"", OF(schedule, days) },
	{ .path = "comfort.schedule[].at", .type = SET_CLOCK, .unit = "", .fallback = NULL, NO_RAILS,
		.says = "Local time, \"05:30\"", OF(schedule, minute_of_day) },
	FLOAT("comfort.schedule[].setpoint_c", "C", NULL, 10, 28, OF(schedule, setpoint_c), RELOAD_LIVE,
		"Setpoint from then on", NULL),

	CHOICE("season", "\"auto\"", seasons, AT(season), RELOAD_LIVE,
		"\"shoulder\": heat without the store; \"standby\": do not heat, but watch for frost"),

	CHOICE("tariff.kind", "\"tou\"", tariffs, AT(tariff.kind), RELOAD_LIVE,
		"\"flat\": one price all day; \"tou\": dearer in the peaks; \"file\": as tariff.file has it; \"market\": the market's, told by "
		"the AtomicTNode or tariff.file, and these prices for its distribution"),
	TEXT("tariff.file", "\"\"", AT(tariff.file), RELOAD_LIVE,
		"CSV file of prices, unix_s,usd_per_kwh; read again when it changes"),
	{ .path = "tariff.holidays", .type = SET_TEXTS, .unit = "", .fallback = "[ ]", NO_RAILS,
		.says = "Days without peaks, like \"2027-01-01\"", .count = SETTINGS_MAX_HOLIDAYS,
		.example = "[ \"2027-01-01\", \"2027-07-05\" ]",
		.offset = offsetof(struct settings, tariff.holidays), .size = DATE_SIZE, COUNTED(tariff.n_holidays) },
	FLOAT("tariff.price_per_kwh", "per kWh", "0.14", 0, 10, AT(tariff.price_per_kwh), RELOAD_LIVE,
		"Price outside the peaks", NULL),
	{ .path = "tariff.peaks", .type = SET_LIST, .unit = "", .fallback = "( )", NO_RAILS,
		.says = "When electricity is dear; none: mon-fri 07:00-12:00 and 16:00-20:00",
		.example = "( { days = \"mon-fri\"; from = \"07:00\"; to = \"12:00\"; price_per_kwh = 0.31; } )",
		.count = SETTINGS_MAX_PEAKS, .offset = offsetof(struct settings, tariff.peaks),
		.size = sizeof(struct settings_peak), COUNTED(tariff.n_peaks) },
	{ .path = "tariff.peaks[].days", .type = SET_DAYS, .unit = "", .fallback = NULL, NO_RAILS,
		.says = "\"all\", \"mon-fri\", \"sat,sun\"", OF(peak, days) },
	{ .path = "tariff.peaks[].from", .type = SET_CLOCK, .unit = "", .fallback = NULL, NO_RAILS,
		.says = "Local time, \"07:00\"", OF(peak, from_min) },
	{ .path = "tariff.peaks[].to", .type = SET_CLOCK, .unit = "", .fallback = NULL, NO_RAILS,
		.says = "Local time, later that day", OF(peak, to_min) },
	FLOAT("tariff.peaks[].price_per_kwh", "per kWh", NULL, 0, 10, OF(peak, price_per_kwh), RELOAD_LIVE,
		"Price in it", NULL),
	BOOL("tariff.follows_dst", "true", AT(tariff.follows_dst), RELOAD_LIVE,
		"Do the peaks follow summer time? false: fixed standard time"),

	CHOICE("weather.source", "\"mqtt\"", weathers, AT(weather.source), RELOAD_LIVE,
		"Who foretells it: the AtomicTNode (\"mqtt\"), weather.file (\"file\"), nobody (\"sensor\": as now outdoors, 1 K "
		"colder in 12 h)"),
	TEXT("weather.file", "\"\"", AT(weather.file), RELOAD_LIVE,
		"CSV file of hours, unix_s,out_c,wind_ms,ghi_wm2; read again when it changes"),

	CHOICE("house_model.kind", "\"none\"", models, AT(house_model.kind), RELOAD_RESTART,
		"What a real house is, so that it can plan; \"none\": heated by thermostat and tariff"),
	FLOAT("house_model.air_kj_per_k", "kJ/K", "0.0", 0, 1000000, AT(house_model.air_kj_per_k), RELOAD_RESTART,
		"Heat capacity of air and furniture", NULL),
	FLOAT("house_model.mass_kj_per_k", "kJ/K", "0.0", 0, 1000000, AT(house_model.mass_kj_per_k), RELOAD_RESTART,
		"Heat capacity of walls and floors", NULL),
	FLOAT("house_model.air_mass_w_per_k", "W/K", "0.0", 0, 10000, AT(house_model.air_mass_w_per_k), RELOAD_RESTART,
		"Heat that passes between air and them", NULL),
	FLOAT("house_model.air_out_w_per_k", "W/K", "0.0", 0, 10000, AT(house_model.air_out_w_per_k), RELOAD_RESTART,
		"Loss of the air: windows, air change", NULL),
	FLOAT("house_model.mass_out_w_per_k", "W/K", "0.0", 0, 10000, AT(house_model.mass_out_w_per_k), RELOAD_RESTART,
		"Loss through walls and floors", NULL),
	FLOAT("house_model.wind_w_per_k_per_ms", "W/K per m/s", "0.0", 0, 100, AT(house_model.wind_w_per_k_per_ms), RELOAD_RESTART,
		"What each m/s of wind adds to the loss", NULL),
	FLOAT("house_model.solar_m2", "m2", "0.0", 0, 50, AT(house_model.solar_m2), RELOAD_RESTART,
		"Window that lets the sun in", NULL),
	FLOAT("house_model.internal_w", "W", "300.0", 0, 5000, AT(house_model.internal_w), RELOAD_RESTART,
		"Heat of people and appliances", NULL),
	FLOAT("house_model.emit_to_mass", "", "0.3", 0, 1, AT(house_model.emit_to_mass), RELOAD_RESTART,
		"Share of the emitters' heat that goes into walls and floors", NULL),
	FLOAT("house_model.emitter_a1_w_per_k", "W/K", "0.0", 0, 100000, AT(house_model.emitter_a1_w_per_k), RELOAD_RESTART,
		"Emitters: a1 x + a2 x^2 watts at x K of water above room", NULL),
	FLOAT("house_model.emitter_a2_w_per_k2", "W/K2", "0.0", 0, 10000, AT(house_model.emitter_a2_w_per_k2), RELOAD_RESTART,
		"a2 of that", NULL),
	FLOAT("house_model.emitter_flow_lpm", "L/min", "0.0", 0, 200, AT(house_model.emitter_flow_lpm), RELOAD_RESTART,
		"Flow through the emitters", NULL),
	FLOAT("house_model.buffer_litres", "L", "0.0", 0, 5000, AT(house_model.buffer_litres), RELOAD_RESTART,
		"Water in the buffer, or in the only tank", NULL),
	FLOAT("house_model.buffer_ua_w_per_k", "W/K", "2.5", 0, 50, AT(house_model.buffer_ua_w_per_k), RELOAD_RESTART,
		"Its loss", NULL),
	FLOAT("house_model.store_litres", "L", "0.0", 0, 20000, AT(house_model.store_litres), RELOAD_RESTART,
		"Water in the store", NULL),
	FLOAT("house_model.store_ua_w_per_k", "W/K", "8.0", 0, 50, AT(house_model.store_ua_w_per_k), RELOAD_RESTART,
		"Its loss", NULL),
	FLOAT("house_model.cellar_c", "C", "14.0", -5, 30, AT(house_model.cellar_c), RELOAD_RESTART,
		"Temperature round the tanks", NULL),
	FLOAT("house_model.pump_w", "W", "60.0", 0, 500, AT(house_model.pump_w), RELOAD_RESTART,
		"Drawn by the pump to the rooms", NULL),
	FLOAT("house_model.element_w", "W", "4500.0", 1, 100000, AT(house_model.element_w), RELOAD_RESTART,
		"Power of the element of an ElementTank house", NULL),
	FLOAT("house_model.hp_cap0_w", "W", "15000.0", 1, 100000, AT(house_model.hp_cap0_w), RELOAD_RESTART,
		"Heat pump: capacity at 0 C outdoors and 0 C water, before its limits", NULL),
	FLOAT("house_model.hp_cap_to_w_per_k", "W/K", "80.0", -1000, 2000, AT(house_model.hp_cap_to_w_per_k), RELOAD_RESTART,
		"and what each K outdoors adds", NULL),
	FLOAT("house_model.hp_cap_lwt_w_per_k", "W/K", "-40.0", -1000, 1000, AT(house_model.hp_cap_lwt_w_per_k), RELOAD_RESTART,
		"and each K of leaving water", NULL),
	FLOAT("house_model.hp_cap_min_w", "W", "6000.0", 1, 100000, AT(house_model.hp_cap_min_w), RELOAD_RESTART,
		"The least capacity", NULL),
	FLOAT("house_model.hp_cap_max_w", "W", "17000.0", 1, 100000, AT(house_model.hp_cap_max_w), RELOAD_RESTART,
		"The most capacity", NULL),
	FLOAT("house_model.hp_eta_a", "", "0.672", 0, 1, AT(house_model.hp_eta_a), RELOAD_RESTART,
		"COP as a share of Carnot's: a + b outdoors + c leaving water", NULL),
	FLOAT("house_model.hp_eta_b", "1/K", "0.00326", -0.1, 0.1, AT(house_model.hp_eta_b), RELOAD_RESTART,
		"b of that", NULL),
	FLOAT("house_model.hp_eta_c", "1/K", "-0.00368", -0.1, 0.1, AT(house_model.hp_eta_c), RELOAD_RESTART,
		"c of that", NULL),
	FLOAT("house_model.hp_cop_max", "", "6.0", 1, 10, AT(house_model.hp_cop_max), RELOAD_RESTART,
		"The best COP", NULL),
	FLOAT("house_model.hp_elec_max_w", "W", "9660.0", 1, 50000, AT(house_model.hp_elec_max_w), RELOAD_RESTART,
		"The most it draws", NULL),
	FLOAT("house_model.hp_lwt_set_c", "C", "55.0", 25, 80, AT(house_model.hp_lwt_set_c), RELOAD_RESTART,
		"Leaving water it is set to", NULL),
	FLOAT("house_model.hp_frost_below_c", "C", "4.5", -10, 15, AT(house_model.hp_frost_below_c), RELOAD_RESTART,
		"Outdoor temperature below which it defrosts", NULL),

	TEXT("sensors.w1_root", "\"/sys/bus/w1/devices\"", AT(sensors.w1_root), RELOAD_LIVE,
		"Where the kernel shows 1-wire thermometers"),
	INT("sensors.poll_s", "s", "5", 1, 60, AT(sensors.poll_s), RELOAD_LIVE,
		"How often thermometers and flow meters are read; at most 10 when the guard needs one", NULL),
	FLOAT("sensors.reject_jump_k_per_min", "K/min", "20.0", 1, 100, AT(sensors.reject_jump_k_per_min),
		RELOAD_LIVE, "A reading that jumps faster is not believed", NULL),
	{ .path = "sensors.plausible_c", .type = SET_FLOATS, .unit = "C", .fallback = "[ -40.0, 110.0 ]",
		.low = -60, .high = 150, .says = "A reading outside is not believed", .count = 2,
		.offset = offsetof(struct settings, sensors.plausible_c), .size = sizeof(double) },
	TEXT("sensors.i2c_bus", "\"/dev/i2c-1\"", AT(sensors.i2c_bus), RELOAD_LIVE,
		"I2C bus of the converters that thermistors hang on"),
	FLOAT("sensors.ntc_r25_ohm", "ohm", "10000.0", 100, 1000000, AT(sensors.ntc_r25_ohm), RELOAD_LIVE,
		"Resistance of these thermistors at 25 C", NULL),
	FLOAT("sensors.ntc_beta_k", "K", "3977.0", 1000, 6000, AT(sensors.ntc_beta_k), RELOAD_LIVE,
		"Their B value", NULL),
	FLOAT("sensors.ntc_pull_up_ohm", "ohm", "10000.0", 100, 1000000, AT(sensors.ntc_pull_up_ohm), RELOAD_LIVE,
		"Resistor between supply and thermistor", NULL),
	FLOAT("sensors.ntc_supply_v", "V", "4.85", 2, 5.5, AT(sensors.ntc_supply_v), RELOAD_LIVE,
		"Supply of the resistor", NULL),
	CHOICE("sensors.flow_bias", "\"pull-up\"", biases, AT(sensors.flow_bias), RELOAD_LIVE,
		"Resistor of GPIO lines on which flow meters give pulses"),
	INT("sensors.flow_debounce_ms", "ms", "0", 0, 100, AT(sensors.flow_debounce_ms), RELOAD_LIVE,
		"Pulses shorter than this are bouncing contacts; 0 = count all, as Hall sensors need", NULL),

	{ .path = "meter.port", .type = SET_TEXT, .unit = "", .fallback = "\"\"", NO_RAILS,
		.reload = RELOAD_RESTART,
		.says = "Electric meter: serial line, tcp://HOST:PORT (Modbus) or mqtt://HOST:PORT/TOPIC (emonPi); "
			"\"\" = none",
		.example = "\"/dev/ttyUSB0\"", AT(meter.port) },
	INT("meter.baud", "Bd", "9600", 1200, 115200, AT(meter.baud), RELOAD_RESTART, "Its speed", NULL),
	CHOICE("meter.parity", "\"none\"", parities, AT(meter.parity), RELOAD_RESTART, "Its parity"),
	INT("meter.unit_id", "", "12", 1, 247, AT(meter.unit_id), RELOAD_RESTART, "Its Modbus address", NULL),
	INT("meter.poll_ms", "ms", "1000", 100, 2500, AT(meter.poll_ms), RELOAD_RESTART,
		"How often it is read",
		"a silent meter must be noticed within 5 s"),
	FLOAT("meter.report_change", "", "0.02", 0.005, 0.5, AT(meter.report_change), RELOAD_RESTART,
		"Share of the nameplate power by which power must change to be reported at once", NULL),
	TEXT("meter.username", "\"\"", AT(meter.username), RELOAD_RESTART,
		"User name at the broker of mqtt://; \"\" = none"),
	{ .path = "meter.password_file", .type = SET_TEXT, .unit = "", .fallback = "\"\"", NO_RAILS, .secret = true,
		.reload = RELOAD_RESTART, .says = "File with its password, mode 600, or credential:NAME; \"\" = none",
		AT(meter.password_file) },
	INT("meter.power_address", "", "-1", -1, 65535, AT(meter.power_address), RELOAD_RESTART,
		"Modbus register of the power, counted from 0; -1 = as the make has it", NULL),
	INT("meter.current_address", "", "-1", -1, 65535, AT(meter.current_address), RELOAD_RESTART,
		"Register of the current; -1 = as the make has it, or none", NULL),
	INT("meter.energy_address", "", "-1", -1, 65535, AT(meter.energy_address), RELOAD_RESTART,
		"Register of the energy; -1 = as the make has it, or none", NULL),
	CHOICE("meter.register_kind", "\"holding\"", register_kinds, AT(meter.kind), RELOAD_RESTART,
		"Generic__Modbus: how its registers are asked for (function 3 or 4)"),
	CHOICE("meter.register_type", "\"f32\"", register_types, AT(meter.type), RELOAD_RESTART,
		"Generic__Modbus: form of power and current"),
	CHOICE("meter.energy_type", "\"u32\"", register_types, AT(meter.energy_type), RELOAD_RESTART,
		"Generic__Modbus: form of energy"),
	CHOICE("meter.word_order", "\"high_first\"", word_orders, AT(meter.low_word_first), RELOAD_RESTART,
		"Generic__Modbus: which word of a long number comes first"),
	FLOAT("meter.power_scale", "W", "1.0", 0.000001, 1000000, AT(meter.power_scale), RELOAD_RESTART,
		"Generic__Modbus: watts of one count of power", NULL),
	FLOAT("meter.current_scale", "A", "1.0", 0.000001, 1000000, AT(meter.current_scale), RELOAD_RESTART,
		"Generic__Modbus: amperes of one count of current", NULL),
	FLOAT("meter.energy_scale", "Wh", "1.0", 0.000001, 1000000, AT(meter.energy_scale), RELOAD_RESTART,
		"Generic__Modbus: watt-hours of one count of energy", NULL),

	INT("history.commit_s", "s", "300", 60, 900, AT(history.commit_s), RELOAD_LIVE,
		"How often readings are written to the card", "more often wears the card"),
	INT("history.exact_days", "d", "28", 1, 28, AT(history.exact_days), RELOAD_LIVE,
		"How long every reading is kept", NULL),
	INT("history.max_mb", "MB", "16", 8, 64, AT(history.max_mb), RELOAD_LIVE,
		"Most room the history takes", NULL),
	BOOL("history.share", "false", AT(history.share), RELOAD_LIVE,
		"Let other programs open the history at any time; three times as much is then written to the card"),

	{ .path = "status_period_s", .type = SET_INT, .unit = "s", .fallback = "300", .low = 60, .high = 900,
		.reload = RELOAD_FAIL_STATE,
		.says = "How often a status is sent: 60, 300 or 900; 300 for AtomicTNodes of 2022",
		AT(status_period_s) },

	TEXT("control_socket.path", "\"/run/spaceheat/control.sock\"", AT(control_socket.path), RELOAD_RESTART,
		"Where the command spaceheat and the page reach the service; \"\" = nowhere"),
	TEXT("control_socket.group", "\"spaceheat\"", AT(control_socket.group), RELOAD_RESTART,
		"Members of this group may look"),
	TEXT("control_socket.operator_group", "\"spaceheat-operator\"", AT(control_socket.operator_group),
		RELOAD_RESTART, "Members of this group may also command: dispatch, hold, reset"),

	CHOICE("log.level", "\"info\"", levels, AT(log.level), RELOAD_LIVE,
		"Least important line that is logged"),
	BOOL("log.readings", "false", AT(log.readings), RELOAD_LIVE, "Log each reading too"),

	INT("sim.seed", "", "1", 0, 9007199254740991.0, AT(sim.seed), RELOAD_RESTART,
		"Noise and faults follow from it", NULL),
	FLOAT("sim.speed", "", "60.0", 0, 3600, AT(sim.speed), RELOAD_RESTART,
		"Simulated seconds per second, 0.1 to 3600; 0 = as fast as it goes", NULL),
	TEXT("sim.start", "\"\"", AT(sim.start), RELOAD_RESTART,
		"Simulated start, like 2027-01-14T05:55-05:00; \"\" = now"),
	INT("sim.exit_after_s", "s", "0", 0, 3155760000.0, AT(sim.exit_after_s), RELOAD_RESTART,
		"Simulated time after which the service ends; 0 = never", NULL),





	RESERVED("weather.latitude", SET_FLOAT), RESERVED("weather.longitude", SET_FLOAT),
	RESERVED("web.listen", SET_TEXT), RESERVED("web.port", SET_INT), RESERVED("web.token_file", SET_TEXT),
	RESERVED("web.hosts", SET_TEXTS), RESERVED("web.commands", SET_BOOL),
	RESERVED("web.sockets", SET_TEXTS),
	RESERVED("homeassistant.enable", SET_BOOL), RESERVED("homeassistant.host", SET_TEXT),
	RESERVED("homeassistant.port", SET_INT), RESERVED("homeassistant.tls", SET_BOOL),
	RESERVED("homeassistant.username", SET_TEXT), RESERVED("homeassistant.password_file", SET_TEXT),
	RESERVED("homeassistant.prefix", SET_TEXT), RESERVED("homeassistant.style", SET_TEXT),
	RESERVED("homeassistant.commands", SET_BOOL), RESERVED("homeassistant.relay_switches", SET_BOOL),
	RESERVED("homeassistant.hold_hours", SET_INT),
	RESERVED("mirror_2022.enable", SET_BOOL), RESERVED("mirror_2022.host", SET_TEXT),
	RESERVED("mirror_2022.port", SET_INT),
	RESERVED("metrics.textfile", SET_TEXT),
	RESERVED("notify.exec", SET_TEXT), RESERVED("notify.min_severity", SET_TEXT),
	RESERVED("notify.quiet", SET_TEXT),
};

const int settings_table_n = (int)(sizeof(settings_table) / sizeof(settings_table[0]));
