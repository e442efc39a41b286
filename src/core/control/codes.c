/* SPDX-License-Identifier: MIT */
#include "core/control/codes.h"

#include <stdio.h>

/* clang-format off */
const struct code_row code_table[N_LOG_CODES] = {
	/* --- what happened --- */
	[LOG_BOOT] = { "The service starts", "a start, a restart, power that came back", "none; after an unclean stop see the lines before it",
		.level = LEVEL_INFO, .also = "W: the last stop was unclean; C: a simulated plant lost energy" },
	[LOG_MODE] = { "Who holds the controls has changed: LocalControl, RemoteControl or Operator", "the cause in the line", "none", .level = LEVEL_INFO },
	[LOG_CONTRACT] = { "A contract has changed its state", "its window, the AtomicTNode, or a rule named in the line", "none", .level = LEVEL_INFO },
	[LOG_RELAY] = { "A relay has moved", "whoever the line names", "none", .level = LEVEL_INFO },
	[LOG_HELD] = { "A request for a relay waits", "the guard's rule in the line", "none; see `spaceheat relays`", .level = LEVEL_INFO },
	[LOG_REFUSED] = { "A message was refused and had no effect", "the diagnostic in the line", "tell the sender the diagnostic and the field", .level = LEVEL_WARNING },
	[LOG_OPERATOR] = { "A person asked for something, with the answer", "a command at the control socket", "none", .level = LEVEL_INFO },
	[LOG_RELOAD] = { "The configuration was read anew", "SIGHUP or `spaceheat reload`", "none", .level = LEVEL_INFO },
	[LOG_HEAT] = { "Local control has changed its state", "the cause in the line", "none; see `spaceheat relays`", .level = LEVEL_INFO },
	[LOG_FORECAST] = { "In the record alone: what is believed of weather and prices to come and of the model, packed for `spaceheat replay`", "a forecast has come or is too old, a day is over", "none", .level = LEVEL_DEBUG },
	[LOG_STATUS] = { "The house in one line, in a simulation", "every five simulated minutes", "none", .level = LEVEL_INFO },
	[LOG_SEND] = { "A message could not be sent", "all buffers in use, or it did not fit", "none; what is owed is sent later", .level = LEVEL_WARNING },
	[LOG_TEST] = { "A test of an alert or a relay", "a person asked for it", "none", .level = LEVEL_INFO },

	/* --- the house --- */
	[LOG_FREEZE] = { "A pipe or room is near freezing: pumps and heat run, whatever else is asked", "heat source off or without load, a pump that stands, an open window",
		"check pump and heat source at once", .level = LEVEL_CRITICAL, .fires = "pipe below `freeze_pipe_c` or room below `freeze_zone_c`, two readings",
		.clears = "3 K above it", .hold_s = 300 },
	[LOG_COMFORT_LOW] = { "A room is colder than wanted", "heat source too small or held off, a setpoint that has just risen", "see `spaceheat relays`; call the installer if all sources are on",
		.level = LEVEL_WARNING, .also = "C: below `guard.sla_floor_c`", .fires = "room below setpoint - 1.0 K", .clears = "above setpoint - 0.5 K", .for_s = 900, .hold_s = 600 },
	[LOG_SLA_BREACH] = { "A room became so cold under a contract that the house ended it", "dispatches that left too little heat", "none needed; tell the aggregator",
		.level = LEVEL_CRITICAL, .fires = "more than 1.5 K below setpoint for 15 min, or below `guard.sla_floor_c`", .clears = "back at setpoint - 0.5 K for 30 min" },
	[LOG_CAPACITY_SHORT] = { "All heat sources run and a room that asks for heat still cools", "a colder day than the house is built for, a source with too little output", "check heat pump output",
		.level = LEVEL_WARNING, .fires = "all sources on and the room falling for 30 min", .clears = "room no longer falling over 30 min, or a source off" },
	[LOG_SHORT_CYCLE] = { "A heat pump starts nearly as often as it may", "setpoints too close, a store that is too small, dispatches that switch often", "check setpoints, and what the AtomicTNode asks for",
		.level = LEVEL_WARNING, .fires = "more than 80 % of `guard.hp_max_starts_per_hour`", .clears = "below 50 %", .hold_s = 3600 },
	[LOG_NO_FLOW] = { "A pump runs and no water flows", "air, a closed valve, a pump that stands, a flow meter that stands", "check pump and air lock",
		.level = LEVEL_WARNING, .also = "C: the third time", .fires = "pump on and no flow for 60 s", .clears = "flow", .hold_s = 60 },
	[LOG_TEST_MODE] = { "A person holds a relay for long", "a lease that was not given back", "`spaceheat dispatch NODE auto`",
		.level = LEVEL_WARNING, .fires = "a relay held by an operator for 4 h", .clears = "given back, or over" },

	/* --- the guard --- */
	[LOG_CEILING] = { "The store or the supply is too hot: heat sources are off", "too much heat for what the rooms take, a sensor in the wrong place", "`spaceheat reset trip` is not needed; it ends by itself",
		.level = LEVEL_WARNING, .fires = "above its limit, two readings", .clears = "5 K below it" },
	[LOG_TRIP] = { "The store is far too hot: heat is locked off", "a relay that does not let go, a sensor in the wrong place", "find the cause; below 70 C: `spaceheat reset trip`, or 1 h",
		.level = LEVEL_CRITICAL, .fires = "above `store_trip_c`, two readings", .clears = "below 70 C and reset, or 1 h" },
	[LOG_DRY_FIRE] = { "An element looks as if it heated without water: it is locked", "low water level, air, a pump that stands", "check water level, then `spaceheat reset NODE`",
		.level = LEVEL_CRITICAL, .fires = "store rises above 5 K/min, or power without its rise for 20 min", .clears = "reset" },
	[LOG_NO_LOAD] = { "A relay is on and its load draws nothing", "breaker off, wire broken, the device's own protection", "check the breaker of its label",
		.level = LEVEL_WARNING, .fires = "below 25 % of its power for 30 s (heat pump 300 s)", .clears = "load seen" },
	[LOG_WELDED] = { "A relay is off and its load draws power", "a contact that has welded", "switch off the breaker of its label, replace the relay",
		.level = LEVEL_CRITICAL, .fires = "above 25 % of its power for 30 s", .clears = "below 5 % for 60 s, or reset" },
	[LOG_DRIVER] = { "A relay's board does not do what it is told", "wiring, power of the board, a board that has failed", "check board and wiring of the relay",
		.level = LEVEL_ERROR, .fires = "the driver failed", .clears = "no more failures, or driven again", .hold_s = 60, .fades_s = 600 },

	/* --- sensors --- */
	[LOG_SENSOR] = { "A sensor's reading is not good", "wiring, a sensor that has failed, a place that it does not suit", "check wiring; `spaceheat sensors`",
		.level = LEVEL_WARNING, .fires = "quality no longer good", .clears = "three good readings" },
	[LOG_BLIND] = { "The house cannot see what it needs to heat by rule", "several sensors without good readings", "replace the sensors named in the SENSOR lines",
		.level = LEVEL_CRITICAL, .fires = "no store top or critical room for 5 min", .clears = "all seen again", .hold_s = 60 },
	[LOG_METER] = { "The electric meter does not answer", "RS485 cable, address, power of the meter", "check RS485 cable and `meter` settings",
		.level = LEVEL_WARNING, .fires = "silent", .clears = "three good answers" },

	/* --- link and contract --- */
	[LOG_BEAT_LATE] = { "The AtomicTNode's beat is late", "its program, its link or ours", "none; the house heats itself",
		.level = LEVEL_WARNING, .fires = "beat older than 120 s", .clears = "a good beat", .also_ended_by = LOG_BEAT_LOST },
	[LOG_BEAT_LOST] = { "The AtomicTNode's beat is lost: LocalControl", "its program, its link or ours", "none; the house heats itself",
		.level = LEVEL_WARNING, .fires = "beat older than 180 s", .clears = "two good beats, or the contract is over" },
	[LOG_LINK] = { "No connection to the broker", "network, broker, name or port", "check network; owed data is kept",
		.level = LEVEL_WARNING, .fires = "no connection", .clears = "connected", .for_s = 900, .hold_s = 60 },
	[LOG_AUTH] = { "The broker does not accept us", "user name, password, certificate", "check `uplink.username` and `password_file`, then reload",
		.level = LEVEL_ERROR, .fires = "refused", .clears = "connected", .also_ended_by = LOG_LINK },
	[LOG_SUB_REFUSED] = { "The broker does not let us read a topic", "its access list", "the broker must allow this client to read it",
		.level = LEVEL_ERROR, .fires = "refused", .clears = "connected", .also_ended_by = LOG_LINK },
	[LOG_ID_IN_USE] = { "Another client uses our MQTT client id", "a second service, a copied configuration", "stop the other client, or change `uplink.client_id`",
		.level = LEVEL_CRITICAL, .fires = "three times in 5 min", .clears = "connected", .also_ended_by = LOG_LINK },
	[LOG_TLS] = { "The broker's certificate is not accepted", "expired, wrong name, unknown issuer, or a clock that is wrong", "check the certificates, `uplink.ca_file` and the clock",
		.level = LEVEL_ERROR, .fires = "refused", .clears = "connected", .also_ended_by = LOG_LINK },
	[LOG_CERT] = { "Our own certificate expires soon", "its date", "renew it, then reload", .level = LEVEL_WARNING, .also = "E: 1 day",
		.fires = "30, 7 and 1 days ahead", .clears = "renewed" },
	[LOG_UNSIGNED_OK] = { "Contracts are taken without a signature", "`contract.allow_unsigned_contract`", "set `contract.atn_key`",
		.level = LEVEL_WARNING, .fires = "at start", .clears = "a start with a key" },
	[LOG_OVERRUN] = { "A contract has used its energy", "a colder day than was bought for", "none; comfort is not given up for it",
		.level = LEVEL_WARNING, .fires = "100 % of the contracted energy", .clears = "the contract's end" },
	[LOG_PLAN] = { "What local control plans by has changed: Plan, StalePlan, Tou or Thermostat", "prices, weather or the clock have become too old, or are there again", "none; the house is heated by the next best rule",
		.level = LEVEL_WARNING, .also = "I: better than before", .fires = "a step down", .clears = "a step up" },
	[LOG_OUTBOX] = { "Much is owed to the AtomicTNode", "a link that was down for weeks", "restore the link",
		.level = LEVEL_WARNING, .fires = "owed above 80 % of 28 days", .clears = "below 60 %" },

	/* --- the machine --- */
	[LOG_STORE] = { "The history cannot be written, or was damaged", "disk full, read-only or failing", "free or replace the card",
		.level = LEVEL_ERROR, .also = "W: a damaged file was set aside", .fires = "a write failed", .clears = "written again", .hold_s = 60 },
	[LOG_GAP] = { "Readings or messages were dropped", "the span in the line: a full memory, a full outbox", "see what filled it; `spaceheat log --code GAP`",
		.level = LEVEL_WARNING, .also = "E: a whole row", .fires = "dropped", .clears = "an hour without", .fades_s = 3600 },
	[LOG_DISK_LOW] = { "Little room on the disk", "other files; the history keeps to `history.max_mb`", "clean up",
		.level = LEVEL_WARNING, .fires = "less than 100 MB free", .clears = "more than 150 MB", .for_s = 60 },
	[LOG_CARD_WRITES] = { "The card is written more than it lasts", "another program, a log that is kept on the card", "`spaceheat status`, line HISTORY",
		.level = LEVEL_WARNING, .fires = "more than 50 MB written in a day", .clears = "the next day" },
	[LOG_UNDERVOLTAGE] = { "The Pi has too little voltage", "power supply or cable", "replace power supply",
		.level = LEVEL_WARNING, .fires = "the Pi says so", .clears = "no longer", .hold_s = 600 },
	[LOG_CLOCK] = { "The clock is not trusted, or was set", "no time service, an empty clock battery", "check the time service (timedatectl)",
		.level = LEVEL_WARNING, .also = "I: trusted", .fires = "not trusted", .clears = "trusted", .for_s = 600, .hold_s = 60, .state_only = true },
	[LOG_ACTOR_LATE] = { "A part of the service does not check in", "a device or a disk that does not answer", "see the lines of that part; `journalctl -u spaceheatd`",
		.level = LEVEL_WARNING, .fires = "check-in missed", .clears = "it checks in again" },
	[LOG_ACTOR_DEAD] = { "A part of the service hangs: the process ends and is started again", "a fault in the program", "report it with the lines before it",
		.level = LEVEL_CRITICAL, .fires = "8 s without check-in", .clears = "the next start" },
	[LOG_SAFE_MODE] = { "The service has crashed too often: it heats, and speaks to nobody for 10 min", "a fault in the program, in memory or in the power supply",
		"report it with the lines before it", .level = LEVEL_CRITICAL, .fires = "more than 5 unclean starts in 10 min", .clears = "10 min" },
	[LOG_CONFIG] = { "The configuration is wrong: an older one is in force", "the error in the line", "`spaceheat config check`",
		.level = LEVEL_ERROR, .also = "C: running on the last good copy; W: that copy cannot be kept", .fires = "at start or reload", .clears = "a good reload", .also_ended_by = LOG_RELOAD },
	[LOG_CONFIG_PARTIAL] = { "A part that is not needed to heat is off", "the setting in the line", "`spaceheat config check`",
		.level = LEVEL_WARNING, .fires = "at start", .clears = "a start without" },
};
/* clang-format on */

