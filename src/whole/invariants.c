/* SPDX-License-Identifier: MIT */
#include "whole/invariants.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, HOUR = 3600000, SLOT_S = 300 };

static bool broken(const struct seen *s, enum inject_class c, int64_t within_ms)
{
	return s->broken_ms[c] <= within_ms;
}

static bool lasts(struct mono *since, bool now_so, struct mono now, int64_t ms)
{
	if (!now_so)
		*since = MONO_NEVER;
	else if (since->ms == MONO_NEVER.ms)
		*since = now;
	return now_so && mono_since(now, *since) >= ms;
}

#define BAD(...) (snprintf(why, INVARIANTS_WHY, __VA_ARGS__), false)

/* --- the house ------------------------------------------------------------------------------------------------------ */

static double wanted_c(const struct invariants *v)
{
	double c = v->settings->comfort.setpoint_c;

	for (int i = 0; i < v->settings->comfort.n_schedule; i++)
		c = fmin(c, v->settings->comfort.schedule[i].setpoint_c);
	return c;
}

/* Under a contract the floor is the contract's; while what the service sees or moves is broken only an ideal controller
 * that knows it would do as well. */
static bool warm(struct invariants *v, const struct seen *s, char *why)
{
	double floor_c = fmin(wanted_c(v) - 1.5, s->ideal_c - 1.0);

	if (s->contract.state == CONTRACT_LIVE) {
		floor_c = fmin(floor_c, v->settings->guard.sla_floor_c - 0.5);
		v->sold = s->now;
	} else if (v->sold.ms != MONO_NEVER.ms && mono_since(s->now, v->sold) < 12 * HOUR) {
		floor_c = fmin(floor_c, s->ideal_c - 2.5);	/* it takes hours to make good what a contract left */
	}
	if (broken(s, INJECT_SENSOR, 12 * HOUR) || broken(s, INJECT_RELAY, 12 * HOUR) || broken(s, INJECT_POWER, 12 * HOUR) ||
		broken(s, INJECT_WEATHER, 12 * HOUR))
		floor_c = fmin(floor_c, s->ideal_c - 3.0);
	if (s->lied_ms <= 12 * HOUR)	/* who believes a thermometer is as cold as it lies */
		floor_c = fmin(floor_c, 5.0);
	if (!lasts(&v->cold_since, s->truth.air_c < floor_c, s->now, 2 * HOUR))
		return true;
	v->cold_since = s->now;
	return BAD("room %.2f C for 2 h below %.2f C, an ideal controller has %.2f C", s->truth.air_c, floor_c, s->ideal_c);
}

static bool cool_enough(struct invariants *v, const struct seen *s, char *why)
{
	double hottest = fmax(fmax(s->truth.tank_top_c, s->truth.store_top_c), s->truth.supply_c);
	bool welded = broken(s, INJECT_RELAY, 12 * HOUR);
	double limit = welded ? 100.0 : v->settings->guard.store_trip_c + 3.0;

	return hottest <= limit || BAD("water %.1f C, limit %.1f C", hottest, limit);
}

/* --- relays ---------------------------------------------------------------------------------------------------------- */

static bool started_well(struct invariants *v, const struct seen *s, int i, char *why)
{
	const struct settings_guard *g = &v->settings->guard;
	int64_t rested_ms = mono_since(s->now, v->relays[i].moved), hour = 0;

	v->relays[i].starts[v->relays[i].n_starts++ % 32] = s->now;
	for (uint32_t k = 0; k < 32 && k < v->relays[i].n_starts; k++)
		hour += mono_since(s->now, v->relays[i].starts[k]) < HOUR;
	if (rested_ms < g->hp_min_off_s * 1000LL)
		return BAD("%s starts after %lld s of rest, %d s are needed", v->settings->relays[i].node_name,
			(long long)rested_ms / 1000, g->hp_min_off_s);
	return hour <= g->hp_max_starts_per_hour || BAD("%s starts %lld times in an hour, %d are allowed",
		v->settings->relays[i].node_name, (long long)hour, g->hp_max_starts_per_hour);
}

