/* SPDX-License-Identifier: MIT */
/* world_bench.h: a simulated world of one house behind the sensor bus, asked by path. */
#ifndef TESTS_WORLD_BENCH_H
#define TESTS_WORLD_BENCH_H

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../support/fixture.h"
#include "../support/vectors.h"
#include "actor/sensor.h"
#include "sim/world.h"
#include "sim/codes.h"
#include "sim/world_parts.h"

/* 2027-01-14 05:55 in Boston (UTC - 5 h). */
static const struct wall start = { 1799924100000 };
enum { BOSTON_S = -5 * 3600, SEED = 1 };

struct bench {
	struct house house;
	struct settings settings;
	uint8_t relays[HOUSE_MAX_RELAYS];
	struct world *world;
	struct bus bus;
};

static void map_state(struct plant *p, const char *state, int node)
{
	snprintf(p->nodes[p->n_nodes].state, sizeof(p->nodes[0].state), "%s", state);
	p->nodes[p->n_nodes++].node = node;
}

static void bench_house(struct bench *b, bool with_plant)
{
	memset(b, 0, sizeof(*b));
	fixture_house(&b->house);
	fixture_settings(&b->settings);
	b->house.has_plant = with_plant;
	if (!with_plant)
		return;
	vectors_plant("dw1.isone.nh.orange.1", &b->house.plant);
	map_state(&b->house.plant, "buf[0]", FX_TANK_TOP);
	map_state(&b->house.plant, "air", FX_ROOM);
	map_state(&b->house.plant, "supply", FX_SUPPLY);
	map_state(&b->house.plant, "power", FX_METER);
	map_state(&b->house.plant, "flow", FX_ELEMENT);	/* any node may carry the flow meter */
	map_state(&b->house.plant, "element", FX_ELEMENT_RELAY);
	map_state(&b->house.plant, "distpump", FX_PUMP_RELAY);
}

static struct world *bench_world(struct bench *b, struct err *e)
{
	return world_open(
		&b->house, SEED, start, BOSTON_S, b->relays, b->settings.relays, b->settings.n_relays, e);
}

static void bench_open(struct bench *b, bool with_plant)
{
	struct err e;

	bench_house(b, with_plant);
	b->world = bench_world(b, &e);
	assert_non_null(b->world);
	b->bus = world_bus(b->world);
}

static void go_to(struct bench *b, int64_t ms)
{
	world_advance(b->world, (struct mono){ ms }, (struct wall){ start.ms + ms });
}

static int64_t ask(const struct bench *b, const char *path)
{
	char text[64];
	struct err e;

	if (!b->bus.slurp(&b->bus, path, text, sizeof(text), &e))
		fail_msg("%s", e.text);
	return strtoll(text, NULL, 10);
}

static bool refused(const struct bench *b, const char *path, enum err_code code)
{
	char text[64];
	struct err e;

	return !b->bus.slurp(&b->bus, path, text, sizeof(text), &e) && e.code == code;
}

#endif
