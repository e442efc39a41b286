/* SPDX-License-Identifier: MIT */
#include "actor/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spaceheat/guard.h"

void relay_init(struct relay *r, const struct house *house, const struct settings *settings,
	const struct guard_port *port)
{
	memset(r, 0, sizeof(*r));
	r->house = house;
	r->settings = settings;
	r->port = *port;
}

static int node_of(const struct relay *r, int relay)
{
	return relay >= 0 && relay < HOUSE_MAX_RELAYS && relay < r->settings->n_relays ?
	       r->settings->relays[relay].node : NO_NODE;
}

/* --- scada to guard ------------------------------------------------------------------------- */

/* Said once, until it answers again: SF-96 would thin it out, but the first line is the one that tells. */
static void lost(struct relay *r, int relay, const char *why, struct outbox *out)
{
	if (!r->lost)
		record(out, LEVEL_ERROR, LOG_DRIVER, node_of(r, relay), 0,
			"request not passed on: %s - relays fall back when their leases lapse", why);
	r->lost = true;
}

static void found(struct relay *r, struct outbox *out)
{
	if (r->lost)
		record(out, LEVEL_INFO, LOG_DRIVER, NO_NODE, 1, "guard answers again");
	r->lost = false;
}

static void want(struct relay *r, const struct msg *in, struct outbox *out)
{
	const struct msg_want *w = &in->want;
	struct guard_want asked = { .relay = w->relay, .on = w->on, .rank = w->rank,
		.lease_ms = w->lease_ms };
	struct msg refused = { .type = MSG_ANSWER, .to = TO_SCADA, .answer = { .relay = w->relay,
		.result = GUARD_DRIVER_ERROR, .seq = w->seq } };
	struct err e;

	if (r->port.want(r->port.self, &asked, w->seq, &e)) {
		r->pending[r->next++ % RELAY_PENDING] = w->seq;
		return;
	}
	lost(r, w->relay, e.text, out);
	say(out, &refused);
}

/* A reading that does not arrive is a reading that grows old: the guard draws its own conclusion (SF-16). */
static void pass_on(struct relay *r, const struct msg_guard_reading *m, struct outbox *out)
{
	struct guard_reading g = { .role = m->role, .source = m->source, .quality = m->quality,
		.value_mc = m->value_mc, .age_ms = m->age_ms };
	struct err e;

	if (!r->port.reading(r->port.self, &g, &e))
		lost(r, GUARD_NO_RELAY, e.text, out);
}

static void reading(struct relay *r, const struct msg *in, struct outbox *out)
{
	pass_on(r, &in->guard_reading, out);
}

static void readings(struct relay *r, const struct msg *in, struct outbox *out)
{
	for (int i = 0; i < in->guard_readings.n && i < GUARD_READINGS_MOST; i++)
		pass_on(r, &in->guard_readings.list[i], out);
}

static void reset(struct relay *r, const struct msg *in, struct outbox *out)
{
	int which = in->reset.relay < 0 ? GUARD_NO_RELAY : in->reset.relay;
	struct err e;

	if (!r->port.reset_one(r->port.self, which, &e))
		lost(r, which, e.text, out);
}

/* --- guard to scada ------------------------------------------------------------------------- */

static bool was_asked(struct relay *r, uint32_t seq)
{
	for (int i = 0; i < RELAY_PENDING; i++)
		if (seq != 0 && r->pending[i] == seq) {
			r->pending[i] = 0;
			return true;
		}
	r->strays++;
	return false;
}

static void forward(const struct msg *in, struct outbox *out)
{
	struct msg m = *in;

	m.to = TO_SCADA;
	say(out, &m);
}

static void answer(struct relay *r, const struct msg *in, struct outbox *out)
{
	if (!was_asked(r, in->answer.seq))
		return;
	if (in->answer.result != GUARD_DRIVER_ERROR)
		found(r, out);
	forward(in, out);
}

static void log_driver(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	record(out, LEVEL_ERROR, LOG_DRIVER, node_of(r, e->relay), e->on, "%s - %s", e->text,
		e->relay == GUARD_NO_RELAY ? "if this repeats, see the journal of spaceheatd" :
		"check the relay board and its wiring");
}

static void log_ceiling(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	(void)r;
	if (e->on)
		record(out, LEVEL_WARNING, LOG_CEILING, NO_NODE, e->value,
			"%s: %d.%d C on two readings - heat sources stay off until it has cooled by 5 K",
			e->text, e->value / 1000, e->value % 1000 / 100);
	else
		record(out, LEVEL_INFO, LOG_CEILING, NO_NODE, e->value, "%s over at %d.%d C", e->text,
			e->value / 1000, e->value % 1000 / 100);
}

static void log_trip(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	(void)r;
	record(out, LEVEL_CRITICAL, LOG_TRIP, NO_NODE, e->value,
		"%s: %d.%d C, heat locked off - find the cause; below 70 C: spaceheat reset trip, or 1 h",
		e->text, e->value / 1000, e->value % 1000 / 100);
}

