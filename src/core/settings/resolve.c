/* SPDX-License-Identifier: MIT */
/* The settings against the house: names become indexes, and what only both together can tell is checked. */
#include <stdio.h>
#include <string.h>

#include "core/settings/settings.h"

struct resolve {
	struct settings *s;
	const struct house *h;
	const struct conf_list *list;
	struct problems *problems;
};

enum need { NEED_TEMPERATURE, NEED_FLOW, NEED_METER, NEED_RELAY };

static const char *const need_words[] = { "thermometer", "flow meter", "electric meter", "relay" };

static const char *file_of(const struct resolve *r, const char *path)
{
	return conf_file_of(r->list, conf_find(r->list, path));
}

static int line_of(const struct resolve *r, const char *path)
{
	const struct conf_entry *e = conf_find(r->list, path);

	return e ? e->line : 0;
}

static const char *node_like(const struct house *h, const char *name)
{
	const char *names[HOUSE_MAX_NODES];

	for (int i = 0; i < h->n_nodes; i++)
		names[i] = h->nodes[i].alias;
	return did_you_mean(name, names, h->n_nodes);
}

static bool fits(enum need need, const struct channel *c, int node)
{
	switch (need) {
	case NEED_TEMPERATURE:
		return c->about == node && channel_is_temperature(c);
	case NEED_FLOW:
		return c->about == node &&
		       (c->name == TELEMETRY_GPM_TIMES_10 || c->name == TELEMETRY_GPM_TIMES_100);
	case NEED_METER:
		return c->by == node && c->name == TELEMETRY_POWER_W;
	case NEED_RELAY:
		return c->about == node && c->name == TELEMETRY_RELAY_STATE;
	}
	return false;
}

static bool has_channel(const struct house *h, int node, enum need need)
{
	for (int i = 0; i < h->n_channels; i++)
		if (fits(need, &h->channels[i], node))
			return true;
	return false;
}

/* The node of that name, which must be what is needed there; "" gives NO_NODE and no problem. */
static int resolve_node(struct resolve *r, const char *path, const char *name, enum need need)
{
	int node = house_node(r->h, name);
	const char *like;

	if (!name[0])
		return NO_NODE;
	if (node == NO_NODE) {
		like = node_like(r->h, name);
		problem_add(r->problems, file_of(r, path), line_of(r, path),
			"%s names \"%s\", not a node of house %s - %s%s%s", path, name, r->h->key,
			like ? "did you mean \"" : "use a node of its ShNodes", like ? like : "",
			like ? "\"?" : "");
		return NO_NODE;
	}
	if (has_channel(r->h, node, need))
		return node;
	problem_add(r->problems, file_of(r, path), line_of(r, path),
		"%s names \"%s\", which is no working %s of house %s (no actor, or no driver) - name "
		"another, or none",
		path, name, need_words[need], r->h->key);
	return NO_NODE;
}

/* The thermometers of a tank: each once. */
static void resolve_tank(struct resolve *r, const char *role, const char names[][ALIAS_SIZE], int nodes[], int n)
{
	char path[32];

	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s[%d]", role, i);
		nodes[i] = resolve_node(r, path, names[i], NEED_TEMPERATURE);
		for (int j = 0; j < i; j++)
			if (nodes[i] != NO_NODE && nodes[i] == nodes[j])
				problem_add(r->problems, file_of(r, path), line_of(r, path),
					"%s names \"%s\" twice - remove one", role, names[i]);
	}
}

