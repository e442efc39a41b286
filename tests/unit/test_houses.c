/* SPDX-License-Identifier: MIT */
/* houses.json: what a house is made of is read to the last name, and every mistake has a line. */
#include <math.h>
#include <stdio.h>

#include "houses_bench.h"

/* ---- good houses ---- */

/* The simulated house: partners, nodes, devices and readings are as its file says. */
static void orange_is_read(void **state)
{
	struct bench *b = *state;
	struct house *h = &b->house;
	const struct node *relay;

	take_file(b, "input_data/houses.json");
	assert_true(read_house(b, ORANGE));
	assert_string_equal(h->atn.alias, ORANGE);
	assert_string_equal(h->terminal_asset.alias, ORANGE ".ta");
	assert_string_equal(h->scada.alias, ORANGE ".ta.scada");
	assert_false(uuid_is_zero(h->atn.id) || uuid_is_zero(h->scada.id));
	assert_true(h->simulated && h->has_plant);
	assert_int_equal(h->n_nodes, 24);
	relay = &h->nodes[house_node(h, "a.elt1.relay")];
	assert_int_equal(relay->role, ROLE_BOOLEAN_ACTUATOR);
	assert_int_equal(relay->sample_s, 300);
	assert_int_equal(h->components[relay->component].make, MAKE_GRIDWORKS_SIM_RELAY);
	assert_int_equal(h->components[relay->component].response_ms, 400);
	assert_int_equal(channel_of(h, "a.tank.temp0", TELEMETRY_WATER_TEMP_C)->keep_s, 5);
	assert_int_equal(channel_of(h, GARAGE ".temp1", TELEMETRY_WATER_TEMP_C)->keep_s, 60);
	assert_true(house_channel(h, house_node(h, "a.outdoors.temp1"), TELEMETRY_WATER_TEMP_C) >= 0);
	assert_true(house_channel(h, house_node(h, "a.tank.out.flowmeter1"), TELEMETRY_GPM_TIMES_10) >= 0);
	assert_int_equal(channel_of(h, "a.elt1", TELEMETRY_POWER_W)->by, house_node(h, "a.m"));
	assert_int_equal(channel_of(h, "a.elt1", TELEMETRY_CURRENT_UA)->keep_s, 0);
	assert_int_equal(
		h->components[channel_of(h, "a.elt1", TELEMETRY_POWER_W)->component].update_ms, 1000);
	assert_int_equal(h->n_channels, 14);
}

/* The real test house: nothing is simulated, and what has no driver has no readings. */
static void real_house_is_read(void **state)
{
	struct bench *b = *state;
	struct house *h = &b->house;
	const struct component *c;

	take_file(b, "input_data/houses.json");
	assert_true(read_house(b, "w.isone.nh.orange.1"));
	assert_false(h->simulated || h->has_plant);
	assert_int_equal(h->n_nodes, 22);
	c = &h->components[channel_of(h, "a.tank.temp0", TELEMETRY_WATER_TEMP_C)->component];
	assert_int_equal(c->make, MAKE_ADAFRUIT_642);
	assert_string_equal(c->hw_uid, "00041d3f");
	c = &h->components[channel_of(h, "a.elt1.relay", TELEMETRY_RELAY_STATE)->component];
	assert_int_equal(c->make, MAKE_NCD_PR8);
	assert_int_equal(c->gpio, 2);
	c = &h->components[channel_of(h, "a.elt1", TELEMETRY_POWER_W)->component];
	assert_int_equal(c->make, MAKE_SCHNEIDER_IEM3455);
	assert_string_equal(c->hw_uid, "35941_308");
	assert_int_equal(
		house_channel(h, house_node(h, "a.tank.out.flowmeter1"), TELEMETRY_GPM_TIMES_10), -1);
	assert_int_equal(h->n_channels, 8);
}

