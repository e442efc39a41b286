/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/plant.h"
#include "vectors/plant.h"
#include "vectors/plant_note.h"

enum { DAY_S = 86400, LONGEST_S = 30 * DAY_S };

static const double LEAST_DT_S = 0.1;

static double tolerance(const struct cases *c, const char *name, double fallback)
{
	return case_number_or(cJSON_GetObjectItemCaseSensitive(c->root, "tol"), name, fallback);
}

/* A row of a table of states: [t, "Running" or "sample", heat, power, lwt where given]. */
static void compare_machine(struct cases *c, const struct heat_pump *m, bool moved, const cJSON *row)
{
	const cJSON *name = case_at(c, row, 1);
	double t = case_number_at(c, row, 0);
	bool sample;

	if (!cJSON_IsString(name)) {
		case_fail(c, "no state at %g s", t);
		return;
	}
	sample = strcmp(name->valuestring, "sample") == 0;
	if (!sample)
		case_text(c, "state", heat_pump_state_name(m->state), name->valuestring);
	if (!sample && !moved && t > 0)
		case_fail(c, "%s want at %g s, got before", name->valuestring, t);
	case_close(c, "heat", m->heat_w, case_number_at(c, row, 2));
	case_close(c, "power", m->elec_w, case_number_at(c, row, 3));
	if (cJSON_GetArraySize(row) > 4)
		case_close(c, "lwt", m->lwt_c, case_number_at(c, row, 4));
}

static const cJSON *run_machine(struct cases *c, const cJSON *v, const struct plant_heat_pump *hp, double dt_s)
{
	double from_s = case_number(c, v, "call_from_s"), until_s = case_number(c, v, "call_until_s");
	double ewt_c = case_number(c, v, "ewt"), out_c = case_number(c, v, "to");
	const cJSON *row = case_item(c, v, "rows")->child;
	struct heat_pump m;

	heat_pump_init(&m, hp);
	for (double t = 0; t < DAY_S && row != NULL; t += dt_s) {
		enum heat_pump_state before = m.state;

		heat_pump_step(&m, hp, t >= from_s && t < until_s, ewt_c, out_c, dt_s);
		if (t < case_number_at(c, row, 0)) {
			if (m.state != before)
				case_fail(c, "%s got at %g s, want it not", heat_pump_state_name(m.state), t);
			continue;
		}
		compare_machine(c, &m, m.state != before, row);
		row = row->next;
	}
	return row;
}

void plant_case_machine(struct cases *c, const cJSON *v)
{
	struct plant p;
	double dt_s;

	case_begin(c, "hp_sequence", -1);
	dt_s = case_number(c, v, "dt");
	if (!(dt_s >= LEAST_DT_S))
		case_fail(c, "dt must be at least %g s", LEAST_DT_S);
	else if (case_house(c, case_string(c, v, "house"), &p) &&
		run_machine(c, v, &p.heat_pump, dt_s) != NULL)
		case_fail(c, "not all rows were reached");
	case_end(c);
}

static void compare_list(struct cases *c, const char *what, const struct tank *t, const cJSON *want)
{
	char name[24];

	case_whole(c, what, t->layers, cJSON_GetArraySize(want));
	for (int i = 0; i < t->layers; i++) {
		snprintf(name, sizeof(name), "%s[%d]", what, i);
		case_close(c, name, t->c[i], case_number_at(c, want, i));
	}
}

/* "buffer 55-i C, store 60-i/2 C": layers that grow colder by one K, or by the part behind the slash. */
static void fill(struct cases *c, struct tank *t, const char *note, const char *name)
{
	double top_c = note_number(c, note, name), step_k = 1;
	const char *p = note_find(note, name), *comma = p != NULL ? strchr(p, ',') : NULL;
	const char *slash = p != NULL ? strchr(p, '/') : NULL;

	if (slash != NULL && (comma == NULL || slash < comma))
		step_k = 1 / strtod(slash + 1, NULL);
	for (int i = 0; i < t->layers; i++)
		t->c[i] = top_c - i * step_k;
}

static void one_step(struct cases *c, const cJSON *row, struct plant *p, const char *note)
{
	struct weather_row weather = { note_number(c, note, "to"), note_number(c, note, "wind"),
		note_number(c, note, "ghi") };
	struct plant_inputs in = note_relays(c, note);
	struct plant_state s;

	p->dt_s = note_number(c, note, "dt");
	plant_init(&s, p, weather.out_c);
	s.air_c = note_number(c, note, "ta");
	s.mass_c = note_number(c, note, "tm");
	fill(c, &s.buffer, note, "buffer");
	if (p->store.kind == STORE_WATER)
		fill(c, &s.store, note, "store");
	plant_begin_account(&s);
	plant_step(&s, &in, &weather);
	case_close(c, "ta", s.air_c, case_number(c, row, "ta"));
	case_close(c, "tm", s.mass_c, case_number(c, row, "tm"));
	compare_list(c, "buf", &s.buffer, case_item(c, row, "buf"));
	if (!cJSON_IsNull(case_item(c, row, "store")))
		compare_list(c, "store", &s.store, case_item(c, row, "store"));
	case_close(c, "power", s.power_w, case_number(c, row, "power"));
	case_close(c, "emit", s.account.emitted / p->dt_s, case_number(c, row, "emit"));
	case_close(c, "tsup", s.supply_c, case_number(c, row, "tsup"));
	case_close(c, "tret", s.return_c, case_number(c, row, "tret"));
	case_within(c, "residual", plant_residual(&s), 0, tolerance(c, "residual", 0.001));
}

