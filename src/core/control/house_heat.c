/* SPDX-License-Identifier: MIT */
/* The decision: top mode, state, outputs and zone pumps. */
#include "core/control/house_heat.h"

#include <math.h>

#include "core/control/house_heat_parts.h"

enum { COLD_SOURCE_S = 1800, BACKUP_REST_S = 300, BACKUP_AHEAD_S = 120, BACKUP_LOOK_S = 30, BLIND_PERIOD_S = 1800 };

static const double BLIND_LWT_C = 45, BLIND_WIND_MS = 4, BLIND_LEAST = 0.2, ZONE_BAND_K = 0.2, PUMP_OVER_K = 2, LOW_K = 1;

#define OUTPUT(o) (1u << (o))

/* --- time ----------------------------------------------------------------------------------------- */

static bool sees(const struct house_heat_inputs *in)
{
	bool tank = false, zone = in->out_good;

	for (int i = 0; i < in->buffer.n; i++)
		tank = tank || in->buffer.good[i];
	for (int i = 0; i < in->n_zones; i++)
		zone = zone || in->zone[i].good;
	return tank && (zone || in->n_zones == 0);
}

static void start(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in)
{
	h->started = true;
	h->state = local_table(house->kind)->start;
	h->state_since = h->top_since = h->source_since = h->blind_since = h->seeing_since = in->now;
}

static void watch(struct house_heat *h, const struct house_heat_inputs *in)
{
	bool blind = !sees(in);

	if (blind && !h->blind)
		h->blind_since = in->now;
	if (!blind && h->blind)
		h->seeing_since = in->now;
	h->blind = blind;
	if (in->out_good) {
		h->out_known = true;
		h->out_c = in->out_c;
		h->out_at = in->now;
	}
	h->source_locked = in->source_locked;
	h->source_forbidden = in->source_forbidden;
	if (in->source_on == h->source_on)
		return;
	h->source_on = in->source_on;
	h->source_since = in->now;
	h->source_ran = true;
}

/* A critical zone is cold, nothing is stored, and the source does its best or cannot. A buffer at the hottest that the
 * source can make is no help to a zone that is colder still. */
static void watch_cold(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in)
{
	bool buffer = house_heat_is(h, house->kind == LOCAL_ELEMENT ? P_TANK_COLD : P_BUFFER_EMPTY);
	bool empty = (buffer || house_heat_coldest_k(in) > LOW_K) && house_heat_is(h, P_STORE_EMPTY);
	bool best = in->source_locked || (in->source_on && h->picture.hp_on_s >= COLD_SOURCE_S);
	bool crit = h->zone_cold && empty && best;

	if (crit && !h->cold_crit)
		h->cold_crit_since = in->now;
	h->cold_crit = crit;
}

static void choose_top(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in)
{
	struct top_inputs t = { .freeze = in->freeze, .standby = in->standby, .cold = h->zone_cold,
		/* an element has no other to help it: there the price alone is ignored */
		.onpeak = h->picture.onpeak, .backup_allowed = house->backup_allowed || house->kind == LOCAL_ELEMENT,
		.blind_s = h->blind ? house_heat_since_s(in->now, h->blind_since) : 0,
		.good_s = h->blind ? 0 : house_heat_since_s(in->now, h->seeing_since),
		.cold_crit_s = h->cold_crit ? house_heat_since_s(in->now, h->cold_crit_since) : 0,
		.backup_s = house_heat_since_s(in->now, h->top_since) };
	enum top_mode next = top_next(h->top, &t);

	if (next != h->top)
		h->top_since = in->now;
	h->top = next;
}

/* --- state ------------------------------------------------------------------------------------------ */

/* Price ignored: from BufferEmpty until BufferFull; to a cold room no heat is owed that long. */
static bool backup_runs(const struct house_heat *h, const struct house_heat_house *house, bool needed)
{
	bool element = house->kind == LOCAL_ELEMENT;
	enum local_predicate again = element ? P_TANK_COLD : h->zone_cold ? P_BUFFER_COOLED : P_BUFFER_EMPTY;

	if (!needed || house_heat_is(h, element ? P_TANK_FULL : P_BUFFER_FULL))
		return false;
	return house_heat_is(h, again) || local_source_on(h->state);
}

