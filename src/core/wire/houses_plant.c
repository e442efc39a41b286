/* SPDX-License-Identifier: MIT */
/* The Plant section: every number by one table, strict in names and ranges; then what its kind needs. */
#include <cjson/cJSON.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/houses_parts.h"

enum plant_type { PLANT_NUMBER, PLANT_INT, PLANT_SEED };

struct plant_field {
	const char *section; /* "" = Plant itself; "Store Pcm": Store of that Kind */
	const char *key;
	enum plant_type type;
	bool required;
	double low, high, fallback; /* fallback: when not required */
	size_t offset;
};

/* clang-format off: tables */
#define MUST(s, k, member, lo, hi)                                                                           \
	{                                                                                                    \
		s, k, PLANT_NUMBER, true, lo, hi, 0, offsetof(struct plant, member)                          \
	}
#define MUST_INT(s, k, member, lo, hi)                                                                       \
	{                                                                                                    \
		s, k, PLANT_INT, true, lo, hi, 0, offsetof(struct plant, member)                             \
	}
#define MAY(s, k, member, lo, hi, value)                                                                     \
	{                                                                                                    \
		s, k, PLANT_NUMBER, false, lo, hi, value, offsetof(struct plant, member)                     \
	}
#define MAY_INT(s, k, member, lo, hi, value)                                                                 \
	{                                                                                                    \
		s, k, PLANT_INT, false, lo, hi, value, offsetof(struct plant, member)                        \
	}
#define HP(k, member, lo, hi) MUST("HeatPump", k, heat_pump.member, lo, hi)
#define TANK(s, member)                                                                                      \
	MUST(s, "Litres", member.litres, 20, 5000),                                                          \
		MUST_INT(s, "Layers", member.layers, 2, PLANT_MAX_LAYERS),                                   \
		MUST(s, "UaWPerK", member.ua_w_per_k, 0, 50),                                                \
		MUST(s, "MixWPerK", member.mix_w_per_k, 0, 100), MUST(s, "StartC", member.start_c, 5, 90)

