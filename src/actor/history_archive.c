/* SPDX-License-Identifier: MIT */
/* What people ask of the record, answered into the box they lend. */
#include <stdio.h>
#include <string.h>

#include "actor/history_parts.h"
#include "core/history/past.h"

struct reading { struct history *h; int32_t series; };

void history_show(struct history *h, struct archive *box)
{
	h->archive = box;
}

/* --- one channel ----------------------------------------------------------------------------- */

static void each_exact(const struct block *b, int32_t series, const struct code_map *map,
	void (*each)(void *ctx, const struct query_bucket *), void *ctx)
{
	for (int32_t i = 0; i < b->n_series; i++)
		for (int32_t k = 0; b->series[i].id == series && k < b->series[i].count; k++) {
			const struct block_reading *r = &b->readings[b->series[i].first + k];
			int64_t v = code_map_apply(*map, r->code);

			each(ctx, &(struct query_bucket){ r->at_ms, v, v, v, 0, 1, false });
		}
}

static void each_bucket(const struct bucket_block *b, int32_t series, int64_t row_s, enum store_tier t,
	void (*each)(void *ctx, const struct query_bucket *), void *ctx)
{
	for (int32_t i = 0; i < b->n_series; i++)
		for (int32_t k = 0; b->series[i].id == series && k < b->series[i].count; k++) {
			const struct bucket *at = &b->buckets[b->series[i].first + k];

			each(ctx, &(struct query_bucket){ (row_s + at->at * tier_bucket_s(t)) * 1000, at->mean, at->min, at->max,
				at->wh, at->count, t >= TIER_QUARTER });
		}
}

static bool read_row(void *self, enum store_tier t, int64_t row_s, bool *found,
	void (*each)(void *ctx, const struct query_bucket *), void *ctx, struct err *e)
{
	struct reading *r = self;
	struct history *h = r->h;

	*found = t == TIER_EXACT && row_s == h->row_s;
	if (*found)
		slot_group(&h->open, row_s * 1000, (row_s + HISTORY_ROW_S) * 1000, &h->work);
	else if (t == TIER_EXACT ? !history_read_row_of(h, row_s, r->series, found, e) :
				    !history_read_tier_of(h, t, row_s, r->series, found, e))
		return false;
	if (*found && t == TIER_EXACT)
		each_exact(&h->work, r->series, &h->series.is[r->series].map, each, ctx);
	else if (*found)
		each_bucket(&h->buckets, r->series, row_s, t, each, ctx);
	return true;
}

static bool next_row(void *self, enum store_tier t, int64_t from_s, int64_t to_s, int64_t *row_s, bool *found,
	struct err *e)
{
	const struct history *h = ((struct reading *)self)->h;

	if (!h->store->next_block(h->store->self, t, from_s, to_s, row_s, found, e))
		return false;
	if (!*found && t == TIER_EXACT && h->row_s >= from_s && h->row_s < to_s) {
		*found = true;
		*row_s = h->row_s;
	}
	return true;
}

/* The number of the channel asked for; a quantity before a relay's state. -1: there is none. */
static int32_t find_series(const struct history *h, const char *name)
{
	for (int32_t i = 0; i < h->series.n; i++)
		if (h->series.is[i].kind != STORE_COMMANDS && history_is_named(&h->series.is[i], name))
			return i;
	return -1;
}

static bool add_gap(void *ctx, const struct store_gap *g)
{
	struct archive *a = ctx;

	if (strcmp(g->about, "-") == 0 || strcmp(g->about, a->series.about) == 0)
		a->gaps[a->n_gaps++] = *g;
	return a->n_gaps < ARCHIVE_GAPS;
}

/* A figure that this house could have. */
static bool is_figure(const struct history *h, const char *name)
{
	struct store_series is = { .kind = STORE_FIGURES };
	bool is_one = false;

	memcpy(is.about, h->house->scada.alias, sizeof(is.about));
	for (int i = 0; figures_name(i) != NULL && !is_one; i++) {
		snprintf(is.by, sizeof(is.by), "%s", figures_name(i));
		is_one = history_is_named(&is, name);
	}
	for (int m = 0; m < N_CONTROL_MODES && !is_one; m++) {
		snprintf(is.by, sizeof(is.by), "seconds.%s", control_mode_name((enum control_mode)m));
		is_one = history_is_named(&is, name);
	}
	return is_one;
}

