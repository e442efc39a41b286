/* SPDX-License-Identifier: MIT */
#include "cli/demo.h"

#include <stdio.h>
#include <string.h>

#include "spaceheat/settings.h"

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

/* The plant's name of the input that relay is, or of the state that sensor shows; NULL without one. */
static const char *plant_name(const struct house *h, int node)
{
	for (int i = 0; h->has_plant && i < h->plant.n_nodes; i++)
		if (h->plant.nodes[i].node == node)
			return h->plant.nodes[i].state;
	return NULL;
}

struct load { enum relay_kind kind; int least_w, most_w; };

static int tenths(double w, int n)
{
	return (int)(w * n / 10);
}

static struct load steady(enum relay_kind kind, double w)
{
	return (struct load){ kind, tenths(w, 9), tenths(w, 11) };
}

/* From its call on a heat pump may draw anything between its start and its limit, its own pump included. */
static struct load heat_pump_load(const struct plant *p)
{
	double least = p->heat_pump.elec_max_w / 20;

	return (struct load){ RELAY_HEAT_PUMP, least > 500 ? (int)least : 500,
		tenths(p->heat_pump.elec_max_w + p->circulators.primary_w, 11) };
}

static struct load valve_load(const struct plant *p) { (void)p; return (struct load){ RELAY_VALVE, 0, 10 }; }
static struct load store_pump_load(const struct plant *p) { return steady(RELAY_PUMP, p->circulators.store_w); }
static struct load pump_load(const struct plant *p) { return steady(RELAY_PUMP, p->circulators.dist_w); }
static struct load element_load(const struct plant *p) { return steady(RELAY_ELEMENT, p->element.w); }

static struct load backup_load(const struct plant *p)
{
	if (p->backup_kind == BACKUP_ELEMENT)
		return steady(RELAY_ELEMENT, p->backup.w);
	return (struct load){ RELAY_OTHER, 0, 100 };	/* a boiler burns: nothing to meter */
}

static const struct {
	const char *input;
	struct load (*of)(const struct plant *);
} inputs[] = {
	{ "hp", heat_pump_load }, { "charge", valve_load }, { "storepump", store_pump_load },
	{ "distpump", pump_load }, { "element", element_load }, { "backup", backup_load },
};

/* Without a plant: what the load's role says, and what such loads draw. */
static struct load likely_load(const struct house *h, int node)
{
	int load = parent_of(h, node);
	enum role role = load != NO_NODE ? h->nodes[load].role : ROLE_BOOLEAN_ACTUATOR;

	if (role == ROLE_BOOST_ELEMENT)
		return steady(RELAY_ELEMENT, 4500);
	return role == ROLE_CIRCULATOR_PUMP ? steady(RELAY_PUMP, 60) : steady(RELAY_OTHER, 100);
}

static struct load load_of(const struct house *h, int node)
{
	const char *name = plant_name(h, node);

	for (size_t i = 0; name != NULL && i < sizeof(inputs) / sizeof(inputs[0]); i++)
		if (strcmp(inputs[i].input, name) == 0)
			return inputs[i].of(&h->plant);
	return likely_load(h, node);
}

static void print_relays(const struct house *h, FILE *to)
{
	const char *comma = "";
	int n = 0;

	fputs("relays = (", to);
	for (int i = 0; i < h->n_nodes; i++) {
		struct load load;

		if (!is_relay(h, i))
			continue;
		load = load_of(h, i);
		fprintf(to,
			"%s\n  { node = \"%s\"; kind = \"%s\"; fail_state = \"open\"; "
			"expected_w = [ %d, %d ]; label = \"breaker %d\"; }",
			comma, h->nodes[i].alias, relay_kind_name(load.kind), load.least_w, load.most_w, ++n);
		comma = ",";
	}
	fputs(" );\n", to);
}

/* The node of a state or input of the plant. */
static int plant_node(const struct house *h, const char *name)
{
	for (int i = 0; h->has_plant && i < h->plant.n_nodes; i++)
		if (strcmp(h->plant.nodes[i].state, name) == 0)
			return h->plant.nodes[i].node;
	return NO_NODE;
}

/* The pump to the rooms. */
static int room_pump(const struct house *h)
{
	int node = plant_node(h, "distpump");

	for (int i = 0; node == NO_NODE && i < h->n_nodes; i++)
		if (is_relay(h, i) && load_of(h, i).kind == RELAY_PUMP)
			node = i;
	return node;
}

