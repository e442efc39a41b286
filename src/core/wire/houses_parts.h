/* SPDX-License-Identifier: MIT */
/* houses_parts.h: the steps of reading a house; for houses*.c only. Each adds its problems and goes on. */
#ifndef CORE_WIRE_HOUSES_PARTS_H
#define CORE_WIRE_HOUSES_PARTS_H

#include "core/wire/houses.h"
#include "core/wire/houses_lined.h"
#include "spaceheat/house.h"
#include "spaceheat/problems.h"
#include "spaceheat/symbols.h"
#include "spaceheat/uuid.h"

/* A component attribute class: what all devices of a kind share. */
struct cac {
	struct uuid id;
	enum component_kind kind;
	enum make_model make;
	int response_ms, update_ms;
	enum telemetry_name telemetry;
	enum unit temp_unit;
	char label[LABEL_SIZE];
	int line;
};

struct house_reader {
	struct lined *t;
	const struct cJSON *world;
	struct house *h;
	struct cac cacs[HOUSE_MAX_COMPONENTS];
	struct uuid cac_of[HOUSE_MAX_COMPONENTS];	/* of component i */
	struct uuid component_of[HOUSE_MAX_NODES];	/* of node i; zero: none */
	int n_cacs;
	bool strict;		/* our own file: keyed by the AtomicTNode's alias */
};

/* Words of a-z and 0-9 joined by single dots, first character a letter, at most 100 characters (SF-41). */
bool house_alias_good(const char *alias);
/* The alias of the main source of heat: a.hp1 in a house that has it, else the element of 2022. */
const char *house_source(const struct house *);

void houses_read_devices(struct house_reader *);	/* all ...Cacs and ...Components */
void houses_read_nodes(struct house_reader *);
void houses_check(struct house_reader *);		/* ties nodes to devices; the rules of section 8 */
void houses_make_channels(struct house_reader *);
void houses_read_plant(struct house_reader *);
void houses_read_plant_section(struct house_reader *, const struct cJSON *plant, bool with_nodes);
void houses_read_plant_nodes(struct house_reader *, const struct cJSON *nodes);

/* For the plain objects of the file: a required text or UUID member; adds the problem. */
const char *houses_text(const struct house_reader *, const struct cJSON *object, const char *what,
	const char *key);
bool houses_uuid(const struct house_reader *, const struct cJSON *object, const char *what, const char *key,
	struct uuid *);

/* Adds a problem at a line of the file; returns false. */
#define HOUSE_PROBLEM(r, line, ...) problem_add((r)->t->problems, (r)->t->file, line, __VA_ARGS__)

#endif
