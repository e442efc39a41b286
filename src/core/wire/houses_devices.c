/* SPDX-License-Identifier: MIT */
/* Attribute classes and components, read by the wire tables of their types; and nodes. */
#include <assert.h>
#include <cjson/cJSON.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

#include "core/wire/codec.h"
#include "core/wire/houses_parts.h"
#include "core/wire/types.h"

struct section {
	const char *name;
	enum component_kind kind;
	const struct wire *wire; /* NULL: the sections without TypeAlias */
};

static const struct section cac_sections[] = {
	{ "BooleanActuatorCacs", COMPONENT_BOOLEAN_ACTUATOR, &gt_boolean_actuator_cac_wire },
	{ "ElectricHeaterCacs", COMPONENT_ELECTRIC_HEATER, &gt_electric_heater_cac_wire },
	{ "ElectricMeterCacs", COMPONENT_ELECTRIC_METER, &gt_electric_meter_cac_wire },
	{ "PipeFlowSensorCacs", COMPONENT_PIPE_FLOW_SENSOR, &gt_pipe_flow_sensor_cac_wire },
	{ "TempSensorCacs", COMPONENT_TEMP_SENSOR, &gt_temp_sensor_cac_wire },
	{ "OtherCacs", COMPONENT_OTHER, NULL },
};

static const struct section component_sections[] = {
	{ "BooleanActuatorComponents", COMPONENT_BOOLEAN_ACTUATOR, &gt_boolean_actuator_component_wire },
	{ "ElectricHeaterComponents", COMPONENT_ELECTRIC_HEATER, &gt_electric_heater_component_wire },
	{ "ElectricMeterComponents", COMPONENT_ELECTRIC_METER, &gt_electric_meter_component_wire },
	{ "PipeFlowSensorComponents", COMPONENT_PIPE_FLOW_SENSOR, &gt_pipe_flow_sensor_component_wire },
	{ "TempSensorComponents", COMPONENT_TEMP_SENSOR, &gt_temp_sensor_component_wire },
	{ "OtherComponents", COMPONENT_OTHER, NULL },
};

enum { ENTRY_BYTES = 1024 };

/* One decoded entry of whichever type, looked into by the names of its table. */
struct entry {
	const struct wire *wire;
	alignas(max_align_t) char bytes[ENTRY_BYTES];
};

static bool take_entry(struct house_reader *r, const struct section *s, const cJSON *object, struct entry *e)
{
	char scratch[1024];
	struct arena arena = { scratch, sizeof(scratch), 0 };
	struct refusal why;

	e->wire = s->wire;
	assert(s->wire->size <= sizeof(e->bytes));
	if (!cJSON_IsObject(object))
		return HOUSE_PROBLEM(
			r, lined_line(r->t, object), "an entry of %s is no object - write { ... }", s->name);
	if (codec_take(s->wire, object, e->bytes, &arena, &why))
		return true;
	return HOUSE_PROBLEM(r, lined_key_line(r->t, object, why.field), "%s%s%s of %s: %s (%s) - correct it",
		s->name, why.field[0] ? ": " : "", why.field, s->wire->type_alias, diag_name(why.diag),
		why.text);
}

/* The member of that name, or NULL: the type has none, or it is absent. */
static const void *member(const struct entry *e, const char *name)
{
	const struct field *f = wire_field(e->wire, name);

	if (!f || (f->optional && !*(const bool *)(e->bytes + f->has)))
		return NULL;
	return e->bytes + f->offset;
}

static struct uuid member_uuid(const struct entry *e, const char *name)
{
	const struct uuid *u = member(e, name);

	return u ? *u : (struct uuid){ { 0 } };
}

static int member_int(const struct entry *e, const char *name, int absent)
{
	const int64_t *v = member(e, name);

	return !v ? absent : *v > INT32_MAX ? INT32_MAX : *v < INT32_MIN ? INT32_MIN : (int)*v;
}

