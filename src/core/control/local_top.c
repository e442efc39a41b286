/* SPDX-License-Identifier: MIT */
#include "core/control/local_top.h"

#include <math.h>

#define TOP_WORD(constant, word) [constant] = word,

static const double TW_K = 6, TO_K = 5;

/* What a plan must be to be followed. */
static const struct { enum ladder_level level; double age_s, covers_s, price_s, wx_s; } plans[] = {
	{ LADDER_PLAN, 90 * 60, 6 * 3600, 26 * 3600, 6 * 3600 },
	{ LADDER_STALE_PLAN, 6 * 3600, 3600, INFINITY, INFINITY },
};

const char *top_mode_name(enum top_mode m)
{
	static const char *const words[] = { TOP_MODES(TOP_WORD) };

	return m < N_TOP_MODES ? words[m] : "?";
}

const char *ladder_level_name(enum ladder_level l)
{
	static const char *const words[] = { LADDER_LEVELS(TOP_WORD) };

	return l < N_LADDER_LEVELS ? words[l] : "?";
}

static enum top_mode from_backup(const struct top_inputs *in)
{
	bool over = !in->cold && (!in->onpeak || in->backup_s >= TOP_BACKUP_S);

	return over ? TOP_NORMAL : TOP_BACKUP;
}

enum top_mode top_next(enum top_mode m, const struct top_inputs *in)
{
	if (in->freeze)
		return TOP_FREEZE;
	if (in->standby)
		return TOP_STANDBY;
	if (m == TOP_FREEZE)
		return TOP_NORMAL;
	if (in->blind_s >= TOP_BLIND_S)
		return TOP_BLIND;
	if (m == TOP_BLIND)
		return in->good_s >= TOP_SEEING_S ? TOP_NORMAL : TOP_BLIND;
	if (m == TOP_BACKUP)
		return from_backup(in);
	return in->cold_crit_s >= TOP_COLD_S && in->backup_allowed ? TOP_BACKUP : TOP_NORMAL;
}

static bool at_most(double value, double limit)
{
	return value <= limit || (isinf(limit) && isnan(value));
}

enum ladder_level ladder_level(const struct ladder_inputs *in)
{
	bool near = fabs(in->dtw_k) <= TW_K && fabs(in->dto_k) <= TO_K;

	if (in->blind_s >= TOP_BLIND_S)
		return LADDER_BLIND;
	if (!in->clock_ok)
		return LADDER_THERMOSTAT;
	for (int i = 0; near && i < (int)(sizeof(plans) / sizeof(plans[0])); i++)
		if (at_most(in->plan_age_s, plans[i].age_s) && in->covers_s >= plans[i].covers_s &&
			at_most(in->price_age_s, plans[i].price_s) && at_most(in->wx_age_s, plans[i].wx_s))
			return plans[i].level;
	return LADDER_TOU;
}
