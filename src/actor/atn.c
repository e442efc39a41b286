/* SPDX-License-Identifier: MIT */
#include "actor/atn.h"

#include <stdio.h>
#include <string.h>

#include "actor/atn_parts.h"
#include "core/settings/settings.h"

static int zone_of_start(void *self, struct wall clock)
{
	const struct atn *a = self;

	(void)clock;
	return a->start_offset_s;
}

/* The first of that kind, where none is taken yet. */
static void take_relay(struct atn *a, enum relay_kind kind)
{
	for (int i = 0; i < a->settings->n_relays && a->relay[0] == '\0'; i++)
		if (a->settings->relays[i].kind == kind)
			memcpy(a->relay, a->settings->relays[i].node_name, sizeof(a->relay));
}

static void find_nodes(struct atn *a)
{
	const struct settings_roles *roles = &a->settings->roles;

	take_relay(a, RELAY_HEAT_PUMP);
	take_relay(a, RELAY_ELEMENT);
	if (roles->n_buffer + roles->n_store > 0)
		memcpy(a->top, roles->n_buffer > 0 ? roles->buffer_name[0] : roles->store_name[0],
			sizeof(a->top));
}

void atn_init(struct atn *a, const struct house *house, const struct settings *settings,
	const struct net *net, const struct atn_memo *memo, enum atn_manner manner)
{
	int64_t start_ms;

	*a = (struct atn){ .house = house,
		.settings = settings,
		.net = net,
		.memo = memo,
		.manner = manner,
		.scada_away = true };
	a->zone = (struct atn_zone){ a, zone_of_start };
	settings_parse_time(settings->sim.start, &start_ms, &a->start_offset_s);
	find_nodes(a);
}

static void keep(struct atn *a, struct outbox *out)
{
	struct err e = { 0 };
	bool kept = a->memo->keep(a->memo->self, &a->memory, &e);

	if (!kept && !a->memo_failed)
		note(out, LEVEL_WARNING, LOG_STORE, NO_NODE,
			"memo not written: %s - after a restart the contract "
			"is offered anew",
			e.text);
	a->memo_failed = !kept;
}

static const char *short_id(const struct atn *a, char text[UUID_TEXT])
{
	uuid_text(a->talk.contract.id, text);
	text[8] = '\0';
	return text;
}

static void tell(struct atn *a, enum atn_event event, struct outbox *out)
{
	const struct atn_contract *c = &a->talk.contract;
	char id[UUID_TEXT];

	if (event == ATN_E_OFFER_DUE)
		note(out, LEVEL_INFO, LOG_CONTRACT, NO_NODE, "offered %s (start_s=%lld end_s=%lld)",
			short_id(a, id), (long long)c->start_s, (long long)c->end_s);
	else
		note(out, LEVEL_INFO, LOG_CONTRACT, NO_NODE, "%s: %s, now %s", short_id(a, id),
			atn_event_words(event), atn_state_name(a->talk.state));
}

static void perform(
	struct atn *a, enum atn_action action, enum atn_event event, const struct msg *in, struct outbox *out)
{
	if (action == ATN_DO_SEND_OFFER)
		atn_send_offer(a, in, out);
	else if (action == ATN_DO_SEND_BEAT)
		atn_send_beat(a, in, out);
	else if (action == ATN_DO_ASK)
		atn_send_ask(a, out);
	else if (action == ATN_DO_OFFER_NEXT)
		atn_send_successor(a, in, out);
	else if (action == ATN_DO_KEEP)
		keep(a, out);
	else if (action == ATN_DO_TELL)
		tell(a, event, out);
}

static void happen(struct atn *a, enum atn_event event, const struct msg *in, struct outbox *out)
{
	uint64_t bits[2] = { atn_draw(a, in), atn_draw(a, in) };
	const struct atn_cell *cell = atn_talk_apply(&a->talk, event, in->now, in->clock,
		a->zone.utc_offset_s(a->zone.self, in->clock), uuid_random(bits));

	if (!cell->legal)
		return;
	if (event == ATN_E_OFFER_DUE)
		a->talk.contract.max_power_w = settings_nameplate_w(a->settings);
	a->memory.has_contract = a->talk.state != ATN_NO_CONTRACT;
	a->memory.contract = a->talk.contract;
	if (event == ATN_E_START)
		a->scada_mode = LOCAL_CONTROL; /* what it said under the contract before does not count */
	for (int i = 0; i < ATN_MAX_ACTIONS; i++)
		perform(a, cell->act[i], event, in, out);
}

static bool is_ours(const struct atn *a, struct uuid contract)
{
	return a->talk.state != ATN_NO_CONTRACT && uuid_equal(contract, a->talk.contract.id);
}