static int member_symbol(const struct entry *e, const char *name, int absent)
{
	const int *v = member(e, name);

	return v ? *v : absent;
}

/* Copies text, cut at the end of a UTF-8 character; control characters become '?'. */
static void copy_text(char *to, size_t size, const char *from)
{
	size_t n = from ? strlen(from) : 0;

	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80)
			n--;
	}
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)from[i] < ' ' || from[i] == 127 ? '?' : from[i];
	to[n] = '\0';
}

/* A key that the table does not know but which looks like one that is absent is a slip of the pen. */
static void check_keys(struct house_reader *r, const struct section *s, const cJSON *object)
{
	const char *names[32];
	const cJSON *item;
	int n = 0;

	for (int i = 0; i < s->wire->n && n < 32; i++)
		if (!cJSON_GetObjectItemCaseSensitive(object, s->wire->fields[i].name))
			names[n++] = s->wire->fields[i].name;
	cJSON_ArrayForEach(item, object)
	{
		const char *like = wire_field(s->wire, item->string) || strcmp(item->string, "TypeAlias") == 0
					   ? NULL
					   : did_you_mean(item->string, names, n);

		if (like)
			HOUSE_PROBLEM(r, lined_key_line(r->t, object, item->string),
				"unknown key \"%s\" in %s - did you mean \"%s\"?", item->string, s->name,
				like);
	}
}

static const cJSON *section_list(struct house_reader *r, const char *name)
{
	const cJSON *list = lined_get(r->world, name);

	if (!list)
		HOUSE_PROBLEM(r, lined_line(r->t, r->world),
			"house %s has no section %s - add it ([ ] when empty)", r->h->key, name);
	else if (!cJSON_IsArray(list))
		HOUSE_PROBLEM(r, lined_key_line(r->t, r->world, name), "%s is no list - write [ ... ]", name);
	return cJSON_IsArray(list) ? list : NULL;
}

/* ---- attribute classes ---- */

static bool take_other_cac(struct house_reader *r, const cJSON *object, struct cac *c)
{
	const char *make;

	if (!cJSON_IsObject(object) ||
		!houses_uuid(r, object, "OtherCacs", "ComponentAttributeClassId", &c->id))
		return false;
	make = houses_text(r, object, "OtherCacs", "MakeModelGtEnumSymbol");
	if (!make)
		return false;
	if (symbol_find(&symbols_make_model, make) < 0)
		return HOUSE_PROBLEM(r, lined_key_line(r->t, object, "MakeModelGtEnumSymbol"),
			"OtherCacs: \"%.20s\" is no symbol of MakeModel - see the list of makes", make);
	c->make = (enum make_model)symbol_find(&symbols_make_model, make);
	return true;
}

static bool take_cac(struct house_reader *r, const struct section *s, const cJSON *object, struct cac *c)
{
	struct entry e;

	if (!s->wire)
		return take_other_cac(r, object, c);
	if (!take_entry(r, s, object, &e))
		return false;
	check_keys(r, s, object);
	c->id = member_uuid(&e, "ComponentAttributeClassId");
	c->make = (enum make_model)member_symbol(&e, "MakeModelGtEnumSymbol", MAKE_UNKNOWN);
	c->response_ms = member_int(&e, "TypicalResponseTimeMs", 0);
	c->update_ms = member_int(&e, "UpdatePeriodMs", 0);
	c->telemetry = (enum telemetry_name)member_symbol(&e, "TelemetryNameGtEnumSymbol", TELEMETRY_POWER_W);
	c->temp_unit = (enum unit)member_symbol(&e, "TempUnitGtEnumSymbol", UNIT_UNITLESS);
	copy_text(c->label, sizeof(c->label), member(&e, "DisplayName"));
	return true;
}

/* Files of 2022 pair the Fahrenheit name with unit Celcius for sensors of unknown make; of a real make it is
 * an error, since one of the two would be a wrong reading. */
