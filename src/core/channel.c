/* SPDX-License-Identifier: MIT */
/* Channels: exact maps from a device's own code to what is sent and decided upon. */
#include <assert.h>
#include <string.h>

#include "spaceheat/house.h"

int64_t code_map_apply(struct code_map m, int64_t code)
{
	int64_t n, half, q;

	assert(m.den > 0);
	n = code * m.num + m.offset * m.den;
	half = m.den / 2;
	q = n >= 0 ? (n + half) / m.den : -((-n + half) / m.den);
	return q;
}

int64_t channel_mc(const struct channel *c, int64_t code)
{
	return code_map_apply(c->map_mc, code);
}

bool channel_is_temperature(const struct channel *c)
{
	return c->name == TELEMETRY_WATER_TEMP_C || c->name == TELEMETRY_WATER_TEMP_F;
}

bool channel_is_flow(const struct channel *c)
{
	return c->name == TELEMETRY_GPM_TIMES_100 || c->name == TELEMETRY_GPM_TIMES_10;
}

int house_node(const struct house *h, const char *alias)
{
	for (int i = 0; i < h->n_nodes; i++)
		if (strcmp(h->nodes[i].alias, alias) == 0)
			return i;
	return NO_NODE;
}

int house_channel(const struct house *h, int about, enum telemetry_name name)
{
	for (int i = 0; i < h->n_channels; i++)
		if (h->channels[i].about == about && h->channels[i].name == name)
			return i;
	return -1;
}

const char *house_alias(const struct house *h, int node)
{
	return node >= 0 && node < h->n_nodes ? h->nodes[node].alias : "-";
}
