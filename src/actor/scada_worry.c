/* SPDX-License-Identifier: MIT */
/* What people should hear of although nothing is broken yet: rooms that are cold, heat that is short, pumps without flow,
 * relays held for long, an outbox that fills. */
#include <stdio.h>

#include "actor/scada_parts.h"

static int sources_on(const struct scada *s, int *n)
{
	int on = 0;

	*n = 0;
	for (int i = 0; i < s->settings->n_relays; i++) {
		bool source = scada_is_source(s, i);

		*n += source;
		on += source && s->relays[i].known && s->relays[i].on;
	}
	return on;
}

static void watch_comfort(struct scada *s, int zone, const struct homealone_picture *p, struct outbox *out)
{
	const struct settings_zone *z = &s->settings->zones[zone];
	enum worry w = worry_cold(&s->worries.cold[zone], p->zone[zone], p->setpoint_mc,
		(int64_t)(s->settings->guard.sla_floor_c * 1000));
	char is[24], setpoint[24];
	int n, on;

	if (w == WORRY_SAME)
		return;
	on = sources_on(s, &n);
	scada_celsius(p->zone[zone].mc, is);
	scada_celsius(p->setpoint_mc, setpoint);
	if (w == WORRY_ENDS)
		record(out, LEVEL_INFO, LOG_COMFORT_LOW, z->sensor, (int32_t)p->zone[zone].mc, "%.60s %s again (setpoint %s)",
			z->name, is, setpoint);
	else
		record(out, w == WORRY_IS_BAD ? LEVEL_CRITICAL : LEVEL_WARNING, LOG_COMFORT_LOW, z->sensor,
			(int32_t)p->zone[zone].mc, "%.60s %s (setpoint %s, sources on %d of %d) - %s", z->name, is, setpoint, on, n,
			on == n ? "call the installer" : "see: spaceheat relays");
}

/* Is its pump a relay of ours that is on? */
static bool pump_on(const struct scada *s, const struct settings_zone *z)
{
	int relay = z->pump == NO_NODE ? -1 : settings_relay_of(s->settings, z->pump);

	return relay >= 0 && s->settings->relays[relay].kind == RELAY_PUMP && s->relays[relay].known && s->relays[relay].on;
}

/* A room that is warm enough cools between two runs of its pump, while the sources heat the store. */
static bool asks_for_heat(const struct scada *s, int zone)
{
	const struct settings_zone *z = &s->settings->zones[zone];

	return z->pump == NO_NODE || pump_on(s, z) || s->worries.cold[zone] != COLD_NOT;
}

static void watch_capacity(struct scada *s, int zone, const struct homealone_picture *p, struct outbox *out)
{
	const struct settings_zone *z = &s->settings->zones[zone];
	struct reading_mc outdoor;
	int n, on = sources_on(s, &n);
	enum worry w = worry_fall(&s->worries.fall[zone], n > 0 && on == n && asks_for_heat(s, zone), p->zone[zone],
		s->now);
	char is[24], out_c[24], power[24] = "unknown";

	if (w == WORRY_SAME)
		return;
	outdoor = scada_node_mc(s, s->settings->roles.outdoor);
	if (scada_power_known(s))
		snprintf(power, sizeof(power), "%d W", s->power.w);
	if (w == WORRY_BEGINS)
		record(out, LEVEL_WARNING, LOG_CAPACITY_SHORT, z->sensor, (int32_t)p->zone[zone].mc,
			"%.60s falls to %s with all sources on for 30 min (outdoor %s, power %s) - check heat pump output",
			z->name, scada_celsius(p->zone[zone].mc, is), outdoor.good ? scada_celsius(outdoor.mc, out_c) : "unknown", power);
	else if (w == WORRY_ENDS)
		record(out, LEVEL_INFO, LOG_CAPACITY_SHORT, z->sensor, 0, "%.60s no longer falls", z->name);
}