static const struct plant_field fields[] = {
	MAY("", "DtS", dt_s, 1, 30, 10),
	MUST("", "CellarC", cellar_c, -5, 30),
	{ "", "Seed", PLANT_SEED, false, 0, 9007199254740991.0, 1, offsetof(struct plant, seed) },
	MUST("House", "SetC", house.set_c, 5, 30),
	MAY("House", "StartC", house.start_c, -30, 40, NAN),
	MUST("House", "AirJPerK", house.air_j_per_k, 1e5, 1e9),
	MUST("House", "MassJPerK", house.mass_j_per_k, 1e5, 1e9),
	MUST("House", "AirMassWPerK", house.air_mass_w_per_k, 1, 1e4),
	MUST("House", "AirOutWPerK", house.air_out_w_per_k, 1, 1e4),
	MUST("House", "MassOutWPerK", house.mass_out_w_per_k, 1, 1e4),
	MUST("House", "WindWPerKPerMs", house.wind_w_per_k_per_ms, 0, 100),
	MUST("House", "SolarM2", house.solar_m2, 0, 50),
	MUST("House", "SolarToMass", house.solar_to_mass, 0, 1),
	MUST("House", "InternalW", house.internal_w, 0, 5000),
	MUST("House", "EmitToMass", house.emit_to_mass, 0, 1),
	MUST("Emitters", "A1WPerK", emitters.a1_w_per_k, 0.001, 1e5),
	MUST("Emitters", "A2WPerK2", emitters.a2_w_per_k2, 0.000001, 1e4),
	MUST("Emitters", "FlowLpm", emitters.flow_lpm, 0.1, 200),
	MUST("Circulators", "DistW", circulators.dist_w, 0, 500),
	MUST("Circulators", "PrimaryW", circulators.primary_w, 0, 500),
	MUST("Circulators", "StoreW", circulators.store_w, 0, 500),
	TANK("Buffer", buffer),
	TANK("Store Water", store.tank),
	MUST("Store Water", "FlowLpm", store.flow_lpm, 1, 60),
	MUST("Store Pcm", "Kg", store.kg, 20, 20000),
	MUST_INT("Store Pcm", "Layers", store.tank.layers, 2, PLANT_MAX_LAYERS),
	MUST("Store Pcm", "HxWPerK", store.hx_w_per_k, 1, 1e5),
	MUST("Store Pcm", "UaWPerK", store.tank.ua_w_per_k, 0, 50),
	MUST("Store Pcm", "StartKJPerKg", store.start_kj_per_kg, 0, 2000),
	MUST("Store Pcm", "FlowLpm", store.flow_lpm, 1, 60),
	HP("Cap0W", cap0_w, 0, 1e5),
	HP("CapToWPerK", cap_to_w_per_k, -1e4, 1e4),
	HP("CapLwtWPerK", cap_lwt_w_per_k, -1e4, 1e4),
	HP("CapMinW", cap_min_w, 0, 1e5),
	HP("CapMaxW", cap_max_w, 0, 1e5),
	HP("EtaA", eta_a, 0, 1),
	HP("EtaB", eta_b, -0.1, 0.1),
	HP("EtaC", eta_c, -0.1, 0.1),
	HP("CopMax", cop_max, 1, 20),
	HP("ElecMaxW", elec_max_w, 1, 1e5),
	HP("MinFraction", min_fraction, 0, 1),
	HP("LwtSetC", lwt_set_c, 20, 90),
	HP("TripC", trip_c, 30, 100),
	HP("TripOffS", trip_off_s, 0, 86400),
	HP("FlowLpm", flow_lpm, 0.1, 200),
	HP("StandbyW", standby_w, 0, 1000),
	HP("StartW", start_w, 0, 5000),
	HP("StartDelayS", start_delay_s, 0, 3600),
	HP("RampS", ramp_s, 1, 7200),
	HP("RampMin", ramp_min, 0, 1),
	HP("RunDownS", run_down_s, 0, 3600),
	HP("MinOffS", min_off_s, 0, 3600),
	HP("FrostBelowC", frost_below_c, -30, 20),
	HP("DefrostEveryS", defrost_every_s, 60, 86400),
	HP("DefrostS", defrost_s, 0, 3600),
	HP("DefrostHeatW", defrost_heat_w, 0, 1e5),
	HP("DefrostElecW", defrost_elec_w, 0, 1e5),
	MUST("Element", "W", element.w, 1, 1e5),
	MUST_INT("Element", "Layer", element.layer, 0, PLANT_MAX_LAYERS - 1),
	MAY("Element", "LimitC", element.limit_c, 20, 100, 85),
	MUST("Backup", "W", backup.w, 1, 1e5),
	MUST_INT("Backup", "Layer", backup.layer, 0, PLANT_MAX_LAYERS - 1),
	MAY("Backup", "LimitC", backup.limit_c, 20, 100, 85),
	MAY("Weather", "Latitude", weather.latitude, -66, 66, 45.65),
	MAY_INT("Weather", "StartDayOfYear", weather.start_day_of_year, 0, 365, -1),
	MAY_INT("Weather", "StartDayOfWeek", weather.start_day_of_week, 0, 6, -1),
};
enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]) };

/* Keys that are no plain numbers, by section. */
static const struct {
	const char *section, *key;
} other_keys[] = {
	{ "", "Kind" },
	{ "", "House" },
	{ "", "Emitters" },
	{ "", "Circulators" },
	{ "", "Buffer" },
	{ "", "Store" },
	{ "", "HeatPump" },
	{ "", "Element" },
	{ "", "Backup" },
	{ "", "Weather" },
	{ "", "Prices" },
	{ "", "Nodes" },
	{ "", "Faults" },
	{ "Store Water", "Kind" },
	{ "Store Pcm", "Kind" },
	{ "Store Pcm", "Curve" },
	{ "Backup", "Kind" },
	{ "Weather", "Kind" },
	{ "Weather", "Path" },
	{ "Prices", "Kind" },
	{ "Prices", "Path" },
};
enum { N_OTHER_KEYS = sizeof(other_keys) / sizeof(other_keys[0]) };

