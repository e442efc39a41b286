/* SPDX-License-Identifier: MIT */
/* Everything that can be made to break, in one table: it reads, checks, documents and explains. */
#include <stdio.h>
#include <string.h>

#include "core/sim/fault.h"

#define EXPLAINS(...) \
	.explains = { __VA_ARGS__ }, \
	.n_explains = (int)(sizeof((enum log_code[]){ __VA_ARGS__ }) / sizeof(enum log_code))

/* A sensor that lies or is gone may make the house blind, and a guard that believes it acts on it. */
#define OF_A_SENSOR EXPLAINS(LOG_BLIND, LOG_TRIP, LOG_FREEZE, LOG_SLA_BREACH, LOG_DRY_FIRE)
/* What cannot heat lets the house go cold. */
#define OF_COLD EXPLAINS(LOG_SLA_BREACH, LOG_FREEZE)

/* clang-format off */
const struct fault_row fault_rows[N_FAULT_KINDS] = {
	[FAULT_SENSOR_OPEN] = { "sensor", "open", PLACE_SENSOR, OF_A_SENSOR,
		.says = "its wire is broken: the device's fault value" },
	[FAULT_SENSOR_SHORT] = { "sensor", "short", PLACE_SENSOR, OF_A_SENSOR,
		.says = "its wires touch: the other fault value" },
	[FAULT_SENSOR_STUCK] = { "sensor", "stuck", PLACE_SENSOR, OF_A_SENSOR,
		.says = "it goes on saying what it said last" },
	[FAULT_SENSOR_JUMP] = { "sensor", "jump", PLACE_SENSOR, "k", -100, 100, "K", OF_A_SENSOR,
		.says = "it reads so much too high (below zero: too low)" },
	[FAULT_SENSOR_CRC] = { "sensor", "crc", PLACE_SENSOR, OF_A_SENSOR,
		.says = "noise on the line: each answer has a wrong checksum" },
	[FAULT_SENSOR_POWERUP85] = { "sensor", "powerup85", PLACE_SENSOR, .instant = true, .once = true,
		.says = "a brown-out: exactly 85 C, once" },
	[FAULT_SENSOR_SLOW] = { "sensor", "slow", PLACE_SENSOR, OF_A_SENSOR,
		.says = "it answers once a minute, the other questions time out" },
	[FAULT_RELAY_STUCKOPEN] = { "relay", "stuckopen", PLACE_RELAY, OF_COLD,
		.says = "its contact never closes" },
	[FAULT_RELAY_WELDED] = { "relay", "welded", PLACE_RELAY, EXPLAINS(LOG_WELDED, LOG_TRIP, LOG_DRY_FIRE),
		.says = "its contact never opens: the load stays on" },
	[FAULT_RELAY_NOLOAD] = { "relay", "noload", PLACE_RELAY, OF_COLD,
		.says = "the contact closes, but what it feeds draws nothing: burnt out, or its breaker is off" },
	[FAULT_METER_SILENT] = { "meter", "silent", PLACE_METER,
		.says = "it does not answer" },
	[FAULT_METER_REVERSED] = { "meter", "reversed", PLACE_METER,
		.says = "its current clamp was put on the wrong way round: power reads negative" },
	[FAULT_BROKER_DOWN] = { "broker", "down", .says = "the broker ends, and comes back" },
	[FAULT_BROKER_SLOW] = { "broker", "slow", .says = "the broker stands still for half a second, again and again" },
	[FAULT_BROKER_FLAP] = { "broker", "flap", .says = "the broker ends and comes back, every two seconds of real time" },
	[FAULT_ATN_SILENT] = { "atn", "silent", .says = "the AtomicTNode says nothing and hears nothing" },
	[FAULT_ATN_REPLAY] = { "atn", "replay", .says = "instead of what the AtomicTNode says, its last message of that type before comes again" },
	[FAULT_ATN_HOSTILE] = { "atn", "hostile", .says = "beside the AtomicTNode somebody speaks in its name: broken, oversized and replayed "
		"messages, other contracts and nodes, wrong times" },
	[FAULT_CLOCK_STEP] = { "clock", "step", PLACE_NONE, "s", -31536000, 31536000, "s", .once = true,
		.says = "the service's clock is set wrong by so much, and with FOR right again" },
	[FAULT_CLOCK_UNSYNC] = { "clock", "unsync", .says = "nothing vouches for the service's clock" },
	[FAULT_DISK_FULL] = { "disk", "full", .says = "nothing more can be stored" },
	[FAULT_DISK_READONLY] = { "disk", "readonly", .says = "the disk can only be read" },
	[FAULT_DISK_CORRUPT] = { "disk", "corrupt", .instant = true, .once = true,
		.says = "the database is overwritten with nonsense" },
	[FAULT_ACTOR_HANG] = { "actor", "hang", PLACE_ACTOR, .once = true, EXPLAINS(LOG_ACTOR_DEAD, LOG_SAFE_MODE),
		.says = "its step does not return; a vital one ends the service after 8 s" },
	[FAULT_ACTOR_CRASH] = { "actor", "crash", PLACE_ACTOR, .instant = true, .once = true, EXPLAINS(LOG_SAFE_MODE),
		.says = "it takes the service down; run_local starts it again" },
	[FAULT_POWER_CUT] = { "power", "cut", .once = true, OF_COLD,
		.says = "service and guard end at once; run_local starts them again after FOR" },
	[FAULT_WEATHER_COLD] = { "weather", "cold", PLACE_NONE, "k", 0, 60, "K", OF_COLD,
		.says = "it is so much colder outside" },
};
/* clang-format on */

const char *const fault_actors[N_FAULT_ACTORS] = { "history", "scada", "relay", "sensor", "meter", "uplink", "control" };

static void add(char *out, size_t size, size_t *used, const char *text)
{
	size_t n = strlen(text);

	if (*used + n < size)
		memcpy(out + *used, text, n + 1);
	*used += n;
}

static void print_row(const struct fault_row *r, char *out, size_t size, size_t *used)
{
	static const char *const places[] = { [PLACE_NONE] = "", [PLACE_SENSOR] = ":NODE", [PLACE_RELAY] = ":NODE",
		[PLACE_METER] = "[:NODE]", [PLACE_ACTOR] = "[:ACTOR]" };
	char key[80] = "", line[400];

	if (r->key != NULL)
		snprintf(key, sizeof(key), "`%s` %.10g..%.10g %s", r->key, r->low, r->high, r->unit);
	snprintf(line, sizeof(line), "| `%s%s=%s` | %s | %s | %s |", r->what, places[r->place], r->word, key,
		r->instant ? "no" : "yes", r->says);
	add(out, size, used, line);
	for (int i = 0; i < r->n_explains; i++) {
		snprintf(line, sizeof(line), "%s`%s`", i == 0 ? " " : ", ", log_code_name(r->explains[i]));
		add(out, size, used, line);
	}
	add(out, size, used, " |\n");
}

size_t fault_print(char *out, size_t size)
{
	size_t used = 0;

	add(out, size, &used, "| Fault | Key | Takes FOR | What happens | Alerts C it explains |\n|---|---|---|---|---|\n");
	for (int i = 0; i < N_FAULT_KINDS; i++)
		print_row(&fault_rows[i], out, size, &used);
	return used;
}
