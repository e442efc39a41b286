/* SPDX-License-Identifier: MIT */
#include "sim/world.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/civil.h"
#include "sim/world_parts.h"

enum { DAY_S = 86400 };

static bool connect_relay(struct world *w, enum plant_relay r, int node, struct err *e)
{
	for (int i = 0; i < w->n_relays; i++)
		if (w->relays[i].node == node) {
			w->relay_of[r] = i;
			return true;
		}
	return err_set(e, ERR_CONFIG, 0, "Plant.Nodes %s: no relay entry for %s - add one to relays",
		plant_relay_name(r), house_alias(w->house, node));
}

static enum plant_relay relay_named(const char *state)
{
	enum plant_relay r = 0;

	while (r < N_PLANT_RELAYS && strcmp(plant_relay_name(r), state) != 0)
		r++;
	return r;
}

static bool connect_nodes(struct world *w, struct err *e)
{
	const struct plant *p = &w->house->plant;

	for (int i = 0; i < p->n_nodes; i++) {
		const struct plant_node *n = &p->nodes[i];
		enum plant_relay r = relay_named(n->state);

		if (n->node < 0 || n->node >= w->house->n_nodes)
			return err_set(e, ERR_CONFIG, 0, "Plant.Nodes %s: no such node", n->state);
		if (r < N_PLANT_RELAYS) {
			if (!connect_relay(w, r, n->node, e))
				return false;
		} else if (!world_sensor_state(&w->sensors[n->node], p, n->state)) {
			return err_set(
				e, ERR_CONFIG, 0, "Plant.Nodes %s: this plant has no such state", n->state);
		}
	}
	return true;
}

static bool open_plant(struct world *w, uint64_t seed, struct wall start, int utc_offset_s, struct err *e)
{
	const struct plant *p = &w->house->plant;
	int64_t local_s = start.ms / 1000 + utc_offset_s;
	int64_t days = local_s / DAY_S, hour0_s = days * DAY_S - utc_offset_s;

	w->series_s = (double)(start.ms - hour0_s * 1000) / 1000;
	if (!weather_open(&w->weather, &p->weather, seed, hour0_s, civil_day_of_year(days), e))
		return false;
	w->row = weather_at(&w->weather, w->series_s);
	plant_init(&w->plant, p, w->row.out_c);
	return connect_nodes(w, e);
}

struct world *world_open(const struct house *h, uint64_t seed, struct wall start, int utc_offset_s,
	const volatile uint8_t *relay_bytes, const struct settings_relay relays[], int n_relays,
	struct err *e)
{
	struct world *w = calloc(1, sizeof(*w));

	assert(relay_bytes != NULL && start.ms / 1000 + utc_offset_s >= 0);
	if (w == NULL) {
		err_set(e, ERR_MEMORY, 0, "simulated world: out of memory");
		return NULL;
	}
	pthread_mutex_init(&w->lock, NULL);
	w->house = h;
	world_index_nodes(w);
	w->relays = relays;
	w->relay_bytes = relay_bytes;
	w->n_relays = n_relays;
	for (int i = 0; i < N_PLANT_RELAYS; i++)
		w->relay_of[i] = -1;
	for (int i = 0; i < h->n_nodes; i++)
		world_sensor_init(&w->sensors[i], w, seed, h->nodes[i].alias);
	if (h->has_plant && !open_plant(w, seed, start, utc_offset_s, e)) {
		world_close(w);
		err_in(e, "simulated world");
		return NULL;
	}
	return w;
}

void world_alone(struct world *w)
{
	w->alone = true;
}

