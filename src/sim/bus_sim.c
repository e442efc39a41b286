/* SPDX-License-Identifier: MIT */
/* The simulated bus: what the sensors and the meter of the simulated world say when they are asked. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/codes.h"
#include "sim/world_parts.h"

enum {
	HELD_CODE = 20 * 16,
	POWER_UP_CODE = 85 * 16,	/* a DS18B20's scratchpad before its first conversion */
	OPEN_CODE = -127 * 16,
	SHORT_CODE = 150 * 16,
	SLOW_MS = 60000,
};

static const double PIPE_LAG_S = 20, POCKET_LAG_S = 60, NOISE_K = 0.03, OFFSET_K = 0.3, METER_NOISE = 0.003,
	ML_PER_PULSE = 2.5, MAINS_V = 240;

void world_sensor_init(struct world_sensor *s, const struct world *w, uint64_t seed, const char *alias)
{
	char name[sizeof("sensor.") + ALIAS_SIZE];

	snprintf(name, sizeof(name), "sensor.%s", alias);
	s->rng = rng_start(seed, name);
	s->offset_k = OFFSET_K * rng_normal(&s->rng);
	s->converted = s->said = w->house->has_plant ? POWER_UP_CODE : HELD_CODE;
}

static const struct { const char *name; enum world_state state; bool pipe, of_heat_pump; } states[] = {
	{ "supply", STATE_SUPPLY, true, false },
	{ "return", STATE_RETURN, true, false },
	{ "lwt", STATE_LWT, true, true },
	{ "ewt", STATE_EWT, true, true },
	{ "air", STATE_AIR, false, false },
	{ "out", STATE_OUT, false, false },
	{ "flow", STATE_FLOW, true, false },
	{ "power", STATE_POWER, true, false },
};

static bool in_pocket(struct world_sensor *s, enum world_state state, const char *layer, int layers)
{
	s->state = state;
	s->layer = atoi(layer);
	s->lag_s = POCKET_LAG_S;
	return s->layer >= 0 && s->layer < layers;
}

bool world_sensor_state(struct world_sensor *s, const struct plant *p, const char *state)
{
	if (strncmp(state, "buf[", 4) == 0)
		return in_pocket(s, STATE_BUFFER, state + 4, p->buffer.layers);
	if (strncmp(state, "store[", 6) == 0)
		return in_pocket(s, STATE_STORE, state + 6,
			p->store.kind != STORE_NONE ? p->store.tank.layers : 0);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].name, state) == 0 && (!states[i].of_heat_pump || p->has_heat_pump)) {
			s->state = states[i].state;
			s->lag_s = states[i].pipe ? PIPE_LAG_S : POCKET_LAG_S;
			return true;
		}
	return false;
}

static double true_c(const struct world *w, const struct world_sensor *s)
{
	switch (s->state) {
	case STATE_BUFFER: return w->plant.buffer.c[s->layer];
	case STATE_STORE: return plant_store_c(&w->plant, s->layer);
	case STATE_LWT: return w->plant.lwt_c;
	case STATE_EWT: return w->plant.ewt_c;
	case STATE_SUPPLY: return w->plant.supply_c;
	case STATE_RETURN: return w->plant.return_c;
	case STATE_AIR: return w->plant.air_c;
	case STATE_OUT: return w->row.out_c;
	case STATE_HELD: case STATE_FLOW: case STATE_POWER: break;
	}
	return NAN;
}

static bool has_temperature(const struct world_sensor *s)
{
	return s->state >= STATE_BUFFER && s->state <= STATE_OUT;
}

/* The value told is the conversion started at the read before; then the next one starts. */
static int64_t convert(const struct world *w, struct world_sensor *s)
{
	int64_t told = s->converted;
	double c = true_c(w, s);
	int64_t dt_ms = mono_since(w->now, s->at);

	if (s->started && dt_ms != s->lag_ms) {
		s->lag_ms = dt_ms;
		s->nearer = 1 - exp(-(double)dt_ms / 1000 / s->lag_s);
	}
	s->lagged_c = s->started ? s->lagged_c + (c - s->lagged_c) * s->nearer : c;
	s->started = true;
	s->at = w->now;
	s->converted = ds18b20_code(s->lagged_c + s->offset_k + NOISE_K * rng_normal(&s->rng));
	return told;
}

