/* SPDX-License-Identifier: MIT */
/* The guard's decisions. Every event does the same three things: what is due by now, what it asks, and what
 * became forbidden by it. A relay that is on is therefore always leased and always allowed. */
#include "guard/rules.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "guard/rules_check.h"

/* A stop ends this far below its limit, and a trip below 70 C at the latest (SF-15). */
enum { STOP_RELEASE_MC = 5000, TRIP_RELEASE_MC = 70000 };

#define ROLE(r) (1u << (r))
#define STORE_ROLES (ROLE(GUARD_ROLE_STORE_TOP) | ROLE(GUARD_ROLE_STORE))
#define LIMIT(field) offsetof(struct guard_limits, field)

static const struct watch {
	const char *name;
	unsigned int roles;
	size_t limit;		/* offset in struct guard_limits */
	enum guard_event_kind begins, ends;
	bool latches;
} watches[N_RULES_WATCHES] = {
	[WATCH_TRIP] = { "store trip", STORE_ROLES, LIMIT(store_trip_mc),
		GUARD_EVENT_TRIP, GUARD_EVENT_TRIP_RESET, true },
	[WATCH_STORE] = { "store ceiling", STORE_ROLES, LIMIT(store_ceiling_mc),
		GUARD_EVENT_CEILING, GUARD_EVENT_CEILING, false },
	[WATCH_SUPPLY] = { "supply ceiling", ROLE(GUARD_ROLE_SUPPLY), LIMIT(supply_ceiling_mc),
		GUARD_EVENT_CEILING, GUARD_EVENT_CEILING, false },
};

/* --- what is told --------------------------------------------------------------------------- */

static void tell(struct rules_out *out, enum guard_event_kind kind, int relay, bool on, const char *text)
{
	struct guard_event *e;

	assert(out->n_events < RULES_MAX_EVENTS);	/* three per relay and two per watch at most */
	e = &out->events[out->n_events++];
	*e = (struct guard_event){ .kind = (uint8_t)kind, .relay = (uint8_t)relay, .on = on };
	snprintf(e->text, sizeof(e->text), "%s", text);
}

static void tell_stop(struct rules_out *out, int watch, bool begins, int role, int32_t value_mc)
{
	const struct watch *w = &watches[watch];
	struct guard_event *e;

	tell(out, begins ? w->begins : w->ends, GUARD_NO_RELAY, begins, w->name);
	e = &out->events[out->n_events - 1];
	e->role = (uint8_t)role;
	e->value = value_mc;
}

/* --- movements ------------------------------------------------------------------------------ */

static bool counts(const struct rules_relay *relay, bool on)
{
	return on || relay->config.kind != RELAY_HEAT_PUMP;	/* of a heat pump only starts */
}

static void move(struct guard_rules *r, int relay, bool on, int64_t now_ms, struct rules_out *out)
{
	struct rules_relay *one = &r->relays[relay];
	struct rules_memory *m = &one->memory;

	assert(out->n_moves < GUARD_MAX_RELAYS);
	one->before = *m;
	m->on = on;
	m->moved_ms = now_ms;
	if (counts(one, on))
		m->moves_ms[m->n_moves++ % RULES_MOVES] = now_ms;
	out->moves[out->n_moves++] = (struct rules_move){ (uint8_t)relay, on };
}

static void end_leases(struct rules_relay *relay)
{
	for (int rank = 0; rank < N_GUARD_RANKS; rank++)
		relay->lease_until_ms[rank] = RULES_LONG_AGO;
}

static const struct drop_reason {
	enum guard_event_kind kind;
	const char *text;
} drop_reasons[N_GUARD_RESULTS] = {
	[GUARD_DONE] = { GUARD_EVENT_LEASE_LAPSED, "lease lapsed" },
	[GUARD_HELD_CEILING] = { GUARD_EVENT_CEILING, "HeldByCeiling" },
	[GUARD_HELD_MISSING_DATA] = { GUARD_EVENT_MISSING_DATA, "HeldByMissingData" },
};

/* To the fail state, unasked. A ceiling was told by tell_stop, once for all relays. */
static void drop(struct guard_rules *r, int relay, enum guard_result why, int64_t now_ms,
	struct rules_out *out)
{
	const struct drop_reason *reason = &drop_reasons[why];

