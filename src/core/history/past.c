/* SPDX-License-Identifier: MIT */
#include "core/history/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

enum past_kind past_heat_kind(const char *text)
{
	if (begins(text, "mode "))
		return PAST_TOP;
	return begins(text, "wish ") ? PAST_WISH : PAST_STATE;
}

enum past_kind past_kind_of(const char *code, const char *node, const char *text, const char *relay)
{
	static const struct { enum log_code code; enum past_kind kind; bool own; } kinds[] = {
		{ LOG_RELAY, PAST_RELAY, true }, { LOG_HELD, PAST_HELD, true },
		{ LOG_CEILING, PAST_GUARD, false }, { LOG_TRIP, PAST_GUARD, false }, { LOG_FREEZE, PAST_GUARD, false },
		{ LOG_DRY_FIRE, PAST_GUARD, true }, { LOG_WELDED, PAST_GUARD, true }, { LOG_NO_LOAD, PAST_GUARD, true },
		{ LOG_BOOT, PAST_START, false }, { LOG_BLIND, PAST_SIGHT, false }, { LOG_MODE, PAST_MODE, false },
		{ LOG_CONTRACT, PAST_CONTRACT, false },
	};

	if (strcmp(code, log_code_name(LOG_HEAT)) == 0)
		return past_heat_kind(text);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(code, log_code_name(kinds[i].code)) == 0 && (!kinds[i].own || strcmp(node, relay) == 0))
			return kinds[i].kind;
	return N_PAST_KINDS;
}

/* --- what a line says ------------------------------------------------------------------------------------------ */

/* "a=1.5(2) b=3 c=4/5 word": numbers with the limits they were held against. */
static void read_inputs(const char *text, struct view_layer *l)
{
	const char *open = strrchr(text, '(');

	/* The outermost bracket: limits stand in brackets of their own. */
	for (const char *p = text; *p != '\0'; p++)
		if (*p == '(' && strchr(p, '=') != NULL) {
			open = p;
			break;
		}
	for (const char *p = open; p != NULL && l->n_inputs < VIEW_INPUTS; p = strchr(p + 1, ' ')) {
		const char *name = p + 1, *equals = name + strcspn(name, "= )");
		struct view_input *in = &l->input[l->n_inputs];
		char *end;

		if (*equals != '=')
			continue;
		*in = (struct view_input){ .known = true };
		snprintf(in->name, sizeof(in->name), "%.*s", (int)(equals - name), name);
		in->value = strtod(equals + 1, &end);
		if (end == equals + 1)
			continue;
		in->has_limit = *end == '(';
		in->limit = in->has_limit ? strtod(end + 1, &end) : 0;
		l->n_inputs++;
	}
}

/* The text without its numbers. */
static void read_text(const char *text, int64_t age_s, struct view_layer *l)
{
	size_t n = strlen(text);

	for (const char *p = text; *p != '\0'; p++)
		if (*p == '(' && strchr(p, '=') != NULL) {
			n = (size_t)(p - text);
			break;
		}
	while (n > 0 && text[n - 1] == ' ')
		n--;
	if (n > sizeof(l->text) - 40)
		n = sizeof(l->text) - 40;
	snprintf(l->text, sizeof(l->text), "%.*s, %lld s before", (int)n, text, (long long)age_s);
}

static struct view_layer *add(struct view_explain *e, const char *name, const struct archive_event *v, const char *none)
{
	struct view_layer *l = &e->layer[e->n_layers++];

	*l = (struct view_layer){ .asks = ASKS_NOTHING };
	snprintf(l->name, sizeof(l->name), "%s", name);
	if (v->at_ms == 0) {
		snprintf(l->text, sizeof(l->text), "%s", none);
		return l;
	}
	read_text(v->text, (e->at_ms - v->at_ms) / 1000, l);
	read_inputs(v->text, l);
	return l;
}

/* --- who decided ------------------------------------------------------------------------------------------------- */

