/* SPDX-License-Identifier: MIT */
/* house.h: what a house is made of: nodes, devices, channels, and who its partners are.
 *
 * Read once from houses.json by core/wire/houses.c, constant from then on; every other part names
 * nodes, components and channels by their index here. Strings are checked: aliases are
 * lower-case words joined by dots, at most 100 characters (SF-41). */
#ifndef SPACEHEAT_HOUSE_H
#define SPACEHEAT_HOUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/names.h"
#include "spaceheat/plant.h"
#include "spaceheat/symbols.h"
#include "spaceheat/uuid.h"

enum {
	ALIAS_SIZE = 101,	/* 100 characters and the end */
	LABEL_SIZE = 64,	/* a display name, cut if longer */
	HOUSE_MAX_NODES = 128,
	HOUSE_MAX_COMPONENTS = 96,
	HOUSE_MAX_CHANNELS = 64,
	HOUSE_MAX_RELAYS = 16,
	NO_NODE = -1,
};

struct gnode {
	char alias[ALIAS_SIZE];
	struct uuid id;
};

enum component_kind {
	COMPONENT_BOOLEAN_ACTUATOR,
	COMPONENT_ELECTRIC_HEATER,
	COMPONENT_ELECTRIC_METER,
	COMPONENT_PIPE_FLOW_SENSOR,
	COMPONENT_TEMP_SENSOR,
	COMPONENT_OTHER,
};

/* One device: a component together with its attribute class. */
struct component {
	struct uuid id;
	enum component_kind kind;
	enum make_model make;
	char driver[32];	/* by name, for a device that the protocol's makes do not have; "" = its make says it */
	char label[LABEL_SIZE];
	char hw_uid[64];	/* what tells it from others, or where it is: see docs/hardware.md; "" = none */
	int gpio;		/* -1 = none */
	int64_t ul_per_pulse;	/* of a flow meter that gives pulses: microlitres; 0 = not told */
	int response_ms;	/* TypicalResponseTimeMs, 0 = none */
	int update_ms;		/* UpdatePeriodMs of a meter, 0 = none */
	enum telemetry_name telemetry;	/* of a temperature sensor; for others the kind decides */
	int line;		/* of houses.json, for messages */
};

struct node {
	char alias[ALIAS_SIZE];
	char label[LABEL_SIZE];
	enum role role;
	enum actor_class actor;
	int component;		/* index, or -1 */
	int sample_s;		/* ReportingSamplePeriodS, 0 = none */
	int line;
};

/* wire value = (code * num) / den + offset, rounded half away from zero. Exact, in integers. */
struct code_map { int64_t num, den, offset; };

/* One series of readings: a quantity of `about` as measured by node `by`. */
struct channel {
	int about, by;		/* nodes; the same for a simple sensor or relay */
	int component;
	enum telemetry_name name;
	struct code_map map;	/* device code -> wire value */
	struct code_map map_mc;	/* device code -> milli-degrees C; den 0 when it is no temperature */
	int keep_s;		/* sample period kept and reported; 0 = on change only */
};

struct house {
	char key[ALIAS_SIZE];	/* its name in houses.json */
	struct gnode atn, terminal_asset, scada;
	struct node nodes[HOUSE_MAX_NODES];
	struct component components[HOUSE_MAX_COMPONENTS];
	struct channel channels[HOUSE_MAX_CHANNELS];
	int n_nodes, n_components, n_channels;
	bool simulated;		/* has Plant, or every acting component is of a Sim or Unknown make */
	bool has_plant;		/* it can be simulated */
	bool has_model;		/* plant says what the house is: it has one, or the settings do */
	struct plant plant;
};

/* The index of the node with that alias, or NO_NODE. */
int house_node(const struct house *, const char *alias);
/* The first channel about that node with that name, or -1. */
int house_channel(const struct house *, int about, enum telemetry_name);
/* The alias, or "-" for NO_NODE. */
const char *house_alias(const struct house *, int node);

/* The driver's name of a component: Driver where it has one, else the word of its make. */
const char *component_make(const struct component *);

/* Both in core/channel.c. The map must be valid (den != 0). */
int64_t code_map_apply(struct code_map, int64_t code);
/* Milli-degrees Celsius of a temperature channel's code. */
int64_t channel_mc(const struct channel *, int64_t code);
bool channel_is_temperature(const struct channel *);
bool channel_is_flow(const struct channel *);

#endif