static void print_zones(const struct house *h, FILE *to)
{
	const char *comma = "";
	int pump = room_pump(h);

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

static void print_list(const char *name, const struct house *h, const int nodes[], int n, FILE *to)
{
	fprintf(to, "  %s = [", name);
	for (int i = 0; i < n; i++)
		fprintf(to, "%s \"%s\"", i > 0 ? "," : "", h->nodes[nodes[i]].alias);
	fputs(" ];\n", to);
}

/* The thermometers of a tank of the plant, top first. */
static int tank_nodes(const struct house *h, const char *tank, int nodes[PLANT_MAX_LAYERS])
{
	char name[24];
	int n = 0;

	for (int i = 0; i < PLANT_MAX_LAYERS; i++) {
		int node;

		snprintf(name, sizeof(name), "%s[%d]", tank, i);
		node = plant_node(h, name);
		if (node != NO_NODE)
			nodes[n++] = node;
	}
	return n;
}

static void print_plant_roles(const struct house *h, FILE *to)
{
	static const struct { const char *role, *state; } roles[] = { { "supply", "supply" },
		{ "return_pipe", "return" }, { "flow", "flow" }, { "lwt", "lwt" }, { "ewt", "ewt" },
		{ "outdoor", "out" }, { "meter", "power" } };
	bool buffered = h->plant.kind != PLANT_ELEMENT_TANK;
	int nodes[PLANT_MAX_LAYERS] = { 0 };

	print_list("store", h, nodes, tank_nodes(h, buffered ? "store" : "buf", nodes), to);
	if (buffered)
		print_list("buffer", h, nodes, tank_nodes(h, "buf", nodes), to);
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		print_role(h, roles[i].role, plant_node(h, roles[i].state), to);
}

static void print_likely_roles(const struct house *h, FILE *to)
{
	int nodes[SETTINGS_MAX_STORE], n = 0;

	for (int i = 0; i < h->n_nodes && n < SETTINGS_MAX_STORE; i++)
		if (h->nodes[i].role == ROLE_TANK_WATER_TEMP_SENSOR && is_measured(h, i))
			nodes[n++] = i;
	print_list("store", h, nodes, n, to);
	print_role(h, "supply", first_of(h, ROLE_PIPE_TEMP_SENSOR, ".out."), to);
	print_role(h, "return_pipe", first_of(h, ROLE_PIPE_TEMP_SENSOR, ".in."), to);
	print_role(h, "flow", first_of(h, ROLE_PIPE_FLOW_METER, ""), to);
	print_role(h, "outdoor", first_of(h, ROLE_OUTDOOR_TEMP_SENSOR, ""), to);
	for (int i = 0; i < h->n_nodes; i++)
		if (h->nodes[i].role == ROLE_POWER_METER)
			print_role(h, "meter", i, to);
}

static void print_roles(const struct house *h, FILE *to)
{
	fputs("roles: {\n", to);
	if (h->has_plant)
		print_plant_roles(h, to);
	else
		print_likely_roles(h, to);
	fputs("};\n", to);
}

/* The ceiling lies 7 K above the warmest water that the heat pump is given, 3 K below its set temperature. */
static void print_guard(const struct house *h, FILE *to)
{
	double ceiling_c = h->plant.heat_pump.lwt_set_c + 4;

	if (!h->has_plant || !h->plant.has_heat_pump)
		return;
	fprintf(to, "guard: { store_ceiling_c = %.1f;  store_trip_c = %.1f;  supply_ceiling_c = %.1f; };\n",
		ceiling_c, ceiling_c + 6, ceiling_c + 3 < 85 ? ceiling_c + 3 : 85);
}

/* What the wires cost beside the simulated market; a file of prices has all in it. */
static void print_tariff(const struct house *h, const char *file, FILE *to)
{
	bool whole = h->plant.prices.kind == SERIES_CSV;

	if (!h->has_plant)
		return;
	fputs("tariff: { ", to);
	if (file != NULL)
		fprintf(to, "kind = \"file\";  file = \"%s\"", file);
	else
		fputs("kind = \"market\"", to);
	fprintf(to, ";  price_per_kwh = %s;  peaks = (", whole ? "0.0" : "0.0535");
	for (int i = 0; i < 2; i++)
		fprintf(to, "%s\n  { days = \"mon-fri\"; from = \"%s\"; to = \"%s\"; price_per_kwh = %s; }", i > 0 ? "," : "",
			i > 0 ? "16:00" : "07:00", i > 0 ? "20:00" : "12:00", whole ? "0.0" : "0.48763");
	fputs(" ); };\n", to);
}

void demo_print_config(const struct house *h, const char *price_file, FILE *to)
{
	double setpoint_c = h->has_plant ? h->plant.house.set_c : 20.0;
	double min_c = setpoint_c < 16.0 ? setpoint_c : 16.0;

	fprintf(to, "house = \"%s\";\nsimulated = true;\n", h->key);
	print_roles(h, to);
	print_zones(h, to);
	print_relays(h, to);
	print_guard(h, to);
	print_tariff(h, price_file, to);
	fprintf(to,
		"comfort: { setpoint_c = %.1f;  band_k = 1.0;  min_c = %.1f;  max_c = %.1f;  schedule = ( ); "
		"};\n",
		setpoint_c, min_c, setpoint_c + 6.0 < 28.0 ? setpoint_c + 6.0 : 28.0);
}