static void resolve_roles(struct resolve *r)
{
	struct settings_roles *o = &r->s->roles;

	resolve_tank(r, "roles.store", (const char(*)[ALIAS_SIZE])o->store_name, o->store, o->n_store);
	resolve_tank(r, "roles.buffer", (const char(*)[ALIAS_SIZE])o->buffer_name, o->buffer, o->n_buffer);
	o->supply = resolve_node(r, "roles.supply", o->supply_name, NEED_TEMPERATURE);
	o->return_pipe = resolve_node(r, "roles.return_pipe", o->return_name, NEED_TEMPERATURE);
	o->flow = resolve_node(r, "roles.flow", o->flow_name, NEED_FLOW);
	o->outdoor = resolve_node(r, "roles.outdoor", o->outdoor_name, NEED_TEMPERATURE);
	o->lwt = resolve_node(r, "roles.lwt", o->lwt_name, NEED_TEMPERATURE);
	o->ewt = resolve_node(r, "roles.ewt", o->ewt_name, NEED_TEMPERATURE);
	o->meter = resolve_node(r, "roles.meter", o->meter_name, NEED_METER);
}

static void resolve_zones(struct resolve *r)
{
	char path[32];

	for (int i = 0; i < r->s->n_zones; i++) {
		struct settings_zone *z = &r->s->zones[i];

		snprintf(path, sizeof(path), "zones[%d].sensor", i);
		z->sensor = resolve_node(r, path, z->sensor_name, NEED_TEMPERATURE);
		snprintf(path, sizeof(path), "zones[%d].pump", i);
		z->pump = resolve_node(r, path, z->pump_name, NEED_RELAY);
	}
}

static bool is_relay(const struct node *n)
{
	return n->role == ROLE_BOOLEAN_ACTUATOR && n->actor == ACTOR_CLASS_BOOLEAN_ACTUATOR;
}

static void resolve_relays(struct resolve *r)
{
	char path[32];

	for (int i = 0; i < r->s->n_relays; i++) {
		struct settings_relay *s = &r->s->relays[i];

		snprintf(path, sizeof(path), "relays[%d].node", i);
		s->node = resolve_node(r, path, s->node_name, NEED_RELAY);
		s->channel = s->node == NO_NODE ? -1 : house_channel(r->h, s->node, TELEMETRY_RELAY_STATE);
	}
	for (int i = 0; i < r->h->n_nodes; i++)
		if (is_relay(&r->h->nodes[i]) && settings_relay_of(r->s, i) < 0)
			problem_add(r->problems, file_of(r, "relays"), line_of(r, "relays"),
				"relays has no entry for \"%s\" of house %s - add { node = \"%s\"; kind = "
				"...; fail_state = \"open\"; "
				"expected_w = [ ..., ... ]; }",
				r->h->nodes[i].alias, r->h->key, r->h->nodes[i].alias);
}

static void resolve_simulated(struct resolve *r)
{
	const char *path = conf_find(r->list, "simulated") ? "simulated" : "house";

	if (r->s->simulated && !r->h->simulated)
		problem_add(r->problems, file_of(r, path), line_of(r, path),
			"simulated = true, but house %s is not marked simulated - set simulated = false, or "
			"choose a simulated house",
			r->h->key);
	if (!r->s->simulated && r->h->simulated)
		problem_add(r->problems, file_of(r, path), line_of(r, path),
			"simulated = false, but house %s is marked simulated - set simulated = true, or "
			"choose a real house",
			r->h->key);
}

bool settings_resolve(
	struct settings *s, const struct house *h, const struct conf_list *origins, struct problems *problems)
{
	struct resolve r = { s, h, origins, problems };
	int before = problems->n + problems->more;

	resolve_simulated(&r);
	resolve_roles(&r);
	resolve_zones(&r);
	resolve_relays(&r);
	return problems->n + problems->more == before;
}

int settings_nameplate_w(const struct settings *s)
{
	int sum = 0;

	for (int i = 0; i < s->n_relays; i++)
		sum += s->relays[i].expected_w[1];
	return sum;
}

int settings_tank_top(const struct settings *s)
{
	if (s->roles.n_buffer > 0)
		return s->roles.buffer[0];
	return s->roles.n_store > 0 ? s->roles.store[0] : NO_NODE;
}

int settings_relay_of(const struct settings *s, int node)
{
	for (int i = 0; i < s->n_relays; i++)
		if (s->relays[i].node == node)
			return i;
	return -1;
}
