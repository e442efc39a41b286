/* SPDX-License-Identifier: MIT */
#include "cli/demo.h"

#include <string.h>

/* The node whose alias is this one's without its last word: a relay's load, a sensor's room. */
static int parent_of(const struct house *h, int node)
{
	char alias[ALIAS_SIZE];
	char *dot;

	memcpy(alias, h->nodes[node].alias, sizeof(alias));
	dot = strrchr(alias, '.');
	if (dot == NULL)
		return NO_NODE;
	*dot = '\0';
	return house_node(h, alias);
}

static bool is_measured(const struct house *h, int node)
{
	for (int i = 0; i < h->n_channels; i++)
		if (h->channels[i].about == node)
			return true;
	return false;
}

static int first_of(const struct house *h, enum role role, const char *part)
{
	for (int i = 0; i < h->n_nodes; i++)
		if (h->nodes[i].role == role && is_measured(h, i) && strstr(h->nodes[i].alias, part) != NULL)
			return i;
	return NO_NODE;
}

static bool is_relay(const struct house *h, int node)
{
	return h->nodes[node].role == ROLE_BOOLEAN_ACTUATOR &&
	       house_channel(h, node, TELEMETRY_RELAY_STATE) >= 0;
}

static enum relay_kind kind_of(const struct house *h, int node)
{
	int load = parent_of(h, node);

	if (load == NO_NODE)
		return RELAY_OTHER;
	if (h->nodes[load].role == ROLE_BOOST_ELEMENT)
		return RELAY_ELEMENT;
	return h->nodes[load].role == ROLE_CIRCULATOR_PUMP ? RELAY_PUMP : RELAY_OTHER;
}

/* What the load draws, W: of the plant where there is one, else what such loads draw. */
static int watts_of(const struct house *h, enum relay_kind kind)
{
	if (kind == RELAY_ELEMENT)
		return h->has_plant && h->plant.has_element ? (int)h->plant.element.w : 4500;
	if (kind == RELAY_PUMP)
		return h->has_plant ? (int)h->plant.circulators.dist_w : 60;
	return 100;
}

static void print_relays(const struct house *h, FILE *to)
{
	const char *comma = "";
	int n = 0;

	fputs("relays = (", to);
	for (int i = 0; i < h->n_nodes; i++) {
		enum relay_kind kind = kind_of(h, i);
		int w = watts_of(h, kind);

		if (!is_relay(h, i))
			continue;
		fprintf(to,
			"%s\n  { node = \"%s\"; kind = \"%s\"; fail_state = \"open\"; "
			"expected_w = [ %d, %d ]; label = \"breaker %d\"; }",
			comma, h->nodes[i].alias, relay_kind_name(kind), w * 9 / 10, w * 11 / 10, ++n);
		comma = ",";
	}
	fputs(" );\n", to);
}

static int first_pump(const struct house *h)
{
	for (int i = 0; i < h->n_nodes; i++)
		if (is_relay(h, i) && kind_of(h, i) == RELAY_PUMP)
			return i;
	return NO_NODE;
}

static void print_zones(const struct house *h, FILE *to)
{
	const char *comma = "";
	int pump = first_pump(h);

	fputs("zones = (", to);
	for (int i = 0; i < h->n_nodes; i++) {
		int room = parent_of(h, i);
		const char *name;

		if (h->nodes[i].role != ROLE_ROOM_TEMP_SENSOR || !is_measured(h, i) || room == NO_NODE)
			continue;
		name = strrchr(h->nodes[room].alias, '.');
		fprintf(to, "%s\n  { name = \"%s\"; sensor = \"%s\"; critical = true; ", comma,
			name != NULL ? name + 1 : h->nodes[room].alias, h->nodes[i].alias);
		if (pump != NO_NODE)
			fprintf(to, "pump = \"%s\"; ", h->nodes[pump].alias);
		fputs("control = \"service\"; }", to);
		comma = ",";
	}
	fputs(" );\n", to);
}

static void print_role(const struct house *h, const char *name, int node, FILE *to)
{
	if (node != NO_NODE)
		fprintf(to, "  %s = \"%s\";\n", name, h->nodes[node].alias);
}

static void print_roles(const struct house *h, FILE *to)
{
	const char *comma = "";

	fputs("roles: {\n  store = [", to);
	for (int i = 0; i < h->n_nodes; i++) {
		if (h->nodes[i].role != ROLE_TANK_WATER_TEMP_SENSOR || !is_measured(h, i))
			continue;
		fprintf(to, "%s \"%s\"", comma, h->nodes[i].alias);
		comma = ",";
	}
	fputs(" ];\n", to);
	print_role(h, "supply", first_of(h, ROLE_PIPE_TEMP_SENSOR, ".out."), to);
	print_role(h, "return_pipe", first_of(h, ROLE_PIPE_TEMP_SENSOR, ".in."), to);
	print_role(h, "flow", first_of(h, ROLE_PIPE_FLOW_METER, ""), to);
	print_role(h, "outdoor", first_of(h, ROLE_OUTDOOR_TEMP_SENSOR, ""), to);
	for (int i = 0; i < h->n_nodes; i++)
		if (h->nodes[i].role == ROLE_POWER_METER)
			print_role(h, "meter", i, to);
	fputs("};\n", to);
}

void demo_print_config(const struct house *h, FILE *to)
{
	double setpoint_c = h->has_plant ? h->plant.house.set_c : 20.0;
	double min_c = setpoint_c < 16.0 ? setpoint_c : 16.0;

	fprintf(to, "house = \"%s\";\nsimulated = true;\n", h->key);
	print_roles(h, to);
	print_zones(h, to);
	print_relays(h, to);
	fprintf(to,
		"comfort: { setpoint_c = %.1f;  band_k = 1.0;  min_c = %.1f;  max_c = %.1f;  schedule = ( ); "
		"};\n",
		setpoint_c, min_c, setpoint_c + 6.0 < 28.0 ? setpoint_c + 6.0 : 28.0);
}
