/* SPDX-License-Identifier: MIT */
/* The scada's picture of the house: newest readings, what of them is kept, power and energy. */
#include <stdlib.h>
#include <string.h>

#include "actor/scada_parts.h"
#include "spaceheat/guard.h"

enum { KEEP_POWER_MS = 300000, POWER_OLD_MS = 5000, RELAY_SYNC_S = 240, SLOT_S = 300 };

/* --- is it usable? --------------------------------------------------------------------------- */

static int64_t stale_ms(const struct scada *s)
{
	int64_t polls = s->settings->sensors.poll_s * 2500LL;

	return polls > SCADA_STALE_MS ? polls : SCADA_STALE_MS;
}

static bool usable(const struct scada *s, int channel)
{
	const struct scada_channel *c = &s->channels[channel];

	return c->quality == QUALITY_GOOD && mono_since(s->now, c->at) <= stale_ms(s);
}

/* A relay's state is known for as long as the guard answers: it is no reading that grows old. */
bool scada_present(const struct scada *s, int channel)
{
	if (s->house->channels[channel].name == TELEMETRY_RELAY_STATE)
		return s->channels[channel].quality == QUALITY_GOOD;
	return usable(s, channel);
}

/* --- what it is there for -------------------------------------------------------------------- */

/* What sight and the zones of a contract are judged by; what all other channels say changes no decision between two ticks. */
static bool decides_by(const struct scada *s, int node)
{
	for (int i = 0; i < s->settings->n_zones; i++)
		if (s->settings->zones[i].sensor == node)
			return true;
	return node == settings_tank_top(s->settings);
}

static void find_in(const int nodes[], int n, int node, int8_t range[2])
{
	range[0] = 0;
	range[1] = -1;
	for (int i = 0; i < n; i++) {
		if (nodes[i] != node)
			continue;
		range[0] = range[1] < 0 ? (int8_t)i : range[0];
		range[1] = (int8_t)i;
	}
}

/* Roles and zones may be others after a reload. */
static void find_parts(struct scada *s)
{
	const struct settings_roles *roles = &s->settings->roles;

	s->parts_of = s->settings->taken;
	for (int i = 0; i < s->house->n_channels; i++) {
		const struct channel *c = &s->house->channels[i];
		struct scada_part *part = &s->parts[i];

		part->temperature = channel_is_temperature(c);
		part->decides = part->temperature && decides_by(s, c->about);
		find_in(roles->store, roles->n_store, c->about, part->store);
		find_in(roles->buffer, roles->n_buffer, c->about, part->buffer);
	}
}

/* The first one of each node. */
void scada_index_channels(struct scada *s)
{
	find_parts(s);
	for (int i = 0; i < HOUSE_MAX_NODES; i++)
		s->temperature_of[i] = s->first_flow_of[i] = -1;
	for (int i = s->house->n_channels - 1; i >= 0; i--) {
		const struct channel *c = &s->house->channels[i];

		if (channel_is_temperature(c))
			s->temperature_of[c->about] = (int16_t)i;
		if (channel_is_flow(c))
			s->first_flow_of[c->about] = (int16_t)i;
	}
}

struct reading_mc scada_node_mc(const struct scada *s, int node)
{
	int c = node == NO_NODE ? -1 : s->temperature_of[node];

	if (c < 0 || !usable(s, c))
		return (struct reading_mc){ false, 0 };
	return (struct reading_mc){ true, s->channels[c].mc };
}

/* SF-83: seeing means the top of the tank and every critical zone can be read. */
bool scada_seeing(const struct scada *s)
{
	int top = settings_tank_top(s->settings);

	if (top != NO_NODE && !scada_node_mc(s, top).good)
		return false;
	for (int i = 0; i < s->settings->n_zones; i++)
		if (s->settings->zones[i].critical && !scada_node_mc(s, s->settings->zones[i].sensor).good)
			return false;
	return true;
}

void scada_picture(const struct scada *s, struct homealone_picture *p)
{
	memset(p, 0, sizeof(*p));
	for (int i = 0; i < s->settings->n_zones; i++)
		p->zone[i] = scada_node_mc(s, s->settings->zones[i].sensor);
	p->tank_top = scada_node_mc(s, settings_tank_top(s->settings));
	p->setpoint_mc = scada_setpoint_mc(s);
}

/* --- the guard's readings -------------------------------------------------------------------- */

/* Milli-degrees; of power watts, of a flow millilitres a minute (a US gallon is 3785.41). */
static int32_t guard_value(const struct channel *c, int64_t code, int64_t mc)
{
	if (channel_is_temperature(c))
		return (int32_t)mc;
	if (c->name == TELEMETRY_GPM_TIMES_100)
		return (int32_t)(code_map_apply(c->map, code) * 378541 / 10000);
	if (c->name == TELEMETRY_GPM_TIMES_10)
		return (int32_t)(code_map_apply(c->map, code) * 378541 / 1000);
	return (int32_t)code_map_apply(c->map, code);
}