bool code_is_alert(enum log_code code)
{
	return code_table[code].fires != NULL;
}

/* "below 5 C (15 min)", "-" */
static const char *condition(const char *words, int32_t s, char *text, size_t size)
{
	if (words == NULL)
		return "-";
	if (s == 0)
		return words;
	if (s % 60 == 0 && s > 60)
		snprintf(text, size, "%s (%d min)", words, (int)(s / 60));
	else
		snprintf(text, size, "%s (%d s)", words, (int)s);
	return text;
}

static size_t print_row(char *out, size_t size, enum log_code code)
{
	const struct code_row *r = &code_table[code];
	char fires[160], clears[160];

	return (size_t)snprintf(out, size, "| `%s` | %s%s%s | %s | %s | %s | %s | %s |\n", log_code_name(code),
		log_level_name(r->level), r->also != NULL ? "; " : "", r->also != NULL ? r->also : "",
		r->meaning, r->cause, r->action, condition(r->fires, r->for_s, fires, sizeof(fires)),
		condition(r->clears, r->hold_s, clears, sizeof(clears)));
}

size_t codes_print(char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "| Code | Level | Meaning | Usual cause | What to do | Alert when (for) | "
		"Over when (for) |\n|---|---|---|---|---|---|---|\n");

	for (int c = 0; c < N_LOG_CODES && n < size; c++)
		n += print_row(out + n, size - n, (enum log_code)c);
	return n < size ? n : size - 1;
}
