/* SPDX-License-Identifier: MIT */
/* The two files of a house that was asked for. Ids are made of its alias and of what they are ids of, so that the same answers
 * make the same file, and a relay that stays keeps its id. */
#include <string.h>

#include "cli/site.h"

/* Two 64-bit FNV-1a sums of the same text with different beginnings. */
static void id_of(const struct site *s, const char *what, const char *name, char out[UUID_TEXT])
{
	const char *const parts[] = { s->alias, "/", what, "/", name };
	uint64_t sums[2] = { 0xcbf29ce484222325, 0x84222325cbf29ce4 };

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
		for (const char *c = parts[p]; *c != '\0'; c++)
			for (int i = 0; i < 2; i++)
				sums[i] = (sums[i] ^ (unsigned char)*c) * 0x100000001b3;
	uuid_text(uuid_random(sums), out);
}

static void add_id(cJSON *o, const char *key, const struct site *s, const char *what, const char *name)
{
	char id[UUID_TEXT];

	id_of(s, what, name, id);
	cJSON_AddStringToObject(o, key, id);
}

static cJSON *add_entry(cJSON *list)
{
	cJSON *o = cJSON_CreateObject();

	cJSON_AddItemToArray(list, o);
	return o;
}

/* ---- partners and nodes ---- */

static void add_gnode(cJSON *world, const struct site *s, const char *section, const char *suffix, const char *role)
{
	cJSON *o = cJSON_AddObjectToObject(world, section);
	char alias[ALIAS_SIZE];

	snprintf(alias, sizeof(alias), "%.*s%s", (int)sizeof(alias) - 16, s->alias, suffix);
	if (suffix[0] == '\0' && s->atn_id[0] != '\0')
		cJSON_AddStringToObject(o, "GNodeId", s->atn_id);
	else
		add_id(o, "GNodeId", s, "gnode", role);
	cJSON_AddStringToObject(o, "Alias", alias);
	cJSON_AddStringToObject(o, "DisplayName", role);
	cJSON_AddStringToObject(o, "GNodeStatusValue", "Active");
	cJSON_AddStringToObject(o, "PrimaryGNodeRoleAlias", role);
}

/* component: the id's name of what it uses; NULL = nothing. */
static cJSON *add_node(cJSON *nodes, const struct site *s, const char *alias, enum actor_class actor, enum role role,
	bool has_component)
{
	cJSON *o = add_entry(nodes);

	add_id(o, "ShNodeId", s, "node", alias);
	cJSON_AddStringToObject(o, "Alias", alias);
	cJSON_AddStringToObject(o, "ActorClassGtEnumSymbol", symbols_actor_class.list[actor].symbol);
	cJSON_AddStringToObject(o, "RoleGtEnumSymbol", symbols_role.list[role].symbol);
	if (has_component)
		add_id(o, "ComponentId", s, "component", alias);
	cJSON_AddStringToObject(o, "DisplayName", alias);
	cJSON_AddStringToObject(o, "TypeAlias", "gt.sh.node.120");
	return o;
}

static void add_plain(cJSON *nodes, const struct site *s, const char *alias, enum role role)
{
	add_node(nodes, s, alias, ACTOR_CLASS_NONE, role, false);
}

static const struct { const char *parent, *stem; enum role of_parent, role; } hangs[] = {
	[PLACE_STORE] = { "a.tank", "a.tank.temp", ROLE_DEDICATED_THERMAL_STORE, ROLE_TANK_WATER_TEMP_SENSOR },
	[PLACE_BUFFER] = { "a.buffer", "a.buffer.temp", ROLE_DEDICATED_THERMAL_STORE, ROLE_TANK_WATER_TEMP_SENSOR },
	[PLACE_ROOM] = { "a.rooms", "a.rooms.", ROLE_HEATED_SPACE, ROLE_ROOM_TEMP_SENSOR },
	[PLACE_OUTDOOR] = { "a.outdoors", "a.outdoors.temp1", ROLE_OUTDOORS, ROLE_OUTDOOR_TEMP_SENSOR },
	[PLACE_SUPPLY] = { "a.supply", "a.supply.temp1", ROLE_HYDRONIC_PIPE, ROLE_PIPE_TEMP_SENSOR },
	[PLACE_RETURN] = { "a.return", "a.return.temp1", ROLE_HYDRONIC_PIPE, ROLE_PIPE_TEMP_SENSOR },
};
enum { N_PLACES = sizeof(hangs) / sizeof(hangs[0]) };