void world_close(struct world *w)
{
	if (w == NULL)
		return;
	world_forget(w);
	weather_close(&w->weather);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* The guard writes these bytes from its own thread or process. */
static bool energised(const struct world *w, int relay)
{
	return __atomic_load_n(&w->relay_bytes[relay], __ATOMIC_ACQUIRE) != 0;
}

/* Does current flow through that relay? */
static bool conducts(const struct world *w, int relay)
{
	if (w->relay_faults[relay] == WORLD_RELAY_WELDED)
		return true;
	return energised(w, relay) && w->relay_faults[relay] != WORLD_RELAY_DEAD;
}

struct plant_inputs world_inputs(const struct world *w)
{
	int element = w->relay_of[PLANT_ELEMENT];
	struct plant_inputs in = { .element_dry =
		element >= 0 && w->relay_faults[element] == WORLD_RELAY_DRY };

	for (int i = 0; i < N_PLANT_RELAYS; i++)
		in.on[i] = w->relay_of[i] >= 0 && conducts(w, w->relay_of[i]);
	return in;
}

static double power_w(const struct world *w, const struct plant_inputs *in)
{
	double sum = 0;

	if (w->house->has_plant)
		return plant_power_w(&w->plant, in);
	for (int i = 0; i < w->n_relays; i++)
		if (conducts(w, i))
			sum += (w->relays[i].expected_w[0] + w->relays[i].expected_w[1]) / 2.0;
	return sum;
}

double world_power_w(const struct world *w)
{
	struct plant_inputs in = world_inputs(w);

	return power_w(w, &in);
}

static void look_outside(struct world *w, double at_s)
{
	w->row = weather_at(&w->weather, at_s);
	w->row.out_c -= w->colder_k;
}

static void advance_plant(struct world *w)
{
	int64_t step_ms = llround(w->house->plant.dt_s * 1000);

	while (w->plant_ms + step_ms <= mono_since(w->now, w->base)) {
		struct plant_inputs in = world_inputs(w);

		look_outside(w, w->series_s + (double)w->plant_ms / 1000);
		plant_step(&w->plant, &in, &w->row);
		w->plant_ms += step_ms;
		world_save(w);
	}
}

void world_advance(struct world *w, struct mono now, struct wall clock)
{
	int64_t dt_ms;

	(void)clock;
	world_lock(w);
	if (!w->started) {
		w->started = true;
		w->base = w->now = now;
	}
	dt_ms = mono_since(now, w->now);
	if (dt_ms > 0) {
		struct plant_inputs in = world_inputs(w);

		w->energy_j += power_w(w, &in) * (double)dt_ms / 1000;
		if (w->house->has_plant)
			w->flow_ml += plant_flow_lpm(&w->plant, &in) * (double)dt_ms / 60;
		w->now = now;
	}
	if (w->house->has_plant)
		advance_plant(w);
	world_unlock(w);
}

bool world_set_fault(struct world *w, const char *alias, enum world_fault fault, double offset_k)
{
	int node = house_node(w->house, alias);

	if (node == NO_NODE)
		return false;
	world_lock(w);
	w->sensors[node].fault = fault;
	w->sensors[node].fault_k = offset_k;
	w->sensors[node].fault_at = w->now;
	world_unlock(w);
	return true;
}

bool world_set_relay_fault(struct world *w, const char *alias, enum world_relay_fault fault)
{
	int node = house_node(w->house, alias), relay = 0;

	while (relay < w->n_relays && (node == NO_NODE || w->relays[relay].node != node))
		relay++;
	if (relay == w->n_relays)
		return false;
	world_lock(w);
	w->relay_faults[relay] = fault;
	world_unlock(w);
	return true;
}

void world_would(struct world *w, const struct plant_inputs *closed, struct plant_inputs *flows)
{
	world_lock(w);
	for (int i = 0; i < N_PLANT_RELAYS; i++) {
		enum world_relay_fault fault = w->relay_of[i] >= 0 ? w->relay_faults[w->relay_of[i]] : WORLD_RELAY_DEAD;

		flows->on[i] = fault == WORLD_RELAY_WELDED || (closed->on[i] && fault != WORLD_RELAY_DEAD);
	}
	flows->element_dry = false;
	world_unlock(w);
}

void world_set_cold(struct world *w, double colder_k)
{
	world_lock(w);
	w->colder_k = colder_k;
	world_unlock(w);
}

static void summarise_plant(const struct world *w, struct world_summary *out)
{
	const struct plant_state *s = &w->plant;

	out->air_c = s->air_c;
	out->mass_c = s->mass_c;
	out->out_c = w->row.out_c;
	out->wind_ms = w->row.wind_ms;
	out->sun_w_m2 = w->row.sun_w_m2;
	out->tank_top_c = s->buffer.c[0];
	out->tank_bottom_c = s->buffer.c[s->buffer.layers - 1];
	out->supply_c = s->supply_c;
	out->return_c = s->return_c;
	if (s->plant->store.kind != STORE_NONE) {
		out->store_top_c = plant_store_c(s, 0);
		out->store_bottom_c = plant_store_c(s, s->plant->store.tank.layers - 1);
	}
	out->lwt_c = s->lwt_c;
	out->ewt_c = s->ewt_c;
	out->conflicts = s->conflicts;
	out->hp_starts = s->heat_pump.starts;
	out->hp_trips = s->heat_pump.trips;
	out->hp_defrosts = s->heat_pump.defrosts;
	out->residual = plant_residual(s);
	out->lowest_c = s->lowest_c;
	out->highest_c = s->highest_c;
	out->steps = s->steps;
	out->weather_gaps = w->weather.csv.gaps;
}

void world_follow(struct world *w, struct world_summary *out)
{
	world_lock(w);
	out->power_w = world_power_w(w);
	out->energy_wh = w->energy_j / 3600;
	if (w->house->has_plant && out->steps != w->plant.steps)
		summarise_plant(w, out);
	world_unlock(w);
}

void world_summarise(struct world *w, struct world_summary *out)
{
	*out = (struct world_summary){ .steps = -1 };
	world_follow(w, out);
	if (!w->house->has_plant)
		out->steps = 0;
}