static const char *const plant_kinds[] = { "ElementTank", "HpBuffer", "HpStoreBuffer" };
static const char *const store_kinds[] = { "Water", "Pcm" };
static const char *const backup_kinds[] = { "Element", "Boiler" };
static const char *const series_kinds[] = { "Seeded", "Csv" };

/* clang-format on */

static const double default_curve[][2] = { { 0, 20 }, { 114, 58 }, { 354, 60 }, { 434, 85 } };

/* "House.SetC" for messages; "Store Pcm" is called Store. */
static const char *spell(const char *section, const char *key, char *out, size_t size)
{
	snprintf(
		out, size, "Plant.%.*s%s%s", (int)strcspn(section, " "), section, section[0] ? "." : "", key);
	return out;
}

static void set_number(struct plant *p, const struct plant_field *f, double v)
{
	char *at = (char *)p + f->offset;

	if (f->type == PLANT_INT)
		*(int *)at = (int)v;
	else if (f->type == PLANT_SEED)
		*(uint64_t *)at = (uint64_t)v;
	else
		*(double *)at = v;
}

static void read_field(struct house_reader *r, const struct plant_field *f, const cJSON *object)
{
	const cJSON *item = lined_get(object, f->key);
	int line = lined_key_line(r->t, object, f->key);
	char name[80];

	spell(f->section, f->key, name, sizeof(name));
	if (!item && f->required)
		HOUSE_PROBLEM(r, line, "%s is missing - add it (%g..%g)", name, f->low, f->high);
	else if (!item)
		set_number(&r->h->plant, f, f->fallback);
	else if (!cJSON_IsNumber(item))
		HOUSE_PROBLEM(r, line, "%s is no number - write a number without quotes", name);
	else if (!(item->valuedouble >= f->low && item->valuedouble <= f->high))
		HOUSE_PROBLEM(r, line, "%s = %g is outside %g..%g - use at %s %g", name, item->valuedouble,
			f->low, f->high, item->valuedouble < f->low ? "least" : "most",
			item->valuedouble < f->low ? f->low : f->high);
	else if (f->type != PLANT_NUMBER && item->valuedouble != floor(item->valuedouble))
		HOUSE_PROBLEM(r, line, "%s = %g is not a whole number - round it", name, item->valuedouble);
	else
		set_number(&r->h->plant, f, item->valuedouble);
}

static int names_of(const char *section, const char *names[])
{
	int n = 0;

	for (int i = 0; i < N_FIELDS; i++)
		if (strcmp(fields[i].section, section) == 0)
			names[n++] = fields[i].key;
	for (int i = 0; i < N_OTHER_KEYS; i++)
		if (strcmp(other_keys[i].section, section) == 0)
			names[n++] = other_keys[i].key;
	return n;
}

static void check_names(struct house_reader *r, const char *section, const cJSON *object)
{
	const char *names[N_FIELDS + N_OTHER_KEYS] = { NULL };
	int n = names_of(section, names);
	const cJSON *item;
	char name[160];

	cJSON_ArrayForEach(item, object)
	{
		const char *like;
		bool known = false;

		for (int i = 0; i < n; i++)
			known |= strcmp(names[i], item->string) == 0;
		if (known)
			continue;
		like = did_you_mean(item->string, names, n);
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, item->string), "unknown key \"%.60s\" - %s%s%s",
			spell(section, item->string, name, sizeof(name)),
			like ? "did you mean \"" : "remove it", like ? like : "", like ? "\"?" : "");
	}
}

static void read_fields(struct house_reader *r, const char *section, const cJSON *object)
{
	check_names(r, section, object);
	for (int i = 0; i < N_FIELDS; i++)
		if (strcmp(fields[i].section, section) == 0)
			read_field(r, &fields[i], object);
}

/* The index of a Kind, or -1 after a problem. */
static int read_kind(
	struct house_reader *r, const char *section, const cJSON *object, const char *const *kinds, int n)
{
	const cJSON *item = lined_get(object, "Kind");
	const char *text = cJSON_GetStringValue(item);
	char name[80], allowed[80] = "";