/* A figure becomes known as a row that has it is read: the latest days first. */
static bool find_figure(struct history *h, const char *name, int32_t *series, struct err *e)
{
	size_t n = strlen(h->house->scada.alias);
	int64_t day_s = INT64_MAX;
	bool found = strncmp(name, h->house->scada.alias, n) == 0 && name[n] == '/';

	while (found && *series < 0) {
		if (!h->store->last_block(h->store->self, TIER_DAY, day_s, &day_s, &found, e) ||
			(found && !history_read_tier(h, TIER_DAY, day_s, &(bool){ false }, e)))
			return false;
		*series = find_series(h, name);
	}
	return true;
}

static bool points(struct history *h, struct archive *a, struct err *e)
{
	struct reading r = { h, find_series(h, a->q.channel) };
	struct query_rows rows = { &r, read_row, next_row };
	const struct store *s = h->store;

	if (r.series < 0 && !find_figure(h, a->q.channel, &r.series, e))
		return false;
	if (r.series < 0) {
		a->series = (struct store_series){ .kind = STORE_FIGURES };
		a->outcome = is_figure(h, a->q.channel) ? ARCHIVE_DONE : ARCHIVE_NO_CHANNEL;
		return true;
	}
	a->series = h->series.is[r.series];
	return query_run(&a->q.query, h->zone, &rows, &a->answer, e) &&
	       s->for_gaps(s->self, a->q.query.from_ms, a->q.query.to_ms, add_gap, a, e);
}

/* --- events ---------------------------------------------------------------------------------- */

static void take_event(struct archive_event *to, const struct store_event *v)
{
	*to = (struct archive_event){ .at_ms = v->at_ms, .value = v->value, .command = v->command };
	snprintf(to->level, sizeof(to->level), "%s", v->level);
	snprintf(to->code, sizeof(to->code), "%s", v->code);
	snprintf(to->node, sizeof(to->node), "%s", v->node);
	snprintf(to->text, sizeof(to->text), "%s", v->text);
}

/* The last of each kind stays. */
static bool add_past(void *ctx, const struct store_event *v)
{
	struct archive *a = ctx;
	enum past_kind kind = past_kind_of(v->code, v->node, v->text, a->q.channel);

	if (!v->command && kind < N_PAST_KINDS)	/* what was asked is not what became of it */
		take_event(&a->events[kind], v);
	return true;
}

static bool past(struct history *h, struct archive *a, struct err *e)
{
	for (a->n_events = 0; a->n_events < N_PAST_KINDS; a->n_events++)
		a->events[a->n_events].at_ms = 0;
	return h->store->for_events(h->store->self, a->q.query.from_ms, a->q.query.to_ms, add_past, a, e);
}

static bool add_event(void *ctx, const struct store_event *v)
{
	struct archive *a = ctx;

	if (a->q.code[0] != '\0' && strcmp(a->q.code, v->code) != 0)
		return true;
	if (a->n_events == ARCHIVE_EVENTS) {
		a->more = true;
		return false;
	}
	take_event(&a->events[a->n_events++], v);
	return true;
}

/* --- what is owed ---------------------------------------------------------------------------- */

static bool any_gap(void *ctx, const struct store_gap *g)
{
	struct archive *a = ctx;

	if (g->cause == GAP_TOO_OLD || g->cause == GAP_DROPPED)
		a->gaps[a->n_gaps++] = *g;
	return a->n_gaps < ARCHIVE_GAPS;
}

static bool tell_outbox(struct history *h, struct archive *a, struct err *e)
{
	const struct store *s = h->store;
	struct archive_outbox *o = &a->outbox;
	struct store_aged all;

	if (!s->count_aged(s->self, INT64_MAX, &all, e) || !s->for_gaps(s->self, 0, INT64_MAX, any_gap, a, e))
		return false;
	o->owed = all.count + h->waiting.n_owed;
	o->under_way = h->n_under_way;
	o->oldest_ms = all.count > 0 ? all.from_s * 1000 : h->waiting.n_owed > 0 ? h->waiting.owed[0].slot_s * 1000 : 0;
	o->last_ack_ms = h->last_ack_ms;
	o->rate_per_min = (int64_t)h->settings->uplink.backlog_per_s * 60;
	o->eta_s = (o->owed + h->settings->uplink.backlog_per_s - 1) / h->settings->uplink.backlog_per_s;
	return true;
}

/* False: the store failed. */
static bool find_owed(struct history *h, struct uuid uid, struct store_owed *o, bool *found, struct err *e)
{
	int64_t n = 0;

	do {
		if (!h->store->next_owed(h->store->self, n, o, found, e))
			return false;
		n = o->n;
	} while (*found && !uuid_equal(o->uid, uid));
	return true;
}

