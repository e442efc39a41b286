/* SPDX-License-Identifier: MIT */
/* The Plant section: the simulated houses are the published ones, to the last number. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>

#include "houses_bench.h"

/* Its plant is the published one, with a node for every state. */
static void plant_of_orange_is_read(void **state)
{
	struct bench *b = *state;
	const struct plant *p = &b->house.plant;

	take_file(b, "input_data/houses.json");
	assert_true(read_house(b, ORANGE));
	assert_int_equal(p->kind, PLANT_ELEMENT_TANK);
	assert_true(p->dt_s == 10 && p->cellar_c == 12 && p->seed == 1);
	assert_true(p->house.set_c == 18 && p->house.wind_w_per_k_per_ms == 1.5 && isnan(p->house.start_c));
	assert_true(p->emitters.a2_w_per_k2 == 0.75 && p->circulators.store_w == 70);
	assert_true(p->buffer.litres == 400 && p->buffer.layers == 5 && p->buffer.start_c == 45);
	assert_true(
		p->has_element && p->element.w == 4500 && p->element.layer == 3 && p->element.limit_c == 85);
	assert_true(!p->has_heat_pump && p->store.kind == STORE_NONE && p->backup_kind == BACKUP_NONE);
	assert_int_equal(p->weather.kind, SERIES_SEEDED);
	assert_true(p->weather.latitude == 45.65 && p->weather.start_day_of_year == -1);
	assert_int_equal(p->n_nodes, 13);
	assert_string_equal(p->nodes[0].state, "buf[0]");
	assert_int_equal(p->nodes[0].node, house_node(&b->house, "a.tank.temp0"));
}

/* Wraps a published Plant section into the house, with one node of its Nodes. */
static void put_plant(struct bench *b, const cJSON *plant)
{
	char *start = strstr(b->text, "\"Plant\": {"), *end = strstr(start, "\n\t\t}\n"), *json;
	cJSON *copy = cJSON_Duplicate(plant, 1), *nodes = cJSON_AddObjectToObject(copy, "Nodes");
	char *with;

	cJSON_AddStringToObject(nodes, "buf[5]", "a.tank.temp4");
	json = cJSON_Print(copy);
	with = malloc(strlen(json) + 20);
	sprintf(with, "\"Plant\": %s", json);
	splice(b, start, (size_t)(end + 4 - start), with);
	free(with);
	free(json);
	cJSON_Delete(copy);
}

/* The published heat-pump houses read too, to the last number. */
static void published_plants_read(void **state)
{
	struct bench *b = *state;
	size_t length;
	struct err e;
	char *text = load_text("tests/vectors/plant-houses.json", 100000, &length, &e);
	cJSON *plants = cJSON_Parse(text), *plant;
	const struct plant *p = &b->house.plant;
	int n = 0;

	cJSON_ArrayForEach(plant, plants)
	{
		if (strcmp(plant->string, ORANGE) == 0)
			continue;
		take_file(b, "input_data/houses.json");
		put_plant(b, plant);
		assert_true(read_house(b, ORANGE));
		assert_true(p->has_heat_pump && !p->has_element && p->buffer.layers == 6);
		assert_true(p->heat_pump.defrost_elec_w == 2500 && p->heat_pump.flow_lpm >= 22);
		if (strstr(plant->string, "oak")) {
			assert_int_equal(p->kind, PLANT_HP_STORE_BUFFER);
			assert_int_equal(p->store.kind, STORE_WATER);
			assert_int_equal(p->store.tank.layers, 24);
			assert_int_equal(p->backup_kind, BACKUP_ELEMENT);
			assert_true(p->backup.w == 4500 && p->backup.limit_c == 85 &&
				    p->heat_pump.eta_c == -0.00368);
		}
		n++;
	}
	assert_int_equal(n, 3);
	cJSON_Delete(plants);
	free(text);
}

/* A phase-change store has its default curve, and a curve of its own must rise. */
static void phase_change_store_reads(void **state)
{
	static const char pcm[] = "{\"Kind\":\"Pcm\",\"Kg\":500,\"Layers\":8,\"HxWPerK\":900,\"UaWPerK\":3,"
				  "\"StartKJPerKg\":100,\"FlowLpm\":12%s}";
	static const struct {
		const char *more;
		int points;
		const char *problem;
	} cases[] = { { "", 4, NULL }, { ",\"Curve\":[[0,20],[300,60]]", 2, NULL },
		{ ",\"Curve\":[[0,20],[300,20]]", 0, "Plant.Store.Curve does not rise at point 2" },
		{ ",\"Curve\":[[0,20]]", 0, "Plant.Store.Curve has 1 points" },
		{ ",\"Curve\":[[0,20],[1]]", 0, "Plant.Store.Curve is no list of 2 to 16 points" },
		{ ",\"Litres\":5", 0, "unknown key \"Plant.Store.Litres\"" } };
	struct bench *b = *state;
	size_t length;
	struct err e;
	char *text = load_text("tests/vectors/plant-houses.json", 100000, &length, &e);
	cJSON *plants = cJSON_Parse(text), *oak = cJSON_GetObjectItem(plants, "dw1.isone.me.oak.1");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char store[300];

		snprintf(store, sizeof(store), pcm, cases[i].more);
		cJSON_ReplaceItemInObject(oak, "Store", cJSON_Parse(store));
		take_file(b, "input_data/houses.json");
		put_plant(b, oak);
		assert_true(read_house(b, ORANGE) == (cases[i].problem == NULL));
		if (cases[i].problem)
			assert_non_null(strstr(b->problems.text[0], cases[i].problem));
		else
			assert_int_equal(b->house.plant.store.n_curve, cases[i].points);
	}
	cJSON_Delete(plants);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(plant_of_orange_is_read),
		TEST(published_plants_read),
		TEST(phase_change_store_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