/* What the guard hears in one step it hears in one message, as far as there is room. */
static bool join(struct msg *before, const struct msg_guard_reading *g)
{
	struct msg_guard_reading first = before->guard_reading;

	if (before->type == MSG_GUARD_READING) {
		before->type = MSG_GUARD_READINGS;
		before->guard_readings = (struct msg_guard_readings){ .n = 1, .list = { first } };
	}
	if (before->guard_readings.n == GUARD_READINGS_MOST)
		return false;
	before->guard_readings.list[before->guard_readings.n++] = *g;
	return true;
}

static void tell_guard(struct scada *s, int channel, enum guard_role role, int source, struct outbox *out)
{
	const struct scada_channel *c = &s->channels[channel];
	struct msg_guard_reading g = { .role = (uint8_t)role, .source = (uint8_t)source, .quality = (uint8_t)c->quality,
		.age_ms = (int32_t)mono_since(s->now, c->at) };

	if (c->quality == QUALITY_GOOD)
		g.value_mc = guard_value(&s->house->channels[channel], c->code, c->mc);
	if (s->guard_at >= 0 && join(&out->box[s->guard_at], &g))
		return;
	s->guard_at = out->n < OUTBOX_MAX ? out->n : -1;
	say(out, &(struct msg){ .type = MSG_GUARD_READING, .to = TO_RELAY, .guard_reading = g });
}

/* What the elements draw and the emitters take: for dry firing and welded contacts (SF-17, SF-86). */
static void tell_guard_flows(struct scada *s, int channel, struct outbox *out)
{
	const struct settings_roles *roles = &s->settings->roles;
	const struct channel *c = &s->house->channels[channel];

	if (c->name == TELEMETRY_POWER_W && c->by == roles->meter)
		tell_guard(s, channel, GUARD_ROLE_POWER_W, 0, out);
	if (c->about == roles->flow && channel_is_flow(c))
		tell_guard(s, channel, GUARD_ROLE_FLOW, 0, out);
}

/* To the guard all hot water is one store: no sensor of it may pass the ceiling. */
static void tell_guard_tanks(struct scada *s, int channel, int node, struct outbox *out)
{
	const struct settings_roles *roles = &s->settings->roles;
	const struct scada_part *part = &s->parts[channel];

	for (int i = part->store[0]; i <= part->store[1]; i++)
		if (roles->store[i] == node)
			tell_guard(s, channel, GUARD_ROLE_STORE, i, out);
	for (int i = part->buffer[0]; i <= part->buffer[1]; i++)
		if (roles->buffer[i] == node)
			tell_guard(s, channel, GUARD_ROLE_STORE, SETTINGS_MAX_STORE + i, out);
}

static void tell_guard_roles(struct scada *s, int channel, struct outbox *out)
{
	const struct settings_roles *roles = &s->settings->roles;
	int node = s->house->channels[channel].about;

	if (!s->parts[channel].temperature) {
		tell_guard_flows(s, channel, out);
		return;
	}
	if (node == settings_tank_top(s->settings))
		tell_guard(s, channel, GUARD_ROLE_STORE_TOP, 0, out);
	tell_guard_tanks(s, channel, node, out);
	if (node == roles->supply)
		tell_guard(s, channel, GUARD_ROLE_SUPPLY, 0, out);
	if (node == roles->supply || node == roles->return_pipe)
		tell_guard(s, channel, GUARD_ROLE_PIPE, node == roles->supply ? 0 : 1, out);
	for (int i = 0; i < s->settings->n_zones; i++)
		if (s->settings->zones[i].sensor == node)
			tell_guard(s, channel, GUARD_ROLE_ZONE, i, out);
}

/* --- what is kept ----------------------------------------------------------------------------- */

static void keep(struct scada *s, int channel, struct wall tick, struct outbox *out)
{
	struct scada_channel *c = &s->channels[channel];
	struct msg m = { .type = MSG_KEEP, .to = TO_HISTORY, .keep = {
		.channel = channel, .code = c->code, .tick = tick } };

	c->has_kept = true;
	c->kept = tick;
	c->kept_code = c->code;
	say(out, &m);
}

static int64_t full_scale(const struct scada *s, enum telemetry_name name)
{
	int64_t w = settings_nameplate_w(s->settings);

	return name == TELEMETRY_CURRENT_UA ? w * 1000000 / 240 : w;
}

/* Metered quantities: on change by report_change of nameplate against what was last kept, else every 5 minutes. */
static bool metered_due(const struct scada *s, const struct channel *ch, const struct scada_channel *c)
{
	int64_t step = (int64_t)((double)full_scale(s, ch->name) * s->settings->meter.report_change);

	return llabs(c->code - c->kept_code) > step || c->tick.ms - c->kept.ms >= KEEP_POWER_MS;
}

