/* SPDX-License-Identifier: MIT */
/* I12: which line tells of which fault, how soon, and which lines nothing explains. */
#include <stdio.h>
#include <string.h>

#include "whole/invariants.h"

/* How long after its end a fault explains a line: what is locked for an hour and what has to cool or warm longer than
 * what is said at once. */
enum { MINUTE_S = 60, HOUR_S = 3600, AFTER_MS = HOUR_S * 1000, AFTER_HEAT_MS = 6 * HOUR_S * 1000, CODES = 12 };

/* within_s 0: it need not be found: it cannot be told from a house that is like that, or nothing happens to be asked of
 * what is broken. also: lines that are its doing. */
struct found_row { int within_s, n; enum log_code code, also[CODES]; };

#define ALSO(...) .also = { __VA_ARGS__ }, .n = (int)(sizeof((enum log_code[]){ __VA_ARGS__ }) / sizeof(enum log_code))
#define OF_SENSOR ALSO(LOG_BLIND, LOG_TRIP, LOG_FREEZE, LOG_SLA_BREACH, LOG_DRY_FIRE, LOG_CEILING, LOG_NO_FLOW, LOG_COMFORT_LOW, \
	LOG_CAPACITY_SHORT, LOG_SHORT_CYCLE, LOG_PLAN)
#define OF_RELAY ALSO(LOG_WELDED, LOG_NO_LOAD, LOG_NO_FLOW, LOG_TRIP, LOG_CEILING, LOG_DRY_FIRE, LOG_SLA_BREACH, LOG_FREEZE, \
	LOG_COMFORT_LOW, LOG_CAPACITY_SHORT)
#define OF_LINK ALSO(LOG_BEAT_LATE, LOG_BEAT_LOST, LOG_REFUSED, LOG_LINK, LOG_SEND, LOG_GAP)

static const struct found_row rows[N_FAULT_KINDS] = {
	[FAULT_SENSOR_OPEN] = { .code = LOG_SENSOR, .within_s = 5 * MINUTE_S, OF_SENSOR },
	[FAULT_SENSOR_SHORT] = { .code = LOG_SENSOR, .within_s = 5 * MINUTE_S, OF_SENSOR },
	[FAULT_SENSOR_STUCK] = { .code = LOG_SENSOR, OF_SENSOR },
	[FAULT_SENSOR_JUMP] = { .code = LOG_SENSOR, OF_SENSOR },
	[FAULT_SENSOR_CRC] = { .code = LOG_SENSOR, .within_s = 5 * MINUTE_S, OF_SENSOR },
	[FAULT_SENSOR_POWERUP85] = { .code = LOG_SENSOR, OF_SENSOR },
	[FAULT_SENSOR_SLOW] = { .code = LOG_SENSOR, .within_s = 5 * MINUTE_S, OF_SENSOR },
	[FAULT_RELAY_STUCKOPEN] = { .code = LOG_NO_LOAD, OF_RELAY },
	[FAULT_RELAY_WELDED] = { .code = LOG_WELDED, OF_RELAY },
	[FAULT_RELAY_NOLOAD] = { .code = LOG_NO_LOAD, OF_RELAY },
	[FAULT_METER_SILENT] = { .code = LOG_METER, .within_s = 2 * MINUTE_S, ALSO(LOG_NO_LOAD, LOG_WELDED, LOG_DRY_FIRE, LOG_SENSOR) },
	[FAULT_METER_REVERSED] = { .code = LOG_METER, ALSO(LOG_NO_LOAD, LOG_WELDED, LOG_DRY_FIRE, LOG_SENSOR) },
	[FAULT_BROKER_DOWN] = { .code = LOG_LINK, .within_s = 2 * MINUTE_S, OF_LINK },
	[FAULT_BROKER_FLAP] = { .code = LOG_LINK, .within_s = 2 * MINUTE_S, OF_LINK },
	[FAULT_ATN_SILENT] = { .code = LOG_BEAT_LOST, OF_LINK },
	[FAULT_ATN_REPLAY] = { .code = LOG_REFUSED, OF_LINK },
	[FAULT_ATN_HOSTILE] = { .code = LOG_REFUSED },	/* there may be no broker, and repeats grow rare */
	[FAULT_CLOCK_STEP] = { .code = LOG_CLOCK, ALSO(LOG_GAP, LOG_REFUSED, LOG_BEAT_LATE, LOG_BEAT_LOST, LOG_STORE,
		LOG_PLAN) },
	[FAULT_CLOCK_UNSYNC] = { .code = LOG_CLOCK, ALSO(LOG_REFUSED, LOG_BEAT_LATE, LOG_BEAT_LOST, LOG_GAP, LOG_PLAN) },
	[FAULT_DISK_FULL] = { .code = LOG_STORE, .within_s = 12 * MINUTE_S, ALSO(LOG_GAP, LOG_REFUSED, LOG_CONTRACT) },
	[FAULT_DISK_READONLY] = { .code = LOG_STORE, .within_s = 12 * MINUTE_S, ALSO(LOG_GAP, LOG_REFUSED, LOG_CONTRACT) },
	[FAULT_DISK_CORRUPT] = { .code = LOG_STORE, .within_s = 12 * MINUTE_S, ALSO(LOG_GAP, LOG_REFUSED) },
	[FAULT_ACTOR_CRASH] = { .code = LOG_BOOT, ALSO(LOG_BEAT_LATE, LOG_BEAT_LOST, LOG_REFUSED, LOG_SENSOR, LOG_NO_FLOW) },
	[FAULT_BROKER_SLOW] = { .code = LOG_LINK },	/* nobody need notice */
	[FAULT_ACTOR_HANG] = { .code = LOG_ACTOR_LATE, ALSO(LOG_ACTOR_DEAD, LOG_BOOT, LOG_BEAT_LATE, LOG_BEAT_LOST, LOG_REFUSED,
		LOG_SENSOR, LOG_METER, LOG_NO_FLOW, LOG_GAP, LOG_BLIND, LOG_PLAN) },
	[FAULT_POWER_CUT] = { .code = LOG_BOOT, ALSO(LOG_BEAT_LATE, LOG_BEAT_LOST, LOG_REFUSED, LOG_SENSOR, LOG_COMFORT_LOW,
		LOG_CAPACITY_SHORT, LOG_SLA_BREACH, LOG_NO_FLOW, LOG_FREEZE) },
	[FAULT_WEATHER_COLD] = { .code = LOG_CAPACITY_SHORT, ALSO(LOG_COMFORT_LOW, LOG_SLA_BREACH) },
};

