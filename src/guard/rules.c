/* SPDX-License-Identifier: MIT */
/* The guard's decisions. Every event does the same three things: what is due by now, what it asks, and what
 * became forbidden by it. A relay that is on is therefore always leased and always allowed. */
#include "guard/rules.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "guard/rules_check.h"
#include "guard/rules_parts.h"

/* --- what is told --------------------------------------------------------------------------- */

struct guard_event *rules_tell(struct rules_out *out, enum guard_event_kind kind, int relay, bool on,
	const char *text)
{
	struct guard_event *e;

	assert(out->n_events < RULES_MAX_EVENTS);	/* a dozen per relay and two per watch at most */
	e = &out->events[out->n_events++];
	*e = (struct guard_event){ .kind = (uint8_t)kind, .relay = (uint8_t)relay, .on = on };
	snprintf(e->text, sizeof(e->text), "%s", text);
	return e;
}

/* --- movements ------------------------------------------------------------------------------ */

static bool counts(const struct rules_relay *relay, bool on)
{
	return on || relay->config.kind != RELAY_HEAT_PUMP;	/* of a heat pump only starts */
}

void rules_move(struct guard_rules *r, int relay, bool on, int64_t now_ms, struct rules_out *out)
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
	rules_load_moved(r, relay, now_ms);
}

void rules_end_leases(struct rules_relay *relay)
{
	for (int rank = 0; rank < N_GUARD_RANKS; rank++)
		relay->lease_until_ms[rank] = RULES_LONG_AGO;
}

void rules_drop(struct guard_rules *r, int relay, const char *why, int64_t now_ms, struct rules_out *out)
{
	rules_end_leases(&r->relays[relay]);
	rules_tell(out, GUARD_EVENT_MOVED, relay, false, why);
	rules_move(r, relay, false, now_ms, out);
}

/* A ceiling and a lock were told when they began; N_GUARD_EVENTS = nothing more to tell. */
static const struct drop_reason {
	enum guard_event_kind kind;
	const char *text;
} drop_reasons[N_GUARD_RESULTS] = {
	[GUARD_DONE] = { GUARD_EVENT_LEASE_LAPSED, "lease lapsed" },
	[GUARD_HELD_CEILING] = { N_GUARD_EVENTS, "HeldByCeiling" },
	[GUARD_HELD_LOCKOUT] = { N_GUARD_EVENTS, "HeldByLockout" },
	[GUARD_HELD_MISSING_DATA] = { GUARD_EVENT_MISSING_DATA, "HeldByMissingData" },
};

static bool held_on(const struct rules_relay *relay, int64_t now_ms)
{
	return relay->own == OWN_FREEZE || rules_leased(relay, now_ms);
}

/* After every event: nothing stays on that may not. */
static void settle(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	rules_hold_own(r, now_ms);
	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *relay = &r->relays[i];
		enum guard_result why;

		if (!relay->memory.on || now_ms < relay->retry_ms)
			continue;
		why = rules_check_running(r, relay, now_ms);
		if (why == GUARD_DONE && held_on(relay, now_ms))
			continue;
		if (drop_reasons[why].kind != N_GUARD_EVENTS)
			rules_tell(out, drop_reasons[why].kind, i, false, drop_reasons[why].text);
		rules_drop(r, i, drop_reasons[why].text, now_ms, out);
	}
	rules_move_own(r, now_ms, out);
}

static void begin(struct rules_out *out)
{
	out->n_moves = 0;
	out->n_events = 0;
}

/* --- start ---------------------------------------------------------------------------------- */

static void forget_readings(struct guard_rules *r)
{
	for (int k = 0; k < N_GUARD_ROLES; k++)
		for (int i = 0; i < RULES_SOURCES; i++)
			r->readings[k][i] = (struct rules_reading){ .at_ms = RULES_LONG_AGO,
				.rise_ms = RULES_LONG_AGO };
	r->stretch.since_ms = RULES_LONG_AGO;
}

void rules_init(struct guard_rules *r, const struct guard_limits *limits, const struct guard_relay relays[],
	int n)
{
	memset(r, 0, sizeof(*r));
	r->limits = *limits;
	r->n_relays = n;
	for (int i = 0; i < n; i++) {
		r->relays[i].config = relays[i];
		r->relays[i].load.odd_ms = r->relays[i].load.calm_ms = RULES_LONG_AGO;
		rules_end_leases(&r->relays[i]);
	}
	forget_readings(r);
	r->settled_ms = RULES_LONG_AGO;
}

