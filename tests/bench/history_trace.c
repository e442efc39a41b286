/* SPDX-License-Identifier: MIT */
#include "history_trace.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/houses.h"
#include "sim/plant.h"
#include "core/sim/rng.h"

enum { LAYERS = 12, SENSORS = 30, RELAYS = 4, POWERS = 4, MAX_CSV_SERIES = BLOCK_MAX_SERIES };

static const int64_t START_S = 1799798400;	/* a midnight in January */

struct row { int64_t at_ms, code; int32_t series; };

struct trace {
	/* generated */
	struct house house;
	struct plant plant;
	struct plant_state state;
	struct plant_inputs in;
	struct weather weather;
	struct rng rng[SENSORS], chance;
	double offset_k[SENSORS], lagged_c[SENSORS], energy_wh;
	int64_t start_s, now_s, end_s;
	/* recorded */
	struct row *rows;
	int32_t n_rows, at_row;
	/* the slot */
	struct block_reading *room[N_TRACE_KINDS];
};

/* --- the house ----------------------------------------------------------------------------- */

static double true_c(struct trace *t, int sensor)
{
	if (sensor < LAYERS)
		return t->state.buffer.c[sensor];
	if (sensor < LAYERS + 4)
		return t->state.supply_c;
	if (sensor < LAYERS + 8)
		return t->state.return_c;
	return sensor < SENSORS - 2 ? t->state.air_c : weather_at(&t->weather, (double)(t->now_s - START_S)).out_c;
}

static double lag_s(int sensor)
{
	return sensor >= LAYERS && sensor < LAYERS + 8 ? 20 : 60;
}

/* Thermostats with a dead band: what runs a house without us. */
static void control(struct trace *t)
{
	double top = t->state.buffer.c[0], air = t->state.air_c;

	t->in.on[PLANT_ELEMENT] = t->in.on[PLANT_ELEMENT] ? top < 68 : top < 58;
	t->in.on[PLANT_DISTPUMP] = t->in.on[PLANT_DISTPUMP] ? air < 20.3 : air < 19.7;
}

static void step_s(struct trace *t)
{
	struct weather_row row = weather_at(&t->weather, (double)(t->now_s - START_S));
	int steps = (int)lround(TRACE_SCAN_S / t->plant.dt_s);

	control(t);
	for (int i = 0; i < steps; i++)
		plant_step(&t->state, &t->in, &row);
	t->now_s += TRACE_SCAN_S;
	t->energy_wh += plant_power_w(&t->state, &t->in) * TRACE_SCAN_S / 3600;
	for (int i = 0; i < SENSORS; i++)
		t->lagged_c[i] += (true_c(t, i) - t->lagged_c[i]) * -expm1(-TRACE_SCAN_S / lag_s(i));
}

static int64_t ds18b20(struct trace *t, int i)
{
	return (int64_t)floor(16 * (t->lagged_c[i] + t->offset_k[i] + 0.03 * rng_normal(&t->rng[i])) + 0.5);
}

static int64_t ntc(struct trace *t, int i)
{
	double c = t->lagged_c[i] + t->offset_k[i];
	double ohm = 10000 * exp(3977 * (1 / (c + 273.15) - 1 / 298.15));

	return (int64_t)floor((4.85 * ohm / (ohm + 10000)) / 0.0001875 + rng_normal(&t->rng[i]) + 0.5);
}

/* Watts and microamperes with a meter's noise, its register, millilitres a minute. */
static int64_t power(struct trace *t, int i)
{
	double w = plant_power_w(&t->state, &t->in) * (1 + 0.003 * rng_normal(&t->chance));

	return llround(i == 0 ? w : i == 1 ? w / 240 * 1e6 : i == 2 ? t->energy_wh
								     : 1000 * plant_flow_lpm(&t->state, &t->in));
}

static int64_t relay(struct trace *t, int i)
{
	return t->in.on[i == 0 ? PLANT_ELEMENT : i == 1 ? PLANT_DISTPUMP : i == 2 ? PLANT_BACKUP : PLANT_HP];
}

/* --- slots --------------------------------------------------------------------------------- */

typedef int64_t sample(struct trace *, int i);

