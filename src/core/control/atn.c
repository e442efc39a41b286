/* SPDX-License-Identifier: MIT */
#include "core/control/atn.h"

#include <stdio.h>

#include "spaceheat/splitmix.h"

#define GO(state, ...)                                                                                       \
	{                                                                                                    \
		.legal = true, .next = (state), .act = { __VA_ARGS__ }                                       \
	}

/* clang-format off */
const struct atn_cell atn_table[N_ATN_STATES][N_ATN_EVENTS] = {
	[ATN_NO_CONTRACT] = {
		[ATN_E_OFFER_DUE] =
			GO(ATN_OFFERED, ATN_DO_NEW_OFFER, ATN_DO_KEEP, ATN_DO_SEND_OFFER, ATN_DO_TELL),
	},
	[ATN_OFFERED] = {
		[ATN_E_OFFER_DUE] = GO(ATN_OFFERED,     ATN_DO_SEND_OFFER),
		[ATN_E_ACCEPTED]  = GO(ATN_ACCEPTED,    ATN_DO_KEEP, ATN_DO_TELL),
		[ATN_E_REFUSED]   = GO(ATN_NO_CONTRACT, ATN_DO_LATER, ATN_DO_KEEP, ATN_DO_TELL),
		[ATN_E_GONE]      = GO(ATN_NO_CONTRACT, ATN_DO_LATER, ATN_DO_KEEP, ATN_DO_TELL),
		[ATN_E_END]       = GO(ATN_NO_CONTRACT, ATN_DO_SOON, ATN_DO_KEEP, ATN_DO_TELL),
	},
	[ATN_ACCEPTED] = {
		[ATN_E_START]     = GO(ATN_LIVE,        ATN_DO_SEND_BEAT, ATN_DO_ASK),
		[ATN_E_GONE]      = GO(ATN_NO_CONTRACT, ATN_DO_LATER, ATN_DO_KEEP, ATN_DO_TELL),
		[ATN_E_END]       = GO(ATN_NO_CONTRACT, ATN_DO_SOON, ATN_DO_KEEP, ATN_DO_TELL),
	},
	[ATN_LIVE] = {
		[ATN_E_BEAT_DUE]  = GO(ATN_LIVE,        ATN_DO_SEND_BEAT, ATN_DO_ASK),
		[ATN_E_GONE]      = GO(ATN_NO_CONTRACT, ATN_DO_LATER, ATN_DO_KEEP, ATN_DO_TELL),
		[ATN_E_END]       = GO(ATN_NO_CONTRACT, ATN_DO_SOON, ATN_DO_KEEP, ATN_DO_TELL),
		[ATN_E_FOLLOW_DUE]    = GO(ATN_LIVE,    ATN_DO_OFFER_NEXT),
		[ATN_E_NEXT_ACCEPTED] = GO(ATN_LIVE,    ATN_DO_NEXT_KEPT, ATN_DO_TELL),
		[ATN_E_NEXT_REFUSED]  = GO(ATN_LIVE,    ATN_DO_NEXT_GONE, ATN_DO_TELL),
		/* Offered again, the same gets the same answer: so a lost answer costs nothing. */
		[ATN_E_END_NEXT]      = GO(ATN_OFFERED, ATN_DO_FOLLOW, ATN_DO_KEEP, ATN_DO_TELL),
	},
};
/* clang-format on */

#define SECOND(constant, words) words,

const char *atn_state_name(enum atn_state s)
{
	static const char *const list[] = { ATN_STATES(SECOND) };

	return s < N_ATN_STATES ? list[s] : "?";
}

const char *atn_event_words(enum atn_event e)
{
	static const char *const list[] = { ATN_EVENTS(SECOND) };

	return e < N_ATN_EVENTS ? list[e] : "nothing";
}

const char *atn_action_words(enum atn_action a)
{
	static const char *const list[] = { ATN_ACTIONS(SECOND) };

	return a < N_ATN_ACTIONS ? list[a] : "?";
}

static bool is_over(const struct atn_contract *c, struct wall clock)
{
	return clock.ms >= c->end_s * 1000;
}

/* Of both halves: the same for everybody who knows the contract, and not its id. */
static struct uuid successor_id(struct uuid id)
{
	uint64_t bits[2] = { 0, 0 };

	for (int i = 0; i < 16; i++)
		bits[i / 8] = bits[i / 8] << 8 | id.b[i];
	for (int i = 0; i < 2; i++) {
		uint64_t seed = bits[i] + bits[1 - i] * 3;

		bits[i] = splitmix64(&seed);
	}
	return uuid_random(bits);
}

struct atn_contract atn_successor(const struct atn_contract *c)
{
	return (struct atn_contract){ successor_id(c->id), c->end_s, c->end_s + ATN_BLOCK_S, c->max_power_w };
}