void rules_restore(struct guard_rules *r, int relay, const struct rules_memory *m, bool same_boot)
{
	r->relays[relay].memory = *m;
	r->relays[relay].known = same_boot;
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
 * street does not start as one after an outage. A lock that waits for a person goes on waiting. */
static void forget(struct rules_relay *relay, int32_t delay_ms, int64_t now_ms)
{
	struct rules_memory fresh = { .moved_ms = RULES_LONG_AGO };

	for (int k = 0; k < N_RULES_LOCKS; k++)
		if (relay->memory.locked_until_ms[k] == RULES_UNTIL_RESET)
			fresh.locked_until_ms[k] = RULES_UNTIL_RESET;
	if (relay->config.kind == RELAY_HEAT_PUMP)
		fresh.moved_ms = now_ms + delay_ms;
	relay->memory = fresh;
}

void rules_start(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	begin(out);
	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *relay = &r->relays[i];

		if (!relay->known || !plausible(&relay->memory, now_ms))
			forget(relay, r->limits.start_delay_ms, now_ms);
		relay->idle_ms =
			relay->memory.on || relay->memory.n_moves == 0 ? now_ms : relay->memory.moved_ms;
		if (relay->memory.on)
			rules_move(r, i, false, now_ms, out);
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
		rules_end_leases(relay);
		renew(relay, w, lease_of(w), now_ms);
		rules_move(r, w->relay, w->on, now_ms, out);
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
	if (a->result != GUARD_DONE)
		return;
	renew(relay, w, lease_of(w), now_ms);
	if (w->on && relay->own == OWN_EXERCISE)
		relay->own = OWN_NONE;	/* it runs for somebody now */
}

/* What is due by now, whoever asks. */
static void catch_up(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	begin(out);
	rules_end_stops(r, now_ms, out);
	rules_dry_pass(r, now_ms, out);
	settle(r, now_ms, out);
	r->settled_ms = RULES_LONG_AGO;
}

static bool any_stop(const struct guard_rules *r)
{
	bool any = false;

	for (int w = 0; w < N_RULES_WATCHES; w++)
		any |= r->stops[w].on != 0;
	return any;
}

/* Many readings come in one instant. Time has been applied once for all of them, as long as only readings came. */
static void catch_up_reading(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	begin(out);
	if (r->settled_ms == now_ms)
		return;
	catch_up(r, now_ms, out);
	r->settled_ms = now_ms;
}

/* A reading forbids or frees something only by what it tells (a stop, a lock, an end of either), or while a stop stands:
 * else it has only made younger what was young enough. */
static void settle_reading(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	if (out->n_events == 0 && !any_stop(r))
		return;
	rules_end_stops(r, now_ms, out);
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

	catch_up_reading(r, now_ms, out);
	if (in->quality != QUALITY_GOOD || in->role >= N_GUARD_ROLES)
		return;
	one = &r->readings[in->role][in->source % RULES_SOURCES];
	if (at_ms <= one->at_ms || now_ms - at_ms >= RULES_READING_MS)
		return;
	rules_dry_step(r, in->role, one, in->value_mc);
	one->at_ms = at_ms;
	one->value_mc = in->value_mc;
	rules_watch(r, in, one, now_ms, out);
	rules_dry_reading(r, in->role, one, now_ms, out);
	if (in->role == GUARD_ROLE_POWER_W)
		rules_load_reading(r, one, now_ms, out);
	settle_reading(r, now_ms, out);
}

void rules_reset(struct guard_rules *r, int64_t now_ms, int which, struct rules_out *out)
{
	if (which == GUARD_ALL || which == GUARD_NO_RELAY)
		r->stops[WATCH_TRIP].reset = r->stops[WATCH_TRIP].on;
	catch_up(r, now_ms, out);
	for (int i = 0; i < r->n_relays; i++)
		for (int k = 0; k < N_RULES_LOCKS && (which == GUARD_ALL || which == i); k++)
			rules_unlock(r, i, (enum rules_lock)k, "reset", now_ms, out);
}

void rules_tick(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	catch_up(r, now_ms, out);
	r->settled_ms = now_ms;
}

void rules_lapse(struct guard_rules *r, int64_t now_ms, struct rules_out *out)
{
	for (int i = 0; i < r->n_relays; i++)
		rules_end_leases(&r->relays[i]);
	forget_readings(r);
	catch_up(r, now_ms, out);
}

void rules_read_back(struct guard_rules *r, int64_t now_ms, int relay, bool found, struct rules_out *out)
{
	struct rules_relay *one = &r->relays[relay];

	begin(out);
	r->settled_ms = RULES_LONG_AGO;
	rules_tell(out, GUARD_EVENT_DRIVER, relay, one->memory.on,
		found ? "read back on, should be off" : "read back off, should be on");
	if (one->config.kind == RELAY_HEAT_PUMP)
		rules_drop(r, relay, "let go by its board", now_ms, out);
	else
		out->moves[out->n_moves++] = (struct rules_move){ (uint8_t)relay, one->memory.on };
	one->before = one->memory;	/* if that fails too, it is believed to be as it should */
}

/* As it was before it moved, but for what was found out since. */
static void go_back(struct rules_relay *relay)
{
	struct rules_memory now = relay->memory;

	relay->memory = relay->before;
	memcpy(relay->memory.locked_until_ms, now.locked_until_ms, sizeof(now.locked_until_ms));
	relay->memory.no_loads = now.no_loads;
}

void rules_failed(struct guard_rules *r, int64_t now_ms, int i, const char *why, struct rules_out *out)
{
	int relay = out->moves[i].relay;
	struct rules_relay *one = &r->relays[relay];
	int kept = 0;

	r->settled_ms = RULES_LONG_AGO;
	go_back(one);
	one->retry_ms = now_ms + RULES_RETRY_MS;
	one->own = OWN_NONE;
	rules_end_leases(one);
	for (int k = 0; k < out->n_events; k++)
		if (out->events[k].relay != relay || out->events[k].kind != GUARD_EVENT_MOVED)
			out->events[kept++] = out->events[k];
	out->n_events = kept;
	rules_tell(out, GUARD_EVENT_DRIVER, relay, one->memory.on, why);
}

/* --- when next ------------------------------------------------------------------------------ */

static int64_t relay_due_ms(const struct guard_rules *r, const struct rules_relay *relay)
{
	int64_t due_ms = relay->own == OWN_FREEZE ? INT64_MAX : rules_lease_end(relay);
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