void plant_case_one_step(struct cases *c, const cJSON *v)
{
	const cJSON *row;
	int i = 0;

	cJSON_ArrayForEach(row, cJSON_GetObjectItemCaseSensitive(v, "rows")) {
		struct plant p;

		case_begin(c, "one_step", i++);
		if (case_house(c, case_string(c, row, "house"), &p))
			one_step(c, row, &p, case_string(c, v, "note"));
		case_end(c);
	}
}

/* What a column of a trace shows. False: nobody knows it. */
static bool column_value(const struct plant_state *s, const char *name, double *value)
{
	int last = s->buffer.layers - 1, store_last = s->plant->store.tank.layers - 1, layer;
	bool store = s->plant->store.kind != STORE_NONE;
	const struct { const char *name; double value; } columns[] = {
		{ "buf_top", s->buffer.c[0] },
		{ "buf_bot", s->buffer.c[last] },
		{ "store_top", store ? plant_store_c(s, 0) : NAN },
		{ "store_bot", store ? plant_store_c(s, store_last) : NAN },
		{ "h_top", s->pcm.kj_per_kg[0] },
		{ "h_bot", s->pcm.kj_per_kg[store ? store_last : 0] },
		{ "ta", s->air_c },
		{ "tm", s->mass_c },
		{ "power_w", s->power_w },
		{ "element_kwh", (s->account.element + s->account.backup) / 3.6e6 },
	};

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (strcmp(columns[i].name, name) == 0) {
			*value = columns[i].value;
			return true;
		}
	if (sscanf(name, "buf_%d", &layer) != 1 || layer < 0 || layer > last)
		return false;
	*value = s->buffer.c[layer];
	return true;
}

static double column_tolerance(const struct cases *c, const char *name, double want)
{
	if (strstr(name, "kwh") != NULL)
		return tolerance(c, "trace_kWh_rel", 0.005) * fmax(1, fabs(want));
	return strstr(name, "_w") != NULL ? tolerance(c, "trace_W", 50) : tolerance(c, "trace_K", 0.1);
}

static void compare_columns(struct cases *c, const struct plant_state *s, const cJSON *columns, const cJSON *row)
{
	for (int i = 1; i < cJSON_GetArraySize(columns); i++) {
		const cJSON *column = case_at(c, columns, i), *want = case_at(c, row, i);
		const char *name = cJSON_IsString(column) ? column->valuestring : "?";
		char what[48];
		double got;

		snprintf(what, sizeof(what), "%s at %g min", name, case_number_at(c, row, 0));
		if (cJSON_IsNull(want))
			continue;
		if (!column_value(s, name, &got))
			case_fail(c, "unknown column %s", name);
		else
			case_within(c, what, got, want->valuedouble,
				column_tolerance(c, name, want->valuedouble));
	}
}

/* A house that runs a program, compared with rows of a table as it goes. */
struct run {
	struct plant plant;
	struct plant_state s;
	struct note_program program;
	struct weather weather;
	const struct weather_row *fixed;	/* instead of the weather */
};

static bool run_open(struct cases *c, struct run *r)
{
	const cJSON *w = case_item(c, c->root, "weather");
	struct err e;

	r->plant.weather.kind = SERIES_SEEDED;
	if (!weather_open(&r->weather, &r->plant.weather, (uint64_t)case_int(c, w, "seed"), 0,
		    (int)case_int(c, w, "doy0"), &e))
		return false;
	plant_init(&r->s, &r->plant, 0);
	r->s.mass_c = r->s.air_c;
	plant_begin_account(&r->s);
	return true;
}

/* Until the table ends, or until_s where that is later. */
static void run_table(struct cases *c, struct run *r, const cJSON *table, double until_s)
{
	const cJSON *columns = case_item(c, table, "columns"), *row = case_item(c, table, "rows")->child;
	double dt_s = r->plant.dt_s;

	for (int64_t k = 0; (double)k * dt_s < (row != NULL ? LONGEST_S : until_s); k++) {
		double t = (double)k * dt_s;
		struct plant_inputs in = note_inputs(&r->program, t);
		struct weather_row now = r->fixed != NULL ? *r->fixed : weather_at(&r->weather, t);

		if (row != NULL && llround(case_number_at(c, row, 0) * 60 / dt_s) <= k) {
			compare_columns(c, &r->s, columns, row);
			row = row->next;
		}
		plant_step(&r->s, &in, &now);
	}
	if (row != NULL)
		case_fail(c, "not all rows were reached");
}

static void compare_kwh(struct cases *c, const char *name, double joules, const cJSON *end)
{
	double want = case_number(c, end, name);

	case_within(c, name, joules / 3.6e6, want, tolerance(c, "trace_kWh_rel", 0.005) * fmax(1, fabs(want)));
}