	for (int i = 0; i < n; i++) {
		size_t used = strlen(allowed);

		if (text && strcmp(text, kinds[i]) == 0)
			return i;
		snprintf(allowed + used, sizeof(allowed) - used, "%s\"%s\"",
			i == 0       ? ""
			: i == n - 1 ? " or "
				     : ", ",
			kinds[i]);
	}
	HOUSE_PROBLEM(r, lined_key_line(r->t, object, "Kind"), "%s is \"%.40s\" - it must be %s",
		spell(section, "Kind", name, sizeof(name)), text ? text : "", allowed);
	return -1;
}

/* The object of a section: NULL when absent; a required one that is absent is a problem. */
static const cJSON *section_of(struct house_reader *r, const cJSON *plant, const char *name, bool required)
{
	const cJSON *object = lined_get(plant, name);

	if (object && !cJSON_IsObject(object))
		HOUSE_PROBLEM(
			r, lined_key_line(r->t, plant, name), "Plant.%s is no object - write { ... }", name);
	if (!object && required)
		HOUSE_PROBLEM(r, lined_line(r->t, plant), "Plant.%s is missing - add it", name);
	return cJSON_IsObject(object) ? object : NULL;
}

static bool bad_point(const cJSON *point)
{
	return !cJSON_IsArray(point) || cJSON_GetArraySize(point) != 2 || !cJSON_IsNumber(point->child) ||
	       !cJSON_IsNumber(point->child->next);
}

static void read_curve(struct house_reader *r, const cJSON *object)
{
	struct plant_store *s = &r->h->plant.store;
	const cJSON *curve = lined_get(object, "Curve"), *point;
	int line = lined_key_line(r->t, object, "Curve");

	s->n_curve = 0;
	if (!curve) {
		s->n_curve = (int)(sizeof(default_curve) / sizeof(default_curve[0]));
		memcpy(s->curve, default_curve, sizeof(default_curve));
		return;
	}
	cJSON_ArrayForEach(point, curve)
	{
		if (bad_point(point) || s->n_curve == PLANT_MAX_CURVE) {
			HOUSE_PROBLEM(r, line,
				"Plant.Store.Curve is no list of 2 to %d points [kJ/kg, degrees C] - correct "
				"it",
				PLANT_MAX_CURVE);
			return;
		}
		s->curve[s->n_curve][0] = point->child->valuedouble;
		s->curve[s->n_curve++][1] = point->child->next->valuedouble;
	}
	for (int i = 1; i < s->n_curve; i++)
		if (!(s->curve[i][0] > s->curve[i - 1][0] && s->curve[i][1] > s->curve[i - 1][1])) {
			HOUSE_PROBLEM(r, line,
				"Plant.Store.Curve does not rise at point %d - both numbers must grow",
				i + 1);
			return;
		}
	if (s->n_curve < 2)
		HOUSE_PROBLEM(r, line, "Plant.Store.Curve has %d points - give at least 2", s->n_curve);
}

static void read_store(struct house_reader *r, const cJSON *plant)
{
	bool required = r->h->plant.kind == PLANT_HP_STORE_BUFFER;
	const cJSON *object = section_of(r, plant, "Store", required);
	int kind;

	if (!object)
		return;
	if (!required) {
		HOUSE_PROBLEM(r, lined_key_line(r->t, plant, "Store"),
			"Plant.Store does not go with Kind \"%s\" - remove it, or make the Kind "
			"\"HpStoreBuffer\"",
			plant_kinds[r->h->plant.kind]);
		return;
	}
	kind = read_kind(r, "Store", object, store_kinds, 2);
	if (kind < 0)
		return;
	r->h->plant.store.kind = kind == 0 ? STORE_WATER : STORE_PCM;
	read_fields(r, kind == 0 ? "Store Water" : "Store Pcm", object);
	if (kind == 1)
		read_curve(r, object);
}

static void check_layer(struct house_reader *r, const cJSON *plant, const char *section, int layer)
{
	if (layer >= r->h->plant.buffer.layers && r->h->plant.buffer.layers > 0)
		HOUSE_PROBLEM(r, lined_key_line(r->t, lined_get(plant, section), "Layer"),
			"Plant.%s.Layer = %d is outside 0..%d - use at most %d", section, layer,
			r->h->plant.buffer.layers - 1, r->h->plant.buffer.layers - 1);
}