static const struct { int series; sample *take; } kinds[N_TRACE_KINDS] = {
	[TRACE_DS18B20] = { SENSORS, ds18b20 }, [TRACE_NTC] = { SENSORS, ntc },
	[TRACE_POWER] = { POWERS, power }, [TRACE_RELAYS] = { RELAYS, relay },
};

/* Readings by series: room for a whole slot each. */
static void open_slot(struct trace *t, struct block of[])
{
	for (int k = 0; k < N_TRACE_KINDS; k++) {
		of[k] = (struct block){ .start_ms = t->now_s * 1000, .n_series = kinds[k].series,
			.capacity = TRACE_CAPACITY, .readings = t->room[k] };
		for (int i = 0; i < kinds[k].series; i++)
			of[k].series[i] = (struct block_series){ i + 1, i * (TRACE_SLOT_S / TRACE_SCAN_S), 0 };
	}
}

static bool is_kept(struct trace *t, const struct block_series *s, const struct block *b, int kind, int64_t code)
{
	if (kind == TRACE_RELAYS)	/* on change */
		return s->count == 0 || b->readings[s->first + s->count - 1].code != code;
	return rng_uniform(&t->chance) >= 0.002;
}

static void scan(struct trace *t, struct block of[])
{
	step_s(t);
	for (int k = 0; k < N_TRACE_KINDS; k++)
		for (int i = 0; i < kinds[k].series; i++) {
			struct block_series *s = &of[k].series[i];
			int64_t code = kinds[k].take(t, i), at_ms = (t->now_s - TRACE_SCAN_S) * 1000;

			if (!is_kept(t, s, &of[k], k, code))
				continue;
			if (rng_uniform(&t->chance) < 0.001)
				at_ms += 1001 + (int64_t)(rng_next(&t->chance) % 2000);
			of[k].readings[s->first + s->count++] = (struct block_reading){ at_ms, code };
			of[k].n_readings++;
		}
}

/* A relay that does not move has one reading a slot at most; none when it was the same before. */
static bool next_generated(struct trace *t, struct block of[])
{
	if (t->now_s >= t->end_s)
		return false;
	open_slot(t, of);
	for (int i = 0; i < TRACE_SLOT_S / TRACE_SCAN_S; i++)
		scan(t, of);
	return true;
}

static bool next_recorded(struct trace *t, struct block *b)
{
	int64_t slot;

	if (t->at_row == t->n_rows)
		return false;
	slot = t->rows[t->at_row].at_ms / (TRACE_SLOT_S * 1000);
	*b = (struct block){ .start_ms = slot * TRACE_SLOT_S * 1000, .capacity = TRACE_CAPACITY, .readings = t->room[0] };
	for (; t->at_row < t->n_rows && t->rows[t->at_row].at_ms / (TRACE_SLOT_S * 1000) == slot; t->at_row++) {
		const struct row *r = &t->rows[t->at_row];

		if (b->n_readings == b->capacity)
			continue;
		if (b->n_series == 0 || b->series[b->n_series - 1].id != r->series)
			b->series[b->n_series++] = (struct block_series){ r->series, b->n_readings, 0 };
		b->series[b->n_series - 1].count++;
		b->readings[b->n_readings++] = (struct block_reading){ r->at_ms, r->code };
	}
	return true;
}

bool trace_next(struct trace *t, struct block of[N_TRACE_KINDS])
{
	for (int k = 0; k < N_TRACE_KINDS; k++)
		of[k] = (struct block){ 0 };
	return t->rows != NULL ? next_recorded(t, &of[0]) : next_generated(t, of);
}

/* --- opening ------------------------------------------------------------------------------- */

static struct trace *make(struct err *e)
{
	struct trace *t = calloc(1, sizeof(*t));

	for (int k = 0; t != NULL && k < N_TRACE_KINDS; k++)
		t->room[k] = calloc(TRACE_CAPACITY, sizeof(*t->room[k]));
	if (t == NULL || t->room[N_TRACE_KINDS - 1] == NULL)
		err_set(e, ERR_MEMORY, 0, "trace: out of memory");
	return t;
}

