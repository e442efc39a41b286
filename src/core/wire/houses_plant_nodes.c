/* SPDX-License-Identifier: MIT */
/* Plant.Nodes: which node of the house shows a state of the plant, or switches one of its inputs. */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/houses_parts.h"

enum plant_port { PORT_TEMPERATURE, PORT_FLOW, PORT_POWER, PORT_RELAY };

static const struct {
	const char *state;
	enum plant_port port;
} states[] = {
	{ "buf", PORT_TEMPERATURE },
	{ "store", PORT_TEMPERATURE }, /* these two with [layer] */
	{ "supply", PORT_TEMPERATURE },
	{ "return", PORT_TEMPERATURE },
	{ "lwt", PORT_TEMPERATURE },
	{ "ewt", PORT_TEMPERATURE },
	{ "air", PORT_TEMPERATURE },
	{ "out", PORT_TEMPERATURE },
	{ "flow", PORT_FLOW },
	{ "power", PORT_POWER },
	{ "hp", PORT_RELAY },
	{ "charge", PORT_RELAY },
	{ "storepump", PORT_RELAY },
	{ "distpump", PORT_RELAY },
	{ "element", PORT_RELAY },
	{ "backup", PORT_RELAY },
};
enum { N_STATES = sizeof(states) / sizeof(states[0]), N_LAYERED = 2 };

/* "buf[3]" with as many layers as the tank has. */
static bool layer_good(const struct plant *p, int state, const char *rest)
{
	int layers = state == 0 ? p->buffer.layers : p->store.tank.layers;
	char *end;
	long layer;

	if (rest[0] != '[' || rest[1] < '0' || rest[1] > '9')
		return false;
	layer = strtol(rest + 1, &end, 10);
	return layer < layers && strcmp(end, "]") == 0;
}

static int find_state(const struct plant *p, const char *name)
{
	for (int i = 0; i < N_STATES; i++) {
		size_t n = strlen(states[i].state);

		if (strncmp(name, states[i].state, n) != 0)
			continue;
		if (i < N_LAYERED ? layer_good(p, i, name + n) : name[n] == '\0')
			return i;
	}
	return -1;
}

static bool measures(const struct house *h, int node, enum plant_port port)
{
	for (int i = 0; i < h->n_channels; i++) {
		const struct channel *c = &h->channels[i];

		if (port == PORT_POWER
				? c->by == node && c->name == TELEMETRY_POWER_W
				: c->about == node &&
					  (port == PORT_RELAY         ? c->name == TELEMETRY_RELAY_STATE
						  : port == PORT_FLOW ? c->name == TELEMETRY_GPM_TIMES_10
								      : channel_is_temperature(c)))
			return true;
	}
	return false;
}

static void unknown_state(struct house_reader *r, const cJSON *nodes, const char *name)
{
	const char *names[N_STATES];
	const char *like;

	for (int i = 0; i < N_STATES; i++)
		names[i] = states[i].state;
	like = did_you_mean(name, names, N_STATES);
	HOUSE_PROBLEM(r, lined_key_line(r->t, nodes, name),
		"Plant.Nodes: \"%.40s\" is no state of this plant - %s%s%s", name,
		like ? "did you mean \"" : "see the list of states (a layer is written buf[0])",
		like ? like : "", like ? "\"?" : "");
}

static void unknown_node(struct house_reader *r, const cJSON *nodes, const char *state, const char *alias)
{
	const char *names[HOUSE_MAX_NODES];
	const char *like;

	for (int i = 0; i < r->h->n_nodes; i++)
		names[i] = r->h->nodes[i].alias;
	like = did_you_mean(alias, names, r->h->n_nodes);
	HOUSE_PROBLEM(r, lined_key_line(r->t, nodes, state),
		"Plant.Nodes: \"%s\" names \"%.60s\", not a node of house %s - %s%s%s", state, alias,
		r->h->key, like ? "did you mean \"" : "use one of ShNodes", like ? like : "",
		like ? "\"?" : "");
}

static void read_node(struct house_reader *r, const cJSON *nodes, const cJSON *item)
{
	static const char *const jobs[] = { "reads a temperature", "reads a flow", "meters power",
		"is a relay" };
	struct plant *p = &r->h->plant;
	int state = find_state(p, item->string), node;

	if (state < 0 || strlen(item->string) >= sizeof(p->nodes[0].state)) {
		unknown_state(r, nodes, item->string);
		return;
	}
	node = cJSON_IsString(item) ? house_node(r->h, item->valuestring) : NO_NODE;
	if (node == NO_NODE)
		unknown_node(r, nodes, item->string, cJSON_IsString(item) ? item->valuestring : "?");
	else if (!measures(r->h, node, states[state].port))
		HOUSE_PROBLEM(r, lined_key_line(r->t, nodes, item->string),
			"Plant.Nodes: \"%s\" names \"%s\", which no actor makes one that %s - name another "
			"node",
			item->string, item->valuestring, jobs[states[state].port]);
	else if (p->n_nodes == PLANT_MAX_NODES)
		HOUSE_PROBLEM(r, lined_key_line(r->t, nodes, item->string),
			"Plant.Nodes has more than %d entries - remove some", PLANT_MAX_NODES);
	else {
		strcpy(p->nodes[p->n_nodes].state, item->string);
		p->nodes[p->n_nodes++].node = node;
	}
}

void houses_read_plant_nodes(struct house_reader *r, const cJSON *nodes)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, nodes) read_node(r, nodes, item);
}