static void read_sources(struct house_reader *r, const cJSON *plant)
{
	struct plant *p = &r->h->plant;
	bool tank = p->kind == PLANT_ELEMENT_TANK;
	const cJSON *heat_pump = section_of(r, plant, "HeatPump", !tank),
		    *element = section_of(r, plant, "Element", tank);
	const cJSON *backup = section_of(r, plant, "Backup", false);
	int kind;

	if (heat_pump && tank)
		HOUSE_PROBLEM(r, lined_key_line(r->t, plant, "HeatPump"),
			"Plant.HeatPump does not go with Kind \"ElementTank\" - remove it, or choose another "
			"Kind");
	p->has_heat_pump = heat_pump != NULL;
	p->has_element = element != NULL;
	if (heat_pump)
		read_fields(r, "HeatPump", heat_pump);
	if (element) {
		read_fields(r, "Element", element);
		check_layer(r, plant, "Element", p->element.layer);
	}
	if (!backup)
		return;
	kind = read_kind(r, "Backup", backup, backup_kinds, 2);
	p->backup_kind = kind == 0 ? BACKUP_ELEMENT : BACKUP_BOILER;
	read_fields(r, "Backup", backup);
	check_layer(r, plant, "Backup", p->backup.layer);
}

static void read_series(struct house_reader *r, const cJSON *plant, const char *section,
	enum series_kind *kind, char *path, size_t size)
{
	const cJSON *object = section_of(r, plant, section, false);
	const char *text = cJSON_GetStringValue(object ? lined_get(object, "Path") : NULL);
	int k = 0;

	if (object && lined_get(object, "Kind"))
		k = read_kind(r, section, object, series_kinds, 2);
	*kind = k == 1 ? SERIES_CSV : SERIES_SEEDED;
	read_fields(r, section, object);
	if (text && strlen(text) >= size)
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "Path"),
			"Plant.%s.Path has more than %zu characters - shorten it", section, size - 1);
	else if (text)
		strcpy(path, text);
	if (*kind == SERIES_CSV && (!text || !text[0]))
		HOUSE_PROBLEM(r, lined_line(r->t, object),
			"Plant.%s is of Kind \"Csv\" but has no Path - add it", section);
}

void houses_read_plant_section(struct house_reader *r, const cJSON *plant, bool with_nodes)
{
	const cJSON *faults = lined_get(plant, "Faults"), *object;
	static const char *const plain[] = { "House", "Emitters", "Circulators", "Buffer" };
	struct plant *p = &r->h->plant;
	int kind = read_kind(r, "", plant, plant_kinds, 3);

	p->kind = kind < 0 ? PLANT_ELEMENT_TANK : (enum plant_kind)kind;
	read_fields(r, "", plant);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		object = section_of(r, plant, plain[i], true);
		if (object)
			read_fields(r, plain[i], object);
	}
	if (kind >= 0) {
		read_sources(r, plant);
		read_store(r, plant);
	}
	read_series(r, plant, "Weather", &p->weather.kind, p->weather.path, sizeof(p->weather.path));
	read_series(r, plant, "Prices", &p->prices.kind, p->prices.path, sizeof(p->prices.path));
	if (faults && cJSON_GetArraySize(faults) > 0)
		HOUSE_PROBLEM(r, lined_key_line(r->t, plant, "Faults"),
			"Plant.Faults is not read by this version - make it [ ]");
	object = section_of(r, plant, "Nodes", with_nodes);
	if (object)
		houses_read_plant_nodes(r, object);
}

void houses_read_plant(struct house_reader *r)
{
	const cJSON *plant = lined_get(r->world, "Plant");

	if (cJSON_IsObject(plant))
		houses_read_plant_section(r, plant, true);
	else
		HOUSE_PROBLEM(
			r, lined_key_line(r->t, r->world, "Plant"), "Plant is no object - write { ... }");
}
