/* SPDX-License-Identifier: MIT */
/* What is said of heating by the model: changes of state, top mode, wish and level, each with what was compared (and, in
 * brackets, with what), so that `explain` can tell of the past from the record. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "actor/scada_parts.h"
#include "core/control/plan_input.h"

static const double OFF_TW_K = 6, OFF_OUT_K = 5;

void scada_say_level(struct scada *s, enum ladder_level before, struct outbox *out)
{
	bool worse = s->heat.level_known && s->heat.level > before;

	if (s->heat.level_known && s->heat.level == before)
		return;
	s->heat.level_known = true;
	record(out, worse ? LEVEL_WARNING : LEVEL_INFO, LOG_PLAN, NO_NODE, (int32_t)s->heat.level,
		"heating by %s%s", ladder_level_name(s->heat.level),
		worse ? " - none needed; it goes up again by itself" : "");
}

static void say_transition(const struct house_heat_trace *t, struct outbox *out)
{
	const struct local_picture *p = &t->picture;

	record(out, LEVEL_INFO, LOG_HEAT, NO_NODE, (int32_t)t->to,
		"%s -> %s: %s (buf=%.1f(%.1f) bottom=%.1f store=%.1f usable=%.0f(%.0f) ewt=%.1f gain=%.1f%s%s)",
		local_state_name(t->from), local_state_name(t->to), local_cause_name(t->cause), p->buf_top_c, p->rswt_c,
		p->buf_bot_c, p->store_top_c, p->usable_wh, p->required_wh, p->ewt_c, p->gain_k,
		p->onpeak ? " on-peak" : "", p->zone_cold ? " cold" : "");
}

/* What the mode is chosen by, with the limits of local_top.h. */
static void say_top(const struct scada *s, enum top_mode before, struct outbox *out)
{
	const struct house_heat *m = &s->heat.machine;
	const struct house_heat_inputs *in = &s->heat.inputs;
	double blind_s = m->blind ? (double)mono_since(s->now, m->blind_since) / 1000 : 0;
	double cold_s = m->cold_crit ? (double)mono_since(s->now, m->cold_crit_since) / 1000 : 0;

	record(out, LEVEL_INFO, LOG_HEAT, NO_NODE, (int32_t)m->top,
		"mode %s -> %s (blind=%.0f(%d) cold=%.0f(%d) a_room_is_cold=%d on-peak=%d freezing=%d standby=%d)",
		top_mode_name(before), top_mode_name(m->top), blind_s, TOP_BLIND_S, cold_s, TOP_COLD_S, m->zone_cold,
		m->picture.onpeak, in->freeze, in->standby);
}

/* --- the wish ------------------------------------------------------------------------------------------------ */

static const char *wish_name(enum local_wish w)
{
	return w == WISH_ABSENT ? "absent" : w == WISH_ON ? "on" : "off";
}

static void say_ally(const struct scada *s, struct outbox *out)
{
	const struct ally_slot *a = &s->heat.ally_saw;

	record(out, LEVEL_INFO, LOG_HEAT, NO_NODE, (int32_t)s->heat.inputs.plan,
		"%s (used_wh=%.0f(%.0f) left_s=%.0f source_on=%d next_w=%.0f min_on_left_s=%.0f)", s->heat.told_wish, a->used_wh,
		a->avg_w * a->slot_s / 3600, a->slot_s - a->t_s, a->source_on, a->has_next ? a->next_w : 0, a->min_on_left_s);
}

static void say_ladder(const struct scada *s, struct outbox *out)
{
	const struct scada_plan *p = &s->heat.plan;
	double age_s = p->present ? (double)mono_since(s->now, p->made) / 1000 : 0;

	if (s->heat.level > LADDER_STALE_PLAN)
		record(out, LEVEL_INFO, LOG_HEAT, NO_NODE, WISH_ABSENT, "%s (on-peak=%d usable=%.0f(%.0f))", s->heat.told_wish,
			s->heat.machine.picture.onpeak, s->heat.machine.picture.usable_wh, s->heat.machine.picture.required_wh);
	else
		record(out, LEVEL_INFO, LOG_HEAT, NO_NODE, (int32_t)s->heat.inputs.plan,
			"%s (boost=%d tw_off=%.1f(%.0f) out_off=%.1f(%.0f) age=%.0f(%.0f) covers=%.0f)", s->heat.told_wish, p->boost,
			fabs(scada_water_c(s) - p->tw_c), OFF_TW_K, fabs(s->heat.inputs.out_c - p->out_c), OFF_OUT_K, age_s,
			90 * 60.0, p->covers_s);
}

/* Told when it changes: who wishes, what, and why. */
static void say_wish(struct scada *s, struct outbox *out)
{
	struct scada_heat *h = &s->heat;
	char now[sizeof(h->told_wish)];

	if (h->allied)
		snprintf(now, sizeof(now), "wish %s by ally: %s", wish_name(h->inputs.plan), ally_cause_name(h->ally.cause));
	else
		snprintf(now, sizeof(now), "wish %s by %s%s", wish_name(h->inputs.plan), ladder_level_name(h->level),
			h->inputs.plan != WISH_ABSENT ? "" : h->machine.picture.onpeak ? ": dear hours" : ": cheap hours");
	if (strcmp(now, h->told_wish) == 0)
		return;
	strcpy(h->told_wish, now);
	if (h->allied)
		say_ally(s, out);
	else
		say_ladder(s, out);
}

void scada_say_heat(struct scada *s, struct outbox *out)
{
	const struct house_heat_trace *t = &s->heat.result.trace;

	say_wish(s, out);
	if (s->heat.machine.top != s->heat.told_top)
		say_top(s, s->heat.told_top, out);
	s->heat.told_top = s->heat.machine.top;
	if (!t->moved)
		return;
	s->heat.moved = true;
	s->heat.cause = t->cause;
	say_transition(t, out);
}