/* What a sound house may say, and when: of cold only in a room that is cold (sensors are off by some tenths), of many starts
 * only after many. */
static bool is_natural(const struct invariants *v, const struct msg *m, struct mono now)
{
	double below_k = v->settings->comfort.setpoint_c - v->room_c;

	switch ((int)m->log.code) {
	case LOG_COMFORT_LOW:
	case LOG_SLA_BREACH:
		return below_k > 0;
	case LOG_CAPACITY_SHORT:
		return below_k > -1;
	case LOG_SHORT_CYCLE:
		return 5 * invariants_starts(v, now) >= 4 * v->settings->guard.hp_max_starts_per_hour;
	case LOG_UNSIGNED_OK:
	case LOG_OVERRUN:
		return true;
	case LOG_REFUSED:	/* after a breach the house takes no offer for a while */
		return strncmp(m->log.text, "SlaHold", 7) == 0;
	default:
		return now.ms < 5 * MINUTE_S * 1000;
	}
}

/* After a clock that ran ahead the record stands still until the same time has come again. */
static int64_t explained_ms(const struct fault_spec *f, enum log_code code)
{
	static const enum log_code of_heat[] = { LOG_TRIP, LOG_FREEZE, LOG_SLA_BREACH, LOG_COMFORT_LOW, LOG_CAPACITY_SHORT, LOG_CEILING,
		LOG_SHORT_CYCLE };

	for (size_t i = 0; i < sizeof(of_heat) / sizeof(of_heat[0]); i++)
		if (of_heat[i] == code)
			return AFTER_HEAT_MS;
	return AFTER_MS + (f->kind == FAULT_CLOCK_STEP && f->value > 0 ? (int64_t)(f->value * 1000) : 0);
}

static bool is_of(const struct found_row *r, enum log_code code)
{
	for (int i = 0; i < r->n; i++)
		if (r->also[i] == code)
			return true;
	return r->code == code;
}

static bool is_about(const struct invariants *v, const struct break_row *b, const struct msg *m)
{
	enum fault_place place = fault_rows[b->spec.kind].place;

	if (m->log.code != LOG_SENSOR || place != PLACE_SENSOR || m->log.node == NO_NODE)
		return true;
	return strcmp(house_alias(v->house, m->log.node), b->spec.node) == 0;
}

static bool is_flow_meter(const struct invariants *v, const char *node)
{
	for (int i = 0; i < v->house->n_channels; i++)
		if (channel_is_flow(&v->house->channels[i]) && strcmp(house_alias(v->house, v->house->channels[i].by), node) == 0)
			return true;
	return false;
}