static void check_unit(struct house_reader *r, const cJSON *object, const struct cac *c)
{
	bool f = c->telemetry == TELEMETRY_WATER_TEMP_F;

	if (c->kind != COMPONENT_TEMP_SENSOR)
		return;
	if (!f && c->telemetry != TELEMETRY_WATER_TEMP_C)
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "TelemetryNameGtEnumSymbol"),
			"a temperature sensor has TelemetryName %s - use WaterTempCTimes1000 or "
			"WaterTempFTimes1000",
			telemetry_name_word(c->telemetry));
	else if (c->make != MAKE_UNKNOWN && f != (c->temp_unit == UNIT_FAHRENHEIT))
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "TempUnitGtEnumSymbol"),
			"TempUnit %s does not go with TelemetryName %s - make both Celsius or both "
			"Fahrenheit",
			symbols_unit.list[c->temp_unit].word, telemetry_name_word(c->telemetry));
}

static void add_cac(struct house_reader *r, const struct section *s, const cJSON *object)
{
	struct cac c = { .kind = s->kind, .line = lined_line(r->t, object) };

	if (!take_cac(r, s, object, &c))
		return;
	check_unit(r, object, &c);
	for (int i = 0; i < r->n_cacs; i++)
		if (uuid_equal(r->cacs[i].id, c.id)) {
			HOUSE_PROBLEM(r, c.line,
				"ComponentAttributeClassId stands already at line %d - give one of them "
				"another id",
				r->cacs[i].line);
			return;
		}
	if (r->n_cacs == HOUSE_MAX_COMPONENTS)
		HOUSE_PROBLEM(
			r, c.line, "more than %d attribute classes - remove some", HOUSE_MAX_COMPONENTS);
	else
		r->cacs[r->n_cacs++] = c;
}

/* ---- components ---- */

static bool take_other_component(
	struct house_reader *r, const cJSON *object, struct component *c, struct uuid *cac)
{
	const cJSON *label = lined_get(object, "DisplayName");

	if (!cJSON_IsObject(object) || !houses_uuid(r, object, "OtherComponents", "ComponentId", &c->id))
		return false;
	copy_text(c->label, sizeof(c->label), cJSON_GetStringValue(label));
	return houses_uuid(r, object, "OtherComponents", "ComponentAttributeClassId", cac);
}

static bool take_component(struct house_reader *r, const struct section *s, const cJSON *object,
	struct component *c, struct uuid *cac)
{
	struct entry e;

	if (!s->wire)
		return take_other_component(r, object, c, cac);
	if (!take_entry(r, s, object, &e))
		return false;
	check_keys(r, s, object);
	c->id = member_uuid(&e, "ComponentId");
	*cac = member_uuid(&e, "ComponentAttributeClassId");
	c->gpio = member_int(&e, "Gpio", -1);
	if (member(&e, "Gpio") && (c->gpio < 0 || c->gpio > 255))
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "Gpio"),
			"Gpio = %d is outside 0..255 - use the number of the line", c->gpio);
	c->ul_per_pulse = member_int(&e, "MicrolitersPerPulse", 0);
	if (member(&e, "MicrolitersPerPulse") && (c->ul_per_pulse < 1 || c->ul_per_pulse > 100000000))
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "MicrolitersPerPulse"),
			"MicrolitersPerPulse = %lld is outside 1..100000000 - 1000000 divided by the pulses per litre",
			(long long)c->ul_per_pulse);
	copy_text(c->label, sizeof(c->label), member(&e, "DisplayName"));
	copy_text(c->hw_uid, sizeof(c->hw_uid), member(&e, "HwUid"));
	copy_text(c->driver, sizeof(c->driver), member(&e, "Driver"));
	return true;
}

