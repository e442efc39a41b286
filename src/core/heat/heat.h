/* SPDX-License-Identifier: MIT */
/* heat.h: the physics that decisions and the simulator share, written once: the heat a house loses, what its
 * emitters give and the supply temperature they need, what a heat pump gives and draws, and the heat in a
 * store. Pure functions of numbers; SI units, degrees C. */
#ifndef CORE_HEAT_HEAT_H
#define CORE_HEAT_HEAT_H

#include "spaceheat/plant.h"

enum { HEAT_CP_J_PER_KG_K = 4187 };	/* of water; one litre is one kilogram */

/* Steady heat the house needs at that room temperature, without sun. Never negative. */
double heat_load_w(const struct plant_envelope *, double room_c, double out_c, double wind_ms);
/* What one kelvin between room and outdoors costs in the long run, W/K. */
double heat_loss_w_per_k(const struct plant_envelope *, double wind_ms);

/* Heat the emitters give; 0 without flow, and never more than the water brings. */
double heat_emitter_w(const struct plant_emitters *, double supply_c, double room_c, double flow_kg_s);
/* The supply temperature at which the emitters give that load. */
double heat_required_supply_c(const struct plant_emitters *, double load_w, double room_c);
double heat_kg_s(double litres_per_minute);

/* Full heat output at that leaving water temperature. */
double heat_pump_capacity_w(const struct plant_heat_pump *, double out_c, double lwt_c);
/* Heat per electricity; between 1 and CopMax. */
double heat_pump_cop(const struct plant_heat_pump *, double out_c, double lwt_c);

struct heat_point { double heat_w, elec_w, lwt_c; };
/* Where a running heat pump settles with that entering water. ramp: 0..1, how far its start has come. */
struct heat_point heat_pump_point(
	const struct plant_heat_pump *, double out_c, double ewt_c, double flow_kg_s, double ramp);
/* Full output of the house's main source: its heat pump, or its element's watts; 0 without either. */
double heat_source_w(const struct plant *, double out_c, double lwt_c);

/* Temperature of a phase-change material that holds kj_per_kg (0 at the curve's first point), and back.
 * The first and last slopes go on outside the curve. */
double heat_pcm_c(const struct plant_store *, double kj_per_kg);
double heat_pcm_kj_per_kg(const struct plant_store *, double c);

/* Water of buffer and store together, kg, and their losses, W/K. A phase-change store holds no water. */
double heat_water_kg(const struct plant *);
double heat_tanks_w_per_k(const struct plant *);
/* Heat of one of n equal layers of the buffer or store at c, above cold_c, J; negative when it is colder. */
double heat_tank_layer_j(const struct plant_tank *, double c, double cold_c);
double heat_store_layer_j(const struct plant_store *, double c, double cold_c);

#endif
