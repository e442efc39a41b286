/* SPDX-License-Identifier: MIT */
/* What was done beside what was decided again, second by second. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/control/local_top.h"
#include "core/history/past.h"
#include "whole/replay_parts.h"

enum { MINUTE_S = 60 };

/* One side as it goes through its events. */
struct walk {
	const struct record_events *events;
	int next, source;		/* source: its relay's node */
	bool done;			/* of the record: BOOT and MODE count */
	int state, top;
	bool on, local;
	const char *why, *wish;
};

static const char START[] = "the service starts";

bool replay_run_open(struct replay_run *r, const struct replay_options *o, struct err *e)
{
	r->o = o;
	r->n_saw = (o->to_s - o->from_s) / RECORD_ROW_S + 2;
	r->saw = calloc((size_t)r->n_saw, 1);
	return r->saw != NULL || err_set(e, ERR_MEMORY, 0, "out of memory");
}

void replay_run_close(struct replay_run *r)
{
	free(r->saw);
	record_events_free(&r->done);
	record_events_free(&r->again);
}

static int64_t row_of(const struct replay_run *r, int64_t at_s)
{
	return at_s / RECORD_ROW_S - r->o->from_s / RECORD_ROW_S;
}

void replay_run_saw(struct replay_run *r, int64_t at_s)
{
	int64_t row = row_of(r, at_s);

	if (row >= 0 && row < r->n_saw)
		r->saw[row] = 1;
}

void replay_run_starts(struct replay_run *r, struct record_events *v, int64_t at_ms)
{
	struct record_event e = { .at_ms = at_ms, .code = LOG_HEAT, .node = NO_NODE,
		.value = (int32_t)local_table(r->kind)->start };

	snprintf(e.text, sizeof(e.text), "%s", START);
	record_events_add(v, &e);
}

static struct walk walk_of(const struct replay_run *r, const struct record_events *v, int source, bool done)
{
	return (struct walk){ .events = v, .source = source, .done = done, .local = true, .why = START, .wish = "",
		.state = (int)local_table(r->kind)->start, .top = TOP_NORMAL };
}

static void begin_anew(struct walk *w, const struct replay_run *r)
{
	w->state = (int)local_table(r->kind)->start;
	w->top = TOP_NORMAL;
	w->why = START;
	w->wish = "";
}

static void take_heat(struct walk *w, const struct replay_run *r, const struct record_event *v, struct replay_side *side)
{
	enum past_kind kind = past_heat_kind(v->text);

	if (kind == PAST_TOP) {
		w->top = v->value;
	} else if (kind == PAST_WISH) {
		w->wish = v->text;
	} else if (strcmp(v->text, START) == 0) {
		begin_anew(w, r);
	} else if (v->value >= 0 && v->value < N_LOCAL_STATES) {
		w->state = v->value;
		w->why = v->text;
		side->transitions += v->at_ms >= r->o->from_s * 1000;
	}
}

static void take(struct walk *w, const struct replay_run *r, const struct record_event *v, struct replay_side *side)
{
	if (v->code == LOG_HEAT) {
		take_heat(w, r, v, side);
	} else if (v->code == LOG_BOOT && w->done) {
		begin_anew(w, r);
		w->on = false;
	} else if (v->code == LOG_MODE && w->done) {
		w->local = v->value == LOCAL_CONTROL;
	} else if (v->code == LOG_RELAY && v->node == w->source) {
		side->starts += v->value != 0 && !w->on && w->local && v->at_ms >= r->o->from_s * 1000;
		w->on = v->value != 0;
	}
}

/* Up to the end of that second. */
static void advance(struct walk *w, const struct replay_run *r, int64_t at_s, struct replay_side *side)
{
	while (w->next < w->events->n && w->events->at[w->next].at_ms < (at_s + 1) * 1000)
		take(w, r, &w->events->at[w->next++], side);
}

/* "wish on by Plan (boost=0 ...": without the values. */
static int wish_length(const char *wish)
{
	const char *values = strstr(wish, " (");

	return values != NULL ? (int)(values - wish) : (int)strlen(wish);
}