	end_leases(&r->relays[relay]);
	if (why != GUARD_HELD_CEILING)
		tell(out, reason->kind, relay, false, reason->text);
	tell(out, GUARD_EVENT_MOVED, relay, false, reason->text);
	move(r, relay, false, now_ms, out);
}

/* After every event: nothing stays on that may not. */
static void settle(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *relay = &r->relays[i];
		enum guard_result why;

		if (!relay->memory.on || now_ms < relay->retry_ms)
			continue;
		why = rules_check_running(r, relay, now_ms);
		if (why != GUARD_DONE || !rules_leased(relay, now_ms))
			drop(r, i, why, now_ms, out);
	}
}

static void begin(struct rules_out *out)
{
	out->n_moves = 0;
	out->n_events = 0;
}

/* --- ceilings ------------------------------------------------------------------------------- */

static int32_t limit_of(const struct guard_rules *r, int watch)
{
	int32_t limit_mc;

	memcpy(&limit_mc, (const char *)&r->limits + watches[watch].limit, sizeof(limit_mc));
	return limit_mc;
}

static int32_t release_of(const struct guard_rules *r, int watch)
{
	int32_t mc = watches[watch].latches ? r->limits.store_ceiling_mc : limit_of(r, watch);

	mc -= STOP_RELEASE_MC;
	return watches[watch].latches && mc > TRIP_RELEASE_MC ? TRIP_RELEASE_MC : mc;
}

/* The hottest of the fresh readings; false when there is none. */
static bool hottest(const struct guard_rules *r, unsigned int roles, int64_t now_ms, int *role, int32_t *mc)
{
	bool any = false;

	for (int k = 0; k < N_GUARD_ROLES; k++)
		for (int i = 0; (roles & ROLE(k)) != 0 && i < RULES_SOURCES; i++) {
			const struct rules_reading *one = &r->readings[k][i];

			if (!rules_fresh(one, now_ms) || (any && one->value_mc <= *mc))
				continue;
			any = true;
			*role = k;
			*mc = one->value_mc;
		}
	return any;
}

static void begin_stop(struct guard_rules *r, int watch, int role, int32_t mc, int64_t now_ms,
	struct rules_out *out)
{
	struct rules_stop *s = &r->stops[watch];

	if (s->on)
		return;
	*s = (struct rules_stop){ .since_ms = now_ms, .on = 1 };
	tell_stop(out, watch, true, role, mc);
}

static void end_stops(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	for (int w = 0; w < N_RULES_WATCHES; w++) {
		struct rules_stop *s = &r->stops[w];
		int role;
		int32_t mc;

		if (!s->on || !hottest(r, watches[w].roles, now_ms, &role, &mc) || mc >= release_of(r, w))
			continue;
		if (watches[w].latches && !s->reset && now_ms - s->since_ms < RULES_HOUR_MS)
			continue;
		s->on = 0;
		tell_stop(out, w, false, role, mc);
	}
}

/* One reading above a limit may be a spark on a long wire; the second in a row is believed. */
static void watch(struct guard_rules *r, int role, struct rules_reading *one, int64_t now_ms,
	struct rules_out *out)
{
	for (int w = 0; w < N_RULES_WATCHES; w++) {
		if ((watches[w].roles & ROLE(role)) == 0)
			continue;
		if (one->value_mc <= limit_of(r, w))
			one->above[w] = 0;
		else if (++one->above[w] >= 2) {
			one->above[w] = 2;
			begin_stop(r, w, role, one->value_mc, now_ms, out);
		}
	}
}

/* --- start ---------------------------------------------------------------------------------- */

void rules_init(struct guard_rules *r, const struct guard_limits *limits, const struct guard_relay relays[],
	int n)
{
	memset(r, 0, sizeof(*r));
	r->limits = *limits;
	r->n_relays = n;
	for (int i = 0; i < n; i++) {
		r->relays[i].config = relays[i];
		end_leases(&r->relays[i]);
	}
	for (int k = 0; k < N_GUARD_ROLES; k++)
		for (int i = 0; i < RULES_SOURCES; i++)
			r->readings[k][i].at_ms = RULES_LONG_AGO;
}

