/* SPDX-License-Identifier: MIT */
#include "vectors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

cJSON *vectors_open(const char *path)
{
	enum { MAX = 1 << 20 };
	FILE *f = fopen(path, "r");
	char *text = malloc(MAX);
	size_t n;
	cJSON *json;

	assert_non_null(f);
	assert_non_null(text);
	n = fread(text, 1, MAX - 1, f);
	text[n] = '\0';
	fclose(f);
	json = cJSON_Parse(text);
	free(text);
	assert_non_null(json);
	return json;
}

const cJSON *vectors_at(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (item == NULL)
		fail_msg("no %s in the vectors", key);
	return item;
}

double vectors_number(const cJSON *object, const char *key)
{
	const cJSON *item = vectors_at(object, key);

	assert_true(cJSON_IsNumber(item));
	return item->valuedouble;
}

static void read_house(const cJSON *j, struct plant_envelope *h)
{
	*h = (struct plant_envelope){
		.set_c = vectors_number(j, "SetC"), .start_c = NAN,
		.air_j_per_k = vectors_number(j, "AirJPerK"), .mass_j_per_k = vectors_number(j, "MassJPerK"),
		.air_mass_w_per_k = vectors_number(j, "AirMassWPerK"),
		.air_out_w_per_k = vectors_number(j, "AirOutWPerK"),
		.mass_out_w_per_k = vectors_number(j, "MassOutWPerK"),
		.wind_w_per_k_per_ms = vectors_number(j, "WindWPerKPerMs"),
		.solar_m2 = vectors_number(j, "SolarM2"), .solar_to_mass = vectors_number(j, "SolarToMass"),
		.internal_w = vectors_number(j, "InternalW"), .emit_to_mass = vectors_number(j, "EmitToMass"),
	};
}

static void read_tank(const cJSON *j, struct plant_tank *t)
{
	t->litres = vectors_number(j, "Litres");
	t->layers = (int)vectors_number(j, "Layers");
	t->ua_w_per_k = vectors_number(j, "UaWPerK");
	t->mix_w_per_k = vectors_number(j, "MixWPerK");
	t->start_c = vectors_number(j, "StartC");
}

static void read_element(const cJSON *plant, struct plant *p)
{
	const cJSON *j = cJSON_GetObjectItemCaseSensitive(plant, "Element");

	p->has_element = j != NULL;
	if (j == NULL)
		return;
	p->element = (struct plant_heater){ vectors_number(j, "W"), (int)vectors_number(j, "Layer"),
		vectors_number(j, "LimitC") };
}

void vectors_plant(const char *house, struct plant *p)
{
	cJSON *all = vectors_open("tests/vectors/plant-houses.json");
	const cJSON *j = vectors_at(all, house), *e = vectors_at(j, "Emitters"),
		    *c = vectors_at(j, "Circulators");

	memset(p, 0, sizeof(*p));
	p->kind = strcmp(vectors_at(j, "Kind")->valuestring, "ElementTank") == 0 ? PLANT_ELEMENT_TANK :
		PLANT_HP_STORE_BUFFER;
	p->dt_s = vectors_number(j, "DtS");
	p->cellar_c = vectors_number(j, "CellarC");
	p->seed = 1;
	read_house(vectors_at(j, "House"), &p->house);
	p->emitters = (struct plant_emitters){ vectors_number(e, "A1WPerK"), vectors_number(e, "A2WPerK2"),
		vectors_number(e, "FlowLpm") };
	p->circulators = (struct plant_circulators){ vectors_number(c, "DistW"),
		vectors_number(c, "PrimaryW"), vectors_number(c, "StoreW") };
	read_tank(vectors_at(j, "Buffer"), &p->buffer);
	read_element(j, p);
	p->weather = (struct plant_weather){
		.kind = SERIES_SEEDED, .latitude = 45.65, .start_day_of_year = -1, .start_day_of_week = -1
	};
	cJSON_Delete(all);
}
