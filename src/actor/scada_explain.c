/* SPDX-License-Identifier: MIT */
/* Why a relay is what it is: the layers of authority from the highest down, each with what it looked at. Only looks. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"

static struct view_layer *add(struct view_explain *e, const char *name, enum view_ask asks)
{
	struct view_layer *l = &e->layer[e->n_layers++];

	*l = (struct view_layer){ .asks = asks };
	snprintf(l->name, sizeof(l->name), "%s", name);
	return l;
}

static void say_why(struct view_layer *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say_why(struct view_layer *l, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(l->text, sizeof(l->text), format, args);
	va_end(args);
}

static struct view_input *input(struct view_layer *l, const char *name, const char *unit, double value)
{
	struct view_input *in = &l->input[l->n_inputs++];

	*in = (struct view_input){ .known = true, .value = value };
	snprintf(in->name, sizeof(in->name), "%s", name);
	snprintf(in->unit, sizeof(in->unit), "%s", unit);
	return in;
}

static void limited(struct view_layer *l, const char *name, const char *unit, double value, double limit)
{
	struct view_input *in = input(l, name, unit, value);

	in->has_limit = true;
	in->limit = limit;
}

static void measured(const struct scada *s, struct view_layer *l, const char *name, int node, double limit_c)
{
	struct reading_mc r = scada_node_mc(s, node);

	if (node == NO_NODE)
		return;
	limited(l, name, "C", (double)r.mc / 1000, limit_c);
	l->input[l->n_inputs - 1].known = r.good;
}

/* --- the guard's layers -------------------------------------------------------------------------------------- */

/* The guard's last answer, where its hold is of that kind. */
static bool held_by(const struct scada_relay *r, enum guard_result result)
{
	return r->asked && r->result == result && r->wanted != r->on;
}

static void over_temperature(const struct scada *s, int relay, struct view_explain *e)
{
	const struct scada_relay *r = &s->relays[relay];
	bool stops = held_by(r, GUARD_HELD_CEILING);
	struct view_layer *l = add(e, "OverTemperature", stops ? ASKS_OFF : ASKS_NOTHING);

	measured(s, l, "tank top", settings_tank_top(s->settings), s->settings->guard.store_ceiling_c);
	measured(s, l, "supply", s->settings->roles.supply, s->settings->guard.supply_ceiling_c);
	say_why(l, "%s", s->tripped ? "the trip is latched: spaceheat reset trip, once it is below 70 C" :
		stops ? "the guard stopped it at a ceiling" : "below the ceilings");
}

static void missing_data(const struct scada *s, int relay, struct view_explain *e)
{
	const struct scada_relay *r = &s->relays[relay];
	bool blind = held_by(r, GUARD_HELD_MISSING_DATA), locked = r->locks != 0 || held_by(r, GUARD_HELD_LOCKOUT),
		broken = held_by(r, GUARD_DRIVER_ERROR);
	struct view_layer *l = add(e, "MissingData", blind || locked || broken ? ASKS_OFF : ASKS_NOTHING);

	limited(l, "not seen for", "s", (double)mono_since(s->now, s->seeing_since) / 1000, SCADA_BLIND_MS / 1000.0);
	say_why(l, "%s", locked ? "the guard has locked it: spaceheat alerts" :
		broken ? "the relay's board does not answer" :
		blind ? "the guard misses a reading that this relay needs" : "all that must be measured is");
}

static void freeze(const struct scada *s, int relay, struct view_explain *e)
{
	bool acts = s->heat.freezing || held_by(&s->relays[relay], GUARD_HELD_FREEZE);
	struct view_layer *l = add(e, "Freeze", acts ? ASKS_ON : ASKS_NOTHING);
	const struct settings_roles *r = &s->settings->roles;

	measured(s, l, "supply", r->supply, s->settings->guard.freeze_pipe_c);
	measured(s, l, "return", r->return_pipe, s->settings->guard.freeze_pipe_c);
	say_why(l, acts ? "pipes or rooms are near freezing" : "nothing is near freezing");
}

static void minimum_times(const struct scada *s, int relay, struct view_explain *e)
{
	const struct scada_relay *r = &s->relays[relay];
	bool off = held_by(r, GUARD_HELD_MIN_OFF) || held_by(r, GUARD_HELD_RATE), on = held_by(r, GUARD_HELD_MIN_ON);
	struct view_layer *l = add(e, "MinimumTimes", off ? ASKS_OFF : on ? ASKS_ON : ASKS_NOTHING);

	if (s->settings->relays[relay].kind == RELAY_HEAT_PUMP)
		limited(l, "starts in 1 h", "", scada_starts_1h(s, r), s->settings->guard.hp_max_starts_per_hour);
	if ((off || on) && r->held_until.ms > s->clock.ms)
		input(l, "held for", "s", (double)(r->held_until.ms - s->clock.ms) / 1000);
	say_why(l, "%s", off || on ? guard_result_name(r->result) : "no rest or run is under way that forbids a change");
}

/* --- people, contract, schedule ------------------------------------------------------------------------------------ */

static void comfort_floor(const struct scada *s, struct view_explain *e)
{
	struct view_layer *l = add(e, "ComfortFloor", ASKS_NOTHING);

	for (int i = 0; i < s->settings->n_zones && l->n_inputs < VIEW_INPUTS; i++)
		if (s->settings->zones[i].critical)
			measured(s, l, s->settings->zones[i].name, s->settings->zones[i].sensor, s->settings->guard.sla_floor_c);
	say_why(l, s->sla.held != 0 ? "a room was too cold: no contract has the controls until it is warm again" :
		"no room is so cold that a contract must end");
}