void atn_talk_start(struct atn_talk *t, const struct atn_contract *past, struct mono now, struct wall clock)
{
	struct atn_contract known;

	*t = (struct atn_talk){ .first = true, .next_offer = { ATN_FIRST_OFFER_MS } };
	if (past == NULL || uuid_is_zero(past->id))
		return;
	known = is_over(past, clock) ? atn_successor(past) : *past;
	if (is_over(&known, clock))
		return;
	t->contract = known;
	t->state = ATN_OFFERED;
	t->first = false;
	t->next_offer = now;
}

static int64_t start_ms(const struct atn_talk *t)
{
	return t->contract.start_s * 1000 + ATN_START_MARGIN_MS;
}

enum atn_event atn_over(const struct atn_talk *t, enum atn_event event)
{
	bool next = t->next == ATN_NEXT_OFFERED || t->next == ATN_NEXT_ACCEPTED;

	return t->state == ATN_LIVE && next ? ATN_E_END_NEXT : event;
}

/* How long until a successor may be offered; -1: none is to be. */
static int64_t follow_ms(const struct atn_talk *t, struct wall clock)
{
	int64_t wait_ms = (t->contract.end_s - ATN_FOLLOW_S) * 1000 - clock.ms;

	if (t->state != ATN_LIVE || t->next == ATN_NEXT_ACCEPTED || t->next == ATN_NEXT_REFUSED)
		return -1;
	return wait_ms > 0 ? wait_ms : 0;
}

enum atn_event atn_talk_due(const struct atn_talk *t, struct mono now, struct wall clock, bool reachable)
{
	bool offering = t->state == ATN_NO_CONTRACT || t->state == ATN_OFFERED;

	if (t->state != ATN_NO_CONTRACT && is_over(&t->contract, clock))
		return atn_over(t, ATN_E_END);
	if (offering && reachable && mono_reached(now, t->next_offer))
		return ATN_E_OFFER_DUE;
	if (t->state == ATN_ACCEPTED && reachable && clock.ms >= start_ms(t))
		return ATN_E_START;
	if (t->state == ATN_LIVE && reachable && mono_reached(now, t->next_beat))
		return ATN_E_BEAT_DUE;
	if (reachable && follow_ms(t, clock) == 0 && mono_reached(now, t->next_follow))
		return ATN_E_FOLLOW_DUE;
	return N_ATN_EVENTS;
}

/* The wall clock may be set: look again at least every ten seconds while waiting for one of its times. */
static struct mono when_wall(int64_t wall_ms, struct mono now, struct wall clock)
{
	int64_t wait_ms = wall_ms - clock.ms;

	return mono_after(now, wait_ms < 0 ? 0 : wait_ms > 10000 ? 10000 : wait_ms);
}

struct mono atn_talk_wake(const struct atn_talk *t, struct mono now, struct wall clock, bool reachable)
{
	struct mono end;

	if (t->state == ATN_NO_CONTRACT)
		return reachable ? t->next_offer : MONO_NEVER;
	end = when_wall(t->contract.end_s * 1000, now, clock);
	if (!reachable)
		return end;
	if (t->state == ATN_OFFERED)
		return mono_min(end, t->next_offer);
	if (t->state == ATN_ACCEPTED)
		return mono_min(end, when_wall(start_ms(t), now, clock));
	if (follow_ms(t, clock) < 0)
		return mono_min(end, t->next_beat);
	if (follow_ms(t, clock) == 0)
		return mono_min(end, mono_min(t->next_beat, t->next_follow));
	return mono_min(end, mono_min(t->next_beat, when_wall((t->contract.end_s - ATN_FOLLOW_S) * 1000, now, clock)));
}

void atn_window(struct wall clock, int utc_offset_s, bool first, int64_t *start_s, int64_t *end_s)
{
	int64_t now_s = clock.ms / 1000, local_s;

	*start_s = first ? now_s - now_s % 300 + 300 : now_s - now_s % 60;
	local_s = *start_s + utc_offset_s;
	*end_s = *start_s - local_s % ATN_BLOCK_S + ATN_BLOCK_S;
	if (*end_s - *start_s < ATN_SHORTEST_S)
		*end_s += ATN_BLOCK_S;
}

static void new_offer(struct atn_talk *t, struct wall clock, int utc_offset_s, struct uuid fresh_id)
{
	t->contract.id = fresh_id;
	atn_window(clock, utc_offset_s, t->first, &t->contract.start_s, &t->contract.end_s);
	t->first = false;
}

static void follow(struct atn_talk *t, struct mono now)
{
	t->contract = atn_successor(&t->contract);
	t->next = ATN_NEXT_NONE;
	t->next_offer = now;
}

