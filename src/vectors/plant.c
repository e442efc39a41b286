/* SPDX-License-Identifier: MIT */
#include "vectors/plant.h"

#include <math.h>

#include "core/heat/heat.h"

static const char *first_house(struct cases *c)
{
	const cJSON *traces = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(c->root, "trace24h"), "traces");

	return case_string(c, case_at(c, traces, 0), "house");
}

bool plant_case_first_house(struct cases *c, struct plant *p)
{
	return case_house(c, first_house(c), p);
}

/* The row's own house, else the first. */
static bool house_of(struct cases *c, const cJSON *row, struct plant *p)
{
	if (cJSON_GetObjectItemCaseSensitive(row, "house") == NULL)
		return plant_case_first_house(c, p);
	return case_house(c, case_string(c, row, "house"), p);
}

/* Runs each() on every row, as a case of its own, with the row's house. */
static void each_row(
	struct cases *c, const cJSON *rows, void (*each)(struct cases *, const cJSON *, const struct plant *))
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, rows) {
		struct plant p;

		case_begin(c, rows->string, i++);
		if (house_of(c, row, &p))
			each(c, row, &p);
		case_end(c);
	}
}

static void emit_row(struct cases *c, const cJSON *row, const struct plant *p)
{
	double ts = case_number(c, row, "ts"), ta = case_number(c, row, "ta"), want = case_number(c, row, "w");
	double w = heat_emitter_w(&p->emitters, ts, ta, case_number(c, row, "flow"));
	/* the flow is printed with nine decimals, and the most the water brings hangs on it */
	double printed_w = 0.5e-9 * HEAT_CP_J_PER_KG_K * fabs(ts - ta);

	case_within(c, "w", w, want, c->rel * fmax(1, fabs(want)) + printed_w);
}

void plant_case_emit(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, emit_row);
}

static void supply_row(struct cases *c, const cJSON *row, const struct plant *p)
{
	case_close(c, "c",
		heat_required_supply_c(&p->emitters, case_number(c, row, "load"), case_number(c, row, "ta")),
		case_number(c, row, "c"));
}

void plant_case_required_supply(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, supply_row);
}

static void load_row(struct cases *c, const cJSON *row, const struct plant *p)
{
	double w = heat_load_w(
		&p->house, p->house.set_c, case_number(c, row, "to"), case_number(c, row, "wind"));

	case_close(c, "w", w, case_number(c, row, "w"));
}

void plant_case_load(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, load_row);
}

static void point_row(struct cases *c, const cJSON *row, const struct plant *p)
{
	const cJSON *want = case_item(c, row, "q_e_lwt");
	struct heat_point got = heat_pump_point(&p->heat_pump, case_number(c, row, "to"),
		case_number(c, row, "ewt"), case_number(c, row, "flow"), case_number(c, row, "ramp"));

	case_close(c, "heat", got.heat_w, case_number_at(c, want, 0));
	case_close(c, "power", got.elec_w, case_number_at(c, want, 1));
	case_close(c, "lwt", got.lwt_c, case_number_at(c, want, 2));
}

void plant_case_point(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, point_row);
}

static void cop_row(struct cases *c, const cJSON *row, const struct plant *p)
{
	case_close(c, "cop",
		heat_pump_cop(&p->heat_pump, case_number(c, row, "to"), case_number(c, row, "lwt")),
		case_number(c, row, "cop"));
}

void plant_case_cop(struct cases *c, const cJSON *rows)
{
	each_row(c, rows, cop_row);
}

static void check_constants(struct cases *c, const cJSON *constants)
{
	case_begin(c, constants->string, -1);
	case_close(c, "CpJPerKgK", HEAT_CP_J_PER_KG_K, case_number(c, constants, "CpJPerKgK"));
	case_close(c, "KgPerLitre", heat_kg_s(60), case_number(c, constants, "KgPerLitre"));
	case_end(c);
}

static const struct vectors_section sections[] = {
	{ "about", NULL },
	{ "names", NULL },
	{ "tol", NULL },
	{ "constants", check_constants },
	{ "rng", plant_case_rng },
	{ "weather", plant_case_weather },
	{ "prices", plant_case_prices },
	{ "emit", plant_case_emit },
	{ "required_supply", plant_case_required_supply },
	{ "load", plant_case_load },
	{ "hp_point", plant_case_point },
	{ "cop", plant_case_cop },
	{ "tank_step", plant_case_tank },
	{ "unmix", plant_case_unmix },
	{ "pcm", plant_case_pcm },
	{ "ntc", plant_case_ntc },
	{ "ds18b20", plant_case_ds18b20 },
	{ "hp_sequence", plant_case_machine },
	{ "one_step", plant_case_one_step },
	{ "trace24h", plant_case_day },
	{ "pcm_house", plant_case_pcm_house },
	{ "backup_limit", plant_case_backup_limit },
};

extern const struct vectors_kind vectors_plant_kind;
const struct vectors_kind vectors_plant_kind = {
	.name = "plant",
	.sections = sections,
	.n_sections = sizeof(sections) / sizeof(sections[0]),
};
