/* SPDX-License-Identifier: MIT */
/* fixture.h: a small simulated house with its settings, made in memory, for tests of actors. */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include "spaceheat/house.h"
#include "spaceheat/settings.h"

/* Nodes, in this order. */
enum fixture_node { FX_A, FX_SCADA, FX_METER, FX_ELEMENT, FX_ELEMENT_RELAY, FX_PUMP_RELAY, FX_TANK_TOP, FX_ROOM,
	FX_SUPPLY, FX_N_NODES };
/* Channels, in this order; relays[0] is the element, relays[1] the pump. */
enum fixture_channel { FX_CH_TOP, FX_CH_ROOM, FX_CH_SUPPLY, FX_CH_ELEMENT, FX_CH_PUMP, FX_CH_POWER, FX_CH_CURRENT,
	FX_N_CHANNELS };

void fixture_house(struct house *);
void fixture_settings(struct settings *);

#endif
