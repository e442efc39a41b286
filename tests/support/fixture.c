/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

static void add_node(struct house *h, const char *alias, enum role role, enum actor_class actor)
{
	struct node *n = &h->nodes[h->n_nodes++];

	snprintf(n->alias, sizeof(n->alias), "%s", alias);
	n->role = role;
	n->actor = actor;
	n->component = -1;
}

static void add_channel(struct house *h, int about, int by, enum telemetry_name name, int keep_s)
{
	struct channel *c = &h->channels[h->n_channels++];
	bool temperature = name == TELEMETRY_WATER_TEMP_C;

	*c = (struct channel){ .about = about, .by = by, .component = -1, .name = name, .keep_s = keep_s,
		.map = { temperature ? 1000 : 1, temperature ? 16 : 1, 0 },
		.map_mc = { 1000, temperature ? 16 : 0, 0 } };
}

void fixture_house(struct house *h)
{
	memset(h, 0, sizeof(*h));
	strcpy(h->key, "d1.test.house");
	strcpy(h->atn.alias, "d1.test.house");
	strcpy(h->terminal_asset.alias, "d1.test.house.ta");
	strcpy(h->scada.alias, "d1.test.house.ta.scada");
	uuid_parse("11111111-2222-4333-8444-555555555555", &h->atn.id);
	uuid_parse("11111111-2222-4333-8444-666666666666", &h->scada.id);
	uuid_parse("11111111-2222-4333-8444-777777777777", &h->terminal_asset.id);
	h->simulated = true;
	add_node(h, "a", ROLE_ATN, ACTOR_CLASS_ATN);
	add_node(h, "a.s", ROLE_SCADA, ACTOR_CLASS_SCADA);
	add_node(h, "a.m", ROLE_POWER_METER, ACTOR_CLASS_POWER_METER);
	add_node(h, "a.elt1", ROLE_BOOST_ELEMENT, ACTOR_CLASS_NONE);
	add_node(h, "a.elt1.relay", ROLE_BOOLEAN_ACTUATOR, ACTOR_CLASS_BOOLEAN_ACTUATOR);
	add_node(h, "a.pump.relay", ROLE_BOOLEAN_ACTUATOR, ACTOR_CLASS_BOOLEAN_ACTUATOR);
	add_node(h, "a.tank.temp0", ROLE_TANK_WATER_TEMP_SENSOR, ACTOR_CLASS_SIMPLE_SENSOR);
	add_node(h, "a.room.temp1", ROLE_ROOM_TEMP_SENSOR, ACTOR_CLASS_SIMPLE_SENSOR);
	add_node(h, "a.out.temp1", ROLE_PIPE_TEMP_SENSOR, ACTOR_CLASS_SIMPLE_SENSOR);
	add_channel(h, FX_TANK_TOP, FX_TANK_TOP, TELEMETRY_WATER_TEMP_C, 5);
	add_channel(h, FX_ROOM, FX_ROOM, TELEMETRY_WATER_TEMP_C, 60);
	add_channel(h, FX_SUPPLY, FX_SUPPLY, TELEMETRY_WATER_TEMP_C, 60);
	add_channel(h, FX_ELEMENT_RELAY, FX_ELEMENT_RELAY, TELEMETRY_RELAY_STATE, 0);
	add_channel(h, FX_PUMP_RELAY, FX_PUMP_RELAY, TELEMETRY_RELAY_STATE, 0);
	add_channel(h, FX_ELEMENT, FX_METER, TELEMETRY_POWER_W, 0);
	add_channel(h, FX_ELEMENT, FX_METER, TELEMETRY_CURRENT_UA, 0);
}

static void add_relay(struct settings *s, const char *name, int node, int channel, enum relay_kind kind, int low_w,
	int high_w)
{
	struct settings_relay *r = &s->relays[s->n_relays++];

	*r = (struct settings_relay){ .node = node, .channel = channel, .kind = kind, .fail_state = FAIL_OPEN,
		.expected_w = { low_w, high_w } };
	snprintf(r->node_name, sizeof(r->node_name), "%s", name);
}

void fixture_settings(struct settings *s)
{
	memset(s, 0, sizeof(*s));
	strcpy(s->house, "d1.test.house");
	s->simulated = true;
	s->contract.allow_unsigned_contract = true;
	s->dispatch_hold_s = 3600;
	s->roles.store[0] = FX_TANK_TOP;
	s->roles.n_store = 1;
	s->roles.supply = FX_SUPPLY;
	s->roles.return_pipe = s->roles.flow = s->roles.outdoor = NO_NODE;
	s->roles.meter = FX_METER;
	s->zones[0] = (struct settings_zone){ .name = "room", .sensor = FX_ROOM, .pump = FX_PUMP_RELAY, .critical = true };
	s->n_zones = 1;
	add_relay(s, "a.elt1.relay", FX_ELEMENT_RELAY, FX_CH_ELEMENT, RELAY_ELEMENT, 4000, 4800);
	add_relay(s, "a.pump.relay", FX_PUMP_RELAY, FX_CH_PUMP, RELAY_PUMP, 30, 90);
	s->guard = (struct settings_guard){ .hp_min_off_s = 300, .hp_min_on_s = 600, .hp_max_starts_per_hour = 4,
		.relay_min_interval_s = 10, .store_ceiling_c = 75, .store_trip_c = 82, .supply_ceiling_c = 82,
		.freeze_pipe_c = 5, .freeze_zone_c = 7, .sla_floor_c = 16, .pump_exercise_days = 7 };
	s->comfort = (struct settings_comfort){ .setpoint_c = 18, .band_k = 1, .min_c = 16, .max_c = 24 };
	s->sensors = (struct settings_sensors){ .poll_s = 5, .reject_jump_k_per_min = 20, .plausible_c = { -40, 110 } };
	s->meter = (struct settings_meter){ .poll_ms = 1000, .report_change = 0.02 };
	s->history = (struct settings_history){ .commit_s = 300, .exact_days = 28, .max_mb = 16 };
	s->status_period_s = 300;
	s->uplink.backlog_per_s = 20;
	s->sim = (struct settings_sim){ .seed = 1, .speed = 1 };
}
