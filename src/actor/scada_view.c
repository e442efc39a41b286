/* SPDX-License-Identifier: MIT */
/* What scada tells people: a view of everything when asked, and a word when something they follow changes. */
#include <string.h>

#include "actor/scada_parts.h"

enum {
	HOUR_MS = 3600 * 1000,
	READ_BACK_MS = 2 * SCADA_RENEW_MS + 5000,	/* it comes with the answers: two of them may be late */
};

void scada_show(struct scada *s, struct view_boxes *boxes)
{
	s->boxes = boxes;
}

void scada_news(const struct msg_news *n, struct outbox *out)
{
	struct msg m = { .type = MSG_NEWS, .to = TO_CONTROL, .news = *n };

	say(out, &m);
}

static void view_channel(const struct scada *s, int i, struct view_channel *v)
{
	const struct scada_channel *c = &s->channels[i];
	const struct channel *ch = &s->house->channels[i];
	bool ever = c->at.ms != 0 || c->quality != QUALITY_UNKNOWN;

	*v = (struct view_channel){ .quality = c->quality, .age_ms = ever ? mono_since(s->now, c->at) : -1,
		.errors = c->errors, .last_error = c->errors > 0 ? c->last_error : QUALITY_GOOD };
	if (c->quality != QUALITY_GOOD)
		return;
	if (!scada_present(s, i))
		v->quality = QUALITY_STALE;
	v->value = code_map_apply(ch->map, c->code);
	if (channel_is_temperature(ch))
		v->mc = channel_mc(ch, c->code);
}

int scada_starts_1h(const struct scada *s, const struct scada_relay *r)
{
	uint32_t known = r->n_starts < SCADA_STARTS ? r->n_starts : SCADA_STARTS;
	int n = 0;

	for (uint32_t i = 0; i < known; i++)
		n += mono_since(s->now, r->starts[i]) < HOUR_MS;
	return n;
}

static void view_relay(const struct scada *s, const struct scada_relay *r, struct view_relay *v)
{
	*v = (struct view_relay){ .asked = r->asked, .on = r->on, .wanted = r->wanted, .by = r->by,
		.wanted_by = r->wanted_by, .result = r->result, .since_ms = r->moved.ms,
		.held_until_ms = r->held_until.ms, .starts_1h = scada_starts_1h(s, r),
		.locked = r->locks != 0 };
	if (mono_since(s->now, r->read_back_at) < READ_BACK_MS)
		v->read_back = r->read_back;
	if (r->operated)
		v->operator_until_ms = s->clock.ms + mono_since(r->operate_until, s->now);
}

static struct view_temperature temperature(const struct scada *s, int node)
{
	struct reading_mc r = scada_node_mc(s, node);

	return (struct view_temperature){ r.good, r.mc };
}

static void view_house(const struct scada *s, struct house_view *v)
{
	const struct settings_roles *roles = &s->settings->roles;

	for (int i = 0; i < s->house->n_channels; i++)
		view_channel(s, i, &v->channels[i]);
	for (int i = 0; i < s->settings->n_relays; i++)
		view_relay(s, &s->relays[i], &v->relays[i]);
	for (int i = 0; i < s->settings->n_zones; i++)
		v->zones[i] = temperature(s, s->settings->zones[i].sensor);
	for (int i = 0; i < roles->n_store; i++)
		v->store[i] = temperature(s, roles->store[i]);
	v->supply = temperature(s, roles->supply);
	v->return_pipe = temperature(s, roles->return_pipe);
	v->outdoor = temperature(s, roles->outdoor);
}

static uint32_t all_refused(const struct scada *s)
{
	uint32_t n = 0;

	for (int i = 0; i < N_DIAGNOSTICS; i++)
		n += s->counts.refused[i];
	return n;
}

static void view_control(const struct scada *s, struct house_view *v)
{
	v->t_ms = s->clock.ms;
	v->uptime_ms = s->now.ms;
	v->clock_trusted = s->clock_trusted;
	v->link_up = s->link_up;
	v->mode = s->mode.mode;
	v->cause = s->mode.cause;
	v->contract = s->contract;
	v->beat_age_ms = s->contract.state == CONTRACT_LIVE && s->beats.ever ? beats_age_ms(&s->beats, s->now) : -1;
	v->echo_ok = beats_ok(&s->beats);
	v->power_known = scada_power_known(s);
	v->power_w = s->power.w;
	v->log_seq = s->log_seq;
	v->owed = s->owed;
	v->setpoint_mc = scada_setpoint_mc(s);
	v->hold_until_ms = s->hold.on && !mono_reached(s->now, s->hold.until) ?
		s->clock.ms + mono_since(s->hold.until, s->now) : 0;
	v->tripped = s->tripped;
	v->refused = all_refused(s);
	v->has_model = scada_heats_by_model(s);
	v->heats_by = v->has_model && s->heat.level_known ? ladder_level_name(s->heat.level) : NULL;
	v->has_plan = s->heat.has_plan;
	v->plan = s->heat.told;
	v->plan_age_ms = mono_since(s->now, s->heat.told.made);
}

void scada_query(struct scada *s, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_VIEW, .to = TO_CONTROL, .view = in->query };
	struct house_view *v;

	if (s->boxes == NULL || in->query.box < 0 || in->query.box >= VIEW_BOXES)
		return;
	v = &s->boxes->box[in->query.box];
	memset(v, 0, sizeof(*v));
	view_house(s, v);
	view_control(s, v);
	scada_explain(s, &in->query, &v->explain);
	say(out, &m);
}
