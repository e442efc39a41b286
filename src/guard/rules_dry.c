/* SPDX-License-Identifier: MIT */
/* Signs that an element heats without water (SF-17): a store sensor that rises faster than water can, or a
 * store that does not rise though the meter says that the element draws its power. Both lock the element
 * until somebody has looked at the water.
 *
 * A single leap of a sensor is neither: it is the sensor's. What rises in leaps is: all but the largest count.
 * Nor is a rise that hotter water explains while a pump runs.
 *
 * The second sign needs to know what goes into the store and out: its water (store_litres), the meter,
 * flow, supply and return, and three sensors of the store. Where one of them is missing, only the first
 * sign is watched. */
#include <stdio.h>

#include "guard/rules_check.h"
#include "guard/rules_parts.h"

enum {
	RISE_LOOK_MS = 60000, RISE_MC_PER_MIN = 5000,
	STEP_MC = 2000,			/* from one reading to the next */
	TURNOVER = 2,			/* minutes in which pumps change a sensor's water at the fastest */
	STRETCH_MS = 20 * 60000,
	LEAST_EXPECTED_MC = 1000,	/* less than this is too little to judge by */
	WATER_J_PER_LITRE_K = 4186,
};

static bool heats(const struct rules_relay *relay)
{
	return relay->config.kind == RELAY_ELEMENT && relay->memory.on;
}

/* Has an element been on ever since? */
static bool heated_since(const struct guard_rules *r, int64_t since_ms)
{
	for (int i = 0; i < r->n_relays; i++)
		if (heats(&r->relays[i]) && r->relays[i].memory.moved_ms <= since_ms)
			return true;
	return false;
}

/* All that are on: nobody can tell which of them is dry. */
static void sign(
	struct guard_rules *r, int role, int source, int32_t rise_mc, const char *text, struct rules_out *out)
{
	for (int i = 0; i < r->n_relays; i++) {
		struct guard_event *e;

		if (!heats(&r->relays[i]))
			continue;
		rules_lock(r, i, LOCK_DRY_FIRE, RULES_UNTIL_RESET);
		e = rules_tell(out, GUARD_EVENT_DRY_FIRE, i, true, text);
		e->role = (uint8_t)role;
		e->source = (uint8_t)source;
		e->value = rise_mc;
	}
}

static void measure_anew(struct rules_reading *one)
{
	one->rise_ms = one->at_ms;
	one->rise_mc = one->value_mc;
	one->step_mc = 0;
	one->rises = 0;
}

void rules_dry_step(struct guard_rules *r, int role, struct rules_reading *one, int32_t value_mc)
{
	int64_t step_mc = (int64_t)value_mc - one->value_mc;

	if (role == GUARD_ROLE_STORE && (step_mc > STEP_MC || step_mc < -STEP_MC))
		r->stretch.since_ms = RULES_LONG_AGO;	/* the sum says nothing of the heat */
	if (step_mc > STEP_MC && step_mc > one->step_mc)
		one->step_mc = (int32_t)step_mc;
}

static bool water_moves(const struct guard_rules *r, int64_t since_ms)
{
	for (int i = 0; i < r->n_relays; i++) {
		const struct rules_relay *relay = &r->relays[i];

		if (relay->config.kind == RELAY_PUMP && (relay->memory.on || relay->memory.moved_ms > since_ms))
			return true;
	}
	return false;
}

/* Water that hot is there, and could have come within the time. */
static bool is_carried(
	const struct guard_rules *r, const struct rules_reading *one, int64_t rise_mc, int64_t dt_ms, int64_t now_ms)
{
	int64_t hottest_mc = one->rise_mc;

	if (!water_moves(r, one->rise_ms))
		return false;
	for (int i = 0; i < RULES_SOURCES; i++) {
		const struct rules_reading *other = &r->readings[GUARD_ROLE_STORE][i];

		if (other != one && rules_fresh(other, now_ms) && other->value_mc > hottest_mc)
			hottest_mc = other->value_mc;
	}
	return rise_mc * TURNOVER * RISE_LOOK_MS <= (hottest_mc - one->rise_mc) * dt_ms;
}

static bool too_fast(int64_t rise_mc, int64_t dt_ms)
{
	return rise_mc * RISE_LOOK_MS > RISE_MC_PER_MIN * dt_ms;
}

/* As with the ceilings the second look in a row is believed. */
void rules_dry_reading(
	struct guard_rules *r, int role, struct rules_reading *one, int64_t now_ms, struct rules_out *out)
{
	int64_t dt_ms = one->at_ms - one->rise_ms;
	int64_t rise_mc = (int64_t)one->value_mc - one->rise_mc;

