/* SPDX-License-Identifier: MIT */
/* Which fault belongs where, and when it begins and ends. */
#include <stdio.h>
#include <string.h>

#include "core/sim/fault.h"
#include "spaceheat/problems.h"

enum { DAY_MS = 24 * 3600 * 1000 };

/* --- where ------------------------------------------------------------------------------------------------ */

static bool is_thermometer(const struct house *h, int node)
{
	for (int i = 0; i < h->n_channels; i++)
		if (h->channels[i].by == node && channel_is_temperature(&h->channels[i]))
			return true;
	return false;
}

static bool measures(const struct house *h, int node, bool power)
{
	for (int i = 0; i < h->n_channels; i++) {
		const struct channel *c = &h->channels[i];
		bool is_power = c->name == TELEMETRY_POWER_W || c->name == TELEMETRY_CURRENT_UA;

		if (c->by == node && c->name != TELEMETRY_RELAY_STATE && is_power == power)
			return true;
	}
	return false;
}

/* Kelvins and 85 C are a thermometer's. */
static bool fits(enum fault_kind kind, const struct house *h, const struct settings *s, int node)
{
	enum fault_place place = fault_rows[kind].place;

	if (place == PLACE_RELAY)
		return settings_relay_of(s, node) >= 0;
	if (kind == FAULT_SENSOR_JUMP || kind == FAULT_SENSOR_POWERUP85)
		return is_thermometer(h, node);
	return measures(h, node, place == PLACE_METER);
}

static bool no_such_node(const struct fault_spec *f, const struct house *h, const struct settings *s, struct err *e)
{
	const char *names[HOUSE_MAX_NODES], *near;
	bool thermometer = f->kind == FAULT_SENSOR_JUMP || f->kind == FAULT_SENSOR_POWERUP85;
	const char *what = thermometer ? "thermometer" : fault_rows[f->kind].what;

	for (int i = 0; i < h->n_nodes; i++)
		names[i] = fits(f->kind, h, s, i) ? h->nodes[i].alias : NULL;
	near = did_you_mean(f->node, names, h->n_nodes);
	for (int i = 0; near == NULL && i < h->n_nodes; i++)
		if (names[i] != NULL)
			return err_set(e, ERR_ABSENT, 0, "the house has no %s \"%.60s\" - it has %s, for one",
				what, f->node, names[i]);
	return err_set(e, ERR_ABSENT, 0, "the house has no %s \"%.60s\" - did you mean \"%s\"?", what, f->node,
		near != NULL ? near : "?");
}

static bool place_actor(struct fault_spec *f, struct err *e)
{
	const char *near;

	if (f->node[0] == '\0')
		snprintf(f->node, sizeof(f->node), "scada");
	for (int i = 0; i < N_FAULT_ACTORS; i++)
		if (strcmp(fault_actors[i], f->node) == 0)
			return true;
	near = did_you_mean(f->node, fault_actors, N_FAULT_ACTORS);
	if (near != NULL)
		return err_set(e, ERR_ABSENT, 0, "no actor \"%.24s\" - did you mean \"%s\"?", f->node, near);
	return err_set(e, ERR_ABSENT, 0, "no actor \"%.24s\" - there are history, scada, relay, sensor, meter, uplink, control",
		f->node);
}

static bool place_it(struct fault_spec *f, const struct house *h, const struct settings *s, struct err *e)
{
	enum fault_place place = fault_rows[f->kind].place;
	int node;

	if (place == PLACE_NONE)
		return true;
	if (place == PLACE_ACTOR)
		return place_actor(f, e);
	if (f->node[0] == '\0' && s->roles.meter == NO_NODE)
		return err_set(e, ERR_ABSENT, 0, "this house has no meter - name another fault");
	if (f->node[0] == '\0')
		snprintf(f->node, sizeof(f->node), "%s", house_alias(h, s->roles.meter));
	node = house_node(h, f->node);
	return (node != NO_NODE && fits(f->kind, h, s, node)) || no_such_node(f, h, s, e);
}