void rules_restore(struct guard_rules *r, int relay, const struct rules_memory *m)
{
	r->relays[relay].memory = *m;
	r->relays[relay].known = true;
}

void rules_restore_trip(struct guard_rules *r, const struct rules_stop *s, bool same_boot, int64_t now_ms)
{
	if (!s->on)
		return;
	r->stops[WATCH_TRIP] = (struct rules_stop){ .since_ms = now_ms, .on = 1 };
	if (same_boot && s->since_ms <= now_ms)
		r->stops[WATCH_TRIP] = *s;
}

/* A memory with a time to come is of another boot, whatever it says. */
static bool plausible(const struct rules_memory *m, int64_t now_ms)
{
	uint32_t n = m->n_moves < RULES_MOVES ? m->n_moves : RULES_MOVES;

	for (uint32_t i = 0; i < n; i++)
		if (m->moves_ms[i] > now_ms)
			return false;
	return m->moved_ms <= now_ms;
}

/* SF-19: what is not known counts from now; a heat pump also waits for its house's own delay, so that a
 * street does not start as one after an outage. */
static void forget(struct rules_relay *relay, int32_t delay_ms, int64_t now_ms)
{
	relay->memory = (struct rules_memory){ .moved_ms = RULES_LONG_AGO };
	if (relay->config.kind == RELAY_HEAT_PUMP)
		relay->memory.moved_ms = now_ms + delay_ms;
}

void rules_start(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	begin(out);
	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *relay = &r->relays[i];

		if (!relay->known || !plausible(&relay->memory, now_ms))
			forget(relay, r->limits.start_delay_ms, now_ms);
		if (relay->memory.on)
			move(r, i, false, now_ms, out);
		else
			out->moves[out->n_moves++] = (struct rules_move){ (uint8_t)i, false };
		relay->before = relay->memory;
	}
}

/* --- events --------------------------------------------------------------------------------- */

static int64_t lease_of(const struct guard_want *w)
{
	return w->lease_ms > GUARD_LEASE_MS ? GUARD_LEASE_MS : w->lease_ms;
}

/* Ranks that come are ours; one outside the list is the lowest. */
static struct guard_want cleaned(const struct guard_want *w)
{
	struct guard_want clean = *w;

	clean.on = w->on != 0;
	if (w->rank >= N_GUARD_RANKS)
		clean.rank = N_GUARD_RANKS - 1;
	return clean;
}

/* A rank that gives its lease up wants nothing while another holds the relay, else the fail state. */
static bool gives_up(struct rules_relay *relay, struct guard_want *w, int64_t now_ms)
{
	if (w->lease_ms > 0)
		return false;
	relay->lease_until_ms[w->rank] = RULES_LONG_AGO;
	w->on = 0;
	return rules_leased(relay, now_ms);
}

static void renew(struct rules_relay *relay, const struct guard_want *w, int64_t lease_ms, int64_t now_ms)
{
	if (relay->lease_until_ms[w->rank] < now_ms + lease_ms)
		relay->lease_until_ms[w->rank] = now_ms + lease_ms;
}

static void obey(struct guard_rules *r, const struct guard_want *w, int64_t now_ms,
	struct guard_answer *a, struct rules_out *out)
{
	struct rules_relay *relay = &r->relays[w->relay];
	int64_t held_ms;

	a->result = (uint8_t)rules_check(r, relay, w, now_ms, &held_ms);
	if (a->result == GUARD_DONE) {
		end_leases(relay);
		renew(relay, w, lease_of(w), now_ms);
		move(r, w->relay, w->on, now_ms, out);
		return;
	}
	/* Who asks for off and is held is alive: no lapse may cut the minimum on time short. */
	if (!w->on && a->result != GUARD_HELD_LOCKOUT)
		renew(relay, w, GUARD_LEASE_MS, now_ms);
	a->held_for_ms = held_ms > INT32_MAX ? 0 : (int32_t)held_ms;
}

