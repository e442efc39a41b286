/* SPDX-License-Identifier: MIT */
/* One house out of a houses.json: find it, check its partners, then devices, nodes, channels, plant. */
#include "core/wire/houses.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "core/wire/houses_parts.h"

/* All sections of a world; a missing one is an error except the last two. */
static const char *const sections[] = {
	"MyAtomicTNodeGNode",
	"MyTerminalAssetGNode",
	"MyScadaGNode",
	"ShNodes",
	"BooleanActuatorCacs",
	"BooleanActuatorComponents",
	"ElectricHeaterCacs",
	"ElectricHeaterComponents",
	"ElectricMeterCacs",
	"ElectricMeterComponents",
	"PipeFlowSensorCacs",
	"PipeFlowSensorComponents",
	"TempSensorCacs",
	"TempSensorComponents",
	"OtherCacs",
	"OtherComponents",
	"ThermalEdges",
	"Plant",
};
enum { N_SECTIONS = sizeof(sections) / sizeof(sections[0]) };

const char *houses_text(const struct house_reader *r, const cJSON *object, const char *what, const char *key)
{
	const cJSON *item = lined_get(object, key);

	if (cJSON_IsString(item))
		return item->valuestring;
	HOUSE_PROBLEM(r, lined_key_line(r->t, object, key), "%s: %s is %s - write \"%s\": \"...\"", what, key,
		item ? "no text" : "missing", key);
	return NULL;
}

bool houses_uuid(
	const struct house_reader *r, const cJSON *object, const char *what, const char *key, struct uuid *u)
{
	const char *text = houses_text(r, object, what, key);

	if (!text)
		return false;
	return uuid_parse(text, u) ||
	       HOUSE_PROBLEM(r, lined_key_line(r->t, object, key),
		       "%s: %s = \"%.40s\" is no UUID - write 8-4-4-4-12 hex digits", what, key, text);
}

static void read_gnode(struct house_reader *r, const char *section, const char *role, struct gnode *g)
{
	const cJSON *object = lined_get(r->world, section),
		    *is = object ? lined_get(object, "PrimaryGNodeRoleAlias") : NULL;
	const char *alias;

	if (!cJSON_IsObject(object)) {
		HOUSE_PROBLEM(r, lined_key_line(r->t, r->world, section),
			"house %s has no object %s - add it", r->h->key, section);
		return;
	}
	houses_uuid(r, object, section, "GNodeId", &g->id);
	alias = houses_text(r, object, section, "Alias");
	if (alias && !house_alias_good(alias))
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "Alias"),
			"%s: Alias \"%.60s\" is no name - use words of a-z and 0-9 "
			"joined by single dots, a letter first",
			section, alias);
	else if (alias)
		strcpy(g->alias, alias);
	if (cJSON_IsString(is) && strcmp(is->valuestring, role) != 0)
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "PrimaryGNodeRoleAlias"),
			"%s: PrimaryGNodeRoleAlias is \"%.40s\" - it must be \"%s\"", section,
			is->valuestring, role);
}

static bool is_section(const char *name)
{
	for (int i = 0; i < N_SECTIONS; i++)
		if (strcmp(sections[i], name) == 0)
			return true;
	return false;
}

/* A section we do not know is let pass unless it looks like one that is absent. */
static void check_sections(struct house_reader *r)
{
	const char *absent[N_SECTIONS];
	const cJSON *item;
	int n = 0;

	for (int i = 0; i < N_SECTIONS; i++)
		if (!cJSON_GetObjectItemCaseSensitive(r->world, sections[i]))
			absent[n++] = sections[i];
	cJSON_ArrayForEach(item, r->world)
	{
		const char *like = is_section(item->string) ? NULL : did_you_mean(item->string, absent, n);

		if (like)
			HOUSE_PROBLEM(r, lined_key_line(r->t, r->world, item->string),
				"unknown section \"%s\" - did you mean \"%s\"?", item->string, like);
	}
}