/* A flow meter gives pulses: those that do not come cannot be told from water that stands, unless a pump runs. */
static bool is_without_pulses(const struct invariants *v, const struct break_row *b)
{
	return (b->spec.kind == FAULT_SENSOR_OPEN || b->spec.kind == FAULT_SENSOR_SHORT) && is_flow_meter(v, b->spec.node);
}

void invariants_found_line(struct invariants *v, const struct msg *m, struct mono now)
{
	bool explained;

	if (m->log.code == LOG_NO_FLOW)
		v->no_flow = m->log.level <= LEVEL_WARNING;
	explained = m->log.level > LEVEL_WARNING || m->from == TO_ATN || is_natural(v, m, now);

	for (int i = 0; v->breaks != NULL && i < v->breaks->next; i++) {
		struct break_row *b = &v->breaks->list[i];
		const struct found_row *r = &rows[b->spec.kind];

		if (!b->begun || (b->ended && mono_since(now, b->end) > explained_ms(&b->spec, (enum log_code)m->log.code)) ||
			!is_of(r, (enum log_code)m->log.code) || !is_about(v, b, m))
			continue;
		explained = true;
		if (b->found || (is_without_pulses(v, b) ? LOG_NO_FLOW : r->code) != (enum log_code)m->log.code)
			continue;
		b->found = true;
		b->found_at = now;
	}
	if (!explained && v->alarm[0] == '\0')
		snprintf(v->alarm, sizeof(v->alarm), "false alarm %s %.60s: %.80s", log_code_name((enum log_code)m->log.code),
			m->log.node == NO_NODE ? "" : house_alias(v->house, m->log.node), m->log.text);
}

static bool pump_runs(const struct invariants *v, const struct seen *s)
{
	for (int i = 0; i < v->settings->n_relays; i++)
		for (int k = 0; s->relays[i].on && k < v->settings->n_zones; k++)
			if (v->settings->zones[k].pump == v->settings->relays[i].node)
				return true;
	return false;
}

/* A pump that runs, and a flow meter without pulses: within three minutes NO_FLOW stands. */
static bool dry_is_said(struct invariants *v, const struct seen *s, char why[INVARIANTS_WHY])
{
	bool dry = false;

	for (int i = v->breaks != NULL ? v->breaks->done : 0; v->breaks != NULL && i < v->breaks->next; i++)
		dry = dry || (v->breaks->list[i].begun && !v->breaks->list[i].ended && is_without_pulses(v, &v->breaks->list[i]) &&
			strcmp(v->breaks->list[i].spec.node, v->settings->roles.flow_name) == 0);
	if (!dry || !pump_runs(v, s) || s->since_boot_ms < 1000 || s->boots != v->dry_boots) {
		v->no_flow = v->no_flow && s->boots == v->dry_boots;
		v->dry_boots = s->boots;
		v->dry_since = s->now;
	}
	if (v->no_flow || mono_since(s->now, v->dry_since) < 3 * MINUTE_S * 1000)
		return true;
	v->dry_since = s->now;
	snprintf(why, INVARIANTS_WHY, "a pump runs, %.60s gives no pulses, and no NO_FLOW in 3 min", v->settings->roles.flow_name);
	return false;
}

bool invariants_found(struct invariants *v, const struct seen *s, char why[INVARIANTS_WHY])
{
	bool well = v->alarm[0] == '\0';
	char text[FAULT_TEXT];

	memcpy(why, v->alarm, sizeof(v->alarm));
	v->alarm[0] = '\0';
	for (int i = v->breaks != NULL ? v->breaks->done : 0; v->breaks != NULL && i < v->breaks->next; i++) {
		struct break_row *b = &v->breaks->list[i];
		int64_t within_ms = rows[b->spec.kind].within_s * 1000LL;

		if (!b->begun || b->found || within_ms == 0 || is_without_pulses(v, b) || mono_since(s->now, b->begin) < within_ms ||
			(b->ended && mono_since(b->end, b->begin) < within_ms))
			continue;
		b->found = true;	/* said once */
		b->found_at = MONO_NEVER;
		fault_write(&b->spec, text, sizeof(text));
		snprintf(why, INVARIANTS_WHY, "%.120s not found by %s in %lld s", text, log_code_name(rows[b->spec.kind].code),
			(long long)within_ms / 1000);
		well = false;
	}
	return dry_is_said(v, s, why) && well;
}