/* A share of each half hour, by the outdoor temperature. Elements stay open (SF-16). */
static bool blind_runs(const struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in)
{
	const struct local_params *q = &house->params;
	double out_c = house_heat_outdoor_c(h, in), set_c = house_heat_setpoint_c(house, in);
	double most_w = heat_source_w(&house->plant, out_c, BLIND_LWT_C), share, on_s;

	if (house->kind == LOCAL_ELEMENT || most_w <= 0)
		return false;
	share = fmin(1, fmax(BLIND_LEAST, heat_load_w(&house->plant.house, set_c, out_c, BLIND_WIND_MS) / most_w));
	on_s = fmax(q->min_on_s, 60 * round(share * BLIND_PERIOD_S / 60));
	if (BLIND_PERIOD_S - on_s < q->min_off_s)
		return true;
	return (double)(house_heat_since_s(in->now, h->top_since) % BLIND_PERIOD_S) < on_s;
}

static struct local_choice choose_state(const struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in)
{
	bool cheap = !h->picture.onpeak;

	switch (h->top) {
	case TOP_BACKUP:
		return (struct local_choice){
			local_plain(house->kind, backup_runs(h, house, h->zone_cold || cheap)), LOCAL_BACKUP };
	case TOP_FREEZE:
		return (struct local_choice){ local_plain(house->kind, backup_runs(h, house, true)), LOCAL_FREEZE };
	case TOP_BLIND:
		return (struct local_choice){ local_plain(house->kind, blind_runs(h, house, in)), LOCAL_BLIND };
	case TOP_STANDBY:
		return (struct local_choice){ local_plain(house->kind, false), LOCAL_STANDBY };
	case TOP_NORMAL:
	case N_TOP_MODES:
		break;
	}
	return local_choose(house->kind, h->state, h->predicates);
}

/* May the source change so now? Elements have no rest of their own. */
static bool allowed(const struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in, bool on)
{
	double s = (double)house_heat_since_s(in->now, h->source_since);

	if (on == in->source_on)
		return true;
	if (house->kind == LOCAL_ELEMENT)
		return on ? in->may_start : in->may_stop;
	return on ? in->may_start && (!h->source_ran || s >= house->params.min_off_s) :
		in->may_stop && s >= house->params.min_on_s;
}

static void remember(struct house_heat *h, enum local_cause cause, bool charging, struct mono now)
{
	if (charging && (cause == LOCAL_CHARGE_LIMITED || cause == LOCAL_NO_PROGRESS)) {
		h->latched = true;
		h->latched_at = now;
	}
	if (cause == LOCAL_STORE_READY || cause == LOCAL_BUFFER_FULL_STORE_READY || cause == LOCAL_CHARGE_LIMITED)
		h->was_ready = true;
	if (cause == LOCAL_STORE_NOT_READY)
		h->was_ready = false;
}

void house_heat_follow(struct house_heat *h, enum local_state next, enum local_cause cause, struct mono at)
{
	bool charging = h->state == HP_ON_STORE_CHARGE || h->state == HEAT_PUMP_ON || h->state == ELEMENT_ON;

	remember(h, cause, charging, at);
	h->state = next;
	h->state_since = at;
	h->n_gains = 0;
}

static void move(struct house_heat *h, const struct house_heat_house *house, const struct house_heat_inputs *in,
	struct house_heat_trace *t)
{
	struct local_choice c = choose_state(h, house, in);

	*t = (struct house_heat_trace){ .top = h->top, .from = h->state, .to = c.next, .cause = c.cause,
		.predicates = h->predicates, .picture = h->picture };
	if (c.next == h->state)
		return;
	t->held = !allowed(h, house, in, local_source_on(c.next));
	t->moved = !t->held;
	if (t->moved)
		house_heat_follow(h, c.next, c.cause, in->now);
}