static void add_component(struct house_reader *r, const struct section *s, const cJSON *object)
{
	struct component c = {
		.kind = s->kind, .gpio = -1, .make = MAKE_UNKNOWN, .line = lined_line(r->t, object)
	};
	struct uuid cac;

	if (!take_component(r, s, object, &c, &cac))
		return;
	for (int i = 0; i < r->h->n_components; i++)
		if (uuid_equal(r->h->components[i].id, c.id)) {
			HOUSE_PROBLEM(r, c.line,
				"ComponentId stands already at line %d - give one of them another id",
				r->h->components[i].line);
			return;
		}
	if (r->h->n_components == HOUSE_MAX_COMPONENTS) {
		HOUSE_PROBLEM(r, c.line, "more than %d components - remove some", HOUSE_MAX_COMPONENTS);
		return;
	}
	r->cac_of[r->h->n_components] = cac;
	r->h->components[r->h->n_components++] = c;
}

void houses_read_devices(struct house_reader *r)
{
	const cJSON *object, *list;

	for (size_t i = 0; i < sizeof(cac_sections) / sizeof(cac_sections[0]); i++) {
		list = section_list(r, cac_sections[i].name);
		cJSON_ArrayForEach(object, list) add_cac(r, &cac_sections[i], object);
	}
	for (size_t i = 0; i < sizeof(component_sections) / sizeof(component_sections[0]); i++) {
		list = section_list(r, component_sections[i].name);
		cJSON_ArrayForEach(object, list) add_component(r, &component_sections[i], object);
	}
}

/* ---- nodes ---- */

static const struct section node_section = { "ShNodes", COMPONENT_OTHER, &gt_sh_node_wire };

static void store_node(struct house_reader *r, const struct node *n, struct uuid component)
{
	int i = house_node(r->h, n->alias);

	if (i != NO_NODE && r->strict) {
		HOUSE_PROBLEM(r, n->line, "node \"%s\" stands already at line %d - remove one of them",
			n->alias, r->h->nodes[i].line);
		return;
	}
	if (i == NO_NODE && r->h->n_nodes == HOUSE_MAX_NODES) {
		HOUSE_PROBLEM(r, n->line, "more than %d nodes - remove some", HOUSE_MAX_NODES);
		return;
	}
	if (i == NO_NODE)
		i = r->h->n_nodes++;
	r->h->nodes[i] = *n; /* twice in a file of 2022: the later wins */
	r->component_of[i] = component;
}

static void add_node(struct house_reader *r, const cJSON *object)
{
	struct node n = { .component = -1, .line = lined_line(r->t, object) };
	const char *alias;
	struct entry e;

	if (!take_entry(r, &node_section, object, &e))
		return;
	check_keys(r, &node_section, object);
	alias = member(&e, "Alias");
	if (!house_alias_good(alias)) {
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "Alias"),
			"Alias \"%.60s\" is no name - use words of a-z and 0-9 "
			"joined by single dots, a letter first",
			alias);
		return;
	}
	strcpy(n.alias, alias);
	copy_text(n.label, sizeof(n.label), member(&e, "DisplayName"));
	n.role = (enum role)member_symbol(&e, "RoleGtEnumSymbol", 0);
	n.actor = (enum actor_class)member_symbol(&e, "ActorClassGtEnumSymbol", ACTOR_CLASS_NONE);
	n.sample_s = member_int(&e, "ReportingSamplePeriodS", 0);
	if (member(&e, "ReportingSamplePeriodS") && (n.sample_s < 1 || n.sample_s > 3600))
		HOUSE_PROBLEM(r, lined_key_line(r->t, object, "ReportingSamplePeriodS"),
			"ReportingSamplePeriodS = %d is outside 1..3600 s - use a value inside", n.sample_s);
	store_node(r, &n, member_uuid(&e, "ComponentId"));
}

void houses_read_nodes(struct house_reader *r)
{
	const cJSON *object, *list = section_list(r, "ShNodes");

	cJSON_ArrayForEach(object, list) add_node(r, object);
}
