/* SPDX-License-Identifier: MIT */
/* Readings and commands of the present: the open 5-minute row, and the status slot that may be shorter or
 * longer. */
#include <string.h>

#include "actor/history_parts.h"
#include "spaceheat/splitmix.h"

/* One message brings 128 random bits, one step may need several ids: a count makes them differ. */
struct uuid history_uid(struct history *h)
{
	uint64_t bits[2], n = ++h->uids, m = ~n;

	bits[0] = h->random[0] ^ splitmix64(&n);
	bits[1] = h->random[1] ^ splitmix64(&m);
	return uuid_random(bits);
}

static int64_t slot_of_s(int64_t ms, int64_t length_s)
{
	return wall_slot_s((struct wall){ ms }, length_s);
}

void history_first_slot(struct history *h)
{
	h->row_s = slot_of_s(h->clock.ms, HISTORY_ROW_S);
	h->slot_s = slot_of_s(h->clock.ms, h->period_s);
	h->first_slot_s = h->slot_s;
	h->asked_row_s = -1;
}

/* A slot whose status was made never changes: what comes for it now comes too late. */
static void add(struct history *h, int32_t series, int64_t at_ms, int64_t code)
{
	int64_t closed_s = h->row_s > h->slot_s ? h->row_s : h->slot_s;

	if (at_ms < closed_s * 1000) {
		h->counts.late++;
		history_lost(h, 1);
		if (h->late_from_ms == 0 || at_ms < h->late_from_ms)
			h->late_from_ms = at_ms;
		h->late_to_ms = at_ms > h->late_to_ms ? at_ms : h->late_to_ms;
	} else if (!slot_add(&h->open, series, at_ms, code)) {
		h->counts.full++;
		history_lost(h, 1);
	} else {
		h->counts.kept++;
	}
}

void history_keep(struct history *h, const struct msg *in, struct outbox *out)
{
	(void)out;
	if (in->keep.channel >= 0 && in->keep.channel < h->house->n_channels)
		add(h, in->keep.channel, in->keep.tick.ms, in->keep.code);
}

/* In the row, from which the status is built, and in the event table, which people read and which is kept
 * longer. */
void history_keep_command(struct history *h, const struct msg *in, struct outbox *out)
{
	const struct msg_keep_command *c = &in->keep_command;
	struct msg_log line = {
		.level = LEVEL_INFO, .code = LOG_RELAY, .node = (int16_t)c->node, .value = c->on
	};

	if (c->node < 0 || c->node >= h->house->n_nodes || h->series.command_of[c->node] < 0)
		return;
	add(h, h->series.command_of[c->node], c->at.ms, c->on);
	memcpy(line.text, c->on ? "commanded on" : "commanded off", c->on ? 13 : 14);
	history_add_event(h, c->at.ms, true, &line, out);
}

void history_save_row(struct history *h, struct outbox *out)
{
	if (!slot_group(&h->open, h->row_s * 1000, (h->row_s + HISTORY_ROW_S) * 1000, &h->work))
		history_lost(h, 1);
	history_add_row(h, h->row_s, out);
}

void history_lost(struct history *h, int64_t readings)
{
	if (h->row_lost == 0)
		h->lost_at = h->now;
	h->row_lost += readings;
}

void history_say_lost(struct history *h, struct outbox *out)
{
	if (h->row_lost > 0)
		record(out, LEVEL_WARNING, LOG_GAP, NO_NODE, (int32_t)h->row_lost,
			"%lld readings of the last 5 minutes were not kept: they came too late or too many - "
			"check the clock",
			(long long)h->row_lost);
	if (h->late_from_ms != 0)
		history_add_gap(h, h->late_from_ms, h->late_to_ms + 1, GAP_CLOCK, NO_NODE);
	h->row_lost = h->late_from_ms = h->late_to_ms = 0;
}

/* The next row is the one the clock is in, or an earlier one if there are readings of it. */
static int64_t next_row(struct history *h)
{
	int64_t next = slot_of_s(h->clock.ms, HISTORY_ROW_S);

	for (int32_t i = 0; i < h->open.n; i++)
		if (h->open.log[i].at_ms < next * 1000)
			next = slot_of_s(h->open.log[i].at_ms, HISTORY_ROW_S);
	return history_next_row(h, next > h->row_s + HISTORY_ROW_S ? next : h->row_s + HISTORY_ROW_S);
}

static void close_row(struct history *h, struct outbox *out)
{
	int64_t from_s, before_s = h->row_s;
	int32_t n;

	history_save_row(h, out);
	history_gap_row(h, h->row_s);
	history_tier_feed(h, h->row_s);
	history_say_lost(h, out);
	slot_drop_before(&h->open, (h->row_s + HISTORY_ROW_S) * 1000);
	n = h->open.n;
	h->row_s = from_s = next_row(h);
	history_gap_clock(h, before_s + HISTORY_ROW_S, h->row_s);
	while (h->period_s < HISTORY_ROW_S && history_is_made(h, from_s))
		from_s += h->period_s;
	slot_drop_before(&h->open, from_s * 1000);
	if (h->open.n < n)
		history_lost(h, n - h->open.n);
	history_load_row(h);
}

void history_make_status(struct history *h)
{
	struct store_owed owed = { .uid = history_uid(h),
		.slot_s = h->slot_s,
		.period_s = (int32_t)h->period_s,
		.tier = TIER_EXACT,
		.sent = history_can_send(h),
		.by_age = !history_can_send(h) };

	history_add_owed(h, &owed);
	if (owed.sent) { /* when it can go at once it goes before all that is older */
		h->live = owed;
		h->live_waits = true;
	}
	h->counts.statuses++;
	if (h->highest_s < h->slot_s + h->period_s)
		h->highest_s = h->slot_s + h->period_s;
}

static void close_slot(struct history *h)
{
	int64_t next = slot_of_s(h->clock.ms, h->period_s);

	history_make_status(h);
	h->slot_s = next > h->slot_s + h->period_s ? next : h->slot_s + h->period_s;
	while (history_is_made(h, h->slot_s))
		h->slot_s += h->period_s;
	h->waiting.closed_s = h->slot_s;
	h->waiting.closed_moved = true;
}

static bool over(const struct history *h, int64_t start_s, int64_t length_s)
{
	return h->clock.ms >= (start_s + length_s) * 1000 + h->grace_ms;
}

void history_close_due(struct history *h, struct outbox *out)
{
	bool closed = false;

	for (; over(h, h->row_s, HISTORY_ROW_S); closed = true)
		close_row(h, out);
	for (; over(h, h->slot_s, h->period_s); closed = true) {
		if (h->slot_s + h->period_s > h->row_s)	/* a status shorter than its row */
			history_save_row(h, out);
		close_slot(h);
	}
	if (h->row_lost > 0 && mono_since(h->now, h->lost_at) >= HISTORY_ROW_S * 1000)
		history_say_lost(h, out);
	if (closed && !h->failing)
		history_write(h, out);
}

static struct mono when(const struct history *h, int64_t start_s, int64_t length_s)
{
	return mono_after(h->now, (start_s + length_s) * 1000 + h->grace_ms - h->clock.ms);
}

struct mono history_slot_due(const struct history *h)
{
	return mono_min(when(h, h->row_s, HISTORY_ROW_S), when(h, h->slot_s, h->period_s));
}
