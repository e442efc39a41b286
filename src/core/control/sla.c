/* SPDX-License-Identifier: MIT */
#include "core/control/sla.h"

#include <string.h>

void sla_start(struct sla *s, uint8_t held)
{
	memset(s, 0, sizeof(*s));
	s->held = held;
}

int64_t sla_setpoint_mc(const struct sla *s)
{
	int64_t lowest = s->lowest_mc[0];

	for (int i = 1; i < SLA_QUARTERS; i++)
		if (s->lowest_mc[i] < lowest)
			lowest = s->lowest_mc[i];
	return lowest;
}

static void begin_quarter(struct sla *s, int64_t setpoint_mc)
{
	memmove(&s->lowest_mc[1], &s->lowest_mc[0], sizeof(s->lowest_mc[0]) * (SLA_QUARTERS - 1));
	s->lowest_mc[0] = setpoint_mc;
	s->quarter = mono_after(s->quarter, SLA_QUARTER_MS);
}

static void follow_setpoint(struct sla *s, int64_t setpoint_mc, struct mono now)
{
	if (!s->started || mono_since(now, s->quarter) > SLA_QUARTERS * SLA_QUARTER_MS) {
		for (int i = 0; i < SLA_QUARTERS; i++)
			s->lowest_mc[i] = setpoint_mc;
		s->quarter = now;
		s->started = true;
	}
	while (mono_since(now, s->quarter) >= SLA_QUARTER_MS)
		begin_quarter(s, setpoint_mc);
	if (setpoint_mc < s->lowest_mc[0])
		s->lowest_mc[0] = setpoint_mc;
}

static void follow(struct sla_since *c, bool holds, struct mono now)
{
	if (holds && !c->holds)
		c->at = now;
	c->holds = holds;
}

static bool held_for(const struct sla_since *c, struct mono now, int64_t ms)
{
	return c->holds && mono_since(now, c->at) >= ms;
}

/* Unknown neither begins nor ends a cold spell; to be warm again must be seen without break. */
static void look(struct sla_zone *z, struct reading_mc r, int64_t setpoint_mc, int64_t floor_mc, struct mono now)
{
	follow(&z->warm, r.good && r.mc >= setpoint_mc - SLA_BACK_MC, now);
	if (!r.good)
		return;
	follow(&z->cold, r.mc < setpoint_mc - SLA_BELOW_MC, now);
	follow(&z->frozen, r.mc < floor_mc, now);
}

static bool too_cold(const struct sla_zone *z, struct reading_mc r, struct mono now)
{
	return r.good && (held_for(&z->cold, now, SLA_COLD_MS) || held_for(&z->frozen, now, SLA_FLOOR_MS));
}

int sla_step(struct sla *s, const struct settings *settings, const struct homealone_picture *p, struct mono now)
{
	int64_t floor_mc = (int64_t)(settings->guard.sla_floor_c * 1000);
	int64_t setpoint_mc;
	uint8_t still = 0;
	int worst = -1;

	follow_setpoint(s, p->setpoint_mc, now);
	setpoint_mc = sla_setpoint_mc(s);
	for (int i = 0; i < settings->n_zones; i++) {
		struct sla_zone *z = &s->zones[i];

		if (!settings->zones[i].critical)
			continue;
		look(z, p->zone[i], setpoint_mc, floor_mc, now);
		if (worst < 0 && too_cold(z, p->zone[i], now))
			worst = i;
		if (!held_for(&z->warm, now, SLA_BACK_MS))
			still |= (uint8_t)(1u << i);
	}
	s->held &= still;	/* a zone that is gone from the configuration is waited for no longer */
	return worst;
}

void sla_hold(struct sla *s, int zone)
{
	s->held |= (uint8_t)(1u << zone);
}
