/* SPDX-License-Identifier: MIT */
/* Do the loads follow their relays? (SF-86) There is one meter for all heating, so each reading is held
 * against the sum of what the relays that are on should draw, between expected_w[0] and expected_w[1]:
 *
 * - On without load: all that is on draws less than its sum by more than three quarters of one load. Of
 *   several that would explain it, the largest. Other heat pumps count as nothing: they may idle or thaw at
 *   any time.
 * - Off with load: all draws more than its sum by more than a quarter of a load that is off. Of several,
 *   the one whose power fits best, then the one let go last.
 *
 * What draws less than SMALL_W is lost in the rest (controls, mains voltage): it is judged only when the
 * total did not follow its own last movement either, no other relay moved near it and no heat pump hid it,
 * or when there is no total to speak of. A load of which expected_w[0] is 0 is not judged. A relay that hands
 * back may draw whenever it likes while off. */
#include <stdlib.h>

#include "guard/rules_check.h"
#include "guard/rules_parts.h"

enum {
	SMALL_W = 500,
	ODD_MS = 30000, HP_NO_LOAD_MS = 300000,
	THAW_MS = 20 * 60000,		/* a defrost: so long it may idle in a run, and draw after it */
	CALM_MS = 60000, GOOD_MS = 60000,
	STEP_MS = 30000,		/* after a movement, the power follows it in this time */
	METER_MS = 5000,		/* the meter may be behind by this */
	TRY_AGAIN_MS = 30000,
};

static bool is_hp(const struct rules_relay *relay)
{
	return relay->config.kind == RELAY_HEAT_PUMP;
}

static int32_t least_w(const struct rules_relay *relay)
{
	return relay->config.expected_w[0];
}

/* --- the step at its movement --------------------------------------------------------------- */

static bool moved_within(const struct rules_relay *relay, int64_t ms, int64_t now_ms)
{
	return now_ms - relay->memory.moved_ms < ms;
}

static bool may_draw(const struct rules_relay *relay, int64_t now_ms)
{
	return relay->memory.on || relay->config.fail_state == FAIL_HANDBACK ||
	       rules_locked_by(relay, LOCK_WELDED, now_ms) ||
	       (is_hp(relay) && moved_within(relay, THAW_MS, now_ms));
}

/* A heat pump changes by itself, by more than a small load draws: while one may run, and something large does, no small step
 * can be read. */
static bool hp_hides(const struct guard_rules *r, int64_t w, int64_t now_ms)
{
	for (int i = 0; i < r->n_relays && w >= SMALL_W; i++)
		if (is_hp(&r->relays[i]) && may_draw(&r->relays[i], now_ms))
			return true;
	return false;
}

/* Two movements near each other cannot be told apart. */
void rules_load_moved(struct guard_rules *r, int relay, int64_t now_ms)
{
	const struct rules_reading *power = &r->readings[GUARD_ROLE_POWER_W][0];
	bool known = now_ms - power->at_ms < METER_MS && !hp_hides(r, power->value_mc, now_ms);

	for (int i = 0; i < r->n_relays; i++) {
		struct rules_relay *other = &r->relays[i];

		if (i == relay)
			continue;
		if (moved_within(other, METER_MS, now_ms))
			known = false;
		if (moved_within(other, STEP_MS, now_ms) && !other->load.stepped)
			other->load.step_known = false;
	}
	r->relays[relay].load = (struct rules_load){ .odd_ms = RULES_LONG_AGO, .calm_ms = RULES_LONG_AGO,
		.before_w = power->value_mc, .step_known = known };
}

static void look_at_step(const struct guard_rules *r, struct rules_relay *relay, int32_t w, int64_t now_ms)
{
	struct rules_load *l = &relay->load;
	int64_t step_w = relay->memory.on ? (int64_t)w - l->before_w : (int64_t)l->before_w - w;

	if (!moved_within(relay, STEP_MS, now_ms))
		return;
	if (step_w * 4 >= least_w(relay))
		l->stepped = true;
	else if (l->step_known && !l->stepped && hp_hides(r, w, now_ms))
		l->step_known = false;
}