/* A file of 2022 loads with its slips: an alias twice (the later wins), odd units of unknown makes. */
static void file_of_2022_loads(void **state)
{
	struct bench *b = *state;
	struct house *h = &b->house;

	take_file(b, "tests/data/houses-2022.json");
	assert_true(read_house(b, "dwtest"));
	assert_string_equal(h->atn.alias, "dwtest.isone.ct.newhaven.orange1");
	assert_int_equal(h->n_nodes, 24);
	assert_string_equal(h->nodes[house_node(h, GARAGE)].label, "Garage, heated");
	assert_true(h->simulated && !h->has_plant);
	assert_int_equal(channel_of(h, GARAGE ".temp1", TELEMETRY_WATER_TEMP_F)->keep_s, 60);
	assert_int_equal(house_channel(h, house_node(h, "a.outdoors.temp1"), TELEMETRY_WATER_TEMP_F), -1);
	assert_int_equal(h->nodes[house_node(h, "a.elt1.relay")].sample_s, 300);
	assert_true(read_house(b, "w"));
	assert_false(h->simulated);
	assert_true(read_house(b, "dwtest.isone.ct.newhaven.orange1"));
	assert_string_equal(h->key, "dwtest");
	replace_after(b, "\"dwtest\"", "\"ThermalEdges\"", "\"SomethingElse\"");
	assert_true(read_house(b, "dwtest"));
}

struct seen {
	int n;
	char keys[8][ALIAS_SIZE];
};

static void see(void *ctx, const struct house *h)
{
	struct seen *s = ctx;

	strcpy(s->keys[s->n++], h->key);
}

/* The list of houses leaves out a broken one and says why. */
static void list_names_good_houses(void **state)
{
	struct bench *b = *state;
	struct seen s = { 0 };

	take_file(b, "input_data/houses.json");
	assert_int_equal(houses_list(b->text, b->length, "houses.json", &b->house, see, &s, &b->problems), 6);
	assert_string_equal(s.keys[0], ORANGE);
	assert_string_equal(s.keys[1], "dw1.isone.me.oak.1");
	replace_after(b, "\"ShNodes\"", "\"Alias\": \"a.s\"", "\"Alias\": \"a.ss\"");
	s.n = 0;
	assert_int_equal(houses_list(b->text, b->length, "houses.json", &b->house, see, &s, &b->problems), 5);
	assert_string_equal(s.keys[4], "w.isone.nh.orange.1");
	assert_non_null(strstr(b->problems.text[0], "no node \"a.s\""));
}

/* Codes of devices become the values of the protocol exactly, half away from zero. */
static void maps_are_exact(void **state)
{
	struct bench *b = *state;
	const struct channel *c, *f, *g;

	take_file(b, "input_data/houses.json");
	assert_true(read_house(b, ORANGE));
	c = channel_of(&b->house, "a.tank.temp0", TELEMETRY_WATER_TEMP_C);
	assert_int_equal(code_map_apply(c->map, 344), 21500);
	assert_int_equal(code_map_apply(c->map, 1), 63); /* 62.5 */
	assert_int_equal(code_map_apply(c->map, -1), -63);
	g = channel_of(&b->house, "a.tank.out.flowmeter1", TELEMETRY_GPM_TIMES_10);
	assert_int_equal(code_map_apply(g->map, 8000), 21); /* 8 l/min = 2.113 gpm */
	assert_int_equal(g->map_mc.den, 0);
	assert_int_equal(code_map_apply(channel_of(&b->house, "a.elt1", TELEMETRY_POWER_W)->map, -7), -7);
	take_file(b, "tests/data/houses-2022.json");
	assert_true(read_house(b, "dwtest"));
	f = channel_of(&b->house, "a.tank.temp0", TELEMETRY_WATER_TEMP_F);
	for (int code = -880; code <= 2000; code++) {
		/* The map rounds before it adds 32 F, so only exact halves below 0 C may go the other way. */
		if (code >= 0 || code % 2 == 0)
			assert_int_equal(code_map_apply(f->map, code), llround(112.5 * code + 32000));
		assert_int_equal(channel_mc(f, code), llround(1000.0 * code / 16));
	}
}

/* ---- mistakes ---- */

