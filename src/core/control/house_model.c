/* SPDX-License-Identifier: MIT */
#include "core/control/house_model.h"

#include <math.h>

#include "core/heat/heat.h"

static const double UNDER_SET_K = 3, UNDER_CEILING_K = 3, TANK_MOST_C = 75;
static const double BACKUP_LATE_S = 120, BACKUP_SPARE_K = 1, BACKUP_UNSEEN = 0.3;

enum local_kind house_model_kind(const struct plant *p)
{
	static const enum local_kind kinds[] = { [PLANT_ELEMENT_TANK] = LOCAL_ELEMENT, [PLANT_HP_BUFFER] = LOCAL_BUFFER,
		[PLANT_HP_STORE_BUFFER] = LOCAL_STORE };

	return kinds[p->kind];
}

/* All its heat into one layer that nobody draws from. */
void house_model_backup(const struct plant *p, double ceiling_c, struct local_params *q)
{
	double layer_j_per_k = p->buffer.litres / fmax(1, p->buffer.layers) * HEAT_CP_J_PER_KG_K;
	double limit_c = p->backup.limit_c > 0 ? fmin(ceiling_c, p->backup.limit_c) : ceiling_c;
	double late_k = layer_j_per_k > 0 ? p->backup.w * BACKUP_LATE_S / layer_j_per_k : 0;

	q->backup_max_c = limit_c - BACKUP_SPARE_K - late_k;
	q->backup_end_c = limit_c - BACKUP_SPARE_K - BACKUP_UNSEEN * late_k;
}

struct local_params house_model_params(const struct plant *p, double store_ceiling_c)
{
	struct local_params q = local_params_default();

	q.tank_max_c = fmin(TANK_MOST_C, store_ceiling_c - UNDER_CEILING_K);
	house_model_backup(p, store_ceiling_c, &q);
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