/* Large loads show in the sum; a small one must not have followed its relay. */
static bool may_be_judged(const struct rules_relay *relay)
{
	if (least_w(relay) >= SMALL_W)
		return true;
	return least_w(relay) > 0 && relay->load.step_known && !relay->load.stepped;
}

/* That the total is less than its quarter is proof for the smallest. */
static bool idle_may_be_judged(const struct rules_relay *relay, int32_t w)
{
	return may_be_judged(relay) || (int64_t)w * 4 < least_w(relay);
}

/* --- the sum -------------------------------------------------------------------------------- */

/* What is left for that relay when all others draw the most they may. */
static int64_t left_w(const struct guard_rules *r, int relay, int32_t w, int64_t now_ms)
{
	int64_t rest_w = w;

	for (int i = 0; i < r->n_relays; i++)
		if (i != relay && may_draw(&r->relays[i], now_ms))
			rest_w -= r->relays[i].config.expected_w[1];
	return rest_w;
}

/* So much is missing that it must be drawing nothing, unless it is another. */
static bool idles(const struct guard_rules *r, int relay, int32_t w)
{
	int64_t rest_w = -(int64_t)w;

	for (int i = 0; i < r->n_relays; i++)
		if (r->relays[i].memory.on && (i == relay || !is_hp(&r->relays[i])))
			rest_w += least_w(&r->relays[i]);
	return rest_w * 4 > least_w(&r->relays[relay]) * 3LL;
}

/* The relay that is on and draws nothing, as far as can be told; -1: none. */
static int idle_relay(const struct guard_rules *r, int32_t w, int64_t now_ms)
{
	int found = -1;

	for (int i = 0; i < r->n_relays; i++) {
		const struct rules_relay *relay = &r->relays[i];

		if (!relay->memory.on || !idle_may_be_judged(relay, w) ||
			rules_locked_by(relay, LOCK_NO_LOAD, now_ms) || !idles(r, i, w))
			continue;
		if (found < 0 || least_w(relay) > least_w(&r->relays[found]))
			found = i;
	}
	return found;
}

static int64_t misfit_w(const struct rules_relay *relay, int64_t w)
{
	if (w < relay->config.expected_w[0])
		return relay->config.expected_w[0] - w;
	return w > relay->config.expected_w[1] ? w - relay->config.expected_w[1] : 0;
}

/* Does the first explain better than the second what is drawn? When both fit, the one let go last. */
static bool fits_better(const struct rules_relay *a, int64_t a_w, const struct rules_relay *b, int64_t b_w)
{
	if (misfit_w(a, a_w) != misfit_w(b, b_w))
		return misfit_w(a, a_w) < misfit_w(b, b_w);
	return a->memory.moved_ms > b->memory.moved_ms;
}

/* The relay that is off and draws power; -1: none. */
static int stray_relay(const struct guard_rules *r, int32_t w, int64_t now_ms)
{
	int64_t best_w = 0;
	int found = -1;

	for (int i = 0; i < r->n_relays; i++) {
		const struct rules_relay *relay = &r->relays[i];
		int64_t rest_w = left_w(r, i, w, now_ms);

		if (may_draw(relay, now_ms) || !may_be_judged(relay) || rest_w * 4 <= least_w(relay))
			continue;
		if (found >= 0 && !fits_better(relay, rest_w, &r->relays[found], best_w))
			continue;
		found = i;
		best_w = rest_w;
	}
	return found;
}

/* --- what follows --------------------------------------------------------------------------- */