/* Two relays on one line would move together: named with both lines, to the letter. */
static void gpio_used_twice(void **state)
{
	struct bench *b = *state;
	char node[400];
	char *at, *start;
	size_t length;

	take_file(b, "input_data/houses.json");
	replace_after(b, "\"BooleanActuatorComponents\"", "\"Gpio\": 0", "\"Gpio\": 17");
	replace_after(b, "\"BooleanActuatorComponents\"", "\"Gpio\": 1,", "\"Gpio\": 17,");
	at = strstr(b->text, "\"Alias\": \"a.elt1.relay\"");
	start = line_start(b, at);
	length = (size_t)(strchr(at, '\n') + 1 - start);
	assert_true(length < sizeof(node));
	memcpy(node, start, length);
	node[length] = '\0';
	splice(b, start, length, "");
	at = strchr(strstr(b->text, "\"Alias\": \"a.tank.out.pump.relay\""), '\n') + 1;
	splice(b, at, 0, node);
	put_on_line(b, "\"Alias\": \"a.tank.out.pump.relay\"", 180);
	put_on_line(b, "\"Alias\": \"a.elt1.relay\"", 212);
	assert_false(read_house(b, ORANGE));
	assert_int_equal(b->problems.n, 1);
	assert_string_equal(b->problems.text[0],
		"houses.json:212: node \"a.elt1.relay\" uses GPIO 17, already used by "
		"\"a.tank.out.pump.relay\" at line 180 - give one of them another line");
}

struct mistake {
	const char *after, *what, *with, *problem;
};