static void set_timer(struct atn_talk *t, enum atn_action action, struct mono now)
{
	if (action == ATN_DO_SEND_OFFER)
		t->next_offer = mono_after(now, ATN_REPEAT_MS);
	else if (action == ATN_DO_SEND_BEAT)
		t->next_beat = mono_after(now, ATN_BEAT_MS);
	else if (action == ATN_DO_SOON)
		t->next_offer = mono_after(now, ATN_AFTER_END_MS);
	else if (action == ATN_DO_LATER)
		t->next_offer = mono_after(now, ATN_RETRY_MS);
	else if (action == ATN_DO_OFFER_NEXT)
		t->next_follow = mono_after(now, ATN_REPEAT_MS);
	else if (action == ATN_DO_FOLLOW)
		follow(t, now);
	if (action == ATN_DO_OFFER_NEXT)
		t->next = ATN_NEXT_OFFERED;
	else if (action == ATN_DO_NEXT_KEPT)
		t->next = ATN_NEXT_ACCEPTED;
	else if (action == ATN_DO_NEXT_GONE)
		t->next = ATN_NEXT_REFUSED;
	else if (action == ATN_DO_SOON || action == ATN_DO_LATER)
		t->next = ATN_NEXT_NONE;
}

const struct atn_cell *atn_talk_apply(struct atn_talk *t, enum atn_event event, struct mono now,
	struct wall clock, int utc_offset_s, struct uuid fresh_id)
{
	const struct atn_cell *cell = &atn_table[t->state][event];

	if (!cell->legal)
		return cell;
	t->state = cell->next;
	for (int i = 0; i < ATN_MAX_ACTIONS; i++) {
		if (cell->act[i] == ATN_DO_NEW_OFFER)
			new_offer(t, clock, utc_offset_s, fresh_id);
		else
			set_timer(t, cell->act[i], now);
	}
	return cell;
}

bool atn_is_peak(struct wall clock, int utc_offset_s)
{
	int64_t hour = (clock.ms / 1000 + utc_offset_s) % 86400 / 3600;

	return (hour >= 7 && hour < 12) || (hour >= 16 && hour < 20);
}

bool atn_wants_charge(bool charging, int64_t tank_top_mc, bool peak)
{
	int64_t on = peak ? ATN_PEAK_TANK_ON_MC : ATN_TANK_ON_MC;
	int64_t off = peak ? ATN_PEAK_TANK_OFF_MC : ATN_TANK_OFF_MC;

	return tank_top_mc < (charging ? off : on);
}

/* How long after a dispatch in that state the same is sent again. */
static int64_t again_ms(enum atn_sent sent, int64_t hold_ms)
{
	if (sent == ATN_SENT_WAITING)
		return ATN_RESULT_MS;
	return sent == ATN_SENT_HELD ? ATN_HELD_MS : hold_ms / 2;
}

bool atn_charge_due(struct atn_charge *c, const struct atn_picture *p, struct mono now, struct wall clock)
{
	if (!p->may) {
		c->sent = ATN_SENT_NOTHING;
		return false;
	}
	if (!p->top_known || mono_since(now, p->top_at) > ATN_TOP_AGE_MS)
		return false;
	c->charging = atn_wants_charge(c->charging, p->top_mc - p->warmer_mc, atn_is_peak(clock, p->utc_offset_s));
	if (c->sent == ATN_SENT_NOTHING || c->charging != c->on)
		return true;
	return mono_since(now, c->sent_at) >= again_ms(c->sent, p->hold_ms);
}

struct mono atn_charge_wake(const struct atn_charge *c, const struct atn_picture *p)
{
	if (!p->may || c->sent == ATN_SENT_NOTHING)
		return MONO_NEVER;
	return mono_after(c->sent_at, again_ms(c->sent, p->hold_ms));
}

void atn_charge_sent(struct atn_charge *c, bool on, int64_t send_ms, struct mono now)
{
	c->on = on;
	c->sent = ATN_SENT_WAITING;
	c->sent_at = now;
	c->send_ms = send_ms;
}

void atn_charge_result(struct atn_charge *c, int64_t about_send_ms, bool done)
{
	if (c->sent == ATN_SENT_WAITING && about_send_ms == c->send_ms)
		c->sent = done ? ATN_SENT_DONE : ATN_SENT_HELD;
}

static size_t print_cell(char *out, size_t size, int state, int event)
{
	const struct atn_cell *cell = &atn_table[state][event];
	size_t n;

	if (!cell->legal)
		return 0;
	n = (size_t)snprintf(out, size, "| %s | %s | %s | ", atn_state_name((enum atn_state)state),
		atn_event_words((enum atn_event)event), atn_state_name(cell->next));
	for (int i = 0; i < ATN_MAX_ACTIONS && n < size; i++)
		if (i == 0 || cell->act[i] != ATN_DO_NOTHING)
			n += (size_t)snprintf(
				out + n, size - n, "%s%s", i ? "; " : "", atn_action_words(cell->act[i]));
	return n + (n < size ? (size_t)snprintf(out + n, size - n, " |\n") : 0);
}

size_t atn_print(char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "| State | Event | Next | Action |\n|---|---|---|---|\n");

	for (int s = 0; s < N_ATN_STATES; s++)
		for (int e = 0; e < N_ATN_EVENTS && n < size; e++)
			n += print_cell(out + n, size - n, s, e);
	return n < size ? n : size - 1;
}