static bool read_plant(struct trace *t, struct err *e)
{
	static char text[256 * 1024];
	struct problems p = { 0 };
	FILE *f = fopen("input_data/houses.json", "r");
	size_t n = f == NULL ? 0 : fread(text, 1, sizeof(text) - 1, f);

	if (f != NULL)
		fclose(f);
	if (n == 0 || !houses_read(text, n, "input_data/houses.json", "dw1.isone.nh.orange.1", &t->house, &p))
		return err_set(e, ERR_CONFIG, 0, "input_data/houses.json: not read; run from the project's folder");
	t->plant = t->house.plant;
	t->plant.buffer.layers = LAYERS;
	t->plant.element.layer = LAYERS - 2;
	return true;
}

struct trace *trace_generate(int days, uint64_t seed, struct err *e)
{
	struct trace *t = make(e);
	char name[32];

	if (t == NULL || !read_plant(t, e) || !weather_open(&t->weather, &t->plant.weather, seed, START_S, 12, e)) {
		trace_close(t);
		return NULL;
	}
	plant_init(&t->state, &t->plant, -5);
	t->now_s = START_S;
	t->end_s = START_S + days * (int64_t)86400;
	t->chance = rng_start(seed, "trace");
	for (int i = 0; i < SENSORS; i++) {
		snprintf(name, sizeof(name), "sensor.%d", i);
		t->rng[i] = rng_start(seed, name);
		t->offset_k[i] = 0.3 * rng_normal(&t->rng[i]);
		t->lagged_c[i] = true_c(t, i);
	}
	return t;
}

static int by_slot_series_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int64_t sx = x->at_ms / (TRACE_SLOT_S * 1000), sy = y->at_ms / (TRACE_SLOT_S * 1000);

	if (sx != sy)
		return sx < sy ? -1 : 1;
	if (x->series != y->series)
		return x->series < y->series ? -1 : 1;
	return x->at_ms < y->at_ms ? -1 : x->at_ms > y->at_ms;
}

static int32_t series_of(char names[][64], int32_t *n, const char *name)
{
	int32_t i = 0;

	while (i < *n && strcmp(names[i], name) != 0)
		i++;
	if (i == *n && *n < MAX_CSV_SERIES)
		snprintf(names[(*n)++], 64, "%s", name);
	return i;
}

static bool read_rows(struct trace *t, FILE *f, const char *path, struct err *e)
{
	static char names[MAX_CSV_SERIES][64];
	char line[256], name[64];
	long long at_ms, code;
	int32_t room = 0, n_names = 0;

	while (fgets(line, sizeof(line), f) != NULL) {
		if (sscanf(line, "%lld,%63[^,],%lld", &at_ms, name, &code) != 3)
			continue;	/* a header */
		if (t->n_rows == room) {
			room = room == 0 ? 1 << 16 : 2 * room;
			t->rows = realloc(t->rows, (size_t)room * sizeof(*t->rows));
			if (t->rows == NULL)
				return err_set(e, ERR_MEMORY, 0, "%s: out of memory", path);
		}
		t->rows[t->n_rows] = (struct row){ at_ms, code, series_of(names, &n_names, name) };
		if (t->rows[t->n_rows++].series == MAX_CSV_SERIES)
			return err_set(e, ERR_FORMAT, 0, "%s: more than %d channels", path, MAX_CSV_SERIES);
	}
	return t->n_rows > 0 || err_set(e, ERR_FORMAT, 0, "%s: no line `unix_ms,channel,code`", path);
}

struct trace *trace_read_csv(const char *path, struct err *e)
{
	struct trace *t = make(e);
	FILE *f = fopen(path, "r");
	bool ok = false;

	if (f == NULL)
		err_set(e, ERR_IO, 0, "%s: cannot be opened", path);
	else if (t != NULL)
		ok = read_rows(t, f, path, e);
	if (f != NULL)
		fclose(f);
	if (ok) {
		qsort(t->rows, (size_t)t->n_rows, sizeof(*t->rows), by_slot_series_time);
		return t;
	}
	trace_close(t);
	return NULL;
}

void trace_close(struct trace *t)
{
	if (t == NULL)
		return;
	weather_close(&t->weather);
	for (int k = 0; k < N_TRACE_KINDS; k++)
		free(t->room[k]);
	free(t->rows);
	free(t);
}

bool trace_is_recorded(const struct trace *t)
{
	return t->rows != NULL;
}