static bool keep_due(const struct scada *s, int channel)
{
	const struct channel *ch = &s->house->channels[channel];
	const struct scada_channel *c = &s->channels[channel];

	if (!c->has_kept)
		return true;
	if (ch->keep_s == 0)
		return metered_due(s, ch, c);
	/* By slots of the schedule, so that a reading a little early or late is neither lost nor doubled. */
	return wall_slot_s(c->tick, ch->keep_s) != wall_slot_s(c->kept, ch->keep_s);
}

/* --- power and energy -------------------------------------------------------------------------- */

void scada_energy(struct scada *s)
{
	energy_advance(&s->energy, s->contract.state == CONTRACT_LIVE ? &s->contract : NULL, s->now,
		s->settings->meter.poll_ms);
}

bool scada_power_known(const struct scada *s)
{
	return s->power.known && mono_since(s->now, s->power.read_at) <= POWER_OLD_MS;
}

void scada_send_power(struct scada *s, struct outbox *out)
{
	struct msg m = { .type = MSG_SEND_POWER, .to = TO_UPLINK, .send_power = { s->power.w } };
	double step = settings_nameplate_w(s->settings) * s->settings->meter.report_change;
	bool moved = !s->power.reported || abs(s->power.w - s->power.reported_w) > step;

	if (!s->power.known || !moved || !s->link_up || s->contract.state != CONTRACT_LIVE)
		return;
	s->power.reported = true;
	s->power.reported_w = s->power.w;
	say(out, &m);
}

/* SF-85: no power is unknown, never 0; the account holds the last one. */
static void new_power(struct scada *s, const struct msg_reading *r, struct outbox *out)
{
	struct contract_record *live = s->contract.state == CONTRACT_LIVE ? &s->contract : NULL;

	scada_energy(s);
	if (r->quality != QUALITY_GOOD)
		return;
	energy_power(&s->energy, (int32_t)r->code, s->now);
	if (r->has_register)
		energy_register(&s->energy, live, r->register_wh);
	s->power.known = true;
	s->power.read_at = s->now;
	s->power.w = (int32_t)r->code;
	scada_send_power(s, out);
}

/* --- messages ----------------------------------------------------------------------------------- */

static void take_reading(struct scada *s, const struct msg_reading *r, struct outbox *out)
{
	struct scada_channel *c;

	if (r->channel < 0 || r->channel >= s->house->n_channels)
		return;
	if (s->parts_of != s->settings->taken)
		find_parts(s);
	c = &s->channels[r->channel];
	s->n_qualities += c->quality != r->quality;
	c->quality = r->quality;
	c->at = r->at;
	c->tick = r->tick;
	if (r->quality == QUALITY_GOOD) {
		c->code = r->code;
		c->mc = s->parts[r->channel].temperature ? channel_mc(&s->house->channels[r->channel], r->code) : 0;
	} else if (c->has_kept || r->quality != QUALITY_UNKNOWN) {	/* before the first look nothing is wrong */
		c->errors++;
		c->last_error = r->quality;
	}
	tell_guard_roles(s, r->channel, out);
	if (s->house->channels[r->channel].name == TELEMETRY_POWER_W)
		new_power(s, r, out);
	if (r->quality == QUALITY_GOOD && keep_due(s, r->channel))
		keep(s, r->channel, r->tick, out);
	s->unsettled |= s->parts[r->channel].decides;
}

void scada_reading(struct scada *s, const struct msg *in, struct outbox *out)
{
	s->guard_at = -1;
	take_reading(s, &in->reading, out);
}

void scada_readings(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_readings *all = &in->readings;

	s->guard_at = -1;
	for (int i = 0; i < all->n && i < READINGS_MOST; i++)
		take_reading(s, &(struct msg_reading){ .channel = all->list[i].channel,
			.quality = (enum quality)all->list[i].quality, .code = all->list[i].code, .at = all->at,
			.tick = all->tick }, out);
}

void scada_own_reading(struct scada *s, int channel, int64_t code, struct outbox *out)
{
	struct scada_channel *c;

	if (channel < 0)
		return;
	c = &s->channels[channel];
	s->n_qualities += c->quality != QUALITY_GOOD;
	*c = (struct scada_channel){ .quality = QUALITY_GOOD, .code = code, .at = s->now, .tick = s->clock };
	keep(s, channel, s->clock, out);
}

/* Each 5-minute slot holds each relay's state at least once, 240 s into it (as the AtomicTNodes of 2022 expect). */
void scada_keep_relays(struct scada *s, struct outbox *out)
{
	int64_t slot_s = wall_slot_s(s->clock, SLOT_S);

	if (s->clock.ms / 1000 - slot_s < RELAY_SYNC_S || s->synced_slot_s == slot_s)
		return;
	s->synced_slot_s = slot_s;
	for (int i = 0; i < s->settings->n_relays; i++) {
		int channel = s->settings->relays[i].channel;

		if (channel >= 0 && s->relays[i].asked)
			scada_own_reading(s, channel, s->relays[i].on, out);
	}
}
