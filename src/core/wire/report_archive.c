/* SPDX-License-Identifier: MIT */
#include "core/wire/report_archive.h"

#include <string.h>

#include "core/wire/members.h"

enum { POINTS_EACH = 400, EVENT_ROOM = 2048 };

/* A wire value over `den` is what people read; Fahrenheit is told in Celsius. */
static const struct { double den; const char *unit; } units[N_TELEMETRY_NAMES] = {
	[TELEMETRY_POWER_W] = { 1, "W" },
	[TELEMETRY_WATER_TEMP_F] = { 1000, "C" },
	[TELEMETRY_WATER_TEMP_C] = { 1000, "C" },
	[TELEMETRY_GPM_TIMES_10] = { 10, "gpm" },
	[TELEMETRY_GPM_TIMES_100] = { 100, "gpm" },
	[TELEMETRY_RELAY_STATE] = { 1, "" },
	[TELEMETRY_CURRENT_UA] = { 1e6, "A" },
};

static const char *const tier_names[] = { "exact", "minute", "quarter", "day", "auto" };

const char *report_unit(enum telemetry_name name)
{
	return units[name].unit;
}

int report_tier_find(const char *name)
{
	for (int t = 0; t <= QUERY_AUTO; t++)
		if (strcmp(tier_names[t], name) == 0)
			return t;
	return -1;
}

static double value_of(const struct store_series *is, int64_t wire)
{
	double v = (double)wire / units[is->name].den;

	if (is->kind == STORE_READINGS && is->name == TELEMETRY_WATER_TEMP_F)
		return (double)(int64_t)((v - 32) / 1.8 * 1000 + (v < 32 ? -0.5 : 0.5)) / 1000;
	return v;
}

static void write_gaps(struct writer *w, const struct archive *a)
{
	member_open(w, "gaps", '[');
	for (int i = 0; i < a->n_gaps; i++) {
		member_open(w, NULL, '{');
		member_int(w, "from_ms", a->gaps[i].from_ms);
		member_int(w, "to_ms", a->gaps[i].to_ms);
		member_text(w, "cause", gap_cause_name(a->gaps[i].cause));
		member_text(w, "node", strcmp(a->gaps[i].about, "-") != 0 ? a->gaps[i].about : NULL);
		member_close(w, '}');
	}
	member_close(w, ']');
}

static void write_once(struct writer *w, const struct archive *a)
{
	const struct query_answer *q = &a->answer;

	member_text(w, "channel", a->q.channel);
	member_text(w, "tier_asked", tier_names[a->q.query.tier]);
	member_text(w, "unit", a->series.kind == STORE_FIGURES ? "" : units[a->series.name].unit);
	member_int(w, "from_ms", a->q.query.from_ms);
	member_int(w, "to_ms", a->q.query.to_ms);
	member_text(w, "tier", q->n_spans > 0 ? tier_names[q->spans[q->n_spans - 1].tier] : NULL);
	member_open(w, "spans", '[');
	for (int i = 0; i < q->n_spans; i++) {
		member_open(w, NULL, '{');
		member_text(w, "tier", tier_names[q->spans[i].tier]);
		member_int(w, "from_ms", q->spans[i].from_ms);
		member_int(w, "to_ms", q->spans[i].to_ms);
		member_close(w, '}');
	}
	member_close(w, ']');
	write_gaps(w, a);
}

static void write_value(struct writer *w, const struct archive *a, int64_t wire)
{
	if (a->series.kind == STORE_FIGURES || units[a->series.name].den == 1)
		member_int(w, NULL, wire);
	else
		member_double(w, NULL, value_of(&a->series, wire));
}

enum column { COLUMN_T, COLUMN_V, COLUMN_MIN, COLUMN_MAX, COLUMN_COUNT, COLUMN_WH, N_COLUMNS };
static const char *const columns[N_COLUMNS] = { "t_ms", "v", "min", "max", "count", "wh" };

static void write_cell(struct writer *w, const struct archive *a, const struct query_point *p, enum column c)
{
	switch (c) {
	case COLUMN_T:
		member_int(w, NULL, p->t_ms);
		break;
	case COLUMN_V:
		write_value(w, a, p->v);
		break;
	case COLUMN_MIN:
		write_value(w, a, p->min);
		break;
	case COLUMN_MAX:
		write_value(w, a, p->max);
		break;
	case COLUMN_COUNT:
		member_int(w, NULL, p->count);
		break;
	case COLUMN_WH:
		member_int_if(w, NULL, p->wh_known, p->wh);
		break;
	case N_COLUMNS:
		break;
	}
}

int report_points(struct writer *w, const struct archive *a, int at)
{
	int end = at + POINTS_EACH < a->answer.n_points ? at + POINTS_EACH : a->answer.n_points;
	bool power = a->series.kind == STORE_READINGS && a->series.name == TELEMETRY_POWER_W;

	if (at == 0)
		write_once(w, a);
	for (int c = 0; c < (power ? N_COLUMNS : COLUMN_WH); c++) {
		member_open(w, columns[c], '[');
		for (int i = at; i < end; i++)
			write_cell(w, a, &a->answer.points[i], (enum column)c);
		member_close(w, ']');
	}
	return end;
}

int report_events(struct writer *w, const struct archive *a, int at)
{
	if (at == 0)
		member_bool(w, "truncated", a->more);
	member_open(w, "events", '[');
	for (; at < a->n_events && w->n + EVENT_ROOM < w->size; at++) {
		const struct archive_event *v = &a->events[at];

		member_open(w, NULL, '{');
		member_int(w, "t_ms", v->at_ms);
		member_text(w, "level", v->level);
		member_text(w, "code", v->code);
		member_text(w, "node", strcmp(v->node, "-") != 0 ? v->node : NULL);
		member_int(w, "value", v->value);
		member_printable(w, "text", v->text);
		member_close(w, '}');
	}
	member_close(w, ']');
	return at;
}

void report_outbox(struct writer *w, const struct archive *a)
{
	const struct archive_outbox *o = &a->outbox;

	member_int(w, "owed", o->owed);
	member_int(w, "inflight", o->under_way);
	member_int_if(w, "oldest_ms", o->oldest_ms > 0, o->oldest_ms);
	member_int_if(w, "last_ack_ms", o->last_ack_ms > 0, o->last_ack_ms);
	member_int(w, "rate_per_min", o->rate_per_min);
	member_int(w, "eta_s", o->eta_s);
	write_gaps(w, a);
}
