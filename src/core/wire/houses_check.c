/* SPDX-License-Identifier: MIT */
/* What must be true between nodes and devices of a house, beyond the types of single entries. */
#include <stdio.h>
#include <string.h>

#include "core/wire/houses_parts.h"

enum { RELAY_SAMPLE_S = 300 }; /* of a relay that says nothing: once per status */

static const char *const kind_words[] = {
	[COMPONENT_BOOLEAN_ACTUATOR] = "a boolean actuator",
	[COMPONENT_ELECTRIC_HEATER] = "an electric heater",
	[COMPONENT_ELECTRIC_METER] = "an electric meter",
	[COMPONENT_PIPE_FLOW_SENSOR] = "a flow sensor",
	[COMPONENT_TEMP_SENSOR] = "a temperature sensor",
	[COMPONENT_OTHER] = "no sensor or actuator",
};

bool house_alias_good(const char *alias)
{
	bool word = false;

	if (strlen(alias) >= ALIAS_SIZE || alias[0] < 'a' || alias[0] > 'z')
		return false;
	for (const char *c = alias; *c; c++) {
		if (*c == '.' && !word)
			return false;
		word = (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');
		if (!word && *c != '.')
			return false;
	}
	return word;
}

const char *house_source(const struct house *h)
{
	return house_node(h, "a.hp1") != NO_NODE ? "a.hp1" : "a.elt1";
}

static bool is_simulated(const struct component *c)
{
	return c->driver[0] == '\0' && (c->make == MAKE_GRIDWORKS_SIM_TEMP || c->make == MAKE_GRIDWORKS_SIM_METER ||
		c->make == MAKE_GRIDWORKS_SIM_RELAY || c->make == MAKE_UNKNOWN);
}

/* Actors that read or move a device. */
static bool acts(const struct node *n)
{
	return n->actor == ACTOR_CLASS_SIMPLE_SENSOR || n->actor == ACTOR_CLASS_BOOLEAN_ACTUATOR ||
	       n->actor == ACTOR_CLASS_POWER_METER;
}

static bool actor_fits(enum actor_class actor, enum component_kind kind)
{
	if (actor == ACTOR_CLASS_SIMPLE_SENSOR)
		return kind == COMPONENT_TEMP_SENSOR || kind == COMPONENT_PIPE_FLOW_SENSOR;
	if (actor == ACTOR_CLASS_BOOLEAN_ACTUATOR)
		return kind == COMPONENT_BOOLEAN_ACTUATOR;
	return kind == COMPONENT_ELECTRIC_METER;
}

/* ---- attribute class to component, component to node ---- */

static bool tie_component(struct house_reader *r, int component)
{
	struct component *c = &r->h->components[component];

	for (int i = 0; i < r->n_cacs; i++)
		if (uuid_equal(r->cacs[i].id, r->cac_of[component])) {
			const struct cac *a = &r->cacs[i];

			if (a->kind != c->kind)
				return HOUSE_PROBLEM(r, c->line,
					"this is %s, but its attribute class (line %d) is of %s - correct "
					"the id",
					kind_words[c->kind], a->line, kind_words[a->kind]);
			c->make = a->make;
			c->response_ms = a->response_ms;
			c->update_ms = a->update_ms;
			c->telemetry = a->telemetry;
			if (!c->label[0])
				memcpy(c->label, a->label, sizeof(c->label));
			return true;
		}
	return false;
}

/* An attribute class that is missing matters only where a node uses the component. */
static void tie_node(struct house_reader *r, int node, const bool tied[])
{
	struct node *n = &r->h->nodes[node];
	char id[UUID_TEXT];

	if (uuid_is_zero(r->component_of[node])) {
		if (acts(n))
			HOUSE_PROBLEM(r, n->line,
				"node \"%s\" has an actor but no ComponentId - add it, or make its "
				"ActorClass None",
				n->alias);
		return;
	}
	for (int i = 0; i < r->h->n_components; i++)
		if (uuid_equal(r->h->components[i].id, r->component_of[node]))
			n->component = i;
	if (n->component < 0)
		HOUSE_PROBLEM(r, n->line,
			"node \"%s\" has ComponentId %s, which no component has - correct it", n->alias,
			uuid_text(r->component_of[node], id));
	else if (!tied[n->component])
		HOUSE_PROBLEM(r, r->h->components[n->component].line,
			"the component of node \"%s\" has a ComponentAttributeClassId that no attribute "
			"class has - correct it",
			n->alias);
	else if (acts(n) && !actor_fits(n->actor, r->h->components[n->component].kind))
		HOUSE_PROBLEM(r, n->line,
			"node \"%s\" has ActorClass %s, but its component (line %d) is %s - correct one of "
			"them",
			n->alias, symbols_actor_class.list[n->actor].word,
			r->h->components[n->component].line, kind_words[r->h->components[n->component].kind]);
}

/* ---- names ---- */

static void check_parent(struct house_reader *r, const struct node *n)
{
	char parent[ALIAS_SIZE];
	char *dot;

	memcpy(parent, n->alias, sizeof(parent));
	dot = strrchr(parent, '.');
	if (!dot)
		return;
	*dot = '\0';
	if (house_node(r->h, parent) == NO_NODE)
		HOUSE_PROBLEM(r, n->line,
			"node \"%s\" has no parent \"%s\" - add that node, or correct the alias", n->alias,
			parent);
}

static void check_required(struct house_reader *r)
{
	const char *const required[] = { "a", "a.s", "a.m", house_source(r->h) };

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (house_node(r->h, required[i]) == NO_NODE)
			HOUSE_PROBLEM(r, lined_key_line(r->t, r->world, "ShNodes"),
				"house %s has no node \"%s\" - add it to ShNodes", r->h->key, required[i]);
}

static void check_sample(struct house_reader *r, struct node *n)
{
	if (n->sample_s == 0 && n->actor == ACTOR_CLASS_BOOLEAN_ACTUATOR)
		n->sample_s = RELAY_SAMPLE_S;
	if (n->sample_s == 0 && n->actor == ACTOR_CLASS_SIMPLE_SENSOR)
		HOUSE_PROBLEM(r, n->line,
			"node \"%s\" has an actor but no ReportingSamplePeriodS - add it, like 5 or 60 "
			"(seconds)",
			n->alias);
}

/* ---- devices that two would use (SF-92) ---- */

/* Relays of a board have its address as their HwUid; "" is the address that these boards have when they are new. */
static const char *board_of(const struct component *c)
{
	if (c->make != MAKE_NCD_PR8 && c->make != MAKE_KRIDA_PCF8575)
		return NULL;
	return c->hw_uid[0] != '\0' ? c->hw_uid : "0x20";
}

static bool on_one_board(const struct component *c, const struct component *o)
{
	return board_of(c) != NULL && board_of(o) != NULL && c->make == o->make && strcmp(board_of(c), board_of(o)) == 0;
}

/* The same line of the Pi, or the same relay of a board. */
static bool same_line(const struct component *c, const struct component *o)
{
	if (c->gpio < 0 || c->gpio != o->gpio)
		return false;
	return on_one_board(c, o) || (board_of(c) == NULL && board_of(o) == NULL);
}

static void check_shared(struct house_reader *r, const struct node *n, const struct node *other)
{
	const struct component *c, *o;

	if (n->component < 0 || other->component < 0)
		return;
	c = &r->h->components[n->component];
	o = &r->h->components[other->component];
	if (same_line(c, o))
		HOUSE_PROBLEM(r, n->line,
			"node \"%s\" uses GPIO %d, already used by \"%s\" at line %d - give one of them "
			"another line",
			n->alias, c->gpio, other->alias, other->line);
	else if (c == o && acts(n) && acts(other))
		HOUSE_PROBLEM(r, n->line,
			"node \"%s\" uses the component of \"%s\" at line %d - give it one of its own",
			n->alias, other->alias, other->line);
}

/* Made-up ids of simulated devices may be alike (files of 2022 do that); a real id is one device. */
static void check_hw_uids(struct house_reader *r)
{
	const struct component *c = r->h->components;

	for (int i = 0; i < r->h->n_components; i++)
		for (int j = 0; j < i; j++)
			if (c[i].hw_uid[0] && strcmp(c[i].hw_uid, c[j].hw_uid) == 0 &&
				!on_one_board(&c[i], &c[j]) && !(is_simulated(&c[i]) && is_simulated(&c[j])))
				HOUSE_PROBLEM(r, c[i].line,
					"HwUid \"%s\" is already used by the component at line %d - correct "
					"one of them",
					c[i].hw_uid, c[j].line);
}

static bool only_simulated(const struct house *h)
{
	for (int i = 0; i < h->n_nodes; i++)
		if (acts(&h->nodes[i]) && h->nodes[i].component >= 0 &&
			!is_simulated(&h->components[h->nodes[i].component]))
			return false;
	return true;
}

void houses_check(struct house_reader *r)
{
	bool tied[HOUSE_MAX_COMPONENTS] = { false };

	for (int i = 0; i < r->h->n_components; i++)
		tied[i] = tie_component(r, i);
	check_required(r);
	check_hw_uids(r);
	for (int i = 0; i < r->h->n_nodes; i++) {
		tie_node(r, i, tied);
		check_parent(r, &r->h->nodes[i]);
		check_sample(r, &r->h->nodes[i]);
		for (int j = 0; j < i; j++)
			check_shared(r, &r->h->nodes[i], &r->h->nodes[j]);
	}
	r->h->has_plant = r->h->has_model = lined_get(r->world, "Plant") != NULL;
	r->h->simulated = r->h->has_plant || only_simulated(r->h);
}