static void compare_end(struct cases *c, const struct plant_state *s, const cJSON *trace)
{
	const struct plant_account *a = &s->account;
	const cJSON *end = case_item(c, trace, "end");

	compare_kwh(c, "hp", a->heat_pump, end);
	compare_kwh(c, "el", a->element + a->backup, end);
	compare_kwh(c, "gain", a->internal + a->sun, end);
	compare_kwh(c, "envloss", a->envelope, end);
	compare_kwh(c, "tankloss", a->tank, end);
	compare_kwh(c, "elec", a->elec, end);
	compare_kwh(c, "emit", a->emitted, end);
	case_whole(c, "hp_starts", s->heat_pump.starts, case_int(c, trace, "hp_starts"));
	case_whole(c, "trips", s->heat_pump.trips, case_int(c, trace, "trips"));
	case_whole(c, "conflicts", s->conflicts, 0);
	case_within(c, "residual", plant_residual(s), 0, case_number(c, trace, "residual_below"));
}

static void set_water(struct plant *p, double c)
{
	p->buffer.start_c = c;
	p->store.tank.start_c = c;
}

void plant_case_day(struct cases *c, const cJSON *v)
{
	const cJSON *trace;
	int i = 0;

	cJSON_ArrayForEach(trace, cJSON_GetObjectItemCaseSensitive(v, "traces")) {
		struct run r = { .fixed = NULL };

		case_begin(c, "trace24h", i++);
		r.program = note_program(c, case_string(c, v, "note"));
		if (case_house(c, case_string(c, trace, "house"), &r.plant)) {
			set_water(&r.plant, case_number(c, trace, "start_water_c"));
			if (run_open(c, &r))
				run_table(c, &r, trace, DAY_S);
			compare_end(c, &r.s, trace);
		}
		case_end(c);
	}
}

/* The first trace's house and its water. */
static bool first_house(struct cases *c, struct plant *p)
{
	const cJSON *day = cJSON_GetObjectItemCaseSensitive(c->root, "trace24h");
	const cJSON *trace = case_at(c, cJSON_GetObjectItemCaseSensitive(day, "traces"), 0);

	if (!plant_case_first_house(c, p))
		return false;
	set_water(p, case_number(c, trace, "start_water_c"));
	return true;
}

static void read_pcm_store(struct cases *c, const cJSON *v, struct plant_store *s)
{
	case_text(c, "store.Kind", case_string(c, v, "Kind"), "Pcm");
	*s = (struct plant_store){ .kind = STORE_PCM, .kg = case_number(c, v, "Kg"),
		.hx_w_per_k = case_number(c, v, "HxWPerK"), .flow_lpm = case_number(c, v, "FlowLpm"),
		.start_kj_per_kg = case_number(c, v, "StartKJPerKg"),
		.tank = { .layers = (int)case_int(c, v, "Layers"), .ua_w_per_k = case_number(c, v, "UaWPerK") } };
	plant_case_curve(c, case_item(c, v, "Curve"), s);
	if (s->tank.layers < 1 || s->tank.layers > PLANT_MAX_LAYERS) {
		case_fail(c, "store.Layers is outside 1..%d", PLANT_MAX_LAYERS);
		s->tank.layers = 1;
	}
}

void plant_case_pcm_house(struct cases *c, const cJSON *v)
{
	struct run r = { .fixed = NULL };

	case_begin(c, "pcm_house", -1);
	r.program = note_program(c, case_string(c, v, "note"));
	if (first_house(c, &r.plant)) {
		read_pcm_store(c, case_item(c, v, "store"), &r.plant.store);
		if (run_open(c, &r))
			run_table(c, &r, v, 0);
		case_within(c, "residual", plant_residual(&r.s), 0, case_number(c, v, "residual_below"));
	}
	case_end(c);
}

static bool note_layer(struct cases *c, const char *note, struct plant *p)
{
	double layer = note_number(c, note, "in layer");

	if (!(layer >= 0 && layer < p->buffer.layers))
		return false;
	p->backup.layer = (int)layer;
	return true;
}

void plant_case_backup_limit(struct cases *c, const cJSON *v)
{
	struct run r = { .fixed = NULL };
	struct weather_row fixed;
	const char *note;

	case_begin(c, "backup_limit", -1);
	note = case_string(c, v, "note");
	fixed = (struct weather_row){ note_number(c, note, "to"), note_number(c, note, "wind"), 0 };
	if (first_house(c, &r.plant)) {
		r.fixed = &fixed;
		r.program.of[PLANT_BACKUP].span[r.program.of[PLANT_BACKUP].n++] =
			(struct note_span){ 0, INFINITY };
		r.plant.backup_kind = BACKUP_ELEMENT;
		r.plant.backup = (struct plant_heater){ note_number(c, note, "Backup Element"),
			0, note_number(c, note, "switch (") };
		if (!note_layer(c, note, &r.plant))
			case_fail(c, "the buffer has no such layer");
		else if (run_open(c, &r))
			run_table(c, &r, v, 0);
	}
	case_end(c);
}
