/* SPDX-License-Identifier: MIT */
#include "actor/history.h"

#include <stdlib.h>
#include <string.h>

#include "actor/history_parts.h"

/* --- making -------------------------------------------------------------------------------- */

static void add_series(struct history_series *s, const struct house *h, const struct channel *c)
{
	struct store_series *is = &s->is[s->n++];

	*is = (struct store_series){ .kind = STORE_READINGS, .name = c->name, .map = c->map };
	memcpy(is->about, h->nodes[c->about].alias, sizeof(is->about));
	memcpy(is->by, h->nodes[c->by].alias, sizeof(is->by));
}

static void add_command_series(struct history_series *s, const struct house *h, int node)
{
	struct store_series *is = &s->is[s->n];

	if (node < 0 || node >= h->n_nodes || s->command_of[node] >= 0)
		return;
	*is = (struct store_series){
		.kind = STORE_COMMANDS, .name = TELEMETRY_RELAY_STATE, .map = { 1, 1, 0 }
	};
	memcpy(is->about, h->nodes[node].alias, sizeof(is->about));
	memcpy(is->by, h->nodes[node].alias, sizeof(is->by));
	s->command_of[node] = s->n++;
}

static void make_series(struct history_series *s, const struct house *h, const struct settings *settings)
{
	memset(s, 0, sizeof(*s));
	memset(s->command_of, -1, sizeof(s->command_of));
	for (int i = 0; i < h->n_channels; i++)
		add_series(s, h, &h->channels[i]);
	for (int i = 0; i < settings->n_relays; i++)
		add_command_series(s, h, settings->relays[i].node);
}

/* Room for the open row: what its channels can bring, and what belongs to the next row already. */
static int32_t row_capacity(const struct house *h)
{
	int32_t n = 256;

	for (int i = 0; i < h->n_channels; i++)
		n += 8 + HISTORY_ROW_S / (h->channels[i].keep_s > 0 ? h->channels[i].keep_s : 1);
	return n;
}

static bool make_room(struct history *h, int32_t row, int32_t slot)
{
	size_t wide = (size_t)slot;

	h->row_memory = calloc(HISTORY_MAX_ROWS, HISTORY_ROW_BYTES);	/* pages never used cost nothing */
	h->open = (struct slot){ calloc((size_t)row, sizeof(*h->open.log)), 0, row };
	h->gather = (struct slot){ calloc(wide, sizeof(*h->gather.log)), 0, slot };
	h->work.readings = calloc(wide, sizeof(*h->work.readings));
	h->work.capacity = slot;
	h->kept.readings = calloc((size_t)row, sizeof(*h->kept.readings));
	h->kept.capacity = row;
	h->kept_s = -1;
	h->bytes = calloc(1, HISTORY_ROW_BYTES);
	h->waiting.events = calloc(HISTORY_MAX_EVENTS, sizeof(*h->waiting.events));
	h->room = calloc(1, sizeof(*h->room));
	h->buckets.capacity = BLOCK_MAX_SERIES * tier_room(TIER_MINUTE);
	h->buckets.buckets = calloc((size_t)h->buckets.capacity, sizeof(*h->buckets.buckets));
	h->undated = (struct history_undated){ calloc((size_t)row * HISTORY_MAX_ROWS, sizeof(*h->undated.list)), 0,
		row * HISTORY_MAX_ROWS };
	if (h->row_memory == NULL || h->open.log == NULL || h->gather.log == NULL ||
		h->work.readings == NULL || h->kept.readings == NULL || h->bytes == NULL || h->waiting.events == NULL || h->room == NULL ||
		h->buckets.buckets == NULL || h->undated.list == NULL || !history_tier_room(h))
		return false;
	for (int i = 0; i < HISTORY_MAX_ROWS; i++)
		h->waiting.rows[i].bytes = h->row_memory + (size_t)i * HISTORY_ROW_BYTES;
	h->room->values = calloc(wide, sizeof(*h->room->values));
	h->room->times = calloc(wide, sizeof(*h->room->times));
	h->room->states = calloc(wide, sizeof(*h->room->states));
	h->room->capacity = slot;
	return h->room->values != NULL && h->room->times != NULL && h->room->states != NULL;
}

static const struct zone utc;

bool history_init(struct history *h, const struct house *house, const struct settings *settings,
	const struct store *store, const struct pool *pool)
{
	int32_t row = row_capacity(house);

	memset(h, 0, sizeof(*h));
	h->house = house;
	h->settings = settings;
	h->store = store;
	h->pool = pool;
	h->period_s = settings->status_period_s;
	h->grace_ms = settings->simulated ? 0 : HISTORY_GRACE_MS;
	h->told_owed = -1;
	h->zone = &utc;
	make_series(&h->series, house, settings);
	if (make_room(h, row, row * (int32_t)(h->period_s > HISTORY_ROW_S ? h->period_s / HISTORY_ROW_S : 1)))
		return true;
	history_free(h);
	return false;
}