static void log_trip_reset(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	(void)r;
	record(out, LEVEL_INFO, LOG_TRIP, NO_NODE, e->value, "%s over at %d.%d C", e->text, e->value / 1000,
		e->value % 1000 / 100);
}

/* Which sensor the guard speaks of. */
static int sensor_of(const struct relay *r, const struct msg_relay_event *e)
{
	const struct settings_roles *roles = &r->settings->roles;

	if (e->role == GUARD_ROLE_PIPE)
		return e->source == 0 ? roles->supply : roles->return_pipe;
	if (e->role == GUARD_ROLE_ZONE && e->source < r->settings->n_zones)
		return r->settings->zones[e->source].sensor;
	return NO_NODE;
}

static void log_freeze(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	const char *sign = e->value < 0 ? "-" : "";
	int mc = abs(e->value);

	if (e->on)
		record(out, LEVEL_CRITICAL, LOG_FREEZE, sensor_of(r, e), e->value,
			"%s: %s%d.%d C, pumps and heat on, whatever else is asked - "
			"look for what keeps it cold there",
			e->text, sign, mc / 1000, mc % 1000 / 100);
	else
		record(out, LEVEL_INFO, LOG_FREEZE, sensor_of(r, e), e->value, "%s over at %s%d.%d C",
			e->text, sign, mc / 1000, mc % 1000 / 100);
}

/* Where to find its breaker. */
static void breaker_of(const struct relay *r, int relay, char text[WORD_SIZE + 16])
{
	const char *label = relay < r->settings->n_relays ? r->settings->relays[relay].label : "";

	snprintf(text, WORD_SIZE + 16, "%s%s%s", label[0] != 0 ? "breaker \"" : "its breaker", label,
		label[0] != 0 ? "\"" : "");
}

static void log_dry_fire(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	int node = node_of(r, e->relay);

	if (e->on)
		record(out, LEVEL_CRITICAL, LOG_DRY_FIRE, node, e->value,
			"signs of heating without water: store %s (rise_mk=%d); locked off - "
			"check the water level, then: spaceheat reset %.40s",
			e->text, e->value, house_alias(r->house, node));
	else
		record(out, LEVEL_INFO, LOG_DRY_FIRE, node, e->value, "lock over: %s", e->text);
}

static void log_no_load(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	char breaker[WORD_SIZE + 16];

	breaker_of(r, e->relay, breaker);
	if (e->on)
		record(out, LEVEL_WARNING, LOG_NO_LOAD, node_of(r, e->relay), e->value,
			"on, but draws no power: %s (total_w=%d) - check %s", e->text, e->value, breaker);
	else
		record(out, LEVEL_INFO, LOG_NO_LOAD, node_of(r, e->relay), e->value, "over: %s", e->text);
}

static void log_welded(struct relay *r, const struct msg_relay_event *e, struct outbox *out)
{
	char breaker[WORD_SIZE + 16];

	breaker_of(r, e->relay, breaker);
	if (e->on)
		record(out, LEVEL_CRITICAL, LOG_WELDED, node_of(r, e->relay), e->value,
			"%d W while commanded off for 30 s - switch off %s and replace the relay", e->value,
			breaker);
	else
		record(out, LEVEL_INFO, LOG_WELDED, node_of(r, e->relay), e->value, "over: %s", e->text);
}

typedef void logger(struct relay *, const struct msg_relay_event *, struct outbox *);

/* What is scada's to log (RELAY, HELD) has no line here. */
static logger *const loggers[N_GUARD_EVENTS] = {
	[GUARD_EVENT_DRIVER] = log_driver,
	[GUARD_EVENT_CEILING] = log_ceiling,
	[GUARD_EVENT_TRIP] = log_trip,
	[GUARD_EVENT_TRIP_RESET] = log_trip_reset,
	[GUARD_EVENT_FREEZE] = log_freeze,
	[GUARD_EVENT_DRY_FIRE] = log_dry_fire,
	[GUARD_EVENT_NO_LOAD] = log_no_load,
	[GUARD_EVENT_WELDED] = log_welded,
};

static void event(struct relay *r, const struct msg *in, struct outbox *out)
{
	const struct msg_relay_event *e = &in->relay_event;

	if (e->kind < N_GUARD_EVENTS && loggers[e->kind] != NULL)
		loggers[e->kind](r, e, out);
	forward(in, out);
}

/* --- step ----------------------------------------------------------------------------------- */

static const struct { enum msg_type type; void (*take)(struct relay *, const struct msg *, struct outbox *); }
takers[] = {
	{ MSG_WANT, want },
	{ MSG_GUARD_READING, reading },
	{ MSG_GUARD_READINGS, readings },
	{ MSG_RESET, reset },
	{ MSG_ANSWER, answer },
	{ MSG_RELAY_EVENT, event },
};

void relay_step(void *self, const struct msg *in, struct outbox *out)
{
	out->wake_at = MONO_NEVER;
	for (size_t i = 0; i < sizeof(takers) / sizeof(takers[0]); i++)
		if (takers[i].type == in->type)
			takers[i].take(self, in, out);
}