static bool drop(struct history *h, struct archive *a, struct outbox *out, struct err *e)
{
	struct store_owed o = { .n = 0 };
	bool found;

	if (!find_owed(h, a->q.uid, &o, &found, e))
		return false;
	if (found)
		history_give_up(h, &o, "dropped by hand", out);
	else
		a->outcome = ARCHIVE_NO_STATUS;
	return true;
}

/* --- how much there is ------------------------------------------------------------------------ */

static bool count_gap(void *ctx, const struct store_gap *g)
{
	(void)g;
	++*(int32_t *)ctx;
	return true;
}

/* How far back a tier reaches, and how many gaps lie in that time. */
static void view_tier(struct history *h, enum store_tier t, struct msg_history_view *v)
{
	const struct store *s = h->store;
	int64_t now_s = h->clock.ms / 1000, first_s = now_s, row_s;
	bool found = t == TIER_EXACT || h->tiers.open[t].open;
	struct err e;

	if (found)	/* the open row counts, if there is no older one */
		first_s = t == TIER_EXACT ? h->row_s : h->tiers.open[t].start_s;
	if (s->next_block(s->self, t, 0, now_s + 1, &row_s, &found, &e)) {
		if (found && row_s < first_s)
			first_s = row_s;
		v->have_s[t] = now_s > first_s ? now_s - first_s : 0;
	}
	v->gaps[t] = 0;
	if (!s->for_gaps(s->self, first_s * 1000, INT64_MAX, count_gap, &v->gaps[t], &e))
		v->gaps[t] = -1;
}

/* A store that fails is not asked: it is known to be slow. */
void history_view(struct history *h, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_HISTORY_VIEW, .to = TO_CONTROL, .history_view = { .ticket = in->query.ticket,
		.failing = h->failing, .db_bytes = -1, .card_bytes_today = -1 } };
	struct msg_history_view *v = &m.history_view;
	struct store_info info;
	struct err e;

	for (enum store_tier t = TIER_EXACT; t < N_STORE_TIERS; t++)
		v->have_s[t] = v->gaps[t] = -1;
	if (!h->failing && h->started && h->store->info(h->store->self, &info, &e)) {
		v->db_bytes = info.bytes;
		history_card_count(h, info.written_bytes, out);
		v->card_bytes_today = info.written_bytes < 0 ? -1 : h->day.card_bytes;
		for (enum store_tier t = TIER_EXACT; t < N_STORE_TIERS; t++)
			view_tier(h, t, v);
	}
	say(out, &m);
}

/* --- all ------------------------------------------------------------------------------------- */

static bool answer(struct history *h, struct archive *a, struct outbox *out, struct err *e)
{
	switch (a->q.kind) {
	case ARCHIVE_CHANNELS:
		return true;
	case ARCHIVE_POINTS:
		return points(h, a, e);
	case ARCHIVE_EVENT_ROWS:
		return h->store->for_events(h->store->self, a->q.query.from_ms, a->q.query.to_ms, add_event, a, e);
	case ARCHIVE_PAST:
		return past(h, a, e);
	case ARCHIVE_OUTBOX:
		return tell_outbox(h, a, e);
	case ARCHIVE_FLUSH:
		if (!history_can_send(h))
			a->outcome = ARCHIVE_NO_LINK;
		history_send_again(h);
		return tell_outbox(h, a, e);
	case ARCHIVE_DROP:
		return drop(h, a, out, e);
	case ARCHIVE_SHARE:
		return history_share_for(h, a->q.share_s, &a->share, out, e);
	}
	return true;
}

/* What does not need a record that can be read and dated. */
static bool always(enum archive_kind k)
{
	return k == ARCHIVE_CHANNELS || k == ARCHIVE_SHARE;
}

void history_ask_archive(struct history *h, const struct msg *in, struct outbox *out)
{
	struct msg m = { .type = MSG_ARCHIVE_DONE, .to = TO_CONTROL, .archive = in->archive };
	struct archive *a = h->archive;
	struct err e;

	if (a == NULL)
		return;
	a->outcome = ARCHIVE_DONE;
	a->n_gaps = a->n_events = a->answer.n_points = a->answer.n_spans = 0;
	a->more = false;
	/* A store that fails is not asked: it is known to be slow. */
	if (!always(a->q.kind) && (h->failing || !h->started)) {
		a->outcome = ARCHIVE_STORE_FAILED;
		snprintf(a->why, sizeof(a->why), "%s", h->started ? "history is not written now" : "the clock is not trusted yet");
	} else if (!answer(h, a, out, &e)) {
		a->outcome = ARCHIVE_STORE_FAILED;
		snprintf(a->why, sizeof(a->why), "%.*s", (int)sizeof(a->why) - 1, e.text);
	}
	say(out, &m);
}