/* A fresh good flow reading, and whether water moves. */
static bool flow_of(const struct scada *s, bool *flows)
{
	int node = s->settings->roles.flow;

	for (int i = node == NO_NODE ? -1 : s->first_flow_of[node]; i >= 0 && i < s->house->n_channels; i++) {
		const struct channel *c = &s->house->channels[i];

		if (c->about != node || !channel_is_flow(c) || !scada_present(s, i))
			continue;
		*flows = code_map_apply(c->map, s->channels[i].code) > 0;
		return true;
	}
	return false;
}

/* The flow meter sits in the water to the rooms: it flows when a zone's pump runs. */
static void watch_flow(struct scada *s, struct outbox *out)
{
	bool flows = false, known = flow_of(s, &flows), any_on = false;
	enum worry w;

	for (int i = 0; i < s->settings->n_zones; i++)
		any_on = any_on || pump_on(s, &s->settings->zones[i]);
	w = worry_flow(&s->worries.flow, any_on, known, flows, s->now);
	if (w == WORRY_ENDS)
		record(out, LEVEL_INFO, LOG_NO_FLOW, s->settings->roles.flow, 0, "water flows again");
	else if (w != WORRY_SAME)
		record(out, w == WORRY_IS_BAD ? LEVEL_CRITICAL : LEVEL_WARNING, LOG_NO_FLOW, s->settings->roles.flow,
			s->worries.flow.times, "no flow for 60 s although the pump is on (times=%d) - check pump and air lock",
			s->worries.flow.times);
}

static void watch_starts(struct scada *s, int i, struct outbox *out)
{
	const struct settings_relay *r = &s->settings->relays[i];
	int most = s->settings->guard.hp_max_starts_per_hour, starts;
	enum worry w;

	if (r->kind != RELAY_HEAT_PUMP)
		return;
	starts = scada_starts_1h(s, &s->relays[i]);
	w = worry_share(&s->worries.cycling[i], starts, most, 80, 50);
	if (w == WORRY_BEGINS)
		record(out, LEVEL_WARNING, LOG_SHORT_CYCLE, r->node, starts,
			"%d starts in the hour (limit %d) - check setpoints, and what the AtomicTNode asks for", starts, most);
	else if (w == WORRY_ENDS)
		record(out, LEVEL_INFO, LOG_SHORT_CYCLE, r->node, starts, "%d starts in the hour", starts);
}

static void watch_lease(struct scada *s, int i, struct outbox *out)
{
	bool operated = s->relays[i].operated && s->now.ms < s->relays[i].operate_until.ms;
	int node = s->settings->relays[i].node;
	enum worry w = worry_long(&s->worries.lease[i], operated, WORRY_OPERATED_MS, s->now);

	if (w == WORRY_BEGINS)
		record(out, LEVEL_WARNING, LOG_TEST_MODE, node, 0,
			"held by an operator for 4 h - give back with: spaceheat dispatch %.60s auto", house_alias(s->house, node));
	else if (w == WORRY_ENDS)
		record(out, LEVEL_INFO, LOG_TEST_MODE, node, 0, "no longer held by an operator");
}

static void watch_outbox(struct scada *s, struct outbox *out)
{
	int64_t most = WORRY_KEEP_S / s->settings->status_period_s;
	enum worry w = worry_share(&s->worries.outbox, s->owed, most, 80, 60);

	if (w == WORRY_BEGINS)
		record(out, LEVEL_WARNING, LOG_OUTBOX, NO_NODE, s->owed,
			"%d statuses are owed, of %lld that are kept - restore the link", s->owed, (long long)most);
	else if (w == WORRY_ENDS)
		record(out, LEVEL_INFO, LOG_OUTBOX, NO_NODE, s->owed, "%d statuses are owed", s->owed);
}

void scada_worry(struct scada *s, struct outbox *out)
{
	struct homealone_picture picture;

	scada_picture(s, &picture);
	for (int i = 0; i < s->settings->n_zones; i++) {
		watch_comfort(s, i, &picture, out);
		watch_capacity(s, i, &picture, out);
	}
	for (int i = 0; i < s->settings->n_relays; i++) {
		watch_starts(s, i, out);
		watch_lease(s, i, out);
	}
	watch_flow(s, out);
	watch_outbox(s, out);
}