/* One change to our file, one problem, at the line of the change. */
static const struct mistake mistakes[] = {
	{ "\"ShNodes\"", "\"a.tank.in\"", "\"a.tunk.in\"", "node \"a.tunk.in\" has no parent \"a.tunk\"" },
	{ "\"ShNodes\"", "\"a.home\"", "\"a.Home\"", "Alias \"a.Home\" is no name" },
	{ "\"ShNodes\"", "\"a.home\"", "\"a..home\"", "Alias" },
	{ "\"ShNodes\"", "\"a.tank.temp4\"", "\"a.tank.temp3\"",
		"node \"a.tank.temp3\" stands already at line" },
	{ "\"ShNodes\"", "\"32d3d19f\"", "\"32d3d19e\"",
		"ShNodes: ActorClassGtEnumSymbol of gt.sh.node.120: BadFormat" },
	{ "\"ShNodes\"", "\"ReportingSamplePeriodS\": 60", "\"ReportingSamplePeriodS\": 0",
		"ReportingSamplePeriodS = 0 is "
		"outside 1..3600 s" },
	{ "\"ShNodes\"", "\"ReportingSamplePeriodS\": 60, ", "",
		"node \"a.tank.out.flowmeter1\" has an actor but no "
		"ReportingSamplePeriodS" },
	{ "\"ShNodes\"", "\"ReportingSamplePeriodS\": 60", "\"ReportingSamplePeriods\": 60",
		"unknown key \"ReportingSamplePeriods\" in ShNodes - did you mean "
		"\"ReportingSamplePeriodS\"?" },
	{ "\"Alias\": \"a.home\"", "\"32d3d19f\"", "\"dae4b2f0\"",
		"node \"a.home\" has an actor but no ComponentId" },
	{ "\"Alias\": \"a.tank.temp0\"", "\"ComponentId\": \"9", "\"ComponentId\": \"8",
		"which no component has" },
	{ "\"Alias\": \"a.m\"", "\"2ea112b9\"", "\"dae4b2f0\"",
		"node \"a.m\" has ActorClass SimpleSensor, but its component" },
	{ "\"BooleanActuatorComponents\"", "\"Gpio\": 1,", "\"Gpio\": -1,", "Gpio = -1 is outside 0..255" },
	{ "\"BooleanActuatorComponents\"", "\"ComponentId\"", "\"ComponentIt\"", "ComponentId" },
	{ "\"TempSensorCacs\"", "\"ec14bd47\"", "\"7d8832f8\"",
		"TempUnit Fahrenheit does not go with TelemetryName "
		"WaterTempCTimes1000" },
	{ "\"TempSensorCacs\"", "\"c89d0ba1\"", "\"af39eec9\"",
		"a temperature sensor has TelemetryName PowerW" },
	{ "\"MyScadaGNode\"", "\"Scada\"}", "\"Atn\"}", "MyScadaGNode: PrimaryGNodeRoleAlias is \"Atn\"" },
	{ "\"MyScadaGNode\"", "\"GNodeId\": \"", "\"GNodeId\": \"x", "MyScadaGNode: GNodeId = \"x" },
	{ "\"OtherCacs\"", "\"b6a32d9b\"", "\"b6a32d9c\"", "is no symbol of MakeModel" },
	{ "\"Plant\"", "\"CellarC\": 12.0", "\"CellarC\": 31",
		"Plant.CellarC = 31 is outside -5..30 - use at most 30" },
	{ "\"Plant\"", "\"CellarC\": 12.0", "\"CellarC\": \"12\"", "Plant.CellarC is no number" },
	{ "\"Plant\"", "\"SetC\": 18.0,", "\"SetC\": 18.0, \"SetK\": 1,",
		"unknown key \"Plant.House.SetK\" - did you mean "
		"\"SetC\"?" },
	{ "\"Plant\"", "\"SetC\": 18.0, ", "", "Plant.House.SetC is missing" },
	{ "\"Plant\"", "\"Layers\": 5", "\"Layers\": 5.5",
		"Plant.Buffer.Layers = 5.5 is not a whole number" },
	{ "\"Plant\"", "\"Layer\": 3", "\"Layer\": 5",
		"Plant.Element.Layer = 5 is outside 0..4 - use at most 4" },
	{ "\"Plant\"", "\"buf[4]\"", "\"buf[5]\"", "Plant.Nodes: \"buf[5]\" is no state of this plant" },
	{ "\"Plant\"", "\"supply\"", "\"suply\"",
		"Plant.Nodes: \"suply\" is no state of this plant - did you mean \"supply\"?" },
	{ "\"Plant\"", "\"a.m\"", "\"a.mm\"",
		"Plant.Nodes: \"power\" names \"a.mm\", not a node of house " ORANGE },
	{ "\"Plant\"", "\"a.m\"", "\"a.tank.temp0\"",
		"Plant.Nodes: \"power\" names \"a.tank.temp0\", which no actor makes one "
		"that meters power" },
	{ "\"Plant\"", "\"ElementTank\"", "\"ElementTunk\"",
		"Plant.Kind is \"ElementTunk\" - it must be \"ElementTank\", "
		"\"HpBuffer\" or \"HpStoreBuffer\"" },
	{ "\"Plant\"", "\"DtS\": 10.0", "\"DtS\": 10.0, \"Faults\": [1]",
		"Plant.Faults is not read by this version" },
	{ "\"Plant\"", "\"DtS\": 10.0", "\"DtS\": 10.0, \"DtS\": 11.0",
		"\"DtS\" stands twice in the same object" },
	{ "\"Plant\"", "\"DtS\": 10.0", "\"DtS\": 10.0, \"Weather\": {\"Kind\": \"Csv\"}",
		"Plant.Weather is of Kind \"Csv\" but "
		"has no Path" },
};

/* Each mistake of that table is named at its own line. */
static void mistakes_are_named_with_their_line(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		const struct mistake *m = &mistakes[i];
		char place[40];
		bool found = false;
		int line;

		take_file(b, "input_data/houses.json");
		line = line_of(b, strstr(strstr(b->text, m->after), m->what));
		replace_after(b, m->after, m->what, m->with);
		snprintf(place, sizeof(place), "houses.json:%d: ", line);
		assert_false(read_house(b, ORANGE));
		for (int k = 0; k < b->problems.n; k++)
			found |= strstr(b->problems.text[k], m->problem) != NULL &&
				 (strncmp(b->problems.text[k], place, strlen(place)) == 0 ||
					 m->with[0] == '\0' || strstr(m->what, "Alias") ||
					 strstr(b->problems.text[k], "has a ComponentAttr"));
		if (!found)
			fail_msg("%s %s -> %s: want %s%s, have %d: %s", m->after, m->what, m->with, place,
				m->problem, b->problems.n, b->problems.text[0]);
	}
}

