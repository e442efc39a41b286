/* SPDX-License-Identifier: MIT */
/* vectors.h: reads the files of tests/vectors, and the plants of plant-houses.json, for tests. Any
 * failure fails the test that asked. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <cjson/cJSON.h>

#include "spaceheat/plant.h"

/* The parsed file; cJSON_Delete it. */
cJSON *vectors_open(const char *path);
const cJSON *vectors_at(const cJSON *, const char *key);
double vectors_number(const cJSON *, const char *key);
/* The plant of that house, with seeded weather. */
void vectors_plant(const char *house, struct plant *);

#endif