static bool answer_number(char *text, size_t size, int64_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	size_t n;

	*--p = '\0';
	do
		*--p = (char)('0' + left % 10);
	while ((left /= 10) != 0);
	if (value < 0)
		*--p = '-';
	n = (size_t)(digits + sizeof(digits) - p);
	memcpy(text, p, n < size ? n : size);
	return true;
}

static int64_t faulty_code(const struct world_sensor *s, int64_t code)
{
	switch (s->fault) {
	case WORLD_POWER_UP: return POWER_UP_CODE;
	case WORLD_STUCK: return s->said;
	case WORLD_OPEN: return OPEN_CODE;
	case WORLD_SHORT: return SHORT_CODE;
	case WORLD_JUMP: return code + llround(16 * s->fault_k);
	case WORLD_NO_FAULT: case WORLD_SILENT: case WORLD_CRC: case WORLD_SLOW: case WORLD_REVERSED: return code;
	}
	return code;
}

static bool answer_temp(struct world *w, struct world_sensor *s, char *text, size_t size, struct err *e)
{
	int64_t code = has_temperature(s) ? convert(w, s) : HELD_CODE;

	(void)e;
	if (s->fault == WORLD_CRC) {
		snprintf(text, size, "crc");
		return true;
	}
	code = faulty_code(s, code);
	if (s->fault == WORLD_POWER_UP)
		s->fault = WORLD_NO_FAULT;
	s->said = code;
	return answer_number(text, size, code);
}

/* Whole pulses since the read before. */
static bool answer_flow(struct world *w, struct world_sensor *s, char *text, size_t size, struct err *e)
{
	int64_t dt_ms = mono_since(w->now, s->at);
	double pulses = floor(w->flow_ml / ML_PER_PULSE);

	(void)e;
	if (s->state == STATE_FLOW && dt_ms > 0) {
		s->flow_ml_min = llround((pulses - s->pulses) * ML_PER_PULSE * 60000 / (double)dt_ms);
		s->pulses = pulses;
		s->at = w->now;
	}
	return answer_number(text, size, s->flow_ml_min);
}

static double metered_w(const struct world *w, struct world_sensor *s)
{
	double sign = s->fault == WORLD_REVERSED ? -1 : 1;

	return sign * round(world_power_w(w) * (1 + METER_NOISE * rng_normal(&s->rng)));
}

static bool answer_power(struct world *w, struct world_sensor *s, char *text, size_t size, struct err *e)
{
	(void)e;
	return answer_number(text, size, (int64_t)metered_w(w, s));
}

static bool answer_current(struct world *w, struct world_sensor *s, char *text, size_t size, struct err *e)
{
	(void)e;
	return answer_number(text, size, llround(fabs(metered_w(w, s)) / MAINS_V * 1e6));
}

static bool answer_energy(struct world *w, struct world_sensor *s, char *text, size_t size, struct err *e)
{
	(void)e;
	(void)s;
	return answer_number(text, size, (int64_t)floor(w->energy_j / 3600));
}

static bool answer_kind(struct world *w, struct world_sensor *s, char *text, size_t size, struct err *e)
{
	(void)w;
	(void)e;
	snprintf(text, size, "%s", s->state == STATE_HELD ? "held" : "plant");
	return true;
}

static const struct {
	const char *what;
	bool (*answer)(struct world *, struct world_sensor *, char *text, size_t size, struct err *);
} answers[] = {
	{ "temp", answer_temp }, { "flow", answer_flow }, { "power", answer_power },
	{ "current_ua", answer_current }, { "energy_wh", answer_energy }, { "kind", answer_kind },
};

/* A slow one takes a minute for each answer. */
static bool says_nothing(const struct world *w, struct world_sensor *s)
{
	if (s->fault != WORLD_SLOW || mono_since(w->now, s->fault_at) < SLOW_MS)
		return s->fault == WORLD_SILENT || s->fault == WORLD_SLOW;
	s->fault_at = w->now;
	return false;
}

