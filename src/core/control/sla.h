/* SPDX-License-Identifier: MIT */
/* sla.h: is a critical zone so cold that the house must take itself back, and is it warm again? (SF-37)
 *
 * Too cold: more than 1.5 K below the lowest setpoint of the last 4 h for 15 min, or below guard.sla_floor_c for 30 s
 * (so that one wrong reading ends nothing). After a breach the zone is held until it has been back at setpoint - 0.5 K
 * for 30 min. A zone that cannot be read is neither: missing data moves control, it ends no contract. */
#ifndef CORE_CONTROL_SLA_H
#define CORE_CONTROL_SLA_H

#include "core/control/homealone.h"
#include "spaceheat/settings.h"
#include "spaceheat/when.h"

enum {
	SLA_BELOW_MC = 1500,
	SLA_COLD_MS = 15 * 60 * 1000,
	SLA_FLOOR_MS = 30 * 1000,
	SLA_BACK_MC = 500,
	SLA_BACK_MS = 30 * 60 * 1000,
	SLA_QUARTER_MS = 15 * 60 * 1000,
	SLA_QUARTERS = 17,		/* 4 h and the quarter that has begun */
};

/* A condition and since when it has held without break. */
struct sla_since { bool holds; struct mono at; };
struct sla_zone { struct sla_since cold, frozen, warm; };

struct sla {
	bool started;
	struct mono quarter;			/* when the present one began */
	int64_t lowest_mc[SLA_QUARTERS];	/* setpoint; [0] is the present one */
	struct sla_zone zones[SETTINGS_MAX_ZONES];
	uint8_t held;				/* zones (bits) that must be warm again */
};

/* `held`: what was remembered from before. */
void sla_start(struct sla *, uint8_t held);
/* Looks at all zones. The index of one that is too cold, or -1. */
int sla_step(struct sla *, const struct settings *, const struct homealone_picture *, struct mono now);
/* That zone's cold has ended a contract. */
void sla_hold(struct sla *, int zone);
/* The lowest setpoint in force in the last 4 h. */
int64_t sla_setpoint_mc(const struct sla *);

#endif