/* Since its last movement, power cuts included; what a cut or a crash switches off was not the service's will. */
static bool cycles_slowly(struct invariants *v, const struct seen *s, char *why)
{
	bool well = true;

	for (int i = 0; i < v->settings->n_relays; i++) {
		bool on = s->relays[i].on, moved = v->relays[i].known && v->relays[i].on != on;
		bool pump = v->settings->relays[i].kind == RELAY_HEAT_PUMP;

		if (moved && pump && on)
			well = started_well(v, s, i, why) && well;
		else if (moved && pump && s->boots == v->boots && s->relays[i].by != BY_GUARD && s->since_boot_ms > MINUTE &&
			mono_since(s->now, v->relays[i].moved) < v->settings->guard.hp_min_on_s * 1000LL)
			well = BAD("%s stops after %lld s, %d s are needed", v->settings->relays[i].node_name,
				(long long)mono_since(s->now, v->relays[i].moved) / 1000, v->settings->guard.hp_min_on_s);
		if (!v->relays[i].known)	/* it may have rested for long */
			v->relays[i].moved = (struct mono){ s->now.ms - 24 * HOUR };
		if (moved)	/* found so after a start: since it began */
			v->relays[i].moved = mono_after(s->now, s->boots != v->boots ? -s->since_boot_ms : 0);
	}
	return well;
}

int invariants_starts(const struct invariants *v, struct mono now)
{
	int most = 0;

	for (int i = 0; i < v->settings->n_relays; i++) {
		int n = 0;

		for (uint32_t k = 0; k < 32 && k < v->relays[i].n_starts; k++)
			n += mono_since(now, v->relays[i].starts[k]) < HOUR;
		most = n > most ? n : most;
	}
	return most;
}

static bool leased(struct invariants *v, const struct seen *s, char *why)
{
	for (int i = 0; i < v->settings->n_relays; i++)
		if (s->relays[i].on && s->relays[i].by != BY_GUARD && s->relays[i].asked_ms > 31000)
			return BAD("%s is on, last asked for %lld s ago", v->settings->relays[i].node_name,
				(long long)s->relays[i].asked_ms / 1000);
	return true;
}

static bool remote_by_contract(struct invariants *v, const struct seen *s, char *why)
{
	bool well = true;

	for (int i = 0; i < v->settings->n_relays; i++)
		if (v->relays[i].known && v->relays[i].on != s->relays[i].on && s->relays[i].by == BY_ATN)
			well = invariants_remote(v, s, i, why) && well;
	return well;
}

/* The last rule that looks at movements. */
static bool obeys_nobody_else(struct invariants *v, const struct seen *s, char *why)
{
	bool well = invariants_hostile(v, s, why);

	for (int i = 0; i < v->settings->n_relays; i++) {
		v->relays[i].known = true;
		v->relays[i].on = s->relays[i].on;
	}
	v->boots = s->boots;
	return well;
}

/* --- the record ------------------------------------------------------------------------------------------------------ */

static void take_statuses(struct invariants *v, const struct seen *s)
{
	for (; v->told < s->statuses; v->told++) {
		int64_t slot = s->slots_s[v->told] / SLOT_S - v->start.ms / 1000 / SLOT_S;

		if (slot >= 0 && slot < v->n_slots)
			v->slots[slot] |= 1;
	}
}

/* What a slot may lose: all of it while there is no power, no disk or no right clock. */
static bool may_lose(const struct seen *s)
{
	return broken(s, INJECT_POWER, 10 * MINUTE) || broken(s, INJECT_ACTOR, 10 * MINUTE) ||
		broken(s, INJECT_DISK, 10 * MINUTE) || broken(s, INJECT_CLOCK, 10 * MINUTE) || s->since_boot_ms < 10 * MINUTE;
}

static void excuse(struct invariants *v, const struct seen *s)
{
	int64_t slot = s->clock.ms / 1000 / SLOT_S - v->start.ms / 1000 / SLOT_S;

	for (int64_t i = v->seen < slot ? v->seen : slot - 1; may_lose(s) && i <= slot; i++)	/* since it was seen last */
		if (i >= 0 && i < v->n_slots)
			v->slots[i] |= 2;
	v->seen = slot;
}