bool fault_place(struct fault_spec *f, const struct house *h, const struct settings *s, struct err *e)
{
	char text[FAULT_TEXT];

	if (place_it(f, h, s, e))
		return true;
	fault_write(f, text, sizeof(text));
	return err_in(e, "fault \"%.40s\"", text);
}

bool fault_same_target(const struct fault_spec *a, const struct fault_spec *b)
{
	return strcmp(fault_rows[a->kind].what, fault_rows[b->kind].what) == 0 && strcmp(a->node, b->node) == 0;
}

/* --- when ------------------------------------------------------------------------------------------------- */

static struct mono begin_of(const struct fault_spec *s, struct fault_origin o)
{
	int64_t wait_ms = s->when == WHEN_NOW ? 0 : s->at_ms;

	if (s->when == WHEN_LOCAL)	/* today if it is yet to come, else tomorrow */
		wait_ms = ((s->at_ms - o.local_ms) % DAY_MS + DAY_MS) % DAY_MS;
	return mono_after(o.at, wait_ms);
}

int32_t fault_schedule_add(struct fault_schedule *s, const struct fault_spec *spec, struct fault_origin o)
{
	for (int i = 0; i < FAULT_MAX; i++) {
		struct fault *f = &s->list[i];

		if (f->state != FAULT_FREE)
			continue;
		*f = (struct fault){ .state = FAULT_WAITS, .number = ++s->added, .spec = *spec, .begin = begin_of(spec, o),
			.end = MONO_NEVER };
		if (spec->for_ms > 0)
			f->end = mono_after(f->begin, spec->for_ms);
		return f->number;
	}
	return 0;
}

void fault_schedule_resume(struct fault_schedule *s, struct mono now)
{
	for (int i = 0; i < FAULT_MAX; i++) {
		struct fault *f = &s->list[i];
		bool begun = mono_reached(now, f->begin);

		if (begun && (fault_rows[f->spec.kind].once || mono_reached(now, f->end)))
			f->state = FAULT_FREE;
	}
}

static struct mono due(const struct fault *f)
{
	if (f->state == FAULT_FREE)
		return MONO_NEVER;
	return f->state == FAULT_WAITS ? f->begin : f->end;
}

/* Of those due at one instant ends come first, then the first added: what follows on another one replaces it. */
static bool before(const struct fault *a, const struct fault *b)
{
	struct mono x = due(a), y = due(b);

	if (x.ms != y.ms)
		return x.ms < y.ms;
	if (a->state != b->state)
		return a->state == FAULT_STANDS;
	return a->number < b->number;
}

bool fault_schedule_next(struct fault_schedule *s, struct mono now, struct fault_event *out)
{
	struct fault *first = &s->list[0];

	for (int i = 1; i < FAULT_MAX; i++)
		if (due(&s->list[i]).ms != MONO_NEVER.ms && (due(first).ms == MONO_NEVER.ms || before(&s->list[i], first)))
			first = &s->list[i];
	if (due(first).ms == MONO_NEVER.ms || !mono_reached(now, due(first)))
		return false;
	out->begins = first->state == FAULT_WAITS;
	if (out->begins)
		first->turn = ++s->turns;
	first->state = out->begins && !fault_rows[first->spec.kind].instant ? FAULT_STANDS : FAULT_FREE;
	out->fault = *first;
	return true;
}

int fault_schedule_clear(struct fault_schedule *s, struct mono now)
{
	int n = 0;

	for (int i = 0; i < FAULT_MAX; i++) {
		struct fault *f = &s->list[i];

		n += f->state != FAULT_FREE;
		if (f->state == FAULT_WAITS)
			f->state = FAULT_FREE;
		f->end = now;
	}
	return n;
}

const struct fault *fault_schedule_standing(const struct fault_schedule *s, const struct fault_spec *target)
{
	const struct fault *found = NULL;

	for (int i = 0; i < FAULT_MAX; i++) {
		const struct fault *f = &s->list[i];

		if (f->state == FAULT_STANDS && fault_same_target(&f->spec, target) &&
			(found == NULL || f->turn > found->turn))
			found = f;
	}
	return found;
}