/* One retry after a short rest, then an hour off. A heat pump runs out its minimum on time first. */
static void no_load(struct guard_rules *r, int i, int32_t w, int64_t now_ms, struct rules_out *out)
{
	struct rules_relay *relay = &r->relays[i];
	int64_t from_ms = is_hp(relay) ? relay->memory.moved_ms + r->limits.hp_min_on_ms : now_ms;
	bool again = ++relay->memory.no_loads > 1;
	struct guard_event *e;

	if (from_ms < now_ms)
		from_ms = now_ms;
	rules_lock(r, i, LOCK_NO_LOAD, from_ms + (again ? RULES_HOUR_MS : TRY_AGAIN_MS));
	e = rules_tell(out, GUARD_EVENT_NO_LOAD, i, true, again ? "locked for 1 h" : "tried once more");
	e->value = w;
}

static void welded(struct guard_rules *r, int i, int64_t w, struct rules_out *out)
{
	rules_lock(r, i, LOCK_WELDED, RULES_UNTIL_RESET);
	rules_tell(out, GUARD_EVENT_WELDED, i, true, "")->value = (int32_t)w;
}

static int64_t patience_ms(const struct rules_relay *relay)
{
	if (!is_hp(relay) || !relay->memory.on)
		return ODD_MS;
	return relay->load.loaded ? THAW_MS : HP_NO_LOAD_MS;
}

/* How long it has been so, at this reading; a gap ends nothing that both sides of it show. */
static int64_t odd_for_ms(int64_t *since_ms, bool odd, int64_t at_ms)
{
	if (!odd)
		*since_ms = RULES_LONG_AGO;
	else if (*since_ms == RULES_LONG_AGO)
		*since_ms = at_ms;
	return odd ? at_ms - *since_ms : 0;
}

static void judge_on(struct guard_rules *r, int i, bool odd, const struct rules_reading *power,
	int64_t now_ms, struct rules_out *out)
{
	struct rules_relay *relay = &r->relays[i];
	int64_t odd_ms = odd_for_ms(&relay->load.odd_ms, odd, power->at_ms);

	if (!idles(r, i, power->value_mc)) {
		relay->load.loaded = true;
		if (relay->memory.no_loads > 0 && !moved_within(relay, GOOD_MS, now_ms))
			rules_unlock(r, i, LOCK_NO_LOAD, "draws power", now_ms, out);
	} else if (odd_ms >= patience_ms(relay)) {
		relay->load.odd_ms = RULES_LONG_AGO;
		no_load(r, i, power->value_mc, now_ms, out);
	}
}

static void judge_off(struct guard_rules *r, int i, bool odd, const struct rules_reading *power,
	int64_t now_ms, struct rules_out *out)
{
	struct rules_relay *relay = &r->relays[i];
	int64_t odd_ms = odd_for_ms(&relay->load.odd_ms, odd, power->at_ms);
	int64_t rest_w = left_w(r, i, power->value_mc, now_ms);
	bool calm = rules_locked_by(relay, LOCK_WELDED, now_ms) && rest_w * 20 < least_w(relay);

	if (odd_for_ms(&relay->load.calm_ms, calm, power->at_ms) >= CALM_MS)
		rules_unlock(r, i, LOCK_WELDED, "draws nothing any more", now_ms, out);
	if (odd_ms >= patience_ms(relay)) {
		relay->load.odd_ms = RULES_LONG_AGO;
		welded(r, i, rest_w, out);
	}
}

void rules_load_reading(
	struct guard_rules *r, const struct rules_reading *power, int64_t now_ms, struct rules_out *out)
{
	int idle, stray;

	if (power != &r->readings[GUARD_ROLE_POWER_W][0])
		return;
	for (int i = 0; i < r->n_relays; i++)
		look_at_step(r, &r->relays[i], power->value_mc, now_ms);
	idle = idle_relay(r, power->value_mc, now_ms);
	stray = stray_relay(r, power->value_mc, now_ms);
	for (int i = 0; i < r->n_relays; i++) {
		if (r->relays[i].memory.on)
			judge_on(r, i, i == idle, power, now_ms, out);
		else
			judge_off(r, i, i == stray, power, now_ms, out);
	}
}