static void hear_link(struct atn *a, const struct msg *in, struct outbox *out)
{
	a->link_up = in->link.up;
	if (!a->link_up)
		a->scada_away = true; /* the retained state comes again with the connection */
	note(out, a->link_up ? LEVEL_INFO : LEVEL_WARNING, LOG_LINK, NO_NODE, "%s%s%s",
		a->link_up ? "connected" : "lost", a->link_up ? "" : ": ", a->link_up ? "" : in->link.reason);
}

static void hear_state(struct atn *a, const struct msg *in, struct outbox *out)
{
	bool away = !in->scada_state.online;

	if (a->scada_away && !away)
		a->next_forecast = in->now;
	if (away != a->scada_away)
		note(out, LEVEL_INFO, LOG_LINK, NO_NODE, "the SCADA is %s", away ? "away" : "there");
	a->scada_away = away;
}

static bool is_next(const struct atn *a, struct uuid contract)
{
	struct atn_contract next = atn_successor(&a->talk.contract);

	return a->talk.state == ATN_LIVE && a->talk.next == ATN_NEXT_OFFERED && uuid_equal(contract, next.id);
}

static void refused(struct atn *a, const struct msg *in, struct outbox *out)
{
	const char *reason = in->scada_answer.reason;

	if (strcmp(reason, a->refused_last) != 0)
		note(out, LEVEL_WARNING, LOG_REFUSED, NO_NODE, "the SCADA refused: %s", reason);
	snprintf(a->refused_last, sizeof(a->refused_last), "%s", reason);
	if (a->talk.state == ATN_OFFERED)
		happen(a, ATN_E_REFUSED, in, out);
	else if (strcmp(reason, diag_name(DIAG_CONTRACT_MISMATCH)) == 0)
		happen(a, atn_over(&a->talk, ATN_E_GONE), in, out);
}

static void hear_answer(struct atn *a, const struct msg *in, struct outbox *out)
{
	a->memory.scada_beat = in->scada_answer.beat;
	if (is_next(a, in->scada_answer.contract))
		happen(a, in->scada_answer.accepted ? ATN_E_NEXT_ACCEPTED : ATN_E_NEXT_REFUSED, in, out);
	if (!is_ours(a, in->scada_answer.contract))
		return;
	if (!in->scada_answer.accepted) {
		refused(a, in, out);
		return;
	}
	a->refused_last[0] = '\0';
	happen(a, ATN_E_ACCEPTED, in, out);
}

static void hear_beat(struct atn *a, const struct msg *in, struct outbox *out)
{
	const struct msg_scada_beat *b = &in->scada_beat;

	a->memory.scada_beat = b->beat;
	keep(a, out);
	if (!is_ours(a, b->contract))
		return;
	a->heard_at = in->now;
	a->scada_mode = b->mode;
	if (b->state == CONTRACT_ENDED || b->state == CONTRACT_NONE)
		happen(a, atn_over(&a->talk, ATN_E_GONE), in, out);
}

static void hear_report(struct atn *a, const struct msg *in, struct outbox *out)
{
	note(out, LEVEL_INFO, LOG_CONTRACT, NO_NODE, "report: %s (energy_wh=%lld)",
		contract_outcome_name(in->scada_report.outcome), (long long)in->scada_report.energy_wh);
	atn_send_report_ack(a, &in->scada_report, in, out);
	if (is_ours(a, in->scada_report.contract))
		happen(a, atn_over(&a->talk, ATN_E_GONE), in, out);
}

static void hear_result(struct atn *a, const struct msg *in, struct outbox *out)
{
	const struct msg_scada_result *r = &in->scada_result;
	bool done = strcmp(r->result, guard_result_name(GUARD_DONE)) == 0;

	if (strcmp(r->about, a->relay) != 0)
		return;
	a->n_results++;
	note(out, LEVEL_INFO, done ? LOG_RELAY : LOG_HELD, house_node(a->house, r->about), "%s: %s",
		r->on ? "on" : "off", r->result);
	atn_charge_result(&a->charge, r->about_send_ms, done);
}

static void hear_snapshot(struct atn *a, const struct msg *in, struct outbox *out)
{
	const struct msg_scada_snapshot *s = &in->scada_snapshot;

	(void)out;
	if (strcmp(s->about, a->top) != 0)
		return;
	if (s->name == TELEMETRY_WATER_TEMP_C)
		a->top_mc = s->value;
	else if (s->name == TELEMETRY_WATER_TEMP_F)
		a->top_mc = (s->value - 32000) * 5 / 9;
	else
		return;
	a->top_known = true;
	a->top_at = in->now;
}

static void hear_status(struct atn *a, const struct msg *in, struct outbox *out)
{
	a->n_statuses++;
	note(out, LEVEL_DEBUG, LOG_STATUS, NO_NODE, "status of %lld came (readings=%d)",
		(long long)in->scada_status.slot_start_s, (int)in->scada_status.n_readings);
}