/* The node of a thermometer: "a.tank.temp0", "a.rooms.living.temp1". */
static void name_sensor(const struct site *s, const struct site_sensor *t, char out[ALIAS_SIZE])
{
	const char *stem = hangs[t->place].stem;

	if (t->place == PLACE_STORE || t->place == PLACE_BUFFER)
		snprintf(out, ALIAS_SIZE, "%s%d", stem, t->index);
	else if (t->place == PLACE_ROOM)
		snprintf(out, ALIAS_SIZE, "%s%s.temp1", stem, s->rooms[t->index]);
	else
		snprintf(out, ALIAS_SIZE, "%s", stem);
}

static const struct site_sensor *sensor_at(const struct site *s, enum site_place place, int index)
{
	for (int i = 0; i < s->n_sensors; i++)
		if (s->sensors[i].place == place && s->sensors[i].index == index)
			return &s->sensors[i];
	return NULL;
}

static void add_sensors(cJSON *nodes, const struct site *s)
{
	char alias[ALIAS_SIZE];

	for (int p = PLACE_STORE; p < N_PLACES; p++)
		if (p == PLACE_OUTDOOR || p == PLACE_ROOM || sensor_at(s, (enum site_place)p, 0) != NULL)
			add_plain(nodes, s, hangs[p].parent, hangs[p].of_parent);
	for (int i = 0; i < s->n_rooms; i++) {
		snprintf(alias, sizeof(alias), "a.rooms.%s", s->rooms[i]);
		add_plain(nodes, s, alias, ROLE_HEATED_SPACE);
	}
	for (int i = 0; i < s->n_sensors; i++) {
		const struct site_sensor *t = &s->sensors[i];

		if (t->place == PLACE_NONE)
			continue;
		name_sensor(s, t, alias);
		cJSON_AddNumberToObject(add_node(nodes, s, alias, ACTOR_CLASS_SIMPLE_SENSOR, hangs[t->place].role, true),
			"ReportingSamplePeriodS", 60);
	}
}

static enum role role_of(enum relay_kind kind)
{
	return kind == RELAY_ELEMENT || kind == RELAY_HEAT_PUMP ? ROLE_BOOST_ELEMENT :
		kind == RELAY_PUMP ? ROLE_CIRCULATOR_PUMP : ROLE_HYDRONIC_PIPE;
}

/* A house has a source of heat, also one whose relays are still to come. */
static void add_relays(cJSON *nodes, const struct site *s)
{
	bool has_source = false;

	for (int i = 0; i < s->n_relays; i++) {
		const struct site_relay *r = &s->relays[i];
		char load[ALIAS_SIZE];

		snprintf(load, sizeof(load), "%.*s", (int)(strlen(r->node) - strlen(".relay")), r->node);
		has_source = has_source || strcmp(load, "a.hp1") == 0 || strcmp(load, "a.elt1") == 0;
		add_plain(nodes, s, load, role_of(r->kind));
		add_node(nodes, s, r->node, ACTOR_CLASS_BOOLEAN_ACTUATOR, ROLE_BOOLEAN_ACTUATOR, true);
	}
	if (!has_source)
		add_plain(nodes, s, "a.elt1", ROLE_BOOST_ELEMENT);
}

/* ---- devices ---- */

/* The attribute class of a make: one for each section. */
static cJSON *add_cac(cJSON *list, const struct site *s, const char *make_model, const char *type)
{
	cJSON *o = add_entry(list);
	const char *symbol = symbols_make_model.list[MAKE_UNKNOWN].symbol;

	for (int i = 0; i < N_MAKE_MODELS; i++)
		if (strcmp(symbols_make_model.list[i].word, make_model) == 0)
			symbol = symbols_make_model.list[i].symbol;
	add_id(o, "ComponentAttributeClassId", s, type, make_model);
	cJSON_AddStringToObject(o, "DisplayName", make_model);
	cJSON_AddStringToObject(o, "MakeModelGtEnumSymbol", symbol);
	cJSON_AddStringToObject(o, "TypeAlias", type);
	return o;
}

static cJSON *add_component(cJSON *list, const struct site *s, const char *alias, const char *make_model, const char *cac,
	const char *type)
{
	cJSON *o = add_entry(list);

	add_id(o, "ComponentId", s, "component", alias);
	add_id(o, "ComponentAttributeClassId", s, cac, make_model);
	cJSON_AddStringToObject(o, "DisplayName", alias);
	cJSON_AddStringToObject(o, "TypeAlias", type);
	return o;
}