static void operator_layer(const struct scada *s, int relay, struct view_explain *e)
{
	const struct scada_relay *r = &s->relays[relay];
	bool operated = r->operated && !mono_reached(s->now, r->operate_until);
	struct view_layer *l = add(e, "Operator", !operated ? ASKS_NOTHING : r->operate_on ? ASKS_ON : ASKS_OFF);

	if (operated)
		input(l, "for another", "s", (double)mono_since(r->operate_until, s->now) / 1000);
	say_why(l, operated ? "a person at the house holds it" : "nobody at the house holds it");
}

static void contract_layer(const struct scada *s, int relay, struct view_explain *e)
{
	const struct scada_relay *r = &s->relays[relay];
	bool dispatched = r->dispatched && !mono_reached(s->now, r->dispatch_until);
	struct view_layer *l = add(e, "Contract", !dispatched ? ASKS_NOTHING : r->dispatch_on ? ASKS_ON : ASKS_OFF);

	if (s->contract.state == CONTRACT_LIVE && s->beats.ever)
		limited(l, "last beat", "s", (double)beats_age_ms(&s->beats, s->now) / 1000, 180);
	say_why(l, "contract %s, mode %s%s", contract_state_name((enum contract_state)s->contract.state),
		control_mode_name(s->mode.mode), dispatched ? ": the AtomicTNode dispatched it" :
		s->heat.allied ? ": an energy instruction decides for local control" : ": no dispatch of this relay");
}

static void picture_of(struct view_layer *l, const struct local_picture *p)
{
	limited(l, "buffer top", "C", p->buf_top_c, p->rswt_c);
	input(l, "buffer bottom", "C", p->buf_bot_c);
	limited(l, "usable", "Wh", p->usable_wh, p->required_wh);
	input(l, "on-peak", "", p->onpeak);
	input(l, "a room is cold", "", p->zone_cold);
	input(l, "water rose", "K", p->gain_k);
}

static void local_layer(const struct scada *s, int relay, struct view_explain *e)
{
	bool on = s->local_wants[relay];
	struct view_layer *l = add(e, "LocalSchedule", on ? ASKS_ON : ASKS_OFF);
	const struct house_heat *m = &s->heat.machine;

	if (!scada_heats_by_model(s) || !s->heat.decided) {
		say_why(l, "rooms and tank by their thermostats");
		return;
	}
	picture_of(l, &m->picture);
	say_why(l, "%s, %s since %lld s (%s); %s", top_mode_name(m->top), local_state_name(m->state),
		(long long)(mono_since(s->now, m->state_since) / 1000),
		s->heat.moved ? local_cause_name(s->heat.cause) : "at the start", s->heat.told_wish);
}

/* --- what would change it -------------------------------------------------------------------------------------------- */

static void local_change(const struct scada *s, bool on, char out[160])
{
	const struct local_picture *p = &s->heat.machine.picture;
	struct scada_plan now = s->heat.plan;

	if (!scada_heats_by_model(s))
		snprintf(out, 160, "a room or the tank that needs heat, or has enough");
	else if (s->heat.machine.top != TOP_NORMAL)
		snprintf(out, 160, "the end of %s, or the buffer's top %s %.1f C", top_mode_name(s->heat.machine.top),
			on ? "well above" : "below", p->rswt_c);
	else if (s->heat.level <= LADDER_STALE_PLAN && now.present)
		snprintf(out, 160, "the plan says %s now (spaceheat plan); or the buffer's top %s %.1f C", now.on ? "on" : "off",
			on ? "well above" : "below", p->rswt_c);
	else
		snprintf(out, 160, on ? "a dear hour with %.0f Wh in store, or a full buffer" :
			"the end of the dear hours, or less than %.0f Wh in store", p->required_wh);
}

static void next_change(const struct scada *s, int relay, struct view_explain *e)
{
	const struct scada_relay *r = &s->relays[relay];
	const struct view_layer *by = NULL;

	for (int i = 0; i < e->n_layers && by == NULL; i++)
		by = e->layer[i].asks != ASKS_NOTHING ? &e->layer[i] : NULL;
	if (by == NULL)
		return;
	e->layer[by - e->layer].decides = true;
	if (strcmp(by->name, "LocalSchedule") == 0)
		local_change(s, r->on, e->next_change);
	else if (strcmp(by->name, "Operator") == 0)
		snprintf(e->next_change, sizeof(e->next_change), "the end of the lease, or: spaceheat dispatch NODE auto");
	else if (strcmp(by->name, "Contract") == 0)
		snprintf(e->next_change, sizeof(e->next_change), "another dispatch, the end of the contract, or beats that stop");
	else
		snprintf(e->next_change, sizeof(e->next_change), "the end of: %.100s", by->text);
}

void scada_explain(const struct scada *s, const struct msg_query *q, struct view_explain *e)
{
	int relay = q->explain - 1;

	*e = (struct view_explain){ .relay = relay, .at_ms = s->clock.ms };
	if (relay < 0 || relay >= s->settings->n_relays)
		return;
	e->known = s->relays[relay].known;
	e->on = s->relays[relay].on;
	over_temperature(s, relay, e);
	missing_data(s, relay, e);
	freeze(s, relay, e);
	minimum_times(s, relay, e);
	comfort_floor(s, e);
	operator_layer(s, relay, e);
	contract_layer(s, relay, e);
	local_layer(s, relay, e);
	next_change(s, relay, e);
}