void history_free(struct history *h)
{
	free(h->row_memory);
	free(h->open.log);
	free(h->gather.log);
	free(h->work.readings);
	free(h->kept.readings);
	free(h->bytes);
	free(h->waiting.events);
	free(h->buckets.buckets);
	free(h->undated.list);
	free(h->tiers.memory);
	if (h->room != NULL) {
		free(h->room->values);
		free(h->room->times);
		free(h->room->states);
	}
	free(h->room);
	memset(h, 0, sizeof(*h));
}

void history_zone(struct history *h, const struct zone *z)
{
	h->zone = z;
}

/* --- stepping ------------------------------------------------------------------------------ */

static void first_time(struct history *h, struct outbox *out)
{
	struct err e;

	h->started = true;
	h->told_at = mono_after(h->now, -1000);
	h->window = mono_after(h->now, -1000);
	h->prune_at = mono_after(h->now, HISTORY_RETRY_MS);
	h->save_at = mono_after(h->now, (int64_t)h->settings->history.commit_s * 1000);
	h->gap_due = true;
	history_first_slot(h);
	if (!history_remember(h, &e) || !history_complete(h, &e))
		history_store_failed(h, &e, out);
	history_tier_start(h);
}

static void event(struct history *h, const struct msg *in, struct outbox *out)
{
	history_add_event(h, h->clock.ms, false, &in->log, out);
}

static void flush(struct history *h, const struct msg *in, struct outbox *out)
{
	(void)in;
	if (history_must_write(h) && !h->failing)
		history_write(h, out);
}

static void stop(struct history *h, const struct msg *in, struct outbox *out)
{
	(void)in;
	history_close_due(h, out);
	history_save_row(h, out);
	history_say_lost(h, out);
	history_day_close(h, h->row_s);
	h->retry_at = h->now;
	history_write(h, out);
}

typedef void history_handler(struct history *, const struct msg *, struct outbox *);

static history_handler *const handlers[N_MSG_TYPES] = {
	[MSG_FLUSH] = flush,
	[MSG_STOP] = stop,
	[MSG_EVENT] = event,
	[MSG_KEEP] = history_keep,
	[MSG_KEEP_COMMAND] = history_keep_command,
	[MSG_STORE] = history_write_contract,
	[MSG_MODE] = history_mode,
	[MSG_LINK] = history_link,
	[MSG_SENT] = history_sent,
	[MSG_ACKED] = history_acked,
	[MSG_HEARD] = history_heard,
	[MSG_STATUS_ACK] = history_status_ack,
	[MSG_HISTORY_REQUEST] = history_request,
	[MSG_QUERY] = history_view,
	[MSG_ARCHIVE] = history_ask_archive,
	[MSG_PAID] = history_paid,
};

void history_handle(struct history *h, const struct msg *in, struct outbox *out)
{
	if ((unsigned int)in->type < N_MSG_TYPES && handlers[in->type] != NULL)
		handlers[in->type](h, in, out);
}

static void save_due(struct history *h, struct outbox *out)
{
	if (h->settings->history.commit_s >= HISTORY_ROW_S || !mono_reached(h->now, h->save_at))
		return;
	h->save_at = mono_after(h->now, (int64_t)h->settings->history.commit_s * 1000);
	history_save_row(h, out);
	if (!h->failing)
		history_write(h, out);
}

/* What earlier starts left to be done, a little in each step. */
static void account(struct history *h, struct outbox *out)
{
	struct err e;
	bool ok = true;

	if (h->failing || !h->remembers)
		return;
	if (h->gap_due && h->trusted) {
		h->began_ms = h->clock.ms - mono_since(h->now, h->began);
		ok = history_gap_power(h, &e);
	}
	if (ok && h->tiers.behind && h->waiting.n_rows == 0 && !history_tiers_wait(h))
		ok = history_make_tiers(h, &e);
	if (!ok)
		history_store_failed(h, &e, out);
}

static struct mono next_wake(const struct history *h)
{
	struct mono at = mono_min(history_slot_due(h), history_send_due(h));

	at = mono_min(mono_min(at, h->prune_at), history_tiers_due(h));
	if (h->settings->history.commit_s < HISTORY_ROW_S)
		at = mono_min(at, h->save_at);
	if (h->failing)
		at = mono_min(at, h->retry_at);
	return at.ms > h->now.ms ? at : mono_after(h->now, 1);
}

void history_step(void *self, const struct msg *in, struct outbox *out)
{
	struct history *h = self;

	h->now = in->now;
	h->clock = in->clock;
	h->trusted = in->clock_trusted;
	memcpy(h->random, in->random, sizeof(h->random));
	history_share(h, in, out);
	if (history_wait_for_trust(h, in, out))
		return;
	if (!h->started)
		first_time(h, out);
	history_follow_clock(h, out);
	history_handle(h, in, out);
	if (in->type == MSG_STOP)
		return;
	history_close_due(h, out);
	save_due(h, out);
	if (h->failing && mono_reached(h->now, h->retry_at))
		history_write(h, out);
	if (mono_reached(h->now, h->prune_at))
		history_prune(h, out);
	account(h, out);
	history_send(h, out);
	history_tell_owed(h, out);
	out->wake_at = next_wake(h);
}