static bool is_first(const struct site *s, int sensor)
{
	for (int i = 0; i < sensor; i++)
		if (s->sensors[i].place != PLACE_NONE && strcmp(s->sensors[i].make_model, s->sensors[sensor].make_model) == 0)
			return false;
	return true;
}

static void add_thermometers(cJSON *cacs, cJSON *components, const struct site *s)
{
	static const char class[] = "gt.temp.sensor.cac.100";
	char alias[ALIAS_SIZE];

	for (int i = 0; i < s->n_sensors; i++) {
		const struct site_sensor *t = &s->sensors[i];

		if (t->place == PLACE_NONE)
			continue;
		if (is_first(s, i)) {
			cJSON *o = add_cac(cacs, s, t->make_model, class);

			cJSON_AddNumberToObject(o, "Exponent", -3);
			cJSON_AddNumberToObject(o, "TypicalResponseTimeMs", 880);
			cJSON_AddStringToObject(o, "TelemetryNameGtEnumSymbol",
				symbols_telemetry_name.list[TELEMETRY_WATER_TEMP_C].symbol);
			cJSON_AddStringToObject(o, "TempUnitGtEnumSymbol", symbols_unit.list[UNIT_CELSIUS].symbol);
		}
		name_sensor(s, t, alias);
		cJSON_AddStringToObject(add_component(components, s, alias, t->make_model, class, "gt.temp.sensor.component.100"),
			"HwUid", t->hw_uid);
	}
}

static void add_actuators(cJSON *cacs, cJSON *components, const struct site *s)
{
	static const char class[] = "gt.boolean.actuator.cac.100";

	for (int i = 0; i < s->n_relays; i++) {
		const struct site_relay *r = &s->relays[i];
		const char *make = symbols_make_model.list[r->make].word;
		bool first = true;
		cJSON *o;

		for (int k = 0; k < i; k++)
			first = first && s->relays[k].make != r->make;
		if (first)
			cJSON_AddNumberToObject(add_cac(cacs, s, make, class), "TypicalResponseTimeMs", 100);
		o = add_component(components, s, r->node, make, class, "gt.boolean.actuator.component.100");
		cJSON_AddNumberToObject(o, "Gpio", r->gpio);
		if (r->board[0] != '\0')
			cJSON_AddStringToObject(o, "HwUid", r->board);
	}
}

static void add_meter(cJSON *cacs, cJSON *components, const struct site *s)
{
	static const char class[] = "gt.electric.meter.cac.100";
	cJSON *o;

	if (!s->meter_wanted)
		return;
	o = add_cac(cacs, s, s->meter_make, class);
	cJSON_AddNumberToObject(o, "DefaultBaud", 9600);
	cJSON_AddNumberToObject(o, "UpdatePeriodMs", 1000);
	cJSON_AddStringToObject(o, "LocalCommInterfaceGtEnumSymbol", symbols_comm_interface.list[COMM_RS485].symbol);
	o = add_component(components, s, "a.m", s->meter_make, class, "gt.electric.meter.component.100");
	cJSON_AddStringToObject(o, "HwUid", s->meter_serial);
}

cJSON *site_house(const struct site *s)
{
	cJSON *file = cJSON_CreateObject(), *world = cJSON_AddObjectToObject(file, s->alias), *nodes, *cacs, *components;

	add_gnode(world, s, "MyAtomicTNodeGNode", "", "AtomicTNode");
	add_gnode(world, s, "MyTerminalAssetGNode", ".ta", "TerminalAsset");
	add_gnode(world, s, "MyScadaGNode", ".ta.scada", "Scada");
	nodes = cJSON_AddArrayToObject(world, "ShNodes");
	add_node(nodes, s, "a", ACTOR_CLASS_ATN, ROLE_ATN, false);
	add_node(nodes, s, "a.home", ACTOR_CLASS_HOME_ALONE, ROLE_HOME_ALONE, false);
	add_node(nodes, s, "a.s", ACTOR_CLASS_SCADA, ROLE_SCADA, false);
	add_node(nodes, s, "a.m", s->meter_wanted ? ACTOR_CLASS_POWER_METER : ACTOR_CLASS_NONE, ROLE_POWER_METER, s->meter_wanted);
	add_relays(nodes, s);
	add_sensors(nodes, s);
	cacs = cJSON_AddArrayToObject(world, "BooleanActuatorCacs");
	components = cJSON_AddArrayToObject(world, "BooleanActuatorComponents");
	add_actuators(cacs, components, s);
	cacs = cJSON_AddArrayToObject(world, "TempSensorCacs");
	components = cJSON_AddArrayToObject(world, "TempSensorComponents");
	add_thermometers(cacs, components, s);
	cacs = cJSON_AddArrayToObject(world, "ElectricMeterCacs");
	components = cJSON_AddArrayToObject(world, "ElectricMeterComponents");
	add_meter(cacs, components, s);
	for (size_t i = 0; i < 6; i++) {
		static const char *const empty[] = { "ElectricHeaterCacs", "ElectricHeaterComponents", "PipeFlowSensorCacs",
			"PipeFlowSensorComponents", "OtherCacs", "OtherComponents" };

		cJSON_AddArrayToObject(world, empty[i]);
	}
	return file;
}