static bool answer(
	struct world *w, struct world_sensor *s, const char *what, char *text, size_t size, struct err *e)
{
	if (what[0] != 'k' && says_nothing(w, s))	/* what kind it is, it says always */
		return err_set(e, ERR_TIMEOUT, 0, "no answer");
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (answers[i].what[0] == what[0] && strcmp(answers[i].what, what) == 0)
			return answers[i].answer(w, s, text, size, e);
	return err_set(e, ERR_ABSENT, 0, "the simulated bus knows no \"%s\"", what);
}

static const unsigned int HASH_START = 2166136261u;

static unsigned int hash_one(unsigned int h, char c)
{
	return (h ^ (unsigned char)c) * 16777619u;
}

static unsigned int hash(const char *alias)
{
	unsigned int h = HASH_START;

	for (; *alias != '\0'; alias++)
		h = hash_one(h, *alias);
	return h % WORLD_INDEX;
}

void world_index_nodes(struct world *w)
{
	for (int i = 0; i < w->house->n_nodes; i++) {
		unsigned int at = hash(w->house->nodes[i].alias);

		while (w->index[at] != 0)
			at = (at + 1) % WORLD_INDEX;
		w->index[at] = (uint8_t)(i + 1);
		w->alias_lengths[i] = (uint8_t)strlen(w->house->nodes[i].alias);
	}
}

static bool is_node(const struct world *w, unsigned int at, const char *alias, size_t length)
{
	const char *its = w->house->nodes[w->index[at] - 1].alias;

	return memcmp(its, alias, length) == 0 && its[length] == '\0';
}

/* Sensors are asked in the same order again and again: is it the one that was asked after the last one, the last time? */
static bool is_next(const struct world *w, const char *path, int node, const char **what)
{
	size_t length = w->alias_lengths[node];

	if (length == 0 || strncmp(path, "sim/", 4) != 0 || strncmp(path + 4, w->house->nodes[node].alias, length) != 0 ||
		path[4 + length] != '/')
		return false;
	*what = path + 4 + length + 1;
	return true;
}

/* Splits sim/ALIAS/WHAT and finds the node in the same look. NO_NODE: there is none. what NULL: no path. */
static int node_of(const struct world *w, const char *path, const char **what)
{
	const char *begin = strchr(path, '/'), *p;
	unsigned int at = HASH_START;

	*what = NULL;
	if (begin == NULL)
		return NO_NODE;
	for (p = ++begin; *p != '\0' && *p != '/'; p++)
		at = hash_one(at, *p);
	if (*p == '\0' || p == begin || p - begin >= ALIAS_SIZE)
		return NO_NODE;
	*what = p + 1;
	at %= WORLD_INDEX;
	while (w->index[at] != 0 && !is_node(w, at, begin, (size_t)(p - begin)))
		at = (at + 1) % WORLD_INDEX;
	return w->index[at] == 0 ? NO_NODE : w->index[at] - 1;
}

static bool sim_slurp(const struct bus *b, const char *path, char *text, size_t size, struct err *e)
{
	struct world *w = b->self;
	const char *what;
	int node;
	bool ok;

	pthread_mutex_lock(&w->lock);
	node = w->after[w->asked];
	if (!is_next(w, path, node, &what))
		node = node_of(w, path, &what);
	if (node != NO_NODE) {
		w->after[w->asked] = (uint8_t)node;
		w->asked = node;
	}
	ok = size >= 24 && what != NULL && node != NO_NODE && answer(w, &w->sensors[node], what, text, size, e);
	pthread_mutex_unlock(&w->lock);
	if (size < 24 || what == NULL)
		return err_set(e, ERR_ABSENT, 0, "simulated bus: no such path %s", path);
	if (node == NO_NODE)
		return err_set(e, ERR_ABSENT, 0, "simulated bus: no such node in %s", path);
	return ok;
}

static bool sim_find(const struct bus *b, const char *dir, const char *prefix, const char *suffix, char *name,
	size_t size, struct err *e)
{
	(void)b;
	(void)prefix;
	(void)suffix;
	(void)name;
	(void)size;
	return err_set(e, ERR_ABSENT, 0, "the simulated bus has no folder %s", dir);
}

struct bus world_bus(struct world *w)
{
	return (struct bus){ .self = w, .slurp = sim_slurp, .find = sim_find };
}
