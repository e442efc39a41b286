/* SPDX-License-Identifier: MIT */
/* house_model.h: what local control makes of a house's model: its table, its limits. */
#ifndef CORE_CONTROL_HOUSE_MODEL_H
#define CORE_CONTROL_HOUSE_MODEL_H

#include "core/control/house_heat.h"

enum local_kind house_model_kind(const struct plant *);
/* Limits that follow from the heat pump's set temperature and the guard's store ceiling. */
struct local_params house_model_params(const struct plant *, double store_ceiling_c);
/* Sets backup_max_c and backup_end_c: how hot the water may be when the backup heater starts, so that it stays below the ceiling
 * and the heater's own limit though it goes on warming for a tick and a sensor's lag; and to what it may be heading. */
void house_model_backup(const struct plant *, double ceiling_c, struct local_params *);
struct house_heat_house house_model_of(const struct plant *, const struct local_params *);

#endif