/* ---- settings ---- */

static void print_tank(FILE *f, const struct site *s, const char *role, enum site_place place)
{
	char alias[ALIAS_SIZE];
	const struct site_sensor *t;

	if (sensor_at(s, place, 0) == NULL)
		return;
	fprintf(f, "\t%s = [ ", role);
	for (int i = 0; (t = sensor_at(s, place, i)) != NULL; i++) {
		name_sensor(s, t, alias);
		fprintf(f, "%s\"%s\"", i > 0 ? ", " : "", alias);
	}
	fputs(" ];\n", f);
}

static void print_roles(FILE *f, const struct site *s)
{
	static const struct { const char *role; enum site_place place; } singles[] = { { "supply", PLACE_SUPPLY },
		{ "return_pipe", PLACE_RETURN }, { "outdoor", PLACE_OUTDOOR } };

	fputs("roles: {\n", f);
	print_tank(f, s, "store", PLACE_STORE);
	print_tank(f, s, "buffer", PLACE_BUFFER);
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++)
		if (sensor_at(s, singles[i].place, 0) != NULL)
			fprintf(f, "\t%s = \"%s\";\n", singles[i].role, hangs[singles[i].place].stem);
	if (s->meter_wanted)
		fputs("\tmeter = \"a.m\";\n", f);
	fputs("};\n", f);
}

static void print_rooms(FILE *f, const struct site *s)
{
	int n = 0;

	fputs("zones = (", f);
	for (int i = 0; i < s->n_rooms; i++) {
		if (sensor_at(s, PLACE_ROOM, i) == NULL)
			continue;
		fprintf(f, "%s\n\t{ name = \"%s\"; sensor = \"a.rooms.%s.temp1\"; critical = %s; }", n > 0 ? "," : "", s->rooms[i],
			s->rooms[i], n == 0 ? "true" : "false");
		n++;
	}
	fputs(n > 0 ? "\n);\n" : " );\n", f);
}

static void print_relays(FILE *f, const struct site *s)
{
	fputs("relays = (", f);
	for (int i = 0; i < s->n_relays; i++) {
		const struct site_relay *r = &s->relays[i];

		fprintf(f, "%s\n\t{ node = \"%s\"; kind = \"%s\"; fail_state = \"%s\"; expected_w = [ %d, %d ]; active_low = %s; "
			"label = \"%s\"; }", i > 0 ? "," : "", r->node, relay_kind_name(r->kind), fail_state_name(r->fail_state),
			r->expected_w[0], r->expected_w[1], r->active_low ? "true" : "false", r->label);
	}
	fputs(s->n_relays > 0 ? "\n);\n" : " );\n", f);
}

void site_print_cfg(FILE *f, const struct site *s, const char *houses_file)
{
	fprintf(f, "# Written by spaceheat setup. Read after spaceheat.cfg; check with: spaceheat config check\n");
	fprintf(f, "house = \"%s\";\nhouses_file = \"%s\";\nsimulated = false;\n", s->alias, houses_file);
	if (s->host[0] != '\0' && s->atn_key[0] != '\0')
		fprintf(f, "contract: { atn_key = \"%s\"; };\n", s->atn_key);
	else if (s->host[0] != '\0')
		fprintf(f, "contract: { allow_unsigned_contract = true; };\n");
	if (s->host[0] != '\0')
		fprintf(f, "uplink: { host = \"%s\"; port = %d; tls = %s; ca_file = \"%s\"; };\n", s->host, s->port,
			s->tls ? "true" : "false", s->ca_file);
	else
		fprintf(f, "uplink: { enable = false; };\n");
	if (s->meter_wanted)
		fprintf(f, "meter: { port = \"%s\"; unit_id = %d; };\n", s->meter_port, s->meter_unit);
	print_roles(f, s);
	print_rooms(f, s);
	print_relays(f, s);
}