/* --- outputs ------------------------------------------------------------------------------------------- */

static void watch_top(struct house_heat *h, struct mono now)
{
	int64_t s = house_heat_since_s(now, h->top_at);

	if (s < BACKUP_LOOK_S)
		return;
	h->top_rise_k = s <= BACKUP_AHEAD_S ? fmax(0, (h->picture.buf_top_c - h->top_c) * BACKUP_AHEAD_S / (double)s) : 0;
	h->top_c = h->picture.buf_top_c;
	h->top_at = now;
}

/* Its heat may stay on top of a buffer whose bottom never fills. Where water is drawn it warms slowly, and may get hotter. */
static void watch_backup(struct house_heat *h, const struct local_params *q, struct mono now)
{
	double top_c = h->picture.buf_top_c;
	bool runs = h->recipe.on & OUTPUT(OUT_BACKUP);
	bool hot = top_c >= q->backup_max_c && (!runs || top_c + h->top_rise_k >= q->backup_end_c);

	if (hot)
		h->backup_hot_at = now;
	h->backup_hot = hot || (h->backup_hot && house_heat_since_s(now, h->backup_hot_at) < BACKUP_REST_S);
}

static unsigned int wanted_outputs(const struct house_heat *h, const struct house_heat_house *house)
{
	unsigned int on = local_recipe(h->state);
	bool full = house_heat_is(h, house->kind == LOCAL_ELEMENT ? P_TANK_FULL : P_BUFFER_FULL);
	bool warmer = h->picture.store_top_c > h->picture.buf_top_c;
	/* it does not heat in the place of a pump that rests, or that is kept off */
	bool helps = (local_source_on(h->state) || h->source_locked) && !h->source_forbidden;

	if (h->top == TOP_BACKUP && house->backup_allowed && h->zone_cold && !full && !h->backup_hot && helps)
		on |= OUTPUT(OUT_BACKUP);
	if (h->top == TOP_FREEZE && house->kind == LOCAL_STORE && warmer && !(on & OUTPUT(OUT_CHARGE)))
		on |= OUTPUT(OUT_STOREPUMP);
	return on;
}

static bool calls(bool before, const struct house_heat_zone *z, bool boost)
{
	double set_c = z->set_c + (boost && !z->wall ? 1 : 0);

	if (!z->good)
		return true;	/* heat first (SF-2) */
	if (z->c < set_c - ZONE_BAND_K)
		return true;
	return z->c > set_c + ZONE_BAND_K ? false : before;
}

static void drive_zones(struct house_heat *h, const struct house_heat_inputs *in, bool pump[HOUSE_HEAT_ZONES])
{
	bool all = h->top == TOP_FREEZE || h->top == TOP_BLIND;

	for (int i = 0; i < in->n_zones; i++) {
		const struct house_heat_zone *z = &in->zone[i];
		bool warm = !z->good || h->picture.buf_top_c > z->c + PUMP_OVER_K;

		h->calls[i] = calls(h->calls[i], z, in->boost);
		pump[i] = all || (h->top != TOP_STANDBY && h->calls[i] && warm && !z->wall);
	}
}

unsigned int house_heat_outputs(struct house_heat *h, const struct house_heat_house *house,
	struct mono now)
{
	return recipe_step(&h->recipe, wanted_outputs(h, house), now);
}

struct house_heat_result house_heat_step(struct house_heat *h, const struct house_heat_house *house,
	const struct house_heat_inputs *in)
{
	struct house_heat_result r = { .outputs = 0 };

	if (!h->started)
		start(h, house, in);
	watch(h, in);
	house_heat_look(h, house, in, &r.estimated);
	watch_cold(h, house, in);
	choose_top(h, house, in);
	move(h, house, in, &r.trace);
	watch_top(h, in->now);
	watch_backup(h, &house->params, in->now);
	r.outputs = house_heat_outputs(h, house, in->now);
	r.handback = h->top == TOP_BLIND && house->wall_heats;
	drive_zones(h, in, r.pump);
	return r;
}