/* The present state is asked for again: no movement, no cost, but nothing forbidden is kept alive by it. */
static void keep(struct guard_rules *r, const struct guard_want *w, int64_t now_ms, struct guard_answer *a)
{
	struct rules_relay *relay = &r->relays[w->relay];

	a->renewal = 1;
	a->result = w->on ? (uint8_t)rules_check_running(r, relay, now_ms) : GUARD_DONE;
	if (a->result == GUARD_DONE)
		renew(relay, w, lease_of(w), now_ms);
}

/* What is due by now, whoever asks. */
static void catch_up(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	begin(out);
	end_stops(r, now_ms, out);
	settle(r, now_ms, out);
}

void rules_want(struct guard_rules *r, int64_t now_ms, const struct guard_want *want, struct guard_answer *a,
	struct rules_out *out)
{
	struct guard_want w = cleaned(want);
	struct rules_relay *relay;

	catch_up(r, now_ms, out);
	*a = (struct guard_answer){ .relay = w.relay, .result = GUARD_DRIVER_ERROR };
	if (w.relay >= r->n_relays)
		return;
	relay = &r->relays[w.relay];
	if (gives_up(relay, &w, now_ms))
		*a = (struct guard_answer){ .relay = w.relay, .result = GUARD_DONE, .renewal = 1 };
	else if (w.on == relay->memory.on)
		keep(r, &w, now_ms, a);
	else
		obey(r, &w, now_ms, a, out);
	a->on = (uint8_t)relay->memory.on;
}

void rules_reading(struct guard_rules *r, int64_t now_ms, const struct guard_reading *in,
	struct rules_out *out)
{
	struct rules_reading *one;
	int64_t at_ms = now_ms - (in->age_ms > 0 ? in->age_ms : 0);

	catch_up(r, now_ms, out);
	if (in->quality != QUALITY_GOOD || in->role >= N_GUARD_ROLES)
		return;
	one = &r->readings[in->role][in->source % RULES_SOURCES];
	if (at_ms <= one->at_ms || now_ms - at_ms >= RULES_READING_MS)
		return;
	one->at_ms = at_ms;
	one->value_mc = in->value_mc;
	watch(r, in->role, one, now_ms, out);
	end_stops(r, now_ms, out);
	settle(r, now_ms, out);
}

void rules_reset(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	r->stops[WATCH_TRIP].reset = r->stops[WATCH_TRIP].on;
	catch_up(r, now_ms, out);
}

void rules_tick(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	catch_up(r, now_ms, out);
}

void rules_lapse(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	for (int i = 0; i < r->n_relays; i++)
		end_leases(&r->relays[i]);
	catch_up(r, now_ms, out);
}

void rules_failed(struct guard_rules *r, int64_t now_ms, int i, const char *why, struct rules_out *out)
{
	int relay = out->moves[i].relay;
	struct rules_relay *one = &r->relays[relay];
	int kept = 0;

	one->memory = one->before;
	one->retry_ms = now_ms + RULES_RETRY_MS;
	end_leases(one);
	for (int k = 0; k < out->n_events; k++)
		if (out->events[k].relay != relay || out->events[k].kind != GUARD_EVENT_MOVED)
			out->events[kept++] = out->events[k];
	out->n_events = kept;
	tell(out, GUARD_EVENT_DRIVER, relay, one->memory.on, why);
}

/* --- when next ------------------------------------------------------------------------------ */

static int64_t relay_due_ms(const struct guard_rules *r, const struct rules_relay *relay)
{
	int64_t due_ms = rules_lease_end(relay);
	int64_t blind_ms = rules_store_top_ms(r) + RULES_READING_MS;

	if (!relay->memory.on)
		return INT64_MAX;
	if (relay->config.kind == RELAY_ELEMENT && blind_ms < due_ms)
		due_ms = blind_ms;
	return due_ms > relay->retry_ms ? due_ms : relay->retry_ms;
}

int64_t rules_due_ms(const struct guard_rules *r)
{
	int64_t due_ms = INT64_MAX;

	for (int i = 0; i < r->n_relays; i++) {
		int64_t one_ms = relay_due_ms(r, &r->relays[i]);

		if (one_ms < due_ms)
			due_ms = one_ms;
	}
	return due_ms;
}