static void hear_alert(struct atn *a, const struct msg *in, struct outbox *out)
{
	const struct msg_scada_alert *m = &in->scada_alert;

	(void)a;
	note(out, m->ended ? LEVEL_INFO : LEVEL_WARNING, LOG_STATUS, NO_NODE, "alert of the SCADA %s: %s %.100s",
		m->ended ? "ended" : log_level_name((enum log_level)m->level), m->code, m->text);
}

static void (*const hear[N_MSG_TYPES])(struct atn *, const struct msg *, struct outbox *) = {
	[MSG_LINK] = hear_link,
	[MSG_SCADA_STATE] = hear_state,
	[MSG_SCADA_ANSWER] = hear_answer,
	[MSG_SCADA_BEAT] = hear_beat,
	[MSG_SCADA_REPORT] = hear_report,
	[MSG_SCADA_RESULT] = hear_result,
	[MSG_SCADA_SNAPSHOT] = hear_snapshot,
	[MSG_SCADA_STATUS] = hear_status,
	[MSG_SCADA_ALERT] = hear_alert,
};

static void begin(struct atn *a, const struct msg *in)
{
	bool remembers = a->memo->load(a->memo->self, &a->memory) && a->memory.has_contract;

	atn_talk_start(&a->talk, remembers ? &a->memory.contract : NULL, in->now, in->clock);
	a->started = true;
}

static bool is_reachable(const struct atn *a)
{
	return a->link_up && !a->scada_away;
}

/* A heat pump stops by itself at its set temperature; 1 K below is full. */
static int64_t warmer_mc(const struct house *h)
{
	if (!h->has_plant || !h->plant.has_heat_pump)
		return 0;
	return (int64_t)(1000 * (h->plant.heat_pump.lwt_set_c - 1)) - ATN_TANK_OFF_MC;
}

static struct atn_picture picture(const struct atn *a, const struct msg *in)
{
	return (struct atn_picture){
		.may = is_reachable(a) && a->talk.state == ATN_LIVE && a->scada_mode == REMOTE_CONTROL &&
		       mono_since(in->now, a->heard_at) <= ATN_FRESH_MS,
		.top_known = a->top_known,
		.top_mc = a->top_mc,
		.warmer_mc = warmer_mc(a->house),
		.top_at = a->top_at,
		.utc_offset_s = a->zone.utc_offset_s(a->zone.self, in->clock),
		.hold_ms = (int64_t)a->settings->dispatch_hold_s * 1000,
	};
}

static struct mono charge(struct atn *a, const struct msg *in, struct outbox *out)
{
	struct atn_picture p = picture(a, in);
	struct mono wake;
	int64_t send_ms;

	if (a->manner == ATN_MANUAL || a->relay[0] == '\0' || a->top[0] == '\0')
		return MONO_NEVER;
	if (atn_charge_due(&a->charge, &p, in->now, in->clock)) {
		send_ms = atn_send_dispatch(a, a->charge.charging, in, out);
		if (send_ms != 0)
			atn_charge_sent(&a->charge, a->charge.charging, send_ms, in->now);
	}
	wake = atn_charge_wake(&a->charge, &p);
	/* Due but impossible (no fresh tank temperature, a full net port): the next beat looks again. */
	return mono_reached(in->now, wake) ? MONO_NEVER : wake;
}

/* Weather and prices, once an hour of the clock. */
static struct mono foretell(struct atn *a, const struct msg *in, struct outbox *out)
{
	const int64_t hour_ms = ATN_FORECAST_S * 1000;
	struct atn_forecast f;

	if (a->foresight.look == NULL || !is_reachable(a))
		return MONO_NEVER;
	if (!mono_reached(in->now, a->next_forecast))
		return a->next_forecast;
	if (a->foresight.look(a->foresight.self, in->clock, &f))
		atn_send_forecast(a, &f, in, out);
	a->next_forecast = mono_after(in->now, hour_ms - in->clock.ms % hour_ms);
	return a->next_forecast;
}

void atn_step(void *self, const struct msg *in, struct outbox *out)
{
	struct atn *a = self;
	enum atn_event event;

	a->drawn = 0;
	if (!a->started)
		begin(a, in);
	if (in->type == MSG_STOP)
		return;
	if (in->type < N_MSG_TYPES && hear[in->type] != NULL)
		hear[in->type](a, in, out);
	while ((event = atn_talk_due(&a->talk, in->now, in->clock, is_reachable(a))) != N_ATN_EVENTS)
		happen(a, event, in, out);
	out->wake_at = mono_min(mono_min(foretell(a, in, out), charge(a, in, out)),
		atn_talk_wake(&a->talk, in->now, in->clock, is_reachable(a)));
}
