/* SPDX-License-Identifier: MIT */
/* heat.h: the physics that decisions and the simulator share, written once: the heat a house loses, what its
 * emitters give, and the supply temperature they need. Pure functions of numbers; SI units, degrees C. */
#ifndef CORE_HEAT_HEAT_H
#define CORE_HEAT_HEAT_H

#include "spaceheat/plant.h"

enum { HEAT_CP_J_PER_KG_K = 4187 };	/* of water; one litre is one kilogram */

/* Steady heat the house needs at that room temperature, without sun. Never negative. */
double heat_load_w(const struct plant_envelope *, double room_c, double out_c, double wind_ms);
/* Heat the emitters give; 0 without flow, and never more than the water brings. */
double heat_emitter_w(const struct plant_emitters *, double supply_c, double room_c, double flow_kg_s);
/* The supply temperature at which the emitters give that load. */
double heat_required_supply_c(const struct plant_emitters *, double load_w, double room_c);
double heat_kg_s(double litres_per_minute);

#endif
