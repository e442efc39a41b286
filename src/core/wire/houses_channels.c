/* SPDX-License-Identifier: MIT */
/* The series of readings that a house gives: which node measures what, and from which code of its device. */
#include <string.h>

#include "core/wire/houses_parts.h"

#define SAME                                                                                                 \
	{                                                                                                    \
		1, 1, 0                                                                                      \
	}
#define NO_MAP                                                                                               \
	{                                                                                                    \
		0, 0, 0                                                                                      \
	}

/* How a device's code becomes the value on the wire and, of a temperature, milli-degrees. Thermometers say
 * sixteenths of a degree C, flow meters millilitres per minute (a US gallon is 3785.412 ml). */
/* clang-format off */
static const struct { enum telemetry_name name; struct code_map map, map_mc; } maps[] = {
	{ TELEMETRY_WATER_TEMP_C, { 1000, 16, 0 }, { 1000, 16, 0 } },
	{ TELEMETRY_WATER_TEMP_F, { 1800, 16, 32000 }, { 1000, 16, 0 } },
	{ TELEMETRY_GPM_TIMES_10, { 10000, 3785412, 0 }, NO_MAP },
	{ TELEMETRY_RELAY_STATE, SAME, NO_MAP },
	{ TELEMETRY_POWER_W, SAME, NO_MAP },
	{ TELEMETRY_CURRENT_UA, SAME, NO_MAP },
};
/* clang-format on */

static void add_channel(struct house_reader *r, int about, int by, enum telemetry_name name, int keep_s)
{
	struct house *h = r->h;
	struct channel c = {
		.about = about, .by = by, .component = h->nodes[by].component, .name = name, .keep_s = keep_s
	};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (maps[i].name == name) {
			c.map = maps[i].map;
			c.map_mc = maps[i].map_mc;
		}
	if (h->n_channels == HOUSE_MAX_CHANNELS)
		HOUSE_PROBLEM(r, h->nodes[by].line, "more than %d channels of readings - remove some sensors",
			HOUSE_MAX_CHANNELS);
	else
		h->channels[h->n_channels++] = c;
}

/* A device of unknown make that names none has no driver; in a simulated house the simulation stands in for it. */
static bool can_be_read(const struct house *h, const struct node *n)
{
	const struct component *c = n->component >= 0 ? &h->components[n->component] : NULL;

	return c != NULL && (h->simulated || c->make != MAKE_UNKNOWN || c->driver[0] != '\0');
}

static void make_sensor(struct house_reader *r, int node)
{
	const struct node *n = &r->h->nodes[node];
	const struct component *c;

	if (!can_be_read(r->h, n))
		return;
	c = &r->h->components[n->component];
	if (c->kind == COMPONENT_TEMP_SENSOR)
		add_channel(r, node, node, c->telemetry, n->sample_s);
	else if (c->kind == COMPONENT_PIPE_FLOW_SENSOR)
		add_channel(r, node, node, TELEMETRY_GPM_TIMES_10, n->sample_s);
}

/* The meter measures the whole heating; by the protocol of 2022 its readings are about the source of heat. */
static void make_meter(struct house_reader *r, int node)
{
	int about = house_node(r->h, house_source(r->h));

	if (about == NO_NODE || !can_be_read(r->h, &r->h->nodes[node]))
		return;
	add_channel(r, about, node, TELEMETRY_POWER_W, 0);
	add_channel(r, about, node, TELEMETRY_CURRENT_UA, 0);
}

/* Order of a snapshot: sensors and relays as the file has them, then the meter. */
void houses_make_channels(struct house_reader *r)
{
	const struct node *n = r->h->nodes;

	for (int i = 0; i < r->h->n_nodes; i++)
		if (n[i].actor == ACTOR_CLASS_SIMPLE_SENSOR)
			make_sensor(r, i);
		else if (n[i].actor == ACTOR_CLASS_BOOLEAN_ACTUATOR)
			add_channel(r, i, i, TELEMETRY_RELAY_STATE, n[i].sample_s);
	for (int i = 0; i < r->h->n_nodes; i++)
		if (n[i].actor == ACTOR_CLASS_POWER_METER)
			make_meter(r, i);
}
