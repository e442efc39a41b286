/* SPDX-License-Identifier: MIT */
#include "core/control/homealone.h"

/* On below low, off above high, as before in between. */
static bool hysteresis(bool on, int64_t value, int64_t low, int64_t high)
{
	if (value < low)
		return true;
	return value > high ? false : on;
}

static void call_zones(struct homealone *h, const struct settings *s, const struct homealone_picture *p)
{
	for (int i = 0; i < s->n_zones; i++)
		h->zone_calls[i] = !p->zone[i].good || hysteresis(h->zone_calls[i], p->zone[i].mc,
			p->setpoint_mc - ZONE_BAND_MC, p->setpoint_mc + ZONE_BAND_MC);
}

static void charge_tank(struct homealone *h, const struct settings *s, const struct homealone_picture *p)
{
	int64_t most = (int64_t)(s->guard.store_ceiling_c * 1000) - TANK_BELOW_CEILING_MC;
	int64_t high = TANK_HIGH_MC < most ? TANK_HIGH_MC : most;

	h->charging = p->tank_top.good &&
		hysteresis(h->charging, p->tank_top.mc, high - (TANK_HIGH_MC - TANK_LOW_MC), high);
}

static bool pump_wanted(const struct homealone *h, const struct settings *s, int node)
{
	for (int i = 0; i < s->n_zones; i++)
		if (s->zones[i].pump == node && !s->zones[i].wall && h->zone_calls[i])
			return true;
	return false;
}

static bool has_heat_pump(const struct settings *s)
{
	for (int i = 0; i < s->n_relays; i++)
		if (s->relays[i].kind == RELAY_HEAT_PUMP)
			return true;
	return false;
}

/* Beside a heat pump an element is there for emergencies. */
static bool relay_wanted(const struct homealone *h, const struct settings *s, const struct settings_relay *r)
{
	switch (r->kind) {
	case RELAY_ELEMENT:
		return h->charging && !has_heat_pump(s);
	case RELAY_HEAT_PUMP:
		return h->charging;
	case RELAY_PUMP:
		return pump_wanted(h, s, r->node);
	case RELAY_VALVE:
	case RELAY_OTHER:
	case N_RELAY_KINDS:
		break;
	}
	return false;
}

void homealone_step(struct homealone *h, const struct settings *s, const struct homealone_picture *p,
	bool wants[HOUSE_MAX_RELAYS])
{
	call_zones(h, s, p);
	charge_tank(h, s, p);
	for (int i = 0; i < s->n_relays; i++)
		wants[i] = relay_wanted(h, s, &s->relays[i]);
}