/* A section that is missing is named, and one that is misspelt is guessed at. */
static void sections_are_required(void **state)
{
	static const char *const sections[] = { "MyAtomicTNodeGNode", "MyTerminalAssetGNode", "MyScadaGNode",
		"ShNodes", "BooleanActuatorCacs", "BooleanActuatorComponents", "ElectricHeaterCacs",
		"ElectricHeaterComponents", "ElectricMeterCacs", "ElectricMeterComponents",
		"PipeFlowSensorCacs", "PipeFlowSensorComponents", "TempSensorCacs", "TempSensorComponents",
		"OtherCacs", "OtherComponents" };
	struct bench *b = *state;
	char name[64], wrong[64], want[200];

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		bool missing = false, guessed = false;

		take_file(b, "input_data/houses.json");
		snprintf(name, sizeof(name), "\"%s\"", sections[i]);
		snprintf(wrong, sizeof(wrong), "\"%sX\"", sections[i]);
		snprintf(want, sizeof(want), "unknown section %s - did you mean %s?", wrong, name);
		replace_after(b, "\"" ORANGE "\"", name, wrong);
		assert_false(read_house(b, ORANGE));
		for (int k = 0; k < b->problems.n; k++) {
			guessed |= strstr(b->problems.text[k], want) != NULL;
			missing |= strstr(b->problems.text[k], " has no ") != NULL;
		}
		assert_true(missing && guessed);
	}
}

/* The same sensor id on two real devices is an error; on simulated ones it was common in 2022. */
static void sensor_id_twice(void **state)
{
	struct bench *b = *state;

	take_file(b, "input_data/houses.json");
	replace_after(b, "\"w.isone.nh.orange.1\"", "000363a9", "00033ffe");
	assert_false(read_house(b, "w.isone.nh.orange.1"));
	assert_int_equal(b->problems.n, 1);
	assert_non_null(
		strstr(b->problems.text[0], "HwUid \"00033ffe\" is already used by the component at line"));
}

/* Text that is no JSON is refused at the line where reading stopped. */
static void no_json_is_refused(void **state)
{
	struct bench *b = *state;

	strcpy(b->text, "{\n\"a\": 1,\n}\n");
	b->length = strlen(b->text);
	assert_false(read_house(b, "a"));
	assert_string_equal(b->problems.text[0],
		"houses.json:3: is not one JSON object - check this line and the one "
		"before for a missing comma, quote or bracket");
	strcpy(b->text, "{} {}");
	b->length = strlen(b->text);
	assert_false(read_house(b, "a"));
	strcpy(b->text, "[]");
	b->length = strlen(b->text);
	assert_false(read_house(b, "a"));
	strcpy(b->text, "");
	b->length = 0;
	assert_false(read_house(b, "a"));
}

/* A house that is not there is answered with one that is nearly called so. */
static void unknown_house_is_guessed_at(void **state)
{
	struct bench *b = *state;

	take_file(b, "input_data/houses.json");
	assert_false(read_house(b, "dw1.isone.nh.ornage.1"));
	assert_string_equal(b->problems.text[0],
		"houses.json:1: there is no house \"dw1.isone.nh.ornage.1\" - did you mean \"" ORANGE "\"?");
}

/* A file cut anywhere, or with any byte changed, is read or refused, never more. */
static void broken_files_do_no_harm(void **state)
{
	struct bench *b = *state;
	uint32_t seed = 1;

	for (int i = 0; i < 150; i++) {
		take_file(b, "input_data/houses.json");
		seed = seed * 1664525 + 1013904223;
		if (i % 2) {
			b->length = seed % b->length;
			b->text[b->length] = '\0';
		} else {
			b->text[seed % b->length] = "\"{}[]:,0a\\-"[(seed >> 24) % 11];
		}
		read_house(b, ORANGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(orange_is_read),
		TEST(real_house_is_read),
		TEST(file_of_2022_loads),
		TEST(list_names_good_houses),
		TEST(maps_are_exact),
		TEST(gpio_used_twice),
		TEST(mistakes_are_named_with_their_line),
		TEST(sections_are_required),
		TEST(sensor_id_twice),
		TEST(no_json_is_refused),
		TEST(unknown_house_is_guessed_at),
		TEST(broken_files_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
