/* SPDX-License-Identifier: MIT */
/* Energy instructions: taken, answered, and spent by the ally. */
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"

enum { MINUTE_S = 60 };

static int64_t budget_mwh(const struct scada_slot *a)
{
	return a->avg_w * a->len_s * 1000 / 3600;
}

static struct scada_slot *slot_at(struct scada *s, int64_t unix_s)
{
	for (int i = 0; i < SCADA_MAX_SLOTS; i++) {
		struct scada_slot *a = &s->heat.slots[i];

		if (a->len_s > 0 && a->start_s <= unix_s && unix_s < a->start_s + a->len_s)
			return a;
	}
	return NULL;
}

int64_t scada_slot_now(const struct scada *s)
{
	for (int i = 0; i < SCADA_MAX_SLOTS; i++) {
		const struct scada_slot *a = &s->heat.slots[i];

		if (a->len_s > 0 && a->start_s <= s->clock.ms / 1000 && s->clock.ms / 1000 < a->start_s + a->len_s)
			return a->start_s;
	}
	return -1;
}

/* --- taking one ------------------------------------------------------------------------------------------ */

static enum diag judge(const struct scada *s, const struct msg_instruction *m)
{
	struct gate_dispatch asked = { .contract = &s->contract, .mode = s->mode.mode, .has_contract = true,
		.contract_id = m->contract, .is_actuator = true };
	enum diag why = gate_fresh(&s->instruction_order, m->send_ms, s->clock, s->clock_trusted, s->age_limit_ms);
	int64_t end_s = m->slot_start_s + (int64_t)m->minutes * MINUTE_S;

	if (!scada_heats_by_model(s))
		return DIAG_PAYLOAD_NOT_IMPLEMENTED;	/* nothing here could spend it */
	if (why != DIAG_NONE && why != DIAG_DUPLICATE)
		return why;
	why = gate_dispatch(&asked);
	if (why != DIAG_NONE)
		return why;
	if (m->avg_w > settings_nameplate_w(s->settings))
		return DIAG_OVER_NAMEPLATE;
	if (end_s <= s->clock.ms / 1000 ||
		m->slot_start_s < s->contract.start_s || end_s > s->contract.end_s)
		return DIAG_OUT_OF_RANGE;
	return DIAG_NONE;
}

/* The one of the same start, a free one, else the one that ended first. */
static struct scada_slot *place_for(struct scada *s, int64_t start_s)
{
	struct scada_slot *best = &s->heat.slots[0];

	for (int i = 0; i < SCADA_MAX_SLOTS; i++) {
		struct scada_slot *a = &s->heat.slots[i];

		if (a->len_s > 0 && a->start_s == start_s)
			return a;
		if (best->len_s > 0 && (a->len_s == 0 || a->start_s < best->start_s))
			best = a;
	}
	return best;
}

static void take(struct scada *s, const struct msg_instruction *m)
{
	struct scada_slot *a = place_for(s, m->slot_start_s);
	bool again = a->len_s > 0 && a->start_s == m->slot_start_s;
	int64_t base_mwh = a->base_mwh;
	bool begun = again && a->begun;

	gate_accept(&s->instruction_order, m->send_ms);
	*a = (struct scada_slot){ .start_s = m->slot_start_s, .len_s = m->minutes * MINUTE_S, .avg_w = m->avg_w,
		.begun = begun, .base_mwh = begun ? base_mwh : 0 };
}

void scada_instruct(struct scada *s, const struct msg *in, struct outbox *out)
{
	const struct msg_instruction *m = &in->instruction;
	enum diag why = judge(s, m);

	if (why == DIAG_NONE)
		take(s, m);
	else
		scada_count_refusal(s, why, "energy.instruction.100", out);
	scada_answer_instruction(m, why, out);
}

void scada_answer_instruction(const struct msg_instruction *m, enum diag why, struct outbox *out)
{
	struct msg answer = { .type = MSG_SEND_RESULT, .to = TO_UPLINK, .send_result = { .diag = why,
		.result = GUARD_DONE, .about_send_ms = m->send_ms, .slot_start_s = m->slot_start_s,
		.has_message = m->has_message, .message = m->message } };

	say(out, &answer);
}