/* "on by ally (Done)": who moved it. */
static enum relay_mover mover_of(const char *text)
{
	const char *by = strstr(text, " by ");

	for (enum relay_mover m = 0; by != NULL && m < N_RELAY_MOVERS; m++) {
		const char *name = relay_mover_name(m);

		if (begins(by + 4, name) && by[4 + strlen(name)] == ' ')
			return m;
	}
	return N_RELAY_MOVERS;
}

/* "on by ally held: HeldByMinOff (for_s=120)": does it still? */
static bool still_held(const struct archive_event *held, const struct archive_event *relay, int64_t at_ms)
{
	const char *span = strstr(held->text, "for_s=");
	int64_t for_ms = span != NULL ? strtoll(span + 6, NULL, 10) * 1000 : 0;

	return held->at_ms > 0 && held->at_ms >= relay->at_ms && at_ms <= held->at_ms + for_ms;
}

static const char *layer_of(enum relay_mover m)
{
	switch (m) {
	case BY_GUARD:
		return "Guard";
	case BY_OPERATOR:
	case BY_TEST:
		return "Operator";
	case BY_ATN:
		return "Contract";
	case BY_LOCAL:
	case BY_ALLY:
	case N_RELAY_MOVERS:
		break;
	}
	return "LocalSchedule";
}

static void decide(struct view_explain *e, const char *layer, enum view_ask asks)
{
	for (int i = 0; i < e->n_layers; i++)
		if (strcmp(e->layer[i].name, layer) == 0) {
			e->layer[i].decides = true;
			e->layer[i].asks = asks;
		}
}

static void add_layers(struct view_explain *e, const struct archive_event v[N_PAST_KINDS],
	const struct archive_event *moved, bool held, enum relay_mover mover)
{
	const struct archive_event none = { .at_ms = 0 };

	add(e, "Guard", held ? &v[PAST_HELD] : mover == BY_GUARD ? moved : &v[PAST_GUARD], "nothing of the guard is on record");
	add(e, "Sight", &v[PAST_SIGHT], "all that must be measured was");
	add(e, "Operator", mover == BY_OPERATOR || mover == BY_TEST ? moved : &none, "nobody at the house held it");
	add(e, "Contract", &v[PAST_CONTRACT], "no contract is on record");
	add(e, "ControlMode", &v[PAST_MODE], "no change of mode is on record");
	add(e, "LocalMode", &v[PAST_TOP], "Normal since the start");
	add(e, "LocalWish", &v[PAST_WISH], "no plan, instruction or tariff is on record");
	add(e, "LocalSchedule", &v[PAST_STATE], "rooms and tank by their thermostats");
}

void past_explain(const struct archive_event v[N_PAST_KINDS], int64_t at_ms, struct view_explain *e)
{
	const struct archive_event *relay = &v[PAST_RELAY];
	enum relay_mover mover = relay->at_ms > 0 ? mover_of(relay->text) : N_RELAY_MOVERS;
	bool held = still_held(&v[PAST_HELD], relay, at_ms), wanted = begins(v[PAST_HELD].text, "on");

	if (v[PAST_START].at_ms > relay->at_ms) {	/* SF-13: whatever it was before, it was let go */
		relay = &v[PAST_START];
		mover = BY_GUARD;
	}
	*e = (struct view_explain){ .relay = -1, .at_ms = at_ms, .past = true, .known = relay->at_ms > 0,
		.on = relay == &v[PAST_RELAY] && relay->value != 0 };
	add_layers(e, v, relay, held, mover);
	if (held)
		decide(e, "Guard", wanted ? ASKS_OFF : ASKS_ON);
	else if (e->known)
		decide(e, layer_of(mover), e->on ? ASKS_ON : ASKS_OFF);
	if (e->known)
		snprintf(e->next_change, sizeof(e->next_change), "%.90s, %lld s before; all around it: spaceheat log",
			relay->text, (long long)((at_ms - relay->at_ms) / 1000));
	else
		snprintf(e->next_change, sizeof(e->next_change), "no movement of it is on record in the 28 days before");
}
