/* SPDX-License-Identifier: MIT */
/* world.h: everything outside the service in a simulation: plant, weather, sensors and meter, one lock.
 *
 * One thread (the owner of time) moves it; any thread may read its sensors through the bus. The same seed and
 * the same relay movements give the same readings: each sensor draws from a stream of its own. A house
 * without a Plant has sensors that hold 20 degrees C and a meter that reads what its relays should draw. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "spaceheat/driver.h"
#include "spaceheat/err.h"
#include "spaceheat/house.h"
#include "spaceheat/settings.h"
#include "spaceheat/when.h"

struct world;	/* owns memory and a lock */

/* relay_bytes[i] is relays[i], 1 = energised; read whenever its state is needed, must outlive the world.
 * start: wall time of the first instant; utc_offset_s: local standard time minus UTC. NULL: see err. */
struct world *world_open(const struct house *, uint64_t seed, struct wall start, int utc_offset_s,
	const volatile uint8_t *relay_bytes, const struct settings_relay relays[], int n_relays,
	struct err *);
void world_close(struct world *);
/* From now on one thread has it alone: no lock is taken. */
void world_alone(struct world *);

/* Before the first world_advance: the heat of the plant, and what was used so far, are in that file from now on; if it
 * holds them of this house, they are those from which it goes on, having stood away_ms with all relays open. Without a
 * plant there is nothing to keep. False: it keeps nothing, see err; all else works. */
bool world_keep(struct world *, const char *path, int64_t away_ms, struct err *);

/* Moves everything up to `now`: heat in whole steps of Plant.DtS, energy and flow up to the millisecond.
 * The first call says what `now` is at the start. The wall clock moves nothing: it may jump, the sun
 * does not. */
void world_advance(struct world *, struct mono now, struct wall clock);

/* The simulated bus. slurp("sim/ALIAS/WHAT") answers a number as text:
 *   temp       sixteenths of a degree, or "crc" for a reading with a wrong checksum
 *   flow       millilitres a minute
 *   power      watts now        current_ua  microamperes now        energy_wh  register
 *   kind       "plant", or "held" for a node that no state of the plant moves
 * ALIAS is the measuring node. A silent sensor is ERR_TIMEOUT, an unknown node ERR_ABSENT. node finds ALIAS, number tells the
 * same WHATs but kind; a wrong checksum is ERR_FORMAT. */
struct bus world_bus(struct world *);

enum world_fault {
	WORLD_NO_FAULT,
	WORLD_SILENT,
	WORLD_STUCK,		/* goes on saying what it said last */
	WORLD_POWER_UP,		/* says 85 degrees once */
	WORLD_OPEN,		/* the fault value of a broken wire */
	WORLD_SHORT,		/* that of wires that touch */
	WORLD_CRC,
	WORLD_JUMP,		/* off by `offset_k` */
	WORLD_SLOW,		/* answers once a minute, else it is silent */
	WORLD_REVERSED,		/* a meter whose current clamp is the wrong way round */
};
/* Makes the sensor `alias` faulty from now on. False: no such node. */
bool world_set_fault(struct world *, const char *alias, enum world_fault, double offset_k);

enum world_relay_fault {
	WORLD_RELAY_SOUND,
	WORLD_RELAY_WELDED,	/* its load is on, whatever it is told */
	WORLD_RELAY_DEAD,	/* its load is off, whatever it is told */
	WORLD_RELAY_DRY,	/* the element stands in air */
};
/* Makes the relay of node `alias` faulty from now on. False: no relay of that name. */
bool world_set_relay_fault(struct world *, const char *alias, enum world_relay_fault);

/* It is `colder_k` colder outside than the weather says, from now on. */
void world_set_cold(struct world *, double colder_k);

/* What flows if these relays are closed, with the relay faults that stand. */
struct plant_inputs;
void world_would(struct world *, const struct plant_inputs *closed, struct plant_inputs *flows);

struct world_summary {
	double air_c, mass_c, out_c, wind_ms, sun_w_m2;
	double tank_top_c, tank_bottom_c, supply_c, return_c;
	double store_top_c, store_bottom_c, lwt_c, ewt_c;	/* 0 without a store */
	double power_w;			/* true power now */
	double energy_wh;		/* since the start */
	double residual;		/* of the energy account; a sound simulation stays below 0.001 */
	double lowest_c, highest_c;	/* of all temperatures since the start */
	int64_t steps, weather_gaps;
	int64_t conflicts;		/* steps with the store's valve and pump on at once: nobody's plan */
	int hp_starts, hp_trips, hp_defrosts;
};
/* All zero without a plant, but for power and energy. */
void world_summarise(struct world *, struct world_summary *);
/* The same into what either of them filled: what only a step of the plant changes is written when it has made one. */
void world_follow(struct world *, struct world_summary *);

#endif
