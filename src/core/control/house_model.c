/* SPDX-License-Identifier: MIT */
#include "core/control/house_model.h"

#include <math.h>

static const double UNDER_SET_K = 3, UNDER_CEILING_K = 3, TANK_MOST_C = 75;

enum local_kind house_model_kind(const struct plant *p)
{
	static const enum local_kind kinds[] = { [PLANT_ELEMENT_TANK] = LOCAL_ELEMENT, [PLANT_HP_BUFFER] = LOCAL_BUFFER,
		[PLANT_HP_STORE_BUFFER] = LOCAL_STORE };

	return kinds[p->kind];
}

struct local_params house_model_params(const struct plant *p, double store_ceiling_c)
{
	struct local_params q = local_params_default();

	q.tank_max_c = fmin(TANK_MOST_C, store_ceiling_c - UNDER_CEILING_K);
	if (p->has_heat_pump)
		q.max_ewt_c = p->heat_pump.lwt_set_c - UNDER_SET_K;
	else
		q.max_ewt_c = q.tank_max_c;
	if (p->kind == PLANT_HP_BUFFER)
		q.buf_slack_k = 0;	/* all the heat there is stands in the buffer */
	return q;
}

struct house_heat_house house_model_of(const struct plant *p, const struct local_params *q)
{
	return (struct house_heat_house){ .kind = house_model_kind(p), .params = *q, .plant = *p,
		.backup_allowed = p->backup_kind != BACKUP_NONE };
}