/* Each slot must have come two hours after its end, or an hour after the AtomicTNode had the controls again: they are
 * told in RemoteControl. */
static bool telemetry_whole(struct invariants *v, const struct seen *s, char *why)
{
	int64_t slot = s->clock.ms / 1000 / SLOT_S - v->start.ms / 1000 / SLOT_S;
	bool told = lasts(&v->remote_since, s->mode == REMOTE_CONTROL, s->now, HOUR);
	bool cut = !told || broken(s, INJECT_BROKER, 2 * HOUR) || broken(s, INJECT_ATN, 2 * HOUR) || broken(s, INJECT_CLOCK, 2 * HOUR) ||
		broken(s, INJECT_DISK, 2 * HOUR) || s->since_boot_ms < 2 * HOUR;

	take_statuses(v, s);
	excuse(v, s);
	while (!cut && v->judged < slot - 24 && v->judged < v->n_slots)
		if (v->slots[v->judged++] == 0)
			return BAD("the slot %lld min after the start never came to the AtomicTNode", (long long)(v->judged - 1) * 5);
	return true;
}

static bool rows_kept(struct invariants *v, const struct seen *s, char *why)
{
	bool lost = broken(s, INJECT_DISK, 8 * HOUR) || broken(s, INJECT_CLOCK, 30 * HOUR) || s->since_boot_ms < HOUR;

	(void)v;
	return !s->row_known || s->row_kept || lost || BAD("%s", s->row_why);
}

/* The contract's account against the truth. One that had to do without its meter, or without the actor that reads it, has guessed,
 * and what it guessed too much it waits for: it is not held against it. */
static bool energy_right(struct invariants *v, const struct seen *s, char *why)
{
	bool excused = broken(s, INJECT_POWER, 10 * MINUTE) ||
		broken(s, INJECT_ACTOR, 10 * MINUTE) || s->since_boot_ms < 10 * MINUTE;
	double off_wh, true_wh;
	bool live = s->contract.state == CONTRACT_LIVE;
	struct uuid id = s->contract.id;

	if (live && (broken(s, INJECT_METER, 10 * MINUTE) || broken(s, INJECT_ACTOR, 10 * MINUTE)))
		v->guessed_id = id;
	excused = excused || uuid_equal(v->guessed_id, id);
	if (excused || !live || !uuid_equal(id, v->energy_id)) {
		v->energy_id = live && !excused ? id : (struct uuid){ { 0 } };
		v->true_wh = s->truth.energy_wh;
		v->counted_mwh = s->contract.energy_mwh;
		return true;
	}
	true_wh = s->truth.energy_wh - v->true_wh;
	off_wh = fabs((double)(s->contract.energy_mwh - v->counted_mwh) / 1000 - true_wh);
	return true_wh < 500 || off_wh <= true_wh / 100 + 20 ||
		BAD("the contract counts %.0f Wh, the truth is %.0f Wh", (double)(s->contract.energy_mwh - v->counted_mwh) / 1000, true_wh);
}

static bool goes_on(struct invariants *v, const struct seen *s, char *why)
{
	bool said = v->short_said.ms != MONO_NEVER.ms && mono_since(s->now, v->short_said) < 12 * HOUR;
	/* in RemoteControl somebody else may keep the pump off, until the SLA is broken, which is said */
	bool excused = said || s->mode == REMOTE_CONTROL || broken(s, INJECT_SENSOR, 6 * HOUR) || broken(s, INJECT_RELAY, 6 * HOUR) ||
		broken(s, INJECT_POWER, 6 * HOUR);

	if (!lasts(&v->stuck_since, s->truth.air_c < wanted_c(v) - 1.0 && !excused, s->now, 6 * HOUR))
		return true;
	v->stuck_since = s->now;
	return BAD("room %.2f C for 6 h below %.2f C, and no CAPACITY_SHORT", s->truth.air_c, wanted_c(v) - 1.0);
}