static void read_world(struct house_reader *r)
{
	lined_check_doubles(r->t, r->world);
	check_sections(r);
	read_gnode(r, "MyAtomicTNodeGNode", "AtomicTNode", &r->h->atn);
	read_gnode(r, "MyTerminalAssetGNode", "TerminalAsset", &r->h->terminal_asset);
	read_gnode(r, "MyScadaGNode", "Scada", &r->h->scada);
	r->strict = strcmp(r->h->key, r->h->atn.alias) == 0;
	houses_read_devices(r);
	houses_read_nodes(r);
	houses_check(r);
	houses_make_channels(r);
	if (r->h->has_plant)
		houses_read_plant(r);
}

static bool take_world(struct lined *t, const cJSON *world, struct house *h)
{
	struct house_reader r = { .t = t, .world = world, .h = h };
	int before = t->problems->n + t->problems->more;

	memset(h, 0, sizeof(*h));
	snprintf(h->key, sizeof(h->key), "%s", world->string);
	if (!cJSON_IsObject(world))
		return problem_add(t->problems, t->file, lined_key_line(t, t->root, world->string),
			"house %s is no object - write { ... }", h->key);
	read_world(&r);
	return t->problems->n + t->problems->more == before;
}

static const char *atn_alias(const cJSON *world)
{
	return cJSON_GetStringValue(lined_get(lined_get(world, "MyAtomicTNodeGNode"), "Alias"));
}

static const cJSON *find_world(const cJSON *root, const char *key)
{
	const cJSON *world = cJSON_GetObjectItemCaseSensitive(root, key);

	if (world)
		return world;
	cJSON_ArrayForEach(world, root)
	{
		const char *alias = atn_alias(world);

		if (alias && strcmp(alias, key) == 0)
			return world;
	}
	return NULL;
}

static bool no_world(const struct lined *t, const char *key)
{
	const char *names[64] = { NULL }, *like;
	const cJSON *world;
	int n = 0;

	cJSON_ArrayForEach(world, t->root)
	{
		const char *alias = atn_alias(world);

		if (n + 2 > 64)
			break;
		names[n++] = world->string;
		if (alias)
			names[n++] = alias;
	}
	like = did_you_mean(key, names, n);
	return problem_add(t->problems, t->file, 1, "there is no house \"%s\" - %s%s%s", key,
		like ? "did you mean \""
		: n  ? "there is \""
		     : "add it",
		like ? like
		: n  ? names[0]
		     : "",
		like ? "\"?"
		: n  ? "\""
		     : "");
}

bool houses_read(const char *text, size_t length, const char *file, const char *key, struct house *h,
	struct problems *problems)
{
	struct lined t;
	const cJSON *world;
	bool good;

	if (!lined_open(&t, text, length, file, problems))
		return false;
	world = find_world(t.root, key);
	good = world ? take_world(&t, world, h) : no_world(&t, key);
	lined_close(&t);
	return good;
}

bool houses_read_bare_plant(const char *text, size_t length, const char *file, const char *key,
	struct house *h, struct problems *problems)
{
	struct lined t;
	struct house_reader r = { .t = &t, .h = h };
	int before = problems->n + problems->more;
	const cJSON *plant;

	if (!lined_open(&t, text, length, file, problems))
		return false;
	memset(h, 0, sizeof(*h));
	snprintf(h->key, sizeof(h->key), "%s", key);
	h->has_plant = h->has_model = true;
	plant = cJSON_GetObjectItemCaseSensitive(t.root, key);
	if (cJSON_IsObject(plant)) {
		lined_check_doubles(&t, plant);
		houses_read_plant_section(&r, plant, false);
	} else {
		no_world(&t, key);
	}
	lined_close(&t);
	return problems->n + problems->more == before;
}

int houses_list(const char *text, size_t length, const char *file, struct house *scratch,
	void (*each)(void *ctx, const struct house *), void *ctx, struct problems *problems)
{
	struct lined t;
	const cJSON *world;
	int n = 0;

	if (!lined_open(&t, text, length, file, problems))
		return 0;
	cJSON_ArrayForEach(world, t.root) if (take_world(&t, world, scratch))
	{
		each(ctx, scratch);
		n++;
	}
	lined_close(&t);
	return n;
}
