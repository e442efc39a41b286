/* SPDX-License-Identifier: MIT */
/* invariants_bench.h: a sound house under the invariants of the simulation, second by second. */
#ifndef TESTS_INVARIANTS_BENCH_H
#define TESTS_INVARIANTS_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "whole/invariants.h"

enum { START_S = 1800000000, HOUR_S = 3600 };
static const char id[] = "00000001-0000-4000-8000-000000000000";
static const char topic[] = "gw/x/dispatch-contract-beat", offer_topic[] = "gw/x/dispatch-contract-offer",
	report_topic[] = "gw/x/dispatch-contract-report";

struct bench {
	struct settings settings;
	struct house house;
	struct break_row faults[2];
	struct breaks breaks;
	struct invariants v;
	struct seen s;
	int64_t slots[600];
};

static struct bench *open_bench(void)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	b->settings.comfort.setpoint_c = 20;
	b->settings.guard = (struct settings_guard){ .hp_min_off_s = 300, .hp_min_on_s = 300, .hp_max_starts_per_hour = 4,
		.store_trip_c = 82, .sla_floor_c = 16 };
	b->settings.n_relays = 1;
	b->settings.relays[0].kind = RELAY_HEAT_PUMP;
	strcpy(b->settings.relays[0].node_name, "a.hp1.relay");
	strcpy(b->house.nodes[0].alias, "a.tank.temp0");
	b->house.n_nodes = 1;
	b->breaks = (struct breaks){ .list = b->faults };
	assert_true(invariants_open(&b->v, &b->house, &b->settings, &b->breaks, (struct wall){ START_S * 1000LL }, 2));
	b->s = (struct seen){ .truth = { .air_c = 20, .tank_top_c = 60 }, .ideal_c = 20, .slots_s = b->slots, .row_kept = true,
		.mode = REMOTE_CONTROL, .memory_kb = 10000, .contract = { .state = CONTRACT_NONE } };
	b->s.lied_ms = INT64_MAX;
	for (int c = 0; c < N_INJECT_CLASSES; c++)
		b->s.broken_ms[c] = INT64_MAX;
	return b;
}

static void close_bench(struct bench *b)
{
	invariants_close(&b->v);
	free(b);
}

/* A second: each slot comes a minute after its end. */
static bool second(struct bench *b)
{
	int64_t s = b->s.now.ms / 1000 + 1;

	b->s.now.ms = b->s.since_boot_ms = s * 1000;
	b->s.clock.ms = (START_S + s) * 1000LL;
	if (s % 300 == 60 && s > 300 && b->s.mode == REMOTE_CONTROL)
		b->slots[b->s.statuses++] = START_S + s - 360;
	b->s.row_known = s % HOUR_S == 0;
	b->s.relays[0].asked_ms = s % 10 * 1000;
	return invariants_step(&b->v, &b->s);
}

static void seconds(struct bench *b, int n)
{
	for (int i = 0; i < n; i++)
		second(b);
}

/* Three hours in which all hold. */
static struct bench *sound(void)
{
	struct bench *b = open_bench();

	for (int i = 0; i < 3 * HOUR_S; i++)
		if (!second(b))
			for (int k = 0; k < N_INVARIANTS; k++)
				if (b->v.violated[k] > 0)
					fail_msg("%s: %s", invariant_table[k].id, b->v.why[k]);
	return b;
}

static void assert_only(const struct bench *b, const char *which, const char *why)
{
	for (int k = 0; k < N_INVARIANTS; k++)
		if (strcmp(invariant_table[k].id, which) == 0) {
			assert_true(b->v.violated[k] > 0);
			if (strstr(b->v.why[k], why) == NULL)
				fail_msg("\"%s\" is not in \"%s\"", why, b->v.why[k]);
		} else if (b->v.violated[k] > 0) {
			fail_msg("%s too: %s", invariant_table[k].id, b->v.why[k]);
		}
}

static void turn(struct bench *b, bool on, enum relay_mover by)
{
	b->s.relays[0].on = on;
	b->s.relays[0].by = by;
}

#endif