static void put_wish(const char *wish, char out[LOG_TEXT])
{
	snprintf(out, LOG_TEXT, "%.*s", wish_length(wish), wish);
}

static bool same_wish(const struct walk *a, const struct walk *b)
{
	int n = wish_length(a->wish);

	return n == wish_length(b->wish) && memcmp(a->wish, b->wish, (size_t)n) == 0;
}

static bool add_difference(struct replay_result *r, int64_t at_s, const struct walk *done, const struct walk *again)
{
	struct replay_difference *d;

	if (r->n == REPLAY_MOST_DIFFERENCES) {
		r->cut = true;
		return false;
	}
	d = &r->list[r->n++];
	*d = (struct replay_difference){ .from_ms = at_s * 1000, .to_ms = (at_s + 1) * 1000, .done = done->state,
		.again = again->state, .done_top = done->top, .again_top = again->top };
	snprintf(d->done_why, sizeof(d->done_why), "%s", done->why);
	snprintf(d->again_why, sizeof(d->again_why), "%s", again->why);
	put_wish(done->wish, d->done_wish);
	put_wish(again->wish, d->again_wish);
	return true;
}

/* The last difference goes on, or another one begins. */
static void note_difference(struct replay_result *r, int64_t at_s, const struct walk *done, const struct walk *again)
{
	struct replay_difference *last = r->n > 0 ? &r->list[r->n - 1] : NULL;

	r->differ_s++;
	if (last != NULL && last->to_ms == at_s * 1000 && last->done == done->state && last->again == again->state)
		last->to_ms += 1000;
	else
		add_difference(r, at_s, done, again);
}

static void add_second(struct replay_side *side, const struct walk *w, bool peak)
{
	side->on_s += w->on;
	side->peak_s += w->on && peak;
}

bool replay_compare(const struct replay_run *run, struct replay_result *r, struct err *e)
{
	const struct loaded *l = run->o->changed;
	int relay = replay_source(l), node = relay >= 0 ? l->settings.relays[relay].node : NO_NODE;
	struct walk done = walk_of(run, &run->done, node, true), again = walk_of(run, &run->again, node, false);
	bool peak = false;

	r->list = calloc(REPLAY_MOST_DIFFERENCES, sizeof(*r->list));
	if (r->list == NULL)
		return err_set(e, ERR_MEMORY, 0, "out of memory");
	r->source_w = relay >= 0 ? l->settings.relays[relay].expected_w[1] : 0;
	for (int64_t t = run->o->from_s; t < run->o->to_s; t++) {
		advance(&done, run, t, &r->done);
		again.local = done.local;
		advance(&again, run, t, &r->again);
		if (t % MINUTE_S == 0 || t == run->o->from_s)
			peak = replay_peak(l, run->o->zone[1], t);
		if (!run->saw[row_of(run, t)]) {
			r->blank_s++;
		} else if (!done.local) {
			r->other_s++;
		} else {
			r->compared_s++;
			add_second(&r->done, &done, peak);
			add_second(&r->again, &again, peak);
			r->top_s += done.top != again.top;
			r->wish_s += !same_wish(&done, &again);
			if (done.state != again.state)
				note_difference(r, t, &done, &again);
		}
	}
	for (int i = 0; i < r->n; i++)
		r->edges += (double)(r->list[i].to_ms - r->list[i].from_ms) <= 1000 * r->edge_s;
	return true;
}

bool replay_was_planned(const struct replay_options *o, bool *planned, struct err *e)
{
	static const int code[] = { LOG_PLAN };
	struct record r = { .store = o->store, .house = &o->as_is->house };
	struct record_events v = { .n = 0 };
	bool read = record_events(&r, (o->from_s - REPLAY_LOOK_S) * 1000, o->to_s * 1000, code, 1, &v, e);

	*planned = false;
	for (int i = 0; i < v.n; i++)	/* the last word before the span, or any in it */
		if (v.at[i].at_ms < o->from_s * 1000 || v.at[i].value <= LADDER_STALE_PLAN)
			*planned = v.at[i].value <= LADDER_STALE_PLAN;
	record_events_free(&v);
	return read;
}