static bool frugal(struct invariants *v, const struct seen *s, char *why)
{
	if (s->refused + s->said_too_much > 0)
		return BAD("%llu messages found a full mailbox, %llu were too many for one step", (unsigned long long)s->refused,
			(unsigned long long)s->said_too_much);
	if (s->mailbox_most > v->mailbox_most)
		v->mailbox_most = s->mailbox_most;
	if (s->mailbox_most * 4 > s->mailbox_room * 3)
		return BAD("%u messages waited in a mailbox of %u", s->mailbox_most, s->mailbox_room);
	if (v->memory_kb == 0 && s->now.ms >= 24 * HOUR)
		v->memory_kb = s->memory_kb;
	return v->memory_kb == 0 || s->memory_kb <= v->memory_kb + 32 * 1024 ||
		BAD("%lld kB of memory, %lld kB after the first day", (long long)s->memory_kb, (long long)v->memory_kb);
}

const struct invariant invariant_table[N_INVARIANTS] = {
	{ "I1", "as warm as an ideal controller with the same broken plant could keep it, within 1 K", warm },
	{ "I2", "no water above the trip limit", cool_enough },
	{ "I3", "a heat pump rests, runs and starts within its limits, across power cuts", cycles_slowly },
	{ "I4", "a relay is on only while it is asked for", leased },
	{ "I5", "an AtomicTNode moves a relay only under an accepted contract whose beat it echoed within 180 s", remote_by_contract },
	{ "I6", "each contract has one end, reported with one id and one outcome", invariants_reported },
	{ "I7", "every five minutes come to the AtomicTNode", telemetry_whole },
	{ "I8", "every five minutes are in the store", rows_kept },
	{ "I9", "the energy account of a contract is within 1 %", energy_right },
	{ "I10", "no room stays cold for 6 h without CAPACITY_SHORT or a critical alert", goes_on },
	{ "I11", "no mailbox is ever three quarters full, memory does not grow", frugal },
	{ "I12", "every fault is found by its code in time, and nothing else is", invariants_found },
	{ "I13", "whoever speaks in the AtomicTNode's name moves nothing, and gets at most one answer a message", obeys_nobody_else },
};

/* --- all of them ------------------------------------------------------------------------------------------------------ */

bool invariants_open(struct invariants *v, const struct house *h, const struct settings *s, struct breaks *b, struct wall start,
	int days)
{
	*v = (struct invariants){ .house = h, .settings = s, .breaks = b, .start = start, .cold_since = MONO_NEVER,
		.stuck_since = MONO_NEVER, .short_said = MONO_NEVER, .remote_since = MONO_NEVER, .sold = MONO_NEVER, .echoed = { INT64_MIN / 2 } };
	memset(v->dispatched, -1, sizeof(v->dispatched));
	v->n_slots = (int64_t)days * 288 + 2;
	v->slots = calloc((size_t)v->n_slots, 1);
	v->reports = calloc(INVARIANTS_REPORTS, sizeof(*v->reports));
	if (v->slots != NULL && v->reports != NULL)
		return true;
	invariants_close(v);
	return false;
}

void invariants_close(struct invariants *v)
{
	free(v->slots);
	free(v->reports);
	v->slots = NULL;
	v->reports = NULL;
}

bool invariants_step(struct invariants *v, const struct seen *s)
{
	char why[INVARIANTS_WHY];
	bool all = true;

	v->room_c = s->truth.air_c;
	for (int i = 0; i < N_INVARIANTS; i++) {
		if (invariant_table[i].check(v, s, why))
			continue;
		all = false;
		if (v->violated[i]++ > 0)
			continue;
		v->at[i] = s->now;
		memcpy(v->why[i], why, sizeof(why));
	}
	return all;
}

void invariants_line(struct invariants *v, const struct msg *m, struct mono now)
{
	if (m->log.code == LOG_CAPACITY_SHORT || m->log.level == LEVEL_CRITICAL)	/* somebody has been called */
		v->short_said = now;
	invariants_found_line(v, m, now);
}
