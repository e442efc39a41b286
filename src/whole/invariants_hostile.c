/* SPDX-License-Identifier: MIT */
/* I13: what relays did at the AtomicTNode's word, it said itself; and nobody makes the service talk more than he does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "whole/invariants.h"

enum { MINUTE = 60000, UNASKED = 20 };	/* beats on a change of mode, alerts, reports that are due */

static void take_dispatch(struct invariants *v, const char *json)
{
	char node[ALIAS_SIZE] = "", state[8] = "";

	if (!invariants_field(json, "AboutNodeAlias", node, sizeof(node)) ||
		!invariants_field(json, "RelayState", state, sizeof(state)))
		return;
	for (int i = 0; i < v->settings->n_relays; i++)
		if (strcmp(v->settings->relays[i].node_name, node) == 0)
			v->dispatched[i] = (int8_t)strtol(state, NULL, 10);
}

static bool is_answer(const char *topic)
{
	return strstr(topic, "dispatch.result") != NULL || strstr(topic, "dispatch.contract") != NULL ||
		strstr(topic, "cli.scada.response") != NULL;
}

void invariants_hostile_sent(struct invariants *v, enum net_sim_side from, const char *topic, const char *json, struct mono now)
{
	if (now.ms / MINUTE != v->minute) {
		v->minute = now.ms / MINUTE;
		v->heard = v->answered = 0;
	}
	v->heard += from == NET_SIM_ATN;
	v->answered += from == NET_SIM_SCADA && is_answer(topic);
	if (v->answered > v->heard + UNASKED)
		snprintf(v->storm, sizeof(v->storm), "%lld answers to %lld messages in a minute", (long long)v->answered,
			(long long)v->heard);
	if (from == NET_SIM_ATN && strstr(topic, "gt.dispatch.boolean") != NULL)
		take_dispatch(v, json);
}

bool invariants_hostile(struct invariants *v, const struct seen *s, char why[INVARIANTS_WHY])
{
	for (int i = 0; i < v->settings->n_relays; i++) {
		if (!v->relays[i].known || v->relays[i].on == s->relays[i].on || s->relays[i].by != BY_ATN ||
			v->dispatched[i] == (int8_t)s->relays[i].on)
			continue;
		snprintf(why, INVARIANTS_WHY, "%s goes %s at the AtomicTNode's word, which it has not said",
			v->settings->relays[i].node_name, s->relays[i].on ? "on" : "off");
		return false;
	}
	if (v->storm[0] == '\0')
		return true;
	memcpy(why, v->storm, sizeof(v->storm));
	v->storm[0] = '\0';
	return false;
}