/* --- spending it ----------------------------------------------------------------------------------------- */

static double source_w(const struct scada *s)
{
	double most = 0;

	for (int i = 0; i < s->settings->n_relays; i++) {
		const struct settings_relay *r = &s->settings->relays[i];
		bool source = r->kind == (s->heat.house.kind == LOCAL_ELEMENT ? RELAY_ELEMENT : RELAY_HEAT_PUMP);

		if (source && r->expected_w[1] > most)
			most = r->expected_w[1];
	}
	return most;
}

bool scada_instructed(const struct scada *s)
{
	return s->contract.state == CONTRACT_LIVE && s->clock_trusted && scada_slot_now(s) >= 0;
}

bool scada_ally(struct scada *s, const struct house_heat_inputs *in)
{
	struct scada_slot *a = s->mode.mode == REMOTE_CONTROL ? slot_at(s, s->clock.ms / 1000) : NULL;
	const struct local_params *q = &s->heat.house.params;
	const struct scada_slot *next;
	struct ally_slot slot;
	double on_s = in->source_on ? (double)mono_since(s->now, s->heat.machine.source_since) / 1000 : 0;

	s->heat.allied = a != NULL;
	if (a == NULL)
		return false;
	next = slot_at(s, a->start_s + a->len_s);
	slot = (struct ally_slot){ .avg_w = a->avg_w, .max_w = source_w(s), .slot_s = (double)a->len_s,
		.used_wh = a->begun ? (double)(s->contract.energy_mwh - a->base_mwh) / 1000 : 0,
		.t_s = (double)(s->clock.ms / 1000 - a->start_s), .source_on = in->source_on,
		.has_next = next != NULL, .next_w = next != NULL ? next->avg_w : 0,
		.min_on_left_s = in->source_on && on_s < q->min_on_s ? q->min_on_s - on_s : 0,
		.warm_up_s = q->warm_up_s, .min_on_s = q->min_on_s };
	s->heat.ally = ally_want(&slot);
	s->heat.ally_saw = slot;
	return true;
}

/* What cannot be spent is told at once, so that it can be sold. */
void scada_ally_full(struct scada *s)
{
	const struct house_heat *m = &s->heat.machine;
	bool full = s->heat.allied && s->heat.ally.run && !local_source_on(m->state) &&
		(m->latched || (m->predicates >> P_TANK_NEARLY_FULL & 1 && s->heat.house.kind == LOCAL_ELEMENT));

	if (full != s->heat.store_full)
		s->beat_due = true;
	s->heat.store_full = full;
}

void scada_slots_tick(struct scada *s, struct outbox *out)
{
	struct scada_slot *a = slot_at(s, s->clock.ms / 1000);
	int64_t used_mwh;

	if (s->contract.state != CONTRACT_LIVE) {
		memset(s->heat.slots, 0, sizeof(s->heat.slots));
		return;
	}
	if (a == NULL)
		return;
	if (!a->begun) {
		a->begun = true;
		a->base_mwh = s->contract.energy_mwh;
	}
	used_mwh = s->contract.energy_mwh - a->base_mwh;
	if (a->warned || a->avg_w == 0 || used_mwh < budget_mwh(a))
		return;
	a->warned = true;
	record(out, LEVEL_WARNING, LOG_OVERRUN, NO_NODE, (int32_t)(used_mwh / 1000),
		"%lld Wh used of %lld Wh contracted - none needed; comfort comes before the budget",
		(long long)(used_mwh / 1000), (long long)(budget_mwh(a) / 1000));
}

/* SF-38: above 105 % nobody outside switches anything on. */
bool scada_overrun(const struct scada *s)
{
	int64_t start_s = scada_slot_now(s);

	for (int i = 0; i < SCADA_MAX_SLOTS; i++) {
		const struct scada_slot *a = &s->heat.slots[i];

		if (a->len_s > 0 && a->start_s == start_s && a->begun)
			return (s->contract.energy_mwh - a->base_mwh) * 100 > budget_mwh(a) * 105;
	}
	return false;
}