	if (role != GUARD_ROLE_STORE_TOP && role != GUARD_ROLE_STORE)
		return;
	if (!heated_since(r, one->rise_ms)) {
		measure_anew(one);
		return;
	}
	if (dt_ms < RISE_LOOK_MS)
		return;
	if (!too_fast(rise_mc, dt_ms) || is_carried(r, one, rise_mc, dt_ms, now_ms)) {
		measure_anew(one);
	} else if (!too_fast(rise_mc - one->step_mc, dt_ms)) {
		one->rises = 0;
	} else if (++one->rises >= 2) {
		sign(r, role, (int)(one - r->readings[role]), (int32_t)rise_mc, "rises too fast", out);
		measure_anew(one);
	}
}

/* --- does the store take the heat? ---------------------------------------------------------- */

/* Of elements that are on, what they draw at least. */
static int64_t least_w(const struct guard_rules *r)
{
	int64_t w = 0;

	for (int i = 0; i < r->n_relays; i++)
		if (heats(&r->relays[i]))
			w += r->relays[i].config.expected_w[0];
	return w;
}

static bool newest(
	const struct guard_rules *r, enum guard_role role, int source, int64_t now_ms, int64_t *value)
{
	const struct rules_reading *one = &r->readings[role][source];

	*value = one->value_mc;
	return rules_fresh(one, now_ms);
}

/* Watts that go into the store by elements and do not go out to the emitters; false when that is not known,
 * or when the elements do not draw near their full power. */
static bool net_w(const struct guard_rules *r, int64_t now_ms, int64_t *w)
{
	int64_t power_w, flow, supply_mc, return_mc, element_w = least_w(r);

	if (element_w <= 0 || r->limits.store_litres <= 0 ||
	    !newest(r, GUARD_ROLE_POWER_W, 0, now_ms, &power_w) || power_w * 10 < element_w * 9 ||
	    !newest(r, GUARD_ROLE_FLOW, 0, now_ms, &flow) ||
	    !newest(r, GUARD_ROLE_PIPE, 0, now_ms, &supply_mc) ||
	    !newest(r, GUARD_ROLE_PIPE, 1, now_ms, &return_mc))
		return false;
	/* ml/min x J/(l K) x mK = 60e6 W */
	*w = element_w - flow * WATER_J_PER_LITRE_K * (supply_mc - return_mc) / 60000000;
	return true;
}

/* The store sensors that can be read now, and the sum of what they say. Returns how many. */
static int look_at_store(const struct guard_rules *r, int64_t now_ms, uint64_t *sensors, int64_t *sum_mc)
{
	int n = 0;

	*sensors = 0;
	*sum_mc = 0;
	for (int i = 0; i < RULES_SOURCES; i++) {
		const struct rules_reading *one = &r->readings[GUARD_ROLE_STORE][i];

		if (!rules_fresh(one, now_ms))
			continue;
		*sensors |= (uint64_t)1 << i;
		*sum_mc += one->value_mc;
		n++;
	}
	return n;
}

/* After 20 minutes: did the store rise by at least a quarter of what it should have? */
static void judge(struct guard_rules *r, int n, int64_t sum_mc, struct rules_out *out)
{
	const struct rules_stretch *s = &r->stretch;
	int64_t expected_mc = s->net_mj / ((int64_t)r->limits.store_litres * WATER_J_PER_LITRE_K);
	int64_t rise_mc = (sum_mc - s->sum_mc) / n;
	char text[40];

	if (expected_mc < LEAST_EXPECTED_MC || rise_mc * 4 >= expected_mc)
		return;
	snprintf(text, sizeof(text), "rose too little, should be %d.%d K", (int)(expected_mc / 1000),
		(int)(expected_mc % 1000 / 100));
	sign(r, GUARD_ROLE_STORE, 0, (int32_t)rise_mc, text, out);
}

void rules_dry_pass(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	struct rules_stretch *s = &r->stretch;
	uint64_t sensors;
	int64_t w, sum_mc;
	int n;

	if (!net_w(r, now_ms, &w)) {
		s->since_ms = RULES_LONG_AGO;
		return;
	}
	n = look_at_store(r, now_ms, &sensors, &sum_mc);
	if (s->since_ms != RULES_LONG_AGO && sensors == s->sensors) {
		s->net_mj += w * (now_ms - s->last_ms);
		s->last_ms = now_ms;
		if (now_ms - s->since_ms < STRETCH_MS)
			return;
		judge(r, n, sum_mc, out);
	}
	*s = (struct rules_stretch){ .since_ms = n >= RULES_DRY_SENSORS ? now_ms : RULES_LONG_AGO,
		.last_ms = now_ms, .sensors = sensors, .sum_mc = sum_mc };
}
