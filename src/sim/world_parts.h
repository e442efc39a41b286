/* SPDX-License-Identifier: MIT */
/* world_parts.h: what the files of the simulated world share with each other and with nobody else. */
#ifndef SIM_WORLD_PARTS_H
#define SIM_WORLD_PARTS_H

#include <pthread.h>

#include "sim/plant.h"
#include "core/sim/rng.h"
#include "sim/weather.h"
#include "sim/world.h"

/* What of the plant a node's sensor sits in. */
enum world_state { STATE_HELD, STATE_BUFFER, STATE_STORE, STATE_SUPPLY, STATE_RETURN, STATE_LWT, STATE_EWT,
	STATE_AIR, STATE_OUT, STATE_FLOW, STATE_POWER };

struct world_sensor {
	enum world_state state;
	int layer;
	double lag_s, offset_k;
	struct rng rng;
	bool started;
	struct mono at;			/* of the last read */
	double lagged_c;		/* what the sensor's own mass has */
	int64_t lag_ms;			/* in so long it comes nearer to the water by this share: */
	double nearer;
	int64_t converted, said;	/* the conversion told at the next read; what was told last */
	double pulses;			/* of a flow meter, at the last read */
	int64_t flow_ml_min;
	enum world_fault fault;
	double fault_k;
	struct mono fault_at;		/* since then; of a slow one: its last answer */
};

enum { WORLD_INDEX = 512 };	/* more than twice HOUSE_MAX_NODES: a free place is near */

struct world {
	pthread_mutex_t lock;
	const struct house *house;
	const struct settings_relay *relays;
	const volatile uint8_t *relay_bytes;
	int n_relays;
	enum world_relay_fault relay_faults[HOUSE_MAX_RELAYS];
	int relay_of[N_PLANT_RELAYS];	/* index in relay_bytes, -1 = not connected */
	bool started;
	struct mono base, now;		/* base: the first instant */
	int64_t plant_ms;		/* how far the plant is, since base */
	double series_s;		/* of the first instant, since hour 0 of the weather */
	struct weather weather;
	double colder_k;
	struct weather_row row;
	struct plant_state plant;
	struct world_kept *kept;	/* NULL: nobody goes on with it */
	double energy_j, flow_ml;
	uint8_t index[WORLD_INDEX];	/* of nodes, by the hash of their aliases; 0: none, else node + 1 */
	uint8_t alias_lengths[HOUSE_MAX_NODES];
	uint8_t after[HOUSE_MAX_NODES];	/* which node was asked after it, */
	int asked;			/* and which one was asked last */
	struct world_sensor sensors[HOUSE_MAX_NODES];
};

/* world_keep.c, under the lock: what has changed goes into the file; the file is left. */
void world_save(struct world *);
void world_forget(struct world *);

/* Under the lock. */
struct plant_inputs world_inputs(const struct world *);
double world_power_w(const struct world *);
void world_sensor_init(struct world_sensor *, const struct world *, uint64_t seed, const char *alias);
/* Puts the sensor where Plant.Nodes says. False: this plant has no such state. */
/* By their aliases: each reading asks for one. */
void world_index_nodes(struct world *);
bool world_sensor_state(struct world_sensor *, const struct plant *, const char *state);

#endif
